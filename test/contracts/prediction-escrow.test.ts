// The prediction escrow: contracts/trees/prediction-escrow.tree case by case, and its place.
import { concat, getCreate2Address, Interface, keccak256 } from 'ethers';
import { beforeAll, describe, expect, it } from 'vitest';
import { canonical, predictionEscrow as place } from '../../src/chain/addresses.js';
import { predictionEscrow, x402BatchSettlement } from '../../src/chain/contracts.js';
import { escrowDeployment } from '../../src/chain/deploy.js';
import * as typed from '../../src/payments/typed-data.js';
import { marketId } from '../../src/polls/predictions/channel.js';
import { divide } from '../../src/polls/predictions/payouts.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { coder, hex32, lower, max128, nobody, refused, refusedInside, send, useBench } from './bench.js';
import { type EscrowBench, onBench } from './prediction-escrow-bench.js';
import { followTree } from './trees.js';

const bench = useBench();
let on: EscrowBench;
beforeAll(async () => {
  on = onBench(bench(), await bench().person(), await bench().person());
});
const settlementAbi = new Interface(x402BatchSettlement.abi);
const noMark = { remainder: max128, index: 0 };
const phases = { open: 1, locked: 2, resolved: 3, final: 4, cancelled: 5 };

/** Stakes of new people, in order, on a market with three outcomes; the one with index 2 is nobody's. */
async function staked(amounts: readonly (readonly [outcome: number, amount: bigint])[], feeBps = 0) {
  const { id, terms } = await on.open({ outcomes: 3, feeBps });
  const people = [];
  for (const [outcome, amount] of amounts) people.push(await on.stake(id, outcome, amount));
  return { id, terms, people };
}

const pot = [
  [0, 100n],
  [1, 50n],
  [0, 100n],
  [0, 100n],
] as const;
/** The mark of `pot` when 0 wins: 350 among three of 100. */
const potMark = divide(
  pot.map(([outcome, amount]) => ({ outcome, amount })),
  0,
  0,
).mark;

async function overdue() {
  const { id, terms } = await on.open();
  await on.until(terms.resolveBy);
  return id;
}

followTree('prediction-escrow', {
  open: {
    'when a bound in the terms is broken': async () => {
      const now = await on.now();
      const broken = [
        ...[{ host: nobody }, { resolver: nobody }, { token: nobody }, { outcomes: 1 }, { outcomes: 11 }],
        ...[{ feeBps: 2001 }, { lockAt: now }, { lockAt: now + 31 * 86_400 }, { minStake: 0n }],
        ...[{ lockAt: now + 600, resolveBy: now + 600 }, { resolveBy: now + 32 * 86_400 }],
        ...[{ disputeSeconds: 59 }, { disputeSeconds: 7 * 86_400 + 1 }],
      ];
      for (const change of broken) await on.refuse(on.host, 'InvalidTerms', 'open', await on.terms(change));
    },
    'when there is a market of these terms': async () => {
      const { terms } = await on.open();
      await on.refuse(on.host, 'AlreadyOpened', 'open', terms);
    },
    'when the terms are in bounds': async () => {
      const terms = await on.terms({ feeBps: 2000, outcomes: 10 });
      const id = marketId(terms);
      expect(await on.ask('idOf', terms)).toBe(id);
      const events = await on.act(bench().stranger, 'open', terms);
      expect(events.map(([name, about]) => [name, about])).toEqual([['MarketOpened', id]]);
      expect(lower([...(await on.ask('termsOf', id))])).toEqual(
        Object.values(terms).map((v) => (typeof v === 'number' ? BigInt(v) : v)),
      );
      expect(await on.phase(id)).toBe(phases.open);
    },
  },
  stake: {
    'when no market has the id': async () =>
      on.refuse(bench().stranger, 'WrongPhase', 'stake', on.order(hex32(), 0, await on.staker())),
    'when the time to stake is over': async () => {
      const { id, terms } = await on.open();
      const who = await on.staker();
      const order = on.order(id, 0, who);
      await on.until(terms.lockAt);
      await on.refuse(bench().stranger, 'WrongPhase', 'stake', order);
      expect(await bench().balanceOf(who.address)).toBe(1000n);
    },
    'when the market is locked early': async () => {
      const { id } = await on.open();
      await on.act(on.resolver, 'lock', id);
      await on.refuse(bench().stranger, 'WrongPhase', 'stake', on.order(id, 0, await on.staker()));
    },
    'when host or resolver is payer or signer': async () => {
      const { id } = await on.open();
      const who = await on.staker();
      for (const crew of [on.host, on.resolver]) {
        await on.refuse(who, 'CrewMayNotStake', 'stake', on.order(id, 0, crew));
        const signedByCrew = on.order(id, 0, who, { payerAuthorizer: crew.address, key: crew.key });
        await on.refuse(who, 'CrewMayNotStake', 'stake', signedByCrew);
      }
    },
    'when the outcome is not one of the market’s': async () => {
      const { id } = await on.open();
      await on.refuse(on.host, 'UnknownOutcome', 'stake', on.order(id, 2, await on.staker()));
    },
    'when the amount is below the least': async () => {
      const { id } = await on.open({ minStake: 100n });
      await on.refuse(on.host, 'StakeTooSmall', 'stake', on.order(id, 0, await on.staker(), { amount: 99n }));
    },
    'when the voucher is of another market, outcome, amount or key': async () => {
      const [{ id }, other] = [await on.open(), await on.open()];
      const who = await on.staker();
      const changes = [
        ...[{ signed: { market: other.id } }, { signed: { outcome: 1 } }, { signed: { amount: 99n } }],
        { key: on.host.key },
      ];
      for (const change of changes) {
        const order = on.order(id, 0, who, change);
        await refusedInside(who, on.escrow, 'stake', [order], settlementAbi, 'InvalidSignature');
      }
    },
    'when the same voucher comes again': async () => {
      const { id } = await on.open();
      const order = on.order(id, 0, await on.staker());
      await on.act(bench().stranger, 'stake', order);
      await on.refuse(bench().stranger, 'AlreadyStaked', 'stake', order);
      await on.refuse(bench().stranger, 'AlreadyStaked', 'stake', { ...order, collector: nobody });
    },
    'when a collector calls back': async () => {
      const { id } = await on.open();
      const collector = await (await bench().double('CallingCollector')).getAddress();
      const who = await on.staker();
      const data = (name: string, ...args: unknown[]) =>
        coder.encode(['address', 'bytes'], [place.address, on.escrow.interface.encodeFunctionData(name, args)]);
      const inner = on.order(id, 0, who, { nonce: hex32() });
      const calls = [data('stake', inner), data('payout', id, [0]), data('payFee', id)];
      for (const collectorData of calls) {
        const order = on.order(id, 0, who, { collector, collectorData });
        await on.refuse(who, 'ReentrancyGuardReentrantCall', 'stake', order);
      }
    },
    'given the deposit comes with it': async () => {
      const { id } = await on.open();
      const who = await on.staker(150n);
      const order = on.order(id, 1, who, { amount: 150n });
      const channel = typed.channelId(on.channel(id, 1, who.address, who.address, order.nonce), bench().domain);
      const events = await on.act(bench().stranger, 'stake', order);
      expect(events.map(lower)).toEqual([['Staked', id, who.address, 0n, 1n, 150n, channel]]);
      expect(await bench().channel(channel)).toEqual({ balance: 150n, totalClaimed: 150n });
      const [amount, outcome, paid, payer] = await on.ask('stakeAt', id, 0);
      expect([amount, outcome, paid, payer.toLowerCase()]).toEqual([150n, 1n, false, who.address]);
      expect([await on.ask('stakedOn', id, 1), await on.ask('stakedOn', id, 0)]).toEqual([150n, 0n]);
    },
    'given the deposit is in the channel': async () => {
      const { id } = await on.open();
      const who = await on.staker();
      const order = on.order(id, 0, who);
      const config = on.channel(id, 0, who.address, who.address, order.nonce);
      const { stranger, settlement, at } = bench();
      await send(stranger, settlement, 'deposit', [config, 100n, at.erc3009Collector, order.collectorData]);
      await on.act(stranger, 'stake', { ...order, collector: nobody });
      expect((await on.ask('stateOf', id)).pot).toBe(100n);
    },
    'given a contract wallet stakes': async () => {
      const { id } = await on.open();
      const owner = await bench().person();
      const wallet = await bench().walletOf(owner);
      const collector = await (await bench().double('MintCollector')).getAddress();
      const data = { collector, collectorData: coder.encode(['int256'], [0]) };
      const order = on.order(id, 0, { ...owner, address: wallet }, { ...data, payerAuthorizer: nobody });
      await on.act(bench().stranger, 'stake', order);
      expect((await on.ask('stakeAt', id, 0)).payer.toLowerCase()).toBe(wallet);
    },
    'given the last second before the lock': async () => {
      const { id, terms } = await on.open();
      const order = on.order(id, 0, await on.staker());
      await bench().provider.send('evm_setNextBlockTimestamp', [terms.lockAt - 1]);
      await on.act(bench().stranger, 'stake', order);
      expect((await on.ask('stateOf', id)).count).toBe(1n);
    },
  },
  claim: {
    'when anyone but the escrow claims a stake’s voucher': async () => {
      const { id } = await on.open();
      const who = await on.staker();
      const { nonce, voucherSignature, collectorData } = on.order(id, 0, who);
      const config = on.channel(id, 0, who.address, who.address, nonce);
      const { stranger, settlement, at, signBatch } = bench();
      await send(stranger, settlement, 'deposit', [config, 100n, at.erc3009Collector, collectorData]);
      const voucher = { channel: config, maxClaimableAmount: 100n };
      const rows = [{ voucher, signature: voucherSignature, totalClaimed: 100n }];
      for (const one of [stranger, on.host, on.resolver, who]) {
        await refused(one, settlement, 'claim', [rows], 'NotAuthorizedToClaim');
        await refused(one, settlement, 'claimWithSignature', [rows, signBatch(rows, one.key)], 'InvalidSignature');
      }
    },
  },
  lock: {
    'when it is not open': async () => {
      const { id } = await on.open();
      await on.act(on.resolver, 'lock', id);
      await on.refuse(on.resolver, 'WrongPhase', 'lock', id);
      await on.refuse(on.resolver, 'WrongPhase', 'lock', hex32());
    },
    'when the caller is not the resolver': async () => {
      const { id } = await on.open();
      for (const one of [bench().stranger, on.host]) await on.refuse(one, 'NotResolver', 'lock', id);
    },
    'when the resolver locks': async () => {
      const { id } = await on.open();
      expect(await on.act(on.resolver, 'lock', id)).toEqual([['MarketLocked', id]]);
      expect(await on.phase(id)).toBe(phases.locked);
    },
  },
  resolve: {
    'when staking is open': async () => {
      const { id } = await on.open();
      await on.refuse(on.resolver, 'WrongPhase', 'resolve', id, 0);
    },
    'when the caller is not the resolver': async () => {
      const { id } = await on.open();
      await on.act(on.resolver, 'lock', id);
      for (const one of [bench().stranger, on.host]) await on.refuse(one, 'NotResolver', 'resolve', id, 0);
    },
    'when the outcome is not one of the market’s': async () => {
      const { id } = await on.open();
      await on.act(on.resolver, 'lock', id);
      await on.refuse(on.resolver, 'UnknownOutcome', 'resolve', id, 2);
    },
    'when the time to resolve is over': async () => on.refuse(on.resolver, 'Overdue', 'resolve', await overdue(), 0),
    'when it is resolved for the first time': async () => {
      const { id } = await on.open({ disputeSeconds: 60 });
      await on.act(on.resolver, 'lock', id);
      const events = await on.act(on.resolver, 'resolve', id, 1);
      const finalAt = (await on.now()) + 60;
      expect(events).toEqual([['MarketResolved', id, 1n, BigInt(finalAt)]]);
      expect(await on.phase(id)).toBe(phases.resolved);
      await on.until(finalAt);
      expect(await on.phase(id)).toBe(phases.final);
    },
    'when it is corrected inside the window': async () => {
      const { id } = await on.open({ disputeSeconds: 100 });
      await on.act(on.resolver, 'lock', id);
      await on.act(on.resolver, 'resolve', id, 1);
      await bench().later(50);
      await on.act(on.resolver, 'resolve', id, 0);
      const { winner, finalAt } = await on.ask('stateOf', id);
      expect([winner, Number(finalAt)]).toEqual([0n, (await on.now()) + 100]);
    },
    'when it is corrected twice': async () => {
      const { id } = await on.open();
      await on.act(on.resolver, 'lock', id);
      for (const winner of [0, 1]) await on.act(on.resolver, 'resolve', id, winner);
      await on.refuse(on.resolver, 'AlreadyCorrected', 'resolve', id, 0);
    },
    'when the window is over': async () => {
      const { id } = await on.open();
      await on.finish(id, 0);
      await on.refuse(on.resolver, 'WrongPhase', 'resolve', id, 1);
    },
  },
  cancel: {
    'when it is cancelled or final': async () => {
      const { id } = await on.open();
      await on.act(on.host, 'cancel', id);
      await on.refuse(on.host, 'WrongPhase', 'cancel', id);
      const final = (await on.open()).id;
      await on.finish(final, 0);
      await on.refuse(on.host, 'WrongPhase', 'cancel', final);
      await on.refuse(on.host, 'WrongPhase', 'cancel', hex32());
    },
    'when a stranger cancels in time': async () => {
      const { id, terms } = await on.open();
      await on.refuse(bench().stranger, 'NotCrew', 'cancel', id);
      await on.until(terms.resolveBy - 5);
      await on.refuse(bench().stranger, 'NotCrew', 'cancel', id);
    },
    'when a stranger cancels what is resolved, past the deadline': async () => {
      const { id, terms } = await on.open({ disputeSeconds: 1000 });
      await on.until(terms.resolveBy - 5);
      await on.act(on.resolver, 'resolve', id, 0);
      await on.until(terms.resolveBy + 5);
      await on.refuse(bench().stranger, 'NotCrew', 'cancel', id);
    },
    'when nobody resolved in time': async () => {
      const id = await overdue();
      const [event] = await on.act(bench().stranger, 'cancel', id);
      expect(lower(event)).toEqual(['MarketCancelled', id, bench().stranger.address]);
    },
    'when host or resolver cancels': async () => {
      for (const who of [on.host, on.resolver]) {
        const { id } = await on.open();
        await on.act(on.resolver, 'lock', id);
        await on.act(on.resolver, 'resolve', id, 0);
        expect(lower((await on.act(who, 'cancel', id))[0])).toEqual(['MarketCancelled', id, who.address]);
        expect(await on.phase(id)).toBe(phases.cancelled);
      }
    },
  },
  reckon: {
    'when the resolution does not hold yet': async () => {
      const { id } = await on.open();
      await on.act(on.resolver, 'lock', id);
      await on.act(on.resolver, 'resolve', id, 0);
      await on.refuse(bench().stranger, 'WrongPhase', 'reckon', id, noMark, 10);
    },
    'when nobody or everybody is right': async () => {
      const made = [await staked(pot), await staked([[0, 5n]])];
      const winners = [2, 0];
      for (const [i, { id }] of made.entries()) {
        await on.finish(id, winners[i] ?? 0);
        await on.refuse(bench().stranger, 'NothingToShare', 'reckon', id, noMark, 10);
      }
    },
    'when the mark is not the right one': async () => {
      const { id } = await staked(pot);
      await on.finish(id, 0);
      const wrong = [noMark, { ...potMark, index: 0 }, { ...potMark, index: 3 }, { remainder: 0n, index: 9 }];
      for (const mark of wrong) await on.refuse(bench().stranger, 'WrongMark', 'reckon', id, mark, 10);
    },
    'when it is reckoned': async () => {
      const { id } = await staked(pot);
      await on.finish(id, 0);
      await on.act(bench().stranger, 'reckon', id, potMark, 10);
      await on.refuse(bench().stranger, 'AlreadyReckoned', 'reckon', id, potMark, 10);
    },
    'when the mark is right': async () => {
      const { id } = await staked(pot);
      await on.finish(id, 0);
      const { stranger } = bench();
      expect(await on.act(stranger, 'reckon', id, potMark, 3)).toEqual([]);
      await on.act(stranger, 'reckon', id, noMark, 2);
      await on.refuse(stranger, 'WrongMark', 'reckon', id, noMark, 2n ** 256n - 1n);
      const [event] = await on.act(stranger, 'reckon', id, potMark, 2n ** 256n - 1n);
      expect(event?.slice(0, 2)).toEqual(['MarketReckoned', id]);
    },
  },
  payout: {
    'when it is neither final nor cancelled': async () => {
      const { id } = await staked(pot);
      await on.refuse(bench().stranger, 'WrongPhase', 'payout', id, [0]);
      await on.act(on.resolver, 'lock', id);
      await on.refuse(bench().stranger, 'WrongPhase', 'payout', id, [0]);
      await on.act(on.resolver, 'resolve', id, 0);
      await on.refuse(bench().stranger, 'WrongPhase', 'payout', id, [0]);
    },
    'when winners are not reckoned': async () => {
      const { id } = await staked(pot);
      await on.finish(id, 0);
      await on.refuse(bench().stranger, 'NotReckoned', 'payout', id, [0]);
    },
    'when a stake lost': async () => {
      const { id } = await reckoned();
      await on.refuse(bench().stranger, 'NothingOwed', 'payout', id, [1]);
    },
    'when a stake is paid already': async () => {
      const { id } = await reckoned();
      await on.refuse(bench().stranger, 'AlreadyPaid', 'payout', id, [2, 2]);
      await on.act(bench().stranger, 'payout', id, [2]);
      await on.refuse(bench().stranger, 'AlreadyPaid', 'payout', id, [2]);
    },
    'when there is no such stake': async () => {
      const { id } = await reckoned();
      await on.refuse(bench().stranger, 'NoSuchStake', 'payout', id, [4]);
      await on.refuse(bench().stranger, 'NoSuchStake', 'stakeAt', id, 4);
    },
    'when winners are paid': async () => {
      const { id, people } = await staked(pot, 1000);
      await on.finish(id, 0);
      const stakes = pot.map(([outcome, amount]) => ({ outcome, amount }));
      const { mark, payouts, fee } = divide(stakes, 0, 1000);
      expect([payouts, fee]).toEqual([[115n, 0n, 115n, 115n], 5n]);
      await on.act(bench().stranger, 'reckon', id, mark, 4);
      const events = await on.act(bench().stranger, 'payout', id, [3, 0, 2]);
      expect(events.map((e) => [e[0], e[3], e[4]])).toEqual([3n, 0n, 2n].map((i) => ['Paid', i, 115n]));
      expect(await balances(people)).toEqual(payouts);
      const before = await bench().balanceOf(on.host.address);
      await on.act(bench().stranger, 'payFee', id);
      expect(await bench().balanceOf(on.host.address)).toBe(before + 5n);
    },
    'when all are refunded': async () => {
      const cancelled = await staked(pot, 500);
      await on.act(on.host, 'cancel', cancelled.id);
      const nobodyRight = await staked(pot, 500);
      await on.finish(nobodyRight.id, 2);
      const everybody = await staked(
        pot.map(([, amount]) => [0, amount]),
        500,
      );
      await on.finish(everybody.id, 0);
      for (const { id, people } of [cancelled, nobodyRight, everybody]) {
        expect(await on.ask('feeOf', id)).toBe(0n);
        await on.act(bench().stranger, 'payout', id, [0, 1, 2, 3]);
        expect(await balances(people)).toEqual([100n, 50n, 100n, 100n]);
      }
    },
  },
  payFee: {
    'when no fee is due or it is paid': async () => {
      const free = await reckoned();
      await on.refuse(bench().stranger, 'NoFee', 'payFee', free.id);
      const { id } = await staked(pot, 100);
      await on.refuse(bench().stranger, 'WrongPhase', 'payFee', id);
      await on.finish(id, 1);
      await on.act(bench().stranger, 'payFee', id);
      await on.refuse(bench().stranger, 'NoFee', 'payFee', id);
    },
  },
  release: {
    'when the stake may still come': async () => {
      const { release } = await deposited();
      await on.refuse(bench().stranger, 'WrongPhase', 'release', ...release);
    },
    'when more was deposited than staked': async () => {
      const { id, who, order, release } = await deposited();
      const amount = 60n;
      const config = on.channel(id, 0, who.address, who.address, order.nonce);
      const digest = typed.voucherDigest(typed.channelId(config, bench().domain), amount, bench().domain);
      const voucherSignature = typed.sign(digest, who.key);
      await on.act(bench().stranger, 'stake', { ...order, amount, voucherSignature, collector: nobody });
      await on.act(bench().stranger, 'release', ...release);
      expect(await bench().balanceOf(who.address)).toBe(940n);
    },
    'when nobody can stake any more': async () => {
      const { id, who, release } = await deposited();
      await on.act(on.resolver, 'lock', id);
      await on.act(bench().stranger, 'release', ...release);
      expect(await bench().balanceOf(who.address)).toBe(1000n);
    },
  },
  page: {
    'when it starts past the end': async () => {
      const { id } = await staked(pot);
      for (const start of [4, 5, 2n ** 256n - 1n]) expect([...(await on.ask('page', id, start, 5))]).toEqual([]);
    },
    'when there are more than asked for': async () => {
      const { id } = await staked(pot);
      const amounts = async (start: number, limit: bigint) =>
        [...(await on.ask('page', id, start, limit))].map(({ amount }) => amount);
      expect(await amounts(1, 2n)).toEqual([50n, 100n]);
      expect(await amounts(2, 2n ** 256n - 1n)).toEqual([100n, 100n]);
    },
  },
});

async function reckoned() {
  const made = await staked(pot);
  await on.finish(made.id, 0);
  await on.act(bench().stranger, 'reckon', made.id, potMark, 4);
  return made;
}

/** A deposit of 100 that is not staked yet. */
async function deposited() {
  const { id } = await on.open();
  const who = await on.staker();
  const order = on.order(id, 0, who);
  const config = on.channel(id, 0, who.address, who.address, order.nonce);
  const { stranger, settlement, at } = bench();
  await send(stranger, settlement, 'deposit', [config, 100n, at.erc3009Collector, order.collectorData]);
  return { id, who, order, release: [id, 0, who.address, who.address, order.nonce] };
}

const balances = (people: readonly { address: Hex }[]) => Promise.all(people.map((p) => bench().balanceOf(p.address)));

describe('its arithmetic', () => {
  it('has no room for overflow: the largest pot there is', async () => {
    // The settlement contract counts all that a receiver ever claimed of a token in 128 bits.
    const token = (await (await bench().double('MoodyToken')).getAddress()).toLowerCase() as Hex;
    const { id } = await on.open({ feeBps: 1, token });
    const amounts = [max128 / 2n, max128 - max128 / 2n - 5n, 5n] as const;
    const collector = await (await bench().double('MintCollector')).getAddress();
    const collectorData = `0x${'00'.repeat(32)}`;
    const outcomes = [0, 1, 0];
    for (const [i, amount] of amounts.entries()) {
      const who = await bench().person();
      await on.act(
        bench().stranger,
        'stake',
        on.order(id, outcomes[i] ?? 0, who, { amount, token, collector, collectorData }),
      );
    }
    await on.finish(id, 0);
    const stakes = amounts.map((amount, i) => ({ amount, outcome: outcomes[i] ?? 0 }));
    const { mark, payouts, fee } = divide(stakes, 0, 1);
    await on.act(bench().stranger, 'reckon', id, mark, 3);
    const paid = await on.act(bench().stranger, 'payout', id, [0, 2]);
    expect(paid.map((e) => e[4])).toEqual([payouts[0], payouts[2]]);
    expect((payouts[0] ?? 0n) + (payouts[2] ?? 0n) + fee).toBe(max128);
    await on.act(bench().stranger, 'payFee', id);
  });
});

describe('its place', () => {
  it('is the one that the deployment proxy gives its bytecode, on any chain', async () => {
    const args = new Interface(predictionEscrow.abi).encodeDeploy([canonical.contract]);
    const address = getCreate2Address(place.factory, place.salt, keccak256(concat([predictionEscrow.creation, args])));
    expect(place.address, 'write the new address into src/chain/addresses.ts').toBe(address.toLowerCase());
  });
  it('is where the deployment transaction puts it', async () => {
    const { provider, stranger } = bench();
    const code = await provider.getCode(place.address);
    await provider.send('anvil_setCode', [place.address, '0x']);
    await (await stranger.wallet.sendTransaction({ ...escrowDeployment(), gasLimit: 8_000_000n })).wait();
    expect(await provider.getCode(place.address)).toBe(code);
    expect((await on.ask('settlement')).toLowerCase()).toBe(canonical.contract);
  });
});
