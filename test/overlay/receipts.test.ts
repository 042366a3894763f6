// Receipts on alerts, the host's own files, and settings from before tiers had looks: over HTTP and the socket.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { openAssets } from '../../src/overlay/assets/index.js';
import { openStore } from '../../src/store/index.js';
import type { Receipt } from '../../src/vocabulary/alert-looks.js';
import { Asset, assetLimits } from '../../src/vocabulary/alert-looks.js';
import type { Showing } from '../../src/vocabulary/alerts.js';
import { type House, openHouse, refusal } from '../http/house.js';
import { removeFolder, temporaryFolder } from '../support/dtok.js';
import { pngOf, wavOf } from './own-files.js';
import { openReader, type Reader } from './reader.js';

let house: House;
const readers: Reader[] = [];
beforeAll(async () => {
  house = await openHouse({ SETTLE_MINIMUM: '1000000' });
  await house.ask('patchAlerts', { body: { tiers: [{ from: '0', standMs: 60_000 }], gapMs: 100 } });
});
afterAll(() => house.stop());
afterEach(() => {
  for (const reader of readers.splice(0)) reader.close();
  expect(house.errors).toEqual([]);
});

let tips = 0;
const tip = (who: { session: string }, amount: string) =>
  house.ask('postTip', {
    token: who.session,
    body: { id: `receipt-tip-${tips++}`, amount, name: `N${tips}`, message: '' },
  });
const settle = () => house.ask('settle', { body: { refund: false } });
const act = (body: object) => house.ask('actOnAlerts', { body: body as never });

async function openOverlay() {
  const reader = await openReader(house.base);
  readers.push(reader);
  const shown: Showing[] = [];
  const receipts: [string, Receipt][] = [];
  reader.socket.on('show', (showing, seen) => {
    shown.push(showing);
    seen('up');
  });
  reader.socket.on('receipt', (...told) => receipts.push(told));
  const overlay = new URL((await house.ask('hostStream')).overlayUrl).hash.slice(3);
  await reader.follow({ stream: 'main', overlay, parts: ['alerts'] });
  return { shown, receipts };
}

it('an alert is authorized until its own channel is claimed up to it, on stage and in the history, with that claim', async () => {
  const [ann, bob] = [await house.viewer(1000n), await house.viewer(1000n)];
  const overlay = await openOverlay();
  await tip(ann, '5');
  await tip(bob, '7');
  await vi.waitFor(() => expect(overlay.shown).toHaveLength(1));
  expect(overlay.shown[0]).toMatchObject({ amount: '5', receipt: 'authorized' });
  const states = async () => {
    const { now, waiting, past } = await house.ask('getAlerts');
    return [...past.toReversed(), ...(now ? [now] : []), ...waiting].map(({ receipt }) => receipt);
  };
  expect(await states()).toEqual(Array(2).fill({ state: 'authorized', transaction: null }));

  const first = (await settle()).claims[0]?.transaction;
  await vi.waitFor(() => expect(overlay.receipts).toEqual([[overlay.shown[0]?.id, 'claimed']]));
  await tip(ann, '3');
  const claimed = { state: 'claimed', transaction: first };
  await vi.waitFor(async () =>
    expect(await states()).toEqual([claimed, claimed, { state: 'authorized', transaction: null }]),
  );
  // The next on stage says so from the beginning; a test has no money behind it.
  await act({ act: 'skip' });
  await vi.waitFor(() => expect(overlay.shown[1]).toMatchObject({ amount: '7', receipt: 'claimed' }));
  const second = (await settle()).claims[0]?.transaction;
  expect(second).not.toBe(first);
  await vi.waitFor(async () => expect(await states()).toEqual([claimed, claimed, { ...claimed, transaction: second }]));
  await house.ask('patchAlerts', { body: { receipts: false } });
  await act({ act: 'skip' });
  await vi.waitFor(() => expect(overlay.shown[2]).toMatchObject({ amount: '3', receipt: null }));
  await house.ask('patchAlerts', { body: { receipts: true } });
  await act({ act: 'test' });
  await act({ act: 'skip' });
  await vi.waitFor(() => expect(overlay.shown[3]).toMatchObject({ kind: 'test', receipt: null }));
  await act({ act: 'skip' });
});

it('several shown as one are claimed when all are', async () => {
  const ann = await house.viewer(1000n);
  await house.ask('patchAlerts', { body: { mergeFrom: 2 } });
  await tip(ann, '2');
  await settle();
  await tip(ann, '4');
  const overlay = await openOverlay();
  await vi.waitFor(() => expect(overlay.shown[0]).toMatchObject({ tips: 2, amount: '6', receipt: 'authorized' }));
  await settle();
  await vi.waitFor(() => expect(overlay.receipts.at(-1)?.[1]).toBe('claimed'));
  await act({ act: 'skip' });
});

const upload = (name: string, body: Uint8Array | string, token = house.hostToken) =>
  fetch(`${house.base}/api/host/assets?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'image/png' },
    body: body as BodyInit,
  });

it('takes the host’s pictures and sounds by what is in them, once, and serves them as nothing else', async () => {
  const [picture, sound] = [pngOf(8, [255, 0, 0]), wavOf(400)];
  const asset = Asset.parse(await (await upload('../Herz <b>.html', picture)).json());
  expect(asset).toMatchObject({ kind: 'picture', name: '../Herz <b>.html', bytes: picture.length });
  expect((await (await upload('again.png', picture)).json()).id).toBe(asset.id);
  const tone = Asset.parse(await (await upload('tone', sound)).json());
  expect([tone.kind, (await house.ask('listAssets')).assets]).toEqual(['sound', [asset, tone]]);

  const served = await fetch(house.base + asset.url);
  expect(Buffer.from(await served.arrayBuffer())).toEqual(Buffer.from(picture));
  expect(Object.fromEntries(served.headers)).toMatchObject({
    'content-type': 'image/png',
    'x-content-type-options': 'nosniff',
    'cache-control': 'public, max-age=31536000, immutable',
    'content-security-policy': "default-src 'none'; sandbox",
  });
  expect((await fetch(house.base + tone.url)).headers.get('content-type')).toBe('audio/wav');
  for (const path of ['/uploads/', '/uploads/..%2fdtok.sqlite', `/uploads/${'0'.repeat(64)}.png`, '/uploads/x.svg'])
    await refusal(await fetch(house.base + path), 404, 'not_found');

  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
  for (const bytes of ['', svg, '<!doctype html><script>1</script>', '%PDF-1.7', 'BM', picture.slice(0, 6)])
    await refusal(await upload('heart.png', bytes), 415, 'asset_wrong_kind');
  await refusal(
    await upload('big.png', Buffer.concat([picture, Buffer.alloc(assetLimits.bytes)])),
    413,
    'asset_too_large',
  );
  await refusal(await upload('huge.png', Buffer.alloc(assetLimits.bytes * 2)), 413, 'too_large');
  await refusal(await upload('heart.png', picture, 'wrong'), 401, 'host_token_needed');

  const tiers = [{ from: '0', standMs: 2000, picture: asset.id, sound: tone.id }];
  expect((await house.ask('patchAlerts', { body: { tiers } })).settings.tiers).toMatchObject(tiers);
  for (const wrong of [{ picture: tone.id }, { sound: asset.id }, { picture: 'https://evil.example/x.png' }])
    await expect(house.ask('patchAlerts', { body: { tiers: [{ ...tiers[0], ...wrong }] as never } })).rejects.toThrow(
      'bad_request',
    );
  const remove = (id: string) =>
    house.call('POST', '/api/host/assets/remove', { body: { id }, token: house.hostToken });
  await refusal(await remove(asset.id), 409, 'asset_in_use');
  await house.ask('patchAlerts', { body: { tiers: [{ from: '0', standMs: 2000 }] } });
  expect(await house.ask('removeAsset', { body: { id: asset.id } })).toEqual({ assets: [tone] });
  await refusal(await remove(asset.id), 404, 'unknown_asset');
  await refusal(await fetch(house.base + asset.url), 404, 'not_found');
});

it('keeps uploads over a restart, clears away what a crash left, and has room for so many', async () => {
  const folder = temporaryFolder('assets');
  const store = await openStore({ path: join(folder, 'dtok.sqlite') });
  const open = () => openAssets({ store, folder: join(folder, 'uploads'), usedBy: () => null });
  const first = await open();
  const made = await first.add('tone', wavOf(50));
  await first.add('tone', wavOf(60));
  await store.db.deleteFrom('assets').where('id', '!=', made.id).execute();
  const second = await open();
  expect(await second.list()).toEqual([made]);
  expect(readdirSync(join(folder, 'uploads'))).toEqual([made.id]);
  for (let i = 1; i < assetLimits.files; i++) await second.add('tone', wavOf(100 + i));
  await expect(second.add('one more', wavOf(90))).rejects.toMatchObject({ code: 'assets_full' });
  await store.close();
  removeFolder(folder);
});
