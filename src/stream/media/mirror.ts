// Writes what is published to a target, in order: media first, then what lists it; and takes away what is long gone.
import type { Logger } from '../../log.js';
import type { Target } from './folder.js';
import { emptied, emptyWindow, filesOf, type Window } from './window.js';

export interface MirrorNeeds {
  stream: string;
  target: Target;
  /** A sentence for the host's dashboard. */
  onNotice: (text: string) => void;
  log: Logger;
}

/** Files stay this long after they left the playlist, for players that are behind. */
const lingerMs = 60_000;

export type Mirror = ReturnType<typeof createMirror>;

export function createMirror(needs: MirrorNeeds) {
  const { stream, target, log } = needs;
  let failing = false;
  let tail: Promise<void> = Promise.resolve();
  const removals = new Set<NodeJS.Timeout>();
  const waiting = new Map<string, () => string>();

  function recovered(): void {
    if (failing) log.info({ stream }, 'segments are published again');
    failing = false;
  }

  function failed(error: unknown): void {
    if (failing) return;
    failing = true;
    const full = (error as { code?: unknown }).code === 'ENOSPC';
    log.error({ err: error, stream }, 'a segment could not be published');
    needs.onNotice(
      full ? 'The disk is full: viewers see nothing until there is space.' : 'The video could not be written.',
    );
  }

  /** Does it after all that came before. */
  function queue(work: () => Promise<void>, onLost: () => void): void {
    tail = tail.then(work).then(recovered, (error) => {
      onLost();
      failed(error);
    });
  }

  return {
    /** `onLost`: it could not be put. */
    put: (name: string, data: Buffer, onLost: () => void): void => queue(() => target.put(name, data), onLost),
    /** Writes a text that may have changed again by then: only what it is in the end. */
    list(name: string, text: () => string): void {
      const planned = waiting.has(name);
      waiting.set(name, text);
      if (planned) return;
      const work = async (): Promise<void> => {
        const newest = waiting.get(name) ?? text;
        waiting.delete(name);
        await target.put(name, newest());
      };
      // The next one tells it all again.
      queue(work, () => {});
    },
    removeLater(names: readonly string[]): void {
      if (names.length === 0) return;
      const timer = setTimeout(() => {
        removals.delete(timer);
        for (const name of names) target.remove(name).catch((error) => log.debug({ err: error }, 'could not remove'));
      }, lingerMs);
      timer.unref();
      removals.add(timer);
    },
    /** Resolves when everything handed in is written, or could not be. */
    settled: () => tail,
    close: async (): Promise<void> => {
      await tail;
      for (const timer of removals) clearTimeout(timer);
    },
  };
}

/** A window whose last segment is older than this, beyond what viewers may go back, is not shown again after a restart. */
const staleMs = 60_000;

/** So many segments may have been seen by viewers and never been written down when a run was killed: their ids are not used again. */
const mostUnwritten = 1000;

/** What an earlier run has published, where it is still worth something. */
export async function readWindow(target: Target, name: string, now: number, keepMs: number): Promise<Window> {
  const text = await target.get(name);
  const fresh = emptyWindow(now);
  if (text === null) return fresh;
  const written = { ...fresh, ...(JSON.parse(`${text}`) as Window) };
  const window = { ...written, next: Math.max(written.next + mostUnwritten, fresh.next) };
  const last = window.segments.at(-1);
  // Before there were cams and renditions, segments had no copies.
  if (last?.copies && last.at + last.durationMs > now - staleMs - keepMs) return window;
  return emptied(window);
}

/** Removes what earlier runs left behind. */
export async function sweep(target: Target, window: Window, isMedia: (name: string) => boolean): Promise<void> {
  const used = new Set(window.segments.flatMap(filesOf));
  const left = (await target.list()).filter((name) => isMedia(name) && !used.has(name));
  for (const name of left) await target.remove(name);
}
