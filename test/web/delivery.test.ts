// What the watch page believes of other servers: nothing that ours has not vouched for; and to whom it turns instead.
import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { mediaPlaylist } from '../../src/stream/media/playlist.js';
import type { Copy, Segment } from '../../src/stream/media/window.js';
import { emptyWindow } from '../../src/stream/media/window.js';
import { createSeals } from '../../src/stream/seals.js';
import { hashesIn, isSealed } from '../../src/vocabulary/seal.js';
import { createCarriers } from '../../src/web/watch/carriers.js';
import { createDelivery, edgeOf, misses } from '../../src/web/watch/delivery.js';

const [a, b, own] = ['https://a.test/', 'https://b.test/', 'https://own.test/media/main/'];
const seals = createSeals(Buffer.alloc(32, 7));
const start = Date.UTC(2026, 0, 1);
const fileOf = (id: number): Buffer => Buffer.from(`ciphertext of ${id}`);
const hash = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

function segment(id: number): Segment {
  const init = { init: 'video-init-1.mp4', initHash: hash(Buffer.from('init')) };
  const video: Copy = { uri: `video-${id}.m4s`, bytes: 1, hash: hash(fileOf(id)), ...init };
  const at = start + id * 1000;
  return { id, n: 1 + Math.floor(id / 2), durationMs: 1000, at, discontinuity: false, copies: { video } };
}

/** Our playlist once `last` is complete. */
function playlist(last: number, name = 'video.m3u8', of = 'main'): Buffer {
  const segments = [1, 2, 3, 4].map((back) => segment(last - 4 + back));
  const window = { ...emptyWindow(start), targetDuration: 2, sequence: last - 3, segments };
  const keyUri = (n: number): string => `https://own.test/keys/main/${n}`;
  return Buffer.from(seals.seal(of, name, mediaPlaylist({ window, keyUri })));
}

type Serve = (name: string) => Buffer | number | 'hang';
let now: number;
let serve: Record<string, Serve>;
let asked: string[];
let carriers: ReturnType<typeof createCarriers>;
let delivery: ReturnType<typeof createDelivery>;

const honest =
  (last: number): Serve =>
  (name) => {
    if (name === 'video.m3u8') return playlist(last);
    if (name === 'video-init-1.mp4') return Buffer.from('init');
    return fileOf(Number(/\d+/.exec(name)?.[0]));
  };

beforeEach(() => {
  now = start + 21_500;
  asked = [];
  serve = { [a]: honest(20), [b]: honest(20), [own]: honest(20) };
  carriers = createCarriers(() => now);
  carriers.use([a, b, own]);
  delivery = createDelivery({
    ...{ stream: 'main', carriers, mediaKey: seals.publicKey('main'), now: () => now },
    async ask(url) {
      const base = [a, b, own].find((one) => url.startsWith(one)) ?? '';
      asked.push(url);
      const data = serve[base]?.(url.slice(base.length).split('?')[0] ?? '');
      if (data === 'hang') throw new Error('nothing comes');
      return typeof data === 'number'
        ? { status: data, data: new Uint8Array() }
        : { status: 200, data: new Uint8Array(data ?? []) };
    },
  });
});

const load = async (name: string): Promise<string> =>
  Buffer.from(await delivery.load(name, '', new AbortController().signal)).toString();
const flipped = (data: Buffer): Buffer => Buffer.from(data.map((byte, i) => (i === 3 ? byte ^ 1 : byte)));
const from = (base: string): string[] =>
  asked.filter((url) => url.startsWith(base)).map((url) => url.slice(base.length));

describe('a seal', () => {
  it('holds for that text, stream, playlist and key alone', () => {
    const text = `${playlist(20)}`;
    const key = seals.publicKey('main');
    expect(isSealed('main', 'video.m3u8', text, key)).toBe(true);
    expect(isSealed('other', 'video.m3u8', text, key)).toBe(false);
    expect(isSealed('main', '720p.m3u8', text, key)).toBe(false);
    expect(isSealed('main', 'video.m3u8', text, seals.publicKey('other'))).toBe(false);
    expect(isSealed('main', 'video.m3u8', text.replace('keys/main/9', 'keys/main/8'), key)).toBe(false);
    expect(isSealed('main', 'video.m3u8', `${text}#EXT-X-ENDLIST\n`, key)).toBe(false);
    expect(isSealed('main', 'video.m3u8', text.replace(/#DTOK-SEAL.*\n/, ''), key)).toBe(false);
    expect(isSealed('main', 'video.m3u8', text, 'nonsense')).toBe(false);
    expect(hashesIn(text).get('video-20.m4s')).toBe(hash(fileOf(20)));
    expect(hashesIn(text).get('video-init-1.mp4')).toBe(hash(Buffer.from('init')));
  });

  it('is by a key that is the same after a restart and another for each stream', () => {
    const again = createSeals(Buffer.alloc(32, 7));
    expect(again.publicKey('main')).toBe(seals.publicKey('main'));
    expect(again.publicKey('two')).not.toBe(seals.publicKey('main'));
  });
});

it('tells when what a playlist lists ends, with its parts', () => {
  expect(edgeOf(`${playlist(20)}`)).toEqual({ at: start + 21_000, lateMs: 3500 });
  const open = '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:21.000Z\n#EXT-X-PART:DURATION=0.500,URI="x"\n';
  expect(edgeOf(`${playlist(20)}${open}`)?.at).toBe(start + 21_500);
  expect(edgeOf('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nvideo.m3u8\n')).toBeNull();
});

it('tells whether a playlist that waits shows what it was asked for', () => {
  const text =
    '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES\n#EXT-X-MEDIA-SEQUENCE:7\n#EXTINF:1.0,\nx\n#EXT-X-PART:DURATION=0.5,URI="y"\n';
  const after = (query: string): boolean => misses(text, query);
  expect(['?_HLS_msn=7', '?_HLS_msn=8&_HLS_part=0', ''].map(after)).toEqual([false, false, false]);
  expect(['?_HLS_msn=8', '?_HLS_msn=8&_HLS_part=1', '?_HLS_msn=9&_HLS_part=0'].map(after)).toEqual([true, true, true]);
  expect(misses(text.replace(/.*\n/, ''), '?_HLS_msn=9'), 'one that only has files').toBe(false);
});

describe('delivery', () => {
  it('asks the best address alone while it is right', async () => {
    await load('video.m3u8');
    expect(await load('video-20.m4s')).toBe('ciphertext of 20');
    expect(await load('video-init-1.mp4')).toBe('init');
    expect([from(a).length, from(b), from(own)]).toEqual([3, [], []]);
  });

  it.each<[string, Serve]>([
    ['is dead', () => 'hang'],
    ['fails', () => 500],
    ['flips a bit', (name) => (name.endsWith('.m3u8') ? playlist(20) : flipped(honest(20)(name) as Buffer))],
    ['sends another segment', (name) => (name.endsWith('.m3u8') ? playlist(20) : fileOf(19))],
    ['has lost it', (name) => (name.endsWith('.m3u8') ? playlist(20) : 404)],
  ])('turns to the next when one %s, leaves that alone for a while, and comes back', async (_, wrong) => {
    serve[a] = wrong;
    await load('video.m3u8');
    expect(await load('video-20.m4s')).toBe('ciphertext of 20');
    asked = [];
    await load('video.m3u8');
    await load('video-19.m4s');
    expect(from(a)).toEqual([]);
    expect(from(b)).toEqual(['video.m3u8', 'video-19.m4s']);
    serve[a] = honest(30);
    now += 10_001;
    await load('video.m3u8');
    expect(from(a)).toEqual(['video.m3u8']);
  });

  it.each<[string, (text: string) => string]>([
    ['another key', (text) => text.replaceAll(/keys\/main\/\d+/g, 'keys/main/999')],
    ['its own hashes', (text) => text.replace(hash(fileOf(20)), hash(Buffer.from('lie')))],
    ['no seal', (text) => text.replace(/#DTOK-SEAL.*\n/, '')],
    ['another stream’s playlist', () => `${playlist(20, 'video.m3u8', 'other')}`],
  ])('believes no playlist with %s', async (_, lie) => {
    serve[a] = (name) => (name.endsWith('.m3u8') ? Buffer.from(lie(`${playlist(20)}`)) : Buffer.from('lie'));
    expect(await load('video.m3u8')).toBe(`${playlist(20)}`);
    expect(await load('video-20.m4s')).toBe('ciphertext of 20');
    expect(from(a)).toEqual(['video.m3u8']);
  });

  it('finds a stale playlist by the clock, from the first on', async () => {
    now = start + 41_500;
    serve = { [a]: honest(20), [b]: honest(40), [own]: honest(40) };
    expect(await load('video.m3u8')).toBe(`${playlist(40)}`);
    asked = [];
    await load('video.m3u8');
    expect(from(a)).toEqual([]);
  });

  it('blames nobody for a show that stands still', async () => {
    now = start + 41_500;
    serve[a] = honest(19);
    expect(await load('video.m3u8'), 'the newest that there is').toBe(`${playlist(20)}`);
    serve = { [a]: honest(42), [b]: honest(42), [own]: honest(42) };
    now = start + 43_500;
    asked = [];
    await load('video.m3u8');
    expect(asked).toEqual([`${a}video.m3u8`]);
  });

  it('blames nobody when the viewer’s own line is gone', async () => {
    await load('video.m3u8');
    const right = serve;
    serve = Object.fromEntries([a, b, own].map((base) => [base, () => 'hang']));
    await expect(load('video-20.m4s')).rejects.toThrow('nothing comes');
    serve = right;
    asked = [];
    await load('video-20.m4s');
    expect(asked).toEqual([`${a}video-20.m4s`]);
  });

  it('has what nobody vouched for from our own server', async () => {
    await load('video-7.m4s');
    expect(asked).toEqual([`${own}video-7.m4s`]);
  });

  it('asks us first for what only we list, and blames no other for not having it', async () => {
    [serve[a], serve[b]] = [() => 500, () => 500];
    await load('video.m3u8');
    [serve[a], serve[b]] = [() => 404, () => 404];
    now += 10_001;
    asked = [];
    await load('video-20.m4s');
    expect(asked).toEqual([`${own}video-20.m4s`]);
  });

  describe('of a playlist that may be held back', () => {
    const held = '?_HLS_msn=21&_HLS_part=0';
    const never = (): Promise<never> => new Promise(() => {});
    let answers: Record<string, () => Promise<Buffer>>;
    beforeEach(() => {
      vi.useFakeTimers();
      answers = { [a]: never, [b]: async () => playlist(21), [own]: async () => playlist(21) };
      delivery = createDelivery({
        ...{ stream: 'main', carriers, mediaKey: seals.publicKey('main'), now: () => now },
        async ask(url) {
          const base = [a, b, own].find((one) => url.startsWith(one)) ?? '';
          asked.push(url);
          return { status: 200, data: new Uint8Array(await (answers[base] ?? never)()) };
        },
      });
      return () => void vi.useRealTimers();
    });
    const ask = () => delivery.load('video.m3u8', held, new AbortController().signal);

    it('asks the next one after a silence, and leaves the silent one alone', async () => {
      const asking = ask();
      await vi.advanceTimersByTimeAsync(2400);
      expect(asked).toEqual([`${a}video.m3u8${held}`]);
      await vi.advanceTimersByTimeAsync(200);
      expect(Buffer.from(await asking)).toEqual(playlist(21));
      await vi.advanceTimersByTimeAsync(600);
      expect(carriers.order()).toEqual([b, own, a]);
    });

    it('asks whoever listed it for media meanwhile, not the silent one', async () => {
      const asking = ask();
      await vi.advanceTimersByTimeAsync(2600);
      await asking;
      asked = [];
      answers = { ...answers, [b]: async () => fileOf(21) };
      const media = delivery.load('video-21.m4s', '', new AbortController().signal);
      expect(Buffer.from(await media)).toEqual(fileOf(21));
      expect(asked).toEqual([`${b}video-21.m4s`]);
    });

    const waiting = (last: number): Buffer =>
      Buffer.from(
        seals.seal(
          'main',
          'video.m3u8',
          mediaPlaylist({
            window: {
              ...emptyWindow(start),
              sequence: last - 3,
              segments: [1, 2, 3, 4].map((n) => segment(last - 4 + n)),
            },
            keyUri: (n) => `https://own.test/keys/main/${n}`,
            live: { partTargetMs: 500, holdBackMs: 1500, open: null, hint: null, skip: false, reports: [] },
          }),
        ),
      );

    it('takes none that answers at once with what was there before', async () => {
      answers = { [a]: async () => waiting(20), [b]: async () => waiting(21), [own]: async () => waiting(21) };
      expect(Buffer.from(await ask())).toEqual(waiting(21));
      expect([from(a).length, from(b).length, from(own)]).toEqual([1, 1, []]);
      // Once more than three seconds are between them, it is left alone.
      answers[b] = async () => waiting(25);
      await ask();
      expect(carriers.order()).toEqual([b, own, a]);
    });

    it('blames nobody while the show makes everybody wait', async () => {
      let come = (_: Buffer): void => {};
      const both = new Promise<Buffer>((resolve) => {
        come = resolve;
      });
      answers = { [a]: () => both, [b]: () => both, [own]: () => both };
      const asking = ask();
      await vi.advanceTimersByTimeAsync(4000);
      come(playlist(21));
      expect(Buffer.from(await asking)).toEqual(playlist(21));
      await vi.advanceTimersByTimeAsync(600);
      expect(carriers.order()).toEqual([a, b, own]);
    });
  });

  it('leaves one alone for longer each time, and forgives what did well for long', async () => {
    const restOf = (): number => {
      carriers.blame(a);
      const began = now;
      while (carriers.order()[0] !== a) now += 1000;
      return now - began;
    };
    expect([restOf(), restOf(), restOf()]).toEqual([10_000, 20_000, 40_000]);
    now += 40_001;
    carriers.praise(a);
    expect(restOf()).toBe(10_000);
    carriers.blame(own);
    expect(carriers.order()).toEqual([a, b, own]);
  });

  it('goes to one at rest when all others fail', async () => {
    carriers.blame(a);
    [serve[b], serve[own]] = [() => 'hang', () => 502];
    expect(await load('video.m3u8')).toBe(`${playlist(20)}`);
    expect(asked.map((url) => new URL(url).host)).toEqual(['b.test', 'own.test', 'a.test']);
  });

  it('is called off at once', async () => {
    const controller = new AbortController();
    controller.abort(new Error('gone'));
    serve[a] = () => 'hang';
    await expect(delivery.load('video.m3u8', '', controller.signal)).rejects.toThrow();
    expect(asked).toHaveLength(1);
  });
});
