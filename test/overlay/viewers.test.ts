// What viewers are shown of tips: only what the host lets on stage, as it comes, once it is approved, and when they come later.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AiredTip } from '../../src/vocabulary/events.js';
import { type House, openHouse } from '../http/house.js';
import { until } from '../predictions/house.js';
import { openReader, type Reader } from './reader.js';

let house: House;
const readers: Reader[] = [];
beforeAll(async () => {
  house = await openHouse();
});
afterAll(async () => {
  for (const one of readers) one.close();
  await house.stop();
});

async function open(overlay?: string) {
  const reader = await openReader(house.base);
  readers.push(reader);
  const heard: { tips: AiredTip[]; now: boolean }[] = [];
  reader.socket.on('tips', (tips, now) => heard.push({ tips, now }));
  await reader.follow({ stream: 'main', ...(overlay !== undefined && { overlay, parts: ['alerts'] }) });
  return { heard, messages: (now: boolean) => heard.filter((one) => one.now === now).flatMap(({ tips }) => tips) };
}

let ids = 0;
type Viewer = Awaited<ReturnType<House['viewer']>>;
const tip = (by: Viewer, name: string, message: string, amount = '5') =>
  house.ask('postTip', { body: { id: `seen-tip-${++ids}`, amount, name, message }, token: by.session });

it('are shown what needs nobody’s word at once, what is held when it is approved, and the rest never', async () => {
  const [ann, eve] = [await house.viewer(1000n), await house.viewer(1000n)];
  const early = await open();
  await until(() => early.heard.length === 1);
  expect(early.heard).toEqual([{ tips: [], now: false }]);
  await tip(ann, 'Ann', 'lovely');
  await tip(ann, 'Ann', 'see www.spam.example.com');
  await tip(ann, 'fuck', 'hello');
  await house.ask('patchAlerts', { body: { minimum: '4' } });
  await tip(ann, 'Ann', 'a small one', '3');
  await house.ask('actOnAlerts', { body: { act: 'mute', who: eve.signer } });
  await tip(eve, 'Eve', 'I am muted');
  await tip(ann, 'Ann', 'the last one');
  await until(() => early.messages(true).length >= 2);
  expect(early.messages(true).map(({ message }) => message)).toEqual(['lovely', 'the last one']);
  expect(early.messages(true)[0]).toMatchObject({ name: 'Ann', amount: '5', n: expect.any(Number) });

  const { held } = await house.ask('getAlerts');
  expect(held.map(({ message }) => message)).toEqual(['see www.spam.example.com', 'hello']);
  const id = held[0]?.id ?? 0;
  await house.ask('actOnAlerts', { body: { act: 'approve', id } });
  await house.ask('actOnAlerts', { body: { act: 'approve', id } });
  await house.ask('actOnAlerts', { body: { act: 'reject', id: held[1]?.id ?? 0 } });
  await until(() => early.messages(true).length === 3);
  expect(early.messages(true)[2]?.message).toBe('see www.spam.example.com');

  const late = await open();
  await until(() => late.heard.length === 1);
  const seen = ['the last one', 'see www.spam.example.com', 'lovely'];
  expect(late.messages(false).map(({ message }) => message)).toEqual(seen);
  // Who is muted later is not shown to who comes by then.
  await house.ask('actOnAlerts', { body: { act: 'mute', who: ann.signer } });
  const later = await open();
  await until(() => later.heard.length === 1);
  expect(later.messages(false)).toEqual([]);
  const { overlayUrl } = await house.ask('hostStream');
  const overlay = await open(new URL(overlayUrl).hash.slice(3));
  await tip(eve, 'Eve', 'still muted');
  expect(overlay.messages(false)).toEqual([]);
  expect(early.messages(true)).toHaveLength(3);
});
