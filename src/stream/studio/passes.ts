// Who may watch what Livepeer Studio shows: whoever paid the gate for the key period that runs. Passes for viewers, answers for Studio.
import { randomBytes } from 'node:crypto';
import { Problem } from '../../vocabulary/problems.js';
import type { Session, Sessions } from '../gate/sessions.js';
import type { Keys } from '../keys.js';
import { headers, type Relay } from '../transcode/studio/relay.js';

export interface PassNeeds {
  relay: Pick<Relay, 'gate' | 'shown' | 'token' | 'isOwn'>;
  keys: Pick<Keys, 'newest'>;
  sessions: Pick<Sessions, 'find'>;
  now: () => number;
}

/** A pass is good for this long after what is paid for: until it is renewed, over a voucher under way and clocks that differ. */
const graceMs = 15_000;
/** A key period may begin so late before nothing is on air. */
const lateMs = 3000;
const mostKeys = 50_000;

export type Passes = ReturnType<typeof createPasses>;

export function createPasses(needs: PassNeeds) {
  const { relay, keys, sessions, now } = needs;
  /** By access key, oldest first. */
  const bearers = new Map<string, Session>();
  const accessKeys = new WeakMap<Session, string>();

  const pays = ({ paidUntil }: Session): boolean => paidUntil + graceMs > now();

  function accessKeyOf(session: Session): string {
    const known = accessKeys.get(session);
    if (known && bearers.has(known)) return known;
    const key = randomBytes(32).toString('base64url');
    accessKeys.set(session, key);
    bearers.set(key, session);
    const oldest = bearers.size > mostKeys ? bearers.keys().next().value : undefined;
    if (oldest !== undefined) bearers.delete(oldest);
    return key;
  }

  const passFor = (session: Session, playbackId: string): string | Promise<string> =>
    relay.gate === 'jwt' ? relay.token(playbackId, session.paidUntil + graceMs) : accessKeyOf(session);

  /** The number of the key to pay for now; null while nothing is on air. */
  function dueKey(stream: string): number | null {
    const period = keys.newest(stream);
    return period && period.at + period.durationMs + lateMs > now() ? period.n : null;
  }

  return {
    gate: relay.gate,
    shown: relay.shown,
    /** Costs nothing: what it shows is what the session's keys have paid for. Problem: session_needed. */
    async open(token: string) {
      const session = sessions.find(token);
      if (!session) throw new Problem('session_needed');
      const shown = relay.shown(session.stream);
      const wanted = pays(session) ? shown : [];
      const passes = await Promise.all(
        wanted.map(async ({ playbackId }) => ({ playbackId, value: await passFor(session, playbackId) })),
      );
      const key = shown.length > 0 ? dueKey(session.stream) : null;
      return { key, header: headers[relay.gate], passes };
    },
    /** Whether Studio is to let that viewer in. It remembers a refusal, so who is refused needs another access key. */
    admits(stream: string, accessKey: string): boolean {
      if (relay.gate !== 'webhook') return false;
      if (relay.isOwn(accessKey)) return true;
      const session = bearers.get(accessKey);
      if (session?.stream === stream && pays(session)) return true;
      bearers.delete(accessKey);
      return false;
    },
  };
}
