// The feed: the one numbered log of what viewers should see, and its readers.
import type { Selectable } from 'kysely';
import type { Logger } from '../log.js';
import type { Store, Trx } from '../store/index.js';
import type { EventRow } from '../store/schema.js';
import { FeedEvent } from '../vocabulary/events.js';

/** An event before it has its number. */
export type NewEvent = FeedEvent extends infer E
  ? E extends FeedEvent
    ? Pick<E, 'stream' | 'type' | 'data'>
    : never
  : never;

/** How many events a reader that was away is sent at most; older ones no longer matter on air. */
const replayed = 1000;

export type Feed = Awaited<ReturnType<typeof openFeed>>;

export async function openFeed({ store, log, now = Date.now }: { store: Store; log: Logger; now?: () => number }) {
  const readers = new Set<(event: FeedEvent) => void>();
  /** The newest events, so that a reader joins without a gap between what it read and what it hears. */
  const recent: FeedEvent[] = [];
  const newest = await store.db
    .selectFrom('events')
    .select(({ fn }) => fn.max('n').as('n'))
    .executeTakeFirst();
  let last = newest?.n ?? 0;
  let announced = false;
  let pumping: Promise<void> | null = null;

  /** Writes an event in the caller's transaction; call `announce` when that is durable. */
  async function append(trx: Trx, event: NewEvent): Promise<{ n: number; at: number }> {
    const at = now();
    const { n } = await trx
      .insertInto('events')
      .values({ stream: event.stream, type: event.type, data: JSON.stringify(event.data), at })
      .returning('n')
      .executeTakeFirstOrThrow();
    return { n, at };
  }

  const parse = (row: Selectable<EventRow>): FeedEvent => FeedEvent.parse({ ...row, data: JSON.parse(row.data) });

  function pass(event: FeedEvent): void {
    last = event.n;
    recent.push(event);
    if (recent.length > replayed) recent.shift();
    for (const reader of readers) reader(event);
  }

  async function pump(): Promise<void> {
    while (announced) {
      announced = false;
      const rows = await store.db.selectFrom('events').selectAll().where('n', '>', last).orderBy('n').execute();
      for (const row of rows) pass(parse(row));
    }
  }

  /** Tells the readers what is newly on disk, in the order of the numbers whoever calls first. */
  function announce(): void {
    announced = true;
    pumping ??= pump().finally(() => {
      pumping = null;
      if (announced) announce();
    });
    pumping.catch((error) =>
      log.error({ err: error }, 'the feed could not be read; readers get it with the next event'),
    );
  }

  async function stored(stream: string, after: number): Promise<FeedEvent[]> {
    const rows = await store.db
      .selectFrom('events')
      .selectAll()
      .where('stream', '=', stream)
      .where('n', '>', after)
      .orderBy('n', 'desc')
      .limit(replayed)
      .execute();
    return rows.toReversed().map(parse);
  }

  /**
   * Calls `deliver` with every event of the stream after number `after`, in order, and then `ready`: what comes from there
   * on is newer, and is passed on later than that. Without `after` it starts from now.
   */
  async function catchUp(
    stream: string,
    after: number | undefined,
    deliver: (event: FeedEvent) => void,
    ready: () => void,
  ): Promise<void> {
    // A number beyond the last is of another store: what is new here is new to its reader.
    let sent = Math.min(after ?? last, last);
    const missed = after === undefined || after >= last ? [] : await stored(stream, after);
    for (const event of [...missed, ...recent]) {
      // What is on disk already and not passed on yet, will be.
      if (event.stream !== stream || event.n <= sent || event.n > last) continue;
      sent = event.n;
      deliver(event);
    }
    ready();
  }

  /** Calls `listener` with every new event of all streams, in order. Returns the end of it. */
  function listen(listener: (event: FeedEvent) => void): () => void {
    readers.add(listener);
    return () => void readers.delete(listener);
  }

  /** As `catchUp`, and then with each new one of the stream. Returns the end of it. */
  async function follow(stream: string, after: number | undefined, deliver: (event: FeedEvent) => void) {
    const hear = (event: FeedEvent): void => {
      if (event.stream === stream) deliver(event);
    };
    await catchUp(stream, after, deliver, () => readers.add(hear));
    return () => void readers.delete(hear);
  }

  /** Appends and announces an event that belongs to no other write. */
  async function say(event: NewEvent): Promise<void> {
    await store.write((trx) => append(trx, event));
    announce();
  }

  return { append, announce, catchUp, listen, follow, say, last: () => last };
}
