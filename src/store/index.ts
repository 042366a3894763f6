// The durable state: opens the database and answers only when what was written is on disk.
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { Kysely, SqliteDialect, type Transaction } from 'kysely';
import { Problem } from '../vocabulary/problems.js';
import { migrate } from './migrations.js';
import type { Tables } from './schema.js';

export type { Tables } from './schema.js';
export type Db = Kysely<Tables>;
export type Trx = Transaction<Tables>;

export interface Store {
  db: Db;
  /** Runs `work` in one transaction; it is durable when this resolves. Throws `storage_unavailable` when the disk refuses. */
  write<T>(work: (trx: Trx) => Promise<T>): Promise<T>;
  /** One statement for each row of parameters, kept prepared: for what is written thousands of times a second. */
  runEach(trx: Trx, sql: string, rows: Iterable<readonly (string | number | null)[]>): Promise<void>;
  /** The database as of one moment, to read at leisure while the real one goes on; closing it removes it. */
  snapshot(): Promise<{ db: Db; close: () => Promise<void> }>;
  close(): Promise<void>;
}

/** Opens (and creates) the SQLite file at `path`; `:memory:` is for tests. */
export async function openStore({ path }: { path: string }): Promise<Store> {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  const sqlite = new Database(path, { timeout: 2000 });
  takeAlone(sqlite, path);
  // FULL: a commit that was answered survives a power cut. This is money.
  sqlite.pragma('synchronous = FULL');
  sqlite.pragma('foreign_keys = ON');
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: sqlite }) });
  await migrate(db);
  const prepared = new Map<string, Database.Statement>();
  return {
    db,
    write: async (work) => {
      let own: unknown;
      const noted = (trx: Trx) =>
        work(trx).catch((error) => {
          own = error;
          throw error;
        });
      try {
        return await db.transaction().execute(noted);
      } catch (error) {
        // SQLite ends the transaction itself when the disk is full; the rollback that follows then hides why.
        const cause = own ?? error;
        throw isDiskTrouble(cause) ? new Problem('storage_unavailable', {}, { cause }) : cause;
      }
    },
    runEach: async (_trx, sql, rows) => {
      // The one connection is the transaction's.
      const statement = prepared.get(sql) ?? sqlite.prepare(sql);
      prepared.set(sql, statement);
      for (const row of rows) statement.run(row);
    },
    snapshot: () => snapshot(sqlite, path === ':memory:' ? tmpdir() : dirname(path)),
    close: () => db.destroy(),
  };
}

/** In a folder that nobody else may read: streams' keys are in it. */
async function snapshot(sqlite: Database.Database, beside: string) {
  const folder = await mkdtemp(join(beside, 'snapshot-'));
  const path = join(folder, 'dtok.sqlite');
  await sqlite.backup(path);
  const db: Db = new Kysely<Tables>({
    dialect: new SqliteDialect({ database: new Database(path, { readonly: true }) }),
  });
  const close = async (): Promise<void> => {
    await db.destroy();
    await rm(folder, { recursive: true, force: true });
  };
  return { db, close };
}

/** One process holds the ledger: a second one, with its own memory of the purses, would spend them again. */
function takeAlone(sqlite: Database.Database, path: string): void {
  try {
    sqlite.pragma('locking_mode = EXCLUSIVE');
    sqlite.pragma('journal_mode = WAL');
    sqlite.exec('BEGIN EXCLUSIVE; COMMIT');
  } catch (cause) {
    sqlite.close();
    if (!isDiskTrouble(cause)) throw cause;
    throw new Error(`${path} is in use by another dTok, or cannot be written. Stop that one, or set DATA_DIR.`, {
      cause,
    });
  }
}

function isDiskTrouble(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code !== 'string') return false;
  return /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|BUSY)/.test(code) || /no transaction is active/.test(String(message));
}
