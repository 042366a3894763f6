// The RTMP ingest: one authorised publisher for each stream; everybody else is told why, and really closed.
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from '../../log.js';
import type { Admission } from '../ingest.js';
import type { Source } from '../media/broadcast.js';
import type { Publishers } from '../publishers.js';
import { connectPublisher } from './publisher.js';

export interface RtmpNeeds {
  host: string;
  /** 0: any free one. */
  port: number;
  /** Says which stream a key publishes, or why it may not, in words for the host. */
  authorize: (app: string, key: string) => Promise<Admission | { refuse: string }>;
  publish: (place: Admission, source: Source) => void;
  publishers: Publishers;
  log: Logger;
  /** Ms; shorter in tests. */
  limits?: Partial<Limits>;
}

export interface Limits {
  /** From the connection to the broadcast. */
  publishMs: number;
  /** Without a byte from a publisher. */
  silenceMs: number;
}

const defaultLimits: Limits = { publishMs: 10_000, silenceMs: 15_000 };
const mostConnections = 100;

/** Rejects when the port cannot be had. */
export async function startRtmp(needs: RtmpNeeds): Promise<{ port: number; stop(): Promise<void> }> {
  const { log } = needs;
  const limits = { ...defaultLimits, ...needs.limits };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    connectPublisher(socket, { ...needs, limits });
  });
  server.maxConnections = mostConnections;
  server.listen(needs.port, needs.host);
  await once(server, 'listening');
  server.on('error', (error) => log.error({ err: error }, 'the RTMP server has trouble'));

  return {
    port: portOf(server),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}
