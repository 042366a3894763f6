// A player that follows RFC 8216 and can do nothing but ask for addresses, on a real house: paid as it is shown more, never refused a key that is listed.
import { type ChildProcess, spawn } from 'node:child_process';
import { createDecipheriv } from 'node:crypto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type House, openHouse } from '../http/house.js';
import { changes, type ListedSegment, type MediaPlaylist, readMedia } from '../support/hls-validator.js';
import { pictureArgs } from '../support/publisher.js';

let house: House;
let obs: ChildProcess;
const price = 10n;
beforeAll(async () => {
  house = await openHouse({
    ...{ PRICE_PER_SECOND: '0.00000000000000001', PREVIEW_SECONDS: '0', KEY_PERIOD_SECONDS: '1' },
    SPONSOR_DEPOSIT: '1',
  });
  const { rtmpUrl, streamKey } = await house.ask('hostStream');
  obs = spawn('ffmpeg', [...pictureArgs({ seconds: 90 }), `${rtmpUrl}/${streamKey}`], { stdio: 'ignore' });
  await vi.waitFor(async () => expect((await house.ask('getStream')).state).toBe('live'), 20_000);
}, 60_000);
afterAll(async () => {
  obs?.kill('SIGKILL');
  expect(house.errors).toEqual([]);
  await house?.stop();
});

const text = async (path: string): Promise<string> => {
  const response = await fetch(new URL(path, house.base));
  if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
  return response.text();
};
const bytes = async (path: string): Promise<Buffer> => {
  const response = await fetch(new URL(path, house.base).href.replace('//localhost', '//127.0.0.1'));
  expect(response.status, path).toBe(200);
  return Buffer.from(await response.arrayBuffer());
};

/** Opens the multivariant playlist, then its first media playlist again and again, each held to the rules. */
async function player(session: string) {
  const { folder } = await house.ask('openNative', { token: session });
  const multivariant = await text(`${folder}live.m3u8`);
  const uri = multivariant.split('\n').find((line) => line && !line.startsWith('#')) ?? '';
  let last: MediaPlaylist | null = null;
  return {
    folder,
    async look(): Promise<MediaPlaylist> {
      const { problems, playlist } = readMedia(await text(folder + uri));
      expect([...problems, ...(last ? changes(last, playlist) : [])]).toEqual([]);
      last = playlist;
      return playlist;
    },
    held: async () => JSON.parse(await text(`${folder}state.json`)).held,
  };
}

/** The segment as a player would have it: opened, or an error. */
async function open({ uri, key, iv }: ListedSegment): Promise<Buffer> {
  const decipher = createDecipheriv('aes-128-cbc', await bytes(key), Buffer.from(iv.slice(2), 'hex'));
  return Buffer.concat([decipher.update(await bytes(uri)), decipher.final()]);
}

it('plays with addresses alone, and stops being shown more when the purse is empty', async () => {
  const viewer = await house.viewer(price * 7n, price * 5n);
  const mine = await player(viewer.session);
  const first = await mine.look();
  expect(first.segments.length).toBeGreaterThan(0);
  expect(first.segments.length, 'it pays for no past').toBeLessThanOrEqual(4);
  expect(first.segments[0]?.key).toMatch(/^http:\/\/\S+\/native\/[\w-]{43}\/\d+-\d+-[\w-]{43}\.key$/);
  const boxes = (data: Buffer): string => data.toString('latin1', 4, 8);
  for (const segment of first.segments) expect(['styp', 'moof', 'sidx', 'prft']).toContain(boxes(await open(segment)));

  // Authorized for five, though there are seven.
  await vi.waitFor(async () => {
    await mine.look();
    expect(await mine.held()).toMatchObject({ code: 'voucher_needed', facts: { purse: viewer.id } });
  }, 15_000);
  const stopped = await mine.look();
  expect((await viewer.purse())?.spent).toBe(`${price * 5n}`);
  await house.ask('postVoucher', { body: house.voucher(viewer.id, price * 7n, viewer.key) });
  await vi.waitFor(async () => {
    expect((await mine.look()).segments.at(-1)?.msn).toBeGreaterThan(stopped.segments.at(-1)?.msn ?? 0);
  }, 5000);
  await vi.waitFor(async () => {
    await mine.look();
    expect(await mine.held()).toMatchObject({ code: 'out_of_credit' });
  }, 15_000);
  const spent = (await viewer.purse())?.spent;
  expect(BigInt(spent ?? 0)).toBeLessThanOrEqual(price * 7n);
  // What it was shown it can open; nobody else's address is any good.
  const end = await mine.look();
  for (const segment of end.segments) await open(segment);
}, 60_000);

it('refuses what was not paid for, forged, or of another’s ticket', async () => {
  const [one, two] = [await house.viewer(price * 20n), await house.viewer(price * 20n)];
  const [a, b] = [await player(one.session), await player(two.session)];
  const [key] = (await a.look()).segments.map(({ key }) => key);
  await b.look();
  if (!key) throw new Error('nothing is shown');
  const status = async (url: string) => (await fetch(url.replace('//localhost', '//127.0.0.1'))).status;
  expect(await status(key)).toBe(200);
  expect(await status(key.replace(a.folder, b.folder))).toBe(404);
  expect(await status(key.replace(/\/(\d+)-/, (_, n) => `/${Number(n) + 9}-`))).toBe(404);
  expect(await status(key.replace(/-(\d{13})-/, (_, until) => `-${Number(until) + 1}-`))).toBe(404);
  await expect(house.ask('openNative', { token: 'x'.repeat(43) })).rejects.toThrow('session_needed');
});
