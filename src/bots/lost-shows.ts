// Shows that a crash has cut off, and that never said they were over: their posts say so, unless they come back.
import type { Store } from '../store/index.js';
import type { House } from './house.js';
import type { ShowPost, ShowPosts } from './show-posts.js';

export function createLostShows(needs: {
  house: Pick<House, 'shows'>;
  store: Store;
  posts: ShowPosts;
  renew: (post: ShowPost) => Promise<void>;
  now: () => number;
}) {
  const { house, store, posts, renew, now } = needs;

  /** When something of it was last on air. */
  async function aired({ stream, startedAt }: ShowPost): Promise<number> {
    const rows = store.db.selectFrom('key_periods').select('at').where('stream', '=', stream);
    return Math.max(startedAt, (await rows.orderBy('n', 'desc').executeTakeFirst())?.at ?? 0);
  }

  const isLive = ({ stream }: ShowPost): boolean => house.shows().some(({ id, live }) => id === stream && live);

  async function end(post: ShowPost, at: number): Promise<void> {
    await posts.end(post.id, at);
    await renew(post);
  }

  return {
    /** Ends those that have been silent for so long; resolves to the others, which may yet come back. */
    async close(silentMs: number): Promise<ShowPost[]> {
      const unsure: ShowPost[] = [];
      for (const post of await posts.open()) {
        const at = await aired(post);
        if (isLive(post)) continue;
        if (now() - at < silentMs) unsure.push(post);
        else await end(post, at);
      }
      return unsure;
    },
    /** Ends those of them that nothing was heard of since. */
    async closeUnlessBack(unsure: readonly ShowPost[]): Promise<void> {
      for (const before of unsure) {
        const post = await posts.find(before.id);
        if (!post || post.endedAt !== null || post.heard !== before.heard || isLive(post)) continue;
        await end(post, await aired(post));
      }
    },
  };
}
