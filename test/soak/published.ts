// What was really published, seen from outside: every segment and part of the original with its key, and when the edge moved.
import { pause } from '../../src/web/shared/time.js';
import { changes, type MediaPlaylist, readMedia } from '../support/hls-validator.js';
import { edgeOf } from './loading.js';

const everyMs = 250;

export type Published = ReturnType<typeof followPublished>;

export function followPublished(needs: {
  base: () => string;
  onWrong: (what: string) => void;
  /** The edge has moved on. */
  onMoved: (now: number) => void;
  signal: AbortSignal;
}) {
  const { signal } = needs;
  /** Media by key, and in that by the segment's IV, ms: the whole, or as much of it as there were parts. */
  const media = new Map<number, Map<string, number>>();
  let before: MediaPlaylist | null = null;
  let edge = 0;

  function note(key: string, iv: string, ms: number): void {
    const n = Number(/\/keys\/main\/(\d+)$/.exec(key)?.[1] ?? Number.NaN);
    if (Number.isNaN(n)) return;
    const of = media.get(n) ?? new Map<string, number>();
    media.set(n, of);
    of.set(iv, Math.max(of.get(iv) ?? 0, ms));
  }

  function learn(playlist: MediaPlaylist): void {
    for (const { key, iv, ms, gap } of playlist.segments) if (!gap) note(key, iv, ms);
    const { open } = playlist;
    note(
      open.key,
      open.iv,
      open.parts.reduce((sum, { ms }) => sum + ms, 0),
    );
    const now = edgeOf(playlist);
    if (now > edge) needs.onMoved(Date.now());
    edge = Math.max(edge, now);
  }

  async function look(): Promise<void> {
    const response = await fetch(`${needs.base()}/media/main/video.m3u8`, { signal: AbortSignal.timeout(3000) });
    if (!response.ok) return;
    const { problems, playlist } = readMedia(await response.text());
    const wrong = [...problems, ...(before ? changes(before, playlist) : [])];
    for (const problem of wrong) needs.onWrong(`the original’s playlist: ${problem}`);
    before = playlist;
    learn(playlist);
  }

  async function follow(): Promise<void> {
    while (!signal.aborted) {
      // Away, or not yet on air.
      await look().catch(() => {});
      await pause(everyMs);
    }
  }

  return {
    /** ms of media under a key. */
    of: (n: number): number => [...(media.get(n)?.values() ?? [])].reduce((sum, ms) => sum + ms, 0),
    keys: () => [...media.keys()],
    ended: follow(),
  };
}
