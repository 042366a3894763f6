// Predictions and their stakes as they are kept: rows in, rows out.
import { sql } from 'kysely';
import type { Store, Trx } from '../../store/index.js';
import type { PredictionPayoutRow, PredictionRow, PredictionStakeRow } from '../../store/rows/polls.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Terms } from './channel.js';

export type StakeRow = PredictionStakeRow;

export interface Prediction extends Omit<PredictionRow, 'options' | 'terms' | 'totals'> {
  options: readonly string[];
  terms: Terms;
  totals: readonly bigint[];
}

const over: readonly PredictionRow['state'][] = ['paid', 'refunded', 'failed'];
export const isOver = ({ state }: Pick<Prediction, 'state'>): boolean => over.includes(state);

const asText = (value: unknown): string => JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}` : v));

export function fromRow(row: PredictionRow): Prediction {
  const terms = JSON.parse(row.terms);
  return {
    ...row,
    options: JSON.parse(row.options),
    terms: { ...terms, minStake: BigInt(terms.minStake) },
    totals: (JSON.parse(row.totals) as string[]).map(BigInt),
  };
}

const toRow = ({ options, terms, totals, ...rest }: Omit<Prediction, 'n'>) => ({
  ...rest,
  options: asText(options),
  terms: asText(terms),
  totals: asText(totals),
});

/** In the transaction that says that all is paid. */
export async function addPayouts(trx: Trx, rows: readonly PredictionPayoutRow[]): Promise<void> {
  for (let i = 0; i < rows.length; i += 100)
    await trx
      .insertInto('prediction_payouts')
      .values(rows.slice(i, i + 100))
      .execute();
}

export type Books = ReturnType<typeof createBooks>;

export function createBooks(store: Store) {
  const predictions = () => store.db.selectFrom('predictions').selectAll();
  const stakes = () => store.db.selectFrom('prediction_stakes').selectAll();

  return {
    unfinished: async (): Promise<Prediction[]> =>
      (await predictions().where('state', 'not in', over).orderBy('n').execute()).map(fromRow),
    async find(n: number): Promise<Prediction | null> {
      const row = await predictions().where('n', '=', n).executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    async byKey(key: string): Promise<Prediction | null> {
      const row = await predictions().where('key', '=', key).executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    latest: async (stream: string, limit: number): Promise<Prediction[]> => {
      const rows = predictions().where('stream', '=', stream).where('state', '!=', 'failed');
      return (await rows.orderBy('n', 'desc').limit(limit).execute()).map(fromRow);
    },
    add: (made: Omit<Prediction, 'n'>): Promise<Prediction> =>
      store.write(async (trx) =>
        fromRow(await trx.insertInto('predictions').values(toRow(made)).returningAll().executeTakeFirstOrThrow()),
      ),
    /** Changes what is kept of one, and what else belongs to that. */
    async change(
      one: Prediction,
      set: Partial<Omit<Prediction, 'n'>>,
      also?: (trx: Trx, next: Prediction) => Promise<unknown>,
    ) {
      const next = { ...one, ...set };
      const { n, ...rest } = next;
      await store.write(async (trx) => {
        await trx.updateTable('predictions').set(toRow(rest)).where('n', '=', n).execute();
        await also?.(trx, next);
      });
      return next;
    },
    stake: (payer: Hex, id: string): Promise<StakeRow | undefined> =>
      stakes().where('payer', '=', payer).where('id', '=', id).executeTakeFirst(),
    stakesOf: (n: number): Promise<StakeRow[]> => stakes().where('prediction', '=', n).orderBy('at').execute(),
    stakesAt: (n: number, payer: Hex): Promise<StakeRow[]> =>
      stakes().where('prediction', '=', n).where('payer', '=', payer).orderBy('at').execute(),
    payoutTo: (n: number, payer: Hex): Promise<PredictionPayoutRow | undefined> =>
      store.db
        .selectFrom('prediction_payouts')
        .selectAll()
        .where('prediction', '=', n)
        .where('payer', '=', payer)
        .executeTakeFirst(),
    wanted: (): Promise<StakeRow[]> => stakes().where('state', '=', 'wanted').orderBy('at').execute(),
    addStake: (row: StakeRow): Promise<void> =>
      store.write(async (trx) => void (await trx.insertInto('prediction_stakes').values(row).execute())),
    async changeStake(row: StakeRow, set: Partial<StakeRow>): Promise<StakeRow> {
      await store.write(async (trx) => {
        const mine = trx.updateTable('prediction_stakes').set(set);
        await mine.where('payer', '=', row.payer).where('id', '=', row.id).execute();
      });
      return { ...row, ...set };
    },
    /** What a payer has staked since, base units. */
    async stakedSince(payer: Hex, since: number): Promise<bigint> {
      const rows = stakes().where('payer', '=', payer).where('at', '>', since).where('state', '!=', 'failed');
      return (await rows.execute()).reduce((sum, { amount }) => sum + BigInt(amount), 0n);
    },
    next: async (): Promise<number> => {
      const { rows } = await sql<{ n: number | null }>`select max(n) as n from predictions`.execute(store.db);
      return (rows[0]?.n ?? 0) + 1;
    },
  };
}
