// Whether a question is Livepeer Studio's own: signed with the secret that we share, of now, and asked for the first time.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Studio's clock and ours may differ by this, ms. */
const toleranceMs = 120_000;

const header = /^t=(\d{1,15}),v1=([0-9a-f]{64})$/;

/** Why it is not; null when it is. */
export type Judge = (signature: string | undefined, body: Buffer, timestamp: unknown) => string | null;

export function createSignatureJudge({ secret, now }: { secret: string; now: () => number }): Judge {
  /** Until when each is remembered. */
  const seen = new Map<string, number>();

  function isNew(mark: string): boolean {
    for (const [known, until] of seen) if (until < now()) seen.delete(known);
    if (seen.has(mark)) return false;
    seen.set(mark, now() + 2 * toleranceMs);
    return true;
  }

  return (signature, body, timestamp) => {
    const [, at = '', mark = ''] = header.exec(signature ?? '') ?? [];
    const right = createHmac('sha256', secret).update(body).digest();
    if (!mark || !timingSafeEqual(right, Buffer.from(mark, 'hex'))) return 'it is not signed with our secret';
    // The header's time is not signed; the same in the body is.
    if (timestamp !== Number(at)) return 'its times differ';
    if (Math.abs(now() - Number(at)) > toleranceMs) return 'it is not of now';
    return isNew(mark) ? null : 'it was asked before';
  };
}
