// The key in force of one stream: turned by the lead cam when a key period of its media is used up, shared by all cams.

/** Numbers, and bytes, of the keys. */
export interface KeySource {
  /** The next key's number; durable when it resolves. */
  open(stream: string, durationMs: number): Promise<number>;
  /** 16 bytes. */
  bytes(stream: string, n: number): Buffer;
  /** The newest key that there is, of an earlier run too. */
  newest?(stream: string): { n: number; durationMs: number } | undefined;
}

export interface Taken {
  n: number;
  /** The segment may get this long, ms; what comes after needs the next key. */
  limitMs: number;
}

/** A keyframe this much early still ends its segment, or its key period: encoders' clocks tick in frames. */
export const toleranceMs = 40;

export type KeyClock = ReturnType<typeof createKeyClock>;

export function createKeyClock(needs: { stream: string; keys: KeySource; keyPeriodMs: () => number }) {
  const { stream, keys } = needs;
  let key: { n: number; ms: number } | null = null;
  let lead: string | null = null;
  /** Media that each cam published under the key in force. */
  let used = new Map<string, number>();
  let turn: Promise<unknown> = Promise.resolve();

  const left = (cam: string): number => (key ? key.ms - (used.get(cam) ?? 0) : 0);

  /** A key that has not been turned in time has a lead that stands still: whoever sees that takes its place. */
  const overdue = (cam: string): boolean => left(cam) <= -needs.keyPeriodMs();

  /** Media of whole segments; what was paid for and never came is taken off the price. */
  async function open(cam: string, expectedMs: number): Promise<void> {
    const count = Math.max(1, Math.floor((needs.keyPeriodMs() + toleranceMs) / expectedMs));
    const ms = Math.round(expectedMs * count);
    const n = await keys.open(stream, ms - Math.max(0, Math.round(left(cam))));
    key = { n, ms };
    used = new Map();
  }

  async function takeNow(cam: string, expectedMs: number): Promise<Taken> {
    lead ??= cam;
    if (overdue(cam)) lead = cam;
    if (!key || (lead === cam && left(cam) < expectedMs - toleranceMs)) await open(cam, expectedMs);
    if (!key) throw new Error('no key');
    // A cam whose keyframes come far more seldom than the lead's has keys of its own, so that none unlocks too much.
    if (lead !== cam && expectedMs > key.ms + needs.keyPeriodMs()) {
      return { n: await keys.open(stream, Math.round(expectedMs)), limitMs: expectedMs + needs.keyPeriodMs() };
    }
    return { n: key.n, limitMs: Math.max(expectedMs, left(cam)) + needs.keyPeriodMs() };
  }

  return {
    /** The key for a segment that begins now and will be about that long; durable when it resolves. */
    take(cam: string, expectedMs: number): Promise<Taken> {
      const taken = turn.then(() => takeNow(cam, expectedMs));
      turn = taken.catch(() => {});
      return taken;
    },
    /** Goes on with the key that a killed run left in force; `usedOf` tells how much was published under it. */
    resume(cam: string, usedOf: (n: number) => number): void {
      const last = keys.newest?.(stream);
      if (last) key ??= { n: last.n, ms: last.durationMs };
      if (key && !used.has(cam)) used.set(cam, usedOf(key.n));
    },
    /** Tells how much was published under a key. */
    use(cam: string, n: number, ms: number): void {
      if (n === key?.n) used.set(cam, (used.get(cam) ?? 0) + ms);
    },
    /** It is lost, or over: another one leads. */
    leave(cam: string): void {
      if (lead === cam) lead = null;
    },
    isLead: (cam: string): boolean => lead === cam,
    bytes: (n: number): Buffer => keys.bytes(stream, n),
  };
}
