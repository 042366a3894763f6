// Media and pages: what may be kept and by whom, what other sites may do with them, and that nothing else is served.
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type House, openHouse, refusal } from './house.js';

let house: House;
const segment = Buffer.from([...Array(256).keys()]);
beforeAll(async () => {
  house = await openHouse();
  const folder = join(house.data, 'media', 'main');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'live.m3u8'), '#EXTM3U\n');
  writeFileSync(join(folder, 'seg-1.m4s'), segment);
  writeFileSync(join(folder, '.seg-2.m4s.part'), segment);
});
afterAll(async () => {
  expect(house.errors).toEqual([]);
  await house.stop();
});

/** As it is written: fetch would resolve the dots. */
const raw = (path: string): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    request(house.base, { path }, (res) => {
      let body = '';
      res.on('data', (chunk) => (body += chunk)).on('end', () => resolve({ status: res.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });

it('playlists are asked for anew, segments are kept for ever, and any site may fetch both', async () => {
  const playlist = await house.call('GET', '/media/main/live.m3u8', { headers: { origin: 'https://elsewhere.test' } });
  expect(playlist.status).toBe(200);
  expect(playlist.headers.get('content-type')).toContain('application/vnd.apple.mpegurl');
  expect(playlist.headers.get('cache-control')).toBe('no-cache');
  const media = await house.call('GET', '/media/main/seg-1.m4s', { headers: { origin: 'https://elsewhere.test' } });
  expect(Buffer.from(await media.arrayBuffer())).toEqual(segment);
  expect(media.headers.get('cache-control')).toContain('immutable');
  const gone = await house.call('GET', '/media/main/seg-9.m4s');
  await refusal(gone, 404, 'not_found');
  // One that is not there yet must not stay away.
  expect(gone.headers.get('cache-control')).toBe('no-store');
  for (const answer of [playlist, media, gone]) expect(answer.headers.get('access-control-allow-origin')).toBe('*');
});

it('segments are served in part, and heads alone', async () => {
  const part = await house.call('GET', '/media/main/seg-1.m4s', { headers: { range: 'bytes=16-31' } });
  expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 16-31/256']);
  expect(Buffer.from(await part.arrayBuffer())).toEqual(segment.subarray(16, 32));
  const beyond = await house.call('GET', '/media/main/seg-1.m4s', { headers: { range: 'bytes=300-' } });
  await refusal(beyond, 416, 'bad_range');
  const head = await house.call('HEAD', '/media/main/seg-1.m4s');
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '256', '']);
  for (const path of ['/', '/watch/main', '/api/streams', '/healthz', '/metrics', '/api/openapi.json']) {
    const headed = await house.call('HEAD', path);
    expect([headed.status, await headed.text()]).toEqual([200, '']);
  }
});

it('keys are for the asker alone: never kept, and asked for from any site with a token only', async () => {
  const { session } = await house.viewer(10n);
  for (const token of [undefined, session]) {
    const answer = await house.call('GET', '/keys/main/1', { token });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  }
  const asked = await house.call('OPTIONS', '/keys/main/1', { headers: { origin: 'https://elsewhere.test' } });
  expect(asked.status).toBe(204);
  expect(asked.headers.get('access-control-allow-headers')).toContain('authorization');
});

it('the API answers to its own pages only, and is never kept', async () => {
  const answer = await house.call('GET', '/api/streams', { headers: { origin: 'https://elsewhere.test' } });
  expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  expect(answer.headers.get('cache-control')).toBe('no-store');
});

it('every page, file and refusal forbids what a page of ours never does', async () => {
  const paths = [
    '/',
    '/watch/main',
    '/overlay/main',
    '/host',
    '/assets/app-1.js',
    '/nothing',
    '/api/streams',
    '/api/x',
  ];
  for (const path of [...paths, '/media/main/live.m3u8', '/healthz']) {
    const { headers } = await house.call('GET', path);
    expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    expect(headers.get('referrer-policy'), path).toBe('no-referrer');
    expect(headers.get('x-powered-by'), path).toBeNull();
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    // The dashboard frames the overlay, to show how it looks.
    expect(policy).toContain(`frame-ancestors ${path.startsWith('/overlay/') ? "'self'" : "'none'"}`);
    expect(policy).toContain("object-src 'none'");
    expect(policy).not.toMatch(/unsafe|script-src [^;]*\*/);
  }
});

it('pages are asked for anew, their hashed files are kept, and a folder above may begin with a dot', async () => {
  for (const [path, title] of [
    ['/', ''],
    ['/watch/main', 'watch'],
    ['/overlay/main', 'overlay'],
    ['/host', 'host'],
  ]) {
    const page = await house.call('GET', path ?? '');
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-cache']);
    expect(await page.text()).toContain(`<title>${title}</title>`);
  }
  const script = await house.call('GET', '/assets/app-1.js');
  expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  await refusal(await house.call('GET', '/assets/app-2.js'), 404, 'not_found');
});

it('hidden files, folders, and whatever lies outside are not served', async () => {
  const out = [
    '..%2f..%2fsecrets.json',
    '..%2fsecrets.json',
    '../secrets.json',
    '%2e%2e/secrets.json',
    '..\\secrets.json',
  ];
  out.push(
    '....//secrets.json',
    '%252e%252e%252fsecrets.json',
    '..%5csecrets.json',
    '%00',
    'main/..%2f..%2fdtok.sqlite',
  );
  const paths = ['/media/', '/assets/', '/watch/', '/'].flatMap((place) => out.map((path) => `${place}${path}`));
  paths.push(
    '/.env',
    '/assets/.env',
    '/assets/..%2f.env',
    '/media/main/.seg-2.m4s.part',
    '/media/main',
    '/media/main/',
  );
  paths.push('/media', '/assets', '/assets/', '/secrets.json', '/media//secrets.json', '//elsewhere.test/%2e%2e');
  paths.push('/.git/config', '/package.json', '/media/main/seg-1.m4s/', '/data/secrets.json');
  for (const path of paths) {
    const { status, body } = await raw(path);
    if (/^\/watch\/[^/]+$/.test(path) && status === 200) expect(body).toContain('<title>watch</title>');
    else expect([path, [400, 404].includes(status)]).toEqual([path, true]);
    expect(body).not.toMatch(/masterSecret|SECRET=1|SQLite/);
  }
});
