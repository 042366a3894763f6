// A real Chromium for end-to-end tests, and what they ask of a page.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect, vi } from 'vitest';

export function chromiumPath(): string {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8' }).trim();
    } catch {
      // the next one
    }
  }
  throw new Error('no Chromium: run npm test, which finds or installs one');
}

export const launch = (...more: string[]): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath(),
    args: [
      '--no-sandbox',
      '--autoplay-policy=no-user-gesture-required',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--disable-quic',
      ...more,
    ],
  });

export const desktop = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };

/** What the page's video element says. */
export const video = (page: Page) =>
  page.evaluate(() => {
    const element = document.querySelector<HTMLVideoElement>('video.front') ?? document.querySelector('video');
    const buffered = element?.buffered;
    return {
      time: element?.currentTime ?? 0,
      frames: element?.getVideoPlaybackQuality().totalVideoFrames ?? 0,
      width: element?.videoWidth ?? 0,
      from: buffered?.length ? buffered.start(0) : 0,
      until: buffered?.length ? buffered.end(buffered.length - 1) : 0,
    };
  });

/** Keeps a picture of a page where `SHOTS` says; without it, no picture. */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.SHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  // What fades or slides in is there.
  await page.evaluate(async () => {
    const short = document.getAnimations().filter((one) => Number(one.effect?.getComputedTiming().endTime) <= 1000);
    await Promise.all(short.map((one) => one.finished.catch(() => {})));
  });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** Waits for the watch page to say that it is in this state. */
export const phase = (page: Page, state: string, timeout = 20_000) =>
  page.waitForSelector(`[data-testid=state][data-state="${state}"]`, { timeout });

/** Waits until the picture has moved on by `seconds`; jumps on its time line do not count. */
export async function plays(page: Page, seconds = 1): Promise<void> {
  await phase(page, 'live');
  let [moved, last] = [0, Number.POSITIVE_INFINITY];
  const enough = async () => {
    const { time } = await video(page);
    if (time > last && time < last + 1) moved += time - last;
    last = time;
    expect(moved).toBeGreaterThan(seconds);
  };
  await vi.waitFor(enough, { timeout: 20_000, interval: 100 });
}

/** The numbers of the keys that a page was given. */
export function keysOf(page: Page): Set<number> {
  const keys = new Set<number>();
  page.on('response', (response) => {
    const number = /\/keys\/main\/(\d+)$/.exec(response.url())?.[1];
    if (number && response.status() === 200) keys.add(Number(number));
  });
  return keys;
}

/** Hears of every alert that appears, over reloads; `most` is how many stood at once. Its long waits take a fifth. */
export async function watchAlerts(page: Page) {
  const seen = { order: [] as number[], most: 0 };
  await page.exposeFunction('heard', (n: number, standing: number) => {
    if (n > 0) seen.order.push(n);
    seen.most = Math.max(seen.most, standing);
  });
  await page.addInitScript(() => {
    const real = window.setTimeout;
    const quick = (act: () => void, ms = 0) => real(act, ms >= 2000 && ms <= 6000 ? ms / 5 : ms);
    window.setTimeout = quick as typeof window.setTimeout;
    const heard = (window as unknown as { heard: (n: number, standing: number) => void }).heard;
    const standing = () => document.querySelectorAll('[data-testid=alert]').length;
    new MutationObserver((changes) => {
      for (const node of changes.flatMap((change) => [...change.addedNodes])) {
        if (node instanceof HTMLElement && node.dataset.testid === 'alert') heard(Number(node.dataset.n), standing());
      }
      heard(0, standing());
    }).observe(document, { childList: true, subtree: true });
  });
  return seen;
}
