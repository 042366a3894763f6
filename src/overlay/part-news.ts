// What single parts of an overlay are told beside the feed: the leaderboard, the ticker, since when it is on air, where to watch.
import type { Server, Socket } from 'socket.io';
import type { Logger } from '../log.js';
import type { ClientToServer, ServerToClient } from '../vocabulary/events.js';
import { type Leaderboard, Span } from '../vocabulary/goals.js';
import type { TickerItem } from '../vocabulary/ticker.js';
import { createBoards } from './boards.js';

export interface PartNewsNeeds {
  leaderboard: (stream: string, span: Span) => Promise<Leaderboard>;
  ticker: (stream: string) => Promise<TickerItem[]>;
  /** When the show that is on air began; null: none is. */
  onAirSince: (stream: string) => Promise<number | null>;
  /** The watch page, as the public reaches it. */
  watchUrl: (stream: string) => string;
  log: Logger;
}

/** What the filter and the host decide moves the ticker too: it is looked at anew so often, while anybody shows it. */
const tickerEveryMs = 1500;

type Reader = Socket<ClientToServer, ServerToClient>;

const boardRoom = (stream: string, span: Span): string => `leaderboard/${span}/${stream}`;
const tickerRooms = 'ticker/';

export function createPartNews(io: Server<ClientToServer, ServerToClient>, needs: PartNewsNeeds) {
  const { log } = needs;
  const rooms = () => io.of('/').adapter.rooms;
  /** The ticker that everybody in the room knows. */
  const known = new Map<string, string>();

  const boards = createBoards({
    isShown: (stream, span) => rooms().has(boardRoom(stream, span)),
    streams: () => [...rooms().keys()].flatMap((room) => /^leaderboard\/hour\/(.+)$/.exec(room)?.[1] ?? []),
    tell: (stream, span) =>
      needs
        .leaderboard(stream, span)
        .then((board) => void io.to(boardRoom(stream, span)).emit('leaderboard', board))
        .catch((error) => log.error({ err: error, stream }, 'the leaderboard could not be counted')),
  });

  async function look(room: string): Promise<void> {
    const items = await needs.ticker(room.slice(tickerRooms.length));
    const text = JSON.stringify(items);
    if (known.get(room) === text) return;
    known.set(room, text);
    io.to(room).emit('ticker', items);
  }

  let looking: Promise<unknown> | null = null;
  const ticking = setInterval(() => {
    const shown = [...rooms().keys()].filter((room) => room.startsWith(tickerRooms));
    looking ??= Promise.all(shown.map(look))
      .catch((error) => log.error({ err: error }, 'the ticker could not be read'))
      .finally(() => {
        looking = null;
      });
  }, tickerEveryMs);

  /** What each part is told as its overlay comes. */
  const welcomes: Record<string, (socket: Reader, stream: string, board: Span) => Promise<void>> = {
    async leaderboard(socket, stream, board) {
      await socket.join(boardRoom(stream, board));
      socket.emit('leaderboard', await needs.leaderboard(stream, board));
    },
    async ticker(socket, stream) {
      const items = await needs.ticker(stream);
      await socket.join(tickerRooms + stream);
      socket.emit('ticker', items);
      // The room may have been told something newer meanwhile: all are told again.
      known.delete(tickerRooms + stream);
    },
    async watching(socket, stream) {
      socket.emit('onAir', await needs.onAirSince(stream));
    },
    async qr(socket, stream) {
      socket.emit('watchUrl', needs.watchUrl(stream));
    },
  };

  return {
    async welcome(
      socket: Reader,
      stream: string,
      { parts, board }: { parts: ReadonlySet<string>; board: Span },
    ): Promise<void> {
      for (const part of parts) if (Object.hasOwn(welcomes, part)) await welcomes[part]?.(socket, stream, board);
    },
    /** These parts of it are off now: their news go to it no more. */
    async leave(socket: Reader, stream: string, parts: readonly string[]): Promise<void> {
      const ends = parts.flatMap((part) => (part === 'ticker' ? tickerRooms + stream : []));
      const boards = parts.includes('leaderboard') ? Span.options.map((span) => boardRoom(stream, span)) : [];
      for (const room of [...ends, ...boards]) await socket.leave(room);
    },
    leaderboardMoved: boards.moved,
    async stop(): Promise<void> {
      boards.stop();
      clearInterval(ticking);
      await looking;
    },
  };
}
