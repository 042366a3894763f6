// Cams of a stream: keys of their own that are renewed and revoked, also over a restart, and what a database from before has.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openFeed } from '../../src/feed/index.js';
import { openStore, type Store } from '../../src/store/index.js';
import { openStreams } from '../../src/stream/streams.js';
import { removeFolder, temporaryFolder } from '../support/dtok.js';
import { silent } from '../support/payments.js';

let data: string;
let store: Store;
beforeEach(async () => {
  data = temporaryFolder('cams');
  store = await openStore({ path: join(data, 'dtok.sqlite') });
});
afterEach(async () => {
  await store.close();
  removeFolder(data);
});

const defaults = { title: 'T', price: 0n, previewMs: 0, keyPeriodMs: 2000, minTip: 1n, mediaBase: '' };
async function open() {
  const feed = await openFeed({ store, log: silent });
  const more = { discord: '', telegram: '', startsAt: null };
  return openStreams({ store, feed, defaults: { ...defaults, ...more }, now: Date.now });
}

it('has one cam at first, whose key is the stream’s, and others with keys of their own', async () => {
  const streams = await open();
  const { streamKey } = await streams.create('show', {});
  const stage = await streams.cams.add('show', 'stage', 'The stage');
  expect(streams.cams.byStreamKey(streamKey)).toMatchObject({ stream: 'show', id: 'main' });
  expect(streams.cams.byStreamKey(stage.streamKey ?? '')).toMatchObject({ id: 'stage', title: 'The stage' });
  await expect(streams.cams.add('show', 'stage')).rejects.toMatchObject({ code: 'cam_exists' });
  for (const bad of ['init', 'Big', '1st', '../x', 'a-b', 'a'.repeat(17)])
    await expect(streams.cams.add('show', bad)).rejects.toMatchObject({ code: 'bad_request' });
  const again = await open();
  expect(again.cams.of('show').map(({ id }) => id)).toEqual(['main', 'stage']);
  expect(again.get('show').streamKey).toBe(streamKey);
  expect(await store.db.selectFrom('streams').select('stream_key').execute()).toEqual([{ stream_key: 'show' }]);
});

it('lets nobody in by a key that was renewed or revoked, and knows it again', async () => {
  const streams = await open();
  const first = (await streams.create('show', {})).streamKey;
  // At the same moment as another change of the stream.
  const [renewed] = await Promise.all([streams.cams.renewKey('show', 'main'), streams.patch('show', { title: 'New' })]);
  const second = renewed.streamKey ?? '';
  expect(streams.get('show')).toMatchObject({ title: 'New', streamKey: second });
  await streams.cams.revokeKey('show', 'main');
  for (const of of [streams, await open()]) {
    for (const key of [first, second]) {
      expect(of.cams.byStreamKey(key)).toBeUndefined();
      expect(of.cams.retired(key)).toEqual({ stream: 'show', cam: 'main' });
    }
    expect(of.cams.retired('never a key')).toBeUndefined();
    expect(of.get('show').streamKey).toBe('');
  }
  const { streamKey } = await streams.cams.renewKey('show', 'main');
  expect(streams.cams.byStreamKey(streamKey ?? '')).toMatchObject({ id: 'main' });
});
