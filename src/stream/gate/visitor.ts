// One who has come to the door: he asks and is answered, one request at a time, until he says what is not understood here.
import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Answer, KeyAnswers } from './answers.js';
import { readKeyRequest } from './reader.js';

/** What he says before he is answered is kept up to here; then he is not listened to. */
const mostHeld = 16_384;
/** Node waits this much longer than it says. */
const graceMs = 1000;
const tooSlow = `HTTP/1.1 408 ${STATUS_CODES[408]}\r\nConnection: close\r\n\r\n`;

export interface VisitorNeeds {
  answers: KeyAnswers;
  /** An answer as it is sent. */
  textOf: (answer: Answer) => string;
  server: Pick<Server, 'headersTimeout' | 'keepAliveTimeout' | 'listening'>;
  onLeft: (visitor: Visitor) => void;
  /** Takes the connection on, with what can be read from it. */
  handOver: (socket: Socket) => void;
}

export interface Visitor {
  readonly socket: Socket;
  /** He is not answered yet. */
  asking: boolean;
}

export function greet(socket: Socket, needs: VisitorNeeds): Visitor {
  const { answers, server } = needs;
  const { remoteAddress } = socket;
  const visitor: Visitor = { socket, asking: false };
  let met = false;
  let held: Buffer | undefined;
  let left: (() => void) | undefined;
  const gone = (then: () => void): void => {
    left = then;
  };

  function handOver(bytes: Buffer): void {
    needs.onLeft(visitor);
    for (const [event, listener] of Object.entries(listeners)) socket.off(event, listener);
    socket.setTimeout(0).pause().unshift(bytes);
    needs.handOver(socket);
    socket.resume();
  }

  function answered(answer: Answer): void {
    visitor.asking = false;
    if (!socket.writable) return;
    socket.write(needs.textOf(answer), 'latin1');
    if (!met) socket.setTimeout(server.keepAliveTimeout + graceMs);
    met = true;
    if (!server.listening) socket.destroySoon();
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
    const answer = request && answers({ method: 'GET', ...request, socket: { remoteAddress } }, gone);
    visitor.asking = answer instanceof Promise;
    if (answer instanceof Promise) void answer.then(answered);
    else if (answer) answered(answer);
    else handOver(bytes);
  }

  const listeners = {
    data: (bytes: Buffer) => (visitor.asking ? hold(bytes) : next(bytes)),
    timeout(): void {
      if (visitor.asking) return;
      if (!met) socket.write(tooSlow);
      socket.destroy();
    },
    // As with Node, who says no more hears no more.
    end: () => void socket.end(),
    error: () => void socket.destroy(),
    close(): void {
      needs.onLeft(visitor);
      left?.();
    },
  };
  for (const [event, listener] of Object.entries(listeners)) socket.on(event, listener);
  socket.setTimeout(server.headersTimeout);
  return visitor;
}
