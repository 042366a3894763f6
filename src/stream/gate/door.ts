// The door for key requests, on the socket itself: what it does not know to the letter goes to node:http, connection and all.
import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type Answer, type KeyAnswers, linesOf } from './answers.js';
import { readKeyRequest } from './reader.js';

/** What comes before the answer to what came before it is kept up to here; then the socket is not read. */
const mostHeld = 16_384;
/** Node waits this much longer than it says. */
const graceMs = 1000;
const tooSlow = `HTTP/1.1 408 ${STATUS_CODES[408]}\r\nConnection: close\r\n\r\n`;

interface Visitor {
  socket: Socket;
  /** It is not answered yet. */
  asking: boolean;
}

/** The headers that Node adds, written for the second that it is. */
function createClosing(keepAliveTimeout: number): () => string {
  let second = 0;
  let lines = '';
  return () => {
    const now = Date.now();
    if (Math.floor(now / 1000) !== second) {
      second = Math.floor(now / 1000);
      const kept = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveTimeout / 1000)}`;
      lines = `Date: ${new Date(now).toUTCString()}\r\n${kept}\r\n\r\n`;
    }
    return lines;
  };
}

/** Returns what puts the door in front of a server that does not listen yet. */
export const createKeyDoor =
  (answers: KeyAnswers) =>
  (server: Server): void => {
    const visitors = new Set<Visitor>();
    const closing = createClosing(server.keepAliveTimeout);
    const behind = server.listeners('connection');
    server.removeAllListeners('connection');

    const textOf = ({ status, common, more, body }: Answer): string =>
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${common.lines}${linesOf(more)}${closing()}${body}`;

    function greet(socket: Socket): void {
      const visitor: Visitor = { socket, asking: false };
      const { remoteAddress } = socket;
      let met = false;
      let held: Buffer | undefined;
      let left: (() => void) | undefined;
      const gone = (then: () => void): void => {
        left = then;
      };

      function handOver(bytes: Buffer): void {
        visitors.delete(visitor);
        for (const [event, listener] of Object.entries(listeners)) socket.off(event, listener);
        socket.setTimeout(0).pause().unshift(bytes);
        for (const connect of behind) connect.call(server, socket);
        socket.resume();
      }

      function answered(answer: Answer): void {
        visitor.asking = false;
        left = undefined;
        if (!socket.writable) return;
        socket.write(textOf(answer), 'latin1');
        if (!met) socket.setTimeout(server.keepAliveTimeout + graceMs);
        met = true;
        if (!server.listening) socket.end();
        else if (held) goOn(held);
      }

      function hold(bytes: Buffer): void {
        held = held ? Buffer.concat([held, bytes]) : bytes;
        if (held.length > mostHeld) socket.pause();
      }

      function goOn(bytes: Buffer): void {
        held = undefined;
        socket.resume();
        next(bytes);
      }

      function next(bytes: Buffer): void {
        // Who does not read his answers is Node's to deal with.
        const request = socket.writableNeedDrain ? null : readKeyRequest(bytes);
        const { url, headers } = request ?? {};
        const asked = headers && { method: 'GET', url, headers, socket: { remoteAddress } };
        const answer = asked && answers(asked, gone);
        if (!answer) return handOver(bytes);
        visitor.asking = true;
        if (answer instanceof Promise) void answer.then(answered);
        else answered(answer);
      }

      const listeners = {
        data(bytes: Buffer): void {
          if (visitor.asking) hold(bytes);
          else next(bytes);
        },
        timeout(): void {
          if (visitor.asking) return;
          if (!met) socket.write(tooSlow);
          socket.destroy();
        },
        // As Node: who says no more hears no more.
        end: () => void socket.end(),
        error: () => void socket.destroy(),
        close(): void {
          visitors.delete(visitor);
          left?.();
        },
      };
      visitors.add(visitor);
      for (const [event, listener] of Object.entries(listeners)) socket.on(event, listener);
      socket.setTimeout(server.headersTimeout);
    }

    server.on('connection', greet);
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
  };
