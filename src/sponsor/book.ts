// The sponsor's own durable record: its key, its channel, its links, the vouchers it was shown and what it signed.
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { addressOf, type ChannelFields, type Domain, randomKey } from '../payments/typed-data.js';
import { ChannelConfig, DepositRequest } from '../vocabulary/channels.js';
import type { Hex } from '../vocabulary/values.js';
import type { IssuedLink, Standing } from './rule.js';

const schema = `
create table if not exists place (name text primary key, value text not null);
create table if not exists deposits (salt text primary key, request text not null, amount text not null, done integer not null);
create table if not exists links (
  signer text primary key, credit text not null, label text not null, expires_at integer, once integer not null,
  registered integer not null, revoked_at integer, final_spent text, counted text not null, signature text
);
create table if not exists raises (id text primary key, signer text not null, amount text not null, done integer not null);
create table if not exists standing (
  one integer primary key check (one = 1), signed text not null, covered text not null, level text, level_at integer not null
);
insert or ignore into standing values (1, '0', '0', null, 0);
`;

interface LinkRow {
  signer: Hex;
  credit: string;
  label: string;
  expires_at: number | null;
  once: number;
  registered: number;
  revoked_at: number | null;
  final_spent: string | null;
  counted: string;
  signature: Hex | null;
}

/** More credit for a link; `id` names it, so that it is given once however often it is asked for. */
export interface Raise {
  id: string;
  signer: Hex;
  amount: bigint;
}

const linkFromRow = (row: LinkRow): IssuedLink => ({
  signer: row.signer,
  limit: BigInt(row.credit),
  label: row.label,
  expiresAt: row.expires_at,
  once: row.once === 1,
  revokedAt: row.revoked_at,
  finalSpent: row.final_spent === null ? null : BigInt(row.final_spent),
  counted: BigInt(row.counted),
  signature: row.signature,
});

/** Where this sponsor pays: fixed when its channel is opened, so that a server cannot change it afterwards. */
export interface Place {
  server: string;
  stream: string;
  domain: Domain;
  config: ChannelFields;
  token: { symbol: string; decimals: number };
}

const PlaceShape = z.object({
  server: z.string(),
  stream: z.string(),
  domain: z.object({ chainId: z.number(), contract: z.string().transform((text) => text as Hex) }),
  config: ChannelConfig,
  token: z.object({ symbol: z.string(), decimals: z.number() }),
});

const KeyFile = z.object({ key: z.string().regex(/^0x[0-9a-f]{64}$/) });

/** Moves a file to where none is; of two processes that start together, the first one's stays. */
function placeOnce(fresh: string, file: string): void {
  try {
    linkSync(fresh, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(fresh);
  }
}

/** Reads the sponsor's key, or makes it: for its owner only, on disk before it is used. */
function loadKey(folder: string): Hex {
  const file = join(folder, 'sponsor-key.json');
  if (!existsSync(file)) {
    const fresh = `${file}.${process.pid}`;
    const handle = openSync(fresh, 'w', 0o600);
    writeSync(handle, `${JSON.stringify({ key: randomKey() })}\n`);
    fsyncSync(handle);
    closeSync(handle);
    placeOnce(fresh, file);
  }
  try {
    return KeyFile.parse(JSON.parse(readFileSync(file, 'utf8'))).key as Hex;
  } catch (cause) {
    throw new Error(`${file} is damaged: restore it from a backup. Its key owns the channel.`, { cause });
  }
}

export type Book = ReturnType<typeof openBook>;

/**
 * Opens the record in `folder`. Several processes may have it open: each act is one transaction that sees what the
 * others did, and is on disk when it returns.
 */
export function openBook(folder: string) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const key = loadKey(folder);
  const db = new Database(join(folder, 'sponsor.sqlite'), { timeout: 5000 });
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(schema);

  const oneLink = db.prepare<[string], LinkRow>('select * from links where signer = ?');
  const allLinks = db.prepare<[], LinkRow>('select * from links order by rowid');
  const insert = db.prepare(`insert or ignore into links values (?, ?, ?, ?, ?, 0, null, null, '0', null)`);
  const count = db.prepare('update links set counted = ?, signature = ? where signer = ?');
  const readStanding = db.prepare<[], { signed: string; covered: string; level: string | null; level_at: number }>(
    'select * from standing',
  );
  const writeStanding = db.prepare('update standing set signed = ?, covered = ?, level = ?, level_at = ?');

  const links = (): IssuedLink[] => allLinks.all().map(linkFromRow);

  function addCredit(signer: Hex, amount: bigint): void {
    const row = oneLink.get(signer);
    if (row) db.prepare('update links set credit = ? where signer = ?').run(`${BigInt(row.credit) + amount}`, signer);
  }

  return {
    key,
    address: addressOf(key),
    /** One act: all of it is on disk when this returns, or none. */
    act: <T>(work: () => T): T => db.transaction(work).immediate(),

    place(): Place | null {
      const row = db.prepare<[string], { value: string }>('select value from place where name = ?').get('place');
      return row ? PlaceShape.parse(JSON.parse(row.value)) : null;
    },
    setPlace(place: Place): void {
      db.prepare('insert or replace into place values (?, ?)').run('place', JSON.stringify(place));
    },

    /** Deposits that were signed; those not done are sent again, which deposits nothing twice. */
    openDeposits: (): DepositRequest[] =>
      db
        .prepare<[], { request: string }>('select request from deposits where done = 0')
        .all()
        .map(({ request }) => DepositRequest.parse(JSON.parse(request))),
    addDeposit(request: DepositRequest): void {
      const { salt } = request.deposit.authorization.erc3009Authorization;
      db.prepare('insert into deposits values (?, ?, ?, 0)').run(salt, JSON.stringify(request), request.deposit.amount);
    },
    depositDone(request: DepositRequest): void {
      const { salt } = request.deposit.authorization.erc3009Authorization;
      db.prepare('update deposits set done = 1 where salt = ?').run(salt);
    },
    dropDeposit(request: DepositRequest): void {
      const { salt } = request.deposit.authorization.erc3009Authorization;
      db.prepare('delete from deposits where salt = ?').run(salt);
    },
    funded: (): bigint =>
      db
        .prepare<[], { amount: string }>('select amount from deposits where done = 1')
        .all()
        .reduce((sum, { amount }) => sum + BigInt(amount), 0n),

    link: (signer: Hex): IssuedLink | undefined => {
      const row = oneLink.get(signer);
      return row && linkFromRow(row);
    },
    links,
    /** Links that the server may not know yet. */
    unregistered: (): IssuedLink[] =>
      allLinks
        .all()
        .filter((row) => row.registered === 0)
        .map(linkFromRow),
    addLinks(wishes: readonly Pick<IssuedLink, 'signer' | 'limit' | 'label' | 'expiresAt' | 'once'>[]): void {
      for (const link of wishes) {
        insert.run(link.signer, `${link.limit}`, link.label, link.expiresAt, link.once ? 1 : 0);
      }
    },
    registered: (signer: Hex): void => void db.prepare('update links set registered = 1 where signer = ?').run(signer),
    dropLink: (signer: Hex): void => void db.prepare('delete from links where signer = ?').run(signer),
    revoke: (signer: Hex, at: number): void =>
      void db.prepare('update links set revoked_at = coalesce(revoked_at, ?) where signer = ?').run(at, signer),
    /** What a revoked link had spent, by the server's first word on it. */
    revoked: (signer: Hex, finalSpent: bigint): void =>
      void db
        .prepare('update links set final_spent = coalesce(final_spent, ?) where signer = ?')
        .run(`${finalSpent}`, signer),
    count: (signer: Hex, amount: bigint, signature: Hex): void => void count.run(`${amount}`, signature, signer),

    /** From now on the link's vouchers may go so far; the server is told after that. */
    addRaise({ id, signer, amount }: Raise): void {
      db.prepare('insert into raises values (?, ?, ?, 0)').run(id, signer, `${amount}`);
      addCredit(signer, amount);
    },
    openRaises: (): Raise[] =>
      db
        .prepare<[], { id: string; signer: Hex; amount: string }>('select * from raises where done = 0 order by rowid')
        .all()
        .map(({ id, signer, amount }) => ({ id, signer, amount: BigInt(amount) })),
    raiseDone: (id: string): void => void db.prepare('update raises set done = 1 where id = ?').run(id),
    /** The server refused it for good. */
    dropRaise({ id, signer, amount }: Raise): void {
      db.prepare('delete from raises where id = ?').run(id);
      addCredit(signer, -amount);
    },

    /** `level` is full at the start. */
    standing(full: bigint): Standing {
      const row = readStanding.get();
      if (!row) throw new Error('the record is damaged: restore it from a backup');
      const level = row.level === null ? full : BigInt(row.level);
      return { signed: BigInt(row.signed), covered: BigInt(row.covered), level, levelAt: row.level_at };
    },
    setStanding(to: Standing): void {
      writeStanding.run(`${to.signed}`, `${to.covered}`, `${to.level}`, to.levelAt);
    },
    close: () => db.close(),
  };
}
