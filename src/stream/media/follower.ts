// Keeps a copy of a stream's folder at another place: late or dead, it holds nobody up, and it catches up with what is still there.
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../../log.js';
import type { Target } from './folder.js';
import { isPlaylist } from './kinds.js';

export interface FollowerNeeds {
  /** What is copied. */
  truth: Target;
  copy: Target;
  /** For people: `s3://bucket/shows/main`. */
  name: string;
  /** A sentence for the host's dashboard. */
  onNotice: (text: string) => void;
  log: Logger;
  firstRetryMs?: number;
}

/** Files on their way at once. */
const atOnce = 4;
const longestWaitMs = 15_000;
/** How long a stop waits for what is under way. */
const partingMs = 3000;
/** So many names are remembered at most; whatever is forgotten is found by comparing, at the next start. */
const mostNames = 20_000;

/** Our own files, and nothing else that lies there. */
const media = /^[\w-]+\.(m4s|mp4)$/;
const ours = (name: string): boolean => media.test(name) || /^[\w-]+\.m3u8$/.test(name);

const nothing = Buffer.alloc(0);

export type Follower = ReturnType<typeof createFollower>;

export function createFollower(needs: FollowerNeeds) {
  const { truth, copy, name, log, firstRetryMs = 1000 } = needs;
  /** Names only: what they hold is read when it is sent, so that one who is far behind costs no memory. */
  const wanted = new Set<string>();
  const leaving = new Set<string>();
  /** On their way, once their media are there. */
  const lists = new Map<string, Buffer>();
  const stopping = new AbortController();
  let failing = false;
  let compared = false;
  let wake = (): void => {};

  function add(to: Set<string>, file: string): void {
    if (to.size < mostNames) to.add(file);
    else compared = false;
    wake();
  }

  async function send(file: string): Promise<void> {
    const data = await truth.get(file);
    if (data) await copy.put(file, data);
    wanted.delete(file);
  }

  /** Throws what the first of them throws, when none is under way any more. */
  async function each(files: readonly string[], act: (file: string) => Promise<void>): Promise<void> {
    const left = [...files];
    const errors: unknown[] = [];
    const one = async (): Promise<void> => {
      for (let file = left.shift(); file !== undefined && errors.length === 0; file = left.shift()) {
        await act(file).catch((error) => errors.push(error));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, one));
    if (errors.length > 0) throw errors[0];
  }

  /** What came or went while nobody looked. */
  async function compare(): Promise<void> {
    const [here, there] = [new Set(await truth.list()), new Set(await copy.list())];
    compared = true;
    for (const file of here) if (ours(file) && (isPlaylist(file) || !there.has(file))) wanted.add(file);
    for (const file of there) if (media.test(file) && !here.has(file)) leaving.add(file);
  }

  async function readLists(): Promise<void> {
    for (const file of [...wanted].filter(isPlaylist)) {
      wanted.delete(file);
      lists.set(file, nothing);
      const text = await truth.get(file);
      if (text) lists.set(file, text);
      else lists.delete(file);
    }
  }

  /** Playlists as they were before the media were sent: they list nothing that is not there. */
  async function round(): Promise<void> {
    if (!compared) await compare();
    try {
      await readLists();
      await each(
        [...wanted].filter((file) => !isPlaylist(file)),
        send,
      );
      for (const [file, text] of lists) {
        await copy.put(file, text);
        lists.delete(file);
      }
    } finally {
      for (const file of lists.keys()) wanted.add(file);
      lists.clear();
    }
    await each([...leaving], async (file) => {
      await copy.remove(file);
      leaving.delete(file);
    });
  }

  function failed(error: unknown): void {
    if (failing) return;
    failing = true;
    log.warn({ err: error, copy: name }, 'a copy of the video falls behind');
    const reason = error instanceof Error ? error.message : 'it cannot be written';
    needs.onNotice(`The copy at ${name} falls behind: ${reason}. The show goes on without it.`);
  }

  function recovered(): void {
    if (!failing) return;
    failing = false;
    log.info({ copy: name }, 'a copy of the video is up to date again');
    needs.onNotice(`The copy at ${name} is up to date again.`);
  }

  const idle = (): boolean => compared && wanted.size === 0 && leaving.size === 0;

  async function run(): Promise<void> {
    let wait = firstRetryMs;
    while (!stopping.signal.aborted) {
      if (idle()) {
        recovered();
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      try {
        await round();
        wait = firstRetryMs;
      } catch (error) {
        failed(error);
        await pause(wait, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
        wait = Math.min(longestWaitMs, wait * 2);
      }
    }
  }

  const running = run();

  return {
    put(file: string): void {
      leaving.delete(file);
      if (ours(file)) add(wanted, file);
    },
    remove(file: string): void {
      wanted.delete(file);
      if (ours(file)) add(leaving, file);
    },
    state: () => ({ name, behind: wanted.size + lists.size, failing }),
    async stop(): Promise<void> {
      stopping.abort();
      wake();
      await Promise.race([running, pause(partingMs, undefined, { ref: false })]);
    },
  };
}
