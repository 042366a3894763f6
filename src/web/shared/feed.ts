// Follows a stream's feed over a socket, for ever: catches up after every break, shows each event once.
import type { FeedEvent, Follow, FollowAnswer, PurseState, ServerToClient } from '../../vocabulary/events.js';
import type { PollEar } from './poll.js';
import type { PredictionEar } from './prediction.js';
import { backoff } from './time.js';

/** What the feed needs of a socket.io client. */
export interface FeedSocket {
  on<E extends keyof ServerToClient>(name: E, heard: ServerToClient[E]): unknown;
  on(name: 'connect' | 'disconnect' | 'connect_error', heard: () => void): unknown;
  emit(name: 'follow', follow: Follow, answer: (answer: FollowAnswer) => void): unknown;
  connect(): unknown;
  disconnect(): unknown;
  /** False when socket.io will not try again by itself. */
  readonly active: boolean;
}

export interface FeedNeeds {
  socket: FeedSocket;
  /** Who follows; asked at every connection, because a session may have been renewed. */
  who: () => Omit<Follow, 'after'>;
  /** The last event already shown; absent: from now on. */
  after?: number | undefined;
  onEvent: (event: FeedEvent) => void;
  onPurse?: (state: PurseState) => void;
  onViewers?: (count: number) => void;
  /** What is told of polls beside the events. */
  polls?: Pick<PollEar, 'told' | 'tally'>;
  /** What is told of predictions beside the events. */
  predictions?: Pick<PredictionEar, 'told' | 'odds'>;
  onStatus?: (connected: boolean) => void;
  /** Where the feed starts: at the first connection without `after`, or when the server's numbers began anew. */
  onStart?: (last: number) => void;
  onRefused?: (detail: string) => void;
  retryMs?: number;
}

/** Returns `refollow` (the session changed) and `stop`. */
export function followFeed(needs: FeedNeeds): { refollow(): void; stop(): void } {
  const { socket, onStatus = () => {} } = needs;
  const waits = backoff(needs.retryMs ?? 1000, 10_000);
  let last = needs.after;
  let early: FeedEvent[] | null = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  function hear(event: FeedEvent): void {
    if (early) {
      early.push(event);
      return;
    }
    if (last !== undefined && event.n <= last) return;
    last = event.n;
    needs.onEvent(event);
  }

  function later(act: () => void): void {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(act, waits.next());
  }

  function follow(): void {
    early ??= [];
    socket.emit('follow', last === undefined ? needs.who() : { ...needs.who(), after: last }, accepted);
  }

  function accepted(answer: FollowAnswer): void {
    if (!answer.ok) {
      needs.onRefused?.(answer.detail);
      later(follow);
      return;
    }
    waits.reset();
    // What came before the answer may have overtaken the catching up.
    const waiting = (early ?? []).sort((a, b) => a.n - b.n);
    const anew = last !== undefined && answer.last < last;
    if (last === undefined || anew) {
      last = Math.min(answer.last, (waiting[0]?.n ?? answer.last + 1) - 1);
      needs.onStart?.(last);
    }
    // The server still goes by the old number; it has to be told.
    if (anew) {
      follow();
      return;
    }
    onStatus(true);
    early = null;
    for (const event of waiting) hear(event);
  }

  socket.on('event', hear);
  socket.on('purse', (state) => needs.onPurse?.(state));
  socket.on('viewers', (count) => needs.onViewers?.(count));
  socket.on('poll', (now) => needs.polls?.told(now));
  socket.on('tally', (message) => needs.polls?.tally(message));
  socket.on('prediction', (now) => needs.predictions?.told(now));
  socket.on('odds', (message) => needs.predictions?.odds(message));
  socket.on('connect', follow);
  const broken = () => {
    onStatus(false);
    early ??= [];
    if (!socket.active) later(() => socket.connect());
  };
  socket.on('disconnect', broken);
  socket.on('connect_error', broken);
  socket.connect();

  return {
    refollow: () => (early ? undefined : follow()),
    stop() {
      stopped = true;
      clearTimeout(timer);
      socket.disconnect();
    },
  };
}
