// The overlay card of the dashboard in a real Chromium, beside an open overlay that changes with it.
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { desktop, launch, phone, shoot } from '../support/browser.js';
import { type Dtok, removeFolder, startDtok, temporaryFolder } from '../support/dtok.js';

const main = { params: { stream: 'main' } };
const data = temporaryFolder('editor');
const canvas = { width: 1280, height: 720 };
let dtok: Dtok;
let browser: Browser;
const faults: string[] = [];

beforeAll(async () => {
  [dtok, browser] = await Promise.all([startDtok({ data, env: { TEST_CARD: 'off' } }), launch()]);
});
afterAll(async () => {
  await browser?.close();
  await dtok?.stop();
  removeFolder(data);
});

async function open(url: string, viewport: { width: number; height: number }): Promise<Page> {
  const page = await (await browser.newContext({ viewport, hasTouch: viewport === phone })).newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(url);
  return page;
}

const boxOf = async (one: Locator) => (await one.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
const soon = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 5000, interval: 50 });
/** Of the overlay's goal, in shares of its canvas. */
async function goalAt(overlay: Page) {
  const { x, y, width } = await boxOf(overlay.getByTestId('goal'));
  return { x: x / canvas.width, y: y / canvas.height, width: width / canvas.width };
}
const groundOf = (overlay: Page): Promise<string> =>
  overlay.getByTestId('goal').evaluate((one) => getComputedStyle(one).backgroundColor);
const goalLook = async () => (await dtok.api('getLook', main)).parts.goal;

async function drag(page: Page, from: Locator, by: { x: number; y: number }): Promise<void> {
  const box = await boxOf(from);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  // Alt: nothing that is near draws it.
  await page.keyboard.down('Alt');
  for (const part of [0.3, 0.7, 1]) await page.mouse.move(x + by.x * part, y + by.y * part);
  await page.mouse.up();
  await page.keyboard.up('Alt');
}

it('a part dragged on the dashboard moves on the open overlay, by pointer, keys, corner and slider, and back', async () => {
  await dtok.api('setGoal', { ...main, body: { title: 'A new amp', amount: `${10n ** 19n}` } });
  const overlay = await open(dtok.overlay, canvas);
  const page = await open(`${dtok.base}/host#t=${dtok.hostToken}`, desktop);
  const [frame, stage] = [page.getByTestId('frame-goal'), page.getByTestId('overlay-canvas')];
  await stage.scrollIntoViewIfNeeded();
  const preview = page.frameLocator('[data-testid=overlay-preview]');
  await preview.getByTestId('alert').waitFor();
  await overlay.getByTestId('goal').waitFor();
  const before = await goalAt(overlay);
  expect(before.x).toBeCloseTo(0.033, 2);
  const { width, height } = await boxOf(stage);

  await drag(page, frame, { x: width * 0.2, y: height * 0.3 });
  await soon(async () => {
    const now = await goalAt(overlay);
    expect([now.x - before.x, now.y - before.y].map((by) => Math.round(by * 100))).toEqual([20, 30]);
  });
  expect((await goalLook()).wide?.x).toBeCloseTo(before.x + 0.2, 2);
  expect((await goalLook()).upright).toBe(null);
  const inPreview = await boxOf(preview.getByTestId('goal'));
  expect((inPreview.x - (await boxOf(stage)).x) / width).toBeCloseTo(before.x + 0.2, 2);
  await shoot(page, 'editor-desktop');

  await frame.focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await soon(async () => {
    const now = await goalAt(overlay);
    expect([now.x - before.x, now.width - before.width].map((by) => Math.round(by * 100))).toEqual([23, 1]);
  });
  expect(await stage.locator('[aria-live]').textContent()).toContain('Goal: 26 % from the left');

  const wide = (await goalLook()).wide;
  await drag(page, page.getByTestId('grip-bottom-right'), { x: width * 0.1, y: 0 });
  await soon(async () => {
    const grown = (await goalLook()).wide;
    expect(grown?.scale).toBeCloseTo((grown?.width ?? 0) / (wide?.width ?? 1), 2);
    expect(grown?.scale).toBeGreaterThan(1.2);
  });
  await page.getByTestId('part-scale').fill('1.5');
  await soon(async () => expect((await goalLook()).wide?.scale).toBe(1.5));
  const undo = page.getByTestId('look-undo');
  while (await undo.isEnabled()) await undo.click();
  await soon(async () => expect((await goalAt(overlay)).x).toBeCloseTo(before.x, 3));
  expect(await goalLook()).toEqual({ on: true, wide: null, upright: null });

  await page.getByTestId('part-on-goal').uncheck();
  await overlay.getByTestId('goal').waitFor({ state: 'hidden' });
  await page.getByTestId('part-on-goal').check();
  await overlay.getByTestId('goal').waitFor();
  expect(faults).toEqual([]);
});

it('a theme, and the host’s own CSS after it, change the open overlay at once; what is refused changes nothing', async () => {
  const overlay = await open(dtok.overlay, canvas);
  const other = await open(dtok.overlay.replace('#', '?theme=glass&parts=goal#'), canvas);
  await Promise.all([overlay, other].map((one) => one.getByTestId('goal').waitFor()));
  const page = await open(`${dtok.base}/host#t=${dtok.hostToken}`, phone);
  await page.getByTestId('theme-loud').check();
  await overlay.locator('body[data-theme=loud]').waitFor();
  await soon(async () => expect(await groundOf(overlay)).toBe('rgb(10, 10, 18)'));
  await soon(async () => expect(await overlay.evaluate(() => document.fonts.check('20px "dTok Loud"'))).toBe(true));
  await other.locator('body[data-theme=glass]').waitFor();

  await page.getByTestId('own-css-open').click();
  const pixel = 'data:image/gif;base64,R0lGODlhAQABAAAAACw=';
  const own = `:root { --dtok-ground: rgb(1, 2, 3); } .goal { outline: 1px solid rgb(4, 5, 6); background-image: url(${pixel}) }`;
  await page.getByTestId('own-css').fill(own);
  await page.getByTestId('own-css-save').click();
  for (const one of [overlay, other]) await soon(async () => expect(await groundOf(one)).toBe('rgb(1, 2, 3)'));

  await page.getByTestId('own-css').fill('.goal {\n  background: url(https://elsewhere.example/x.png);\n}');
  await page.getByTestId('own-css-save').click();
  await page.getByTestId('own-css-wrong').waitFor();
  expect(await page.getByTestId('own-css-wrong').textContent()).toContain('line 2: url() takes only data:');
  await page.getByTestId('own-css').scrollIntoViewIfNeeded();
  await shoot(page, 'editor-css-phone');
  expect((await dtok.api('getLook', main)).css).toBe(own);
  expect(await groundOf(overlay)).toBe('rgb(1, 2, 3)');
  await page.getByTestId('own-css-file').setInputFiles({
    name: 'mine.css',
    mimeType: 'text/css',
    buffer: Buffer.from(':root { --dtok-ground: rgb(7, 8, 9); }'),
  });
  await soon(async () => expect(await groundOf(overlay)).toBe('rgb(7, 8, 9)'));
  await page.getByTestId('own-css-clear').click();
  await soon(async () => expect(await groundOf(overlay)).toBe('rgb(10, 10, 18)'));

  // By touch, the first tap picks a part, and only then is it dragged.
  await page.getByTestId('overlay-canvas').scrollIntoViewIfNeeded();
  await page.getByTestId('frame-poll').tap();
  await page.locator('.frame.picked[data-testid=frame-poll]').waitFor();
  await shoot(page, 'editor-phone');
  expect(faults).toEqual([]);
});
