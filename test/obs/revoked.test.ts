// A real OBS whose stream key is renewed while it streams: cut off at once, refused when it comes again, and nothing goes on.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { missingForObs } from '../../scripts/obs.mjs';
import { type Dtok, removeFolder, startDtok } from '../support/dtok.js';
import { prepareObs, type RealObs, realPassword } from '../support/obs/real.js';

const main = { params: { stream: 'main' } };
const slow = { timeout: 30_000, interval: 100 };

// That it is not here is said by test/obs/real.test.ts.
describe.skipIf(missingForObs().length > 0)('a real OBS on an old key', () => {
  let dtok: Dtok;
  let obs: RealObs;

  beforeAll(async () => {
    obs = await prepareObs();
    obs.start();
    dtok = await startDtok({ env: { TEST_CARD: 'off', RECONNECT_SECONDS: '6' } });
  });
  afterAll(async () => {
    await obs?.stop();
    await dtok?.stop();
    if (dtok) removeFolder(dtok.data);
  });

  const state = async (): Promise<string> => (await dtok.api('getStream', main)).state;
  const playlist = async (): Promise<string> => (await fetch(`${dtok.base}/media/main/video.m3u8`)).text();
  const refusals = (): number => dtok.output().split('this stream key was replaced').length - 1;

  it('is really gone, and comes back in vain', async () => {
    const connect = () => dtok.api('connectObs', { ...main, body: { address: obs.address, password: realPassword } });
    await vi.waitFor(connect, slow);
    await dtok.api('allowObs', { ...main, body: { scene: true, service: true, encoder: true, stream: true } });
    const plan = await dtok.api('planObs', { ...main, body: {} });
    await dtok.api('setUpObs', { ...main, body: { plan: plan.id } });
    await dtok.api('actInObs', { ...main, body: { act: 'start' } });
    await vi.waitFor(async () => expect(await state()).toBe('live'), slow);

    const change = { params: { stream: 'main', cam: 'main' }, body: { change: 'renew' } } as const;
    await dtok.api('changeStreamKey', change);
    expect(await state()).toBe('idle');
    // OBS comes again by itself, with the key that it has. What had come before the cut is out by then.
    const refused = (times: number) => vi.waitFor(() => expect(refusals()).toBeGreaterThanOrEqual(times), slow);
    await refused(2);
    const last = await playlist();
    await refused(3);
    expect(await state()).toBe('idle');
    expect(await playlist()).toBe(last);
    expect((await dtok.api('hostStream', main)).notices[0]?.text).toContain('replaced stream key');
  });
});
