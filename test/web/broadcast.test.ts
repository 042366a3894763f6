// What the broadcast page decides by itself: which format, which words, how loud. Pure.
import { expect, it } from 'vitest';
import { mediaTrouble } from '../../src/web/broadcast/devices.js';
import { socketUrl } from '../../src/web/broadcast/line.js';
import { loudness } from '../../src/web/broadcast/meter.js';
import { bestFormat } from '../../src/web/broadcast/recorder.js';

const takes =
  (...types: string[]) =>
  (type: string): boolean =>
    types.some((known) => type.startsWith(known));

it('records H.264 where it can, as each browser does, and VP8 where it must', () => {
  expect(bestFormat(takes('video/webm', 'video/mp4'))).toMatchObject({ container: 'webm', video: 'h264' });
  expect(bestFormat(takes('video/mp4'))).toMatchObject({ container: 'mp4', video: 'h264', audio: 'aac' });
  expect(bestFormat(takes('video/webm;codecs=vp8'))).toMatchObject({ container: 'webm', video: 'other' });
  expect(bestFormat(() => false)).toBeNull();
});

it('says what to do about each refusal of the browser', () => {
  const said = (name: string): string => mediaTrouble(new DOMException('', name));
  expect(said('NotAllowedError')).toContain('Allow it');
  expect(said('NotReadableError')).toContain('Another program');
  expect(said('OverconstrainedError')).toContain('Choose another');
  expect(said('SomethingNew')).toContain('Reload');
  expect(mediaTrouble('nothing')).toContain('Reload');
});

it('goes to the same house, as securely as the page came', () => {
  expect(socketUrl('https://live.example')).toBe('wss://live.example/broadcast-socket');
  expect(socketUrl('http://localhost:8402')).toBe('ws://localhost:8402/broadcast-socket');
});

it('shows quiet speech, and never more than everything', () => {
  expect(loudness(new Uint8Array([128, 128]))).toBe(0);
  expect(loudness(new Uint8Array([128, 134]))).toBeGreaterThan(0.15);
  expect(loudness(new Uint8Array([0, 255]))).toBe(1);
});
