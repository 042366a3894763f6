// What is kept of OBS: where it is and what is allowed, the rules, what they are to do, and what is to be undone.
import type { Store, Trx } from '../../store/index.js';
import type { ObsAllow, ObsRule } from '../../vocabulary/obs.js';
import { nothingAllowed } from './hand.js';
import type { Alert, Facts } from './rules.js';

export interface Kept {
  address: string | null;
  allow: ObsAllow;
  /** The scenes that are dTok's own. */
  made: { collection: string; scene: string }[];
  handled: number;
}

export interface Rule extends ObsRule {
  id: number;
  since: number;
  firedAt: number | null;
  last: { at: number; ok: boolean; text: string } | null;
}

export interface Due {
  n: number;
  rule: number;
  at: number;
  alert: number | null;
  facts: Facts;
}

/** How something that was done for a time is put back. */
export type Undo =
  | { undo: 'switch'; from: string; to: string }
  | { undo: 'show'; scene: string; source: string }
  | { undo: 'text'; source: string; before: string; set: string };
export interface UndoAt {
  what: string;
  at: number;
  undo: Undo;
}

export type ObsRows = ReturnType<typeof createObsRows>;

export function createObsRows(store: Store) {
  const { db } = store;
  const write = (work: (trx: Trx) => Promise<unknown>): Promise<void> =>
    store.write(async (trx) => void (await work(trx)));

  const rowOf = ({ address, allow, made, handled }: Kept) => ({
    ...{ address, handled, allow: JSON.stringify(allow), made: JSON.stringify(made) },
  });

  return {
    async kept(): Promise<Map<string, Kept>> {
      const rows = await db.selectFrom('obs_links').selectAll().execute();
      const read = ({ address, allow, made, handled }: (typeof rows)[number]): Kept => ({
        ...{ address, handled },
        allow: { ...nothingAllowed, ...(JSON.parse(allow) as Partial<ObsAllow>) },
        made: JSON.parse(made) as Kept['made'],
      });
      return new Map(rows.map((row) => [row.stream, read(row)]));
    },
    /** All but the number that was handled. */
    keep: (stream: string, kept: Kept): Promise<void> => {
      const { handled, ...row } = rowOf(kept);
      return write((trx) =>
        trx
          .insertInto('obs_links')
          .values({ stream, handled, ...row })
          .onConflict((c) => c.column('stream').doUpdateSet(row))
          .execute(),
      );
    },
    async rules(stream: string): Promise<Rule[]> {
      const rows = await db.selectFrom('obs_rules').selectAll().where('stream', '=', stream).orderBy('id').execute();
      return rows.map((row) => ({
        ...(JSON.parse(row.rule) as ObsRule),
        ...{ id: row.id, since: row.since, firedAt: row.fired_at },
        last: row.told_at === null ? null : { at: row.told_at, ok: row.told_ok === 1, text: row.told },
      }));
    },
    /** A changed rule begins anew: it is for what is not yet in the feed. */
    putRule: (stream: string, id: number | undefined, rule: ObsRule): Promise<void> =>
      write(async (trx) => {
        const { n } = await trx
          .selectFrom('events')
          .select(({ fn }) => fn.max('n').as('n'))
          .executeTakeFirstOrThrow();
        const row = { rule: JSON.stringify(rule), since: n ?? 0, told_at: null, told_ok: 0, told: '' };
        if (id === undefined)
          return trx
            .insertInto('obs_rules')
            .values({ stream, fired_at: null, ...row })
            .execute();
        await trx.deleteFrom('obs_due').where('stream', '=', stream).where('rule', '=', id).execute();
        return trx.updateTable('obs_rules').set(row).where('stream', '=', stream).where('id', '=', id).execute();
      }),
    dropRule: (stream: string, id: number): Promise<void> =>
      write(async (trx) => {
        await trx.deleteFrom('obs_due').where('stream', '=', stream).where('rule', '=', id).execute();
        await trx.deleteFrom('obs_rules').where('stream', '=', stream).where('id', '=', id).execute();
      }),
    told: (id: number, { at, ok, text }: NonNullable<Rule['last']>): Promise<void> =>
      write((trx) =>
        trx
          .updateTable('obs_rules')
          .set({ told_at: at, told_ok: ok ? 1 : 0, told: text })
          .where('id', '=', id)
          .execute(),
      ),
    async dues(stream: string): Promise<Due[]> {
      const rows = await db.selectFrom('obs_due').selectAll().where('stream', '=', stream).orderBy('n').execute();
      return rows.map(({ n, rule, at, alert, facts }) => ({ n, rule, at, alert, facts: JSON.parse(facts) as Facts }));
    },
    /** What rules have to do for an event, and that it was asked about: one write. */
    addDues: (stream: string, kept: Kept, dues: readonly Due[]): Promise<void> =>
      write(async (trx) => {
        const rows = dues.map((due) => ({ stream, ...due, facts: JSON.stringify(due.facts) }));
        await trx
          .insertInto('obs_due')
          .values(rows)
          .onConflict((c) => c.doNothing())
          .execute();
        const { handled } = kept;
        await trx
          .insertInto('obs_links')
          .values({ stream, ...rowOf(kept) })
          .onConflict((c) => c.column('stream').doUpdateSet({ handled }))
          .execute();
      }),
    /** It acts now, or never; written before it acts. */
    takeDue: (stream: string, { n, rule }: Due, firedAt: number | null): Promise<void> =>
      write(async (trx) => {
        await trx
          .deleteFrom('obs_due')
          .where('stream', '=', stream)
          .where('n', '=', n)
          .where('rule', '=', rule)
          .execute();
        if (firedAt !== null)
          await trx.updateTable('obs_rules').set({ fired_at: firedAt }).where('id', '=', rule).execute();
      }),
    async undos(stream: string): Promise<UndoAt[]> {
      const rows = await db.selectFrom('obs_undos').selectAll().where('stream', '=', stream).execute();
      return rows.map(({ what, at, undo }) => ({ what, at, undo: JSON.parse(undo) as Undo }));
    },
    putUndo: (stream: string, { what, at, undo }: UndoAt): Promise<void> => {
      const row = { at, undo: JSON.stringify(undo) };
      return write((trx) =>
        trx
          .insertInto('obs_undos')
          .values({ stream, what, ...row })
          .onConflict((c) => c.columns(['stream', 'what']).doUpdateSet(row))
          .execute(),
      );
    },
    dropUndo: (stream: string, what: string): Promise<void> =>
      write((trx) => trx.deleteFrom('obs_undos').where('stream', '=', stream).where('what', '=', what).execute()),
    /** The alert of a tip's event. */
    async alertOf(stream: string, n: number): Promise<number | null> {
      const row = await db
        .selectFrom('alerts')
        .select('id')
        .where('event', '=', n)
        .where('stream', '=', stream)
        .executeTakeFirst();
      return row?.id ?? null;
    },
    async alert(id: number): Promise<Alert | null> {
      const row = await db.selectFrom('alerts').select(['state', 'shown_at']).where('id', '=', id).executeTakeFirst();
      return row ? { state: row.state, shownAt: row.shown_at } : null;
    },
  };
}
