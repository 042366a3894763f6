// What is on the disk, as a restart would find it: read again after every commit.
import type { Hex } from '../../src/vocabulary/values.js';
import type { Read } from './house/disk.js';

export interface PurseOnDisk {
  id: Hex;
  kind: 'channel' | 'pass';
  signer: Hex;
  channel: Hex;
  limit: bigint;
  authorized: bigint;
  spent: bigint;
  signature: Hex | null;
  closing: boolean;
}

export interface ChargeOnDisk {
  payer: Hex;
  reason: string;
  purse: Hex | null;
  kind: string;
  amount: bigint;
}

export interface HoldOnDisk {
  payer: Hex;
  reason: string;
  purse: Hex;
  amount: bigint;
}

export interface Sent {
  data: Hex;
  name: string;
  state: 'sent' | 'mined' | 'reverted' | 'lost';
}

interface PurseColumns extends Omit<PurseOnDisk, 'limit' | 'authorized' | 'spent' | 'closing'> {
  credit: string;
  authorized: string;
  spent: string;
  closing: number;
}

export type DiskRecord = ReturnType<typeof createRecord>;

export function createRecord() {
  const purses = new Map<Hex, PurseOnDisk>();
  const charges = new Map<string, ChargeOnDisk>();
  const keyCosts = new Map<number, bigint>();
  const byPurse = new Map<Hex, bigint>();
  const holds = new Map<string, HoldOnDisk>();
  const latest = { charge: 0, key: 0 };
  const record = { watched: 0n, tipped: 0n, tips: 0, sent: [] as Sent[], commits: 0 };

  async function readPurses(read: Read): Promise<void> {
    const sql = 'select id, kind, signer, channel, credit, authorized, spent, signature, closing from purses';
    for (const { credit, authorized, spent, closing, ...row } of await read<PurseColumns>(sql)) {
      const money = { limit: BigInt(credit), authorized: BigInt(authorized), spent: BigInt(spent) };
      purses.set(row.id, { ...row, ...money, closing: closing === 1 });
    }
  }

  async function readCharges(read: Read): Promise<string | null> {
    const sql = 'select rowid as row, payer, reason, purse, kind, amount from charges where rowid > ? order by rowid';
    let twice: string | null = null;
    for (const row of await read<Omit<ChargeOnDisk, 'amount'> & { row: number; amount: string }>(sql, latest.charge)) {
      const amount = BigInt(row.amount);
      const name = `${row.payer} ${row.reason}`;
      if (charges.has(name)) twice = name;
      charges.set(name, { ...row, amount });
      if (row.purse) byPurse.set(row.purse, (byPurse.get(row.purse) ?? 0n) + amount);
      latest.charge = row.row;
    }
    return twice;
  }

  return {
    purses,
    charges,
    /** Σ of what each purse itself was charged. */
    byPurse,
    /** What is set aside, by payer and reason. */
    holds,
    /** What each key costs, by its number. */
    keyCosts,
    record,
    total: (): bigint => Array.from(charges.values()).reduce((sum, { amount }) => sum + amount, 0n),
    /** Resolves to a charge that is there twice, if one is. */
    async read(read: Read): Promise<string | null> {
      record.commits += 1;
      await readPurses(read);
      const twice = await readCharges(read);
      holds.clear();
      const held = await read<Omit<HoldOnDisk, 'amount'> & { amount: string }>(
        'select payer, reason, purse, amount from holds',
      );
      for (const { amount, ...row } of held)
        holds.set(`${row.payer} ${row.reason}`, { ...row, amount: BigInt(amount) });
      const keys = await read<{ n: number; cost: string }>('select n, cost from key_periods where n > ?', latest.key);
      for (const { n, cost } of keys) keyCosts.set(n, BigInt(cost));
      latest.key = Math.max(latest.key, ...keys.map(({ n }) => n));
      const [stream] = await read<{ watched: string; tipped: string }>('select watched, tipped from streams');
      record.watched = BigInt(stream?.watched ?? 0);
      record.tipped = BigInt(stream?.tipped ?? 0);
      const [tips] = await read<{ n: number }>('select count(*) as n from tips');
      record.tips = tips?.n ?? 0;
      record.sent = await read<Sent>('select name, state, data from transactions');
      return twice;
    },
  };
}
