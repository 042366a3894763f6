// What the player decides by itself: over a picture that stands still, among qualities and cams, and about an announced start.
import { expect, it } from 'vitest';
import { announced } from '../../src/web/shared/start.js';
import { levelFor, qualitiesOf } from '../../src/web/watch/qualities.js';
import { createWatchdog } from '../../src/web/watch/stall.js';
import { camOf } from '../../src/web/watch/state.js';

/** What is advised over so many seconds of standing still, looked at four times a second. */
function advised(dog: ReturnType<typeof createWatchdog>, from: number, seconds: number, able = true): string[] {
  const said: string[] = [];
  for (let ms = 0; ms <= seconds * 1000; ms += 250) {
    const advice = dog.look({ now: from + ms, moving: false, able });
    if (advice) said.push(`${advice} ${ms / 1000}`);
  }
  return said;
}

it('nudges a picture that stands, starts it anew, ever more seldom, and forgives once it moves', () => {
  const dog = createWatchdog();
  expect(advised(dog, 0, 60)).toEqual([
    'nudge 3',
    'rebuild 8',
    'nudge 11',
    'rebuild 24',
    'nudge 27',
    'rebuild 56',
    'nudge 59',
  ]);
  for (let ms = 0; ms <= 10_000; ms += 250) expect(dog.look({ now: 70_000 + ms, moving: true, able: true })).toBeNull();
  expect(advised(dog, 81_000, 10)).toEqual(['nudge 3', 'rebuild 8']);
});

it('lets a picture stand that has nothing more to show', () => {
  expect(advised(createWatchdog(), 0, 60, false)).toEqual([]);
});

it('offers each height once, and takes the closest where another cam has others', () => {
  const levels = [
    { height: 360, bitrate: 1 },
    { height: 720, bitrate: 3 },
    { height: 720, bitrate: 4 },
  ];
  expect(qualitiesOf(levels)).toEqual([
    { height: 720, bitrate: 4 },
    { height: 360, bitrate: 1 },
  ]);
  expect([levelFor(levels, 480), levelFor(levels, 1080), levelFor(levels, null), levelFor([], 360)]).toEqual([
    0, 1, -1, -1,
  ]);
});

it('shows the cam that was chosen while it is on, else the first that is', () => {
  const cam = (id: string, state: 'live' | 'reconnecting' | 'idle') => ({
    id,
    title: '',
    state,
    playlist: `${id}.m3u8`,
    qualities: 1,
    studio: null,
  });
  const on = [cam('main', 'reconnecting'), cam('stage', 'live')];
  expect([camOf(on, 'main')?.id, camOf(on, null)?.id]).toEqual(['main', 'stage']);
  expect(camOf([cam('main', 'live'), cam('stage', 'idle')], 'stage')?.id).toBe('main');
  expect(camOf([cam('main', 'idle')], null)?.id).toBe('main');
});

it('counts down to an announced start, waits an hour for it, and is silent on air', () => {
  const at = 1_000_000_000;
  expect(announced({ state: 'idle', startsAt: at }, at - 5000)).toEqual({ at, leftMs: 5000 });
  expect(announced({ state: 'idle', startsAt: at }, at + 60_000)).toEqual({ at, leftMs: 0 });
  expect(announced({ state: 'idle', startsAt: at }, at + 3_600_001)).toBeNull();
  expect(announced({ state: 'live', startsAt: at }, at - 5000)).toBeNull();
});
