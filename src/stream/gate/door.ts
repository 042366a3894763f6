// The door for key requests, on the socket itself: what it does not know to the letter goes to node:http, connection and all.
import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type Answer, type KeyAnswers, linesOf } from './answers.js';
import { greet, type Visitor } from './visitor.js';

/** The headers that Node adds, written anew each second. */
function createLastLines(keepAliveTimeout: number): () => string {
  const kept = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveTimeout / 1000)}`;
  let second = 0;
  let lines = '';
  return () => {
    const now = Math.floor(Date.now() / 1000);
    if (now !== second) lines = `Date: ${new Date(now * 1000).toUTCString()}\r\n${kept}\r\n\r\n`;
    second = now;
    return lines;
  };
}

/** Has those at the door leave with all other connections of the server. */
function closeWith(server: Server, visitors: ReadonlySet<Visitor>): void {
  const { closeIdleConnections, closeAllConnections } = server;
  Object.assign(server, {
    closeIdleConnections() {
      for (const { socket, asking } of visitors) if (!asking) socket.destroy();
      closeIdleConnections.call(server);
    },
    closeAllConnections() {
      for (const { socket } of visitors) socket.destroy();
      closeAllConnections.call(server);
    },
  });
}

/** Returns what puts the door in front of a server whose time-outs are set. */
export const createKeyDoor =
  (answers: KeyAnswers) =>
  (server: Server): void => {
    const visitors = new Set<Visitor>();
    const lastLines = createLastLines(server.keepAliveTimeout);
    const behind = server.listeners('connection');
    const needs = {
      answers,
      server,
      textOf: ({ status, common, more, body }: Answer): string =>
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${common.lines}${linesOf(more)}${lastLines()}${body}`,
      onLeft: (visitor: Visitor) => void visitors.delete(visitor),
      handOver(socket: Socket): void {
        for (const connect of behind) connect.call(server, socket);
      },
    };
    server.removeAllListeners('connection');
    server.on('connection', (socket) => visitors.add(greet(socket, needs)));
    closeWith(server, visitors);
  };
