// A real Chromium for end-to-end tests, and what they ask of a page.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

function find(): string {
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

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: find(),
    args: [
      '--no-sandbox',
      '--autoplay-policy=no-user-gesture-required',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--disable-quic',
    ],
  });

export const desktop = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };

/** What the page's video element says. */
export const video = (page: Page) =>
  page.evaluate(() => {
    const element = document.querySelector('video');
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
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
