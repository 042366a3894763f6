// A stream that is stopped: who is on air is shown out, everybody is refused with a reason, and a restart changes nothing.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Feed, openFeed } from '../../src/feed/index.js';
import { openStore, type Store } from '../../src/store/index.js';
import { startShows } from '../../src/stream/index.js';
import { removeFolder, temporaryFolder } from '../support/dtok.js';
import { silent } from '../support/payments.js';
import { pictureArgs } from '../support/publisher.js';
import { rtmpClient } from '../support/rtmp-client.js';

let data: string;
let store: Store;
let feed: Feed;
let shows: Awaited<ReturnType<typeof startShows>>;
const children: ChildProcess[] = [];

async function open(): Promise<void> {
  store = await openStore({ path: join(data, 'dtok.sqlite') });
  feed = await openFeed({ store, log: silent });
  shows = await startShows({
    ...{ store, feed, master: randomBytes(32), ffmpeg: 'ffmpeg', mediaFolder: join(data, 'media'), keyBase: '' },
    ...{ cashier: {} as never, onPayerGone: () => {}, onSegment: () => {}, reconnectMs: 60_000, log: silent },
    defaults: {
      title: 'T',
      price: 0n,
      previewMs: 0,
      keyPeriodMs: 2000,
      minTip: 1n,
      mediaBase: '',
      discord: '',
      telegram: '',
      startsAt: null,
    },
    rtmp: { host: '127.0.0.1', port: 0, publicHost: '127.0.0.1' },
    whip: { ports: null, address: null, stun: null },
    packaging: { segmentMs: 1000, partMs: 500, dvrMs: 0 },
    transcoder: null,
  });
}
async function close(): Promise<void> {
  await shows.stop();
  await store.close();
}
beforeEach(async () => {
  data = temporaryFolder('switch');
  await open();
  await shows.streams.create('main', {});
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await close();
  removeFolder(data);
});

const keyOf = (): string => shows.streams.get('main').streamKey;
const port = (): number => Number(new URL(shows.rtmpUrl).port);
const said = async () => (await store.db.selectFrom('events').select('type').execute()).map(({ type }) => type);

async function refused(): Promise<void> {
  const client = await rtmpClient(port());
  await client.publishes(keyOf());
  await client.hears('this show is stopped: start it on the dashboard, or with /stream start');
  await client.closes();
}

it('shows the broadcaster out, says that the show is over, and refuses until it is started, also after a restart', async () => {
  const obs = spawn('ffmpeg', [...pictureArgs(), `${shows.rtmpUrl}/${keyOf()}`], { stdio: 'ignore' });
  children.push(obs);
  const gone = once(obs, 'close');
  await expect.poll(() => shows.state('main'), { timeout: 15_000 }).toBe('live');
  await shows.setOpen('main', false);
  expect(shows.state('main')).toBe('idle');
  await gone;
  await expect.poll(said).toEqual(['live', 'ended']);
  await refused();
  await refused();
  expect(shows.notices('main').map(({ text }) => text)).toEqual([
    'A broadcast was refused, because the show is stopped. Start it to let it in.',
  ]);
  await close();
  await open();
  expect(shows.streams.get('main').open).toBe(false);
  await refused();
  await shows.setOpen('main', true);
  const back = await rtmpClient(port());
  await back.publishes(keyOf());
  await back.hears('NetStream.Publish.Start');
  back.destroy();
  expect(await said()).toEqual(['live', 'ended']);
});

it('of a stream that there is not is refused', async () => {
  await expect(shows.setOpen('nothing', false)).rejects.toMatchObject({ code: 'unknown_stream' });
});
