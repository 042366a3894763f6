// What the bots are given in tests: the chat purses of a real house on a development chain, and shows that a test sets.
import { createHmac } from 'node:crypto';
import { createActs } from '../../src/bots/acts.js';
import type { Ask, Community, Person } from '../../src/bots/command.js';
import { createCommands } from '../../src/bots/commands/index.js';
import { createCommunities } from '../../src/bots/communities.js';
import { createDesk } from '../../src/bots/desk.js';
import { createHandouts } from '../../src/bots/handouts.js';
import type { House as BotHouse, Show } from '../../src/bots/house.js';
import { wordsFor } from '../../src/bots/words/index.js';
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

type OnStage = Pick<BotHouse, 'alerts' | 'goals' | 'leaderboard'>;

const absent = (): never => {
  throw new Error('this test has no stage');
};
const noStage: OnStage = {
  alerts: { act: absent, queue: absent },
  goals: { get: () => null, set: absent, clear: absent },
  leaderboard: absent,
};

/** What the bots ask of the rest, on a house of the chat tests. */
export function botHouse(
  { chat, chain }: House,
  shows: () => readonly Show[] = () => [show()],
  polls: BotHouse['polls'] = noPolls,
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
    polls,
    confirmAbove: 10n * dai,
    linkKey: ({ platform, user }, stream) =>
      `0x${createHmac('sha256', 'test').update(`${platform}:${user}/${stream}`).digest('hex')}` as Hex,
    resolve: async (name) => (/^0x[0-9a-f]{40}$/i.test(name) ? (name.toLowerCase() as Hex) : null),
  };
}

export function openDesk(
  house: House,
  options: {
    shows?: () => readonly Show[];
    polls?: BotHouse['polls'];
    stage?: OnStage;
    now?: () => number;
  } = {},
) {
  const { now = Date.now } = options;
  const { store } = house;
  const communities = createCommunities({ store, now });
  const handouts = createHandouts({ store, now });
  const bots = botHouse(house, options.shows, options.polls, options.stage);
  const desk = createDesk({
    house: bots,
    commands: createCommands({ house: bots, communities, handouts }),
    isCrew: async ({ person }) => person.moderator,
    log: silent,
    now,
  });
  return { desk, acts: (platform: 'discord' | 'telegram') => createActs({ store, platform, now }) };
}

let last = 1000;
export const person = (change: Partial<Person> = {}): Person => ({
  ...{ platform: 'discord', user: `${++last}`, name: 'Ann', locale: 'en-GB', born: 0, joined: null },
  ...{ roles: [], moderator: false, ...change },
});

export const ask = (who: Person, change: Partial<Omit<Ask, 'person' | 'words'>> = {}): Ask => ({
  ...{ id: `${++last}`, community: null, place: { platform: who.platform, chat: '900' }, confirmed: false, ...change },
  ...{ person: who, words: wordsFor(who.locale) },
});

export const server: Community = { platform: 'discord', id: '777', title: 'Jazz cellar' };
