// Chat purses on a real chain and a real store: paying, caps, top-up, the way out, links to pages, allowances.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ChatUser, mandateDigest } from '../../src/payments/chat/index.js';
import { sponsorSalt } from '../../src/payments/sponsor-deposit.js';
import { addressOf, randomKey, sign, voucherDigest } from '../../src/payments/typed-data.js';
import { Problem } from '../../src/vocabulary/problems.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { dai, type House, openPage, startHouse } from '../support/chat-house.js';
import { watch } from '../support/payments.js';

let site: Awaited<ReturnType<typeof startHouse>>;
let house: House;
let people = 1000;

beforeAll(async () => {
  site = await startHouse();
  house = await site.open();
  // Side by side is faster than one by one.
  const amounts = [10n, 10n, 10n, 1n, 1n, 1n, 3n, 100n, 50n, 2n].map((tokens) => tokens * dai);
  const users = await Promise.all(amounts.map(fund));
  for (const [i, amount] of amounts.entries()) {
    prepared.set(amount, [...(prepared.get(amount) ?? []), users[i] ?? nextUser()]);
  }
});
afterAll(() => site.stop());

const reopen = async () => {
  house = await site.reopen();
};
const refusal = (code: string) => expect.objectContaining({ code });
const nextUser = (platform: ChatUser['platform'] = 'discord'): ChatUser => ({ platform, user: `${people++}` });

const prepared = new Map<bigint, ChatUser[]>();

/** A chat account with `amount` of its own in its channel. */
const funded = async (amount: bigint) => prepared.get(amount)?.pop() ?? fund(amount);

async function fund(amount: bigint) {
  const user = nextUser();
  const { address } = await house.chat.topUp(user);
  await house.chain.mint(address, amount);
  await house.chat.collect(user);
  return user;
}

const tipOf = (id: string, amount: bigint, change: object = {}) => ({
  ...{ stream: 'main', id, amount, name: 'ann', message: 'great solo' },
  ...change,
});
const ownOf = async (user: ChatUser) => (await house.chat.account(user)).own;
const tipsOf = async (user: ChatUser) => {
  const { address } = await house.chat.account(user);
  return house.store.db.selectFrom('tips').selectAll().where('payer', '=', address).execute();
};

async function sponsored(amount: bigint) {
  await house.chain.mint(house.payments.sponsor.address, amount);
  await house.payments.sponsor.fund('main', amount);
}

describe('a tip from chat', () => {
  it('is signed for and charged, once however often and however at once it is asked', async () => {
    const user = await funded(10n * dai);
    const [a, b] = await Promise.all([
      house.chat.tip(user, tipOf('i1', 5n * dai)),
      house.chat.tip(user, tipOf('i1', 5n * dai)),
    ]);
    expect(b).toEqual(a);
    expect(await ownOf(user)).toEqual({ limit: 10n * dai, authorized: 5n * dai, spent: 5n * dai, left: 5n * dai });
    expect(await tipsOf(user)).toHaveLength(1);
    await house.chat.tip(user, tipOf('i2', dai));
    expect((await ownOf(user)).authorized).toBe(6n * dai);
  });

  it('is refused when its id was of another amount, message or stream', async () => {
    const user = await funded(10n * dai);
    await house.chat.tip(user, tipOf('i1', dai));
    for (const change of [{ amount: 2n * dai }, { message: 'other' }, { stream: 'other' }]) {
      await expect(house.chat.tip(user, tipOf('i1', dai, change))).rejects.toEqual(refusal('id_reused'));
    }
    const charge = { reason: 'vote/7', stream: 'main', kind: 'tip' as const, amount: dai };
    await house.chat.charge(user, charge);
    await house.chat.charge(user, charge);
    await expect(house.chat.charge(user, { ...charge, amount: 1n })).rejects.toEqual(refusal('id_reused'));
    expect((await ownOf(user)).spent).toBe(2n * dai);
  });

  it('says what to do when there is not enough', async () => {
    const user = await funded(dai);
    await expect(house.chat.tip(user, tipOf('i1', 5n * dai))).rejects.toMatchObject({
      code: 'chat_top_up_needed',
      message: 'That costs 5 DAI, and you have 1 DAI here. Top up with /topup, then try again.',
    });
    await expect(house.chat.tip(nextUser(), tipOf('i1', dai))).rejects.toEqual(refusal('chat_top_up_needed'));
    expect(await ownOf(user)).toMatchObject({ spent: 0n, authorized: 0n });
  });

  it('is claimed by the settler to the unit', async () => {
    const user = await funded(3n * dai);
    await house.chat.tip(user, tipOf('i1', dai + 7n));
    const { channel } = await house.chat.account(user);
    const report = await house.payments.settle({ refund: false, dryRun: false });
    expect(report.claims.find((claim) => claim.channel === channel)?.amount).toBe(`${dai + 7n}`);
  });
});

describe('caps', () => {
  it('hold for a command and for any 24 hours, over a restart, and do not stop a repeat', async () => {
    const user = await funded(100n * dai);
    await house.chat.setCaps(user, { perCommand: 6n * dai, perDay: 10n * dai });
    await expect(house.chat.tip(user, tipOf('i1', 6n * dai + 1n))).rejects.toMatchObject({
      code: 'chat_over_command',
      message: expect.stringContaining('at most 6 DAI'),
    });
    await house.chat.tip(user, tipOf('i1', 6n * dai));
    await reopen();
    await expect(house.chat.tip(user, tipOf('i2', 4n * dai + 1n))).rejects.toEqual(refusal('chat_over_day'));
    await house.chat.tip(user, tipOf('i2', 4n * dai));
    await house.chat.setCaps(user, { perCommand: 1n, perDay: 1n });
    await house.chat.tip(user, tipOf('i1', 6n * dai));
    expect((await house.chat.account(user)).caps).toMatchObject({ spentToday: 10n * dai, left: 0n });
    await house.chat.setCaps(user, { perCommand: 6n * dai, perDay: 10n * dai });
    site.clock.ahead = 24 * 3600_000;
    await house.chat.tip(user, tipOf('i3', 6n * dai)).finally(() => {
      site.clock.ahead = 0;
    });
  });

  it('are not passed by many at once', async () => {
    const user = await funded(50n * dai);
    await house.chat.setCaps(user, { perCommand: 3n * dai, perDay: 10n * dai });
    const wishes = Array.from({ length: 8 }, (_, i) => house.chat.tip(user, tipOf(`i${i}`, 3n * dai)));
    const outcomes = await Promise.allSettled(wishes);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect((await ownOf(user)).spent).toBe(9n * dai);
  });
});

describe('a top-up', () => {
  it('is seen at the address and deposited, but not for less than its gas', async () => {
    const user = nextUser('telegram');
    const data = await house.chat.topUp(user);
    expect(data.uri).toBe(`ethereum:${house.chain.token.address}@31337/transfer?address=${data.address}`);
    const running = house.chat.start();
    await house.chain.mint(data.address, 1000n);
    await house.chain.mint(data.address, 2n * dai);
    await vi.waitFor(async () => expect((await ownOf(user)).limit).toBe(2n * dai + 1000n), { timeout: 5000 });
    await house.chain.mint(data.address, dai / 100n - 1n);
    await house.chat.collect(user);
    expect((await ownOf(user)).limit).toBe(2n * dai + 1000n);
    await running.stop();
    expect(await house.chain.balanceOf(data.address)).toBe(dai / 100n - 1n);
  });

  it('comes from the faucet where tokens are worth nothing', async () => {
    const user = nextUser();
    expect(await house.chat.fromFaucet(user)).toBe(5n * dai);
    expect((await ownOf(user)).left).toBe(5n * dai);
  });
});

describe('withdrawing', () => {
  it('claims what was spent, and pays the rest out to the unit, once for each id', async () => {
    const user = await funded(10n * dai);
    await house.chat.tip(user, tipOf('i1', 3n * dai + 5n));
    const { address, channel } = await house.chat.account(user);
    await house.chain.mint(address, 77n);
    const to = addressOf(randomKey());
    const [a, b] = await Promise.all([
      house.chat.withdraw(user, { id: 'w1', to }),
      house.chat.withdraw(user, { id: 'w1', to }),
    ]);
    expect(a).toMatchObject({ to, amount: 7n * dai - 5n + 77n, transaction: expect.stringMatching(/^0x.{64}$/) });
    expect(b).toEqual(a);
    expect(await house.chain.balanceOf(to)).toBe(7n * dai - 5n + 77n);
    expect(await house.chain.balanceOf(address)).toBe(0n);
    expect(house.payments.channels.get(channel)?.claimed).toBe(3n * dai + 5n);
    await reopen();
    expect(await house.chat.withdraw(user, { id: 'w1', to })).toEqual(a);
    await expect(house.chat.withdraw(user, { id: 'w1', to: address })).rejects.toEqual(refusal('bad_request'));
    await expect(house.chat.withdraw(user, { id: 'w1', to: addressOf(randomKey()) })).rejects.toEqual(
      refusal('id_reused'),
    );
    await expect(house.chat.withdraw(user, { id: 'w2', to })).rejects.toEqual(refusal('chat_nothing_left'));
    await expect(house.chat.withdraw(user, { id: 'w2', to })).rejects.toEqual(refusal('chat_nothing_left'));
    await expect(house.chat.tip(user, tipOf('i2', 1n))).rejects.toEqual(refusal('chat_top_up_needed'));
    // The purse can be filled again.
    await house.chain.mint(address, dai);
    await house.chat.collect(user);
    await house.chat.tip(user, tipOf('i3', dai));
  });

  it('goes to another address when the chain refused the first', async () => {
    const user = await funded(dai);
    const { transferSigned } = house.chain;
    house.chain.transferSigned = () => Promise.reject(new Problem('chain_refused', { reason: 'blocked' }));
    const first = { id: 'w1', to: addressOf(randomKey()) };
    await expect(house.chat.withdraw(user, first)).rejects.toEqual(refusal('chain_refused'));
    house.chain.transferSigned = transferSigned;
    await expect(house.chat.withdraw(user, first)).rejects.toEqual(refusal('chain_refused'));
    const second = { id: 'w2', to: addressOf(randomKey()) };
    await house.chat.withdraw(user, second);
    expect(await house.chain.balanceOf(first.to)).toBe(0n);
    expect(await house.chain.balanceOf(second.to)).toBe(dai);
  });

  it('leaves a sponsor’s money with the sponsor, and refuses charges while it lasts', async () => {
    await sponsored(5n * dai);
    const user = await funded(dai);
    await house.chat.allow(user, { stream: 'main', limit: dai });
    const to = addressOf(randomKey());
    const leaving = house.chat.withdraw(user, { id: 'w1', to });
    await vi.waitFor(async () => expect((await house.chat.account(user)).withdrawing).toBe(true), { interval: 1 });
    await expect(house.chat.tip(user, tipOf('i1', 1n))).rejects.toEqual(refusal('chat_withdrawing'));
    await leaving;
    expect(await house.chain.balanceOf(to)).toBe(dai);
    expect((await house.chat.account(user)).allowances[0]).toMatchObject({ left: dai });
  });
});

describe('a page of the same person', () => {
  const mandate = async (page: { key: Hex; channel: Hex }, code: string, chat: Hex, limit: bigint) => ({
    ...{ channel: page.channel, limit },
    signature: sign(
      mandateDigest({ channel: page.channel, chat, limit, code: code.replace(/\D/g, '') }, house.payments.domain),
      page.key,
    ),
  });

  async function linked(limit: bigint) {
    const page = await openPage(house, 10n * dai);
    const user = nextUser();
    const { code } = await house.chat.issueCode(user, 'Ann');
    const { address, shownAs } = await house.chat.lookUp(code, page.payer);
    expect(shownAs).toBe('Ann');
    await house.chat.link({ code, payer: page.payer, mandate: await mandate(page, code, address, limit) });
    return { page, user, address, code };
  }

  it('lets the account spend what it signed, at most, and shares the money with the page', async () => {
    const { page, user } = await linked(3n * dai);
    await expect(house.chat.tip(user, tipOf('i1', dai))).rejects.toEqual(refusal('chat_link_unsigned'));
    await page.authorize(house, 2n * dai);
    await house.chat.tip(user, tipOf('i1', dai));
    await house.payments.ledger.charge(watch(page.payer, 1, dai / 2n));
    expect(house.payments.ledger.purse(page.channel)).toMatchObject({ spent: (3n * dai) / 2n });
    // Half a Dai is signed and left; a whole one is not, though the mandate would allow it.
    await expect(house.chat.tip(user, tipOf('i2', dai))).rejects.toEqual(refusal('chat_link_unsigned'));
    expect((await house.chat.account(user)).linked).toMatchObject({
      ...{ payer: page.payer, limit: 3n * dai, spent: dai, left: 2n * dai, signed: dai / 2n },
    });
    await page.authorize(house, 9n * dai);
    await reopen();
    await house.chat.tip(user, tipOf('i2', 2n * dai));
    await expect(house.chat.tip(user, tipOf('i3', 1n))).rejects.toEqual(refusal('chat_top_up_needed'));
    const purse = house.payments.ledger.purse(page.channel);
    expect(purse?.spent).toBe((7n * dai) / 2n);
    // What is claimed is covered by the page's own signature.
    const report = await house.payments.settle({ refund: false, dryRun: false });
    expect(report.claims.find((claim) => claim.channel === page.channel)?.amount).toBe(`${(7n * dai) / 2n}`);
  });

  it('needs the code, the page’s own signature over it, its own channel, and no other page before', async () => {
    const { page, user, address } = await linked(dai);
    const other = await openPage(house, dai);
    const fresh = await house.chat.issueCode(user, 'Ann');
    const good = await mandate(other, fresh.code, address, dai);
    const link = (change: object) =>
      house.chat.link({ code: fresh.code, payer: other.payer, mandate: good, ...change });
    await expect(link({})).rejects.toEqual(refusal('chat_linked_already'));
    await house.chat.unlink(user);
    await expect(link({ mandate: { ...good, limit: dai + 1n } })).rejects.toEqual(refusal('wrong_signer'));
    await expect(link({ mandate: { ...good, channel: page.channel } })).rejects.toEqual(refusal('wrong_signer'));
    await expect(link({ mandate: { ...good, channel: randomKey() } })).rejects.toEqual(refusal('unknown_purse'));
    const stolen = await mandate({ key: other.key, channel: page.channel }, fresh.code, address, dai);
    await expect(link({ mandate: stolen })).rejects.toEqual(refusal('wrong_signer'));
    await expect(link({ payer: page.payer })).rejects.toEqual(refusal('wrong_signer'));
    await link({});
    await expect(link({})).rejects.toEqual(refusal('chat_code_wrong'));
    const sponsor = await openPage(house, dai, sponsorSalt('other'));
    const { code } = await house.chat.issueCode(user, 'Ann');
    await house.chat.unlink(user);
    const wrong = { code, payer: sponsor.payer, mandate: await mandate(sponsor, code, address, dai) };
    await expect(house.chat.link(wrong)).rejects.toEqual(refusal('channel_not_ours'));
  });

  it('is joined once when asked twice at once, and by no code that is old or replaced', async () => {
    const page = await openPage(house, dai);
    const user = nextUser();
    const first = await house.chat.issueCode(user, 'Ann');
    const { code } = await house.chat.issueCode(user, 'Ann');
    const { address } = await house.chat.account(user);
    await expect(house.chat.lookUp(first.code, page.payer)).rejects.toEqual(refusal('chat_code_wrong'));
    const request = { code, payer: page.payer, mandate: await mandate(page, code, address, dai) };
    const outcomes = await Promise.allSettled([house.chat.link(request), house.chat.link(request)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const late = await house.chat.issueCode(nextUser(), 'Bob');
    site.clock.ahead = 10 * 60_000 + 1000;
    await expect(house.chat.lookUp(late.code, page.payer)).rejects.toEqual(refusal('chat_code_wrong'));
    site.clock.ahead = 0;
  });

  it('is parted from either side, at once and for good, and can be joined anew', async () => {
    const { page, user, address } = await linked(2n * dai);
    await page.authorize(house, 5n * dai);
    await house.chat.tip(user, tipOf('i1', dai));
    expect(await house.chat.unlinkFrom(addressOf(randomKey()), user)).toBe(false);
    expect(await house.chat.unlinkFrom(page.payer, user)).toBe(true);
    await expect(house.chat.tip(user, tipOf('i2', 1n))).rejects.toEqual(refusal('chat_top_up_needed'));
    await reopen();
    await expect(house.chat.tip(user, tipOf('i2', 1n))).rejects.toEqual(refusal('chat_top_up_needed'));
    expect((await house.chat.account(user)).linked).toBeNull();
    const { code } = await house.chat.issueCode(user, 'Ann');
    await house.chat.link({ code, payer: page.payer, mandate: await mandate(page, code, address, dai) });
    await house.chat.tip(user, tipOf('i2', dai));
    await expect(house.chat.tip(user, tipOf('i3', 1n))).rejects.toEqual(refusal('chat_top_up_needed'));
    expect(await house.chat.unlink(user)).toBe(true);
    expect(await house.chat.unlink(user)).toBe(false);
  });

  it('pays from what is given first, then from the account’s own, then from the page’s', async () => {
    await sponsored(5n * dai);
    const { page, user, address } = await linked(dai);
    await page.authorize(house, 5n * dai);
    await house.chain.mint(address, dai);
    await house.chat.collect(user);
    await house.chat.allow(user, { stream: 'main', limit: dai });
    const payers = async () => {
      const { own, allowances, linked: share } = await house.chat.account(user);
      return [allowances[0]?.spent, own.spent, share?.spent];
    };
    await reopen();
    await house.chat.tip(user, tipOf('i1', dai));
    expect(await payers()).toEqual([dai, 0n, 0n]);
    await house.chat.tip(user, tipOf('i2', dai));
    expect(await payers()).toEqual([dai, dai, 0n]);
    await house.chat.tip(user, tipOf('i3', dai));
    expect(await payers()).toEqual([dai, dai, dai]);
  });

  it('pays, is refused, joined and parted as a ten-line model says, whatever comes', async () => {
    await sponsored(5n * dai);
    const page = await openPage(house, 10n * dai);
    await page.authorize(house, 10n * dai);
    const user = await funded(dai);
    const { address } = await house.chat.account(user);
    await house.chat.allow(user, { stream: 'main', limit: 300n });
    await house.chat.setCaps(user, { perCommand: dai, perDay: 1000n * dai });
    const model = [300n, dai, 0n];
    const made = new Map<string, bigint>();
    const pay = (amount: bigint): boolean => {
      const i = model.findIndex((left) => left >= amount);
      if (i >= 0) model[i] = (model[i] ?? 0n) - amount;
      return i >= 0;
    };
    async function act({ what, n }: { what: number; n: number }, step: number): Promise<void> {
      const [id, amount] =
        what === 2 && made.size > 0 ? ([...made][n % made.size] ?? ['', 0n]) : [`s${step}`, tips[n % 6]];
      if (what === 0) {
        const { code } = await house.chat.issueCode(user, 'Ann');
        model[2] = BigInt(n + 1);
        await house.chat.link({ code, payer: page.payer, mandate: await mandate(page, code, address, BigInt(n + 1)) });
      } else if (what === 1) {
        await house.chat.unlink(user);
        model[2] = 0n;
      } else {
        const done = await house.chat.tip(user, tipOf(id, amount ?? 0n)).then(
          () => true,
          (error) => (error.code === 'chat_top_up_needed' ? false : Promise.reject(error)),
        );
        expect(done).toBe(made.has(id) || pay(amount ?? 0n));
        if (done) made.set(id, amount ?? 0n);
      }
      const { own, allowances, linked: share } = await house.chat.account(user);
      expect([allowances[0]?.left, own.left, share?.left ?? 0n]).toEqual(model);
    }
    const tips = [1n, 150n, 299n, dai / 2n, dai, 7n];
    const acts = fc.array(fc.record({ what: fc.nat(7), n: fc.nat(999) }), { minLength: 80, maxLength: 80 });
    const all = async (list: { what: number; n: number }[]) => {
      for (const [step, one] of list.entries()) await act(one, step);
    };
    await fc.assert(fc.asyncProperty(acts, all), { numRuns: 1, endOnFailure: true });
  });

  it('is one person with all its accounts and links', async () => {
    const { page, user } = await linked(dai);
    const second = nextUser('telegram');
    await house.chat.fromFaucet(second);
    const { code } = await house.chat.issueCode(second, 'Ann T');
    await house.chat.link({ code, payer: page.payer, mandate: null });
    const handed = addressOf(randomKey());
    await house.chat.watchLink(second, { stream: 'main', signer: handed, limit: 10n });
    const all = async () => {
      const { address } = await house.chat.account(user);
      return [user, second, page.payer, handed, address].map((one) => house.chat.personOf(one));
    };
    expect(new Set(await all()).size).toBe(1);
    // A key is of who got it first.
    await house.chat.handedOut(nextUser(), handed);
    expect(house.chat.personOf({ platform: 'discord', user: `${people - 1}` })).not.toBe(house.chat.personOf(user));
    await reopen();
    expect(new Set(await all()).size).toBe(1);
    expect(house.chat.linkedTo(page.payer).map(({ platform }) => platform)).toEqual(['discord', 'telegram']);
    expect(house.chat.personOf(nextUser())).not.toBe(house.chat.personOf(user));
    await house.chat.unlink(second);
    expect(house.chat.personOf(second)).not.toBe(house.chat.personOf(user));
    expect(house.chat.personOf(handed)).toBe(house.chat.personOf(second));
  });
});

describe('a link from chat', () => {
  it('watches on the account’s own money, and shares it with its tips', async () => {
    const user = await funded(2n * dai);
    const key = randomKey();
    const made = await house.chat.watchLink(user, { stream: 'main', signer: addressOf(key), limit: 5n * dai });
    await reopen();
    const { ledger, domain } = house.payments;
    await ledger.acceptVoucher(made.id, 3n * dai, sign(voucherDigest(made.id, 3n * dai, domain), key));
    await Promise.all([
      ledger.charge(watch(made.signer, 1, dai / 2n)),
      house.chat.tip(user, tipOf('i1', dai)),
      ledger.charge(watch(made.signer, 2, dai / 4n)),
    ]);
    expect(await ownOf(user)).toMatchObject({ spent: (7n * dai) / 4n, left: dai / 4n });
    await expect(ledger.charge(watch(made.signer, 3, dai))).rejects.toEqual(refusal('sponsor_unavailable'));
  });
});

describe('a sponsor’s allowance', () => {
  it('is one for each person and stream, also at once, after a restart, and over his accounts', async () => {
    await sponsored(20n * dai);
    const user = nextUser();
    const second = nextUser('telegram');
    const page = await openPage(house, dai);
    for (const one of [user, second]) {
      const { code } = await house.chat.issueCode(one, 'x');
      await house.chat.link({ code, payer: page.payer, mandate: null });
    }
    const asked = [user, user, second, second];
    const all = await Promise.all(asked.map((one) => house.chat.allow(one, { stream: 'main', limit: 2n * dai })));
    expect(new Set(all.map(({ purse }) => purse)).size).toBe(1);
    await reopen();
    const again = await house.chat.allow(second, { stream: 'main', limit: 9n * dai });
    expect(again).toEqual(all[0]);
    const holder = [user, second].find(({ platform }) => again.account.startsWith(platform)) ?? user;
    await house.chat.tip(holder, tipOf('i1', 2n * dai));
    await expect(house.chat.tip(holder, tipOf('i2', 1n))).rejects.toEqual(refusal('chat_top_up_needed'));
    await expect(house.chat.tip(holder, tipOf('i3', 1n, { stream: 'other' }))).rejects.toThrow();
    const fresh = await house.chat.allow(nextUser(), { stream: 'main', limit: dai });
    expect(fresh).toMatchObject({ limit: dai, left: dai, revoked: false });
  });

  it('is kept when it was killed between its row and its purse, with its first limit', async () => {
    await sponsored(5n * dai);
    const user = nextUser();
    await house.chat.account(user);
    site.killAt(1, 'after');
    await expect(house.chat.allow(user, { stream: 'main', limit: dai })).rejects.toThrow();
    await reopen();
    expect(house.payments.ledger.pursesOf((await house.chat.account(user)).address, 'main')).toHaveLength(0);
    expect(await house.chat.allow(user, { stream: 'main', limit: 3n * dai })).toMatchObject({ limit: dai, left: dai });
  });

  it('is taken back, and not given again', async () => {
    await sponsored(5n * dai);
    const user = nextUser();
    expect(await house.chat.revokeAllowance(user, 'main')).toBe(false);
    await house.chat.allow(user, { stream: 'main', limit: dai });
    expect(await house.chat.revokeAllowance(user, 'main')).toBe(true);
    await expect(house.chat.tip(user, tipOf('i1', 1n))).rejects.toThrow();
    expect(await house.chat.allow(user, { stream: 'main', limit: dai })).toMatchObject({ left: 0n, revoked: true });
  });

  it('waits for a channel that is not funded yet', async () => {
    const user = nextUser();
    const wish = { stream: 'other', limit: dai };
    const other = nextUser();
    await expect(house.chat.allow(user, wish)).rejects.toEqual(refusal('sponsor_unavailable'));
    await expect(house.chat.allow(other, wish)).rejects.toEqual(refusal('sponsor_unavailable'));
    expect(await house.chat.revokeAllowance(other, 'other')).toBe(true);
    await house.chain.mint(house.payments.sponsor.address, dai);
    await house.payments.sponsor.fund('other', dai);
    expect(await house.chat.allow(user, wish)).toMatchObject({ left: dai });
    expect(await house.chat.allow(other, wish)).toMatchObject({ left: 0n, revoked: true });
  });
});

it('knows an account by platform and user, and derives its key anew each time', async () => {
  const a = await house.chat.account({ platform: 'discord', user: '5' });
  const b = await house.chat.account({ platform: 'telegram', user: '5' });
  expect(a.address).not.toBe(b.address);
  await reopen();
  expect((await house.chat.account({ platform: 'discord', user: '5' })).address).toBe(a.address);
  for (const user of ['', '0', '05', '-5', '5 ', 'ann', '1'.repeat(21)]) {
    await expect(house.chat.account({ platform: 'discord', user })).rejects.toEqual(refusal('bad_request'));
  }
});

it('leaves books that add up when all of it is derived anew', async () => {
  const { checked, findings } = await house.payments.verify();
  expect(checked.charges).toBeGreaterThan(20);
  // Nothing follows the chain's events here, no segment was made, and a vote is no tip.
  const expected = /events add up|another price|^tips /;
  expect(findings.filter(({ what }) => !expected.test(what))).toEqual([]);
});
