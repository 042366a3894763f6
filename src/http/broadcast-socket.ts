// The socket on which browsers broadcast: who they are first, then what their recorders write.
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Logger } from '../log.js';
import type { BrowserLine, Shows } from '../stream/index.js';
import { BroadcastHello, type BroadcastSaid } from '../vocabulary/broadcast.js';
import { broadcastSocketPath, mostInMessage } from '../vocabulary/broadcast-limits.js';

export interface BroadcastSocketNeeds {
  http: HttpServer;
  shows: Pick<Shows, 'fromBrowser'>;
  isHost: (token: string) => boolean;
  log: Logger;
  /** Ms; shorter in tests. */
  limits?: Partial<Limits>;
}

interface Limits {
  /** From the connection to the hello. */
  helloMs: number;
  /** Without a byte from a broadcaster. */
  silenceMs: number;
}

const defaultLimits: Limits = { helloMs: 5000, silenceMs: 10_000 };
const mostConnections = 100;
/** A browser that does not read its answers. */
const mostUnread = 64 * 1024;
/** A refused browser has this long to read why, ms. */
const readTheReasonMs = 1000;
const notUnderstood = 'the page and this server do not understand each other: reload the page';

function helloIn(raw: RawData, binary: boolean): BroadcastHello | null {
  if (binary) return null;
  try {
    return BroadcastHello.parse(JSON.parse(`${raw}`));
  } catch {
    return null;
  }
}

function createLine(socket: WebSocket, silenceMs: number): BrowserLine {
  let hear = (_bytes: Buffer): void => {};
  let held = false;
  const silence = setInterval(() => held || socket.terminate(), silenceMs);
  socket.once('close', () => clearInterval(silence));
  socket.on('message', (raw: Buffer, binary: boolean) => {
    silence.refresh();
    if (binary) hear(raw);
  });
  return {
    say: (what: BroadcastSaid) => {
      if (socket.bufferedAmount > mostUnread) socket.terminate();
      else if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(what));
    },
    onBytes: (listener) => {
      hear = listener;
    },
    onGone: (listener) => socket.once('close', listener),
    // Held back by us, it is not silent.
    hold: (on) => {
      held = on;
      silence.refresh();
      if (on) socket.pause();
      else socket.resume();
    },
    end: () => {
      hear = () => {};
      socket.resume();
      socket.close(1000);
      const timer = setTimeout(() => socket.terminate(), readTheReasonMs);
      socket.once('close', () => clearTimeout(timer));
    },
  };
}

export function startBroadcastSocket(needs: BroadcastSocketNeeds) {
  const { http, shows, log } = needs;
  const limits = { ...defaultLimits, ...needs.limits };
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: mostInMessage });

  function welcome(socket: WebSocket): void {
    socket.on('error', () => {});
    const stranger = setTimeout(() => socket.terminate(), limits.helloMs);
    socket.once('close', () => clearTimeout(stranger));
    socket.once('message', (raw, binary) => {
      clearTimeout(stranger);
      const line = createLine(socket, limits.silenceMs);
      const hello = helloIn(raw, binary);
      const refuse = (reason: string): void => {
        log.warn({ reason }, 'a browser’s broadcast was refused');
        line.say({ type: 'refused', reason, next: 'stop' });
        line.end();
      };
      if (!hello) return refuse(notUnderstood);
      const { by, visit, recording } = hello;
      if ('token' in by && !needs.isHost(by.token)) return refuse('the host’s link is not right: open the dashboard');
      const who = 'key' in by ? by : { stream: by.stream, cam: by.cam };
      const refused = shows.fromBrowser({ line, who, visit, recording });
      if (refused) refuse(refused.refuse);
    });
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (request.url?.split('?')[0] !== broadcastSocketPath) return;
    if (server.clients.size >= mostConnections) socket.destroy();
    else server.handleUpgrade(request, socket, head, welcome);
  }

  http.on('upgrade', upgrade);
  return {
    /** The port stays open: it is not ours. Pages come again. */
    stop: () => {
      http.off('upgrade', upgrade);
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}
