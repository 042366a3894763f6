// Publishing beside our own folder: S3 at the wire with signatures checked, and copies that follow through faults.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readSettings } from '../../src/settings.js';
import { folderTarget, type Target } from '../../src/stream/media/folder.js';
import { createFollower } from '../../src/stream/media/follower.js';
import { createPublisher, followed } from '../../src/stream/media/publisher.js';
import { s3Target } from '../../src/stream/media/s3.js';
import { silent } from '../support/payments.js';
import { account, checkSignature, startS3 } from '../support/s3.js';

let folder: string;
let s3: Awaited<ReturnType<typeof startS3>>;
const stops: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dtok-publish-'));
  s3 = await startS3();
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  s3.stop();
  rmSync(folder, { recursive: true, force: true });
});

const list = (target: number): string => `#EXTM3U\n#EXT-X-TARGETDURATION:${target}\n`;
const target = (given: Partial<Parameters<typeof s3Target>[0]> = {}): Target =>
  s3Target({
    account: { ...account, endpoint: s3.endpoint },
    ...{ bucket: 'shows', prefix: 'a/main/', timeoutMs: 300, firstRetryMs: 5, ...given },
  });

describe('the signatures that the test’s S3 asks for', () => {
  // Examples of AWS: "Signature Calculations for the Authorization Header" in the S3 API reference.
  const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
  const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  const head = (signed: string, signature: string) => ({
    host: 'examplebucket.s3.amazonaws.com',
    'x-amz-date': '20130524T000000Z',
    authorization: `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/20130524/us-east-1/s3/aws4_request, SignedHeaders=${signed}, Signature=${signature}`,
  });
  const get = 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41';
  const put = '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd';
  const listing = '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7';
  const plain = 'host;x-amz-content-sha256;x-amz-date';

  it.each([
    ['GET', '/test.txt', '', { ...head(`host;range;${plain.slice(5)}`, get), range: 'bytes=0-9' }, empty],
    [
      'PUT',
      '/test%24file.text',
      'Welcome to Amazon S3.',
      {
        ...head(`date;${plain};x-amz-storage-class`, put),
        date: 'Fri, 24 May 2013 00:00:00 GMT',
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      },
      '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
    ],
    ['GET', '/?max-keys=2&prefix=J', '', head(plain, listing), empty],
  ])('are those that AWS publishes: %s %s', (method, url, body, headers, hash) => {
    const asked = { method, url, body: Buffer.from(body), headers: { ...headers, 'x-amz-content-sha256': hash } };
    expect(checkSignature(asked, keys)).toBeNull();
    expect(checkSignature({ ...asked, method: 'HEAD' }, keys)).toBe('SignatureDoesNotMatch');
  });
});

describe('S3', () => {
  it('puts, lists over pages, reads and removes, each kind with its headers', async () => {
    const bucket = target();
    for (const name of ['video-1.m4s', 'video-2.m4s', 'video-init-1.mp4']) await bucket.put(name, Buffer.from(name));
    await bucket.put('video.m3u8', list(5));
    await bucket.put('live.m3u8', list(1));
    s3.objects.set('a/other/video-9.m4s', { data: Buffer.alloc(1), type: '', cache: '' });
    expect(await bucket.list()).toEqual(['live.m3u8', 'video-1.m4s', 'video-2.m4s', 'video-init-1.mp4', 'video.m3u8']);
    expect(`${await bucket.get('video-2.m4s')}`).toBe('video-2.m4s');
    expect(await bucket.get('none.m4s')).toBeNull();
    const headers = (name: string) => [s3.objects.get(`a/main/${name}`)?.type, s3.objects.get(`a/main/${name}`)?.cache];
    const forEver = 'public, max-age=31536000, immutable';
    expect(headers('video-1.m4s')).toEqual(['video/iso.segment', forEver]);
    expect(headers('video-init-1.mp4')).toEqual(['video/mp4', forEver]);
    expect(headers('video.m3u8')).toEqual(['application/vnd.apple.mpegurl', 'public, max-age=2']);
    expect(headers('live.m3u8')).toEqual(['application/vnd.apple.mpegurl', 'no-cache']);
    await bucket.remove('video-1.m4s');
    await bucket.remove('video-1.m4s');
    expect(await bucket.list()).not.toContain('video-1.m4s');
  });

  it('tries again what may pass, a bounded number of times, and nothing that stays refused', async () => {
    let asked = 0;
    const counting = (status: number) => () => {
      asked++;
      return status;
    };
    const faults: (number | 'hang' | null)[] = [503, 'hang', null];
    s3.setFault(() => faults[asked++] ?? null);
    await target().put('video-1.m4s', Buffer.from('x'));
    expect(asked).toBe(3);
    asked = 0;
    s3.setFault(counting(500));
    await expect(target().put('video-2.m4s', Buffer.from('x'))).rejects.toThrow('500 (SlowDown)');
    expect(asked).toBe(3);
    asked = 0;
    s3.setFault(counting(403));
    await expect(target().put('video-2.m4s', Buffer.from('x'))).rejects.toThrow('403 (AccessDenied)');
    expect(asked).toBe(1);
  });

  it('is refused with a wrong secret and for a bucket that is not there, and tells neither', async () => {
    const wrong = target({ account: { ...account, endpoint: s3.endpoint, secretAccessKey: 'WRONG-SECRET' } });
    const error = await wrong.put('video-1.m4s', Buffer.from('x')).catch((thrown: unknown) => thrown);
    expect(`${error}`).toContain('SignatureDoesNotMatch');
    expect(JSON.stringify([error, `${error}`, (error as Error).stack])).not.toContain('WRONG-SECRET');
    await expect(target({ bucket: 'none' }).list()).rejects.toThrow('404 (NoSuchBucket)');
    await expect(target({ bucket: 'none' }).put('a.m4s', Buffer.from(''))).rejects.toThrow('404 (NoSuchBucket)');
  });
});

/** A truth in the folder, followed by that copy. */
function follow(copy: Target) {
  const truth = folderTarget(folder);
  const notices: string[] = [];
  const onNotice = (text: string): void => void notices.push(text);
  const follower = createFollower({ truth, copy, name: 'the copy', onNotice, log: silent, firstRetryMs: 10 });
  stops.push(follower.stop);
  return { target: followed(truth, [follower]), follower, notices };
}

const caughtUp = (follower: { state(): { behind: number; failing: boolean } }) =>
  vi.waitFor(() => expect(follower.state()).toMatchObject({ behind: 0, failing: false }), {
    timeout: 5000,
    interval: 5,
  });

/** What a packager does with a segment. */
async function segment(to: Target, n: number): Promise<void> {
  await to.put(`video-${n}.m4s`, Buffer.from(`${n}`));
  await to.put('.window.json', '{}');
  await to.put('video.m3u8', `${list(2)}#EXTINF:1,\nvideo-${n}.m4s\n`);
}

describe('a copy', () => {
  it('has every segment before the playlist that lists it, and what is ours alone', async () => {
    const { target: to, follower } = follow(target());
    for (const n of [1, 2, 3, 4, 5]) await segment(to, n);
    await to.remove('video-1.m4s');
    await caughtUp(follower);
    await vi.waitFor(() => expect([...s3.objects.keys()]).not.toContain('a/main/video-1.m4s'));
    expect([...s3.objects.keys()].sort()).toEqual(
      ['video-2.m4s', 'video-3.m4s', 'video-4.m4s', 'video-5.m4s', 'video.m3u8'].map((name) => `a/main/${name}`),
    );
    const last = s3.order.lastIndexOf('PUT a/main/video.m3u8');
    expect(last).toBeGreaterThan(s3.order.indexOf('PUT a/main/video-5.m4s'));
    expect(`${s3.objects.get('a/main/video.m3u8')?.data}`).toContain('video-5.m4s');
  });

  it('lists at no time what it does not have, however slow it is', async () => {
    const copied = new Map<string, string>();
    const missing: string[] = [];
    const { target: to, follower } = follow({
      async put(name, data) {
        await new Promise((resolve) => setTimeout(resolve, 15));
        const listed = name.endsWith('.m3u8') ? `${data}`.match(/^video-\d+\.m4s$/gm) : null;
        missing.push(...(listed ?? []).filter((file) => !copied.has(file)));
        copied.set(name, `${data}`);
      },
      get: async () => null,
      remove: async () => {},
      list: async () => [],
    });
    for (let n = 1; n <= 40; n++) {
      await segment(to, n);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    await caughtUp(follower);
    expect(missing).toEqual([]);
    expect(copied.get('video.m3u8')).toContain('video-40.m4s');
  });

  it('that is dead holds nobody up, is told of once, and catches up with what is still there', async () => {
    const { target: to, follower, notices } = follow(target({ tries: 1 }));
    await segment(to, 1);
    await caughtUp(follower);
    s3.setFault(() => 'hang');
    const began = performance.now();
    for (let n = 2; n <= 9; n++) await segment(to, n);
    for (const n of [1, 2, 3]) await to.remove(`video-${n}.m4s`);
    expect(performance.now() - began, 'ms that the show was held up').toBeLessThan(250);
    await vi.waitFor(() => expect(notices).toHaveLength(1), { timeout: 3000 });
    expect(notices[0]).toContain('The copy at the copy falls behind');
    expect(follower.state()).toMatchObject({ failing: true });
    expect(follower.state().behind).toBeGreaterThan(0);
    s3.setFault(() => null);
    await caughtUp(follower);
    await vi.waitFor(() => expect(notices).toHaveLength(2));
    expect(notices[1]).toContain('up to date again');
    await vi.waitFor(async () => expect(await target().list()).not.toContain('video-1.m4s'));
    expect(await target().list()).toEqual([...[4, 5, 6, 7, 8, 9].map((n) => `video-${n}.m4s`), 'video.m3u8']);
  });

  it('is compared at the start: what it lacks comes, what is long gone goes, what is not ours stays', async () => {
    const truth = folderTarget(folder);
    await segment(truth, 7);
    for (const name of ['video-1.m4s', 'readme.txt']) await target().put(name, 'old');
    const { follower } = follow(target());
    await caughtUp(follower);
    await vi.waitFor(async () => expect(await target().list()).toEqual(['readme.txt', 'video-7.m4s', 'video.m3u8']));
  });
});

it('publishes to a folder and to S3 at once, each stream in its own folder', async () => {
  const mirror = join(folder, 'mirror');
  const places = [
    { folder: mirror },
    { bucket: 'shows', prefix: 'live/', account: { ...account, endpoint: s3.endpoint } },
  ];
  const publisher = createPublisher({ mediaFolder: join(folder, 'own'), places, onNotice: () => {}, log: silent });
  stops.push(publisher.stop);
  expect(publisher.target('main')).toBe(publisher.target('main'));
  await segment(publisher.target('main'), 1);
  await segment(publisher.target('two'), 2);
  await vi.waitFor(() => expect(publisher.copies().map(({ behind }) => behind)).toEqual([0, 0, 0, 0]));
  await vi.waitFor(() => expect(s3.objects.has('live/two/video.m3u8')).toBe(true));
  expect(publisher.copies().map(({ name }) => name)).toContain('s3://shows/live/main/');
  await vi.waitFor(() => expect(readdirSync(join(mirror, 'two')).sort()).toEqual(['video-2.m4s', 'video.m3u8']));
  expect(readFileSync(join(mirror, 'main', 'video-1.m4s'), 'utf8')).toBe('1');
});

describe('the setting', () => {
  const read = (env: Record<string, string>) => readSettings(env).publishTo;
  const keys = { S3_ACCESS_KEY_ID: 'id', S3_SECRET_ACCESS_KEY: 'secret' };

  it('names folders and buckets', () => {
    expect(read({})).toEqual([]);
    expect(
      read({ ...keys, PUBLISH_TO: '/srv/mirror, s3://shows/a/b,s3://other', S3_REGION: 'eu-west-3' }),
    ).toMatchObject([
      { folder: '/srv/mirror' },
      { bucket: 'shows', prefix: 'a/b/', account: { endpoint: 'https://s3.eu-west-3.amazonaws.com' } },
      { bucket: 'other', prefix: '' },
    ]);
  });

  it.each([
    [{ PUBLISH_TO: 's3://shows' }, 'S3_ACCESS_KEY_ID'],
    [{ ...keys, PUBLISH_TO: 'mirror' }, 'neither a whole path'],
    [{ ...keys, PUBLISH_TO: 's3://No' }, 'neither a whole path'],
  ])('is refused with a reason: %o', (env, reason) => {
    expect(() => read(env as Record<string, string>)).toThrow(reason);
  });
});
