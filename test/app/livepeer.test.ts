// The whole house with a Livepeer gateway: what is broadcast is pushed, the webhook lets it in, and viewers find the rendition.
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Dtok, freePort, removeFolder, startDtok } from '../support/dtok.js';
import { startGateway } from '../support/livepeer/gateway.js';
import { pictureArgs } from '../support/publisher.js';

const secret = 'a-secret-of-the-hosts-own';
let dtok: Dtok;
let gateway: Awaited<ReturnType<typeof startGateway>>;
let camera: ReturnType<typeof spawn>;
/** Whether the gateway is out of order. */
let out = false;

beforeAll(async () => {
  const port = String(await freePort());
  gateway = await startGateway({
    webhook: `http://127.0.0.1:${port}/livepeer/auth/${secret}`,
    fault: () => (out ? 503 : undefined),
  });
  const livepeer = { LIVEPEER_GATEWAY_URL: gateway.url, LIVEPEER_WEBHOOK_SECRET: secret };
  const env = { PORT: port, TEST_CARD: 'off', TRANSCODER: 'livepeer-gateway', RENDITIONS: '360p', ...livepeer };
  dtok = await startDtok({ env });
  const { streamKey } = await dtok.api('hostStream', { params: { stream: 'main' } });
  camera = spawn('ffmpeg', [...pictureArgs({ size: '480x400' }), `${dtok.rtmp}/${streamKey}`], { stdio: 'ignore' });
});

afterAll(async () => {
  camera.kill('SIGKILL');
  await dtok.stop();
  gateway.stop();
  removeFolder(dtok.data);
});

const until = (check: () => unknown): Promise<unknown> => vi.waitFor(check, { timeout: 30_000, interval: 200 });
const playlist = async (name: string): Promise<string> => (await fetch(`${dtok.base}/media/main/${name}`)).text();

it('shows the gateway’s rendition to viewers, and tells the host when there is none', async () => {
  await until(async () => expect((await playlist('360p.m3u8')).split('\n360p-').length).toBeGreaterThan(2));
  expect(await playlist('live.m3u8')).toContain('RESOLUTION=432x360');
  out = true;
  await until(async () => {
    const { notices } = await dtok.api('hostStream', { params: { stream: 'main' } });
    expect(notices.map(({ text }) => text).join()).toMatch(/no orchestrator.*original/);
  });
  expect(dtok.output(), 'secrets are not told').not.toContain(secret);
  expect(dtok.output()).not.toContain(gateway.pushes[0]?.manifest);
  expect(gateway.faults).toEqual([]);
});
