// A random walk over the settlement contract, by real transactions, beside a model of it. CALLS: how far; SEED: which way.
import { describe, expect, it } from 'vitest';
import type { ChannelFields } from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { type Bench, type Person, send, useBench } from './bench.js';

const bench = useBench();
const calls = Number(process.env.CALLS ?? 100);
const seed = Number(process.env.SEED ?? 8402);
const delay = 900;

interface Channel {
  id: Hex;
  config: ChannelFields;
  balance: bigint;
  claimed: bigint;
  nonce: bigint;
  pending: { amount: bigint; at: number } | null;
}

/** One call: what is sent, whether the model says that it goes through, and what it then changes. */
interface Step {
  from: Person;
  name: string;
  args: unknown[];
  allowed: boolean;
  apply: () => void;
}

/** mulberry32: a small seeded generator, 0 <= x < 1. */
function random(state: number): () => number {
  let a = state;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const least = (a: bigint, b: bigint) => (a < b ? a : b);
const sum = (values: Iterable<bigint>) => [...values].reduce((a, b) => a + b, 0n);

/** The contract’s rules said once more, in plain numbers. */
async function createModel(b: Bench, roll: () => number) {
  const receivers = [await b.person(), await b.person()];
  const channels: Channel[] = [];
  for (const receiver of [...receivers, ...receivers]) {
    const { config, id } = await b.open({ receiver: receiver.address, withdrawDelay: delay });
    channels.push({ id, config, balance: 0n, claimed: 0n, nonce: 0n, pending: null });
  }
  const settled = new Map(receivers.map((r) => [r.address, 0n]));
  const amount = () => BigInt(Math.floor(roll() * 120));
  const pick = <T>(from: readonly T[]): T => from[Math.floor(roll() * from.length)] as T;
  const claimedFor = (who: Hex) => sum(channels.filter((c) => c.config.receiver === who).map((c) => c.claimed));

  /** What both ways of refunding do. */
  function refund(c: Channel, wanted: bigint) {
    c.nonce += 1n;
    const paid = least(wanted, c.balance - c.claimed);
    c.balance -= paid;
    if (c.pending && paid > 0n)
      c.pending = paid >= c.pending.amount ? null : { ...c.pending, amount: c.pending.amount - paid };
  }

  const steps: ((c: Channel, time: number) => Step)[] = [
    (c) => {
      const n = amount();
      const args = [c.config, n, b.at.erc3009Collector, b.authorization(c.config, n)];
      return { from: b.stranger, name: 'deposit', args, allowed: n > 0n, apply: () => (c.balance += n) };
    },
    (c) => {
      const [ceiling, total] = [c.claimed + amount(), c.claimed + amount() - 30n];
      const rows = [b.row(c.config, ceiling, total < 0n ? 0n : total)];
      const wanted = rows[0]?.totalClaimed ?? 0n;
      const allowed = wanted <= c.claimed || (wanted <= ceiling && wanted <= c.balance);
      const apply = () => (c.claimed = wanted > c.claimed ? wanted : c.claimed);
      if (roll() < 0.5) return { from: b.authorizer, name: 'claim', args: [rows], allowed, apply };
      return { from: b.stranger, name: 'claimWithSignature', args: [rows, b.signBatch(rows)], allowed, apply };
    },
    (c) => {
      const who = c.config.receiver;
      const apply = () => settled.set(who, claimedFor(who));
      return { from: b.stranger, name: 'settle', args: [who, b.at.token], allowed: true, apply };
    },
    (c) => {
      const n = amount();
      const allowed = n > 0n;
      return { from: b.authorizer, name: 'refund', args: [c.config, n], allowed, apply: () => refund(c, n) };
    },
    (c) => {
      const [n, nonce] = [amount() + 1n, c.nonce + (roll() < 0.2 ? 1n : 0n)];
      const args = [c.config, n, nonce, b.signRefund(c.id, nonce, n)];
      const allowed = nonce === c.nonce;
      return { from: b.stranger, name: 'refundWithSignature', args, allowed, apply: () => refund(c, n) };
    },
    (c, time) => {
      const n = amount();
      const allowed = n > 0n && !c.pending && n <= c.balance - c.claimed;
      const apply = () => {
        c.pending = { amount: n, at: time };
      };
      return { from: b.payerKey, name: 'initiateWithdraw', args: [c.config, n], allowed, apply };
    },
    (c, time) => {
      const allowed = c.pending !== null && time >= c.pending.at + delay;
      const apply = () => {
        c.balance -= least(c.pending?.amount ?? 0n, c.balance - c.claimed);
        c.pending = null;
      };
      return { from: b.payer, name: 'finalizeWithdraw', args: [c.config], allowed, apply };
    },
  ];

  return { channels, receivers, settled, claimedFor, step: (time: number) => pick(steps)(pick(channels), time) };
}

type Model = Awaited<ReturnType<typeof createModel>>;

/** The contract says what the model says, and holds exactly what it owes. */
async function compare(b: Bench, model: Model) {
  for (const c of model.channels) {
    expect(c.claimed <= c.balance).toBe(true);
    expect(await b.channel(c.id)).toEqual({ balance: c.balance, totalClaimed: c.claimed });
    const pending = c.pending
      ? { amount: c.pending.amount, initiatedAt: BigInt(c.pending.at) }
      : { amount: 0n, initiatedAt: 0n };
    expect(await b.pending(c.id)).toEqual(pending);
    expect(await b.settlement.getFunction('refundNonce')(c.id)).toBe(c.nonce);
  }
  for (const { address } of model.receivers) {
    const settled = model.settled.get(address) ?? 0n;
    const state = await b.settlement.getFunction('receivers')(address, b.at.token);
    expect(state.toObject()).toEqual({ totalClaimed: model.claimedFor(address), totalSettled: settled });
    expect(await b.balanceOf(address)).toBe(settled);
  }
  const held = await b.balanceOf(b.at.contract);
  expect(held).toBe(sum(model.channels.map((c) => c.balance)) - sum(model.settled.values()));
  const owned = [b.payer.address, ...model.receivers.map((r) => r.address)];
  const elsewhere = sum(await Promise.all(owned.map((who) => b.balanceOf(who))));
  expect(held + elsewhere).toBe(await b.token.getFunction('totalSupply')());
}

/** The payer takes out all that is unclaimed, alone: what is pending when it is due, the rest one delay later. */
async function leave(b: Bench, c: Channel, from: number): Promise<number> {
  let time = from + 1;
  const call = async (name: string, args: unknown[]) => {
    await b.provider.send('evm_setNextBlockTimestamp', [time]);
    await send(b.payer, b.settlement, name, args);
  };
  async function finish(amount: bigint, due: number) {
    time = Math.max(time + 1, due);
    await call('finalizeWithdraw', [c.config]);
    c.balance -= least(amount, c.balance - c.claimed);
    c.pending = null;
  }
  if (c.pending) await finish(c.pending.amount, c.pending.at + delay);
  const rest = c.balance - c.claimed;
  if (rest === 0n) return time;
  time += 1;
  await call('initiateWithdraw', [c.config, rest]);
  await finish(rest, time + delay);
  expect(c.balance).toBe(c.claimed);
  return time;
}

describe('after any calls in any order', () => {
  it(
    `the contract holds what it owes, no token is made or lost, and every payer can leave (${calls} calls, seed ${seed})`,
    async () => {
      const b = bench();
      const roll = random(seed);
      const model = await createModel(b, roll);
      await send(b.stranger, b.token, 'mint', [b.payer.address, BigInt(calls) * 120n]);
      const done = new Map<string, number>();
      let time = (await b.provider.getBlock('latest'))?.timestamp ?? 0;

      for (let i = 1; i <= calls; i++) {
        time += roll() < 0.2 ? delay : 1;
        const step = model.step(time);
        await b.provider.send('evm_setNextBlockTimestamp', [time]);
        const went = await send(step.from, b.settlement, step.name, step.args).then(
          () => true,
          () => false,
        );
        expect(went, `call ${i}: ${step.name}`).toBe(step.allowed);
        if (went) step.apply();
        const kind = `${step.name} ${went ? 'done' : 'refused'}`;
        done.set(kind, (done.get(kind) ?? 0) + 1);
        if (i % 10 === 0 || i === calls) await compare(b, model);
      }
      for (const c of model.channels) time = await leave(b, c, time);
      await compare(b, model);
      // A walk that only ever refuses would prove nothing.
      for (const name of ['deposit', 'claim', 'settle', 'refund', 'refundWithSignature', 'finalizeWithdraw']) {
        expect(done.get(`${name} done`), name).toBeGreaterThan(0);
      }
    },
    20_000 + calls * 200,
  );
});
