// Predictions on a real house and the real escrow contract: shared out, given back, decided by who may, killed and resumed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { predictionEscrow } from '../../src/chain/index.js';
import { stakeChannel } from '../../src/polls/predictions/channel.js';
import type { StakeRequest } from '../../src/vocabulary/predictions.js';
import { Problem } from '../../src/vocabulary/problems.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { dai } from '../support/chat-house.js';
import { fan, minute, own, page, payingPage, type Room, startPredictionHouse, until, wish } from './house.js';

let house: Awaited<ReturnType<typeof startPredictionHouse>>;
let room: Room;
beforeAll(async () => {
  house = await startPredictionHouse({ feeBps: 1000 });
  room = await house.open();
});
afterAll(() => house.stop());

const fails = (code: string) => expect.objectContaining({ code });
let ids = 0;
const bet = (option: number, amount: bigint) => ({ id: `discord-${++ids}`, option, amount });
const open = (change: object = {}) => room.predictions.open('main', 'host', wish(change));
const inEscrow = () => room.chain.balanceOf(predictionEscrow.address);
const state = async (id: string) => (await room.predictions.view(id)).state;
const told = (id: string) =>
  room.events.flatMap((e) => (e.type === 'prediction' && e.data.prediction.id === id ? [e.data.what] : []));

/** Everything unfinished is called off, so that the next test can open. */
async function clear(): Promise<void> {
  for (const { id, state: now } of await room.predictions.list('main')) {
    if (['open', 'locked', 'resolved'].includes(now)) await room.predictions.cancel(id, 'host');
    await until(async () => ['paid', 'refunded', 'failed'].includes(await state(id)));
  }
}

describe('a prediction', () => {
  it('takes stakes from chat and page, tells odds, and pays winners to where they spend from', async () => {
    const { predictions, chat } = room;
    const [ann, ben] = [await fan(room), await fan(room)];
    const eve = await page(room);
    const { id, market } = await open();
    expect(await predictions.view(id)).toMatchObject({ state: 'open', pot: '0', odds: [null, null, null] });

    await predictions.stakeFromChat(id, ann, bet(0, 2n * dai));
    await predictions.stakeFromChat(id, ben, bet(1, 3n * dai));
    const request = eve.request(await predictions.view(id), 0, dai);
    const receipt = await predictions.stake(id, request);
    expect(receipt).toMatchObject({ amount: `${dai}`, prediction: { pot: `${6n * dai}`, stakes: 3 } });
    expect(receipt.prediction.odds).toEqual([2000, 2000, null]);
    await until(() => room.odds.some((o) => o.prediction === id && o.stakes === 3));
    expect([await own(room, ann), await own(room, ben)]).toEqual([3n * dai, 2n * dai]);

    await predictions.lock(id, 'host');
    await expect(predictions.stakeFromChat(id, ann, bet(0, dai))).rejects.toThrow(fails('prediction_locked'));
    const resolved = await predictions.resolve(id, 'host', 0);
    expect(resolved).toMatchObject({ state: 'resolved', winner: 0, refunds: false });
    expect(resolved.finalAt).toBeGreaterThan(house.now() + 4 * minute);
    await house.pass(5 * minute + 3000);
    await until(async () => (await state(id)) === 'paid');

    // 3 Dai lost, a tenth of it is the fee: 5.7 Dai for three staked.
    expect(await own(room, ann)).toBe(3n * dai + (38n * dai) / 10n);
    expect(await own(room, ben)).toBe(2n * dai);
    expect(await room.chain.balanceOf(eve.payer)).toBe(4n * dai + (19n * dai) / 10n);
    expect(await room.chain.balanceOf(house.place.host)).toBe((3n * dai) / 10n);
    expect(await inEscrow()).toBe(0n);
    expect(told(id)).toEqual(['opened', 'locked', 'resolved', 'paid']);
    expect(market).toMatch(/^0x[0-9a-f]{64}$/);
    expect(await chat.account(ann)).toMatchObject({ withdrawing: false });
  });

  it('gives all back when it is called off, nobody is right, or everybody is', async () => {
    const { predictions } = room;
    const [ann, ben] = [await fan(room), await fan(room)];
    const ends: ((id: string) => Promise<unknown>)[] = [
      (id) => predictions.cancel(id, 'host'),
      (id) => predictions.resolve(id, 'host', 2),
    ];
    for (const end of ends) {
      const { id } = await open();
      await predictions.stakeFromChat(id, ann, bet(0, 2n * dai));
      await predictions.stakeFromChat(id, ben, bet(1, dai));
      await predictions.lock(id, 'host');
      await end(id);
      await house.pass(5 * minute + 3000);
      await until(async () => ['paid', 'refunded'].includes(await state(id)));
      expect(await predictions.view(id)).toMatchObject({ refunds: true });
      expect([await own(room, ann), await own(room, ben)]).toEqual([5n * dai, 5n * dai]);
      expect(await inEscrow()).toBe(0n);
    }
    const { id } = await open();
    await predictions.stakeFromChat(id, ann, bet(0, 2n * dai));
    await predictions.lock(id, 'host');
    await predictions.resolve(id, 'host', 0);
    await house.pass(5 * minute + 3000);
    await until(async () => (await state(id)) === 'paid');
    expect(await own(room, ann)).toBe(5n * dai);
  });

  it('locks by its time, and gives all back when nobody says what happened for a day; also over restarts', async () => {
    const ann = await fan(room);
    const { id } = await open({ openMs: 2 * minute });
    await room.predictions.stakeFromChat(id, ann, bet(0, 2n * dai));
    room = await house.reopen();
    await house.pass(2 * minute);
    await until(async () => (await state(id)) === 'locked');
    room = await house.reopen();
    await house.pass(24 * 60 * minute + 3000);
    await until(async () => (await state(id)) === 'refunded');
    expect(await own(room, ann)).toBe(5n * dai);
    expect(told(id)).toEqual(['opened', 'locked', 'cancelled', 'paid']);
  });

  it('is corrected once, or called off, while it can be disputed', async () => {
    const { predictions } = room;
    const { id } = await open();
    await expect(predictions.resolve(id, 'host', 0)).rejects.toThrow(fails('prediction_open'));
    await predictions.lock(id, 'host');
    await expect(predictions.resolve(id, 'host', 3)).rejects.toThrow(fails('prediction_no_option'));
    await predictions.resolve(id, 'host', 0);
    expect(await predictions.resolve(id, 'host', 0)).toMatchObject({ winner: 0 });
    expect(await predictions.resolve(id, 'host', 1)).toMatchObject({ winner: 1, state: 'resolved' });
    await expect(predictions.resolve(id, 'host', 0)).rejects.toThrow(fails('prediction_corrected'));
    expect(await predictions.cancel(id, 'host')).toMatchObject({ state: 'cancelled', winner: null });
    await until(async () => (await state(id)) === 'refunded');
    await expect(predictions.resolve(id, 'host', 0)).rejects.toThrow(fails('prediction_over'));
    expect(told(id)).toEqual(['opened', 'locked', 'resolved', 'resolved', 'cancelled', 'paid']);
  });

  it('is not staked in by who opened it, nor decided by who staked, also by a linked page', async () => {
    const { predictions, chat } = room;
    const [ann, ben] = [await fan(room), await fan(room)];
    const [annsPage, bensPage] = [await page(room), await page(room)];
    await chat.handedOut(ann, annsPage.payer);
    await chat.handedOut(ben, bensPage.payer);
    const { id } = await predictions.open('main', `discord:${ann.user}`, wish());
    await expect(predictions.stakeFromChat(id, ann, bet(0, dai))).rejects.toThrow(fails('prediction_crew'));
    const view = await predictions.view(id);
    const byPage = predictions.stake(id, annsPage.request(view, 0, dai));
    await expect(byPage).rejects.toThrow(fails('prediction_crew'));
    await predictions.stake(id, bensPage.request(view, 0, dai));
    const bens = `discord:${ben.user}`;
    await expect(predictions.lock(id, bens)).rejects.toThrow(fails('prediction_staked'));
    await expect(predictions.cancel(id, bens)).rejects.toThrow(fails('prediction_staked'));
    await predictions.lock(id, 'host');
    await expect(predictions.resolve(id, bens, 1)).rejects.toThrow(fails('prediction_staked'));
    await clear();
  });

  it('refuses what is no stake, and takes the same one once', async () => {
    const { predictions } = room;
    const [ann, eve] = [await fan(room), await page(room)];
    const view = await open();
    const { id } = view;
    await expect(open()).rejects.toThrow(fails('prediction_running'));
    await expect(predictions.stakeFromChat(id, ann, bet(0, 1n))).rejects.toThrow(fails('stake_too_small'));
    await expect(predictions.stakeFromChat(id, ann, bet(3, dai))).rejects.toThrow(fails('prediction_no_option'));
    await expect(predictions.stakeFromChat(id, ann, bet(0, 6n * dai))).rejects.toThrow(fails('chat_top_up_needed'));
    await expect(predictions.stakeFromChat(id, ann, bet(0, 51n * dai))).rejects.toThrow(fails('chat_over_command'));
    const good = eve.request(view, 0, dai);
    const other = eve.request(view, 1, dai);
    const late = { ...good.deposit, validBefore: `${view.lockAt / 1000 + 1}` };
    const wrong: [object, string][] = [
      [{ signature: other.signature }, 'voucher_wrong_signature'],
      [{ option: 1 }, 'voucher_wrong_signature'],
      [{ amount: `${2n * dai}` }, 'voucher_wrong_signature'],
      [{ deposit: other.deposit }, 'wrong_signer'],
      [{ deposit: late }, 'bad_request'],
    ];
    for (const [change, code] of wrong)
      await expect(predictions.stake(id, { ...good, ...change })).rejects.toThrow(fails(code));
    const twice = await Promise.all([predictions.stake(id, good), predictions.stake(id, good)]);
    expect(twice.map((r) => r.prediction.stakes)).toEqual([1, 1]);
    await expect(predictions.stake(id, { ...good, option: 1 })).rejects.toThrow(fails('id_reused'));
    const mine = bet(1, dai);
    await predictions.stakeFromChat(id, ann, mine);
    expect((await predictions.stakeFromChat(id, ann, mine)).prediction.stakes).toBe(2);
    // More than the page has: the chain refuses, and nothing is taken.
    await expect(predictions.stake(id, eve.request(view, 0, 50n * dai))).rejects.toThrow(fails('stake_failed'));
    expect(await room.chain.balanceOf(eve.payer)).toBe(4n * dai);
    await clear();
    expect(await own(room, ann)).toBe(5n * dai);
  });

  it('takes a stake out of a page’s own channel: what lacks at its address is freed, and the rest goes on paying', async () => {
    const { predictions, payments, chain } = room;
    const [pat, eve] = [await payingPage(room, house.now()), await page(room, dai)];
    await pat.authorize(room, dai);
    const charge = { payer: pat.payer, stream: 'main', kind: 'tip' as const, durationMs: 0 };
    await payments.ledger.charge({ ...charge, reason: 'watched before', amount: dai });
    const view = await open();
    const { id } = view;
    const request = pat.request(view, 0, 2n * dai);
    const twice = await Promise.all([predictions.stake(id, request), predictions.stake(id, request)]);
    expect(twice.map((r) => [r.transaction, r.prediction.stakes])).toEqual([
      [twice[0].transaction, 1],
      [twice[0].transaction, 1],
    ]);
    expect([pat.left(room), await chain.balanceOf(pat.payer)]).toEqual([2n * dai, 0n]);
    expect(await chain.channel(pat.channel)).toMatchObject({ balance: 3n * dai, claimed: dai });
    await pat.authorize(room, dai + 1n);
    await payments.ledger.charge({ ...charge, reason: 'watched after', amount: 1n });

    // Two at once share nothing, and what is at the address goes first.
    await chain.mint(pat.payer, dai / 2n);
    await Promise.all([0, 1].map((option) => predictions.stake(id, pat.request(view, option, dai))));
    expect(pat.left(room)).toBe(dai / 2n - 1n);
    expect(await predictions.view(id)).toMatchObject({ stakes: 3, totals: [`${3n * dai}`, `${dai}`, '0'] });

    const wrong: [StakeRequest, string][] = [
      [{ ...eve.request(view, 0, 2n * dai), from: pat.channel }, 'wrong_signer'],
      [{ ...eve.request(view, 0, 2n * dai), from: `0x${'77'.repeat(32)}` }, 'unknown_purse'],
      [pat.request(view, 0, dai), 'out_of_credit'],
    ];
    for (const [no, code] of wrong) await expect(predictions.stake(id, no)).rejects.toThrow(fails(code));
    expect([pat.left(room), await chain.balanceOf(eve.payer)]).toEqual([dai / 2n - 1n, dai]);
    expect(await predictions.view(id)).toMatchObject({ stakes: 3 });
    await clear();
    expect(await chain.balanceOf(pat.payer)).toBe(4n * dai);
    const { stakes, payout } = await predictions.stakesAt(id, pat.payer);
    // Two of them came at once.
    expect(stakes.map(({ option, amount, state: now }) => `${option} ${amount} ${now}`).sort()).toEqual(
      [`0 ${dai} placed`, `0 ${2n * dai} placed`, `1 ${dai} placed`].sort(),
    );
    expect(payout).toMatchObject({ amount: `${4n * dai}`, paid: true });
  });

  it('frees nothing for a stake that comes too late, and says what each address got, to the unit', async () => {
    const { predictions } = room;
    const [pat, eve, ann] = [await payingPage(room, house.now()), await page(room), await fan(room)];
    const view = await open();
    const { id } = view;
    await predictions.stake(id, pat.request(view, 0, dai));
    await predictions.stake(id, eve.request(view, 0, dai + 1n));
    await predictions.stakeFromChat(id, ann, bet(1, 2n * dai));
    expect(await predictions.stakesAt(id, pat.payer)).toMatchObject({ stakes: [{ state: 'placed' }], payout: null });

    const late = pat.request(view, 0, dai);
    house.killAt('refund', 'before');
    await expect(predictions.stake(id, late)).rejects.toThrow();
    await house.pass(11 * minute);
    room = await house.reopen();
    const ofLate = async () =>
      (await room.predictions.stakesAt(id, pat.payer)).stakes.find((one) => one.id === late.id);
    await until(async () => (await ofLate())?.state === 'failed');
    await expect(room.predictions.stake(id, pat.request(view, 0, dai))).rejects.toThrow(fails('prediction_locked'));
    expect(await room.chain.balanceOf(pat.payer)).toBe(0n);

    const before = await Promise.all([pat, eve].map(({ payer }) => room.chain.balanceOf(payer)));
    await room.predictions.resolve(id, 'host', 0);
    await house.pass(5 * minute + 3000);
    await until(async () => (await state(id)) === 'paid');
    const got = await Promise.all([pat, eve].map(({ payer }) => room.predictions.stakesAt(id, payer)));
    const paid = got.map(({ payout }) => BigInt(payout?.amount ?? '0'));
    const after = await Promise.all([pat, eve].map(({ payer }) => room.chain.balanceOf(payer)));
    expect(after.map((now, i) => now - (before[i] ?? 0n))).toEqual(paid);
    // 2 Dai lost, a tenth of them the fee.
    expect(paid.reduce((sum, one) => sum + one, 0n)).toBe(2n * dai + 1n + (18n * dai) / 10n);
    const anns = await room.predictions.stakesAt(id, await room.chat.addressOf(ann));
    expect(anns.payout).toMatchObject({ amount: '0', paid: true });
    expect((await room.predictions.stakesAt(id, `0x${'99'.repeat(20)}`)).payout).toBeNull();
    expect(await inEscrow()).toBe(0n);
  });

  it('takes a stake whose deposit somebody else has sent, and gives it back when it came to nothing', async () => {
    const eve = await page(room);
    const view = await open();
    const { id } = view;
    const ahead = async (request: StakeRequest) => {
      const { payer, payerAuthorizer, nonce, amount, deposit, option } = request;
      const fields = { market: view.market as Hex, outcome: option, payer, payerAuthorizer, nonce };
      const config = stakeChannel(fields, { escrow: view.escrow as Hex, token: room.chain.token.address });
      const auth = { ...deposit, validAfter: 0n, validBefore: BigInt(deposit.validBefore) };
      await room.chain.deposit(config, BigInt(amount), auth);
    };
    const [first, second] = [eve.request(view, 0, dai), eve.request(view, 0, 2n * dai)];
    await ahead(first);
    expect((await room.predictions.stake(id, first)).prediction.pot).toBe(`${dai}`);

    await ahead(second);
    house.killAt('write', 'before');
    await expect(room.predictions.stake(id, second)).rejects.toThrow();
    await house.pass(11 * minute);
    room = await house.reopen();
    await until(async () => (await state(id)) === 'locked');
    expect(await room.chain.balanceOf(eve.payer)).toBe(2n * dai);
    await clear();
    expect(await room.chain.balanceOf(eve.payer)).toBe(5n * dai);
  });

  it('keeps a stake that the chain does not answer, says so, and goes on with it by itself', async () => {
    const [ann, eve] = [await fan(room), await page(room)];
    const view = await open();
    const { chain, predictions } = room;
    const { write } = chain;
    chain.write = () => Promise.reject(new Problem('chain_unavailable'));
    await expect(predictions.stakeFromChat(view.id, ann, bet(0, dai))).rejects.toThrow(fails('stake_pending'));
    await expect(predictions.stake(view.id, eve.request(view, 1, dai))).rejects.toThrow(fails('stake_pending'));
    chain.write = write;
    await house.pass(6000);
    await until(async () => (await predictions.view(view.id)).stakes === 2);
    expect(await own(room, ann)).toBe(4n * dai);
    await clear();
  });

  it('is opened once for an id, and not at all while predictions are off; what runs then is brought to its end', async () => {
    const first = wish();
    const [a, b] = await Promise.all([
      room.predictions.open('main', 'host', first),
      room.predictions.open('main', 'host', first),
    ]);
    expect(a.id).toBe(b.id);
    const off = await startPredictionHouse({ on: false });
    try {
      const other = await off.open();
      await expect(other.predictions.open('main', 'host', wish())).rejects.toThrow(fails('predictions_off'));
    } finally {
      await off.stop();
    }
    await clear();
  });
});

/** Every so manieth point only, unless all are asked for: KILLS=all. */
const kills = (every: number): number => (process.env.KILLS === 'all' ? 1 : every);

describe('a kill', () => {
  it('at any write or transaction of a stake from chat neither loses nor doubles it', async () => {
    const { id } = await open();
    let stakes = 0;
    for (let at = 1; ; at += kills(4)) {
      const ann = await fan(room);
      const one = bet(at % 2, dai);
      house.killAt(at, 'after');
      const outcome = await room.predictions.stakeFromChat(id, ann, one).catch(() => null);
      if (!house.killed() && outcome) break;
      room = await house.reopen();
      // Whoever redelivers the command, and the house itself, go on with it.
      await room.predictions.stakeFromChat(id, ann, one);
      stakes += 1;
      expect(await own(room, ann), `killed after ${at}`).toBe(4n * dai);
      expect(await room.predictions.view(id)).toMatchObject({ stakes, pot: `${BigInt(stakes) * dai}` });
    }
    house.killAt(10 ** 9, 'after');
    expect(stakes).toBeGreaterThan(1);
    await clear();
    expect(await inEscrow()).toBe(0n);
  }, 120_000);

  it('at any write or transaction of a stake out of a page’s channel neither loses nor doubles it', async () => {
    const view = await open();
    let stakes = 0;
    for (let at = 1; ; at += kills(6)) {
      const pat = await payingPage(room, house.now());
      await pat.authorize(room, dai);
      const spent = { payer: pat.payer, stream: 'main', kind: 'tip' as const, durationMs: 0, reason: 'a', amount: 1n };
      await room.payments.ledger.charge(spent);
      const request = pat.request(view, at % 2, dai);
      house.killAt(at, 'after');
      const outcome = await room.predictions.stake(view.id, request).catch(() => null);
      if (!house.killed() && outcome) break;
      room = await house.reopen();
      // The page sends it again, and the house itself goes on with it.
      await room.predictions.stake(view.id, request);
      stakes += 1;
      expect(pat.left(room), `killed after ${at}`).toBe(4n * dai - 1n);
      expect(await room.chain.balanceOf(pat.payer)).toBe(0n);
      expect(await room.predictions.view(view.id)).toMatchObject({ stakes, pot: `${BigInt(stakes) * dai}` });
    }
    house.killAt(10 ** 9, 'after');
    expect(stakes).toBeGreaterThan(1);
    await clear();
    expect(await inEscrow()).toBe(0n);
  }, 120_000);

  it('at any write or transaction of a payout pays everybody once, to where it is spent from', async () => {
    for (let at = 1; ; at += kills(9)) {
      const { predictions } = room;
      const [ann, ben] = [await fan(room), await fan(room)];
      const { id } = await open();
      await predictions.stakeFromChat(id, ann, bet(0, dai));
      await predictions.stakeFromChat(id, ben, bet(1, 2n * dai));
      await predictions.lock(id, 'host');
      await predictions.resolve(id, 'host', 0);
      house.killAt(at, 'after');
      await house.pass(5 * minute + 3000);
      await until(async () => house.killed() || (await state(id)) === 'paid');
      const done = !house.killed();
      if (!done) room = await house.reopen();
      await until(async () => (await state(id)) === 'paid');
      expect(await own(room, ann), `killed after ${at}`).toBe(4n * dai + (28n * dai) / 10n);
      expect(await inEscrow()).toBe(0n);
      if (done) break;
    }
    house.killAt(10 ** 9, 'after');
  }, 120_000);
});
