// The packager: joins fragments into segments, one key each, encrypts them, and keeps the playlists.
import { createCipheriv } from 'node:crypto';
import type { Logger } from '../../log.js';
import type { Target } from './folder.js';
import type { Fragment, Init } from './fragments.js';
import { emptyWindow, extend, mediaPlaylist, multivariantPlaylist, type Segment, type Window } from './playlist.js';

/** Numbers, and bytes, of the keys. */
export interface KeySource {
  /** The next key's number; durable when it resolves. */
  open(stream: string, durationMs: number): Promise<number>;
  /** 16 bytes. */
  bytes(stream: string, n: number): Buffer;
}

export interface PackagerNeeds {
  stream: string;
  target: Target;
  keys: KeySource;
  keyPeriodMs: () => number;
  /** Before `/keys/…` in the playlists. */
  keyBase: string;
  onPublished: (segment: Segment) => void;
  onNotice: (text: string) => void;
  log: Logger;
  now?: () => number;
}

/** A keyframe this much early still ends its key period: encoders' clocks tick in frames. */
const toleranceMs = 40;
/** Files stay this long after they left the playlist, for players that are behind. */
const lingerMs = 60_000;
/** A window whose last segment is older than this is not shown again after a restart. */
const staleMs = 60_000;
const windowFile = '.window.json';

function ivOf(n: number): Buffer {
  const iv = Buffer.alloc(16);
  iv.writeBigUInt64BE(BigInt(n), 8);
  return iv;
}

/** AES-128-CBC with PKCS7 padding over the whole segment (RFC 8216, 4.3.2.4). */
export function encrypt(data: Buffer, key: Buffer, n: number): Buffer {
  const cipher = createCipheriv('aes-128-cbc', key, ivOf(n));
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

export type Packager = Awaited<ReturnType<typeof openPackager>>;

/** Goes on from the window that the target holds, so that players survive a restart. */
export async function openPackager(needs: PackagerNeeds) {
  const { stream, target, keys, log, now = Date.now } = needs;
  let window = await readWindow(target, now());
  await sweep(target, window);
  let init: { data: Init; name: string } | null = null;
  let discontinuity = true;
  let peak = 0;
  let pending: Fragment[] = [];
  /** What a decoder needs, now, before any other piece; and the newest that stands for itself behind it. */
  let head: Buffer | null = null;
  let newest: Buffer | null = null;
  let failing = false;
  let hinted = false;
  let tail: Promise<void> = Promise.resolve();
  const removals = new Set<NodeJS.Timeout>();

  const collected = (): number => pending.reduce((sum, fragment) => sum + fragment.durationMs, 0);

  /** A new encoder's output: what follows stands on its own. */
  function begin(next: Init): void {
    flush();
    [head, newest] = [next.data, null];
    queue(async () => {
      const name = `init-${now()}.mp4`;
      await target.put(name, next.data);
      init = { data: next, name };
      discontinuity = true;
      peak = 0;
    });
  }

  function add(fragment: Fragment): void {
    // A segment must start with a keyframe: anything before the first is of no use.
    if (pending.length === 0 && !fragment.independent) return;
    pending.push(fragment);
    if (fragment.independent) newest = fragment.data;
    if (collected() >= needs.keyPeriodMs() - toleranceMs) flush();
  }

  /** Ends the segment under way, however short. */
  function flush(): void {
    const fragments = pending;
    pending = [];
    if (fragments.length > 0) queue(() => publish(fragments));
  }

  function queue(work: () => Promise<void>): void {
    tail = tail.then(work).then(recovered, failed);
  }

  function recovered(): void {
    if (failing) log.info({ stream }, 'segments are published again');
    failing = false;
  }

  function failed(error: unknown): void {
    // What could not be published is not in the playlist, so nobody pays for it; what follows does not join on.
    discontinuity = true;
    if (failing) return;
    failing = true;
    const full = (error as { code?: unknown }).code === 'ENOSPC';
    log.error({ err: error, stream }, 'a segment could not be published');
    needs.onNotice(
      full ? 'The disk is full: viewers see nothing until there is space.' : 'The video could not be written.',
    );
  }

  function hintKeyframes(durationMs: number): void {
    if (hinted || durationMs < needs.keyPeriodMs() * 1.5) return;
    hinted = true;
    const seconds = (durationMs / 1000).toFixed(1);
    needs.onNotice(`Keyframes come only every ${seconds} s: set the keyframe interval to 2 s or less in your encoder.`);
  }

  async function publish(fragments: readonly Fragment[]): Promise<void> {
    if (!init) return;
    const data = Buffer.concat(fragments.map((fragment) => fragment.data));
    const durationMs = Math.round(fragments.reduce((sum, fragment) => sum + fragment.durationMs, 0));
    hintKeyframes(durationMs);
    const n = await keys.open(stream, durationMs);
    const uri = `s${n}.m4s`;
    await target.put(uri, encrypt(data, keys.bytes(stream, n), n));
    const segment = { uri, n, durationMs, at: now() - durationMs, init: init.name, discontinuity };
    const { window: next, dropped } = extend(window, segment);
    await announce(init.data, fragments, data.length, durationMs);
    await target.put(windowFile, JSON.stringify(next));
    await target.put(
      'video.m3u8',
      mediaPlaylist(next, (key) => `${needs.keyBase}/keys/${stream}/${key}`),
    );
    window = next;
    discontinuity = false;
    tidy(dropped, next);
    needs.onPublished(segment);
  }

  /** Writes the multivariant playlist when what it says has changed. */
  async function announce(of: Init, fragments: readonly Fragment[], bytes: number, durationMs: number): Promise<void> {
    const bits = Math.ceil((bytes * 8000) / Math.max(1, durationMs));
    if (bits <= peak) return;
    // Some room, so that it is not written anew for every heavier segment.
    peak = Math.ceil(bits * 1.2);
    const samples = fragments.reduce((sum, fragment) => sum + fragment.samples, 0);
    const { codecs, width, height } = of;
    const frameRate = (samples * 1000) / Math.max(1, durationMs);
    const variant = { uri: 'video.m3u8', bandwidth: peak, codecs, width, height, frameRate };
    await target.put('live.m3u8', multivariantPlaylist([variant]));
  }

  function tidy(dropped: readonly Segment[], kept: Window): void {
    const used = new Set(kept.segments.map((segment) => segment.init));
    const names = dropped.flatMap((s) => (used.has(s.init) || s.init === init?.name ? [s.uri] : [s.uri, s.init]));
    if (names.length === 0) return;
    const timer = setTimeout(() => {
      removals.delete(timer);
      for (const name of names) target.remove(name).catch((error) => log.debug({ err: error }, 'could not remove'));
    }, lingerMs);
    timer.unref();
    removals.add(timer);
  }

  return {
    begin,
    add,
    flush,
    /** A moment to decode by itself, the newest there is; null before there is one. */
    newest: (): Buffer | null => (head && newest ? Buffer.concat([head, newest]) : null),
    /** Resolves when everything handed in is published. */
    settled: () => tail,
    close: async () => {
      flush();
      await tail;
      for (const timer of removals) clearTimeout(timer);
    },
  };
}

async function readWindow(target: Target, now: number): Promise<Window> {
  const text = await target.get(windowFile);
  if (text === null) return emptyWindow;
  const window = JSON.parse(text) as Window;
  const last = window.segments.at(-1);
  if (last && last.at + last.durationMs > now - staleMs) return window;
  return {
    ...window,
    sequence: window.sequence + window.segments.length,
    discontinuities: window.discontinuities + window.segments.filter((s) => s.discontinuity).length,
    segments: [],
  };
}

/** Removes what earlier runs left behind. */
async function sweep(target: Target, window: Window): Promise<void> {
  const used = new Set(window.segments.flatMap((segment) => [segment.uri, segment.init]));
  const left = (await target.list()).filter((name) => /^(s\d+\.m4s|init-\d+\.mp4)$/.test(name) && !used.has(name));
  for (const name of left) await target.remove(name);
}
