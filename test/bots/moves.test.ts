// A Telegram group that becomes another chat, on a real house: it stays the community it was, with its money in reach.
import type { User } from 'telegraf/types';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMoves } from '../../src/bots/moves.js';
import { languages } from '../../src/bots/words/index.js';
import { openStore, type Store } from '../../src/store/index.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { openMiddle } from '../support/bots.js';
import { dai, type House, startHouse } from '../support/chat-house.js';
import { addStream, silent } from '../support/payments.js';
import { startBot } from '../support/telegram/bot.js';
import { type Msg, startTelegramStandIn, type TelegramStandIn } from '../support/telegram/index.js';

type Group = ReturnType<TelegramStandIn['addGroup']>;

let running: Awaited<ReturnType<typeof startHouse>>;
let house: House;
let standIn: TelegramStandIn;
let stop: () => Promise<void>;
let owner: User;
let ann: User;

async function start(): Promise<void> {
  const middle = openMiddle(house, { now: running.now });
  const bot = await startBot(standIn, { desk: middle.desk, acts: middle.actsOf('telegram'), moves: middle.moves });
  middle.posters.connect('telegram', bot.poster);
  await middle.start();
  stop = async () => {
    await bot.stop();
    await middle.stop();
  };
}

beforeAll(async () => {
  running = await startHouse();
  house = await running.open();
  standIn = await startTelegramStandIn({ limits: null });
});
beforeEach(async () => {
  // Every test is a day of its own.
  running.clock.ahead += 24 * 3_600_000;
  await start();
  [owner, ann] = [standIn.addUser({ name: 'Olga' }), standIn.addUser()];
});
afterEach(async () => {
  await stop();
  await house.store.db.deleteFrom('bot_announcements').execute();
  expect(standIn.violations).toEqual([]);
});
afterAll(async () => {
  await standIn.stop();
  await running.stop();
});

const group = (type?: 'group'): Group =>
  standIn.addGroup({ title: 'Jazz', admins: [owner], members: [ann], ...(type && { type }) });
const purse = ({ id }: Group) => ({ platform: 'telegram' as const, user: `${id}` });
const linkIn = ({ reply_markup }: Msg): string =>
  JSON.stringify(reply_markup).match(/"url":"([^"]*#k=[^"]*)"/)?.[1] ?? '';

/** With money in its purse, and a link handed out. */
async function funded() {
  const old = group('group');
  await house.chat.fromFaucet(purse(old));
  expect((await standIn.say(owner, old, '/sponsor set 0.5')).text).toContain('0.5 DAI');
  const link = linkIn(await standIn.say(ann, old, '/watch'));
  expect(link).toContain('#k=');
  return { old, link };
}

async function restart(): Promise<void> {
  await stop();
  house = await running.reopen();
  await start();
}

/** What a community has, said in a group of its. */
async function expectSame(there: Group, link: string): Promise<void> {
  const shown = await standIn.say(owner, there, '/sponsor');
  expect(shown.text).toContain('For each person: 0.5 DAI');
  expect(shown.text).toContain('1 · 0.5 DAI');
  expect(linkIn(await standIn.say(ann, there, '/watch'))).toBe(link);
}

it.each([
  ['both chats say so', ['old', 'new']],
  ['both say so, the new one first', ['new', 'old']],
  ['one says so twice', ['new', 'new']],
] as const)('keeps settings, handouts and purse where %s, over a restart', async (_, tellers) => {
  const { old, link } = await funded();
  await standIn.say(owner, old, '/settings language de');
  const grown = group();
  standIn.upgrade(old, grown, tellers);
  // In the same breath: what is asked right after the move finds it already.
  await standIn.say(ann, grown, '/watch');
  await restart();
  await expectSame(grown, link);
  expect((await standIn.say(owner, grown, '/settings')).text).toContain('Deutsch');
  // Links into the private chat that were shared before go on working, as do those with the new number.
  for (const { id } of [old, grown]) expect(linkIn(await standIn.say(ann, ann, `/start w_${id}`))).toBe(link);
});

it('gives the owner what is left in the purse, and nobody else', async () => {
  const { old } = await funded();
  const grown = group();
  standIn.upgrade(old, grown, ['old', 'new']);
  const to: Hex = `0x${'ab'.repeat(20)}`;
  const mod = standIn.addUser();
  standIn.setStanding(grown, mod, 'administrator');
  expect((await standIn.say(mod, grown, `/sponsor withdraw ${to}`)).text).toContain('owner');
  const question = await standIn.say(owner, grown, `/sponsor withdraw ${to}`);
  expect(question.text).toContain('5 DAI');
  const paid = await standIn.press(question, 'Yes, 5 DAI', owner);
  expect(paid.message?.text).toContain(to);
  expect(await house.chain.balanceOf(to)).toBe(5n * dai);
});

it('stays the same over several moves, of which one is only learnt from a refusal', async () => {
  const { old, link } = await funded();
  const [second, third] = [group('group'), group()];
  standIn.upgrade(old, second);
  expect(linkIn(await standIn.say(ann, ann, `/start w_${old.id}`))).toBe(link);
  standIn.upgrade(second, third, ['new']);
  await expectSame(third, link);
  for (const { id } of [old, second, third]) expect(linkIn(await standIn.say(ann, ann, `/start w_${id}`))).toBe(link);
});

it('announces in the chat as it is now, whether that is known or not', async () => {
  for (const tellers of [['old', 'new'], []] as const) {
    const old = group('group');
    const seen = standIn.watch();
    await standIn.say(owner, old, '/announce here');
    await seen.until(({ kind, chat }) => kind === 'reacted' && chat === old.id, 5000);
    const grown = group();
    standIn.upgrade(old, grown, tellers);
    running.clock.ahead += 24 * 3_600_000;
    await house.feed.say({ stream: 'main', type: 'live', data: {} });
    const post = await seen.until(({ kind, chat }) => kind === 'sent' && chat === grown.id, 5000);
    expect(post?.message?.text ?? post?.message?.caption).toContain('Late show');
    seen.end();
    expect((await standIn.say(owner, grown, '/announce')).text).toContain('main');
    expect((await standIn.say(owner, grown, '/announce off')).text).toBe(languages.en?.announceOff);
    await house.feed.say({ stream: 'main', type: 'ended', data: {} });
  }
});

it('lets what has begun anew in the new chat be, with its own money', async () => {
  const { old, link } = await funded();
  const grown = group();
  await house.chat.fromFaucet(purse(grown));
  await standIn.say(owner, grown, '/sponsor set 0.25');
  const own = linkIn(await standIn.say(ann, grown, '/watch'));
  standIn.upgrade(old, grown, ['old', 'new']);
  expect(linkIn(await standIn.say(ann, grown, '/watch'))).toBe(own);
  expect((await standIn.say(owner, grown, '/sponsor')).text).toContain('0.25 DAI');
  expect(link).toContain('#k=');
});

describe('what is kept of moves', () => {
  let store: Store;
  beforeEach(async () => {
    store = await openStore({ path: ':memory:' });
    await addStream(store);
  });
  afterEach(() => store.close());
  const open = () => createMoves({ store, log: silent, now: () => 5 });

  it('is one row for each, in whichever order they come to be known', async () => {
    const moves = open();
    await Promise.all([moves.note('-2', '-3'), moves.note('-1', '-2'), moves.note('-1', '-2'), moves.note('-1', '-3')]);
    // A chat that would lead back to itself.
    await moves.note('-3', '-1');
    const later = open();
    for (const chat of ['-1', '-2', '-3']) {
      expect([await later.chatOf(chat), await later.communityOf(chat)]).toEqual(['-3', '-1']);
    }
    expect([await later.chatOf('-9'), await later.communityOf('-9')]).toEqual(['-9', '-9']);
    expect(await store.db.selectFrom('bot_moves').select(['was', 'became']).orderBy('was').execute()).toEqual([
      { was: '-1', became: '-2' },
      { was: '-2', became: '-3' },
    ]);
  });

  it('is seen by what is looked up before it is on disk', async () => {
    const moves = open();
    const noted = moves.note('-1', '-2');
    expect(await moves.communityOf('-2')).toBe('-1');
    await noted;
  });

  it.each([
    ['settings', (db: Store['db']) => db.insertInto('bot_communities').values(settings)],
    ['an announcement', (db: Store['db']) => db.insertInto('bot_announcements').values(announcement)],
    ['an address that was shown', (db: Store['db']) => db.insertInto('chat_accounts').values(account)],
  ])('joins no chat that has %s of its own, but follows it', async (_, made) => {
    await made(store.db).execute();
    const moves = open();
    await moves.note('-1', '-2');
    expect([await moves.chatOf('-1'), await moves.communityOf('-2')]).toEqual(['-2', '-2']);
  });
  const settings = { platform: 'telegram', id: '-2', title: '', each: null, days: 0, daily: null, at: 1 } as never;
  const announcement = {
    ...({ platform: 'telegram' } as const),
    ...{ community: '-2', stream: 'main', chat: '-2', thread: null, role: null },
    ...{ template: '', locale: 'en', at: 1 },
  } as const;
  const account = {
    ...({ platform: 'telegram', address: `0x${'1'.repeat(40)}` } as const),
    ...{ user: '-2', per_command: null, per_day: null },
    ...{ watch_until: 9, created_at: 1 },
  } as const;
});
