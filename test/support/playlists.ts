// Judges every playlist that the pages of a browser are served, each by itself and after what it was before.
import type { Browser, Response } from 'playwright-core';
import { changes, type MediaPlaylist, readMedia, readMultivariant } from './hls-validator.js';

export function judgePlaylists(browser: Browser) {
  const faults: string[] = [];
  const last = new Map<string, MediaPlaylist>();
  /** Answers by their whole address: a browser may keep those that were waited for, and give them once more. */
  const kept = new Map<string, string>();
  let judged = 0;
  let tail: Promise<unknown> = Promise.resolve();

  function judge(where: string, text: string): void {
    judged += 1;
    if (text.includes('#EXT-X-STREAM-INF')) {
      faults.push(...readMultivariant(text).problems.map((what) => `${where}: ${what}`));
      return;
    }
    const { problems, playlist } = readMedia(text);
    const before = last.get(where);
    const wrong = [...problems, ...(before ? changes(before, playlist) : [])];
    faults.push(...wrong.map((what) => `${where}: ${what}`));
    if (playlist.skipped === 0) last.set(where, playlist);
  }

  /** In the order in which they came. */
  function take(response: Response, page: number): void {
    const { origin, pathname, search } = new URL(response.url());
    if (!pathname.endsWith('.m3u8') || response.status() !== 200) return;
    // A page that is closed takes its answers along.
    const text = response.text().catch(() => null);
    tail = tail.then(async () => {
      const got = await text;
      const name = `${page} ${response.url()}`;
      const again = search !== '' && kept.get(name) === got;
      if (got === null || again) return;
      kept.set(name, got);
      judge(`${page} ${origin}${pathname}`, got);
    });
  }

  let pages = 0;
  const open = browser.newPage.bind(browser);
  browser.newPage = async (...options) => {
    const page = await open(...options);
    pages += 1;
    const mine = pages;
    page.on('response', (response) => take(response, mine));
    return page;
  };

  return {
    /** All that was wrong with any; there must have been so many at least. */
    async faults(least: number): Promise<string[]> {
      await tail;
      return judged < least ? [...faults, `only ${judged} playlists were seen`] : faults;
    },
  };
}
