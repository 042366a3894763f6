// What WHIP does with packets: their order, losses, time and keyframes. No network, no clock.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flvTags, type Tag, timeOf } from '../../src/stream/media/flv.js';
import { createAsking } from '../../src/stream/whip/asking.js';
import { announce } from '../../src/stream/whip/offer.js';
import { createOrder } from '../../src/stream/whip/order.js';
import { createPictures, type Packet } from '../../src/stream/whip/pictures.js';
import { createAlignment, createTimeline } from '../../src/stream/whip/timeline.js';

const packet = (sequence: number, more: Partial<Packet> = {}): Packet => ({
  ...{ sequence: sequence & 0xffff, timestamp: 0, marker: true, payload: Buffer.from([0x41, 1]) },
  ...more,
});

describe('the order of packets', () => {
  function newOrder() {
    const came: (number | 'loss')[] = [];
    const order = createOrder({
      ...{ waitMs: 100, onPacket: ({ sequence }) => came.push(sequence), onLoss: () => came.push('loss') },
    });
    return { order, came };
  }

  it('is that of their numbers, over the end of 16 bits, whatever comes late or twice', () => {
    const near = fc.array(fc.nat(20), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(fc.nat(0xffff), near, (first, delays) => {
        const { order, came } = newOrder();
        const numbers = delays.map((delay, i) => ({ n: first + 1 + i, at: i + delay })).sort((a, b) => a.at - b.at);
        order.push(packet(first), 0);
        for (const { n } of [...numbers, ...numbers]) order.push(packet(n), 1);
        expect(came).toEqual([first, ...delays.map((_, i) => (first + 1 + i) & 0xffff)]);
      }),
    );
  });

  it('goes on behind what does not come, no later than it may, and asks for it until then', () => {
    const { order, came } = newOrder();
    for (const [n, at] of [
      [65_534, 0],
      [1, 10],
      [2, 20],
      [4, 60],
    ] as const)
      order.push(packet(n), at);
    expect(order.missing()).toEqual([65_535, 0, 3]);
    order.tick(110);
    expect(came).toEqual([65_534]);
    order.tick(111);
    expect(came).toEqual([65_534, 'loss', 1, 2]);
    order.push(packet(0), 112);
    order.push(packet(3), 113);
    expect(came).toEqual([65_534, 'loss', 1, 2, 3, 4]);
    expect(order.missing()).toEqual([]);
  });

  it('begins anew with a sender that does', () => {
    const { order, came } = newOrder();
    for (const n of [5, 30_000, 30_001]) order.push(packet(n), 0);
    expect(came).toEqual([5, 'loss', 30_000, 30_001]);
  });
});

const sps = Buffer.from('6742c01fda02802d', 'hex');
const pps = Buffer.from('68ce3c80', 'hex');
const slice = (type: number, bytes: number, first = true): Buffer =>
  Buffer.concat([Buffer.from([0x60 | type]), Buffer.alloc(bytes, first ? 0x87 : 0x47)]);

/** STAP-A. */
const together = (...nals: Buffer[]): Buffer =>
  Buffer.concat([
    Buffer.from([0x78]),
    ...nals.flatMap((nal) => [Buffer.from([nal.length >> 8, nal.length & 0xff]), nal]),
  ]);

/** FU-A, in three pieces. */
function inPieces(nal: Buffer): Buffer[] {
  const [head = 0] = nal;
  const third = Math.ceil((nal.length - 1) / 3);
  return [0, 1, 2].map((i) => {
    const flags = (i === 0 ? 0x80 : 0) | (i === 2 ? 0x40 : 0);
    const body = nal.subarray(1 + i * third, 1 + (i + 1) * third);
    return Buffer.concat([Buffer.from([(head & 0xe0) | 28, flags | (head & 0x1f)]), body]);
  });
}

describe('pictures', () => {
  function newPictures() {
    const tags: Tag[] = [];
    const pictures = createPictures({
      timeOf: (timestamp) => timestamp / 90,
      onTag: (tag) => tags.push(...flvTags(tag)),
      onPicture: () => {},
    });
    let n = 0;
    const send = (ms: number, ...payloads: Buffer[]): void =>
      payloads.forEach((payload, i) => {
        pictures.push(packet(n++, { timestamp: ms * 90, marker: i === payloads.length - 1, payload }));
      });
    return { tags, pictures, send };
  }
  const kinds = (tags: readonly Tag[]): string[] =>
    tags.map((tag) => `${timeOf(tag)} ${tag.config ? 'config' : tag.keyframe ? 'key' : 'delta'}`);

  it('come whole, behind their configuration, whatever packets they were in', () => {
    const { tags, send } = newPictures();
    const [key, delta] = [slice(5, 3000), slice(1, 900)];
    send(0, slice(1, 10));
    send(1000, together(sps, pps), ...inPieces(key));
    send(1033, delta);
    send(1066, sps, pps, key);
    expect(kinds(tags)).toEqual(['1000 config', '1000 key', '1033 delta', '1066 key']);
    // Tag header, five bytes of FLV, the length before the unit.
    expect(tags[1]?.data.subarray(20, -4)).toEqual(key);
    expect(tags[2]?.data.subarray(20, -4)).toEqual(delta);
  });

  it('say when their configuration is another one', () => {
    const { tags, send } = newPictures();
    const other = Buffer.from('6742c01fda0140', 'hex');
    send(0, together(sps, pps), slice(5, 9));
    send(33, together(sps, pps), slice(5, 9));
    send(66, together(other, pps), slice(5, 9));
    expect(kinds(tags)).toEqual(['0 config', '0 key', '33 key', '66 config', '66 key']);
  });

  it('stand still after a loss until a keyframe', () => {
    const { tags, pictures, send } = newPictures();
    send(0, together(sps, pps), slice(5, 9));
    pictures.lose();
    expect(pictures.isBroken()).toBe(true);
    send(33, slice(1, 9));
    send(66, together(sps, pps), slice(5, 9));
    send(100, slice(1, 9));
    expect(kinds(tags)).toEqual(['0 config', '0 key', '66 key', '100 delta']);
    // Of this one the first half is missing.
    pictures.lose();
    send(133, slice(5, 9, false));
    send(166, slice(1, 9));
    expect(kinds(tags)).toHaveLength(4);
  });

  it('are given up where one has no end', () => {
    const { tags, pictures, send } = newPictures();
    const piece = slice(5, 60_000);
    send(0, together(sps, pps), ...Array.from({ length: 200 }, () => piece));
    expect(tags.every(({ data }) => data.length < 8 * 1024 * 1024)).toBe(true);
    expect(pictures.isBroken()).toBe(true);
  });

  it('survive whatever is in a packet', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 }), (payloads) => {
        const { send } = newPictures();
        for (const payload of payloads) send(0, Buffer.from(payload));
      }),
    );
  });
});

describe('time', () => {
  const ntp = (ms: number): bigint =>
    (BigInt(Math.floor(ms / 1000)) << 32n) | BigInt(Math.floor(((ms % 1000) / 1000) * 2 ** 32));

  it('goes on over the end of 32 bits, and is set anew when the sender’s clock is', () => {
    const line = createTimeline(90_000);
    expect(line.timeOf(0xffff_ff00, 1000)).toBe(1000);
    expect(line.timeOf(90_000 - 0x100, 2050)).toBeCloseTo(2000, 3);
    expect(line.timeOf(1_900_000_000, 2100)).toBe(2100);
  });

  /** Sound came `late` ms behind the picture that belongs to it; both clocks are reported each second. */
  function shifts(late: (second: number) => number, reports: 'now' | 'the last packet' = 'now'): number[] {
    const [picture, sound] = [createTimeline(90_000), createTimeline(48_000)];
    const align = createAlignment(picture, sound);
    const done: number[] = [];
    const later = reports === 'now' ? 0.02 : 0;
    for (let second = 0; second < 12; second++) {
      picture.timeOf(second * 90_000, 1000 + second * 1000);
      sound.timeOf(second * 48_000, 1000 + second * 1000 + late(0));
      picture.report(ntp(5_000_000 + second * 1000 + 20), (second + later) * 90_000);
      sound.report(ntp(5_000_000 + second * 1000 + 20 + late(second) - late(0)), (second + later) * 48_000);
      done.push(align());
    }
    return done.filter((ms) => ms !== 0).map(Math.round);
  }

  it('brings sound to its picture once, by what reports agree on', () => {
    expect(shifts(() => 300)).toEqual([-300]);
    expect(shifts(() => 20)).toEqual([]);
  });

  it('does not follow reports that contradict each other, nor those that tell when a packet was sent', () => {
    expect(shifts((second) => (second === 0 ? 0 : second % 2 ? 200 : -200))).toEqual([]);
    expect(shifts(() => 300, 'the last packet')).toEqual([]);
  });
});

describe('asking for keyframes', () => {
  /** Pictures at `fps`; the encoder answers `delay` pictures later. */
  function keyframes(fps: number, delay: number, seconds: number): number[] {
    const asking = createAsking(1000);
    const found: number[] = [];
    let due = asking.due(0, true) ? delay : -1;
    for (let n = 0; n < fps * seconds; n++) {
      const ms = Math.round((n * 1000) / fps);
      const keyframe = n === due;
      if (keyframe) found.push(ms);
      asking.saw(ms, keyframe);
      if (asking.due(ms, found.length === 0)) due = n + delay;
    }
    return found;
  }

  it.each([
    [30, 1],
    [30, 3],
    [25, 2],
    [60, 4],
  ])('at %i a second, answered by the %i. picture, they are a second apart', (fps, delay) => {
    const found = keyframes(fps, delay, 20);
    const gaps = found
      .slice(1)
      .map((ms, i) => ms - (found[i] ?? 0))
      .slice(2);
    expect(gaps.length).toBeGreaterThan(10);
    for (const gap of gaps) expect(Math.abs(gap - 1000)).toBeLessThanOrEqual(40);
  });

  it('is repeated while nothing comes of it, but not at once', () => {
    const asking = createAsking(1000);
    const asked = Array.from({ length: 200 }, (_, n) => n * 10).filter((ms) => asking.due(ms, true));
    expect(asked).toEqual([0, 600, 1200, 1800]);
  });
});

it('announces the address outside beside each of our own of its kind, but for the loopback', () => {
  const line = (address: string, type = 'host'): string =>
    `a=candidate:f 1 udp 2116026367 ${address} 40000 typ ${type} generation 0`;
  const answer = [
    'v=0',
    line('127.0.0.1'),
    line('192.168.1.7'),
    line('fd00::2'),
    line('198.51.100.1', 'srflx'),
    '',
  ].join('\r\n');
  const said = announce(answer, '203.0.113.9').split('\r\n');
  expect(said).toHaveLength(answer.split('\r\n').length + 1);
  expect(said[2]).toBe('a=candidate:f9 1 udp 2116026366 203.0.113.9 40000 typ host generation 0');
  expect(announce(answer, '2001:db8::9').split('\r\n')[3]).toContain('2001:db8::9 40000');
});
