// A broadcast whose keyframes come ever more seldom: what is published keeps to the rules from one look at its playlists to the next.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEncoder } from '../../src/stream/media/encoder.js';
import { folderTarget, type Target } from '../../src/stream/media/folder.js';
import { createFragmentReader, type Fragment, type Init } from '../../src/stream/media/fragments.js';
import { createKeyClock } from '../../src/stream/media/key-clock.js';
import { openPackager } from '../../src/stream/media/packager.js';
import { createShelf } from '../../src/stream/media/shelf.js';
import { keyNumber, keyOf, unlock } from '../support/air.js';
import {
  changes,
  type ListedSegment,
  type MediaPlaylist,
  readMedia,
  readMultivariant,
} from '../support/hls-validator.js';
import { silent } from '../support/payments.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtok-keyframes-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const keyPeriodMs = 2000;

/** What an encoder makes of pictures with keyframes at these seconds, as fast as it can. */
async function piecesOf(keyframes: readonly number[], seconds: number): Promise<(Init | Fragment)[]> {
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=s=160x90:r=10', '-t', `${seconds}`];
  const coded = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '9999', '-sc_threshold', '0'];
  const forced = ['-force_key_frames', keyframes.join(','), '-f', 'flv', 'pipe:1'];
  const flv = execFileSync('ffmpeg', ['-v', 'error', ...picture, ...coded, ...forced], { maxBuffer: 1 << 28 });
  const pieces: (Init | Fragment)[] = [];
  const encoder = startEncoder({ ffmpeg: 'ffmpeg', onPiece: (piece) => pieces.push(piece), onEnd: () => {} });
  encoder.write(flv);
  await encoder.finish();
  return pieces;
}

/** `onList` hears of every playlist that the storage gets. */
function openHouse(onList: (text: string) => void = () => {}) {
  const opened: number[] = [];
  const open = async (_: string, durationMs: number): Promise<number> => opened.push(durationMs);
  const keys = { open, bytes: (_: string, n: number) => keyOf(n) };
  const shelf = createShelf();
  const folderOf = folderTarget(folder);
  const target: Target = {
    ...folderOf,
    put(name, data) {
      if (name === 'video.m3u8') onList(`${data}`);
      return folderOf.put(name, data);
    },
  };
  const notices: string[] = [];
  const packager = openPackager({
    ...{ stream: 'main', cam: 'main', shelf, target, transcoder: null, log: silent },
    ...{
      segmentMs: 1000,
      partMs: 500,
      dvrMs: 0,
      keyBase: 'http://gate.example',
      seal: (_: string, text: string) => text,
    },
    clock: createKeyClock({ stream: 'main', keys, keyPeriodMs: () => keyPeriodMs }),
    onPublished: () => {},
    onNotice: (text) => notices.push(text),
  });
  return { opened, shelf, notices, packager };
}

it('never changes its target duration, cuts between keyframes where none comes, and says so to the host', async () => {
  const listed: string[] = [];
  const { opened, shelf, notices, packager: opening } = openHouse((text) => listed.push(text));
  const packager = await opening;
  const seen = new Map<number, ListedSegment>();
  const last = new Map<string, MediaPlaylist>();
  let looks = 0;

  function judge(name: string, text: string): MediaPlaylist {
    const { problems, playlist } = readMedia(text);
    const before = last.get(name);
    expect([...problems, ...(before ? changes(before, playlist) : [])], text).toEqual([]);
    last.set(name, playlist);
    return playlist;
  }

  function look(): void {
    const text = shelf.playlist('main/video.m3u8')?.text(false);
    if (!text) return;
    looks += 1;
    const playlist = judge('shelf', text);
    for (const segment of playlist.segments) seen.set(segment.msn, segment);
    // What the tag says is so.
    const parts = [...playlist.segments.map((s) => s.parts), playlist.open.parts];
    if (playlist.independent) for (const [first] of parts) expect(first?.independent ?? true).toBe(true);
  }

  async function play(pieces: readonly (Init | Fragment)[]): Promise<void> {
    for (const piece of pieces) {
      if (piece.kind === 'init') packager.begin(piece);
      else packager.add(piece);
      await new Promise(setImmediate);
      look();
    }
    packager.flush();
    await new Promise(setImmediate);
    look();
  }

  async function isIndependent({ uri, key, iv, map }: ListedSegment): Promise<boolean | undefined> {
    const [init, data] = [await shelf.media(`main/${map}`, 0), await shelf.media(`main/${uri}`, 0)];
    const pieces: (Init | Fragment)[] = [];
    const read = createFragmentReader((piece) => pieces.push(piece));
    if (init && data) for (const part of [init, unlock(data, key, iv)]) read(part);
    return pieces.find((piece) => piece.kind === 'fragment')?.independent;
  }

  // Each second, then every four, then every ten.
  const keyframes = [0, 1, 2, 3, 4, 8, 12, 22, 32];
  await play(await piecesOf(keyframes, 34));
  const all = [...seen.values()];
  expect(looks).toBeGreaterThan(80);
  expect(last.get('shelf')).toMatchObject({ targetMs: 2000, independent: false });
  expect(notices).toEqual([
    'Keyframes come only every 4.0 s, and who joins waits for one: set your encoder’s keyframe interval to 1 or 2 s.',
  ]);
  const lengths = all.map(({ ms }) => ms);
  expect(lengths.slice(0, 4)).toEqual([1000, 1000, 1000, 1000]);
  expect(
    lengths.reduce((sum, ms) => sum + ms, 0),
    'nothing is left out',
  ).toBeCloseTo(34_000, -2);
  const starts = lengths.map((_, i) => lengths.slice(0, i).reduce((sum, ms) => sum + ms, 0));
  const near = (start: number, seconds: number): boolean => Math.abs(start - seconds * 1000) < 5;
  for (const second of keyframes)
    expect(
      starts.some((start) => near(start, second)),
      `a segment begins at ${second}`,
    ).toBe(true);
  for (const [i, segment] of all.entries()) {
    const begins = keyframes.some((second) => near(starts[i] ?? 0, second));
    expect(await isIndependent(segment), `that at ${starts[i]}`).toBe(begins);
  }
  for (const [i, durationMs] of opened.entries()) {
    const under = all.filter(({ key }) => keyNumber(key) === i + 1).reduce((sum, { ms }) => sum + ms, 0);
    expect(under - durationMs, 'not paid for').toBeLessThanOrEqual(keyPeriodMs);
  }
  const multivariant = () => shelf.playlist('main/live.m3u8')?.text(false) ?? '';
  expect(readMultivariant(multivariant()).problems).toEqual([]);
  expect(multivariant()).not.toContain('INDEPENDENT');

  // Another encoder makes up for it, once what the first made is listed no more.
  await play(
    await piecesOf(
      Array.from({ length: 20 }, (_, i) => i),
      20,
    ),
  );
  expect(last.get('shelf')).toMatchObject({ targetMs: 2000, independent: true });
  expect(multivariant()).toContain('INDEPENDENT');
  await packager.close();
  expect(listed.length).toBeGreaterThan(2);
  for (const text of listed) judge('file', text);
}, 60_000);

it('goes on with a window of another target duration, without what is too long for it', async () => {
  const { shelf, packager: opening } = openHouse();
  const before = JSON.parse(readFileSync(join(folder, '.window.json'), 'utf8'));
  expect(before.targetDuration).toBe(2);
  const packager = await opening;
  const [init, ...fragments] = await piecesOf([0, 1, 2], 3);
  packager.begin(init as Init);
  for (const fragment of fragments) packager.add(fragment as Fragment);
  packager.flush();
  await packager.close();
  const { problems, playlist } = readMedia(readFileSync(join(folder, 'video.m3u8'), 'utf8'));
  expect(problems).toEqual([]);
  expect(playlist.segments.at(-1)?.msn).toBe(before.sequence + before.segments.length + 2);
  expect(shelf.playlist('main/video.m3u8')).toBeUndefined();
});
