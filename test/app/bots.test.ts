// The bots as parts of the running house: off without tokens, a refused token said, a silent platform waited for; their secret.
import { once } from 'node:events';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLinkKeys } from '../../src/bot-house.js';
import { randomKey } from '../../src/payments/typed-data.js';
import { loadSecrets } from '../../src/secrets.js';
import { readSettings } from '../../src/settings.js';
import { explainStart } from '../../src/start-errors.js';
import { openHouse, refusal } from '../http/house.js';
import { freePort, removeFolder, temporaryFolder } from '../support/dtok.js';
import { startTelegram } from '../support/small-telegram.js';

const loaded = (library: string): boolean =>
  Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes(`/node_modules/${library}/`));

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const failure = async (env: Record<string, string>): Promise<string> => {
  const house = await openHouse(env).catch(explainStart);
  if (typeof house === 'string') return house;
  await house.stop();
  return 'it started';
};

it('without tokens the bots are off, and nothing of their libraries is loaded', async () => {
  const house = await openHouse({ DISCORD_TOKEN: '', TELEGRAM_TOKEN: '' });
  stops.push(house.stop);
  expect([loaded('telegraf'), loaded('discord.js')]).toEqual([false, false]);
  const body = { initData: 'user=%7B%22id%22%3A1%7D&hash=00', stream: 'main' };
  await refusal(await house.call('POST', '/api/telegram/watch', { body }), 404, 'telegram_off');
});

it('a token that a platform refuses stops the start with one sentence that names the setting', async () => {
  const telegram = await startTelegram();
  stops.push(telegram.stop);
  const bad = { ...telegram.env, TELEGRAM_TOKEN: '42:bad' };
  const sentence = 'Telegram refuses TELEGRAM_TOKEN. Copy it again from @BotFather, or leave it empty.';
  expect(await failure(bad)).toBe(sentence);
  expect([loaded('telegraf'), loaded('discord.js')]).toEqual([true, false]);

  const discord = createServer((_req, res) => {
    res.writeHead(401, { 'content-type': 'application/json' }).end('{"message":"401: Unauthorized","code":0}');
  }).listen(0, '127.0.0.1');
  await once(discord, 'listening');
  stops.push(() => discord.close());
  const address = discord.address();
  const api = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/api`;
  expect(await failure({ ...telegram.env, DISCORD_TOKEN: 'wrong', DISCORD_API: api })).toBe(
    'Discord refuses DISCORD_TOKEN. Copy it again from the developer portal, or leave it empty.',
  );
});

it('a platform that cannot be reached does not stop the show: its bot comes when it can', async () => {
  const port = await freePort();
  const env = { TELEGRAM_TOKEN: '42:good-token-of-the-small-telegram', TELEGRAM_API_ROOT: `http://127.0.0.1:${port}` };
  const house = await openHouse(env);
  stops.push(house.stop);
  expect((await house.call('GET', '/api/streams')).status).toBe(200);
  const telegram = await startTelegram(port);
  stops.splice(0, 0, telegram.stop);
  expect((await telegram.write(9001, 'Bob', '/help')).text).toContain('/tip');
  expect(house.errors).toEqual([]);
});

it('a webhook needs an address that Telegram can call', () => {
  const on = { TELEGRAM_TOKEN: '42:x', TELEGRAM_WEBHOOK: 'on' };
  for (const url of [{}, { PUBLIC_URL: 'http://show.example' }]) {
    expect(() => readSettings({ ...on, ...url })).toThrow('TELEGRAM_WEBHOOK is on, so PUBLIC_URL must be set');
  }
  expect(readSettings({ ...on, PUBLIC_URL: 'https://show.example' }).bots.telegram?.webhook).toBe(true);
});

it('Telegram brings its updates to the webhook, and nobody else does', async () => {
  const telegram = await startTelegram();
  stops.push(telegram.stop);
  const env = { ...telegram.env, TELEGRAM_WEBHOOK: 'on', PUBLIC_URL: 'https://show.example' };
  const house = await openHouse(env);
  stops.push(house.stop);
  const hook = telegram.hook();
  const bring = (secret: string) =>
    house.call('POST', new URL(hook?.url ?? '').pathname, {
      headers: { 'x-telegram-bot-api-secret-token': secret },
      body: telegram.updateOf(9002, 'Bob', '/help'),
    });
  expect(hook?.url).toMatch(/^https:\/\/show\.example\//);
  const said = await telegram.answerTo(9002, async () =>
    expect((await bring(hook?.secret_token ?? '')).status).toBe(200),
  );
  expect(said.text).toContain('/tip');
  expect((await bring('x'.repeat(64))).status).toBeGreaterThanOrEqual(400);
});

describe('the secret of chat purses', () => {
  let folder: string;
  beforeAll(() => {
    folder = temporaryFolder('secrets');
  });
  afterAll(() => removeFolder(folder));
  const file = () => join(folder, 'secrets.json');
  const read = () => JSON.parse(readFileSync(file(), 'utf8')) as Record<string, unknown>;

  it('is added to the file of an older house, whose other secrets stay, and never changes again', () => {
    const { chatSecret: _, ...old } = loadSecrets(folder);
    writeFileSync(file(), JSON.stringify({ ...old, note: 'of the owner' }));
    chmodSync(file(), 0o600);
    const { chatSecret, ...rest } = loadSecrets(folder);
    expect(rest).toMatchObject(old);
    expect(chatSecret).toMatch(/^0x[0-9a-f]{64}$/);
    expect(read()).toEqual({ ...old, note: 'of the owner', chatSecret });
    expect(statSync(file()).mode & 0o077).toBe(0);
    expect(loadSecrets(folder).chatSecret).toBe(chatSecret);
  });

  it('is not replaced when it is damaged, and not added to a damaged file', () => {
    const good = read();
    for (const bad of [
      { ...good, chatSecret: '0x12' },
      { ...good, chatSecret: undefined, gateKey: '0x12' },
    ]) {
      writeFileSync(file(), JSON.stringify(bad));
      const before = readFileSync(file(), 'utf8');
      expect(() => loadSecrets(folder)).toThrow('is damaged');
      expect(readFileSync(file(), 'utf8')).toBe(before);
    }
  });

  it('gives each account one key for each stream, the same always', () => {
    const secret = randomKey();
    const ann = { platform: 'discord', user: '80' } as const;
    const keys = [
      createLinkKeys(secret)(ann, 'main'),
      createLinkKeys(secret)(ann, 'other'),
      createLinkKeys(secret)({ ...ann, platform: 'telegram' }, 'main'),
      createLinkKeys(secret)({ ...ann, user: '8' }, '0main'),
      createLinkKeys(randomKey())(ann, 'main'),
    ];
    expect(new Set(keys).size).toBe(5);
    expect(createLinkKeys(secret)({ ...ann }, 'main')).toBe(keys[0]);
  });
});
