// How updates reach the Telegram bot and answers leave it: each use once, whatever is delivered twice, refused, or cut off.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Acts } from '../../src/bots/acts.js';
import { languages } from '../../src/bots/words/index.js';
import { openDesk, show } from '../support/bots.js';
import { dai, type House, startHouse } from '../support/chat-house.js';
import { command, openFakes, startBot } from '../support/telegram/bot.js';
import { Refusal, startTelegramStandIn, type TelegramStandIn } from '../support/telegram/index.js';

let standIn: TelegramStandIn;
let fakes: Awaited<ReturnType<typeof openFakes>>;
let runs = 0;
const count = command('count', {
  run: async () => {
    runs += 1;
    return { text: `run ${runs}` };
  },
});
const stops: (() => Promise<void>)[] = [];
const start = async (...[on, more]: [Parameters<typeof startBot>[1], Parameters<typeof startBot>[2]?]) => {
  const bot = await startBot(standIn, on, more);
  stops.push(bot.stop);
  return bot;
};

beforeEach(async () => {
  runs = 0;
  standIn = await startTelegramStandIn({ limits: null });
  fakes = await openFakes([count]);
});
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  expect(standIn.violations).toEqual([]);
  await standIn.stop();
  await fakes.stop();
});

describe('a token', () => {
  it.each(['7000001:wrong', 'nonsense'])('that Telegram refuses (%s) says what to do', async (token) => {
    await expect(startBot({ ...standIn, token }, fakes)).rejects.toThrow('Copy it again from @BotFather');
  });
});

describe('an update', () => {
  it('that is delivered again is one use, in the same run and in the next', async () => {
    const bot = await start(fakes);
    const ann = standIn.addUser();
    await standIn.say(ann, ann, '/count');
    const first = standIn.lastUpdate();
    standIn.redeliver();
    await standIn.say(ann, ann, '/count');
    await bot.stop();
    await start(fakes);
    standIn.redeliver(first);
    expect((await standIn.say(ann, ann, '/count')).text).toBe('run 3');
    expect(runs).toBe(3);
  });

  it('is not acknowledged before it is on disk: a run that ends there loses nothing', async () => {
    const begin = vi.fn(() => new Promise<boolean>(() => {}));
    const acts: Acts = { ...fakes.acts, begin };
    const bot = await start({ ...fakes, acts });
    const ann = standIn.addUser();
    const asked = standIn.callsOf('getUpdates').length;
    standIn.write(ann, ann, '/count');
    const stopped = bot.stop();
    expect(
      standIn
        .callsOf('getUpdates')
        .slice(asked)
        .every(({ params }) => params.offset === 0),
    ).toBe(true);
    expect(standIn.pending()).toBe(1);
    const seen = standIn.watch();
    await start(fakes);
    expect((await seen.until(({ kind }) => kind === 'sent', 5000))?.message?.text).toBe('run 1');
    seen.end();
    await stopped;
  });

  it('arrives although another program has asked for it in between', async () => {
    await start(fakes);
    const ann = standIn.addUser();
    const other = await fetch(`${standIn.apiRoot}/bot${standIn.token}/getUpdates?timeout=0`);
    expect(other.ok).toBe(true);
    expect((await standIn.say(ann, ann, '/count')).text).toBe('run 1');
  });
});

describe('an answer', () => {
  it('that Telegram takes no more of now waits as long as it says, and keeps its place', async () => {
    await start(fakes);
    const ann = standIn.addUser();
    standIn.refuse('sendMessage', new Refusal(429, 'Too Many Requests: retry after 1', { retry_after: 1 }));
    const all = await Promise.all([1, 2, 3].map(() => standIn.write(ann, ann, '/count'))).then(async () => {
      await vi.waitFor(() => expect(runs).toBe(3));
      await vi.waitFor(() => expect(standIn.messages(ann).length).toBe(6), { timeout: 5000 });
      return standIn.messages(ann).slice(3);
    });
    expect(all.map(({ text }) => text)).toEqual(['run 1', 'run 2', 'run 3']);
    const [refused, again] = standIn.callsOf('sendMessage');
    expect(refused?.code).toBe(429);
    expect((again?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('that an earlier run left holds nobody up who writes now', async () => {
    const [ann, bob] = [standIn.addUser(), standIn.addUser()];
    const bot = await start(fakes);
    standIn.refuse('sendMessage', null, 2);
    standIn.write(bob, bob, '/count');
    await vi.waitFor(() => expect(standIn.callsOf('sendMessage').length).toBe(1));
    const stopped = bot.stop();
    await start(fakes);
    await vi.waitFor(() => expect(standIn.callsOf('sendMessage').length).toBe(2));
    expect((await standIn.say(ann, ann, '/count')).text).toBe('run 3');
    expect(standIn.messages(bob).length).toBe(1);
    await stopped;
  });

  it('keeps to a message a second in a chat, so that Telegram need not refuse any', async () => {
    await standIn.stop();
    standIn = await startTelegramStandIn({ limits: { everyMs: 150, perMinute: 4 } });
    await start(fakes, { pace: { everyMs: 150, perMinute: 4 } });
    const ann = standIn.addUser();
    for (let i = 0; i < 4; i++) standIn.write(ann, ann, '/count');
    await vi.waitFor(() => expect(standIn.messages(ann).length).toBe(8), { timeout: 5000 });
    expect(standIn.calls.filter(({ code }) => code === 429)).toEqual([]);
  });
});

describe('a webhook', () => {
  const url = 'https://show.example/hooks/telegram';
  const secret = 'a-secret_1';

  async function serve(handler: express.RequestHandler): Promise<string> {
    const server = createServer(express().use('/hooks/telegram', handler));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    stops.unshift(async () => void server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/telegram`;
  }

  it('is set with its secret, brings updates, and refuses whom Telegram is not', async () => {
    const bot = await start(fakes, { webhook: { url, secret } });
    const road = await serve((req, res) => void bot.webhook?.(req, res));
    standIn.route(url, road);
    const ann = standIn.addUser();
    expect((await standIn.say(ann, ann, '/count')).text).toBe('run 1');
    expect(standIn.callsOf('getUpdates')).toEqual([]);
    const update = JSON.stringify({ update_id: 1, message: { text: '/count' } });
    const post = async (headers: Record<string, string>, body = update) =>
      (await fetch(road, { method: 'POST', headers, body })).status;
    const header = 'x-telegram-bot-api-secret-token';
    expect(await post({})).toBe(401);
    expect(await post({ [header]: 'a-secret_2' })).toBe(401);
    expect(await post({ [header]: secret }, 'nonsense')).toBe(400);
    expect(await post({ [header]: secret }, '{"update_id":"1"}')).toBe(400);
    expect(runs).toBe(1);
  });

  it('that was not there gets the update again, also with a parsed body, and polling takes it away', async () => {
    const bot = await start(fakes, { webhook: { url, secret } });
    let refused = 0;
    const parsed = express.json();
    const road = await serve((req, res) => {
      refused += 1;
      if (refused === 1) return void res.status(503).end();
      parsed(req, res, () => void bot.webhook?.(req, res));
    });
    standIn.route(url, road);
    const ann = standIn.addUser();
    expect((await standIn.say(ann, ann, '/count')).text).toBe('run 1');
    expect(standIn.webhookInfo()).toMatchObject({ url, last_error_message: expect.stringContaining('503') });
    await bot.stop();
    await start(fakes);
    expect(standIn.webhookInfo().url).toBe('');
    expect((await standIn.say(ann, ann, '/count')).text).toBe('run 2');
  });
});

describe('on a real house', () => {
  let running: Awaited<ReturnType<typeof startHouse>>;
  let house: House;
  beforeAll(async () => {
    running = await startHouse();
    house = await running.open();
  });
  afterAll(() => running.stop());

  const open = (on: House) => {
    const { desk, acts, moves } = openDesk(on, { shows: () => [show()] });
    return { desk, acts: acts('telegram'), moves };
  };
  const tips = () => house.store.db.selectFrom('tips').selectAll().execute();
  const account = (id: number) => ({ platform: 'telegram' as const, user: `${id}` });

  it('a tip is paid once, however often and however oddly it is delivered', async () => {
    const bot = await start(open(house));
    const eva = standIn.addUser({ name: '<i>Eva</i>', language: 'de' });
    await house.chat.fromFaucet(account(eva.id));
    const said = await standIn.say(eva, eva, '/tip 1.5 <b>toll</b>');
    expect(said.text).toBe(languages.de?.tipSent('1.5 DAI', 'Late show'));
    standIn.redeliver();
    expect((await standIn.say(eva, eva, '/tip 1,5')).text).toContain('Komma');
    await bot.stop();
    await start(open(house));
    standIn.redeliver(standIn.lastUpdate() - 1);
    await standIn.say(eva, eva, '/balance');
    expect((await tips()).map(({ message, name }) => [name, message])).toEqual([['<i>Eva</i>', '<b>toll</b>']]);
    expect((await house.chat.account(account(eva.id))).own.spent).toBe((15n * dai) / 10n);
  });

  it('a tip that was charged when the bot ended is answered by the next run, and not charged again', async () => {
    const before = (await tips()).length;
    const bot = await start(open(house));
    const bob = standIn.addUser({ name: 'Bob' });
    await house.chat.fromFaucet(account(bob.id));
    standIn.refuse('sendMessage', null);
    standIn.write(bob, bob, '/tip 2');
    await vi.waitFor(async () => expect((await tips()).length).toBe(before + 1), { timeout: 5000 });
    await vi.waitFor(() => expect(standIn.callsOf('sendMessage').length).toBe(1), { timeout: 5000 });
    const stopped = bot.stop();
    house = await running.reopen();
    const seen = standIn.watch();
    await start(open(house));
    const answered = await seen.until(({ kind, chat }) => kind === 'sent' && chat === bob.id, 5000);
    expect(answered?.message?.text).toContain('2 DAI is on its way');
    standIn.redeliver();
    await standIn.say(bob, bob, '/balance');
    seen.end();
    await stopped;
    expect((await tips()).length).toBe(before + 1);
    expect(seen.seen.filter(({ message }) => message?.text?.includes('is on its way')).length).toBe(1);
  });

  it('a large tip is asked about, and a second yes pays nothing more', async () => {
    await start(open(house));
    const ann = standIn.addUser();
    for (let i = 0; i < 4; i++) await house.chat.fromFaucet(account(ann.id));
    const question = await standIn.say(ann, ann, '/tip 12');
    const paid = await standIn.press(question, 'Yes, 12 DAI', ann);
    expect(paid.message?.text).toContain('12 DAI is on its way');
    standIn.redeliver();
    await standIn.say(ann, ann, '/balance');
    expect((await house.chat.account(account(ann.id))).own.spent).toBe(12n * dai);
  });

  it('a group pays for its members’ links, which only they see, once each', async () => {
    await start(open(house));
    const [mod, ann, bob] = [standIn.addUser(), standIn.addUser(), standIn.addUser({ name: 'Bob', started: false })];
    const group = standIn.addGroup({ title: 'Jazz', admins: [mod], members: [ann, bob] });
    await house.chat.fromFaucet(account(group.id));
    expect((await standIn.say(mod, group, '/sponsor set 0.5')).text).toContain('0.5 DAI');
    const mine = await standIn.say(ann, group, '/watch');
    expect(mine).toMatchObject({ chat: { id: ann.id }, text: expect.stringContaining('Paid for by Jazz') });
    expect(JSON.stringify(mine.reply_markup)).toContain('https://show.example/watch/main#k=');
    expect(JSON.stringify(mine.reply_markup)).toContain('"web_app":{"url":"https://show.example/app?stream=main"}');
    const again = await standIn.say(ann, ann, `/start w_${group.id}`);
    expect(again.reply_markup).toEqual(mine.reply_markup);
    const invited = await standIn.say(bob, group, '/watch');
    const [button] = invited.reply_markup?.inline_keyboard.flat() ?? [];
    const link = button && 'url' in button ? button.url : '';
    const his = await standIn.say(bob, bob, standIn.open(link, bob));
    expect(his.text).toContain('Paid for by Jazz');
    expect(JSON.stringify(standIn.messages(group))).not.toContain('#k=');
    const handouts = await house.store.db.selectFrom('bot_handouts').select('account').execute();
    expect(handouts.map(({ account }) => account)).toEqual([`${ann.id}`, `${bob.id}`]);
  });
});
