// When accounts were first seen here, for platforms that do not tell how old they are: written down once.
import type { ChatUser } from '../payments/chat/index.js';
import type { Store } from '../store/index.js';
import type { Community, Person } from './command.js';

/** Names of those that are on disk, so that each is written once; a flood of new ones only forgets. */
const mostKnown = 50_000;

export type Sights = ReturnType<typeof createSights>;

export function createSights({ store, now }: { store: Store; now: () => number }) {
  const known = new Set<string>();

  async function note({ platform, user }: ChatUser, community: string): Promise<void> {
    const name = `${platform}:${user}/${community}`;
    if (known.has(name)) return;
    await store.write(async (trx) => {
      await trx
        .insertInto('bot_sights')
        .values({ platform, user, community, at: now() })
        .onConflict((c) => c.doNothing())
        .execute();
    });
    if (known.size >= mostKnown) known.clear();
    known.add(name);
  }

  async function first({ platform, user }: ChatUser, community: string): Promise<number> {
    const rows = store.db.selectFrom('bot_sights').select('at').where('platform', '=', platform);
    const row = await rows.where('user', '=', user).where('community', '=', community).executeTakeFirst();
    return row?.at ?? now();
  }

  return {
    /** Of a person whose platform does not tell. */
    async see(person: Person, community: Community | null): Promise<void> {
      if (person.born === null) await note(person, '');
      if (community && person.joined === null) await note(person, community.id);
    },
    born: async (person: Person): Promise<number> => person.born ?? (await first(person, '')),
    joined: async (person: Person, { id }: Community): Promise<number> => person.joined ?? (await first(person, id)),
  };
}
