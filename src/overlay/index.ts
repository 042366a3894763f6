// The door of the overlay: readers of the feed over socket.io, each from its own last number on.
import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { Feed } from '../feed/index.js';
import type { Logger } from '../log.js';
import { sameSecret } from '../secrets.js';
import {
  type ClientToServer,
  Follow,
  type FollowAnswer,
  type PurseState,
  type ServerToClient,
} from '../vocabulary/events.js';
import type { PollView, TallyMessage } from '../vocabulary/polls.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';

interface ReaderData {
  end?: () => void;
  overlay?: string;
  /** The last wish to follow: they are met one after the other. */
  turn?: Promise<void>;
}
type Reader = Socket<ClientToServer, ServerToClient, Record<string, never>, ReaderData>;

export interface OverlayNeeds {
  http: HttpServer;
  feed: Feed;
  /** The overlay token of a stream. Problem: unknown_stream. */
  overlayToken: (stream: string) => string;
  /** Whose session this is. */
  payerOf: (session: string) => Hex | undefined;
  viewers: (stream: string) => number;
  /** The poll that runs, or has ended lately. */
  poll: (stream: string) => PollView | null;
  log: Logger;
}

const viewersEveryMs = 2000;

const payerRoom = (payer: Hex): string => `payer/${payer}`;
const streamRoom = (stream: string): string => `stream/${stream}`;

export type Overlay = ReturnType<typeof startOverlay>;

export function startOverlay(needs: OverlayNeeds) {
  const { feed, log } = needs;
  const io = new Server<ClientToServer, ServerToClient, Record<string, never>, ReaderData>(needs.http, {
    serveClient: false,
    maxHttpBufferSize: 16_384,
    cors: { origin: '*' },
  });

  async function follow(socket: Reader, wish: Follow): Promise<number> {
    const token = needs.overlayToken(wish.stream);
    if (wish.overlay !== undefined && !sameSecret(wish.overlay, token)) {
      throw new Problem('overlay_token_wrong');
    }
    socket.data.end?.();
    delete socket.data.overlay;
    // What an earlier wish was for is over.
    for (const room of socket.rooms) if (room !== socket.id) await socket.leave(room);
    if (wish.overlay !== undefined) socket.data.overlay = wish.stream;
    const payer = wish.session === undefined ? undefined : needs.payerOf(wish.session);
    if (payer) await socket.join(payerRoom(payer));
    await socket.join(streamRoom(wish.stream));
    const end = await feed.follow(wish.stream, wish.after, (event) => socket.emit('event', event));
    if (socket.disconnected) end();
    else socket.data.end = end;
    socket.emit('viewers', needs.viewers(wish.stream));
    socket.emit('poll', { poll: needs.poll(wish.stream), n: feed.last() });
    return feed.last();
  }

  async function answer(socket: Reader, raw: unknown): Promise<FollowAnswer> {
    try {
      const wish = Follow.safeParse(raw);
      if (!wish.success) throw new Problem('bad_request', { reason: 'follow needs a stream' });
      return { ok: true, last: await follow(socket, wish.data) };
    } catch (error) {
      if (!(error instanceof Problem)) log.error({ err: error }, 'a reader could not follow');
      const problem = error instanceof Problem ? error : new Problem('internal');
      return { ok: false, code: problem.code, detail: problem.message };
    }
  }

  io.on('connection', (socket: Reader) => {
    socket.on('follow', (wish, reply) => {
      const before = socket.data.turn ?? Promise.resolve();
      socket.data.turn = before.then(async () => {
        const result = await answer(socket, wish);
        if (typeof reply === 'function') reply(result);
      });
    });
    socket.on('disconnect', () => socket.data.end?.());
  });

  const told = new Map<string, number>();
  const telling = setInterval(() => {
    for (const room of io.of('/').adapter.rooms.keys()) {
      if (!room.startsWith('stream/')) continue;
      const count = needs.viewers(room.slice('stream/'.length));
      if (told.get(room) === count) continue;
      told.set(room, count);
      io.to(room).emit('viewers', count);
    }
  }, viewersEveryMs);

  return {
    /** Tells a purse's owner what it is worth now. */
    purse: (payer: Hex, state: PurseState) => io.to(payerRoom(payer)).emit('purse', state),
    /** Tells everybody how a stream's poll stands. */
    tally: (stream: string, message: TallyMessage) => io.to(streamRoom(stream)).emit('tally', message),
    /** Connected overlays, of one stream or of all. */
    overlays: (stream?: string): number =>
      [...io.of('/').sockets.values()].filter((s) => s.data.overlay && (!stream || s.data.overlay === stream)).length,
    stop: async () => {
      clearInterval(telling);
      await io.close();
    },
  };
}
