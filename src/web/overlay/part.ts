// The parts of the overlay, and which of them its address asks for.
import type { Socket } from 'socket.io-client';
import type { ClientToServer, FeedEvent, ServerToClient } from '../../vocabulary/events.js';
import type { Span } from '../../vocabulary/goals.js';
import type { Keep } from '../shared/keep.js';
import type { Unit } from '../shared/money.js';
import type { ServerTime } from './server-time.js';

export interface PartNeeds {
  socket: Socket<ServerToClient, ClientToServer>;
  /** The part's own box, where it puts what it shows: the layout says where that stands and how wide it is. */
  page: HTMLElement;
  keep: Keep;
  stream: string;
  unit: Unit;
  time: ServerTime;
}

/** Adds itself to the page; what it returns hears of every event of the feed. */
export type Part = (needs: PartNeeds) => ((event: FeedEvent) => void) | undefined;

/** Of `?parts=alerts,goal`; null: the stream's look says which. */
export function askedParts(search: string): string[] | null {
  const asked = new URLSearchParams(search).get('parts');
  if (asked === null) return null;
  const names = asked.split(',').map((name) => name.trim().toLowerCase());
  return names.filter((name, i) => /^[a-z]{1,20}$/.test(name) && names.indexOf(name) === i).slice(0, 20);
}

const boards: readonly string[] = ['show', 'hour', 'today', 'all'] satisfies Span[];

/** Which leaderboard, of `?span=hour`; without it, that of the show. */
export function wantedBoard(search: string): Span {
  const asked = new URLSearchParams(search).get('span')?.trim().toLowerCase() ?? '';
  return boards.includes(asked) ? (asked as Span) : 'show';
}
