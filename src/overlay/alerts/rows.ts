// Alerts as they are kept: reading them, and the writes that move one from state to state.
import type { Selectable } from 'kysely';
import type { Store, Trx } from '../../store/index.js';
import type { AlertRow } from '../../store/rows/overlay.js';
import type { AlertInfo } from '../../vocabulary/alerts.js';
import type { AiredTip } from '../../vocabulary/events.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Waiting } from './rules.js';

export type Alert = Selectable<AlertRow>;
type State = AlertRow['state'];

/** What must be claimed on chain for an alert's money to be: a channel, up to there. */
export interface Settles {
  channel: Hex;
  upTo: bigint;
}

/** Null: no money, or not known. */
export const settlesOf = ({ channel, up_to }: Alert): Settles | null =>
  channel === null || up_to === null ? null : { channel, upTo: BigInt(up_to) };

export const infoOf = (row: Alert, receipt: AlertInfo['receipt']): AlertInfo => ({
  ...{ id: row.id, n: row.event, payer: row.payer, name: row.name, message: row.message, amount: row.amount },
  ...{ at: row.at, state: row.state, why: row.why, with: row.with },
  ...{ until: row.show_until, shownAt: row.shown_at, overlays: row.overlays },
  receipt,
});

export const waitingOf = (row: Alert): Waiting => ({
  ...{ id: row.id, message: row.message, amount: BigInt(row.amount) },
  kind: row.event === null ? 'test' : 'tip',
  again: row.first === 0 || row.showing !== null,
});

export const airedOf = ({ event, at, name, message, amount }: Alert): AiredTip => ({
  ...{ n: event ?? 0, at, name, message, amount },
});

export const fresh = { with: null, showing: null, show_from: null, show_until: null, shown_at: null, overlays: 0 };

export type AlertRows = ReturnType<typeof createAlertRows>;

export function createAlertRows(store: Store) {
  const all = (stream: string) => store.db.selectFrom('alerts').selectAll().where('stream', '=', stream);
  /** Of an alert and those merged into it. */
  const change = (trx: Trx, id: number) =>
    trx.updateTable('alerts').where(({ or, eb }) => or([eb('id', '=', id), eb('with', '=', id)]));

  return {
    add: (trx: Trx, row: Omit<Alert, 'id'>) => trx.insertInto('alerts').values(row).execute(),
    find: (stream: string, id: number): Promise<Alert | undefined> =>
      all(stream).where('id', '=', id).executeTakeFirst(),
    /** An alert and those merged into it, in their order. */
    together: (stream: string, id: number): Promise<Alert[]> =>
      all(stream)
        .where(({ or, eb }) => or([eb('id', '=', id), eb('with', '=', id)]))
        .orderBy('id')
        .execute(),
    /** The one on stage; those merged into it are not on their own. */
    showing: (stream: string): Promise<Alert | undefined> =>
      all(stream).where('state', '=', 'showing').where('with', 'is', null).executeTakeFirst(),
    byShowing: (stream: string, showing: string): Promise<Alert | undefined> =>
      all(stream).where('showing', '=', showing).where('with', 'is', null).executeTakeFirst(),
    /** In the order in which they go on stage, or, of those that are over, newest first. */
    list: (stream: string, states: readonly State[], limit: number): Promise<Alert[]> => {
      const over = !states.includes('waiting') && !states.includes('held');
      const rows = all(stream).where('state', 'in', states).where('with', 'is', null).limit(limit);
      return over ? rows.orderBy('id', 'desc').execute() : rows.orderBy('first').orderBy('id').execute();
    },
    /** The newest tips that were shown, or need nobody's word to be. */
    aired: (stream: string, limit: number): Promise<Alert[]> =>
      all(stream)
        .where('event', 'is not', null)
        .where('state', 'in', ['waiting', 'showing', 'shown', 'missed'])
        .orderBy('id', 'desc')
        .limit(limit)
        .execute(),
    /** Every one that could still be shown. */
    open: (stream: string): Promise<Alert[]> => all(stream).where('state', 'in', ['waiting', 'held']).execute(),
    async count(stream: string, state: State): Promise<number> {
      const rows = store.db.selectFrom('alerts').select(({ fn }) => fn.countAll<number>().as('count'));
      const { count } = await rows
        .where('stream', '=', stream)
        .where('state', '=', state)
        .where('with', 'is', null)
        .executeTakeFirstOrThrow();
      return count;
    },
    /** The newest that a person of that name gave. */
    named: (stream: string, name: string): Promise<Alert | undefined> =>
      all(stream)
        .where(({ fn, eb }) => eb(fn<string>('lower', ['name']), '=', name.toLowerCase()))
        .where('payer', 'is not', null)
        .orderBy('id', 'desc')
        .executeTakeFirst(),
    /** The newest of a payer. */
    newestOf: (stream: string, payer: string): Promise<Alert | undefined> =>
      all(stream)
        .where('payer', '=', payer as Hex)
        .orderBy('id', 'desc')
        .executeTakeFirst(),
    set: (id: number, values: Partial<Omit<Alert, 'id' | 'stream'>>): Promise<void> =>
      store.write(async (trx) => void (await change(trx, id).set(values).execute())),
    /** Takes one, and it alone, out of the queue; those that were merged into it stay together without it. */
    takeOut: (id: number, values: Partial<Omit<Alert, 'id' | 'stream'>>): Promise<void> =>
      store.write(async (trx) => {
        const rest = await trx.selectFrom('alerts').select('id').where('with', '=', id).orderBy('id').execute();
        const [head, ...others] = rest.map((row) => row.id);
        if (head !== undefined) await trx.updateTable('alerts').set({ with: null }).where('id', '=', head).execute();
        if (head !== undefined && others.length > 0)
          await trx.updateTable('alerts').set({ with: head }).where('id', 'in', others).execute();
        const alone = { ...values, with: null, showing: null };
        await trx.updateTable('alerts').set(alone).where('id', '=', id).execute();
      }),
    /** Puts one on stage, with others merged into it. */
    putUp: (id: number, others: readonly number[], values: Partial<Alert>): Promise<void> =>
      store.write(async (trx) => {
        if (others.length > 0) {
          await trx.updateTable('alerts').set({ with: id }).where('id', 'in', others).execute();
        }
        await change(trx, id).set(values).execute();
      }),
    /** Those that waited since before `at`, but for what the host sent there again. */
    miss: (stream: string, at: number): Promise<void> =>
      store.write(async (trx) => {
        await trx
          .updateTable('alerts')
          .set({ state: 'missed' })
          .where('stream', '=', stream)
          .where('state', '=', 'waiting')
          .where('at', '<=', at)
          .where(({ or, eb }) => or([eb('why', 'is', null), eb('why', '!=', 'replay')]))
          .execute();
        // What was merged into one goes with it.
        await trx
          .updateTable('alerts')
          .set({ state: 'missed' })
          .where('state', '=', 'waiting')
          .where('with', 'in', (q) =>
            q.selectFrom('alerts').select('id').where('stream', '=', stream).where('state', '=', 'missed'),
          )
          .execute();
      }),
  };
}
