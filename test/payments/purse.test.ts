// All purse arithmetic against a model of a few lines: the pure rules over the whole range, then a ledger of several purses.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  judgeCharge,
  judgeVoucher,
  type Purse,
  purseState,
  remaining,
  shutBy,
  whyNonePays,
} from '../../src/payments/purse.js';
import { randomKey } from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { addChannel, addPass, freshLedger, voucher, watch } from '../support/payments.js';

const most = (1n << 128n) - 1n;
/** Small numbers, where rules meet, and the edges of uint128. */
const amount = fc.oneof(fc.bigInt(0n, 9n), fc.bigInt(0n, most), fc.constantFrom(most - 1n, most));
const now = 1000;

const purse: fc.Arbitrary<Purse> = fc
  .record({
    three: fc.tuple(amount, amount, amount).map((all) => all.sort((a, b) => (a < b ? -1 : 1))),
    lowered: fc.option(amount, { nil: undefined }),
    closing: fc.boolean(),
    revokedAt: fc.constantFrom(null, 999),
    expiresAt: fc.constantFrom(null, 999, 1000, 1001),
  })
  .map(({ three: [spent = 0n, authorized = 0n, limit = 0n], lowered, ...rest }) => ({
    ...{ id: '0x01', kind: 'pass', signer: '0x02', channel: '0x03', stream: 'main', label: '', createdAt: 1 },
    ...{ spent, authorized, limit: lowered === undefined || lowered > limit ? limit : lowered, signature: null },
    ...rest,
  }));

const over = (p: Purse) => p.revokedAt !== null || (p.expiresAt !== null && (p.expiresAt ?? now) < now);
const open = (p: Purse) => !p.closing && !over(p);

describe('the rules of one purse', () => {
  const check = (holds: (p: Purse, a: bigint) => void) =>
    fc.assert(fc.property(purse, amount, holds), { numRuns: 5000 });

  it('take a voucher just when it is higher, within the limit, and the purse is open', () => {
    check((p, a) => {
      const higher = a > p.authorized && a <= p.limit && open(p);
      expect(judgeVoucher(p, a, now) === 'accept').toBe(higher);
      expect(judgeVoucher(p, a, now) === 'known').toBe(a === p.authorized);
      if (higher) expect(p.spent <= a && a <= p.limit).toBe(true);
    });
  });

  it('charge just what is signed for, within the limit, of an open purse', () => {
    check((p, a) => {
      const covered = p.spent + a <= p.authorized && p.spent + a <= p.limit && open(p);
      expect(judgeCharge(p, a, now) === 'charge').toBe(covered);
    });
  });

  it('ask for a voucher just when one would be taken, and would be enough', () => {
    check((p, a) => {
      const asks = judgeCharge(p, a, now) === 'voucher_needed';
      const helps = judgeVoucher(p, p.spent + a, now) === 'accept';
      expect(asks).toBe(helps && p.spent + a > p.authorized);
      if (asks) expect(judgeCharge({ ...p, authorized: p.spent + a }, a, now)).toBe('charge');
    });
  });

  it('say as remaining exactly the most that could still be charged', () => {
    check((p) => {
      const signed = { ...p, authorized: p.limit, revokedAt: null, expiresAt: null };
      const left = remaining(p);
      expect(left >= 0n).toBe(true);
      if (left > 0n) expect(judgeCharge(signed, left, now)).toBe('charge');
      expect(judgeCharge(signed, left + 1n, now)).not.toBe('charge');
    });
  });

  it('name why a purse pays nothing more, and only then', () => {
    check((p, a) => {
      expect(shutBy(p, now) !== null).toBe(over(p));
      const why = whyNonePays([p], a, now);
      expect(why !== 'out_of_credit').toBe(over(p) && remaining(p) >= a);
    });
  });

  it('show a page the whole amounts', () => {
    check((p) => {
      const { limit, authorized, spent } = purseState(p);
      expect([BigInt(limit), BigInt(authorized), BigInt(spent)]).toEqual([p.limit, p.authorized, p.spent]);
    });
  });
});

/** Two viewers on one sponsor: the first has two links and a channel of her own, the other one link. */
const whose = ['ann', 'bob'] as const;
const names = ['first', 'second', 'own', 'bobs'] as const;
const small = fc.bigInt(1n, 12n);
const act = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('charge' as const),
      who: fc.constantFrom(...whose),
      n: fc.nat(9),
      by: small,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('sign' as const), on: fc.constantFrom(...names), to: fc.bigInt(0n, 60n) }),
  },
  fc.record({ do: fc.constant('topUp' as const), on: fc.constantFrom(...names, 'sponsor' as const), by: small }),
  fc.record({
    do: fc.constant('withdraw' as const),
    on: fc.constantFrom('own' as const, 'sponsor' as const),
    by: small,
  }),
  fc.record({
    do: fc.constant('revoke' as const),
    on: fc.constantFrom('first' as const, 'second' as const, 'bobs' as const),
  }),
  fc.record({ do: fc.constant('tick' as const), by: fc.nat(3) }),
  fc.record({ do: fc.constant('sponsor' as const), signs: fc.boolean() }),
);

interface Model {
  limit: bigint;
  authorized: bigint;
  spent: bigint;
  ends: number;
}
const fresh = (limit: bigint, ends = Number.POSITIVE_INFINITY): Model => ({ limit, authorized: 0n, spent: 0n, ends });
const fits = (m: Model, by: bigint) => m.spent + by <= m.limit;

/** What a charge does by the rules that people are told: its payer's purses in order, the sponsor behind each link. */
function expected(order: Model[], links: Set<Model>, sponsor: Model, signs: boolean, by: bigint, at: number): string {
  const able = order.filter((m) => fits(m, by) && at <= m.ends);
  for (const m of able) {
    if (links.has(m) && !fits(sponsor, by)) continue;
    if (m.spent + by > m.authorized) return 'voucher_needed';
    if (links.has(m)) {
      if (sponsor.spent + by > sponsor.authorized && !signs) continue;
      sponsor.spent += by;
      if (sponsor.authorized < sponsor.spent) sponsor.authorized = sponsor.spent;
    }
    m.spent += by;
    return 'paid';
  }
  return able.length > 0 ? 'sponsor_unavailable' : 'refused';
}

type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

/** The ledger and the model of it, side by side; `play` does one act to both, and compares. */
async function openTwins() {
  let [clock, signs] = [100, true];
  const sponsorKeys = new Map<Hex, Hex>();
  const { ledger, store } = await freshLedger({ sponsorKeys, now: () => clock });
  const sponsor = await addChannel(ledger, 30n);
  const ann = randomKey();
  const first = await addPass(ledger, sponsor.id, 20n, ann);
  // Of one key and channel there is one link: the second is another sponsor's, who always signs.
  const other = await addChannel(ledger, 10n ** 6n);
  await ledger.acceptVoucher(other.id, 10n ** 6n, voucher(other.id, 10n ** 6n, other.key));
  const second = await addPass(ledger, other.id, 15n, ann, { expiresAt: 108 });
  const own = await addChannel(ledger, 25n, ann);
  const bobs = await addPass(ledger, sponsor.id, 30n);
  const real = { first, second, own, bobs, sponsor };
  const m = { first: fresh(20n), second: fresh(15n, 108), own: fresh(25n), bobs: fresh(30n), sponsor: fresh(30n) };
  const paid = new Set<string>();

  async function charge({ who, n, by }: Act & { do: 'charge' }): Promise<void> {
    const order = who === 'ann' ? [m.first, m.second, m.own] : [m.bobs];
    const should = paid.has(`${who}/${n}`)
      ? 'paid'
      : expected(order, new Set([m.first, m.bobs]), m.sponsor, signs, by, clock);
    const request = watch(who === 'ann' ? first.signer : bobs.signer, n, by);
    const did = await ledger.charge(request).then(
      () => 'paid',
      (error: { code: string }) => error.code,
    );
    expect(['out_of_credit', 'link_expired', 'link_revoked'].includes(did) ? 'refused' : did).toBe(should);
    if (did === 'paid') paid.add(`${who}/${n}`);
  }

  async function sign({ on, to }: Act & { do: 'sign' }): Promise<void> {
    if (to > m[on].authorized && to <= m[on].limit && clock <= m[on].ends) m[on].authorized = to;
    await ledger.acceptVoucher(real[on].id, to, voucher(real[on].id, to, real[on].key)).catch(() => {});
  }

  const change = (on: keyof typeof m, by: bigint) => {
    m[on].limit += by;
    return ledger.adjust(real[on].id, (purse) => {
      purse.limit += by;
    });
  };

  const revoke = ({ on }: Act & { do: 'revoke' }) => {
    m[on].ends = Math.min(m[on].ends, clock - 1);
    return ledger.adjust(real[on].id, (purse) => {
      purse.revokedAt ??= clock;
    });
  };

  return {
    store,
    async play(a: Act): Promise<void> {
      if (a.do === 'sponsor') signs = a.signs;
      if (signs) sponsorKeys.set(sponsor.id, sponsor.key);
      else sponsorKeys.delete(sponsor.id);
      if (a.do === 'tick') clock += a.by;
      if (a.do === 'topUp') await change(a.on, a.by);
      if (a.do === 'withdraw') await change(a.on, -a.by);
      if (a.do === 'revoke') await revoke(a);
      if (a.do === 'sign') await sign(a);
      if (a.do === 'charge') await charge(a);
      for (const name of [...names, 'sponsor'] as const) {
        const { limit, authorized, spent } = m[name];
        expect(ledger.purse(real[name].id), name).toMatchObject({ limit, authorized, spent });
      }
      const total = m.first.spent + m.second.spent + m.own.spent + m.bobs.spent;
      expect(ledger.earned('main').watched).toBe(total);
      expect(m.sponsor.spent).toBe(m.first.spent + m.bobs.spent);
    },
  };
}

it('a ledger of links, their sponsor and a channel agrees with the model after every act', async () => {
  const lives = fc.asyncProperty(fc.array(act, { minLength: 10, maxLength: 60, size: 'max' }), async (acts) => {
    const twins = await openTwins();
    for (const one of acts) await twins.play(one);
    await twins.store.close();
  });
  await fc.assert(lives, { numRuns: 100 });
});
