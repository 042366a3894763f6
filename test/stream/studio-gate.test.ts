// Livepeer Studio’s own gate, at the wire: cams pushed there, viewers let in while they pay and for how long after, and whom our webhook believes.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { livepeerAccess, livepeerPath } from '../../src/http/livepeer-paths.js';
import { readSettings } from '../../src/settings.js';
import { createPasses } from '../../src/stream/studio/passes.js';
import { createStudioRelay } from '../../src/stream/transcode/studio/relay.js';
import { openGateHouse, type Viewer } from '../gate/house.js';
import { openAir } from '../support/air.js';
import { type StudioOptions, signingKeys, startStudio } from '../support/livepeer/studio.js';
import { signatureOf } from '../support/livepeer/studio-gate.js';

const secret = 'a-secret-of-the-hosts-own';
const account = signingKeys();
/** One of Studio's seconds here. */
const secondMs = 50;
const graceMs = 15_000;
const until = (check: () => unknown, timeout = 30_000) => vi.waitFor(check, { timeout, interval: 50 });

/** A host whose cam `main` is shown by Studio, and viewers of one sponsor who pay at the gate. */
async function onAir(type: 'webhook' | 'jwt', options: Partial<StudioOptions> = {}) {
  const clock = { skip: 0 };
  const now = (): number => Date.now() + clock.skip;
  const house = await openGateHouse({ now });
  const studio = await startStudio({
    ...{ apiKey: 'an-api-key', publicKey: account.publicKey, sourceHeight: 400, secondMs, ...options },
  });
  const web = express();
  const server = createServer(web).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${livepeerPath}/access`;
  const relay = createStudioRelay({
    ...{ api: studio.api, rtmp: studio.rtmp, apiKey: 'an-api-key', ...account, issuer: 'https://dtok.example' },
    ...{ ffmpeg: 'ffmpeg', names: ['360p'], gate: type === 'jwt' ? { type } : { type, url, secret } },
  });
  // The gate's stream has another name than that of the air.
  const shown = () => relay.shown('main');
  const passes = createPasses({ ...house, relay: { ...relay, shown }, now });
  const false_: string[] = [];
  const admits = (_: string, key: string): boolean => passes.admits('show', key);
  web.use(livepeerPath, livepeerAccess({ secret, admits, onFalse: (reason) => false_.push(reason) }));
  const folder = mkdtempSync(join(tmpdir(), 'dtok-air-'));
  const air = await openAir({ folder, transcoder: relay });
  air.publish({ size: '480x400' });

  return {
    ...{ clock, house, studio, url, relay, passes, false_, air, shown },
    /** A key period that begins now; its number. */
    period: (durationMs = 2000): Promise<number> => house.keys.open('show', durationMs),
    async pay(session: string, n: number): Promise<number> {
      return (await house.ask(n, session)).status;
    },
    /** What the watch page shows Studio; undefined while nothing is paid for. */
    async pass(session: string): Promise<Record<string, string> | undefined> {
      const { header, passes: all } = await passes.open(session);
      return all[0] && { [header]: all[0].value };
    },
    /** A new session with Studio: where it goes on; its status where it does not. */
    async begin(headers: Record<string, string> = {}): Promise<string | number> {
      const at = shown()[0]?.url ?? '';
      const response = await fetch(at, { headers });
      const variant = (await response.text()).split('\n').find((line) => line && !line.startsWith('#'));
      return response.ok && variant ? new URL(variant, at).href : response.status;
    },
    async stop(): Promise<void> {
      await air.stop();
      studio.stop();
      server.closeAllConnections();
      server.close();
      await house.close();
      rmSync(folder, { recursive: true });
    },
  };
}

type On = Awaited<ReturnType<typeof onAir>>;
const status = async (url: string, headers: Record<string, string> = {}) => (await fetch(url, { headers })).status;

describe('by our webhook', () => {
  let on: On;
  let [viewer, other]: Viewer[] = [];
  beforeAll(async () => {
    on = await onAir('webhook');
    await until(() => expect(on.shown()).toHaveLength(1));
    [viewer, other] = await on.house.crowd(2);
  }, 60_000);
  afterAll(() => on.stop());

  it('lets in who pays, from the first period to the last and the stated seconds after it', async () => {
    const [made] = [...on.studio.streams.values()];
    expect([...on.studio.webhooks.values()]).toMatchObject([
      { url: on.url, sharedSecret: secret, events: ['playback.accessControl'] },
    ]);
    expect(made?.playbackPolicy).toEqual({
      ...{ type: 'webhook', webhookId: 'hook-1', webhookContext: { stream: 'main' }, refreshInterval: 30 },
    });
    if (!viewer) throw new Error('no viewer');
    const { session, purse } = viewer;
    // The whole of his credit, in two periods.
    const first = await on.period(100_000);
    expect(await on.passes.open(session)).toMatchObject({ key: first, passes: [] });
    expect(await on.begin(), 'nobody without a pass').toBe(403);
    expect(await on.begin({ 'livepeer-access-key': 'x'.repeat(43) }), 'nor with one that is not ours').toBe(403);
    expect(await on.pay(session, first)).toBe(200);
    const pass = await on.pass(session);
    const playing = await on.begin(pass);
    expect(playing).toMatch(/^http/);
    expect(await status(`${playing}`)).toBe(200);
    const segment = (await (await fetch(`${playing}`)).text()).split('\n').find((line) => line.includes('.ts'));
    expect(await status(new URL(segment ?? '', `${playing}`).href)).toBe(200);

    on.clock.skip += 100_000;
    const second = await on.period(100_000);
    expect(await on.pay(session, second)).toBe(200);
    expect(await on.pass(session), 'the same while it pays').toEqual(pass);
    on.clock.skip += 100_000 + graceMs;
    expect(await on.pay(session, await on.period(100_000)), 'the purse is empty').toBe(402);
    expect(await on.pass(session)).toBeUndefined();
    const began = Date.now();
    await until(async () => expect(await status(`${playing}`)).toBe(403));
    expect(Date.now() - began, 'far from the minutes that it keeps an answer').toBeLessThan(35 * secondMs + 1500);
    expect(await on.begin(pass), 'nor anew').toBe(403);

    const { sponsor, ledger } = on.house;
    const channel = sponsor()?.id ?? purse;
    for (const id of [purse, channel])
      await ledger.adjust(id, (p) => {
        p.limit += 1000n;
        p.authorized += 1000n;
      });
    expect(await on.pay(session, await on.period())).toBe(200);
    const another = await on.pass(session);
    expect(another, 'Studio remembers what it was told of the old one').not.toEqual(pass);
    expect(await on.begin(another)).toMatch(/^http/);
    expect(await on.begin(pass)).toBe(403);
    expect(on.false_).toEqual([]);
  }, 60_000);

  it('believes nobody but Studio, of now, once', async () => {
    expect(await on.pay(other?.session ?? '', await on.period())).toBe(200);
    const accessKey = Object.values((await on.pass(other?.session ?? '')) ?? {})[0] ?? '';
    const bodyOf = (timestamp: number, key = accessKey): string =>
      JSON.stringify({ context: { stream: 'main' }, accessKey: key, timestamp });
    const send = async (body: string, signature?: string) => {
      const response = await fetch(on.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(signature && { 'Livepeer-Signature': signature }) },
        body,
      });
      return [response.status, await response.json()];
    };
    const at = Date.now();
    const asked = bodyOf(at);
    const signed = signatureOf(asked, secret, at);
    expect(await send(asked, signed)).toEqual([200, {}]);
    const no = [401, { ret: 401 }];
    expect(await send(asked, signed), 'again').toEqual(no);
    expect(await send(bodyOf(at + 1)), 'unsigned').toEqual(no);
    expect(await send(bodyOf(at + 1), 'v1=1'), 'half a signature').toEqual(no);
    expect(await send(bodyOf(at + 1), signatureOf(bodyOf(at + 1), 'another', at + 1))).toEqual(no);
    expect(await send(bodyOf(at + 1), signatureOf(bodyOf(at + 2), secret, at + 1)), 'of another body').toEqual(no);
    expect(await send(bodyOf(at + 1), signatureOf(bodyOf(at + 1), secret, at + 2)), 'two times').toEqual(no);
    const old = at - 121_000;
    expect(await send(bodyOf(old), signatureOf(bodyOf(old), secret, old)), 'of two minutes ago').toEqual(no);
    // Signed over these very bytes, not over what they mean.
    const spaced = asked.replace(':', ' : ').replace(`${at}`, `${at + 3}`);
    expect(await send(spaced, signatureOf(spaced, secret, at + 3))).toEqual([200, {}]);
    const unknown = bodyOf(at + 4, 'y'.repeat(43));
    expect(await send(unknown, signatureOf(unknown, secret, at + 4))).toEqual([403, { ret: 403 }]);
    expect(await send('no json', signatureOf('no json', secret, at))).toEqual(no);
    expect(on.passes.admits('another', accessKey), 'of another stream').toBe(false);
    expect([...new Set(on.false_)].sort()).toEqual([
      ...['it is not of now', 'it is not signed with our secret', 'it was asked before', 'its times differ'],
    ]);
  });
});

it('needs what Studio calls and signs with, and is off by default', () => {
  const given = {
    ...{ TRANSCODER: 'livepeer-studio', RENDITIONS: '360p', LIVEPEER_STUDIO_API_KEY: 'an-api-key' },
    ...{ LIVEPEER_STUDIO_SIGNING_KEY: account.signingKey, LIVEPEER_STUDIO_PUBLIC_KEY: account.publicKey },
  };
  const gate = (more: Record<string, string>): unknown => {
    const { transcoder } = readSettings({ ...given, ...more });
    return transcoder.kind === 'livepeer-studio' ? transcoder.gate : undefined;
  };
  expect(gate({ DVR_SECONDS: '60' })).toBeNull();
  expect(gate({ STUDIO_GATE: 'jwt' })).toEqual({ type: 'jwt' });
  expect(() => gate({ STUDIO_GATE: 'webhook' })).toThrow('PUBLIC_URL and LIVEPEER_WEBHOOK_SECRET');
  const web = { PUBLIC_URL: 'https://live.example.org/', LIVEPEER_WEBHOOK_SECRET: secret };
  const url = 'https://live.example.org/livepeer/access';
  expect(gate({ STUDIO_GATE: 'webhook', ...web })).toEqual({ type: 'webhook', secret, url });
});

it.concurrent('lets in by tokens that outlive what is paid for by the stated seconds', async () => {
  const on = await onAir('jwt');
  try {
    await until(() => expect(on.shown()).toHaveLength(1));
    expect([...on.studio.streams.values()][0]?.playbackPolicy).toEqual({ type: 'jwt', refreshInterval: 30 });
    const [viewer] = await on.house.crowd(1);
    const session = viewer?.session ?? '';
    // What is paid for ended so long ago that the token lasts for three seconds more.
    on.clock.skip = -graceMs;
    expect(await on.pay(session, await on.period(3000))).toBe(200);
    const pass = (await on.pass(session)) ?? {};
    const [token = ''] = Object.values(pass);
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({
      action: 'pull',
      video: 'none',
      iss: 'https://dtok.example',
      pub: account.publicKey,
    });
    expect(claims.sub).toBe(on.shown()[0]?.playbackId);
    expect(claims.exp - Date.now() / 1000).toBeLessThanOrEqual(3);
    const playing = await on.begin(pass);
    expect(playing).toMatch(/^http/);
    expect(await on.begin(), 'nobody without a token').toBe(403);
    expect(
      await on.begin({ 'livepeer-jwt': token.replace(/\.(.)(?=[^.]*$)/, (_, c) => (c === 'A' ? '.B' : '.A')) }),
    ).toBe(403);
    await until(async () => expect(await status(`${playing}`)).toBe(403));
    expect(on.studio.refusals.at(-1)).toBe('over');
    on.clock.skip = 5000;
    expect(await on.pass(session), 'no other without money').toBeUndefined();
  } finally {
    await on.stop();
  }
}, 60_000);

it.concurrent('charges nobody while Studio is out of order, says so, and goes on when it is back', async () => {
  let out = true;
  const on = await onAir('jwt', { fault: () => (out ? 503 : undefined) });
  try {
    await until(() => expect(on.air.notices.join()).toMatch(/Livepeer Studio failed \(503\).*Viewers wait/));
    const [viewer] = await on.house.crowd(1);
    const due = await on.period(60_000);
    expect(await on.passes.open(viewer?.session ?? '')).toMatchObject({ key: null, passes: [] });
    out = false;
    await until(() => expect(on.shown()).toHaveLength(1));
    expect(await on.passes.open(viewer?.session ?? '')).toMatchObject({ key: due, passes: [] });
    const { id } = [...on.studio.streams.values()][0] ?? {};
    await on.air.stop();
    expect(on.studio.asked).toContain(`DELETE /stream/${id}`);
    expect(on.shown()).toEqual([]);
  } finally {
    await on.stop();
  }
}, 60_000);
