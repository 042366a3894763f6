// The Mini App's way to a person's own watch link: on chat purses of a real house, behind whatever Telegram vouched for.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPersonalLinks } from '../../src/bot-house.js';
import { createChatHandlers } from '../../src/http/chat-handlers.js';
import type { ChatUser } from '../../src/payments/chat/index.js';
import { addressOf } from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { keyFromText } from '../../src/web/shared/bytes.js';
import { botHouse } from '../support/bots.js';
import { dai, type House, startHouse } from '../support/chat-house.js';

let site: Awaited<ReturnType<typeof startHouse>>;
let house: House;
let last = 100;
beforeAll(async () => {
  site = await startHouse();
  house = await site.open();
});
afterAll(() => site.stop());

/** Stands for the check of a signature: what was signed is the number. */
const userOf = (initData: string): ChatUser | null =>
  /^\d+$/.test(initData) ? { platform: 'telegram', user: initData } : null;

function open(initData: string, stream = 'main'): Promise<{ url: string }> {
  const linkFor = createPersonalLinks({ house: botHouse(house), payments: house.payments });
  const handlers = createChatHandlers({ chat: house.chat, miniApp: { userOf, linkFor }, payerOf: () => '0x' });
  const call = { body: { initData, stream }, params: undefined, query: undefined, token: undefined, wantsCsv: false };
  return handlers.telegramWatch(call);
}

const keyOf = (url: string): Hex => keyFromText(url.split('#k=')[1] ?? '') as Hex;
const pays = (url: string) =>
  house.payments.ledger.pursesOf(addressOf(keyOf(url)), 'main').map(({ limit, spent }) => limit - spent);
const community: ChatUser = { platform: 'telegram', user: '-100200' };

it('is the link on the person’s own chat purse, the same again, and of nobody else', async () => {
  const [ann, bob] = [`${last++}`, `${last++}`];
  for (const user of [ann, bob]) await house.chat.fromFaucet({ platform: 'telegram', user });
  const { url } = await open(ann);
  expect(url).toMatch(/^https:\/\/show\.example\/watch\/main#k=[\w-]{43}$/);
  expect(pays(url)).toEqual([5n * dai]);
  expect(await open(ann)).toEqual({ url });
  expect(keyOf((await open(bob)).url)).not.toBe(keyOf(url));
  expect(house.chat.personOf(addressOf(keyOf(url)))).toBe(house.chat.personOf({ platform: 'telegram', user: ann }));
});

it('is the link that a community pays for, until it is taken back; without anything it is the bare page', async () => {
  const user = `${last++}`;
  expect(await open(user)).toEqual({ url: 'https://show.example/watch/main' });
  await house.chat.fromFaucet(community);
  const signer = addressOf(botHouse(house).linkKey({ platform: 'telegram', user }, 'main'));
  const link = await house.chat.watchLink(community, { stream: 'main', signer, limit: dai });
  const { url } = await open(user);
  expect(pays(url)).toEqual([dai]);
  await house.payments.links.revoke(link.channel as Hex, [link.id]);
  expect(await open(user)).toEqual({ url: 'https://show.example/watch/main' });
});

it('is refused to who is not vouched for, and of streams that are not there', async () => {
  await expect(open('-1')).rejects.toMatchObject({ code: 'telegram_unproven', status: 401 });
  await expect(open(`${last++}`, 'gone')).rejects.toMatchObject({ code: 'unknown_stream' });
});
