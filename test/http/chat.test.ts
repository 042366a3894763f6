// Chat accounts over HTTP: codes and mandates as pages send them, top-ups, and what is refused; with a bot to write to.
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { mandateDigest } from '../../src/payments/chat/index.js';
import { addressOf, channelId, randomKey, sign, transferDigest } from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { depositPayload } from '../../src/web/watch/deposit.js';
import { createWallet } from '../../src/web/watch/wallet.js';
import { type SmallTelegram, startTelegram } from '../support/small-telegram.js';
import { type House, openHouse, refusal } from './house.js';

const dai = 10n ** 18n;
let telegram: SmallTelegram;
let house: House;
let last = 5000;
/** How much later it is than the machine says, ms. */
let ahead = 0;

beforeAll(async () => {
  const real = Date.now;
  vi.spyOn(Date, 'now').mockImplementation(() => real() + ahead);
  telegram = await startTelegram();
  house = await openHouse({ ...telegram.env, CONFIRM_TIP_ABOVE: '100' });
});
afterAll(async () => {
  vi.restoreAllMocks();
  await house?.stop();
  await telegram?.stop();
});

/** A page with 5 DAI of its own in a channel, and its session. */
async function openPage() {
  const key = randomKey();
  const signer = addressOf(key);
  await house.ask('postFaucet', { body: { address: signer } });
  const wallet = createWallet(key);
  const salt = randomKey();
  const wish = {
    wallet,
    terms: house.terms,
    salt,
    once: randomKey(),
    amount: 5n * dai,
    authorized: 0n,
    now: Date.now(),
  };
  const body = depositPayload(wish);
  await house.ask('postDeposit', { body });
  const channel = channelId(body.channelConfig, house.domain);
  const { session } = await house.ask('openSession', { body: house.sessionRequest(key) });
  return { key, channel, session };
}
type Page = Awaited<ReturnType<typeof openPage>>;

function mandate({ key, channel }: Pick<Page, 'key' | 'channel'>, code: string, chat: Hex, limit: bigint) {
  const digest = mandateDigest({ channel, chat, limit, code: code.replace(/\D/g, '') }, house.domain);
  return { channel, limit: `${limit}`, signature: sign(digest, key) };
}

const bob = async () => {
  const user = last++;
  return { user, code: await telegram.code(user, 'Bob') };
};
const holderOf = ({ session }: Page, code: string) =>
  house.ask('chatAccountOfCode', { token: session, body: { code } });
const post = (path: string, body: unknown, token?: string) => house.call('POST', path, { body, token });
const purseOf = async (page: Page) =>
  (await house.ask('getSession', { token: page.session })).purses.find(({ id }) => id === page.channel);

it('a code says whose it is, and with a mandate and a voucher a tip in chat is paid from the page’s channel', async () => {
  const page = await openPage();
  const { user, code } = await bob();
  const holder = await holderOf(page, code);
  expect(holder).toMatchObject({ platform: 'telegram', user: `${user}`, shownAs: 'Bob' });
  const body = { code, mandate: mandate(page, code, holder.address, 3n * dai) };
  const linked = await house.ask('linkChat', { token: page.session, body });
  const money = { limit: `${3n * dai}`, spent: '0', left: `${3n * dai}`, signed: '0' };
  expect(linked).toEqual({ platform: 'telegram', user: `${user}`, channel: page.channel, ...money });
  expect((await telegram.write(user, 'Bob', '/tip 1')).text).toContain('has not signed for that much yet');

  await house.ask('postVoucher', { body: house.voucher(page.channel, 3n * dai, page.key) });
  expect((await telegram.write(user, 'Bob', '/tip 1 great solo')).text).toContain('1 DAI is on its way');
  expect(await purseOf(page)).toMatchObject({ spent: `${dai}`, authorized: `${3n * dai}` });
  expect(await house.ask('linkedChats', { token: page.session })).toMatchObject([
    { spent: `${dai}`, left: `${2n * dai}`, signed: `${2n * dai}` },
  ]);

  const account = { platform: 'telegram' as const, user: `${user}` };
  const stranger = await openPage();
  expect(await house.ask('unlinkChat', { token: stranger.session, body: account })).toEqual({ ended: false });
  expect(await house.ask('unlinkChat', { token: page.session, body: account })).toEqual({ ended: true });
  expect(await house.ask('linkedChats', { token: page.session })).toEqual([]);
  expect((await telegram.write(user, 'Bob', '/tip 1')).text).toContain('Top up with /topup');
});

it('without a mandate the two are one person, and chat spends nothing of the page', async () => {
  const page = await openPage();
  await house.ask('postVoucher', { body: house.voucher(page.channel, 3n * dai, page.key) });
  const { user, code } = await bob();
  const linked = await house.ask('linkChat', { token: page.session, body: { code, mandate: null } });
  expect(linked).toMatchObject({ channel: null, limit: '0', left: '0' });
  expect((await telegram.write(user, 'Bob', '/tip 1')).text).toContain('Top up with /topup');
  expect((await purseOf(page))?.spent).toBe('0');
});

it('only the key of the channel gives a mandate, for the account of the code alone', async () => {
  const [page, thief] = [await openPage(), await openPage()];
  const { code } = await bob();
  const { address } = await holderOf(page, code);
  const good = mandate(page, code, address, dai);
  const link = (given: object, token = page.session) => post('/api/chat/links', { code, mandate: given }, token);
  await refusal(
    await link(mandate({ key: thief.key, channel: page.channel }, code, address, dai)),
    403,
    'wrong_signer',
  );
  await refusal(await link(good, thief.session), 403, 'wrong_signer');
  await refusal(await link({ ...good, limit: `${2n * dai}` }), 403, 'wrong_signer');
  await refusal(await link(mandate(page, code, addressOf(randomKey()), dai)), 403, 'wrong_signer');
  await refusal(await link(mandate(page, '111222333', address, dai)), 403, 'wrong_signer');
  await refusal(await link({ ...good, channel: randomKey() }), 404, 'unknown_purse');
  expect(await house.ask('linkedChats', { token: page.session })).toEqual([]);
  expect((await link(good)).status).toBe(200);
  await refusal(await link(good), 404, 'chat_code_wrong');
});

it('a code is for who has a session, once, replaced by the next, and not to be guessed', async () => {
  const page = await openPage();
  const { user, code } = await bob();
  await refusal(await post('/api/chat/codes', { code }), 401, 'session_needed');
  await refusal(await post('/api/chat/links', { code, mandate: null }, 'nobody'), 401, 'session_needed');
  const next = await telegram.code(user, 'Bob');
  await refusal(await post('/api/chat/codes', { code }, page.session), 404, 'chat_code_wrong');
  await house.ask('linkChat', { token: page.session, body: { code: next.replaceAll(' ', '-'), mandate: null } });
  await refusal(await post('/api/chat/codes', { code: next }, page.session), 404, 'chat_code_wrong');
  const other = await openPage();
  const again = await telegram.code(user, 'Bob');
  const link = await post('/api/chat/links', { code: again, mandate: null }, other.session);
  await refusal(link, 409, 'chat_linked_already');
  for (let n = 0; n < 5; n++) await post('/api/chat/codes', { code: '000 000 000' }, other.session);
  await refusal(await post('/api/chat/codes', { code: again }, other.session), 429, 'rate_limited');
});

it('a code that is older than ten minutes is worth nothing', async () => {
  const { code } = await bob();
  const page = await openPage();
  ahead = 10 * 60_000 + 1000;
  await refusal(await post('/api/chat/codes', { code }, (await openPage()).session), 404, 'chat_code_wrong');
  ahead = 0;
  expect((await holderOf(page, code)).shownAs).toBe('Bob');
});

const addressIn = (text: string): Hex => /0x[0-9a-fA-F]{40}/.exec(text)?.[0].toLowerCase() as Hex;
const standing = (address: string) => house.ask('chatTopUp', { params: { address } });

it('a top-up page is told where to send, and sees what comes; of addresses that are no accounts it is told nothing', async () => {
  const user = last++;
  const { text } = await telegram.write(user, 'Eve', '/topup');
  const address = addressIn(text);
  expect(text).toContain(`/chat#topup=${address}`);
  const { token, chainId } = house.terms;
  expect(await standing(address)).toEqual({
    ...{ address, uri: `ethereum:${token.address}@${chainId}/transfer?address=${address}` },
    ...{ least: `${dai / 10n}`, left: '0', waiting: '0' },
  });
  await house.ask('postFaucet', { body: { address } });
  await vi.waitFor(async () => expect(await standing(address)).toMatchObject({ left: `${5n * dai}`, waiting: '0' }), {
    timeout: 10_000,
    interval: 50,
  });
  expect((await telegram.write(user, 'Eve', '/tip 2')).text).toContain('2 DAI is on its way');
  expect((await standing(address)).left).toBe(`${3n * dai}`);
  await refusal(await house.call('GET', `/api/chat/purses/${addressOf(randomKey())}`), 404, 'not_found');
  await refusal(await house.call('GET', '/api/chat/purses/ann'), 400, 'bad_request');
});

it('a wallet’s signature moves its tokens into a chat purse once, and into nothing else', async () => {
  const address = addressIn((await telegram.write(last++, 'Eve', '/topup')).text);
  const key = randomKey();
  const from = addressOf(key);
  await house.ask('postFaucet', { body: { address: from } });
  const { token, chainId } = house.terms;
  const signed = (value: bigint, to: Hex = address, by: Hex = key) => {
    const [validAfter, validBefore] = [0n, BigInt(Math.floor(Date.now() / 1000) + 600)];
    const transfer = { from, to, value, validAfter, validBefore, nonce: randomKey() };
    const signature = sign(transferDigest(transfer, { ...token, chainId }), by);
    return { ...transfer, value: `${value}`, validAfter: '0', validBefore: `${validBefore}`, signature };
  };
  const path = `/api/chat/purses/${address}/transfers`;
  await refusal(await post(path, signed(dai, from)), 400, 'bad_request');
  await refusal(await post(path, signed(dai / 100n)), 400, 'bad_request');
  await refusal(await post(path, signed(dai, address, randomKey())), 403, 'wrong_signer');
  await refusal(await post(path, signed(6n * dai)), 409, 'chain_refused');
  const good = signed(4n * dai);
  expect(await (await post(path, good)).json()).toEqual({ transaction: expect.stringMatching(/^0x.{64}$/) });
  expect((await post(path, good)).status).toBe(200);
  await vi.waitFor(async () => expect((await standing(address)).left).toBe(`${4n * dai}`), { timeout: 10_000 });
  expect((await house.ask('getAddress', { params: { address: from } })).token).toBe(`${dai}`);
});
