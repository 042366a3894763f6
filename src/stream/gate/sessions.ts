// Sessions: opaque tokens for keys that were proven, kept in memory only; a page opens a new one after a restart.
import { hash as digest, randomBytes } from 'node:crypto';
import type { Hex } from '../../vocabulary/values.js';
import type { Had } from './had.js';

export interface Session {
  readonly stream: string;
  /** The address whose purses pay. */
  readonly payer: Hex;
  /** ms. */
  lastSeen: number;
  /** When it last got a key, ms; 0 before. */
  lastKey: number;
  /** When the last key period that it has paid for ends, ms; 0 before. */
  paidUntil: number;
  /** The key that it got last. */
  had: Had | null;
  /** Key requests in the present second. */
  second: number;
  asked: number;
  /** Its key requests that are being charged now. */
  underWay: number;
}

/** A session that asks nothing for this long is forgotten. */
const idleMs = 10 * 60_000;
/** Far above what any player asks; it stops a loop gone wild. */
const asksPerSecond = 30;
/** A player loads a key or two at a time; the rest of a crowd on one slow disk is other sessions'. */
const mostUnderWay = 8;
const mostSessions = 200_000;

const hash = (token: string): string => digest('sha256', token, 'base64');

export type Sessions = ReturnType<typeof createSessions>;

export function createSessions({ now, onEnd }: { now: () => number; onEnd: (payer: Hex) => void }) {
  const sessions = new Map<string, Session>();

  function sweep(): void {
    const before = now() - idleMs;
    const held = new Set<Hex>();
    const ended = new Set<Hex>();
    for (const [id, session] of sessions) {
      if (session.lastSeen >= before) held.add(session.payer);
      else if (sessions.delete(id)) ended.add(session.payer);
    }
    for (const payer of ended) if (!held.has(payer)) onEnd(payer);
  }

  const sweeping = setInterval(sweep, 60_000);

  return {
    /** A new session's token: 256 random bits, kept only as a hash. */
    open(stream: string, payer: Hex): string {
      const token = randomBytes(32).toString('base64url');
      if (sessions.size >= mostSessions) sessions.delete(sessions.keys().next().value ?? '');
      const counts = { lastKey: 0, paidUntil: 0, second: 0, asked: 0, underWay: 0 };
      sessions.set(hash(token), { stream, payer, lastSeen: now(), had: null, ...counts });
      return token;
    },
    find(token: string): Session | undefined {
      const session = sessions.get(hash(token));
      if (session) session.lastSeen = now();
      return session;
    },
    /** False when the session asks too much. */
    mayAsk(session: Session): boolean {
      const second = Math.floor(now() / 1000);
      if (session.second !== second) {
        session.second = second;
        session.asked = 0;
      }
      session.asked += 1;
      return session.asked <= asksPerSecond && session.underWay < mostUnderWay;
    },
    /** Payers of a stream that got a key within the last `withinMs`. */
    watching(stream: string, withinMs: number): number {
      const since = now() - withinMs;
      const payers = new Set<Hex>();
      for (const s of sessions.values()) if (s.stream === stream && s.lastKey >= since) payers.add(s.payer);
      return payers.size;
    },
    stop: () => clearInterval(sweeping),
  };
}
