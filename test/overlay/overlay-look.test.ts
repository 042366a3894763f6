// How an overlay looks: where its parts stand, what CSS is let in, and that overlays hear of a change at once.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { troubleOf } from '../../src/overlay/looks/css.js';
import { changed, partsOn, usualLook } from '../../src/overlay/looks/rules.js';
import { type Look, LookPatch } from '../../src/vocabulary/looks.js';
import { defaultPlace, type Place, partNames, shapes } from '../../src/vocabulary/places.js';
import { sideOf } from '../../src/web/overlay/layout.js';
import { askedParts } from '../../src/web/overlay/part.js';
import { type House, openHouse, refusal } from '../http/house.js';
import { openReader, type Reader } from './reader.js';

const right = (one: Place): number => one.x + one.width;
const bottom = (one: Place): number => one.y + one.height;
const meet = (a: Place, b: Place): boolean => a.x < right(b) && b.x < right(a) && a.y < bottom(b) && b.y < bottom(a);

it('by default every part stands on the canvas, and no two meet, whichever are on', () => {
  for (const shape of shapes) {
    for (let some = 0; some < 2 ** partNames.length; some++) {
      const on = partNames.filter((_, i) => (some >> i) & 1);
      const places = on.map((name) => ({ name, at: defaultPlace(name, shape, on) }));
      for (const [i, { name, at }] of places.entries()) {
        expect(LookPatch.safeParse({ parts: { [name]: { [shape]: at } } }).success, name).toBe(true);
        for (const other of places.slice(i + 1))
          expect(meet(at, other.at), `${shape}: ${name} and ${other.name}`).toBe(false);
      }
    }
  }
});

it('what is in a box keeps to the nearest edge of the canvas', () => {
  expect([sideOf(0.03, 0.3), sideOf(0.6, 0.35), sideOf(0, 1), sideOf(0.4, 0.2)]).toEqual([
    ...['start', 'end', 'center', 'center'],
  ]);
});

it('a change leaves alone what it does not name, and a part that is new since stands as usual', () => {
  const place = { x: 0.1, y: 0.2, width: 0.3, height: 0.4, scale: 2 };
  const one = changed(usualLook, { theme: 'loud', parts: { qr: { on: true }, goal: { wide: place } } });
  expect(partsOn(one)).toEqual(['alerts', 'goal', 'poll', 'qr']);
  expect(one).toMatchObject({ theme: 'loud', css: '', parts: { goal: { on: true, wide: place, upright: null } } });
  const two = changed(one, { css: 'a{}', parts: { goal: { on: false, wide: null } } });
  expect(two).toMatchObject({
    theme: 'loud',
    css: 'a{}',
    parts: { goal: { on: false, wide: null }, qr: { on: true } },
  });
  const { qr: _, ...older } = two.parts;
  expect(changed({ ...two, parts: older } as Look, {}).parts.qr).toEqual({ on: false, wide: null, upright: null });
});

it('a place is a box on the canvas', () => {
  const box = { x: 0.5, y: 0, width: 0.5, height: 1, scale: 1 };
  const fits = (change: object) => LookPatch.safeParse({ parts: { poll: { wide: { ...box, ...change } } } }).success;
  expect(fits({})).toBe(true);
  for (const wrong of [{ x: 0.51 }, { y: 0.1 }, { x: -0.1 }, { width: 0 }, { scale: 0.1 }, { scale: 5 }, { x: null }])
    expect(fits(wrong), JSON.stringify(wrong)).toBe(false);
  for (const wrong of [{ theme: 'none' }, { parts: { chat: { on: true } } }, { css: 'a'.repeat(200_001) }])
    expect(LookPatch.safeParse(wrong).success, Object.keys(wrong)[0]).toBe(false);
});

it.each([
  ['a { color: red', 'line 1: a “}” is missing'],
  ['a {}\nb { color: red; } }', 'line 2: there is a “}” too many'],
  ['hello', 'line 1: "{" is expected'],
  ['a {}\n\n.b { color }', 'line 3: Colon is expected'],
  ['<style>a {}</style>', 'line 1: Selector is expected'],
  ['a { content: "x\n }', 'line 1: a quotation mark or bracket is missing'],
  ['@import "x.css";', 'line 1: @import is not allowed'],
  ['@\\69mport url(x.css);', 'line 1: @import is not allowed'],
  ['a { background: url(https://elsewhere.example/x.png) }', 'line 1: url() takes only'],
  ['a { background: url("//elsewhere.example/x.png") }', 'line 1: url() takes only'],
  [':root { --x: url(http://here.example.com/) }', 'line 1: url() takes only'],
  ['a { background: image-set("https://elsewhere.example/x" 1x) }', 'line 1: url() takes only'],
  ['a { background: url(http://[nowhere) }', 'line 1: url() takes only'],
])('refuses %j', (css, trouble) => {
  expect(troubleOf(css, 'http://here.example')).toContain(trouble);
});

it.each([
  '',
  ':root { --dtok-ground: #123; --dtok-font: "Comic Sans MS", cursive }',
  '@font-face { font-family: x; src: url(data:font/woff2;base64,AAAA) format("woff2") }',
  '@keyframes in { from { opacity: 0 } } @media (max-width: 3px) { a { color: red; } }',
  'a { background: url(/pictures/x.png), url("http://here.example/y.png"), url(#z) } /* { */ b::after { content: ")" }',
])('lets %j in', (css) => {
  expect(troubleOf(css, 'http://here.example')).toBe(null);
});

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it('parts use variables that are there, and the documentation has each with its default', () => {
  const base = read('src/web/overlay/themes/base.css');
  const defaults = new Map(
    [...base.matchAll(/(--dtok-[\w-]+):\s*([^;]+);/g)].map(([, name = '', value = '']) => [name, value]),
  );
  expect(defaults.size).toBeGreaterThan(40);
  const docs = read('docs/overlay.md');
  for (const [name, value] of defaults) expect(docs).toContain(`| \`${name}\` | \`${value.replace(/\s+/g, ' ')}\` |`);
  const folder = new URL('../../src/web/overlay/', import.meta.url);
  const sheets = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.css'));
  for (const sheet of sheets) {
    const used = read(`src/web/overlay/${sheet}`).match(/--dtok-[\w-]+/g) ?? [];
    for (const name of used) expect(defaults.has(name), `${sheet}: ${name}`).toBe(true);
  }
});

it('the address of an overlay says which parts it shows, or leaves it to the look', () => {
  expect(askedParts('')).toBe(null);
  expect(askedParts('?parts=Goal,%20alerts,goal,<b>')).toEqual(['goal', 'alerts']);
});

let house: House;
const readers: Reader[] = [];
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.stop());
afterEach(() => {
  for (const reader of readers.splice(0)) reader.close();
  expect(house?.errors ?? []).toEqual([]);
});

const patch = (body: object) => house.ask('patchLook', { body: body as never });
const waiting = async () => (await house.ask('getAlerts')).overlays;

/** An overlay as the page is one, that keeps what it is told. */
async function overlay(parts?: string[]) {
  const reader = await openReader(house.base);
  readers.push(reader);
  const heard = { looks: [] as Look[], shown: [] as string[], hidden: [] as string[], boards: 0 };
  reader.socket.on('look', (look) => heard.looks.push(look));
  reader.socket.on('show', ({ id }, seen) => {
    heard.shown.push(id);
    seen('up');
  });
  reader.socket.on('hide', (id) => heard.hidden.push(id));
  reader.socket.on('leaderboard', () => heard.boards++);
  const token = new URL((await house.ask('hostStream')).overlayUrl).hash.slice(3);
  expect(await reader.follow({ stream: 'main', overlay: token, ...(parts && { parts }) })).toMatchObject({ ok: true });
  return heard;
}

it('an open overlay hears of a change at once, and a page that is none hears nothing', async () => {
  const stage = await overlay();
  const page = await openReader(house.base);
  readers.push(page);
  const overheard: Look[] = [];
  page.socket.on('look', (look) => overheard.push(look));
  await page.follow({ stream: 'main' });
  expect(stage.looks).toEqual([usualLook]);
  const place = { x: 0.1, y: 0.1, width: 0.3, height: 0.2, scale: 1.5 };
  const look = await patch({ theme: 'glass', css: '.alert { opacity: 0.9 }', parts: { goal: { wide: place } } });
  await vi.waitFor(() => expect(stage.looks.at(-1)).toEqual(look));
  expect(look).toMatchObject({ theme: 'glass', parts: { goal: { on: true, wide: place } } });
  expect(await house.ask('getLook')).toEqual(look);
  await page.say('clock');
  expect(overheard).toEqual([]);
});

it('with alerts off the queue no longer waits for it; on again, it shows what is on stage', async () => {
  const stage = await overlay();
  const asked = await overlay(['goal']);
  expect(await waiting()).toBe(1);
  await house.ask('actOnAlerts', { body: { act: 'test' } });
  await vi.waitFor(() => expect(stage.shown).toHaveLength(1));
  await patch({ parts: { alerts: { on: false }, leaderboard: { on: true } } });
  await vi.waitFor(() => expect(stage.hidden).toEqual(stage.shown));
  expect(await waiting()).toBe(0);
  await vi.waitFor(() => expect(stage.boards).toBe(1));
  await patch({ parts: { alerts: { on: true } } });
  await vi.waitFor(() => expect(stage.shown).toHaveLength(2));
  expect(stage.shown[1]).toBe(stage.shown[0]);
  expect(await waiting()).toBe(1);
  // Its address goes before the look.
  expect([asked.shown, asked.boards, asked.looks.length]).toEqual([[], 0, 3]);
  await house.ask('actOnAlerts', { body: { act: 'skip' } });
});

it('is the host’s alone, says what is wrong with CSS, and keeps what it had', async () => {
  const path = '/api/host/streams/main/look';
  await refusal(await house.call('GET', path), 401, 'host_token_needed');
  await refusal(await house.call('PATCH', path, { body: { theme: 'loud' } }), 401, 'host_token_needed');
  const send = (body: object) => house.call('PATCH', path, { token: house.hostToken, body });
  await refusal(await send({ theme: 'none' }), 400, 'bad_request');
  await refusal(
    await send({ parts: { goal: { wide: { x: 0.9, y: 0, width: 0.2, height: 0.1, scale: 1 } } } }),
    400,
    'bad_request',
  );
  const before = await house.ask('getLook');
  const refused = await send({ theme: 'loud', css: '@import "x";' });
  expect((await refused.clone().json()).detail).toContain('line 1: @import is not allowed');
  await refusal(refused, 400, 'css_refused');
  expect(await house.ask('getLook')).toEqual(before);
  const large = await send({ css: `/*${'x'.repeat(150_000)}*/` });
  expect(large.status).toBe(200);
  await patch({ css: '' });
});
