// The disk: every statement of the store is a moment at which the server may wait, be refused, or die.
import { CompiledQuery, type DatabaseConnection, SqliteDriver } from 'kysely';
import type { Random } from '../../support/random.js';
import type { Clock } from '../clock.js';
import type { Process } from './process.js';

export interface DiskFaults {
  /** Share of statements that others may overtake. */
  slow: number;
  /** Share of writes that find the disk full. */
  full: number;
}

/** What reads the database right after a commit; the rows are what a restart would find. */
export type Read = <Row>(sql: string, ...parameters: unknown[]) => Promise<Row[]>;

interface Drive {
  process: Process;
  connection: DatabaseConnection | null;
}

export type Disk = ReturnType<typeof createDisk>;

export function createDisk(needs: {
  clock: Clock;
  random: Random;
  faults: DiskFaults;
  process: () => Process;
  onCommit: (read: Read) => Promise<void>;
}) {
  const { clock, random, faults } = needs;
  const never = new Promise<never>(() => {});
  const drives = new Map<SqliteDriver, Drive>();
  const acquire = SqliteDriver.prototype.acquireConnection;

  const full = (): never => {
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  };

  const wait = (): Promise<void> =>
    new Promise((resolve) => clock.after(random.wait(0.1, 30), 'the disk', resolve, { server: true, quiet: true }));

  function wrap(raw: DatabaseConnection, process: Process): DatabaseConnection {
    const read: Read = async <Row>(sql: string, ...parameters: unknown[]) =>
      (await raw.executeQuery<Row>(CompiledQuery.raw(sql, parameters))).rows;
    return {
      async executeQuery<Row>(query: CompiledQuery) {
        const verb = query.sql.slice(0, 8).toLowerCase();
        if (!process.point(`at its disk, ${verb.trim()}`)) return never;
        if (random.chance(faults.slow)) await wait();
        const writes = verb.startsWith('insert') || verb.startsWith('update') || verb.startsWith('commit');
        if (writes && random.chance(faults.full)) full();
        const result = await raw.executeQuery<Row>(query);
        if (verb.startsWith('commit')) await needs.onCommit(read);
        return process.alive() ? result : never;
      },
      streamQuery: (query, size) => raw.streamQuery(query, size),
    };
  }

  SqliteDriver.prototype.acquireConnection = async function (this: SqliteDriver) {
    const drive: Drive = drives.get(this) ?? { process: needs.process(), connection: null };
    drives.set(this, drive);
    const raw = await acquire.call(this);
    drive.connection ??= wrap(raw, drive.process);
    return drive.connection;
  };

  /** What was not committed is gone. */
  function unplug(): void {
    for (const driver of drives.keys()) void driver.destroy();
    drives.clear();
  }

  return {
    unplug,
    close(): void {
      unplug();
      SqliteDriver.prototype.acquireConnection = acquire;
    },
  };
}
