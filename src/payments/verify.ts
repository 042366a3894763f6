// Derives the ledger once more, from every charge, voucher and event of the chain, and says where it does not match.
import type { Db, Store } from '../store/index.js';
import type { Hex } from '../vocabulary/values.js';
import type { Chain, ChannelOnChain } from './chain.js';
import { chargePages } from './charge-pages.js';
import { sideOf } from './charges.js';
import type { Signatures } from './signatures.js';
import type { Domain } from './typed-data.js';

export interface Finding {
  /** What does not match, in words. */
  what: string;
  /** The purse, stream, tip or channel that it is about. */
  where: string;
  expected: string;
  found: string;
}

export interface Verification {
  checked: { charges: number; purses: number; vouchers: number; tips: number; votes: number; channels: number };
  findings: Finding[];
}

interface Sums {
  purses: Map<Hex, bigint>;
  streams: Map<string, { watched: bigint; tipped: bigint }>;
  tips: Map<string, bigint>;
  votes: Map<string, bigint>;
  charges: number;
}

function compare(findings: Finding[], what: string, where: string, expected: bigint | string, found: bigint | string) {
  if (expected !== found) findings.push({ what, where, expected: `${expected}`, found: `${found}` });
}

/** Adds up all charges; one for watching must be what its key cost. */
async function sumCharges(db: Db, findings: Finding[]): Promise<Sums> {
  const sums: Sums = { purses: new Map(), streams: new Map(), tips: new Map(), votes: new Map(), charges: 0 };
  const costs = new Map<string, string>();
  for (const { stream, n, cost } of await db.selectFrom('key_periods').select(['stream', 'n', 'cost']).execute()) {
    costs.set(`watch/${stream}/${n}`, cost);
  }
  for await (const charges of chargePages(db)) {
    for (const { payer, reason, purse, stream, kind, amount } of charges) {
      sums.charges += 1;
      const value = BigInt(amount);
      if (purse) sums.purses.set(purse, (sums.purses.get(purse) ?? 0n) + value);
      const earned = sums.streams.get(stream) ?? { watched: 0n, tipped: 0n };
      earned[sideOf(kind)] += value;
      sums.streams.set(stream, earned);
      if (kind === 'tip') sums.tips.set(`${payer} ${reason}`, value);
      if (kind === 'vote') sums.votes.set(`${payer} ${reason}`, value);
      if (kind === 'watch') {
        compare(findings, 'a key was charged at another price', `${payer} ${reason}`, costs.get(reason) ?? '-', amount);
      }
    }
  }
  return sums;
}

async function sumHolds(db: Db): Promise<Map<Hex, bigint>> {
  const sums = new Map<Hex, bigint>();
  for (const { purse, amount } of await db.selectFrom('holds').select(['purse', 'amount']).execute()) {
    sums.set(purse, (sums.get(purse) ?? 0n) + BigInt(amount));
  }
  return sums;
}

/** With what each link makes of its sponsor's channel. */
function withLinks(own: ReadonlyMap<Hex, bigint>, purses: readonly { id: Hex; kind: string; channel: Hex }[]) {
  const sums = new Map(own);
  for (const { id, kind, channel } of purses) {
    if (kind === 'pass') sums.set(channel, (sums.get(channel) ?? 0n) + (own.get(id) ?? 0n));
  }
  return sums;
}

/** Spending, limits and signatures of every purse; resolves to how many were looked at. */
async function checkPurses(db: Db, sums: Sums, signatures: Signatures, domain: Domain, findings: Finding[]) {
  const purses = await db.selectFrom('purses').selectAll().execute();
  const spent = withLinks(sums.purses, purses);
  const held = withLinks(await sumHolds(db), purses);
  let vouchers = 0;
  for (const purse of purses) {
    compare(findings, 'spent is not the sum of its charges', purse.id, spent.get(purse.id) ?? 0n, BigInt(purse.spent));
    const engaged = BigInt(purse.spent) + (held.get(purse.id) ?? 0n);
    if (engaged > BigInt(purse.authorized)) {
      compare(findings, 'more was spent than was signed for', purse.id, purse.authorized, engaged);
    }
    if (!purse.signature) continue;
    vouchers += 1;
    const digest = signatures.voucherDigest(purse.id, BigInt(purse.authorized), domain);
    const signer = signatures.recover(digest, purse.signature);
    compare(findings, 'its voucher is not signed by its key', purse.id, purse.signer, signer ?? 'nobody');
  }
  return { purses: purses.length, vouchers };
}

async function checkStreams(db: Db, sums: Sums, findings: Finding[]): Promise<void> {
  for (const { id, watched, tipped } of await db.selectFrom('streams').selectAll().execute()) {
    const earned = sums.streams.get(id) ?? { watched: 0n, tipped: 0n };
    compare(findings, 'watched is not the sum of its charges', id, earned.watched, BigInt(watched));
    compare(findings, 'tipped is not the sum of its charges', id, earned.tipped, BigInt(tipped));
  }
}

/** Every tip was charged, and shown, once. */
async function checkTips(db: Db, sums: Sums, findings: Finding[]): Promise<number> {
  const tips = await db.selectFrom('tips').selectAll().execute();
  const rows = await db.selectFrom('events').select(['n', 'data']).where('type', '=', 'tip').execute();
  const shown = new Map(rows.map(({ n, data }) => [n, (JSON.parse(data) as { id: string; amount: string }) ?? null]));
  for (const { payer, id, amount, event } of tips) {
    const where = `${payer} tip/${id}`;
    compare(findings, 'a tip was not charged as it says', where, BigInt(amount), sums.tips.get(where) ?? -1n);
    const said = shown.get(event);
    compare(findings, 'a tip’s event says something else', where, `${id} ${amount}`, `${said?.id} ${said?.amount}`);
  }
  compare(findings, 'tips charged, and tips kept', 'all', `${sums.tips.size}`, `${tips.length}`);
  compare(findings, 'tips kept, and tips shown', 'all', `${tips.length}`, `${shown.size}`);
  return tips.length;
}

/** Every paid vote is either held in a purse, or charged, once, by what it says; and nothing else is. */
async function checkVotes(db: Db, sums: Sums, findings: Finding[]): Promise<number> {
  const rows = await db.selectFrom('poll_votes').selectAll().where('payer', 'is not', null).execute();
  const holds = await db.selectFrom('holds').selectAll().execute();
  const held = new Map(holds.map(({ payer, reason, amount }) => [`${payer} ${reason}`, BigInt(amount)]));
  const counts = { charged: 0, held: 0 };
  for (const { payer, poll, voter, id, amount, state } of rows) {
    if (state !== 'charged' && state !== 'held') continue;
    counts[state] += 1;
    const where = `${payer} vote/${poll}/${voter}/${id}`;
    const found = (state === 'held' ? held : sums.votes).get(where) ?? -1n;
    compare(findings, `a vote was not ${state} as it says`, where, BigInt(amount), found);
  }
  compare(findings, 'votes charged, and votes kept', 'all', `${sums.votes.size}`, `${counts.charged}`);
  compare(findings, 'votes held, and votes kept', 'all', `${held.size}`, `${counts.held}`);
  return rows.length;
}

const signs: Record<string, { balance: bigint; claimed: bigint }> = {
  Deposited: { balance: 1n, claimed: 0n },
  Refunded: { balance: -1n, claimed: 0n },
  WithdrawFinalized: { balance: -1n, claimed: 0n },
  Claimed: { balance: 0n, claimed: 1n },
};

/** What the chain says of each channel now, beside its events and the ledger. */
async function checkChannels(db: Db, onChain: ReadonlyMap<Hex, ChannelOnChain>, findings: Finding[]): Promise<number> {
  const told = new Map<Hex, { balance: bigint; claimed: bigint }>();
  for (const { channel, name, amount } of await db.selectFrom('chain_events').selectAll().execute()) {
    const sign = signs[name];
    if (!channel || !sign) continue;
    const sum = told.get(channel) ?? { balance: 0n, claimed: 0n };
    told.set(channel, {
      balance: sum.balance + sign.balance * BigInt(amount),
      claimed: sum.claimed + sign.claimed * BigInt(amount),
    });
  }
  const rows = await db
    .selectFrom('channels')
    .innerJoin('purses', 'purses.id', 'channels.id')
    .select(['channels.id', 'balance', 'claimed', 'spent'])
    .execute();
  for (const { id, balance, claimed, spent } of rows) {
    const events = told.get(id) ?? { balance: 0n, claimed: 0n };
    compare(findings, 'the balance is not what its events add up to', id, events.balance, BigInt(balance));
    compare(findings, 'claimed is not what its events add up to', id, events.claimed, BigInt(claimed));
    compare(findings, 'the chain holds another balance', id, onChain.get(id)?.balance ?? 0n, BigInt(balance));
    compare(findings, 'the chain has claimed another amount', id, onChain.get(id)?.claimed ?? 0n, BigInt(claimed));
    if (BigInt(claimed) > BigInt(spent)) compare(findings, 'more was claimed than was spent', id, spent, claimed);
  }
  return rows.length;
}

/** Reads a snapshot, so that the show goes on meanwhile. Problem: chain_unavailable. */
export async function verify(needs: {
  store: Store;
  chain: Chain;
  domain: Domain;
  channels: readonly Hex[];
  signatures: Signatures;
}): Promise<Verification> {
  const { store, chain, domain, signatures } = needs;
  const onChain = new Map<Hex, ChannelOnChain>();
  for (const id of needs.channels) onChain.set(id, await chain.channel(id));
  const { db, close } = await store.snapshot();
  try {
    const findings: Finding[] = [];
    const sums = await sumCharges(db, findings);
    const { purses, vouchers } = await checkPurses(db, sums, signatures, domain, findings);
    await checkStreams(db, sums, findings);
    const tips = await checkTips(db, sums, findings);
    const votes = await checkVotes(db, sums, findings);
    const channels = await checkChannels(db, onChain, findings);
    return { checked: { charges: sums.charges, purses, vouchers, tips, votes, channels }, findings };
  } finally {
    await close();
  }
}
