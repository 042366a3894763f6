// The shows of each stream, derived from the times at which it went on and off air; and how many watched, minute by minute.
import type { Selectable } from 'kysely';
import type { Logger } from '../log.js';
import type { Db, Store, Trx } from '../store/index.js';
import type { ShowRow } from '../store/rows/shows.js';
import { createTurns } from '../turns.js';
import type { Goal } from '../vocabulary/goals.js';
import { comesBackMs, goesOn, type ShowTimes } from './show-rule.js';

export interface Show extends ShowTimes {
  stream: string;
  n: number;
  title: string;
  /** The stream's, as it was at the end. */
  goal: Goal | null;
  counted: boolean;
}

export interface Minute {
  /** When it began. */
  at: number;
  viewers: number;
}

/** What is asked of the streams. */
export interface OnAir {
  all: () => readonly { id: string; title: string }[];
  isLive: (stream: string) => boolean;
  viewers: (stream: string) => number;
}

interface Change {
  n: number;
  stream: string;
  type: string;
  at: number;
}

const lookEveryMs = 5000;
const minuteMs = 60_000;

const showOf = ({ stream, n, title, began_at, ended_at, goal, counted }: Selectable<ShowRow>): Show => ({
  ...{ stream, n, title, beganAt: began_at, endedAt: ended_at },
  ...{ goal: goal && JSON.parse(goal), counted: counted === 1 },
});

export type ShowBook = ReturnType<typeof createShowBook>;

export function createShowBook(needs: {
  store: Store;
  onAir: OnAir;
  goal: (stream: string) => Goal | null;
  /** It goes on, ended, or was found to have ended earlier. */
  onChange?: (show: Show) => void;
  log: Logger;
  now?: () => number;
}) {
  const { store, onAir, goal, onChange = () => {}, log, now = Date.now } = needs;
  const turn = createTurns<'read'>();
  /** How far the feed has been read. */
  let read: number | null = null;
  const most = new Map<string, Minute>();

  const rows = (stream: string, db: Db = store.db) =>
    db.selectFrom('shows').selectAll().where('stream', '=', stream).orderBy('n', 'desc');
  const set = (trx: Trx, { stream, n }: Show, change: Partial<ShowRow>) =>
    trx.updateTable('shows').set(change).where('stream', '=', stream).where('n', '=', n).execute();
  const titleOf = (stream: string): string => onAir.all().find(({ id }) => id === stream)?.title ?? stream;

  /** While it goes on, it is called what its stream is. */
  const named = (show: Show): Show => (show.endedAt === null ? { ...show, title: titleOf(show.stream) } : show);

  async function newest(stream: string, db?: Db): Promise<Show | null> {
    const row = await rows(stream, db).limit(1).executeTakeFirst();
    return row ? showOf(row) : null;
  }

  /** When something of a show that never said it was over was last on air. */
  async function aired({ stream, beganAt }: Show, before: number, db: Db = store.db): Promise<number> {
    const keys = db.selectFrom('key_periods').select('at').where('stream', '=', stream).where('at', '<', before);
    return Math.max(beganAt, (await keys.orderBy('n', 'desc').limit(1).executeTakeFirst())?.at ?? 0);
  }

  /** What is kept of a show that was over `at`. Of one that is long past, no goal is known any more. */
  const ending = (stream: string, at: number) => ({
    ended_at: at,
    title: titleOf(stream),
    goal: goesOn(at, now()) ? JSON.stringify(goal(stream)) : null,
  });

  async function live(trx: Trx, { stream, n, at }: Change): Promise<void> {
    const last = await newest(stream, trx);
    const heardAt = last && (last.endedAt ?? (await aired(last, at, trx)));
    if (last && heardAt !== null && goesOn(heardAt, at)) {
      await set(trx, last, { ended_at: null, heard: n, counted: 0, goal: null });
      return;
    }
    if (last?.endedAt === null) await set(trx, last, { ended_at: heardAt });
    const row = { stream, n: (last?.n ?? 0) + 1, title: titleOf(stream), began_at: at, ended_at: null, heard: n };
    await trx
      .insertInto('shows')
      .values({ ...row, goal: null, counted: 0 })
      .execute();
  }

  async function ended(trx: Trx, { stream, n, at }: Change): Promise<void> {
    const last = await newest(stream, trx);
    if (last?.endedAt === null) await set(trx, last, { heard: n, ...ending(stream, at) });
  }

  async function readOn(): Promise<void> {
    const heard = store.db.selectFrom('shows').select(({ fn }) => fn.max('heard').as('n'));
    const after = read ?? (await heard.executeTakeFirst())?.n ?? 0;
    const { n: end } = await store.db
      .selectFrom('events')
      .select(({ fn }) => fn.max('n').as('n'))
      .executeTakeFirstOrThrow();
    if (end === null || end <= after) return;
    const changes = await store.db
      .selectFrom('events')
      .select(['n', 'stream', 'type', 'at'])
      .where('n', '>', after)
      .where('n', '<=', end)
      .where('type', 'in', ['live', 'ended'])
      .orderBy('n')
      .execute();
    for (const change of changes) {
      await store.write((trx) => (change.type === 'live' ? live : ended)(trx, change));
      const show = await newest(change.stream);
      if (show) onChange(show);
    }
    read = end;
  }

  /** From here on the shows are as the feed says. */
  const catchUp = (): Promise<void> => turn('read', readOn);

  /** A show that was cut off and did not come back was over when it was last on air. */
  async function closeLost(show: Show): Promise<void> {
    const at = await aired(show, now());
    if (goesOn(at, now())) return;
    await store.write(async (trx) => void (await set(trx, show, { ended_at: at })));
    onChange({ ...show, endedAt: at });
  }

  async function sample({ stream, n }: Show): Promise<void> {
    const at = now() - (now() % minuteMs);
    const viewers = onAir.viewers(stream);
    const before = most.get(stream);
    if (before?.at === at && before.viewers >= viewers) return;
    most.set(stream, { at, viewers });
    await store.write(async (trx) => {
      await trx
        .insertInto('show_minutes')
        .values({ stream, show: n, at, viewers })
        .onConflict((c) => c.columns(['stream', 'show', 'at']).doUpdateSet({ viewers }).where('viewers', '<', viewers))
        .execute();
    });
  }

  /** How many watch now; shows that were lost are closed. */
  const look = (): Promise<void> =>
    turn('read', async () => {
      await readOn();
      const open = await store.db.selectFrom('shows').selectAll().where('ended_at', 'is', null).execute();
      for (const show of open.map(showOf)) {
        if (onAir.isLive(show.stream)) await sample(show);
        else await closeLost(show);
      }
    });

  return {
    look,
    /** Newest first. */
    async list(stream: string, limit: number): Promise<Show[]> {
      await catchUp();
      return (await rows(stream).limit(limit).execute()).map(showOf).map(named);
    },
    async find(stream: string, n: number): Promise<Show | null> {
      await catchUp();
      const row = await rows(stream).where('n', '=', n).executeTakeFirst();
      return row ? named(showOf(row)) : null;
    },
    /** The last that had begun by then. */
    async at(stream: string, at: number): Promise<Show | null> {
      await catchUp();
      const row = await rows(stream).where('began_at', '<=', at).limit(1).executeTakeFirst();
      return row ? named(showOf(row)) : null;
    },
    /** Those that are over for good, and have not been counted. */
    async uncounted(): Promise<Show[]> {
      const over = store.db.selectFrom('shows').selectAll().where('counted', '=', 0);
      return (await over.where('ended_at', '<', now() - comesBackMs).execute()).map(showOf);
    },
    minutes: async ({ stream, n }: Pick<Show, 'stream' | 'n'>): Promise<Minute[]> => {
      const all = store.db.selectFrom('show_minutes').select(['at', 'viewers']).where('stream', '=', stream);
      return all.where('show', '=', n).orderBy('at').execute();
    },
    /** Looks again and again, and does `then` after it. */
    start(then: () => Promise<void>): { stop: () => Promise<void> } {
      let looking: Promise<void> | null = null;
      const again = (): void => {
        looking ??= look()
          .then(then)
          .catch((error) => log.error({ err: error }, 'the shows could not be looked at; trying again'))
          .finally(() => {
            looking = null;
          });
      };
      again();
      const timer = setInterval(again, lookEveryMs);
      return {
        stop: async () => {
          clearInterval(timer);
          await looking;
        },
      };
    },
  };
}
