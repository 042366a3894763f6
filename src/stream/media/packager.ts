// The packager of one cam: cuts what its encoder makes into segments and parts, and publishes each under the key in force.
import type { Logger } from '../../log.js';
import type { Transcoder } from '../transcode/port.js';
import { createBoard } from './board.js';
import { type CaptionChannel, captionsIn } from './captions.js';
import { type Cut, type Cutter, createCutter } from './cutter.js';
import type { Target } from './folder.js';
import type { Fragment, Init } from './fragments.js';
import type { KeyClock } from './key-clock.js';
import { createMirror, readWindow, sweep } from './mirror.js';
import { namesOf, source } from './names.js';
import { createRenditions } from './renditions.js';
import type { Shelf } from './shelf.js';
import { createTrack } from './track.js';
import { aimed, mostMsIn, renditionsIn, type Segment, targetDurationFor } from './window.js';

/** How media are cut, for all streams. */
export interface Packaging {
  segmentMs: number;
  /** 0: no low latency. */
  partMs: number;
  /** How far back viewers may go. */
  dvrMs: number;
}

export interface PackagerNeeds extends Packaging {
  stream: string;
  cam: string;
  target: Target;
  shelf: Shelf;
  clock: KeyClock;
  /** Null: the source alone. */
  transcoder: Transcoder | null;
  /** Before `/keys/…` in the playlists. */
  keyBase: string;
  /** Vouches for a playlist of that name. */
  seal: (name: string, text: string) => string;
  onPublished: (segment: Segment) => void;
  onNotice: (text: string) => void;
  log: Logger;
  now?: () => number;
}

/** Where the clock of the pictures and that of the wall are further apart, the wall's is taken. */
const driftMs = 5000;

interface Begun {
  id: number;
  n: number;
  at: number;
  dependent: boolean;
  discontinuity: boolean;
  data: Buffer[];
  durationMs: number;
  samples: number;
}

const bytesOf = (fragments: readonly Fragment[]): Buffer => Buffer.concat(fragments.map(({ data }) => data));
const samplesOf = (fragments: readonly Fragment[]): number => fragments.reduce((sum, { samples }) => sum + samples, 0);

export type Packager = Awaited<ReturnType<typeof openPackager>>;

/** Goes on from the window that the target holds, so that players survive a restart. */
export async function openPackager(needs: PackagerNeeds) {
  const { stream, cam, target, shelf, clock, log, now = Date.now } = needs;
  const names = namesOf(cam);
  const targetDuration = targetDurationFor(needs.segmentMs);
  const mostMs = mostMsIn(targetDuration);
  const window = aimed(await readWindow(target, names.window, now(), needs.dvrMs), targetDuration);
  await sweep(target, window, names.isMedia);
  resumeKey();
  const mirror = createMirror({ stream, target, onNotice: needs.onNotice, log });
  const lagMs = needs.transcoder ? needs.segmentMs + needs.transcoder.lagMs : 0;
  const keyUri = (n: number): string => `${needs.keyBase}/keys/${stream}/${n}`;
  const { seal, dvrMs: keepMs } = needs;
  const board = createBoard({ stream, names, shelf, mirror, window, keepMs, keyUri, seal, lagMs });
  const track = (rendition: string) =>
    createTrack({ stream, rendition, names, shelf, mirror, keyBytes: clock.bytes, now });
  const original = track(source);
  board.join(original);
  const { transcoder, onNotice } = needs;
  const left = renditionsIn(window);
  const renditions = transcoder
    ? createRenditions({ stream, cam, transcoder, board, track, left, onNotice, log })
    : null;

  let cutter: Cutter | null = null;
  let begun: Begun | null = null;
  let nextId = window.next;
  let discontinuity = true;
  let hinted = false;
  const captions = new Set<CaptionChannel>();
  /** What a decoder needs, now, before any other piece; and the newest group of pictures behind it. */
  let head: Buffer | null = null;
  let newest: Buffer | null = null;
  let tail: Promise<void> = Promise.resolve();

  /** What was paid for before a kill, and never came, comes now, or is taken off the next key's price. */
  function resumeKey(): void {
    const under = (n: number): Segment[] => window.segments.filter((segment) => segment.n === n);
    if (window.segments.length > 0)
      clock.resume(cam, (n) => under(n).reduce((sum, { durationMs }) => sum + durationMs, 0));
  }

  function queue(work: () => Promise<void> | void): void {
    tail = tail.then(work).catch((error) => {
      // What could not be published is not in the playlist; what follows does not join on.
      log.error({ err: error, stream, cam }, 'a segment could not be made');
      [begun, discontinuity] = [null, true];
      board.drop();
    });
  }

  /** A new encoder's output: what follows stands on its own. */
  function begin(init: Init): void {
    flush();
    [head, newest] = [init.data, null];
    const mine = createCutter({
      segmentMs: needs.segmentMs,
      partMs: needs.partMs,
      mostMs,
      onCut: (cut) => queue(() => publish(cut, mine)),
      onSegment: (durationMs) => queue(() => complete(durationMs)),
      onGroup: hintKeyframes,
    });
    cutter = mine;
    queue(() => {
      original.begin(init);
      renditions?.begin(init);
      discontinuity = true;
      captions.clear();
      board.setCaptions([]);
    });
  }

  function seekCaptions(data: Buffer): void {
    const before = captions.size;
    for (const channel of captionsIn(data)) captions.add(channel);
    if (captions.size > before) board.setCaptions([...captions].sort());
  }

  function add(fragment: Fragment): void {
    cutter?.add(fragment);
    if (fragment.independent) newest = fragment.data;
  }

  /** Ends the segment under way, however short; the next does not follow on from it. */
  function flush(): void {
    cutter?.end();
    cutter = null;
  }

  /** Pictures go on where the last ones ended, unless the wall's clock is ahead of that; they never go back. A leap is a discontinuity. */
  function timeOf(durationMs: number): number {
    const wall = now() - Math.round(durationMs);
    const last = board.window().segments.at(-1);
    const end = last ? last.at + last.durationMs : 0;
    if (!discontinuity && wall - end < driftMs) return end;
    discontinuity = true;
    return Math.max(end, wall);
  }

  async function open(cut: Cut, of: Cutter): Promise<Begun | null> {
    if (!cut.begins) return begun;
    const { serial, expectedMs, dependent } = cut.begins;
    const { n, limitMs } = await clock.take(cam, expectedMs);
    of.limit(serial, limitMs);
    const at = timeOf(cut.durationMs);
    begun = { id: nextId++, n, at, dependent, discontinuity, data: [], durationMs: 0, samples: 0 };
    discontinuity = false;
    if (of.partTargetMs() > 0) board.setPartTarget(of.partTargetMs());
    const { id, discontinuity: breaks } = begun;
    board.begin({ id, n, at, discontinuity: breaks, ...mark(dependent), expectedMs });
    return begun;
  }

  async function publish(cut: Cut, of: Cutter): Promise<void> {
    const segment = await open(cut, of);
    if (!segment) return;
    const { fragments, durationMs } = cut;
    const data = bytesOf(fragments);
    seekCaptions(data);
    clock.use(cam, segment.n, durationMs);
    segment.data.push(data);
    segment.durationMs += durationMs;
    segment.samples += samplesOf(fragments);
    if (!cut.whole) {
      const independent = fragments.some((fragment) => fragment.independent);
      board.addPart(source, segment.id, original.part(segment, partsOf(segment), { data, durationMs, independent }));
    }
    renditions?.push({ id: segment.id, first: cut.begins !== null, fragments }, segment.n);
  }

  const partsOf = ({ id }: Begun): number => board.partsOf(source, id).length;
  const mark = (dependent: boolean): { dependent?: true } => (dependent ? { dependent } : {});

  function complete(exactMs: number): void {
    if (!begun) return;
    const { id, n, at, dependent, discontinuity: breaks, data, samples } = begun;
    const durationMs = Math.round(exactMs);
    const parts = board.partsOf(source, id);
    const copy = original.whole({ id, n }, Buffer.concat(data), { durationMs, samples, parts });
    begun = null;
    const segment = { id, n, durationMs, at, discontinuity: breaks, ...mark(dependent), copies: { [source]: copy } };
    board.complete(segment);
    renditions?.complete(id, exactMs);
    needs.onPublished(segment);
  }

  /** What is cut without them is worth a word to the host. */
  function hintKeyframes(groupMs: number): void {
    if (hinted || groupMs <= mostMs) return;
    hinted = true;
    const seconds = (groupMs / 1000).toFixed(1);
    const wish = `set your encoder’s keyframe interval to 1 or 2 s`;
    needs.onNotice(`Keyframes come only every ${seconds} s, and who joins waits for one: ${wish}.`);
  }

  return {
    begin,
    add,
    flush,
    /** Its source is lost: another cam leads the keys. */
    leave(): void {
      queue(() => {
        clock.leave(cam);
        renditions?.pause();
      });
    },
    /** A moment to decode by itself, the newest there is; null before there is one. */
    newest: (): Buffer | null => (head && newest ? Buffer.concat([head, newest]) : null),
    /** Resolves when everything handed in is published. */
    settled: async (): Promise<void> => {
      await tail;
      await mirror.settled();
    },
    close: async (): Promise<void> => {
      flush();
      await tail;
      await renditions?.close();
      await mirror.close();
      board.close();
    },
  };
}
