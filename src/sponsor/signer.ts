// Answers a server that asks for the channel's voucher: checks what it shows, writes it down, and only then signs.
import { channelId, sign, voucherDigest } from '../payments/typed-data.js';
import { type SignAnswer, SignRequest } from '../vocabulary/sponsor.js';
import type { Hex } from '../vocabulary/values.js';
import type { Book, Place } from './book.js';
import { type Bounds, decide, judgeEvidence, type VoucherVerdict } from './rule.js';

const lies: Partial<Record<VoucherVerdict, string>> = {
  not_issued: 'a voucher of a link that this sponsor never made',
  over_limit: 'a voucher above its link’s limit',
  forged: 'a voucher that is not signed by its link’s key',
};

/** Thrown inside the transaction, so that nothing of a dishonest request is kept. */
class Lie extends Error {}

export type Signer = ReturnType<typeof createSigner>;

export function createSigner(needs: {
  book: Book;
  place: Place;
  bounds: () => Bounds;
  now: () => number;
  /** Told of every refusal, in words. */
  onRefusal: (reason: string) => void;
}) {
  const { book, place, now } = needs;
  const channel = channelId(place.config, place.domain);

  function check(request: SignRequest): { total: bigint; short: 'evidence' | 'bound' | null; ignored: Hex[] } {
    const bounds = needs.bounds();
    const at = now();
    const standing = book.standing(bounds.burst);
    const ignored: Hex[] = [];
    for (const { signer, amount, signature } of request.vouchers) {
      const link = book.link(signer);
      const voucher = { signer, amount: BigInt(amount), signature };
      const verdict = judgeEvidence(link, voucher, { channel, domain: place.domain, now: at });
      const lie = lies[verdict];
      if (lie) throw new Lie(`The server showed ${lie} (${signer}). Nothing was signed.`);
      if (verdict === 'closed') ignored.push(signer);
      if (verdict !== 'count' || !link) continue;
      book.count(signer, voucher.amount, signature);
      standing.covered += voucher.amount - link.counted;
    }
    const wish = { atLeast: BigInt(request.atLeast), atMost: BigInt(request.atMost) };
    const decision = decide(standing, bounds, wish, at);
    const raised = decision.standing.signed > standing.signed;
    if (raised || standing.covered > book.standing(bounds.burst).covered) book.setStanding(decision.standing);
    return { total: decision.standing.signed, short: decision.short, ignored };
  }

  /** Signs no more than link vouchers cover. What it answers is on disk before. */
  return function answer(raw: unknown): SignAnswer {
    const request = SignRequest.safeParse(raw);
    if (!request.success) return { ok: false, reason: 'the request is not understood' };
    if (request.data.channel !== channel)
      return { ok: false, reason: 'this is not the channel that this sponsor owns' };
    try {
      const { total, short, ignored } = book.act(() => check(request.data));
      const signature = total === 0n ? null : sign(voucherDigest(channel, total, place.domain), book.key);
      if (short === 'bound') needs.onRefusal('The bound is reached: links wait until it allows more.');
      return { ok: true, total: `${total}`, signature, short, ignored };
    } catch (error) {
      const reason = error instanceof Lie ? error.message : 'the sponsor cannot write its record';
      needs.onRefusal(error instanceof Lie ? reason : `${reason}: ${error instanceof Error ? error.message : error}`);
      return { ok: false, reason };
    }
  };
}
