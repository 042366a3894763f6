// A reader of the feed as a page or a bot is one: a socket that keeps what it hears.
import { io, type Socket } from 'socket.io-client';
import { vi } from 'vitest';
import type {
  ClientToServer,
  FeedEvent,
  Follow,
  FollowAnswer,
  PurseState,
  ServerToClient,
} from '../../src/vocabulary/events.js';

const waitMs = 10_000;

export interface Reader {
  socket: Socket<ServerToClient, ClientToServer>;
  events: FeedEvent[];
  purses: PurseState[];
  follow(wish: Follow): Promise<FollowAnswer>;
  /** Anything at all, under any name; resolves to the answer, or to null when none comes. */
  say(name: string, ...given: unknown[]): Promise<unknown>;
  emit(name: string, ...given: unknown[]): void;
  /** Waits until it has heard `count` events. */
  heard(count: number): Promise<FeedEvent[]>;
  close(): void;
}

export async function openReader(base: string): Promise<Reader> {
  const socket: Reader['socket'] = io(base, { transports: ['websocket'], forceNew: true, reconnectionDelay: 50 });
  const events: FeedEvent[] = [];
  const purses: PurseState[] = [];
  socket.on('event', (event) => events.push(event));
  socket.on('purse', (state) => purses.push(state));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return {
    socket,
    events,
    purses,
    follow: (wish) => socket.timeout(waitMs).emitWithAck('follow', wish),
    say: (name, ...given) =>
      (socket as Socket)
        .timeout(1000)
        .emitWithAck(name, ...given)
        .catch(() => null),
    emit: (name, ...given) => void (socket as Socket).emit(name, ...given),
    async heard(count) {
      await vi.waitFor(
        () => {
          if (events.length < count) throw new Error(`heard ${events.length} of ${count} events`);
        },
        { timeout: waitMs, interval: 10 },
      );
      return events;
    },
    close: () => void socket.disconnect(),
  };
}

export const numbers = (events: readonly FeedEvent[]): number[] => events.map(({ n }) => n);
