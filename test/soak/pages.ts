// Real browsers on the watch page: when their picture stood still although it should have moved, and the money that they watch with.
import type { Browser, Page } from 'playwright-core';
import { addressOf, randomKey } from '../../src/payments/typed-data.js';
import { pause } from '../../src/web/shared/time.js';
import { launch } from '../support/browser.js';
import type { Dtok } from '../support/dtok.js';
import { createRandom } from '../support/random.js';
import type { Visit } from './crowd.js';
import type { Stall } from './playhead.js';

const params = { stream: 'main' };

/** What the page notes by itself, by the wall's clock. */
interface Noted {
  stalls: { from: number; to: number; phase: string }[];
  phase: string;
  frames: number;
  time: number;
}

/** Runs in the page: notes each time that neither the clock of the video nor its count of frames went on for a while. */
function sampler(): void {
  const of = window as unknown as { soak: Noted };
  of.soak = { stalls: [], phase: '', frames: 0, time: 0 };
  let since = Date.now();
  let money = true;
  let shown = false;
  setInterval(() => {
    const now = Date.now();
    const front = document.querySelector<HTMLVideoElement>('video.front') ?? document.querySelector('video');
    const phase = document.querySelector<HTMLElement>('[data-testid=state]')?.dataset.state ?? '';
    const frames = front?.getVideoPlaybackQuality().totalVideoFrames ?? 0;
    const time = front?.currentTime ?? 0;
    const moves = time !== of.soak.time && frames !== of.soak.frames;
    // Who cannot pay is not to see anything; his waiting begins when he can.
    const paysNow = phase !== 'out-of-credit';
    if (moves || !paysNow || !money) {
      if (moves && paysNow && money && shown && now - since > 300) of.soak.stalls.push({ from: since, to: now, phase });
      since = now;
      shown ||= moves;
    }
    money = paysNow;
    Object.assign(of.soak, { phase, frames, time });
  }, 100);
}

export async function openPages(needs: {
  dtok: () => Dtok;
  count: number;
  seed: number;
  lengths: [number, number];
  onStall: (who: string, stall: Stall) => void;
  onWrong: (what: string) => void;
  signal: AbortSignal;
}) {
  const { signal } = needs;
  const browser: Browser = await launch();
  const visits: Visit[] = [];
  const did = { ended: 0, paidAgain: 0, frames: 0 };

  async function makeLink(key: `0x${string}`, ms: number): Promise<{ purse: `0x${string}`; url: string }> {
    const { price } = await needs.dtok().api('getStream', { params });
    const limit = (BigInt(price) * BigInt(ms)) / 1000n;
    const body = { links: [{ signer: addressOf(key), limit: `${limit}` }] };
    const [made] = await needs.dtok().api('makeLinks', { params, body });
    return {
      purse: made?.id ?? '0x',
      url: `${needs.dtok().base}/watch/main#k=${Buffer.from(key.slice(2), 'hex').toString('base64url')}`,
    };
  }

  function keysOf(page: Page, visit: Visit): void {
    page.on('response', (response) => {
      const n = Number(/\/keys\/main\/(\d+)$/.exec(response.url())?.[1] ?? Number.NaN);
      if (!Number.isNaN(n) && response.status() === 200) visit.keys.add(n);
    });
    page.on('pageerror', (error) => needs.onWrong(`the watch page: ${error.message}`));
  }

  async function watch(i: number): Promise<void> {
    const random = createRandom(needs.seed * 31 + i);
    const key = randomKey();
    const visit: Visit = { address: addressOf(key), kind: 'link', keys: new Set(), opened: new Map(), ends: [] };
    visits.push(visit);
    const length = () => random.between(...needs.lengths);
    const { purse, url } = await makeLink(key, length());
    const page = await browser.newPage({ viewport: { width: 800, height: 600 } });
    keysOf(page, visit);
    await page.addInitScript(sampler);
    await page.goto(url);
    while (!signal.aborted) {
      await pause(1000, signal);
      const noted = await page.evaluate(() => {
        const { soak } = window as unknown as { soak: Noted };
        return { ...soak, stalls: soak.stalls.splice(0) };
      });
      did.frames = noted.frames;
      for (const { from, to } of noted.stalls) needs.onStall(`page ${i}`, { from, to, first: false });
      if (noted.phase !== 'out-of-credit') continue;
      did.ended += 1;
      visit.ends.push(Date.now());
      await pause(random.between(500, 5000), signal);
      const { price } = await needs
        .dtok()
        .api('getStream', { params })
        .catch(() => ({ price: '0' }));
      const amount = `${(BigInt(price) * BigInt(length())) / 1000n}`;
      await needs
        .dtok()
        .api('topUpLink', { params: { purse }, body: { id: randomKey().slice(2, 34), amount } })
        .then(() => did.paidAgain++)
        .catch(() => {});
      await pause(1500, signal);
    }
  }

  const watching = Array.from({ length: needs.count }, (_, i) =>
    watch(i).catch((error) => signal.aborted || needs.onWrong(`page ${i}: ${error?.message ?? error}`)),
  );
  return {
    visits,
    did,
    close: async (): Promise<void> => {
      await Promise.all(watching);
      await browser.close();
    },
  };
}
