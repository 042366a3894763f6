// A sponsor in a process of its own: signs what link vouchers cover, and now and then nothing at all.
import type { Signed, SignWish } from '../../../src/payments/remote-sponsors.js';
import { openSignatures } from '../../../src/payments/signatures.js';
import { sponsorSalt } from '../../../src/payments/sponsor-deposit.js';
import { type ChannelFields, channelId, passId, voucherDigest } from '../../../src/payments/typed-data.js';
import type { Hex } from '../../../src/vocabulary/values.js';
import { stream } from '../house/requests.js';
import { signerOf } from './keys.js';
import { live, signDeposit, type Town } from './town.js';

export type FarSponsor = Awaited<ReturnType<typeof createFarSponsor>>;

export async function createFarSponsor(town: Town, tokens: bigint) {
  const { clock, random, trace, place } = town;
  const { recover } = await openSignatures({});
  const signer = signerOf('far sponsor');
  const salt = sponsorSalt(stream);
  const config: ChannelFields = { payer: signer.address, payerAuthorizer: signer.address, ...town.terms, salt };
  const channel = channelId(config, place.domain);
  const counted = new Map<Hex, bigint>();
  let signed = 0n;
  let signing = true;
  let opened = false;

  /** Only what a link's own key has signed for counts. */
  function count({ signer: by, amount, signature }: SignWish['vouchers'][number]): void {
    const digest = voucherDigest(passId(channel, by, place.domain), amount, place.domain);
    if (recover(digest, signature) === by && amount > (counted.get(by) ?? 0n)) counted.set(by, amount);
  }

  function decide(wish: SignWish): Signed {
    for (const voucher of wish.vouchers) count(voucher);
    const covered = Array.from(counted.values()).reduce((sum, amount) => sum + amount, 0n);
    const most = covered < wish.atMost ? covered : wish.atMost;
    if (most > signed) signed = most;
    const signature = signed > 0n ? signer.sign(voucherDigest(channel, signed, place.domain)) : null;
    return { total: signed, signature, short: signed >= wish.atLeast ? null : 'evidence', ignored: [] };
  }

  /** Over its socket, which dies with the server. */
  const ask = (wish: SignWish): Promise<Signed> =>
    new Promise((resolve, reject) => {
      const how = { server: true, quiet: true };
      const refuse = (): void => reject(new Error('the sponsor does not answer'));
      if (!signing) return void clock.after(3000, 'the sponsor is silent', refuse, how);
      const answer = (): void => {
        const decision = decide(wish);
        clock.after(random.wait(5, 400), 'the sponsor has signed', () => resolve(decision), how);
      };
      clock.after(random.wait(5, 400), 'the sponsor is asked', answer, how);
    });

  const first = signDeposit(town, signer, config, tokens);
  return {
    signer,
    channel,
    tokens,
    ask,
    counted: (): bigint => Array.from(counted.values()).reduce((sum, amount) => sum + amount, 0n),
    /** Opens the channel; calls `then` once. */
    open(then: () => void): void {
      const again = (): void =>
        town.ask('far sponsor', first, (reply) => {
          if (reply.kind !== 'answer') return void clock.after(3000, 'far sponsor waits', again, { quiet: true });
          if (!opened) then();
          opened = true;
        });
      again();
    },
    start: () =>
      live(town, 'far sponsor', 60_000, () => {
        if (!random.chance(0.3)) return;
        signing = !signing;
        trace.say(`the far sponsor ${signing ? 'signs' : 'does not sign'}`);
      }),
    rest: () => {
      signing = true;
    },
  };
}
