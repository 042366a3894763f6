// The overlay's prediction, ticker, watching and QR code in a real Chromium on a whole dTok, over the moving picture where SHOTS asks.
import jsqr from 'jsqr';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addressOf, randomKey } from '../../src/payments/typed-data.js';
import type { PredictionView } from '../../src/vocabulary/predictions.js';
import { signStake } from '../predictions/house.js';
import { launch, shoot } from '../support/browser.js';
import { type Dtok, removeFolder, startDtok, temporaryFolder } from '../support/dtok.js';
import { openScene } from './scene.js';
import { openTipper } from './tipper.js';

const dai = 10n ** 18n;
const main = { params: { stream: 'main' } };
const parts = 'prediction,ticker,watching,qr';
const publicUrl = 'http://live.example.org';
const hd = { width: 1280, height: 720 };
const data = temporaryFolder('widgets');
let dtok: Dtok;
let browser: Browser;
let ann: Awaited<ReturnType<typeof openTipper>>;
let bob: typeof ann;

beforeAll(async () => {
  const env = { PREDICTIONS: 'on', PREVIEW_SECONDS: '600', MIN_TIP: '0.01', SPONSOR_DEPOSIT: '200' };
  [dtok, browser] = await Promise.all([startDtok({ env: { ...env, PUBLIC_URL: publicUrl }, data }), launch()]);
  [ann, bob] = await Promise.all([openTipper(dtok, 40n * dai), openTipper(dtok, 40n * dai)]);
});
afterAll(async () => {
  await browser?.close();
  await dtok?.stop();
  removeFolder(data);
});

const overlayUrl = (wanted = parts): string =>
  `${dtok.base}/overlay/main?parts=${wanted}#${dtok.overlay.split('#')[1] ?? ''}`;
const connected = 'body[data-connected=true]';

async function openBare(size: { width: number; height: number }): Promise<Page> {
  const page = await (await browser.newContext({ viewport: size })).newPage();
  await page.goto(overlayUrl());
  await page.waitForSelector(connected);
  return page;
}

let wishes = 0;
const open = (question: string, options: string[], openMs = 600_000): Promise<PredictionView> =>
  dtok.api('openPrediction', { ...main, body: { id: `widget-wish-${++wishes}`, question, options, openMs } });

async function stake(one: PredictionView, option: number, amount: bigint): Promise<void> {
  const { terms } = await dtok.api('getStream', main);
  const key = randomKey();
  await dtok.api('postFaucet', { body: { address: addressOf(key) } });
  const body = signStake(key, one, { option, amount, ...terms });
  await dtok.api('postStake', { params: { prediction: one.id }, body });
}

const texts = (at: Page, selector: string) => at.locator(selector).allTextContents();

it('a prediction is on the overlay as it stands, also for one that comes in the middle, up to its result', async () => {
  const page = await openBare(hd);
  const question = 'Will the encore be “Blue in Green”, or something that nobody has heard yet?';
  const one = await open(question, ['Blue', 'ירוק 🎉']);
  await page.getByTestId('prediction').waitFor();
  expect(await texts(page, '.prediction .times')).toEqual(['–', '–']);
  await stake(one, 0, 3n * dai);
  await stake(one, 1, dai);
  await expect.poll(() => texts(page, '.prediction .times'), { timeout: 5000 }).toEqual(['1.33 ×', '4.00 ×']);
  expect(await texts(page, '.prediction .share')).toEqual(['75 %', '25 %']);
  const late = await openBare({ width: 1920, height: 1080 });
  await late.getByTestId('prediction').waitFor();
  for (const at of [page, late]) {
    expect(await texts(at, '.prediction .pot')).toEqual(['4.00 DAI']);
    expect(await texts(at, '.prediction .question')).toEqual([question]);
    expect((await texts(at, '.prediction .clock'))[0]).toMatch(/^(9:\d\d|10:00)$/);
    const bars = at.locator('.prediction .option i');
    expect(await bars.evaluateAll((all) => all.map((bar) => (bar as HTMLElement).style.transform))).toEqual([
      'scaleX(0.75)',
      'scaleX(0.25)',
    ]);
  }
  const params = { prediction: one.id };
  await dtok.api('lockPrediction', { params });
  await page.locator('.prediction[data-state=locked]').waitFor();
  await dtok.api('resolvePrediction', { params, body: { option: 1 } });
  await page.locator('.prediction .won', { hasText: 'ירוק' }).waitFor();
  // Reloaded in the middle of it, the result still stands; called off, it says so.
  await late.reload();
  await late.locator('.prediction .won', { hasText: 'ירוק' }).waitFor();
  await dtok.api('cancelPrediction', { params });
  await late.locator('.prediction[data-state=cancelled]').waitFor();
  expect(await texts(late, '.prediction .clock')).toEqual(['Called off: all stakes go back']);
  await Promise.all([page, late].map((at) => at.context().close()));
});

it('the ticker shows what may be shown, newest at once, and after a reload the same; it moves by transform alone', async () => {
  await ann.tip('Ada Lovelace', dai / 2n, 'hello');
  await bob.tip('Grace Hopper', 6n * dai);
  await bob.tip('shit happens', dai);
  await bob.tip('Dorothy', dai, 'look at evil.example.com');
  await dtok.api('setGoal', { ...main, body: { title: 'A new amp', amount: `${dai}` } });
  await ann.tip('', 2n * dai);
  const page = await openBare(hd);
  const shown = async () => (await texts(page, '.ticker li')).toSorted();
  const usual = ['Ada Lovelace0.50 DAI', 'Goal reached: A new amp1.00 DAI', 'Grace Hopper6.00 DAI', 'Somebody2.00 DAI'];
  const blue = 'Will the encore be “Blue in Green”, or something that nobody has heard yet?';
  await expect.poll(shown, { timeout: 5000 }).toEqual(usual.toSorted());
  expect(await page.locator('.ticker').textContent()).not.toContain(blue);
  const moved = await page.evaluate(() =>
    document.getAnimations().flatMap(({ effect }) => {
      const frames = (effect as KeyframeEffect).getKeyframes();
      return frames
        .flatMap((frame) => Object.keys(frame))
        .filter((name) => !/^(offset|computedOffset|easing|composite)$/.test(name));
    }),
  );
  expect(new Set(moved)).toEqual(new Set(['transform', 'opacity']));
  const places = () =>
    page.locator('.ticker li').evaluateAll((all) => all.map((li) => li.getBoundingClientRect().left));
  const before = await places();
  await expect.poll(async () => (before[0] ?? 0) - ((await places())[0] ?? 0), { timeout: 5000 }).toBeGreaterThan(20);

  await ann.tip('A long name that never ends ✨ لا ينتهي', dai);
  await page.locator('.ticker li', { hasText: 'never ends' }).waitFor();
  await dtok.api('actOnAlerts', { ...main, body: { act: 'mute', who: 'Grace Hopper' } });
  await expect.poll(shown, { timeout: 5000 }).not.toContain('Grace Hopper6.00 DAI');
  await page.reload();
  const rest = [
    ...usual.filter((text) => !text.startsWith('Grace')),
    'A long name that never ends ✨ لا ينتهي1.00 DAI',
  ];
  await expect.poll(shown, { timeout: 10_000 }).toEqual(rest.toSorted());
  await page.context().close();
});

/** What a phone reads off a picture. */
async function read(page: Page): Promise<string | undefined> {
  const shot = (await page.getByTestId('qr').screenshot()).toString('base64');
  const { width, height, bytes } = await page.evaluate(async (png) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
    context.drawImage(image, 0, 0);
    const { data, width, height } = context.getImageData(0, 0, image.width, image.height);
    return { width, height, bytes: [...data] };
  }, shot);
  return jsqr(new Uint8ClampedArray(bytes), width, height)?.data;
}

it('the QR code leads to the watch page, at any size; it says how many watch while it is on air', async () => {
  for (const size of [hd, { width: 720, height: 1280 }]) {
    const page = await openBare(size);
    await page.getByTestId('qr').waitFor();
    expect(await read(page)).toBe(`${publicUrl}/watch/main`);
    await page.getByTestId('watching').waitFor();
    expect(await texts(page, '.watching .clock')).toEqual([expect.stringMatching(/^\d+:\d\d$/)]);
    await page.context().close();
  }
});

it.runIf(process.env.SHOTS)('all of it over the moving picture', { timeout: 120_000 }, async () => {
  const theme = process.env.THEME ? `&theme=${process.env.THEME}` : '';
  const overlay = overlayUrl(`alerts,goal,${parts},leaderboard,poll${theme}`);
  const one = await open('Who wins the last round?', [
    'The band from the north',
    'Everybody else, with a name as long as this',
  ]);
  await stake(one, 0, 3n * dai);
  await stake(one, 1, 5n * dai);
  const scenes = await Promise.all(
    [hd, { width: 1920, height: 1080 }].map((size) =>
      openScene(browser, { base: dtok.base, key: bob.key, overlay, size }),
    ),
  );
  const pictures = async (name: string) => {
    for (const { page } of scenes)
      await shoot(page, `widgets${process.env.THEME ?? ''}-${page.viewportSize()?.height}-${name}`);
  };
  const stands = (selector: string) =>
    Promise.all(scenes.map((scene) => scene.overlay.locator(selector).first().waitFor()));
  await dtok.api('createPoll', {
    ...main,
    body: { id: 'widgets-poll', question: 'Which song?', options: ['Blue', 'Red'], durationMs: 600_000 },
  });
  await stands('.prediction');
  await stands('.poll');
  await pictures('open');
  const params = { prediction: one.id };
  await dtok.api('lockPrediction', { params });
  await dtok.api('resolvePrediction', { params, body: { option: 0 } });
  await stands('.prediction .won');
  await pictures('decided');
  await dtok.api('cancelPrediction', { params });
  await stands('.prediction[data-state=cancelled]');
  await expect
    .poll(async () => (await dtok.api('getPrediction', main)).prediction?.state, { timeout: 15_000 })
    .toBe('refunded');
  await open('A question that is as long as a question can be, so that it takes all of three lines of the card here.', [
    ...['One', 'Two', 'ثلاثة', 'ארבע', 'Five 🎉', 'Six', 'Seven', 'Eight', 'Nine'],
    'Ten is an option as long as options are let be, here it is',
  ]);
  await stands('.prediction.many');
  await pictures('many');
});
