// The packager behind a real ffmpeg: keys, encryption, playlists, losses, a dying encoder, a full disk, a restart.
import { execFileSync } from 'node:child_process';
import { createDecipheriv } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBroadcasts } from '../../src/stream/media/broadcast.js';
import { folderTarget, type Target } from '../../src/stream/media/folder.js';
import { takePicture } from '../../src/stream/media/picture.js';
import { mediaPlaylist } from '../../src/stream/media/playlist.js';
import { createShelf } from '../../src/stream/media/shelf.js';
import { aimed, emptyWindow, extend, type Segment } from '../../src/stream/media/window.js';
import type { Transcoder } from '../../src/stream/transcode/port.js';
import { changes, type MediaPlaylist, readMedia, readMultivariant } from '../support/hls-validator.js';
import { silent } from '../support/payments.js';
import { type PictureOptions, startSource } from '../support/publisher.js';

let folder: string;
const stops: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtok-media-'));
  last = null;
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  rmSync(folder, { recursive: true });
});

const keyOf = (n: number): Buffer => Buffer.alloc(16, n);

interface Opened {
  n: number;
  durationMs: number;
}

interface HouseOptions {
  target?: (real: Target) => Target;
  first?: number;
  reconnectMs?: number;
  keyPeriodMs?: number;
  partMs?: number;
  transcoder?: Transcoder;
}

function house(options: HouseOptions = {}) {
  const shelf = createShelf();
  const opened: Opened[] = [];
  const states: string[] = [];
  const notices: string[] = [];
  let n = options.first ?? 1;
  const broadcasts = createBroadcasts({
    ffmpeg: 'ffmpeg',
    keys: {
      open: async (_stream, durationMs) => {
        opened.push({ n, durationMs });
        return n++;
      },
      bytes: (_stream, number) => keyOf(number),
    },
    target: () => (options.target ?? ((real) => real))(folderTarget(folder)),
    keyPeriodMs: () => options.keyPeriodMs ?? 1000,
    packaging: { segmentMs: 1000, partMs: options.partMs ?? 500, dvrMs: 0 },
    shelf,
    transcoder: options.transcoder ?? null,
    keyBase: 'http://gate.example',
    reconnectMs: options.reconnectMs ?? 300,
    onState: (_stream, state) => states.push(state),
    onSegment: () => {},
    onNotice: (_stream, text) => notices.push(text),
    log: silent,
  });
  stops.push(broadcasts.stop);
  const publish = (picture: PictureOptions = {}, cam?: string) => {
    const source = startSource(picture);
    stops.push(source.stop);
    broadcasts.begin('main', source.source, cam);
    return source;
  };
  return { broadcasts, opened, states, notices, publish, shelf };
}

let last: MediaPlaylist | null = null;

/** What lies in the folder, held to the rules each time. */
function playlist(): string {
  const text = readFileSync(join(folder, 'video.m3u8'), 'utf8');
  const { problems, playlist: read } = readMedia(text);
  expect([...problems, ...(last ? changes(last, read) : [])], text).toEqual([]);
  last = read;
  return text;
}
const until = (check: () => void, timeout = 15_000) => vi.waitFor(check, { timeout, interval: 50 });
const segmentsAre = (count: number) =>
  until(() => expect(playlist().match(/#EXTINF/g)?.length).toBeGreaterThanOrEqual(count));

/** The listed segments as a player sees them, decrypted by what the playlist says of them. */
function decrypted() {
  const lines = playlist().split('\n');
  const out: { uri: string; init: string; n: number; extinfMs: number; data: Buffer }[] = [];
  let init = '';
  let key: RegExpExecArray | null = null;
  let extinfMs = 0;
  let lost = false;
  for (const line of lines) {
    init = /^#EXT-X-MAP:URI="(.+)"/.exec(line)?.[1] ?? init;
    if (line.startsWith('#EXT-X-KEY'))
      key = /URI="http:\/\/gate\.example\/keys\/main\/(\d+)",IV=0x([0-9a-f]{32})/.exec(line);
    extinfMs = line.startsWith('#EXTINF') ? Number.parseFloat(line.slice(8)) * 1000 : extinfMs;
    lost ||= line === '#EXT-X-GAP';
    if (line === '' || line.startsWith('#') || !key) continue;
    if (lost) {
      lost = false;
      continue;
    }
    const n = Number(key[1]);
    const decipher = createDecipheriv('aes-128-cbc', keyOf(n), Buffer.from(key[2] ?? '', 'hex'));
    const data = Buffer.concat([decipher.update(readFileSync(join(folder, line))), decipher.final()]);
    out.push({ uri: line, init, n, extinfMs, data });
  }
  return out;
}

interface Probe {
  streams: { codec_name: string; nb_read_packets: string }[];
  packets: { codec_type: string; pts_time: string; flags: string }[];
}

function probe(parts: readonly Buffer[]): Probe {
  const file = join(folder, 'probe.mp4');
  writeFileSync(file, Buffer.concat(parts));
  const args = ['-v', 'error', '-show_streams', '-show_packets', '-count_packets', '-of', 'json', file];
  return JSON.parse(execFileSync('ffprobe', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }));
}

it('gives a picture of what is on air, blurred on demand, and none when nothing is', async () => {
  const { broadcasts, publish } = house();
  expect(await broadcasts.newest('main')).toBeNull();
  publish({ gop: 15 });
  await segmentsAre(1);
  const mp4 = (await broadcasts.newest('main')) ?? Buffer.alloc(0);
  const pictures = [false, true].map((blurred) => takePicture({ ffmpeg: 'ffmpeg', mp4, blurred }));
  const [sharp, blurred] = await Promise.all(pictures);
  for (const jpeg of [sharp, blurred]) {
    writeFileSync(join(folder, 'picture.jpg'), jpeg ?? '');
    const args = ['-v', 'error', '-show_streams', '-of', 'json', join(folder, 'picture.jpg')];
    const { streams } = JSON.parse(execFileSync('ffprobe', args, { encoding: 'utf8' }));
    expect(streams).toMatchObject([{ codec_name: 'mjpeg', width: 320 }]);
  }
  // Little is left to keep.
  expect(blurred?.length).toBeLessThan((sharp?.length ?? 0) / 2);
  expect(await takePicture({ ffmpeg: 'ffmpeg', mp4: Buffer.from('no video'), blurred: false })).toBeNull();
});

describe('a broadcast', () => {
  it('becomes segments of one key period, each under its own key, that play on without a seam', async () => {
    const { opened, states, publish } = house();
    publish({ gop: 15 });
    await segmentsAre(5);
    expect(states).toEqual(['live']);
    const segments = decrypted();
    expect(segments.map((s) => s.n)).toEqual(segments.map((_, i) => (segments[0]?.n ?? 0) + i));
    const init = readFileSync(join(folder, segments[0]?.init ?? ''));
    const { streams, packets } = probe([init, ...segments.map((s) => s.data)]);
    expect(streams.map((s) => s.codec_name).sort()).toEqual(['aac', 'h264']);
    const times = packets.filter((p) => p.codec_type === 'video').map((p) => Number(p.pts_time));
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(0.08);
    expect(Math.min(...gaps)).toBeGreaterThan(0);
    const sound = packets.filter((p) => p.codec_type === 'audio').map((p) => Number(p.pts_time));
    expect(Math.abs((sound[0] ?? 9) - (times[0] ?? 0))).toBeLessThan(0.1);
    for (const segment of segments) {
      const alone = probe([init, segment.data]).packets.filter((p) => p.codec_type === 'video');
      expect(alone[0]?.flags, 'starts with a keyframe').toContain('K');
      const span = Number(alone.at(-1)?.pts_time) - Number(alone[0]?.pts_time) + 1 / 30;
      expect(Math.abs(span * 1000 - segment.extinfMs), 'EXTINF tells the truth').toBeLessThan(50);
      expect(opened.find((o) => o.n === segment.n)?.durationMs).toBe(segment.extinfMs);
      expect(readFileSync(join(folder, segment.uri)).includes(Buffer.from('moof')), 'nothing is in the clear').toBe(
        false,
      );
    }
    const { problems, variants } = readMultivariant(readFileSync(join(folder, 'live.m3u8'), 'utf8'));
    expect(problems).toEqual([]);
    const rates = segments.map((s) => (readFileSync(join(folder, s.uri)).length * 8000) / s.extinfMs);
    expect(variants[0]?.bandwidth).toBeGreaterThanOrEqual(Math.max(...rates));
    expect(variants[0]?.bandwidth).toBeLessThan(Math.max(...rates) * 1.3);
    expect(readFileSync(join(folder, 'live.m3u8'), 'utf8')).toMatch(
      /BANDWIDTH=\d+,AVERAGE-BANDWIDTH=\d+,CODECS="avc1\.42c0[0-9a-f]{2},mp4a\.40\.2",RESOLUTION=320x180,FRAME-RATE=(29|30)/,
    );
  });

  it('that is lost is waited for, ends, and comes back with a discontinuity', async () => {
    const { states, publish } = house();
    const first = publish();
    await segmentsAre(2);
    await first.stop();
    await until(() => expect(states).toEqual(['live', 'reconnecting', 'idle']));
    const before = decrypted().length;
    publish({ size: '640x360' });
    await segmentsAre(before + 2);
    expect(states.at(-1)).toBe('live');
    expect(playlist().match(/#EXT-X-DISCONTINUITY\n/g)).toHaveLength(2);
    const inits = [...new Set(decrypted().map((s) => s.init))];
    expect(inits).toHaveLength(2);
    for (const init of inits) {
      const parts = decrypted().filter((s) => s.init === init);
      expect(probe([readFileSync(join(folder, init)), ...parts.map((s) => s.data)]).streams).toHaveLength(2);
    }
  });

  it('goes on when ffmpeg is killed under it', async () => {
    const { publish, states } = house();
    const source = publish();
    await segmentsAre(2);
    execFileSync('pkill', ['-KILL', '-P', `${process.pid}`, '-f', 'frag_keyframe']);
    const before = decrypted().length;
    await segmentsAre(before + 2);
    expect(source.refusals).toEqual([]);
    expect(states).toEqual(['live']);
    expect(playlist().match(/#EXT-X-DISCONTINUITY\n/g)).toHaveLength(2);
  });

  it('without sound, or without a picture, is packaged too', async () => {
    const { publish } = house();
    const silentOne = publish({ audio: null });
    await segmentsAre(2);
    expect(readFileSync(join(folder, 'live.m3u8'), 'utf8')).toContain('CODECS="avc1.42c00d"');
    await silentOne.stop();
  });

  it('of another codec is refused with a sentence for the host', async () => {
    const { publish, notices } = house();
    const source = publish({ video: ['-c:v', 'flv1'] });
    await until(() => expect(source.refusals).toHaveLength(1));
    expect(notices[0]).toBe('The video is H.263: set your encoder to H.264.');
    const other = publish({ audio: ['-c:a', 'libmp3lame', '-ar', '44100'] });
    await until(() => expect(other.refusals).toHaveLength(1));
    expect(notices[0] === notices[1]).toBe(false);
    expect(notices[1]).toBe('The sound is MP3: set your encoder to AAC.');
  });

  it('with rare keyframes is told so, and is charged for what each key really unlocks', async () => {
    const { publish, notices, opened } = house();
    publish({ gop: 90 });
    await segmentsAre(3);
    expect(notices).toEqual([
      'Keyframes come only every 3.0 s, and who joins waits for one: set your encoder’s keyframe interval to 1 or 2 s.',
    ]);
    await segmentsAre(4);
    // Two to a group of pictures.
    expect(opened[3]?.durationMs).toBe(1500);
    expect(playlist()).toContain('#EXT-X-TARGETDURATION:2');
  });
});

it('a full disk is said once, publishes no half segment, and is left behind when there is space', async () => {
  let full = false;
  const { publish, notices } = house({
    target: (real) => ({
      ...real,
      put: (name, data) =>
        full ? Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' })) : real.put(name, data),
    }),
  });
  publish();
  await segmentsAre(2);
  full = true;
  await until(() => expect(notices).toHaveLength(1));
  const during = playlist();
  full = false;
  await until(() => expect(playlist()).not.toBe(during));
  // What the disk could not take is a gap that no player asks for; what followed it goes on.
  await until(() =>
    expect(
      playlist()
        .split('#EXT-X-GAP')
        .at(-1)
        ?.match(/#EXTINF/g)?.length,
    ).toBeGreaterThan(2),
  );
  expect(playlist().match(/#EXT-X-GAP\n/g)).not.toBeNull();
  expect(notices).toEqual(['The disk is full: viewers see nothing until there is space.']);
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  for (const { data, init } of decrypted()) probe([readFileSync(join(folder, init)), data]);
});

it('a restarted server goes on where its playlist was', async () => {
  const first = house();
  first.publish();
  await segmentsAre(3);
  for (const stop of stops.splice(0).reverse()) await stop();
  const before = playlist();
  const second = house({ first: 100 });
  second.publish();
  await until(() => expect(playlist()).toContain('/keys/main/100"'));
  expect(playlist()).toContain(/video-\d+\.m4s/.exec(before)?.[0]);
  // A killed server may have shown more than it could write down.
  const ids = (text: string): number[] => [...text.matchAll(/^video-(\d+)\.m4s$/gm)].map(([, id]) => Number(id));
  const next = (ids(before).at(-1) ?? 0) + 1;
  expect(ids(playlist()).filter((id) => id >= next && id < next + 100)).toEqual([]);
  expect(playlist()).toMatch(
    /#EXT-X-DISCONTINUITY\n#EXT-X-KEY:METHOD=NONE\n#EXT-X-MAP:URI="video-init-\d+\.mp4"\n#EXT-X-KEY:[^\n]+100"/,
  );
});

describe('a playlist', () => {
  const segment = (n: number, more: Partial<Segment> = {}): Segment => ({
    id: 90 + n,
    n,
    durationMs: 2000,
    at: 0,
    discontinuity: false,
    copies: { video: { uri: `s${n}.m4s`, init: 'init-1.mp4', bytes: 1 } },
    ...more,
  });

  it('counts what left it, and the discontinuities among that', () => {
    let window = aimed(emptyWindow(0), 2);
    for (let n = 1; n <= 20; n++) window = extend(window, segment(n, { discontinuity: n % 5 === 1 })).window;
    expect(window).toMatchObject({ sequence: 12, discontinuities: 3, targetDuration: 2 });
    expect(window.segments.map((s) => s.n)).toEqual([13, 14, 15, 16, 17, 18, 19, 20]);
  });

  it('does not call its segments independent again under the encoder that made one that is not', () => {
    let window = aimed(emptyWindow(0), 2);
    const add = (n: number, more: Partial<Segment> = {}) => {
      window = extend(window, segment(n, more)).window;
      return window.dependent === true;
    };
    expect([add(1), add(2, { dependent: true })]).toEqual([false, true]);
    for (let n = 3; n <= 30; n++) expect(add(n)).toBe(true);
    expect(window.segments.some((s) => s.dependent)).toBe(false);
    expect([add(31, { discontinuity: true }), add(32)]).toEqual([false, false]);
  });

  it('names the initialization out of reach of any key, and each key by its number', () => {
    let window = extend(aimed(emptyWindow(0), 3), segment(7, { discontinuity: true })).window;
    window = extend(window, segment(8, { durationMs: 2600 })).window;
    const copies = { video: { uri: 's9.m4s', init: 'init-2.mp4', bytes: 1 } };
    window = extend(window, segment(9, { copies, discontinuity: true })).window;
    expect(mediaPlaylist({ window, keyUri: (n) => `http://k/keys/s/${n}` })).toBe(`#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:3
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-DISCONTINUITY-SEQUENCE:0
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-DISCONTINUITY
#EXT-X-KEY:METHOD=NONE
#EXT-X-MAP:URI="init-1.mp4"
#EXT-X-KEY:METHOD=AES-128,URI="http://k/keys/s/7",IV=0x00000000000000000000000000000061
#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:00.000Z
#EXTINF:2.000,
s7.m4s
#EXT-X-KEY:METHOD=AES-128,URI="http://k/keys/s/8",IV=0x00000000000000000000000000000062
#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:00.000Z
#EXTINF:2.600,
s8.m4s
#EXT-X-DISCONTINUITY
#EXT-X-KEY:METHOD=NONE
#EXT-X-MAP:URI="init-2.mp4"
#EXT-X-KEY:METHOD=AES-128,URI="http://k/keys/s/9",IV=0x00000000000000000000000000000063
#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:00.000Z
#EXTINF:2.000,
s9.m4s
`);
  });
});
