// Reads the feed and tells communities: posts when a show begins, and brings the post up to date until it is over.
import { comesBackMs } from '../goals/index.js';
import type { Logger } from '../log.js';
import type { Store } from '../store/index.js';
import { createTurns } from '../turns.js';
import type { FeedEvent } from '../vocabulary/events.js';
import type { Announcement, Announcements } from './announcements.js';
import type { Board } from './board.js';
import type { House } from './house.js';
import { createLostShows } from './lost-shows.js';
import { Gone, reasonOf } from './poster.js';
import type { Posters } from './posters.js';
import { liveCard, pictured } from './show-card.js';
import type { ShowPost, ShowPosts } from './show-posts.js';
import { wordsFor } from './words/index.js';

/** What began longer ago is no news. */
const staleMs = 15 * 60_000;
/** After a restart, a show has this long to come back before its post says that it is over. */
const graceMs = 60_000;

const livingOf = ({ id }: Pick<ShowPost, 'id'>) => ({ kind: 'show', id: `${id}` }) as const;

export type Announcer = ReturnType<typeof createAnnouncer>;

export function createAnnouncer(needs: {
  house: House;
  store: Store;
  announcements: Announcements;
  posts: ShowPosts;
  posters: Posters;
  board: Pick<Board, 'keep' | 'touch'>;
  log: Logger;
  now: () => number;
  graceMs?: number;
}) {
  const { house, store, announcements, posts, posters, board, log, now } = needs;
  const turn = createTurns<string>();
  const following = new Map<string, Promise<() => void>>();
  const underWay = new Set<Promise<void>>();
  /** Shows on air whose post waits for a bot that is not there yet. */
  const held = new Map<string, FeedEvent>();
  let grace: NodeJS.Timeout | undefined;

  const mark = (stream: string): string => `bots heard ${stream}`;

  async function heard(stream: string): Promise<number | undefined> {
    const row = store.db.selectFrom('meta').select('value').where('name', '=', mark(stream));
    const found = await row.executeTakeFirst();
    return found && Number(found.value);
  }

  const hear = (stream: string, n: number): Promise<void> =>
    store.write(async (trx) => {
      const row = { name: mark(stream), value: `${n}` };
      await trx
        .insertInto('meta')
        .values(row)
        .onConflict((c) => c.column('name').doUpdateSet({ value: row.value }))
        .execute();
    });

  async function isOver({ stream, n }: FeedEvent): Promise<boolean> {
    const rows = store.db.selectFrom('events').select('n').where('stream', '=', stream).where('n', '>', n);
    return (await rows.where('type', '=', 'ended').executeTakeFirst()) !== undefined;
  }

  /** The message follows its post again, whether or not it still did. */
  async function renew(post: ShowPost): Promise<void> {
    if (post.said) await board.keep(livingOf(post), post.said, post.locale);
  }

  const lost = createLostShows({ house, store, posts, renew, now });

  async function say(announcement: Announcement, id: number): Promise<void> {
    const { stream, place, role, template, locale } = announcement;
    const show = house.shows().find((one) => one.id === stream);
    const poster = posters.of(place.platform);
    if (!show || !poster) return;
    const living = livingOf({ id });
    const card = await pictured(liveCard(template, show, house, wordsFor(locale)), show, house);
    const said = await poster.post(place, { ...card, living, ...(role !== null && { ping: role }) });
    await posts.said(id, said);
    await board.keep(living, said, locale);
  }

  async function announce(announcement: Announcement, event: FeedEvent): Promise<void> {
    const id = await posts.begin(announcement, event);
    if (id === null) return;
    const { community, stream } = announcement;
    try {
      await say(announcement, id);
    } catch (error) {
      log.warn({ reason: reasonOf(error), community, stream }, 'a show could not be announced');
      if (error instanceof Gone) await announcements.drop(community, stream);
    }
  }

  /** Whether the post goes on with this event, as the same show. */
  const goesOn = ({ endedAt, heard: n }: ShowPost, event: FeedEvent): boolean =>
    n >= event.n || endedAt === null || event.at - endedAt < comesBackMs;

  async function begun(event: FeedEvent): Promise<void> {
    if (await isOver(event)) return;
    const before = new Map(
      (await posts.newest(event.stream)).map((post) => [`${post.platform}/${post.community}`, post]),
    );
    for (const post of before.values()) {
      if (post.heard >= event.n || !goesOn(post, event)) continue;
      await posts.goOn(post.id, event.n);
      await renew(post);
    }
    const fresh = (await announcements.ofStream(event.stream)).filter(({ community, at }) => {
      const post = before.get(`${community.platform}/${community.id}`);
      return at <= event.at && now() - event.at <= staleMs && !(post && goesOn(post, event));
    });
    const there = fresh.filter(({ place }) => posters.of(place.platform));
    if (there.length < fresh.length) held.set(event.stream, event);
    await Promise.all(there.map((announcement) => announce(announcement, event)));
  }

  async function ended({ stream, n, at }: FeedEvent): Promise<void> {
    held.delete(stream);
    for (const post of await posts.newest(stream)) {
      if (post.heard >= n || post.endedAt !== null) continue;
      await posts.end(post.id, at, n);
      await renew(post);
    }
  }

  async function changed({ stream }: FeedEvent): Promise<void> {
    for (const post of await posts.newest(stream)) if (post.endedAt === null) board.touch(livingOf(post));
  }

  async function follows(event: FeedEvent): Promise<void> {
    if (event.type === 'live') await begun(event);
    else if (event.type === 'ended') await ended(event);
    else if (event.type === 'changed') await changed(event);
    else return;
    // What still waits for a bot is read again after a restart.
    if (!held.has(event.stream)) await hear(event.stream, event.n);
  }

  function take(event: FeedEvent, act: (event: FeedEvent) => Promise<void>): void {
    const run: Promise<void> = turn(event.stream, () => act(event))
      .catch((error) => log.error({ err: error, event: event.n }, 'communities could not be told of a show'))
      .finally(() => underWay.delete(run));
    underWay.add(run);
  }

  async function read(stream: string): Promise<() => void> {
    const after = await heard(stream);
    if (after === undefined) await hear(stream, house.feed.last());
    return house.feed.follow(stream, after ?? house.feed.last(), (event) => take(event, follows));
  }

  /** A stream that is followed already goes on being followed. */
  async function follow(stream: string): Promise<void> {
    const reading = following.get(stream) ?? read(stream);
    following.set(stream, reading);
    await reading;
  }

  posters.onConnect(() => {
    for (const [stream, event] of held) {
      held.delete(stream);
      take(event, follows);
    }
  });

  return {
    follow,
    /** Reads on from the last event that was followed. */
    async start(): Promise<void> {
      const unsure = await lost.close(comesBackMs);
      const closeRest = (): void => {
        const run: Promise<void> = lost
          .closeUnlessBack(unsure)
          .catch((error) => log.error({ err: error }, 'a lost show could not be closed'))
          .finally(() => underWay.delete(run));
        underWay.add(run);
      };
      grace = setTimeout(closeRest, needs.graceMs ?? graceMs);
      grace.unref();
      await Promise.all(house.shows().map(({ id }) => follow(id)));
    },
    /** When all that was read has been told. */
    idle: async (): Promise<void> => void (await Promise.all(underWay)),
    async stop(): Promise<void> {
      clearTimeout(grace);
      for (const reading of following.values()) (await reading.catch(() => null))?.();
      await Promise.all(underWay);
    },
  };
}
