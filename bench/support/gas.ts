// What the money paths cost in gas, through the product's own code on a development chain, beside one transfer per payment.
import { Contract, Interface, JsonRpcProvider, Wallet } from 'ethers';
import { testDai, x402BatchSettlement } from '../../src/chain/contracts.js';
import { devAccount } from '../../src/chain/index.js';
import { addressOf, closeDigest, randomKey, sign } from '../../src/payments/typed-data.js';
import { dai, type MoneyHouse, openMoney } from '../../test/support/money.js';
import { markdownTable, whole } from './table.js';

/** Gas of one act: of the whole transaction, or a channel's or a link's share of it. */
export interface GasRow {
  act: string;
  gas: number;
}

/** An evening to reckon with: everybody watches all of it, and pays for each key. */
const evening = { viewers: 1000, seconds: 7200, keySeconds: 2 };
/**
 * The design of 2019, a hub with a channel for each viewer: what Connext's Vector contracts (0.2.5) take to open a
 * channel from the hub's side, and at least to close it with both at hand. Measured apart; not part of a run.
 */
const hub = { open: 169_000, close: 84_000 };

const acts = {
  transfer: 'an ERC-20 transfer',
  open: 'open a channel',
  topUp: 'top up a channel',
  claim: (channels: number) => `claim from a channel, ${channels === 1 ? 'alone' : `${channels} at once`}`,
  settle: 'pay out to the host what is claimed',
  close: 'refund the rest, which closes a channel',
  makeLink: 'make a watch link',
  settleLink: (links: number) => `claim from a watch link, ${links} of one sponsor`,
};
const links = 200;

type Cost = (act: () => Promise<unknown>) => Promise<(method: string) => number>;

/** What was sent to the settlement contract during an act, by method. */
const costOn =
  (provider: JsonRpcProvider, settlement: Interface): Cost =>
  async (act) => {
    const gas = new Map<string, number>();
    const before = await provider.getBlockNumber();
    await act();
    const after = await provider.getBlockNumber();
    for (let n = before + 1; n <= after; n++) {
      const block = await provider.getBlock(n, true);
      for (const { hash, data } of block?.prefetchedTransactions ?? []) {
        const method = settlement.parseTransaction({ data })?.name ?? 'other';
        const used = Number((await provider.getTransactionReceipt(hash))?.gasUsed);
        gas.set(method, (gas.get(method) ?? 0) + used);
      }
    }
    return (method) => gas.get(method) ?? 0;
  };

/** A plain transfer to somebody who has some already: what paying each time on chain would take. */
async function transferGas(provider: JsonRpcProvider, { now: { chain } }: MoneyHouse): Promise<number> {
  const payer = new Wallet(devAccount(3), provider);
  const to = addressOf(randomKey());
  for (const address of [addressOf(devAccount(3)), to]) await chain.mint(address, dai);
  const token = new Contract(chain.token.address, testDai.abi, payer);
  const receipt = await (await token.getFunction('transfer')(to, 5n)).wait();
  return Number(receipt?.gasUsed);
}

/** A channel of its own: opened, filled up, and closed. */
async function measureChannel(house: MoneyHouse, cost: Cost): Promise<GasRow[]> {
  const { chain, payments } = house.now;
  const key = randomKey();
  await chain.mint(addressOf(key), dai);
  const deposit = () => payments.channels.deposit(house.depositRequest(key, dai / 2n));
  const { purse } = await deposit();
  const issuedAt = Date.now();
  const signature = sign(closeDigest(purse.id, issuedAt, payments.domain), key);
  const other = randomKey();
  await chain.mint(addressOf(other), dai);
  const opened = await cost(() => payments.channels.deposit(house.depositRequest(other, dai)));
  const filled = await cost(deposit);
  const closed = await cost(() => payments.close(purse.id, issuedAt, signature));
  return [
    { act: acts.open, gas: opened('deposit') },
    { act: acts.topUp, gas: filled('deposit') },
    { act: acts.close, gas: closed('refundWithSignature') },
  ];
}

/** Viewers' channels, claimed from in one transaction. */
async function measureClaims(house: MoneyHouse, cost: Cost, onProgress: (what: string) => void): Promise<GasRow[]> {
  const viewers = [await house.viewer(dai)];
  // The host's first payout writes to a slot that was empty.
  await viewers[0]?.pay(0, 1n);
  await house.settle();
  const rows: GasRow[] = [];
  for (const size of [1, 25, 100]) {
    onProgress(`gas: claiming from ${size} channels`);
    while (viewers.length < size) viewers.push(await house.viewer(dai));
    // A second claim of each, as most are: the slots that it writes hold something.
    for (const round of [1, 2]) {
      for (const viewer of viewers) await viewer.pay(size + round, 1000n);
      const spent = await cost(() => house.settle());
      if (round === 1) continue;
      rows.push({ act: acts.claim(size), gas: Math.round(spent('claimWithSignature') / size) });
      if (size === 1) rows.push({ act: acts.settle, gas: spent('settle') });
    }
  }
  return rows;
}

/** Links of one sponsor: made, watched by all of them, and claimed at once. */
async function measureLinks(house: MoneyHouse, cost: Cost): Promise<GasRow[]> {
  const { payments, chain } = house.now;
  await chain.mint(payments.sponsor.address, dai * BigInt(links));
  await payments.sponsor.fund('main', dai * BigInt(links));
  const signers: Awaited<ReturnType<MoneyHouse['link']>>['signer'][] = [];
  const made = await cost(async () => {
    while (signers.length < links) signers.push((await house.link(dai, dai / 2n)).signer);
  });
  const watched = { stream: 'main', kind: 'watch' as const, amount: 1000n, durationMs: 2000 };
  for (const payer of signers) await payments.ledger.charge({ payer, reason: 'watch/main/1', ...watched });
  const settled = await cost(() => house.settle());
  const methods = ['deposit', 'claimWithSignature', 'settle', 'other'];
  return [
    { act: acts.makeLink, gas: methods.reduce((sum, method) => sum + made(method), 0) / links },
    { act: acts.settleLink(links), gas: Math.round(settled('claimWithSignature') / links) },
  ];
}

/** The first row is of a plain transfer: the measure of the others. */
export async function measureGas(onProgress: (what: string) => void): Promise<GasRow[]> {
  onProgress('gas: a development chain');
  const house = await openMoney();
  const provider = new JsonRpcProvider(house.now.place.rpcUrl, undefined, { cacheTimeout: -1 });
  const cost = costOn(provider, new Interface(x402BatchSettlement.abi));
  try {
    return [
      { act: acts.transfer, gas: await transferGas(provider, house) },
      ...(await measureChannel(house, cost)),
      ...(await measureClaims(house, cost, onProgress)),
      ...(await measureLinks(house, cost)),
    ];
  } finally {
    provider.destroy();
    await house.close();
  }
}

/** What an evening costs, opening and closing included, in four ways. */
function eveningWays(gasOf: (act: string) => number, payments: number): [string, number][] {
  const { viewers } = evening;
  const { open, close, settle, claim, transfer } = acts;
  const own = gasOf(open) + gasOf(claim(100)) + gasOf(close);
  return [
    ['dTok: watch links of one sponsor', gasOf(open) + gasOf(claim(1)) + gasOf(close) + gasOf(settle)],
    ['dTok: a channel of each viewer’s own', viewers * own + gasOf(settle)],
    ['2019: a hub with a channel for each viewer (reckoned)', viewers * (hub.open + hub.close)],
    ['one transfer per payment (reckoned)', payments * gasOf(transfer)],
  ];
}

/** Two tables: each act, and an evening in four ways. */
export function gasReport(rows: readonly GasRow[]): string {
  const gasOf = (act: string): number => rows.find((row) => row.act === act)?.gas ?? Number.NaN;
  const transfer = gasOf(acts.transfer);
  const each = rows.map(({ act, gas }) => [act, whole(gas), `${(gas / transfer).toFixed(2)} ×`]);
  const { viewers, seconds, keySeconds } = evening;
  const payments = viewers * (seconds / keySeconds);
  const ways = eveningWays(gasOf, payments);
  const ours = ways[0]?.[1] ?? Number.NaN;
  return [
    markdownTable(['gas of one', 'gas', 'of a transfer'], each),
    `An evening: ${whole(viewers)} viewers for ${seconds / 3600} hours, a key every ${keySeconds} s: ${whole(payments)} payments.`,
    markdownTable(
      ['', 'gas', 'for a viewer', 'of the first'],
      ways.map(([way, gas]) => [way, whole(gas), whole(gas / viewers), `${whole(gas / ours)} ×`]),
    ),
  ].join('\n\n');
}
