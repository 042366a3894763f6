// What each call costs, held against contracts/gas.md; GAS=write writes that file anew.
import { readFileSync, writeFileSync } from 'node:fs';
import { type Contract, encodeBytes32String, type TransactionReceipt } from 'ethers';
import { beforeAll, describe, expect, it } from 'vitest';
import { canonical } from '../../src/chain/addresses.js';
import type { ChannelFields } from '../../src/payments/typed-data.js';
import { divide, type Stake } from '../../src/polls/predictions/payouts.js';
import { coder, day, type Person, send, useBench } from './bench.js';
import { onBench } from './prediction-escrow-bench.js';

const bench = useBench();
const file = new URL('../../contracts/gas.md', import.meta.url);
/** Signatures and salts have more or fewer zero bytes, which cost less. */
const tolerance = (gas: number) => Math.max(150, Math.round(gas / 100));

/** Gas of the whole transaction: 21,000, the calldata and all that it does. */
async function gasOf(from: Person, contract: Contract, name: string, args: unknown[]): Promise<number> {
  const method = (contract.connect(from.wallet) as Contract).getFunction(name);
  const receipt: TransactionReceipt | null = await (await method.send(...args, { gasLimit: 20_000_000 })).wait();
  return Number(receipt?.gasUsed);
}

type Rows = Map<string, number>;

async function payments(rows: Rows): Promise<void> {
  const { token, payer, person } = bench();
  const newcomer = await person();
  await send(payer, token, 'mint', [payer.address, 10_000n]);
  const transfer = () => gasOf(payer, token, 'transfer', [newcomer.address, 5n]);
  rows.set('one ERC-20 transfer, to an address that has none', await transfer());
  rows.set('one ERC-20 transfer, to one that has some', await transfer());
}

async function deposits(rows: Rows): Promise<void> {
  const { token, payer, stranger, settlement, open, authorization, permit, at } = bench();
  await send(payer, token, 'approve', [canonical.permit2, 2n ** 256n - 1n]);
  const [plain, other] = [(await open()).config, (await open()).config];
  const deposit = (config: ChannelFields, collector: string, data: string) =>
    gasOf(stranger, settlement, 'deposit', [config, 1000n, collector, data]);
  const byAuthorization = () => deposit(plain, at.erc3009Collector, authorization(plain, 1000n));
  const byPermit = () => deposit(other, at.permit2Collector, permit(other, 1000n));
  await byPermit();
  await send(stranger, settlement, 'deposit', [plain, 1n, at.erc3009Collector, authorization(plain, 1n)]);
  const first = (await open()).config;
  const data = authorization(first, 1000n);
  rows.set('open a channel, EIP-3009', await deposit(first, at.erc3009Collector, data));
  rows.set('top up, EIP-3009', await byAuthorization());
  const second = (await open()).config;
  rows.set('open a channel, Permit2', await deposit(second, at.permit2Collector, permit(second, 1000n)));
  rows.set('top up, Permit2', await byPermit());
}

/** Channels of one receiver with 1,000 in each, opened without much ado; one more has been claimed from. */
async function filled(count: number) {
  const { open, double, settlement, stranger, authorizer, row } = bench();
  const collector = await (await double('MintCollector')).getAddress();
  const { config, receiver } = await open();
  const configs = [config];
  while (configs.length <= count) configs.push((await open({ receiver: receiver.address })).config);
  const data = coder.encode(['int256'], [0]);
  for (let from = 0; from < configs.length; from += 20) {
    const calls = configs
      .slice(from, from + 20)
      .map((c) => settlement.interface.encodeFunctionData('deposit', [c, 1000n, collector, data]));
    await send(stranger, settlement, 'multicall', [calls]);
  }
  await send(authorizer, settlement, 'claim', [[row(config, 1n)]]);
  return { configs: configs.slice(1), receiver };
}

async function earning(rows: Rows): Promise<void> {
  const { settlement, authorizer, stranger, row, signBatch, at } = bench();
  for (const count of [1, 25, 100]) {
    const { configs, receiver } = await filled(count);
    const batch = (total: bigint) => configs.map((config) => row(config, total));
    const each = async (name: string, from: Person, args: unknown[]) =>
      Math.round((await gasOf(from, settlement, name, args)) / count);
    const label = count === 1 ? 'alone' : `in a batch of ${count}`;
    rows.set(`claim per channel, ${label}`, await each('claim', authorizer, [batch(100n)]));
    const signed = batch(200n);
    const args = [signed, signBatch(signed)];
    rows.set(`claim by signature per channel, ${label}`, await each('claimWithSignature', stranger, args));
    if (count > 1) continue;
    const settle = () => gasOf(stranger, settlement, 'settle', [receiver.address, at.token]);
    rows.set('settle, first time', await settle());
    await send(authorizer, settlement, 'claim', [batch(300n)]);
    rows.set('settle, later', await settle());
  }
}

async function wayOut(rows: Rows): Promise<void> {
  const { settlement, authorizer, stranger, payer, signRefund, later, open, fund } = bench();
  const fresh = async () => {
    const opened = await open();
    await fund(opened.config, 1000n);
    return opened;
  };
  const [a, b, c] = [await fresh(), await fresh(), await fresh()];
  rows.set('refund of some', await gasOf(authorizer, settlement, 'refund', [a.config, 10n]));
  rows.set('refund of the rest, which closes', await gasOf(authorizer, settlement, 'refund', [a.config, 990n]));
  const signed = [b.config, 1000n, 0n, signRefund(b.id, 0n, 1000n)];
  rows.set('refund by signature, which closes', await gasOf(stranger, settlement, 'refundWithSignature', signed));
  rows.set('initiateWithdraw', await gasOf(payer, settlement, 'initiateWithdraw', [c.config, 1000n]));
  await later(day);
  rows.set('finalizeWithdraw, which closes', await gasOf(payer, settlement, 'finalizeWithdraw', [c.config]));
}

async function registryCalls(rows: Rows): Promise<void> {
  const { registry, payer, stranger } = bench();
  const uri = 'https://show.example/streams/main/metadata.json';
  const description = [payer.address, 'An evening of songs', uri];
  await send(stranger, registry, 'register', [encodeBytes32String('first'), stranger.address, 'First', '']);
  const name = encodeBytes32String('main');
  const id = await registry.getFunction('idOf')(payer.address, name);
  rows.set('register a stream', await gasOf(payer, registry, 'register', [name, ...description]));
  const changed = [id, payer.address, 'An evening of airs!', uri];
  rows.set('update it', await gasOf(payer, registry, 'update', changed));
  rows.set('offer it', await gasOf(payer, registry, 'offer', [id, stranger.address]));
  rows.set('accept it', await gasOf(stranger, registry, 'accept', [id, stranger.address]));
  rows.set('close it', await gasOf(stranger, registry, 'close', [id]));
}

/** A market of `count` stakes, two in three of them right; the fee is the host's. */
async function predictions(rows: Rows): Promise<void> {
  const { person, stranger } = bench();
  const on = onBench(bench(), await person(), await person());
  const count = 30;
  const market = async () => {
    const made = await on.open({ feeBps: 500 });
    const stakes: Stake[] = [];
    for (let i = 0; i < count; i++) {
      const stake = { outcome: i % 3 === 0 ? 1 : 0, amount: BigInt(1000 + i) };
      await on.stake(made.id, stake.outcome, stake.amount);
      stakes.push(stake);
    }
    return { ...made, stakes };
  };
  const cost = (from: Person, name: string, ...args: unknown[]) => gasOf(from, on.escrow, name, args);
  rows.set('open a prediction', await cost(stranger, 'open', await on.terms({ feeBps: 500 })));
  const { id, stakes } = await market();
  const staked = on.order(id, 0, await on.staker());
  rows.set('stake: deposit, claim and record', await cost(stranger, 'stake', staked));
  stakes.push({ outcome: 0, amount: 100n });
  rows.set('lock it', await cost(on.resolver, 'lock', id));
  rows.set('resolve it', await cost(on.resolver, 'resolve', id, 0));
  await on.until(Number((await on.ask('stateOf', id)).finalAt));
  const { mark } = divide(stakes, 0, 500);
  const each = (gas: number, of: number) => Math.round(gas / of);
  rows.set('reckon per stake, of 31', each(await cost(stranger, 'reckon', id, mark, 31), 31));
  const winners = stakes.flatMap(({ outcome }, i) => (outcome === 0 ? [i] : []));
  const winning = winners.length;
  rows.set('pay out per winner, of 21', each(await cost(stranger, 'payout', id, winners), winning));
  rows.set('pay the fee', await cost(stranger, 'payFee', id));
  const cancelled = await market();
  rows.set('cancel it', await cost(on.host, 'cancel', cancelled.id));
  const all = cancelled.stakes.map((_, i) => i);
  rows.set('refund per stake, of 30', each(await cost(stranger, 'payout', cancelled.id, all), count));
}

function render(rows: Rows): string {
  const base = rows.get('one ERC-20 transfer, to one that has some') ?? 1;
  const line = ([act, gas]: [string, number]) =>
    `| ${act} | ${gas.toLocaleString('en-US')} | ${(gas / base).toFixed(2)} |`;
  return `# Gas

Of the whole transaction (21,000, calldata and execution), in the contracts as they are compiled here, on the
development chain; the last column is how many plain ERC-20 transfers cost the same. Claims are of a receiver that was
claimed for before. Written by \`GAS=write npx vitest run test/contracts/gas.test.ts\`, and checked by the same test.

| act | gas | transfers |
|---|---:|---:|
${[...rows].map(line).join('\n')}
`;
}

/** The committed table. */
function written(): Rows {
  const lines = readFileSync(file, 'utf8').matchAll(/^\| (.+?) \| ([\d,]+) \|/gm);
  return new Map([...lines].map(([, act = '', gas = '']) => [act, Number(gas.replaceAll(',', ''))]));
}

describe('gas', () => {
  const rows: Rows = new Map();
  beforeAll(async () => {
    for (const measure of [payments, deposits, earning, wayOut, registryCalls, predictions]) await measure(rows);
    if (process.env.GAS === 'write') writeFileSync(file, render(rows));
  });
  it('is what contracts/gas.md says', () => {
    const before = written();
    expect([...rows.keys()]).toEqual([...before.keys()]);
    for (const [act, gas] of rows) {
      const was = before.get(act) ?? 0;
      expect(Math.abs(gas - was), `${act}: ${gas}, written: ${was}`).toBeLessThanOrEqual(tolerance(was));
    }
  });
  it('of a claim is less in a batch than a transfer', () => {
    const transfer = rows.get('one ERC-20 transfer, to one that has some') ?? 0;
    expect(rows.get('claim per channel, in a batch of 100')).toBeLessThan(transfer);
  });
});
