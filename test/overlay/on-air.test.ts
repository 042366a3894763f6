// The overlay over moving video in a real Chromium, and the host's cards beside it: alerts, goal, leaderboard, a new address.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launch, phone, shoot } from '../support/browser.js';
import { type Dtok, removeFolder, startDtok, temporaryFolder } from '../support/dtok.js';
import { pngOf, wavOf } from './own-files.js';
import { openScene, type Scene } from './scene.js';
import { openTipper } from './tipper.js';

const dai = 10n ** 18n;
const main = { params: { stream: 'main' } };
const everything = 'alerts,goal,leaderboard';
const data = temporaryFolder('on-air');
let dtok: Dtok;
let browser: Browser;
let ann: Awaited<ReturnType<typeof openTipper>>;
let bob: typeof ann;

beforeAll(async () => {
  const env = { PREVIEW_SECONDS: '600', MIN_TIP: '0.01', SPONSOR_DEPOSIT: '200' };
  [dtok, browser] = await Promise.all([startDtok({ env, data }), launch()]);
  [ann, bob] = await Promise.all([openTipper(dtok, 40n * dai), openTipper(dtok, 40n * dai)]);
});
afterAll(async () => {
  await browser?.close();
  await dtok?.stop();
  removeFolder(data);
});

const overlay = (parts: string): string => dtok.overlay.replace('#', `?parts=${parts}#`);
const over = async (state: string) =>
  (await dtok.api('getAlerts', main)).past.filter((alert) => alert.state === state).map(({ name }) => name);

/** The overlay as OBS shows it: over the moving picture. */
const overPicture = (size: { width: number; height: number }): Promise<Scene> =>
  openScene(browser, { base: dtok.base, key: bob.key, overlay: overlay(everything), size });

/** The overlay alone, which is cheaper. */
async function openBare(size: { width: number; height: number }): Promise<Scene> {
  const page = await (await browser.newContext({ viewport: size })).newPage();
  await page.goto(overlay(everything));
  await page.waitForSelector('body[data-connected=true]');
  return { page, overlay: page };
}

it('puts alerts, goal and leaderboard over the moving picture, in step on two overlays of two sizes', async () => {
  await dtok.api('patchAlerts', {
    ...main,
    body: { gapMs: 200, tiers: ['0', `${5n * dai}`, `${20n * dai}`].map((from) => ({ from, standMs: 2500 })) },
  });
  await dtok.api('setGoal', { ...main, body: { title: 'A new amp for the second set', amount: `${25n * dai}` } });
  const hd = { width: 1280, height: 720 };
  const [big, small] = await Promise.all([
    overPicture({ width: 1920, height: 1080 }),
    process.env.SHOTS ? overPicture(hd) : openBare(hd),
  ]);
  const scenes = [big, small];
  const standing = async (name: string) =>
    Promise.all(scenes.map((scene) => scene.overlay.locator('.alert', { hasText: name }).waitFor()));
  const pictures = (name: string) =>
    Promise.all([shoot(big.page, `overlay-1080-${name}`), shoot(small.page, `overlay-720-${name}`)]);

  await ann.tip('Ada Lovelace', dai / 2n, 'That solo was out of this world');
  await standing('Ada Lovelace');
  await pictures('small-tip');
  await bob.tip('Grace Hopper', 6n * dai, 'Once more, with feeling! '.repeat(8));
  await standing('Grace Hopper');
  await pictures('tier-2');
  await ann.tip('محمد', 21n * dai, 'שלום 🎉');
  await standing('محمد');
  for (const { overlay } of scenes) {
    await overlay.locator('.goal.reached').waitFor();
    expect(await overlay.getByTestId('goal').textContent()).toBe('A new amp for the second set27.50 DAI of 25 DAI');
    // By person: what Ann called herself last.
    const leaders = () => overlay.locator('.leaders li').allTextContents();
    await expect.poll(leaders, { timeout: 5000 }).toEqual(['محمد21.50 DAI', 'Grace Hopper6.00 DAI']);
  }
  await pictures('tier-3');
  await expect.poll(() => over('shown'), { timeout: 8000 }).toEqual(['محمد', 'Grace Hopper', 'Ada Lovelace']);
  const { past } = await dtok.api('getAlerts', main);
  expect(past.map(({ overlays }) => overlays)).toEqual([2, 2, 2]);
  await Promise.all(scenes.map(({ page }) => page.context().close()));
});

it('the host sets a tier: its words, his own picture and sound, what is read aloud; hears it, and tries it out', async () => {
  const stage = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
  const loaded: string[] = [];
  stage.on('request', (request) => loaded.push(new URL(request.url()).pathname));
  await stage.goto(overlay('alerts'));
  await stage.waitForSelector('body[data-connected=true]');
  const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
  await page.addInitScript(() => {
    const counted = window as unknown as { notes: number };
    counted.notes = 0;
    const make = AudioContext.prototype.createOscillator;
    AudioContext.prototype.createOscillator = function () {
      counted.notes += 1;
      return make.call(this);
    };
  });
  await page.goto(`${dtok.base}/host#t=${dtok.hostToken}`);
  const at = (id: string) => page.getByTestId(id);
  await at('alerts-settings').click();
  await at('alerts-edit-1').click();
  await at('alerts-sound-1').selectOption('fanfare');
  await at('alerts-play-1').click();
  await expect.poll(() => page.evaluate(() => (window as unknown as { notes: number }).notes)).toBeGreaterThan(10);
  await at('alerts-text-1').fill('{amount} from {name}, thank you!');
  await at('alerts-animation-1').selectOption('flip');
  const file = (name: string, bytes: Uint8Array) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(bytes) });
  await at('alerts-picture-1-file').setInputFiles(file('my-cat.png', pngOf(64, [80, 200, 255])));
  await page.locator('.tier.open header .thumb').waitFor();
  await at('alerts-sound-1-file').setInputFiles(file('meow.wav', wavOf(1200)));
  await expect.poll(() => at('alerts-sound-1').inputValue()).toMatch(/[.]wav$/);
  await at('alerts-picture-1-file').setInputFiles(file('page.png', Buffer.from('<svg onload=alert(1)>')));
  await page.getByText('That file cannot be shown or played').waitFor();
  await at('alerts-read-1').selectOption('message');
  await at('alerts-read-from-1').fill('10');
  await shoot(page, 'host-tier-desktop');
  await at('alerts-add-tier').click();
  await at('alerts-tier-3').waitFor();
  await at('alerts-remove-3').click();
  await at('alerts-tier-3').waitFor({ state: 'detached' });
  await at('alerts-test-1').click();
  const card = stage.locator('.alert.tier-1.in-flip.test', { hasText: 'thank you!' });
  await card.locator('.art img').waitFor();
  expect(await card.locator('.headline').textContent()).toBe('5.00 DAI from Test alert, thank you!');
  const width = () => card.locator('img').evaluate((image) => (image as HTMLImageElement).naturalWidth);
  await expect.poll(width).toBe(64);
  await shoot(stage, 'overlay-own-picture');
  const { assets } = await dtok.api('listAssets');
  expect(loaded.filter((path) => path.startsWith('/uploads/')).sort()).toEqual(assets.map(({ url }) => url).sort());
  const [, tier] = (await dtok.api('getAlerts', main)).settings.tiers;
  expect(tier).toMatchObject({ animation: 'flip', volume: 60, speech: { read: 'message', from: `${10n * dai}` } });

  await page.setViewportSize(phone);
  await at('alerts-edit-1').scrollIntoViewIfNeeded();
  await shoot(page, 'host-tier-phone');
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await at('own-files').click();
  await at('own-delete').first().click();
  await page.getByText('The alerts of the stream main use').waitFor();
  await stage.close();
  await page.close();
});

it('shows on stage when what stands is claimed on chain', async () => {
  const stage = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
  await stage.goto(overlay('alerts'));
  await ann.tip('Margaret', 7n * dai, 'For the encore');
  const receipt = stage.getByTestId('receipt');
  await receipt.getByText('Authorized').waitFor();
  await dtok.api('settle', { body: { refund: false } });
  await receipt.getByText('Claimed on chain').waitFor({ timeout: 8000 });
  await shoot(stage, 'overlay-claimed');
  await stage.close();
});

it('the host pauses, looks, approves, skips, replays, mutes and tests, on a desktop and on a phone', async () => {
  const stage = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
  await stage.goto(overlay('alerts'));
  await stage.waitForSelector('body[data-connected=true]');
  const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
  page.on('dialog', (dialog) => void dialog.accept());
  await page.goto(`${dtok.base}/host#t=${dtok.hostToken}`);
  const tap = (id: string) => page.getByTestId(id).first().click();
  await page.getByTestId('alert-now').waitFor();

  await tap('alerts-pause');
  await page.getByText('Paused', { exact: true }).waitFor();
  await bob.tip('Katherine', dai, 'see you at evil.example.com');
  await bob.tip('Dorothy', 2n * dai, 'First row!');
  await ann.tip('Troll', dai, 'boo');
  await page.getByTestId('alert-next').nth(1).waitFor();
  expect(await page.getByTestId('alert-held').textContent()).toContain('a link');
  await shoot(page, 'host-alerts-desktop');
  await page.getByTestId('alert-next').nth(1).getByTestId('alert-mute').click();
  await page.getByText('Muted (1)').waitFor();
  await tap('alert-reject');
  await page.getByTestId('alert-held').waitFor({ state: 'detached' });
  await tap('alerts-pause');
  await stage.locator('.alert', { hasText: 'Dorothy' }).waitFor();
  await page.locator('.on-stage.lit').waitFor();
  await shoot(page, 'host-alerts-on-stage');
  await tap('alerts-skip');
  await stage.locator('.alert').waitFor({ state: 'detached' });
  await page.getByTestId('alerts-past').locator('summary').click();
  await page.getByTestId('alert-past').filter({ hasText: 'Dorothy' }).getByTestId('alert-replay').click();
  await stage.locator('.alert', { hasText: 'Dorothy' }).waitFor();
  await tap('alerts-test');
  await stage.locator('.alert.test', { hasText: 'Test alert' }).waitFor();
  await shoot(stage, 'overlay-test');
  expect(await stage.locator('.alert .mark').textContent()).toBe('Test');
  expect((await dtok.api('hostStream', main)).earnings.tipped).toBe(`${(275n * dai) / 10n + 11n * dai}`);

  await page.getByTestId('alerts-settings').click();
  await page.getByTestId('alerts-minimum').fill('1.5');
  await page.getByTestId('alerts-own-words').fill('spoiler, -merde');
  await page.setViewportSize(phone);
  await page.getByTestId('alert-now').scrollIntoViewIfNeeded();
  await shoot(page, 'host-alerts-phone');
  await page.getByTestId('alerts-approve').scrollIntoViewIfNeeded();
  await shoot(page, 'host-alerts-settings-phone');
  await tap('alerts-save');
  await expect
    .poll(async () => (await dtok.api('getAlerts', main)).settings)
    .toMatchObject({ minimum: `${(3n * dai) / 2n}`, ownWords: ['spoiler', '-merde'] });

  await page.getByTestId('goal-clear').click();
  await page.getByTestId('host-goal').waitFor({ state: 'detached' });
  expect(await dtok.api('getGoal', main)).toEqual({ goal: null });

  // A new address: the old overlay is dropped and told so, the new one is let in.
  await tap('overlay-renew');
  await stage.getByTestId('whisper').waitFor({ timeout: 10_000 });
  const { overlayUrl, overlays } = await dtok.api('hostStream', main);
  expect([overlays, overlayUrl.endsWith(dtok.overlay.split('#')[1] ?? '')]).toEqual([0, false]);
  await stage.goto('about:blank');
  await stage.goto(overlayUrl.replace('localhost', '127.0.0.1'));
  await stage.waitForSelector('body[data-connected=true]');
});
