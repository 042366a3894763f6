// A real OBS: dTok sets it up and has it stream, viewers get what it sends, a tip switches its scene, and killed it comes back.
import { OBSWebSocket } from 'obs-websocket-js/json';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { missingForObs } from '../../scripts/obs.mjs';
import { addressOf, randomKey, sessionDigest, sign } from '../../src/payments/typed-data.js';
import type { ObsView } from '../../src/vocabulary/obs.js';
import { openTipper } from '../overlay/tipper.js';
import { type Dtok, removeFolder, startDtok } from '../support/dtok.js';
import { prepareObs, type RealObs, realPassword } from '../support/obs/real.js';

const missing = missingForObs();
if (missing.length > 0) {
  process.stderr.write(`
  NOT RUN: the tests against a real OBS, because ${missing.join(' and ')} is not here. On Debian and Ubuntu type
    sudo apt-get install -y obs-studio obs-plugins xvfb libgl1-mesa-dri
  and then  npm test -- test/obs/real.test.ts
`);
}

const dai = 10n ** 18n;
const main = { params: { stream: 'main' } };
const slow = { timeout: 30_000, interval: 200 };

describe.skipIf(missing.length > 0)('a real OBS', () => {
  let dtok: Dtok;
  let obs: RealObs;

  beforeAll(async () => {
    const env = { TEST_CARD: 'off', PREVIEW_SECONDS: '600', MIN_TIP: '0.01', RECONNECT_SECONDS: '2' };
    obs = await prepareObs();
    obs.start();
    dtok = await startDtok({ env });
  });
  afterAll(async () => {
    await obs?.stop();
    await dtok?.stop();
    removeFolder(dtok.data);
  });

  const view = (): Promise<ObsView> => dtok.api('getObs', main);
  const sees = (check: (view: ObsView) => void) => vi.waitFor(async () => check(await view()), slow);
  const state = async (): Promise<string> => (await dtok.api('getStream', main)).state;

  async function newestKey(): Promise<number> {
    const read = async (path: string) => (await fetch(`${dtok.base}/media/main/${path}`)).text();
    const list = await read('live.m3u8');
    const inner = /^[^#\s].*\.m3u8$/m.exec(list)?.[0];
    const keys = [...(inner ? await read(inner) : list).matchAll(/\/keys\/main\/(\d+)/g)].map(([, n]) => Number(n));
    return Math.max(0, ...keys);
  }

  /** What a viewer is given for a key of the stream. */
  async function keyOf(n: number): Promise<{ status: number; bytes: number }> {
    const key = randomKey();
    const { terms } = await dtok.api('getStream', main);
    const [issuedAt, signer] = [Date.now(), addressOf(key)];
    const domain = { chainId: terms.chainId, contract: terms.contract };
    const signature = sign(sessionDigest('main', issuedAt, domain), key);
    const { session } = await dtok.api('openSession', { body: { stream: 'main', signer, issuedAt, signature } });
    const headers = { authorization: `Bearer ${session}` };
    const response = await fetch(`${dtok.base}/keys/main/${n}`, { headers });
    return { status: response.status, bytes: (await response.arrayBuffer()).byteLength };
  }

  it('says what is wrong with the password, and connects', async () => {
    const connect = (password: string) => dtok.api('connectObs', { ...main, body: { address: obs.address, password } });
    await vi.waitFor(() => expect(connect('guess')).rejects.toThrow('obs_password_wrong'), slow);
    const { state, obs: sight } = await connect(realPassword);
    expect(state).toBe('connected');
    expect(sight).toMatchObject({ scene: 'Scene', streaming: 'off', here: false });
  });

  it('makes its scene beside the host’s, and again finds nothing to do', async () => {
    await dtok.api('allowObs', { ...main, body: { scene: true, service: true, encoder: true, stream: true } });
    const plan = await dtok.api('planObs', { ...main, body: {} });
    const left = await dtok.api('setUpObs', { ...main, body: { plan: plan.id } });
    expect(left.failed).toEqual([]);
    const { obs: sight } = await view();
    const overlay = sight?.browser ? 'fine' : 'cannot';
    const does = Object.fromEntries(left.steps.map((step) => [step.part, step.does]));
    expect(does).toEqual({ scene: 'fine', camera: 'fine', overlay, service: 'fine', encoder: 'fine' });
    expect(sight).toMatchObject({ scene: 'Scene', here: true });
    const own = sight?.scenes.find(({ name }) => name === 'dTok');
    expect(own?.sources).toEqual(sight?.browser ? ['dTok camera', 'dTok overlay'] : ['dTok camera']);
    expect(await dtok.api('setUpObs', { ...main, body: { plan: left.id } })).toEqual(left);
  });

  it('streams, and viewers are given the keys of what it sends', async () => {
    await dtok.api('actInObs', { ...main, body: { act: 'start' } });
    await vi.waitFor(async () => expect(await state()).toBe('live'), slow);
    const first = await vi.waitFor(async () => {
      const n = await newestKey();
      expect(n).toBeGreaterThan(0);
      return n;
    }, slow);
    expect(await keyOf(first)).toEqual({ status: 200, bytes: 16 });
    await vi.waitFor(async () => expect(await newestKey()).toBeGreaterThan(first + 1), slow);
    await sees(({ obs: sight }) => {
      expect(sight?.streaming).toBe('on');
      expect(sight?.stats.frames).toBeGreaterThan(0);
      expect(sight?.stats.kbps).toBeGreaterThan(0);
    });
  });

  it('a tip switches its scene, and back', async () => {
    await dtok.api('allowObs', { ...main, body: { switch: true } });
    const deed = { act: 'switch', scene: 'dTok', seconds: 2 } as const;
    const when = { on: 'tip', from: `${2n * dai}` } as const;
    await dtok.api('putObsRule', { ...main, body: { when, deed, coolSeconds: 0, on: true } });
    const ann = await openTipper(dtok, 4n * dai);
    await ann.tip('Ann', dai);
    await ann.tip('Ann', 2n * dai, 'Show us the other side');
    await sees(({ obs: sight }) => expect(sight?.scene).toBe('dTok'));
    await sees(({ obs: sight }) => expect(sight?.scene).toBe('Scene'));
    const [rule] = (await view()).rules;
    expect(rule?.last).toMatchObject({ ok: true, text: 'Switched to “dTok”.' });
  });

  it('shows, writes and plays what the host has, and puts it back', async () => {
    const host = new OBSWebSocket();
    await host.connect(obs.address, realPassword);
    const add = (
      inputName: string,
      inputKind: string,
      inputSettings: Record<string, string>,
      sceneItemEnabled = true,
    ) => host.call('CreateInput', { sceneName: 'Scene', inputName, inputKind, inputSettings, sceneItemEnabled });
    const { inputKinds } = await host.call('GetInputKindList');
    const textKind = inputKinds.find((kind) => kind.startsWith('text_')) ?? '';
    await add('Words', textKind, { text: 'Hello' });
    await add('Clip', 'ffmpeg_source', {});
    const { sceneItemId } = await add('Flash', 'color_source_v3', {}, false);
    await dtok.api('allowObs', { ...main, body: { show: true, media: true, text: true } });
    const said: string[] = [];
    for (const deed of [
      { act: 'show', scene: 'Scene', source: 'Flash', seconds: 1 },
      { act: 'text', source: 'Words', text: '{name}: {message}', seconds: 1 },
      { act: 'media', source: 'Clip' },
      { act: 'show', scene: 'Scene', source: 'Nothing', seconds: 1 },
    ] as const) {
      const { rules } = await dtok.api('putObsRule', {
        ...main,
        body: { when: { on: 'goal' }, deed, coolSeconds: 0, on: true },
      });
      const tried = await dtok.api('tryObsRule', { ...main, body: { id: rules.at(-1)?.id ?? 0 } });
      said.push(tried.rules.at(-1)?.last?.text ?? '');
    }
    expect(said).toEqual([
      'Tried: Showed “Flash” in “Scene”.',
      'Tried: Changed the text “Words”.',
      'Tried: Played “Clip”.',
      'OBS has no source in “Scene” “Nothing” any more. Choose another.',
    ]);
    const shown = async () =>
      (await host.call('GetSceneItemEnabled', { sceneName: 'Scene', sceneItemId })).sceneItemEnabled;
    const text = async () => (await host.call('GetInputSettings', { inputName: 'Words' })).inputSettings.text;
    await vi.waitFor(async () => expect([await shown(), await text()]).toEqual([false, 'Hello']), slow);
    await host.disconnect();
  });

  it('stops', async () => {
    expect((await dtok.api('actInObs', { ...main, body: { act: 'stop' } })).obs?.streaming).toBe('off');
    await vi.waitFor(async () => expect(await state()).toBe('idle'), slow);
  });

  it('killed and started again, it is there again, and what was made is still known', async () => {
    await obs.kill();
    await sees(({ state, problem }) => {
      expect(state).not.toBe('connected');
      expect(problem).toContain('Nothing listens');
    });
    obs.start();
    await sees(({ state }) => expect(state).toBe('connected'));
    const plan = await dtok.api('planObs', { ...main, body: {} });
    expect(plan.steps.map(({ does }) => does)).not.toContain('make');
  }, 40_000);

  it('its password is in no line of the log', () => {
    expect(dtok.output()).not.toContain(realPassword);
    expect(dtok.output()).not.toMatch(/the rule for OBS stumbled|could not be read/);
  });
});
