// What the bots are given in tests: the chat purses of a real house on a development chain, and shows that a test sets.
import { createHmac } from 'node:crypto';
import type { Ask, Community, Person, Place } from '../../src/bots/command.js';
import type { IsCrew } from '../../src/bots/hosts.js';
import type { House as BotHouse, Show } from '../../src/bots/house.js';
import { createMiddle } from '../../src/bots/middle.js';
import { Gone, type Poster, type Said } from '../../src/bots/poster.js';
import type { Reply } from '../../src/bots/reply.js';
import { wordsFor } from '../../src/bots/words/index.js';
import { Problem } from '../../src/vocabulary/problems.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { dai, type House } from './chat-house.js';
import { silent } from './payments.js';

export const show = (change: Partial<Show> = {}): Show => ({
  ...{ id: 'main', title: 'Late show', live: true, viewers: 3, price: dai / 2000n, previewMs: 0, minTip: dai / 10n },
  ...change,
});

const none = () => Promise.reject(new Error('no polls here'));
const noPolls: BotHouse['polls'] = {
  ...{ create: none, vote: none, close: none, cancel: none, view: none },
  ...{ own: () => null, current: () => null, running: () => [] },
};

const off = () => Promise.reject(new Problem('predictions_off'));
const noPredictions: BotHouse['predictions'] = {
  ...{ open: off, lock: off, resolve: off, cancel: off, stakeFromChat: off, view: off },
  ...{ current: async () => null, onChange: () => () => {} },
};

type OnStage = Pick<BotHouse, 'alerts' | 'goals' | 'leaderboard' | 'streaks' | 'showAt'>;

const absent = (): never => {
  throw new Error('this test has no stage');
};
const noStage: OnStage = {
  alerts: { act: absent, queue: absent },
  goals: { get: () => null, set: absent, clear: absent },
  leaderboard: absent,
  streaks: absent,
  showAt: async () => null,
};

/** What the bots ask of the rest, on a house of the chat tests. */
export function botHouse(
  { chat, chain, feed }: House,
  shows: () => readonly Show[] = () => [show()],
  stage: OnStage = noStage,
): BotHouse {
  return {
    ...stage,
    token: chain.token,
    chainName: 'the test chain',
    publicUrl: 'https://show.example',
    shows,
    earned: () => ({ watched: 0n, tipped: 0n }),
    chat,
    polls: noPolls,
    predictions: noPredictions,
    feed,
    hostName: 'Hanna',
    picture: async () => ({ bytes: new Uint8Array([137, 80, 78, 71]), type: 'image/png' }),
    stage: { isOpen: () => true, setOpen: async () => {}, change: async () => {} },
    confirmAbove: 10n * dai,
    linkKey: ({ platform, user }, stream) =>
      `0x${createHmac('sha256', 'test').update(`${platform}:${user}/${stream}`).digest('hex')}` as Hex,
    resolve: async (name) => (/^0x[0-9a-f]{40}$/i.test(name) ? (name.toLowerCase() as Hex) : null),
  };
}

export interface BotOptions {
  shows?: () => readonly Show[];
  polls?: BotHouse['polls'];
  predictions?: BotHouse['predictions'];
  now?: () => number;
  stage?: OnStage;
  change?: Partial<BotHouse>;
  isCrew?: IsCrew;
}

/** Everything between the platforms and the house. */
export function openMiddle(
  house: House,
  { shows, polls, predictions, stage, now = Date.now, change, isCrew }: BotOptions = {},
) {
  const bots = {
    ...botHouse(house, shows, stage),
    ...(polls && { polls }),
    ...(predictions && { predictions }),
    ...change,
  };
  const times = { now, everyMs: 20, graceMs: 50 };
  return createMiddle({
    house: bots,
    store: house.store,
    drawMs: 60_000,
    log: silent,
    ...times,
    ...(isCrew && { isCrew }),
  });
}

/** The desk alone; every moderator is crew. */
export function openDesk(house: House, options: BotOptions = {}) {
  const { desk, actsOf, moves } = openMiddle(house, { isCrew: async ({ person }) => person.moderator, ...options });
  return { desk, acts: actsOf, moves };
}

let last = 1000;
export const person = (change: Partial<Person> = {}): Person => ({
  ...{ platform: 'discord', user: `${++last}`, name: 'Ann', locale: 'en-GB', born: 0, joined: 0 },
  ...{ roles: [], moderator: false, ...change },
});

export const ask = (who: Person, change: Partial<Omit<Ask, 'person' | 'words'>> = {}): Ask => ({
  ...{ id: `${++last}`, community: null, place: { platform: who.platform, chat: '900' }, confirmed: false, ...change },
  ...{ person: who, words: wordsFor(who.locale) },
});

export const server: Community = { platform: 'discord', id: '777', title: 'Jazz cellar' };

/** A platform's wall: what is posted and edited there, in order; a test may make it fail, or lose messages. */
export function createWall(platform: Place['platform'] = 'discord') {
  const messages = new Map<string, Reply>();
  const edits: { message: string; reply: Reply; at: number }[] = [];
  const waiting = new Set<() => void>();
  const wall = { fail: (_what: 'post' | 'edit'): void => {}, gone: new Set<string>() };
  const changed = (): void => {
    for (const look of waiting) look();
  };
  const poster: Poster = {
    async post(place, reply): Promise<Said> {
      wall.fail('post');
      if (wall.gone.has(place.chat)) throw new Gone();
      const message = `m${++last}`;
      messages.set(message, reply);
      changed();
      return { place, message };
    },
    async edit({ message, place }, reply) {
      edits.push({ message, reply, at: Date.now() });
      wall.fail('edit');
      if (wall.gone.has(place.chat) || !messages.has(message)) throw new Gone();
      messages.set(message, reply);
      changed();
    },
  };

  /** Resolves when `good` holds of what is there; within five seconds. */
  function until(good: (shown: readonly Reply[]) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!good([...messages.values()])) return;
        clearTimeout(limit);
        waiting.delete(look);
        resolve();
      };
      const limit = setTimeout(() => {
        waiting.delete(look);
        reject(
          new Error(`not in time: ${JSON.stringify([...messages.values()].map(({ text, facts }) => [text, facts]))}`),
        );
      }, 5000);
      waiting.add(look);
      look();
    });
  }

  return { platform, poster, messages, edits, until, wall, drop: (message: string) => messages.delete(message) };
}
