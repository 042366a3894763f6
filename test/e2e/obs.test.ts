// The OBS card in a real Chromium, against a stand-in OBS: connect, set up, on air, a rule that a tip sets off, away and back.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openTipper } from '../overlay/tipper.js';
import { desktop, launch, phone, shoot } from '../support/browser.js';
import { type Dtok, freePort, removeFolder, startDtok } from '../support/dtok.js';
import { addSource, type FakeObs, startObs } from '../support/obs/index.js';

const dai = 10n ** 18n;
const password = 'a password of OBS';
let dtok: Dtok;
let browser: Browser;
let context: BrowserContext;
let obs: FakeObs;
/** All that the server sent to the page. */
let heard = '';

beforeAll(async () => {
  const env = { TEST_CARD: 'off', PREVIEW_SECONDS: '600', MIN_TIP: '0.01' };
  [dtok, browser, obs] = await Promise.all([startDtok({ env }), launch(), startObs({ password })]);
  addSource(obs.world, 'Live', 'Thank you', { kind: 'text_ft2_source_v2', settings: { text: '' } });
  addSource(obs.world, 'Live', 'Confetti', { kind: 'image_source', settings: {}, enabled: false });
});
afterAll(async () => {
  await browser?.close();
  await dtok?.stop();
  await obs?.stop();
  removeFolder(dtok.data);
});

const tap = (page: Page, id: string) => page.getByTestId(id).click();
const soon = { timeout: 20_000, interval: 100 };
const says = (page: Page, id: string, text: string | RegExp) =>
  vi.waitFor(async () => expect(await page.getByTestId(id).textContent()).toMatch(text), soon);

/** The card alone, as tall as it is. */
async function picture(page: Page, name: string): Promise<void> {
  await page.getByTestId('obs').scrollIntoViewIfNeeded();
  await page.getByTestId('obs').evaluate((card) => card.scrollIntoView({ block: 'start' }));
  await shoot(page, name);
}

async function openCard(size: { width: number; height: number }): Promise<Page> {
  context = await browser.newContext({ viewport: size });
  const page = await context.newPage();
  page.on('dialog', (dialog) => void dialog.accept());
  page.on('response', (response) => {
    if (response.url().includes('/api/'))
      void response
        .text()
        .then((text) => (heard += text))
        .catch(() => {});
  });
  await page.goto(`${dtok.base}/host#t=${dtok.hostToken}`);
  await page.getByTestId('obs').waitFor();
  return page;
}

/** With an overlay on stage: one that is held moves nothing until it is approved and stands. */
async function tipsMoveIt(page: Page): Promise<void> {
  const main = { params: { stream: 'main' } };
  await dtok.api('patchAlerts', { ...main, body: { tiers: [{ from: '0', standMs: 1500 }], gapMs: 100 } });
  const stage = await context.newPage();
  await stage.goto(`${dtok.overlay}`);
  await stage.waitForSelector('body[data-connected=true]');
  const ann = await openTipper(dtok, 10n * dai);
  await ann.tip('Eve', 2n * dai, 'well fuck');
  await ann.tip('Ann', 2n * dai, 'Turn it up');
  await vi.waitFor(() => expect(obs.world.scene).toBe('Party'), soon);
  expect(await stage.locator('.alert').textContent()).toContain('Turn it up');
  await says(page, 'obs-rule-last', /Switched to “Party”/);
  await vi.waitFor(() => expect(obs.world.scene).toBe('Live'), soon);
  expect(obs.changes().filter((type) => type === 'SetCurrentProgramScene')).toHaveLength(2);
  const [held] = (await dtok.api('getAlerts', main)).held;
  await dtok.api('actOnAlerts', { ...main, body: { act: 'approve', id: held?.id ?? 0 } });
  await vi.waitFor(() => expect(obs.world.scene).toBe('Party'), soon);
  expect(await stage.locator('.alert').textContent()).toContain('well fuck');
  await vi.waitFor(() => expect(obs.world.scene).toBe('Live'), soon);
  await stage.close();
}

it('connects, sets up what is ticked, goes on air, and a tip moves it', async () => {
  const page = await openCard(desktop);
  await page.getByTestId('obs-address').fill(`ws://127.0.0.1:${await freePort()}`);
  await page.getByTestId('obs-password').fill(password);
  await tap(page, 'obs-connect');
  await says(page, 'obs-wrong', /Nothing listens at ws.*Tools → WebSocket Server Settings/);
  await page.getByTestId('obs-address').fill(obs.address);
  await page.getByTestId('obs-password').fill('not it');
  await tap(page, 'obs-connect');
  await says(page, 'obs-wrong', /does not take that password/);
  await picture(page, 'obs-connect');
  await page.getByTestId('obs-password').fill(password);
  await tap(page, 'obs-connect');
  await says(page, 'obs-state', 'connected');
  await says(page, 'obs-streaming', 'Not streaming');

  await tap(page, 'obs-plan-open');
  await says(page, 'obs-set-up', 'Tick what dTok may do');
  for (const may of ['scene', 'service', 'encoder']) await page.getByTestId(`obs-may-${may}`).check();
  await says(page, 'obs-set-up', 'Do these 5');
  await picture(page, 'obs-plan');
  expect(obs.changes()).toEqual([]);
  await tap(page, 'obs-set-up');
  await says(page, 'obs-set-up', 'All is set up');
  expect([...obs.world.scenes.keys()]).toEqual(['Live', 'Party', 'dTok']);
  expect(obs.world.service.settings.server).toMatch(/^rtmp:/);
  await tap(page, 'obs-plan-close');

  await page.getByTestId('obs-may-stream').check();
  await tap(page, 'obs-stream');
  await says(page, 'obs-streaming', /^Streaming$/);
  await page.getByTestId('obs-stats').waitFor();

  await tap(page, 'obs-rule-new');
  await page.getByTestId('obs-rule-from').fill('2');
  await page.getByTestId('obs-rule-scene').selectOption('Party');
  await page.getByTestId('obs-rule-seconds').fill('1');
  await picture(page, 'obs-rule-form');
  expect(await page.getByTestId('obs-rule-save').isDisabled()).toBe(true);
  await page.getByTestId('obs-rule-agree').check();
  await tap(page, 'obs-rule-save');
  await says(page, 'obs-rule', /A tip of 2\s?DAI or more → switch to “Party” for 1 s/);
  expect(obs.world.scene).toBe('Live');
  await tipsMoveIt(page);
  await says(page, 'obs-scene', /Live/);

  obs.userSwitches('dTok');
  await vi.waitFor(async () => expect(await page.getByTestId('obs-scene').inputValue()).toBe('dTok'), soon);
  await page.getByTestId('obs-scene').selectOption('Live');
  await vi.waitFor(() => expect(obs.world.scene).toBe('Live'), soon);
  await picture(page, 'obs-on-air');
  await tap(page, 'obs-stream');
  await says(page, 'obs-streaming', 'Not streaming');
  await context.close();
}, 90_000);

it('on a phone: a rule is tried and changed; OBS goes away and comes back; then it is forgotten', async () => {
  const page = await openCard(phone);
  await says(page, 'obs-state', 'connected');
  await tap(page, 'obs-rule-edit');
  await page.getByTestId('obs-rule-act').selectOption('text');
  await page.getByTestId('obs-rule-source').selectOption('Thank you');
  await page.getByTestId('obs-rule-text').fill('Thank you, {name}!');
  await page.getByTestId('obs-rule-agree').check();
  await picture(page, 'obs-rule-form-phone');
  await tap(page, 'obs-rule-save');
  await tap(page, 'obs-rule-try');
  await says(page, 'obs-rule-last', /Tried: Changed the text “Thank you”/);
  expect(obs.world.inputs.get('Thank you')?.settings.text).toBe('Thank you, Ada!');
  await page.getByTestId('obs-may-text').uncheck();
  await says(page, 'obs-rule-last', 'Does nothing: tick “Change texts” first.');
  await picture(page, 'obs-phone');

  await obs.stop();
  await says(page, 'obs-state', 'away');
  await says(page, 'obs-problem', /broke|Nothing listens/);
  await picture(page, 'obs-away-phone');
  obs = await startObs({ port: obs.port, password, world: obs.world });
  await says(page, 'obs-state', 'connected');
  await tap(page, 'obs-connection');
  await tap(page, 'obs-forget');
  await says(page, 'obs-state', 'not connected');
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await context.close();
  expect(heard).toContain('"obs"');
  expect(heard).not.toContain(password);
  expect(dtok.output()).not.toContain(password);
}, 60_000);
