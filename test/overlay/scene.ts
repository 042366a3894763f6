// An overlay as OBS shows it: over the moving picture of a watch page that pays by a watch link.
import type { Browser, FrameLocator, Page } from 'playwright-core';
import type { Hex } from '../../src/vocabulary/values.js';
import { keyToText } from '../../src/web/shared/bytes.js';
import { plays } from '../support/browser.js';

export interface Scene {
  page: Page;
  overlay: Page | FrameLocator;
}

export async function openScene(
  browser: Browser,
  { base, key, overlay, size }: { base: string; key: Hex; overlay: string; size: { width: number; height: number } },
): Promise<Scene> {
  const context = await browser.newContext({ viewport: size, bypassCSP: true });
  // Pages refuse to stand in frames; OBS lays the overlay over the picture itself.
  await context.route('**/overlay/main*', async (route) => {
    const response = await route.fetch();
    const { 'content-security-policy': _, ...headers } = response.headers();
    await route.fulfill({ response, headers });
  });
  const page = await context.newPage();
  await page.goto(`${base}/watch/main#k=${keyToText(key)}`);
  await plays(page, 0.3);
  await page.addStyleTag({
    content: `.stage { position: fixed !important; inset: 0; z-index: 50; width: 100vw; height: 100vh; max-height: none !important; border-radius: 0 !important }
      .chips, .controls, .unmute { display: none !important }
      iframe { position: fixed; inset: 0; z-index: 60; width: 100%; height: 100%; border: 0; color-scheme: light }`,
  });
  await page.evaluate((src) => {
    const frame = document.createElement('iframe');
    frame.src = src;
    document.body.append(frame);
  }, overlay);
  const inside = page.frameLocator('iframe');
  await inside.locator('body[data-connected=true]').waitFor();
  return { page, overlay: inside };
}
