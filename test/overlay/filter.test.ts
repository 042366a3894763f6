// The word and link filter: finds words however they are dressed up, and leaves alone what only contains them.
import { describe, expect, it } from 'vitest';
import { findTrouble } from '../../src/overlay/alerts/filter.js';
import { askedParts } from '../../src/web/overlay/part.js';
import { createServerTime } from '../../src/web/overlay/server-time.js';

describe('words', () => {
  it.each([
    'fuck this',
    'FUCK!',
    'fuuuuck',
    'f u c k',
    'f.u.c.k',
    'f-u-c-k you',
    'fück',
    'ｆｕｃｋ',
    'sh1t',
    '$h!t',
    'b1tch',
    'fu\u00adck',
    'fucк with a Cyrillic letter',
    'Scheiße',
    'Arschlöcher',
    'HURENSOHN',
    'joder',
    'cabrón',
    'enculé',
    'vaffanculo',
    'kurwa!',
    'сука',
    '“whore”',
    '*cunt*',
    'n1gg3r',
    'a55hole asshole',
  ])('%s', (text) => expect(findTrouble(text)).toEqual(['words']));

  it.each([
    'great show',
    'Scunthorpe United',
    'a classic assassin in Essex',
    'the cockpit of a peacock',
    'Dickens and Hancock',
    'analysis of the bass',
    'shiitake',
    'Mishit',
    'grape therapist',
    'I a m h a p p y',
    'Putamen',
    '5 out of 10',
    'W00t!!!',
    '100% wow',
    'El conocimiento',
    'ça va bien',
    'Fickr… no, Flickr',
    '¡olé!',
    'Спасибо',
    '素晴らしい',
    '🎉🎉',
    'As if! a.s.a.p.',
    '$5 for you',
    '',
  ])('lets %s through', (text) => expect(findTrouble(text)).toEqual([]));

  it('adds the host’s own words and phrases, and lets through what he lets through', () => {
    expect(findTrouble('Spoiler: he dies', ['spoiler'])).toEqual(['words']);
    expect(findTrouble('he   Dies at the end', ['dies at the'])).toEqual(['words']);
    expect(findTrouble('merde alors')).toEqual(['words']);
    expect(findTrouble('merde alors', ['-merde'])).toEqual([]);
  });
});

describe('links', () => {
  it.each([
    'https://evil.example',
    'see www.evil.example',
    'go to evil.com',
    'evil.gg/abc',
    'evil dot com',
    'evil(dot)com now',
    'discord.gg/x',
    't.me/scam',
    'bit.ly/2',
    'münchen.de',
    'find me at 10.0.0.1',
    'HTTP://A',
    'evil . com/x',
  ])('%s', (text) => expect(findTrouble(text)).toContain('link'));

  it.each([
    '3.50 for you',
    'wow...nice',
    'e.g. this',
    'Hello.How are you',
    'v1.2.3',
    'at 10.30',
    'Mr.Smith',
    'com on',
    'polka dot dress',
  ])('lets %s through', (text) => expect(findTrouble(text)).toEqual([]));
});

describe('the server’s clock on an overlay', () => {
  /** An overlay whose own clock is off, on a line with these delays there and back. */
  function skewed(wallOff: number, delays: [there: number, back: number][]) {
    const world = { t: 50_000 };
    const time = createServerTime({
      ticks: () => world.t - 40_000,
      wall: () => world.t + wallOff,
      ask: async () => {
        const [there, back] = delays.shift() ?? [0, 0];
        world.t += there;
        const server = world.t;
        world.t += back;
        return server;
      },
    });
    return { world, time };
  }

  it.each([0, -3_600_000, 86_400_000])(
    'is right within half the quickest round, with the own one off by %d ms',
    async (off) => {
      const { world, time } = skewed(off, [
        [5, 400],
        [30, 40],
        [900, 5],
      ]);
      await time.measure();
      expect(Math.abs(time.now() - world.t)).toBeLessThanOrEqual(35);
      world.t += 10_000;
      expect(Math.abs(time.now() - world.t)).toBeLessThanOrEqual(35);
    },
  );

  it('goes by what the server says with an alert until it is measured', () => {
    const { world, time } = skewed(-90_000, []);
    time.atLeast(world.t - 120);
    expect(time.now()).toBe(world.t - 120);
    time.atLeast(world.t - 500);
    expect(time.now()).toBe(world.t - 500);
  });
});

it('parts come from the address', () => {
  expect(askedParts('')).toBeNull();
  expect(askedParts('?parts=goal,%20Leaderboard,goal,<x>')).toEqual(['goal', 'leaderboard']);
  expect(askedParts('?parts=')).toEqual([]);
});
