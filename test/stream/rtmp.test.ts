// The RTMP ingest against raw sockets, which show whether it closes them, and against a real ffmpeg.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Source } from '../../src/stream/media/broadcast.js';
import { flvTags } from '../../src/stream/media/flv.js';
import { createPublishers } from '../../src/stream/publishers.js';
import { givesWayQuery } from '../../src/stream/rtmp/publisher.js';
import { startRtmp } from '../../src/stream/rtmp/server.js';
import { pictureArgs } from '../support/publisher.js';
import { rtmpClient } from '../support/rtmp-client.js';

interface Show {
  stream: string;
  source: Source;
  flv: Buffer[];
  ended: boolean;
}

const secret = 'a-secret-key';
const idr = Buffer.from([0x17, 1, 0, 0, 0, 9, 9, 9]);

let shows: Show[];
let lines: string[];
let server: Awaited<ReturnType<typeof startRtmp>>;
const clients: { destroy(): void }[] = [];
const children: ChildProcess[] = [];

beforeEach(async () => {
  shows = [];
  lines = [];
  const line = (...parts: unknown[]): void => {
    lines.push(parts.map((part) => JSON.stringify(part)).join(' '));
  };
  server = await startRtmp({
    host: '127.0.0.1',
    port: 0,
    limits: { publishMs: 700, silenceMs: 900 },
    authorize: async (app, key) => {
      if (app !== 'live') return { refuse: 'wrong path' };
      if (key === 'breaks') throw new Error('the store is gone');
      return key === secret
        ? { stream: 'main', cam: 'main', holds: () => true }
        : { refuse: 'the stream key is not known' };
    },
    publish: ({ stream }, source) => {
      const show: Show = { stream, source, flv: [], ended: false };
      shows.push(show);
      source.onData((flv) => show.flv.push(Buffer.from(flv)));
      source.onEnd(() => {
        show.ended = true;
      });
    },
    publishers: createPublishers(),
    log: { info: line, warn: line, error: line, debug: line },
  });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await server.stop();
  expect(lines.join('\n')).not.toContain(secret);
});

async function client() {
  const made = await rtmpClient(server.port);
  clients.push(made);
  return made;
}

/** A client that is on air. */
async function onAir(name = secret) {
  const made = await client();
  await made.publishes(name);
  await made.hears('NetStream.Publish.Start');
  return made;
}

const eventually = (check: () => void, timeout = 5000): Promise<void> => vi.waitFor(check, { timeout, interval: 10 });
const lineWith = (text: string): Promise<void> => eventually(() => expect(lines.join('\n')).toContain(text));

describe('who may publish', () => {
  it('takes a known key, and passes on what is sent as FLV', async () => {
    const one = await onAir();
    one.media(9, idr);
    await eventually(() => expect(shows[0]?.flv.length).toBe(2));
    const [tag] = flvTags(Buffer.concat(shows[0]?.flv ?? []));
    expect(tag?.data.subarray(11, -4)).toEqual(idr);
    expect(shows[0]).toMatchObject({ stream: 'main', ended: false });
  });

  it('never says Start to a wrong key: it says why, and closes', async () => {
    const one = await client();
    await one.publishes('wrong-key');
    await one.hears('NetStream.Publish.BadName');
    await one.hears('the stream key is not known');
    one.media(9, idr);
    await one.closes();
    expect(one.heard('NetStream.Publish.Start')).toBe(false);
    expect(shows).toEqual([]);
    expect(lines.filter((line) => line.includes('refused'))).toHaveLength(1);
    expect(lines.join()).not.toContain('wrong-key');
  });

  it('closes a refused client that keeps its own half open and goes on sending', async () => {
    const one = await client();
    one.socket.allowHalfOpen = true;
    await one.publishes('wrong-key');
    await one.hears('NetStream.Publish.BadName');
    const flood = setInterval(() => one.media(9, Buffer.alloc(10_000)), 20);
    await one.closes().finally(() => clearInterval(flood));
  });

  it('refuses the second broadcaster, and the first goes on', async () => {
    const first = await onAir();
    const second = await client();
    await second.publishes(secret);
    await second.hears('already being broadcast');
    await second.closes();
    first.media(9, idr);
    await eventually(() => expect(shows[0]?.flv.length).toBe(2));
    expect(shows).toHaveLength(1);
    expect(first.isClosed()).toBe(false);
  });

  it('lets any broadcast take the place of one that gives way, never the other way round', async () => {
    const card = await onAir(`${secret}${givesWayQuery}`);
    const real = await onAir();
    await card.hears('another broadcast took its place');
    await card.closes();
    expect(shows.map((show) => show.ended)).toEqual([true, false]);
    const again = await client();
    await again.publishes(`${secret}${givesWayQuery}`);
    await again.hears('already being broadcast');
    await again.closes();
    real.media(9, idr);
    await eventually(() => expect(shows[1]?.flv.length).toBe(2));
  });

  it('refuses players, other paths, and everybody while the keys cannot be read', async () => {
    const player = await client();
    await player.connected();
    player.command('play', { transId: 3, cmdObj: null, streamName: secret }, 1);
    await player.hears('NetStream.Play.Failed');
    await player.closes();
    const lost = await client();
    await lost.connected('other', 'no url at all');
    lost.command('publish', { transId: 3, cmdObj: null, streamName: secret, type: 'live' }, 1);
    await lost.hears('wrong path');
    await lost.closes();
    const unlucky = await client();
    await unlucky.publishes('breaks');
    await unlucky.hears('the server has trouble');
    await unlucky.closes();
    expect(shows).toEqual([]);
  });
});

describe('how a broadcast ends', () => {
  it('ends at once when the socket vanishes, and may come back', async () => {
    const one = await onAir();
    one.destroy();
    await eventually(() => expect(shows[0]?.ended).toBe(true));
    await onAir();
    expect(shows).toHaveLength(2);
  });

  it.each(['FCUnpublish', 'deleteStream', 'closeStream'])('ends at once on %s', async (cmd) => {
    const one = await onAir();
    one.command(cmd, { transId: 5, cmdObj: null });
    await eventually(() => expect(shows[0]?.ended).toBe(true), 400);
    await one.closes();
    await onAir();
  });

  it('is revoked with a reason', async () => {
    const one = await onAir();
    shows[0]?.source.refuse('the host took it off air');
    expect(shows[0]?.ended).toBe(true);
    await one.hears('the host took it off air');
    await one.closes();
  });

  it('ends when nothing comes any more', async () => {
    const one = await onAir();
    await one.closes();
    expect(shows[0]?.ended).toBe(true);
    await lineWith('no data for too long');
  });
});

describe('what is no broadcast', () => {
  it.each([
    ['another protocol', () => Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['garbage after the handshake', () => Buffer.concat([Buffer.alloc(3073, 3), Buffer.alloc(20_000, 0xa7)])],
    [
      'a message of 16 MB',
      () => Buffer.concat([Buffer.alloc(3073, 3), Buffer.from('03000000ffffff140000000000', 'hex')]),
    ],
    [
      'chunks of no bytes',
      () => Buffer.concat([Buffer.alloc(3073, 3), Buffer.from('02000000000004010000000000000000', 'hex')]),
    ],
    [
      'a short control message',
      () => Buffer.concat([Buffer.alloc(3073, 3), Buffer.from('0200000000000101000000000000', 'hex')]),
    ],
  ])('drops %s, and nothing else', async (_what, bytes) => {
    const good = await onAir();
    const bad = await client();
    bad.socket.write(bytes());
    await bad.closes();
    await lineWith('no RTMP');
    good.media(9, idr);
    await eventually(() => expect(shows[0]?.flv.length).toBe(2));
  });

  it('drops random bytes, whatever they are', async () => {
    const good = await onAir();
    for (let round = 0; round < 30; round++) {
      const bad = await client();
      const noise = Buffer.from(Array.from({ length: 600 }, (_, i) => (i * i * 31 + round * 97 + (i >> 3)) & 0xff));
      bad.socket.end(Buffer.concat([Buffer.alloc(3073, 3), noise]));
      await bad.closes();
      good.media(9, idr);
    }
    expect(shows[0]?.ended).toBe(false);
  });

  it('waits only so long for a handshake, and for a broadcast after it', async () => {
    // A client that says nothing at all.
    const silent = connect(server.port, '127.0.0.1').on('error', () => {});
    const slow = await client();
    await slow.handshake();
    await Promise.all([once(silent, 'close'), slow.closes()]);
    await lineWith('did not begin to broadcast in time');
  });
});

describe('a real ffmpeg', () => {
  function publish(name: string): ChildProcess & { said(): string } {
    const url = `rtmp://127.0.0.1:${server.port}/live/${name}`;
    const child = spawn('ffmpeg', [...pictureArgs({ seconds: 20 }), url], { stdio: ['ignore', 'ignore', 'pipe'] });
    children.push(child);
    let said = '';
    child.stderr?.on('data', (bytes) => {
      said += bytes;
    });
    return Object.assign(child, { said: () => said });
  }

  it('broadcasts H.264 and AAC with rising times', async () => {
    publish(secret);
    await eventually(() => expect(shows[0]?.flv.length).toBeGreaterThan(60), 8000);
    const tags = flvTags(Buffer.concat(shows[0]?.flv ?? []));
    expect(tags.filter((tag) => tag.config).map((tag) => tag.type)).toEqual(expect.arrayContaining(['video', 'audio']));
    const times = tags.filter((tag) => tag.type === 'video').map((tag) => tag.data.readUIntBE(4, 3));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)).toBeGreaterThan(500);
  }, 15_000);

  it('is told why it is refused, and ends', async () => {
    const child = publish('wrong');
    await once(child, 'close');
    expect(child.said()).toContain('the stream key is not known');
  }, 10_000);
});
