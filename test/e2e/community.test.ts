// A community on Discord and Telegram and one paid show: announced, sponsored, watched, tipped, voted, killed in the middle, and settled.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Contract, JsonRpcProvider, Wallet } from 'ethers';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { devAccount } from '../../src/chain/accounts.js';
import { launch, plays, shoot } from '../support/browser.js';
import {
  type Channel,
  type DiscordStandIn,
  type Message,
  startDiscordStandIn,
  type User,
} from '../support/discord/index.js';
import { type Dtok, freePort, removeFolder, startDtok, temporaryFolder } from '../support/dtok.js';
import { pictureArgs } from '../support/publisher.js';
import { startTelegramStandIn, type TelegramStandIn } from '../support/telegram/index.js';

const dai = 10n ** 18n;
const main = { stream: 'main' };
const data = temporaryFolder('community');

let discord: DiscordStandIn;
let telegram: TelegramStandIn;
let browser: Browser;
let dtok: Dtok;
let env: Record<string, string>;
let chain: JsonRpcProvider;
let token: Contract;
let camera: ChildProcess | null = null;

beforeAll(async () => {
  [discord, telegram, browser] = await Promise.all([
    startDiscordStandIn(),
    startTelegramStandIn({ limits: null }),
    launch(),
  ]);
  const [port, rtmp] = [String(await freePort()), String(await freePort())];
  env = {
    ...{ PORT: port, RTMP_PORT: rtmp, PUBLIC_URL: `http://127.0.0.1:${port}`, TEST_CARD: 'off' },
    ...{ PRICE_PER_SECOND: '0.001', PREVIEW_SECONDS: '0', KEY_PERIOD_SECONDS: '1', MIN_TIP: '0.1' },
    ...{ RECONNECT_SECONDS: '2', LINK_DRAW_SECONDS: '3', SETTLE_MINIMUM: '1000000' },
    ...{ DISCORD_TOKEN: discord.token, DISCORD_API: discord.url },
    ...{ TELEGRAM_TOKEN: telegram.token, TELEGRAM_API_ROOT: telegram.apiRoot },
  };
  dtok = await startDtok({ env, data });
  const { rpcUrl } = await dtok.api('getRegistry', {});
  const { terms } = await dtok.api('getStream', { params: main });
  chain = new JsonRpcProvider(rpcUrl ?? '', undefined, { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 });
  const abi = ['function mint(address,uint256)', 'function balanceOf(address) view returns (uint256)'];
  token = new Contract(terms.token.address, abi, new Wallet(devAccount(5), chain));
});
afterAll(async () => {
  camera?.kill('SIGKILL');
  chain?.destroy();
  await browser?.close();
  await dtok?.stop();
  await Promise.all([discord?.stop(), telegram?.stop()]);
  removeFolder(data);
});

const soon = (check: () => unknown, timeout = 30_000) => vi.waitFor(check, { timeout, interval: 100 });
const buttonsOf = (message: Message | null) =>
  message?.components.flatMap((row) => row.components ?? []) as { label: string; url?: string; custom_id?: string }[];
const linkIn = (message: Message | null): string =>
  buttonsOf(message).find(({ url }) => url?.includes('#k='))?.url ?? '';
const pressOf = (message: Message | null, label: string): string =>
  buttonsOf(message).find((one) => one.label.startsWith(label))?.custom_id ?? '';
const factsOf = (message: Message | null) =>
  Object.fromEntries((message?.embeds[0]?.fields ?? []).map(({ name, value }) => [name, value]));

/** As a person does who is told to wait a moment. */
function use(line: string, typed: Record<string, string>, user: User, channel: Channel) {
  const once = async () => {
    const seen = await discord.use(line, typed, { user, channel });
    expect(seen.message?.content ?? '').not.toContain('One moment');
    return seen;
  };
  return vi.waitFor(once, { timeout: 30_000, interval: 1500 });
}

/** Every alert and the poll's last words on a page of the overlay, over reloads and restarts. */
async function watchOverlay(page: Page) {
  const seen: string[] = [];
  await page.exposeFunction('heard', (text: string) => void seen.push(text));
  await page.addInitScript(() => {
    const heard = (window as unknown as { heard: (text: string) => void }).heard;
    new MutationObserver((changes) => {
      for (const node of changes.flatMap((change) => [...change.addedNodes]))
        if (node instanceof HTMLElement && node.dataset.testid === 'alert') heard(node.textContent ?? '');
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto(dtok.overlay);
  return seen;
}

async function goOnAir(): Promise<void> {
  const { streamKey } = await dtok.api('hostStream', { params: main });
  const args = [...pictureArgs({ seconds: 300, size: '640x360' }), `${dtok.rtmp}/${streamKey}`];
  camera = spawn('ffmpeg', args, { stdio: 'ignore' });
}

async function goOff(): Promise<void> {
  if (camera?.exitCode !== null) return;
  const gone = once(camera, 'exit');
  camera.kill('SIGKILL');
  await gone;
}

it('a community pays for its members’ links, tips and votes from both platforms, and the host is paid, over a kill', async () => {
  const owner = discord.addUser({ username: 'mod' });
  const guild = discord.addGuild({ name: 'Jazz cellar', owner });
  const channel = discord.addChannel(guild);
  const members = Array.from({ length: 30 }, (_, i) => discord.addUser({ username: `fan${i}` }));
  for (const one of members) discord.join(guild, one);
  const ask = (line: string, typed: Record<string, string> = {}, user = owner) => use(line, typed, user, channel);
  const [ann, bob, cat] = members as [User, User, User];

  // The host's word, and a home for it.
  const { code } = await dtok.api('issueChatCode', {});
  expect((await ask('host', { code })).message?.content).toContain('is the host’s now');
  await ask('settings home', { stream: 'main' });
  expect((await ask('announce here', {})).hidden).toBe(true);

  // The sponsor puts in 2 Dai, for thirty people.
  const { message: fund } = await ask('sponsor fund', {});
  await (await token.getFunction('mint')(factsOf(fund).Address, 2n * dai)).wait();
  await soon(async () => {
    expect(factsOf((await ask('sponsor show')).message)['Left in the purse']).toBe('2 DAI');
  });
  expect((await ask('sponsor set', { amount: '0.05' })).message?.content).toContain('0.05 DAI');

  // On air: announced once, with a picture and two buttons.
  await goOnAir();
  const posts = () => discord.messages(channel).filter(({ content }) => /on air|is over/.test(content));
  await soon(() => expect(posts()).toHaveLength(1));
  const [post] = posts();
  expect(post?.attachments).toHaveLength(1);
  expect(buttonsOf(post ?? null).map(({ label }) => label)).toEqual(['Watch', 'Look in']);

  // Thirty ask, by command and by the announcement's button; each gets one link, alone; some after a draw.
  const claims = await Promise.all(
    members.map((user, i) =>
      i % 2 && post ? discord.press(post, pressOf(post, 'Watch'), user) : ask('watch', {}, user),
    ),
  );
  expect(claims.every(({ hidden }) => hidden)).toBe(true);
  await soon(() => expect(claims.map(({ message }) => linkIn(message)).filter(Boolean)).toHaveLength(30), 30_000);
  const links = claims.map(({ message }) => linkIn(message));
  expect(new Set(links).size).toBe(30);
  expect(linkIn((await ask('watch', {}, bob)).message)).toBe(links[1]);
  const report = await ask('sponsor show', {});
  expect(factsOf(report.message)['Handed out']).toBe('30 · 1.5 DAI');

  // One of them watches; the overlay looks on.
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  const [overlay, watching] = [await context.newPage(), await context.newPage()];
  const alerts = await watchOverlay(overlay);
  await overlay.waitForSelector('body[data-connected=true]');
  await watching.goto(links[0] ?? '');
  await plays(watching, 2);

  // Three tip, from both platforms.
  for (const user of [ann, bob]) {
    const { message } = await ask('topup', {}, user);
    if (message) await discord.press(message, pressOf(message, 'Get test tokens'), user);
  }
  const eva = telegram.addUser({ name: 'Eva', language: 'de' });
  const max = telegram.addUser({ name: 'Max' });
  await telegram.press(await telegram.say(eva, eva, '/topup'), 'do:faucet', eva);
  expect((await ask('tip', { amount: '0.5', message: 'first' }, ann)).message?.content).toContain(
    '0.5 DAI is on its way',
  );
  expect((await telegram.say(eva, eva, '/tip 0.3 zweite')).text).toContain('0.3 DAI');

  // A poll, asked on Discord; five vote.
  const { message: poll } = await ask('poll create', { question: 'Encore?', a: 'Yes', b: 'No' });
  if (!poll) throw new Error('no poll');
  for (const user of [ann, bob, cat]) await discord.press(poll, pressOf(poll, '1 · Yes'), user);
  await telegram.say(eva, eva, '/vote 2');
  await telegram.say(max, max, '/vote 1');
  await soon(() => expect(JSON.stringify(poll.embeds)).toContain('80 %'));
  await overlay.getByTestId('poll').getByText('Encore?').waitFor();

  // Killed between the charge and the answer: charged once, and answered when all is back.
  const before = (await dtok.api('hostStream', { params: main })).earnings;
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const answering = discord.refuse({ method: 'patch', path: /@original/, with: { hold: held } });
  const tipping = discord.use('tip', { amount: '0.2', message: 'third' }, { user: bob, channel });
  await answering;
  await dtok.kill();
  letGo();
  dtok = await startDtok({ env, data });
  await goOnAir();
  expect((await tipping).message?.content).toContain('0.2 DAI is on its way');
  const after = (await dtok.api('hostStream', { params: main })).earnings;
  expect(BigInt(after.tipped) - BigInt(before.tipped)).toBe(dai / 5n);

  // The overlay has shown each tip once.
  await soon(() => expect(alerts).toHaveLength(3), 40_000);
  expect(['first', 'zweite', 'third'].map((text) => alerts.filter((one) => one.includes(text)).length)).toEqual([
    1, 1, 1,
  ]);
  await shoot(overlay, 'community-overlay');
  await shoot(watching, 'community-watch');

  // Closed: the message in chat freezes on who won.
  await ask('poll close', {});
  await soon(() => expect(poll.content).toMatch(/Encore\?\n.*Yes/));
  expect(pressOf(poll, '1')).toBe('');

  // It ends: the same announcement says how many watched, and what was tipped.
  await context.close();
  await goOff();
  await soon(() => expect(posts().map(({ content }) => content)).toEqual([expect.stringContaining('is over')]), 30_000);
  expect(factsOf(posts()[0] ?? null)).toEqual({ 'Watched by': '1', Tipped: '1 DAI' });

  // Settlement pays the host exactly that, and the books are right.
  await dtok.api('settle', { body: { refund: false } });
  const { payTo } = (await dtok.api('getStream', { params: main })).terms;
  const earned = (await dtok.api('hostStream', { params: main })).earnings;
  expect(await token.getFunction('balanceOf')(payTo)).toBe(BigInt(earned.watched) + BigInt(earned.tipped));
  expect(BigInt(earned.watched)).toBeGreaterThan(0n);
  await soon(async () => expect((await dtok.api('verify', {})).findings).toEqual([]));
  // And all of it was as the platforms describe themselves.
  expect(discord.violations ?? []).toEqual([]);
  expect(telegram.violations).toEqual([]);
}, 180_000);
