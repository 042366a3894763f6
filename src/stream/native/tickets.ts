// Tickets for players that bring no token: each stands for a session, and pays at the gate for what its playlist shows.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createTurns } from '../../turns.js';
import { Problem, type ProblemBody } from '../../vocabulary/problems.js';
import type { Gate } from '../gate/gate.js';
import type { Sessions } from '../gate/sessions.js';
import type { Keys } from '../keys.js';
import type { Shelf } from '../media/shelf.js';
import type { Streams } from '../streams.js';
import {
  type Entry,
  grown,
  nothingShown,
  type ReadPlaylist,
  readPlaylist,
  type Shown,
  upcoming,
  writePlaylist,
} from './playlist.js';

interface Ticket {
  readonly session: string;
  readonly stream: string;
  /** What each of its playlists has shown. */
  readonly shown: Map<string, Shown>;
  /** What is paid for, and the addresses it was given: they never change under a player. */
  readonly granted: Map<number, string>;
  /** Why it shows nothing more. */
  held: Problem | null;
  /** When its playlist was last asked for, ms. */
  asked: number;
}

export interface TicketNeeds {
  shelf: Pick<Shelf, 'playlist'>;
  gate: Pick<Gate, 'key'>;
  keys: Pick<Keys, 'bytes'>;
  sessions: Pick<Sessions, 'find'>;
  streams: Pick<Streams, 'get'>;
  /** Before the addresses of keys, which are absolute. */
  base: string;
  now: () => number;
}

/** The address of a key is good for this long: far longer than a player takes from the playlist to the key. */
const keyMs = 60_000;
/** Who asks for no playlist this long has left. */
const idleMs = 60_000;
/** Who was away this long starts anew at the edge, and pays for nothing in between. */
const awayMs = 8000;
const mostTickets = 20_000;
/** Keys whose addresses are kept: all that any playlist shows. */
const mostKeys = 200;

export type Tickets = ReturnType<typeof createTickets>;

export function createTickets(needs: TicketNeeds) {
  const { shelf, gate, keys, sessions, streams, now } = needs;
  const secret = randomBytes(32);
  const tickets = new Map<string, Ticket>();
  const turn = createTurns<string>();

  const markOf = (token: string, n: number, until: number): Buffer =>
    createHmac('sha256', secret).update(`${token} ${n} ${until}`).digest();

  function addressOf(token: string, n: number): string {
    const until = now() + keyMs;
    return `${needs.base}/native/${token}/${n}-${until}-${markOf(token, n, until).toString('base64url')}.key`;
  }

  function sweep(): void {
    for (const [token, { asked }] of tickets) if (now() - asked > idleMs) tickets.delete(token);
    const oldest = tickets.size >= mostTickets ? tickets.keys().next().value : undefined;
    if (oldest !== undefined) tickets.delete(oldest);
  }

  /** A ticket that is good, or none. */
  function find(token: string): Ticket | undefined {
    const ticket = tickets.get(token);
    return ticket && now() - ticket.asked <= idleMs && sessions.find(ticket.session) ? ticket : undefined;
  }

  /** Pays for a key; false when the gate will not have it. */
  async function grant(token: string, ticket: Ticket, n: number): Promise<boolean> {
    if (ticket.granted.has(n)) return true;
    try {
      await gate.key(ticket.session, ticket.stream, n);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      ticket.held = error;
      return false;
    }
    ticket.held = null;
    ticket.granted.set(n, addressOf(token, n));
    const oldest = ticket.granted.size > mostKeys ? ticket.granted.keys().next().value : undefined;
    if (oldest !== undefined) ticket.granted.delete(oldest);
    return true;
  }

  /** Pays for what is next, in order, until something is refused; what is paid for. */
  async function payFor(token: string, ticket: Ticket, next: readonly Entry[]): Promise<Entry[]> {
    const paid: Entry[] = [];
    for (const entry of next) {
      if (!(await grant(token, ticket, entry.n))) break;
      paid.push(entry);
    }
    return paid;
  }

  async function listNow(token: string, ticket: Ticket, file: string, read: ReadPlaylist): Promise<string> {
    const { granted, stream } = ticket;
    const before = ticket.shown.get(file) ?? nothingShown;
    const away = ticket.held !== null || now() - ticket.asked > awayMs;
    const shown = grown(before, await payFor(token, ticket, upcoming(read, before, away)), read);
    ticket.shown.set(file, shown);
    ticket.asked = now();
    const base = streams.get(stream).mediaBase || `/media/${stream}/`;
    return writePlaylist({ read, shown, base, keyUri: (n) => granted.get(n) ?? '' });
  }

  return {
    /** Problem: session_needed. */
    open(session: string): string {
      const found = sessions.find(session);
      if (!found) throw new Problem('session_needed');
      sweep();
      const token = randomBytes(32).toString('base64url');
      const { stream } = found;
      tickets.set(token, { session, stream, shown: new Map(), granted: new Map(), held: null, asked: now() });
      return token;
    },
    /** Null where there is no such ticket, or nothing of that name on air. */
    async list(token: string, file: string): Promise<string | null> {
      const ticket = find(token);
      const text = ticket && shelf.playlist(`${ticket.stream}/${file}`)?.text(false);
      if (!ticket || text === undefined) return null;
      // The multivariant playlist names the others by where they are beside it.
      if (text.includes('#EXT-X-STREAM-INF')) return text;
      return turn(token, () => listNow(token, ticket, file, readPlaylist(text)));
    },
    key(token: string, n: number, until: number, mark: string): Buffer | null {
      const ticket = find(token);
      const [given, right] = [Buffer.from(mark, 'base64url'), markOf(token, n, until)];
      const good = given.length === right.length && timingSafeEqual(given, right) && until >= now();
      return ticket && good ? keys.bytes(ticket.stream, n) : null;
    },
    /** Why nothing more is shown; null when all is well, undefined where there is no such ticket. */
    held(token: string): ProblemBody | null | undefined {
      const ticket = find(token);
      return ticket && (ticket.held?.body() ?? null);
    },
  };
}
