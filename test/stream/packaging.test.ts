// Low latency, keys over cams and losses, and renditions: real encoders, and what players see at the wire.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { mediaPlaylist } from '../../src/stream/media/playlist.js';
import { emptyWindow, extend } from '../../src/stream/media/window.js';
import { createLocalTranscoder } from '../../src/stream/transcode/local.js';
import type { Job, SourcePiece, Transcoder } from '../../src/stream/transcode/port.js';
import {
  type Air,
  type AirOptions,
  follow,
  keyNumber,
  openAir,
  partsOf,
  pictures,
  probe,
  times,
  unlock,
} from '../support/air.js';
import { type MediaPlaylist, readMedia, readMultivariant } from '../support/hls-validator.js';

/** A test with an air of its own: they wait more than they work, so they run side by side. */
const onAir = (name: string, options: Partial<AirOptions>, act: (air: Air) => Promise<void>): void =>
  it.concurrent(name, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dtok-air-'));
    const air = await openAir({ folder, ...options });
    try {
      await act(air);
      expect(air.faults).toEqual([]);
    } finally {
      await air.stop();
      rmSync(folder, { recursive: true });
    }
  });

const until = (check: () => unknown, timeout = 20_000) => vi.waitFor(check, { timeout, interval: 50 });
/** Segments of that playlist, once there are so many. */
const segmentsOf = async (air: Air, name: string, count: number): Promise<MediaPlaylist> => {
  let found: MediaPlaylist | undefined;
  await until(async () => {
    found = await air.playlist(name);
    expect(found.segments.length).toBeGreaterThanOrEqual(count);
  });
  if (!found) throw new Error('no playlist');
  return found;
};
/** Ends a source, and waits until the last of it is published. */
async function lose(air: Air, source: { stop(): Promise<void> }): Promise<void> {
  await until(async () => expect((await air.playlist('video')).open.parts.length).toBeGreaterThan(0));
  await source.stop();
  await until(() => expect(air.states.at(-1)).toBe('reconnecting'));
  await until(async () => expect((await air.playlist('video')).open.parts).toEqual([]));
}
const ms = (all: readonly { durationMs: number }[]): number => all.reduce((sum, { durationMs }) => sum + durationMs, 0);

/** What a viewer has of each segment: its cleartext behind its initialization. */
const clear = async (air: Air, { uri, key, iv, map }: MediaPlaylist['segments'][number]): Promise<Buffer[]> => [
  await air.media(map),
  unlock(await air.media(uri), key, iv),
];

describe.concurrent('low latency', () => {
  onAir(
    'gives each part as soon as it is there, under its segment’s key, and no part without a durable key',
    {},
    async (air) => {
      air.publish();
      await until(async () => expect(partsOf(await air.playlist('video')).length).toBeGreaterThan(0));
      const waits: number[] = [];
      let before = performance.now();
      const steps = await follow(air, 'video', (p) => {
        waits.push(performance.now() - before);
        before = performance.now();
        // Every key that is named is on disk by then.
        for (const { key } of [...p.segments, p.open].filter((s) => s.key)) {
          expect(keyNumber(key)).toBeLessThanOrEqual(air.opened.length);
        }
        return p.segments.filter(({ parts }) => parts.length > 0).length >= 3;
      });
      // Each answer came when its part did.
      expect(waits.slice(1, -1).every((wait) => wait < 1500)).toBe(true);
      const end = steps.at(-1);
      const whole = end?.segments.filter(({ parts }) => parts.length > 0) ?? [];
      for (const segment of whole) {
        expect(segment.parts.map((part) => Math.round(part.ms / 100))).toEqual([5, 5]);
        expect(segment.parts.map((part) => part.independent)).toEqual([true, false]);
        const parts = await Promise.all(segment.parts.map(({ uri }) => air.media(uri)));
        const joined = Buffer.concat(parts.map((data) => unlock(data, segment.key, segment.iv)));
        const [init, all] = await clear(air, segment);
        expect(joined.equals(all ?? Buffer.alloc(0)), 'the parts are the segment').toBe(true);
        expect(pictures(probe(air.folder, [init ?? Buffer.alloc(0), joined]).packets)[0]?.flags).toContain('K');
      }
      // The hinted part is waited for, and is the one that comes.
      const { hint } = await air.playlist('video');
      const hinted = await fetch(`${air.base}/${hint}`);
      expect(hinted.status).toBe(200);
      expect(hinted.headers.get('cache-control')).toContain('immutable');
      const name = hint ?? '';
      await until(async () => expect(partsOf(await air.playlist('video')).map(({ uri }) => uri)).toContain(name));
    },
  );

  onAir('is not told of on the storage, which cannot wait', {}, async (air) => {
    air.publish();
    await until(async () => expect(partsOf(await air.playlist('video')).length).toBeGreaterThan(1));
    const file = readFileSync(join(air.folder, 'video.m3u8'), 'utf8');
    expect(file).not.toMatch(/EXT-X-(PART|SERVER-CONTROL|PRELOAD)/);
    expect(file).toContain('#EXTINF');
  });

  onAir('refuses what makes no sense, and answers with what there is when nothing comes', {}, async (air) => {
    const source = air.publish();
    const { segments } = await segmentsOf(air, 'video', 3);
    const newest = segments.at(-1)?.msn ?? 0;
    const status = async (query: string) => (await fetch(`${air.base}/video.m3u8?${query}`)).status;
    expect(await status('_HLS_part=1')).toBe(400);
    expect(await status('_HLS_msn=x')).toBe(400);
    expect(await status(`_HLS_msn=${newest + 100}`)).toBe(400);
    await lose(air, source);
    const edge = (await air.playlist('video')).segments.at(-1)?.msn ?? 0;
    const started = performance.now();
    const response = await fetch(`${air.base}/video.m3u8?_HLS_msn=${edge + 1}&_HLS_part=0`);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(performance.now() - started).toBeGreaterThan(2500);
  });

  onAir('can be off', { partMs: 0 }, async (air) => {
    air.publish();
    const { partTargetMs, hint } = await segmentsOf(air, 'video', 3);
    expect([partTargetMs, hint]).toEqual([0, null]);
  });

  it('leaves out what a player has of a long playlist, when it asks for that', () => {
    let window = emptyWindow(0);
    for (let id = 0; id < 100; id++) {
      const copies = { video: { uri: `video-${id}.m4s`, init: 'video-init-1.mp4', bytes: 1 } };
      window = extend(
        window,
        { id, n: id, durationMs: 1000, at: id * 1000, discontinuity: id === 3, copies },
        90_000,
      ).window;
    }
    const live = { partTargetMs: 510, holdBackMs: 1530, open: null, hint: 'video-100-0.m4s', reports: [] };
    const keyUri = (n: number): string => `http://gate.example/keys/main/${n}`;
    const [whole, delta] = [false, true].map((skip) =>
      readMedia(mediaPlaylist({ window, keyUri, live: { ...live, skip } })),
    );
    expect([whole?.problems, delta?.problems]).toEqual([[], []]);
    expect(whole?.playlist).toMatchObject({ sequence: 10, discontinuities: 1, skipped: 0 });
    expect(delta?.playlist).toMatchObject({ sequence: 10, discontinuities: 1, skipped: 84 });
    expect(delta?.playlist.segments).toEqual(whole?.playlist.segments.slice(84));
  });
});

describe.concurrent('an encoder', () => {
  onAir('may be followed by one whose parts are of another length', {}, async (air) => {
    await lose(air, air.publish({ gop: 30 }));
    const before = (await air.playlist('video')).segments.at(-1)?.msn ?? 0;
    air.publish({ gop: 25 });
    // Each playlist on the way is held to the rules.
    const seen = await follow(air, 'video', ({ segments }) => (segments.at(-1)?.msn ?? 0) >= before + 4);
    const [first, last] = [seen[0]?.partTargetMs ?? 0, seen.at(-1)?.partTargetMs ?? 0];
    expect(last).toBeLessThan(first * 0.9);
  });

  onAir('may stand still for long and go on: its dates leap at a discontinuity', {}, async (air) => {
    const source = air.publish();
    await until(async () => expect((await air.playlist('video')).open.parts.length).toBeGreaterThan(0));
    source.freeze();
    await new Promise((resolve) => setTimeout(resolve, 6500));
    source.thaw();
    const gone = ({ segments }: MediaPlaylist): number => segments.filter((one) => one.discontinuity).length;
    const seen = await follow(air, 'video', (playlist) => gone(playlist) > 1);
    expect(seen.length).toBeGreaterThan(1);
  });
});

describe.concurrent('a key', () => {
  onAir(
    'lasts a key period of whole segments, and what was published is what keys were opened for',
    {},
    async (air) => {
      air.publish();
      const { segments } = await segmentsOf(air, 'video', 6);
      const numbers = segments.map(({ key }) => keyNumber(key));
      expect(numbers).toEqual([1, 1, 2, 2, 3, 3].slice(0, numbers.length));
      for (const n of [1, 2, 3]) {
        const under = segments.filter(({ key }) => keyNumber(key) === n).reduce((sum, s) => sum + s.ms, 0);
        expect(Math.abs(under - (air.opened[n - 1]?.durationMs ?? 0))).toBeLessThan(50);
      }
      const locks = segments.map(({ iv }) => iv);
      expect(new Set(locks).size, 'one IV for each segment').toBe(locks.length);
    },
  );

  onAir(
    'goes on after a loss until what it was paid for is used up: nobody pays for the gap',
    { keyPeriodMs: 4000 },
    async (air) => {
      const first = air.publish();
      await segmentsOf(air, 'video', 2);
      await lose(air, first);
      const lost = (await air.playlist('video')).segments;
      air.publish();
      const { segments } = await segmentsOf(air, 'video', lost.length + 2);
      const after = segments[lost.length];
      expect(after?.discontinuity).toBe(true);
      expect(keyNumber(after?.key ?? '')).toBe(1);
      const total = segments.reduce((sum, s) => sum + s.ms, 0);
      expect(ms(air.opened) - total, 'paid and not published').toBeLessThan(4000);
      await until(() => expect(air.states.at(-1)).toBe('live'));
    },
  );

  onAir(
    'never unlocks more than a key period that was not paid for, when keyframes stay away',
    { keyPeriodMs: 1000 },
    async (air) => {
      air.publish({ video: sparse });
      await until(async () => expect((await air.playlist('video')).segments.length).toBeGreaterThan(6), 30_000);
      const { segments } = await air.playlist('video');
      const over = [...new Set(segments.map(({ key }) => keyNumber(key)))].map((n) => {
        const under = segments.filter(({ key }) => keyNumber(key) === n).reduce((sum, s) => sum + s.ms, 0);
        return under - (air.opened[n - 1]?.durationMs ?? 0);
      });
      expect(Math.max(...over)).toBeLessThanOrEqual(1000 + 100);
    },
  );
});

/** A keyframe each second at first, then none for long. */
const sparse = [
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '9999', '-sc_threshold', '0'],
  ...['-force_key_frames', '0,1,2,3,9,10,11'],
];

describe.concurrent('cams', () => {
  onAir(
    'share the keys, have files and playlists of their own, and one takes the lead when the other is lost',
    {},
    async (air) => {
      const front = air.publish();
      await segmentsOf(air, 'video', 2);
      air.publish({ size: '160x90' }, 'stage');
      const stage = await segmentsOf(air, 'video-stage', 4);
      const main = await air.playlist('video');
      const opened = new Set(main.segments.map(({ key }) => key));
      const shared = stage.segments.filter(({ key }) => opened.has(key));
      expect(shared.length, 'a switch of cams needs no other key').toBeGreaterThanOrEqual(stage.segments.length - 1);
      const multivariant = readMultivariant(await (await fetch(`${air.base}/live-stage.m3u8`)).text());
      expect(multivariant).toMatchObject({
        problems: [],
        variants: [{ uri: 'video-stage.m3u8', resolution: '160x90' }],
      });
      expect(probe(air.folder, await clear(air, stage.segments[1] ?? never())).width).toBe(160);

      await front.stop();
      const before = air.opened.length;
      await until(() => expect(air.opened.length).toBeGreaterThanOrEqual(before + 2));
      expect(air.states, 'one cam is enough').toEqual(['live']);
      const used = (await air.playlist('video-stage')).segments.map(({ key }) => keyNumber(key));
      expect(Math.max(...used)).toBeGreaterThanOrEqual(before + 1);
    },
  );
});

const never = (): never => {
  throw new Error('there is none');
};

const allOfThem = createLocalTranscoder({ ffmpeg: 'ffmpeg', names: ['720p', '480p', '360p'], cores: 4 });
const jobs: Job[] = [];
const dying: Transcoder = {
  ...allOfThem,
  start: (job) => {
    jobs.push(job);
    return allOfThem.start(job);
  },
};
const pushed: SourcePiece[] = [];
/** Answers for every second segment, with the source's own media. */
const halting: Transcoder = {
  lateMs: 1000,
  lagMs: 0,
  rungs: () => [{ name: '240p', height: 240, bitrate: 1 }],
  start: (job) => ({
    push: (piece) => void pushed.push(piece),
    complete(id, durationMs) {
      const data = Buffer.concat(pushed.filter((p) => p.id === id).flatMap((p) => p.fragments.map((f) => f.data)));
      const piece = { rung: '240p', id, init: job.source, data, durationMs, last: true };
      if (id % 2 === 0) setTimeout(() => job.onPiece(piece), 300);
      else if (id % 4 === 1) job.onFailed('240p', id);
    },
    end: async () => {},
  }),
};

describe.concurrent('renditions', () => {
  onAir(
    'are aligned with the source to the frame, in numbers, keys and times, and each says what it is',
    { transcoder: allOfThem },
    async (air) => {
      air.publish({ size: '854x480' });
      const own = (of: Awaited<ReturnType<typeof air.playlist>>) =>
        of.segments.filter(({ uri }) => uri.startsWith('360p-'));
      await until(async () => expect(own(await air.playlist('360p')).length).toBeGreaterThan(2));
      const { problems, variants } = readMultivariant(await (await fetch(`${air.base}/live.m3u8`)).text());
      expect(problems).toEqual([]);
      // Nothing as large as the source, or larger.
      expect(variants.map(({ uri, resolution }) => [uri, resolution])).toEqual([
        ['video.m3u8', '854x480'],
        ['360p.m3u8', '640x360'],
      ]);
      const [source, small] = [await air.playlist('video'), await air.playlist('360p')];
      const made = own(small);
      expect(made.length).toBeGreaterThan(2);
      for (const segment of made) {
        const original = source.segments.find(({ msn }) => msn === segment.msn) ?? never();
        const { key, ms: length, date, discontinuity } = original;
        expect(segment).toMatchObject({ key, ms: length, date, discontinuity });
        const [a, b] = [
          pictures(probe(air.folder, await clear(air, original)).packets),
          pictures(probe(air.folder, await clear(air, segment)).packets),
        ];
        expect(b[0]?.flags).toContain('K');
        expect(times(b)).toEqual(times(a));
      }
      const joined = await Promise.all(made.map((segment) => clear(air, segment)));
      const { packets } = probe(air.folder, [
        joined[0]?.[0] ?? never(),
        ...joined.map(([, media]) => media ?? never()),
      ]);
      const at = times(pictures(packets));
      expect(Math.max(...at.slice(1).map((time, i) => time - (at[i] ?? 0)))).toBeLessThan(0.08);
      expect([small.hint, partsOf(small)], 'whole, so that the source can stand in').toEqual([null, []]);
    },
  );

  onAir('go on as the source where they are late, and come back', { transcoder: dying }, async (air) => {
    air.publish({ size: '854x480' });
    await until(async () =>
      expect((await air.playlist('360p')).segments.some((s) => s.uri.startsWith('360p-'))).toBe(true),
    );
    jobs[0]?.onEnd('it died');
    await until(() => expect(jobs.length).toBe(2));
    await until(async () => expect((await air.playlist('360p')).segments.at(-1)?.uri).toMatch(/^360p-/), 15_000);
    const { segments } = await air.playlist('360p');
    const kinds = segments.map(({ uri }) => uri.split('-')[0]).join(' ');
    expect(kinds).toMatch(/360p video.* 360p/);
    const source = await air.playlist('video');
    for (const { msn, key, ms: length } of segments.filter((s) => s.msn >= source.sequence)) {
      expect(source.segments.find((s) => s.msn === msn)).toMatchObject({ key, ms: length });
    }
  });

  onAir('that a restarted server does not make go on as the source', { transcoder: allOfThem }, async (air) => {
    air.publish({ size: '854x480' });
    await until(async () =>
      expect((await air.playlist('360p')).segments.some((s) => s.uri.startsWith('360p-'))).toBe(true),
    );
    await air.stop();
    const again = await openAir({ folder: air.folder, transcoder: allOfThem });
    again.publish({ size: '320x180' });
    const last = async () => (await again.playlist('360p')).segments.at(-1);
    try {
      await until(async () => expect((await last())?.uri).toMatch(/^video-/));
      const before = (await last())?.msn ?? never();
      await until(async () => expect((await last())?.msn).toBeGreaterThan(before));
    } finally {
      await again.stop();
    }
  });

  onAir('may come from what takes whole segments and answers late or never', { transcoder: halting }, async (air) => {
    air.publish();
    const { segments } = await segmentsOf(air, '240p', 8);
    const own = segments.map(({ uri }) => [Number(/-(\d+)\.m4s/.exec(uri)?.[1]) % 2 === 0, uri.startsWith('240p-')]);
    // The first may be from before it began.
    for (const [even, made] of own.slice(1)) expect(made).toBe(even);
  });
});
