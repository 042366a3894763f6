// Setting OBS up: what will be made is shown first, exactly that is made, again it mends, and the host's own stays as it was.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outOfReach } from '../../src/overlay/obs/reach.js';
import type { ObsMay, ObsPlan } from '../../src/vocabulary/obs.js';
import { addSource, type FakeObs, startObs } from '../support/obs/index.js';
import { everything, holds, nothing, openHouse } from './house.js';

let house: Awaited<ReturnType<typeof openHouse>>;
let obs: FakeObs;

beforeEach(async () => {
  house = await openHouse();
  obs = await startObs();
  await house.desk.connect({ address: obs.address, password: 'secret' });
});
afterEach(async () => {
  await house.stop();
  await obs.stop();
  expect(house.lines.join('\n')).not.toMatch(/secret|stream-key|overlay-token/);
});

const does = (plan: ObsPlan) => Object.fromEntries(plan.steps.map((step) => [step.part, step.does]));
const textOf = (plan: ObsPlan, part: string) => plan.steps.find((step) => step.part === part)?.text ?? '';
const fine = { scene: 'fine', camera: 'fine', overlay: 'fine', service: 'fine', encoder: 'fine' };

async function setUp(camera: string | null = null): Promise<ObsPlan> {
  await house.desk.allow(everything);
  return house.desk.setUp(camera, (await house.desk.plan(camera)).id);
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'worked',
    (error) => error.code,
  );

it('shows what it would do and changes nothing; then does that; again, there is nothing to do', async () => {
  await house.desk.allow(everything);
  const plan = await house.desk.plan(null);
  expect(does(plan)).toEqual({ scene: 'make', camera: 'make', overlay: 'make', service: 'change', encoder: 'change' });
  expect(JSON.stringify(plan)).not.toMatch(/stream-key|overlay-token/);
  expect(obs.changes()).toEqual([]);

  const left = await house.desk.setUp(null, plan.id);
  expect(left.failed).toEqual([]);
  expect(does(left)).toEqual(fine);
  expect(obs.world.scenes.get('dTok')?.map(({ source }) => source)).toEqual(['dTok camera', 'dTok overlay']);
  expect(obs.world.inputs.get('dTok overlay')).toMatchObject({
    kind: 'browser_source',
    settings: {
      url: 'http://localhost:8402/overlay/main#t=overlay-token-1',
      width: 1920,
      height: 1080,
      shutdown: false,
      reroute_audio: true,
    },
  });
  expect(obs.world.inputs.get('dTok camera')?.kind).toBe('color_source_v3');
  expect(obs.world.service).toEqual({
    type: 'rtmp_custom',
    settings: { server: 'rtmp://localhost:1935/live', key: 'stream-key-1', use_auth: false },
  });
  expect(obs.world.profile.get('SimpleOutput/UseAdvanced')).toBe('true');
  expect(obs.world.profile.get('SimpleOutput/x264Settings')).toBe('keyint=60 bframes=0');
  expect(obs.world.scene).toBe('Live');
  expect(house.view().obs?.here).toBe(true);

  const before = obs.changes().length;
  await setUp();
  expect(obs.changes()).toHaveLength(before);
});

it('mends what is its own, over a restart: an old address, a missing item, another canvas; and doubles nothing', async () => {
  await setUp();
  house.secrets.overlayToken = 'overlay-token-2';
  obs.world.canvas = { baseWidth: 1280, baseHeight: 720, fpsNumerator: 30, fpsDenominator: 1 };
  const scene = obs.world.scenes.get('dTok') ?? [];
  scene.splice(0, 1);
  obs.world.inputs.set('My overlay', obs.world.inputs.get('dTok overlay') as never);
  obs.world.inputs.delete('dTok overlay');
  for (const item of scene) item.source = 'My overlay';
  await house.close();
  await house.reopen();
  await house.connected();
  const plan = await house.desk.plan(null);
  expect(does(plan)).toEqual({ ...fine, overlay: 'change', camera: 'change' });
  expect(textOf(plan, 'overlay')).toBe(
    'Mend “My overlay”: give it the present address, set its width, set its height.',
  );
  expect(does(await setUp())).toEqual(fine);
  expect(scene.map(({ source }) => source)).toEqual(['dTok camera', 'My overlay']);
  expect(obs.world.inputs.get('My overlay')?.settings).toMatchObject({ width: 1280, url: expect.stringMatching(/2$/) });
  expect([...obs.world.inputs.keys()].sort()).toEqual(['My overlay', 'dTok camera']);
  expect([...obs.world.scenes.keys()]).toEqual(['Live', 'Party', 'dTok']);
});

it('leaves alone what the host made, whatever it is called', async () => {
  obs.world.scenes.set('dTok', []);
  addSource(obs.world, 'dTok', 'dTok overlay', { kind: 'browser_source', settings: { url: 'https://mine.example' } });
  addSource(obs.world, 'Live', 'Cam', { kind: 'v4l2_input', settings: { device_id: '/dev/video0' } });
  const own = structuredClone([obs.world.scenes.get('dTok'), obs.world.scenes.get('Live'), [...obs.world.inputs]]);
  expect(does(await setUp('v4l2_input'))).toEqual(fine);
  expect([obs.world.scenes.get('dTok'), obs.world.scenes.get('Live'), [...obs.world.inputs].slice(0, 2)]).toEqual(own);
  expect(obs.world.scenes.get('dTok 2')?.map(({ source }) => source)).toEqual(['dTok camera', 'dTok overlay 2']);
  expect(obs.world.inputs.get('dTok camera')?.kind).toBe('v4l2_input');
});

it('a scene of that name in another scene collection is the host’s', async () => {
  await setUp();
  obs.world.collection = 'Concerts';
  obs.world.scenes.set('dTok', []);
  obs.world.inputs.clear();
  expect(textOf(await house.desk.plan(null), 'scene')).toContain('Make a scene “dTok 2”');
});

it('what was not allowed is not done, whatever is asked', async () => {
  expect(does(await house.desk.plan(null))).toEqual({
    ...{ scene: 'forbidden', camera: 'forbidden', overlay: 'forbidden', service: 'forbidden', encoder: 'forbidden' },
  });
  await house.desk.setUp(null, (await house.desk.plan(null)).id);
  expect(await codeOf(house.desk.act({ act: 'switch', scene: 'Party' }))).toBe('obs_not_allowed');
  obs.world.service = { type: 'rtmp_custom', settings: { server: 'rtmp://localhost:1935/live', key: 'stream-key-1' } };
  expect(await codeOf(house.desk.act({ act: 'start' }))).toBe('obs_not_allowed');
  expect(obs.changes()).toEqual([]);
});

it.each([
  ['scene', ['scene', 'camera', 'overlay']],
  ['service', ['service']],
  ['encoder', ['encoder']],
] as const)('with only “%s” allowed, only that is done', async (may: ObsMay, parts) => {
  await house.desk.allow({ ...nothing, [may]: true });
  const left = await house.desk.setUp(null, (await house.desk.plan(null)).id);
  expect(left.steps.filter((step) => step.does === 'fine').map(({ part }) => part)).toEqual([...parts]);
  expect(left.steps.filter((step) => step.does === 'forbidden')).toHaveLength(5 - parts.length);
});

it('does not do another plan than the one that was seen', async () => {
  await house.desk.allow(everything);
  const plan = await house.desk.plan(null);
  obs.world.service.settings = { service: 'Twitch' };
  obs.world.canvas.baseWidth = 1280;
  expect(await codeOf(house.desk.setUp(null, plan.id))).toBe('obs_plan_old');
  await house.desk.allow({ service: false });
  expect(await codeOf(house.desk.setUp(null, plan.id))).toBe('obs_plan_old');
  expect(obs.changes()).toEqual([]);
});

describe('what cannot be done is said, with what to do, and the rest is done', () => {
  it('an OBS without browser sources', async () => {
    obs.world.kinds = obs.world.kinds.filter((kind) => kind !== 'browser_source');
    const left = await setUp();
    expect(does(left)).toEqual({ ...fine, overlay: 'cannot' });
    expect(textOf(left, 'overlay')).toContain('Flatpak');
  });

  it('another platform’s stream is named before it is replaced, and left while it runs', async () => {
    obs.world.service = { type: 'rtmp_common', settings: { service: 'Twitch', key: 'live_very_private' } };
    await house.desk.allow(everything);
    expect(textOf(await house.desk.plan(null), 'service')).toContain('Now it is Twitch');
    obs.world.streaming = true;
    const plan = await house.desk.plan(null);
    expect(does(plan)).toMatchObject({ service: 'cannot', encoder: 'cannot' });
    expect(JSON.stringify(plan)).not.toContain('very_private');
    await house.desk.setUp(null, plan.id);
    expect(obs.world.service.settings.service).toBe('Twitch');
    expect(await codeOf(house.desk.act({ act: 'stop' }))).toBe('obs_elsewhere');
    expect(obs.world.streaming).toBe(true);
  });

  it('settings that only OBS can change', async () => {
    obs.world.profile.set('Output/Mode', 'Advanced');
    expect(textOf(await setUp(), 'encoder')).toContain('keyframe interval to 2 s and B-frames to 0');
    obs.world.profile.set('Output/Mode', 'Simple');
    obs.world.profile.set('SimpleOutput/StreamEncoder', 'nvenc');
    expect(does(await setUp()).encoder).toBe('cannot');
    obs.world.profile.set('SimpleOutput/StreamEncoder', 'x264');
    obs.world.profile.set('SimpleOutput/x264Settings', 'tune=film keyint=250 crf=20');
    expect(does(await setUp()).encoder).toBe('fine');
    expect(obs.world.profile.get('SimpleOutput/x264Settings')).toBe('tune=film crf=20 keyint=60 bframes=0');
    // Options that OBS does not look at.
    obs.world.profile.set('SimpleOutput/UseAdvanced', 'false');
    expect(does(await house.desk.plan(null)).encoder).toBe('change');
  });

  it('a step that OBS refuses', async () => {
    await house.desk.allow(everything);
    const plan = await house.desk.plan(null);
    obs.failing.set('CreateInput', [500, 'The disk of the source is full.']);
    const left = await house.desk.setUp(null, plan.id);
    expect(left.failed).toHaveLength(2);
    expect(left.failed[0]).toMatch(/did not work\. OBS could not do that: The disk/);
    expect(does(left)).toEqual({ ...fine, camera: 'make', overlay: 'make' });
    obs.failing.clear();
    expect(does(await setUp())).toEqual(fine);
    expect(obs.world.scenes.get('dTok')).toHaveLength(2);
  });
});

it('an OBS on another machine is not given addresses that only this one knows', () => {
  expect(outOfReach('ws://192.168.1.20:4455', 'http://localhost:8402')).toBe(true);
  expect(outOfReach('ws://127.0.0.1:4455', 'http://localhost:8402')).toBe(false);
  expect(outOfReach('ws://[::1]:4455', 'http://127.0.0.1:8402')).toBe(false);
  expect(outOfReach('ws://192.168.1.20:4455', 'https://show.example')).toBe(false);
});

describe('the stream', () => {
  beforeEach(() => setUp());

  it('starts and stops, once', async () => {
    expect((await house.desk.act({ act: 'start' })).obs?.streaming).toBe('on');
    expect((await house.desk.act({ act: 'start' })).obs?.streaming).toBe('on');
    expect((await house.desk.act({ act: 'stop' })).obs?.streaming).toBe('off');
    expect(obs.changes().filter((type) => type.endsWith('Stream'))).toEqual(['StartStream', 'StopStream']);
  });

  it('that does not come up is said', async () => {
    obs.world.starts = false;
    expect(await codeOf(house.desk.act({ act: 'start' }))).toBe('obs_not_started');
  });

  it('of a host who went on to another platform is not touched', async () => {
    obs.world.service = { type: 'rtmp_common', settings: { service: 'Twitch' } };
    await house.connected();
    expect(await codeOf(house.desk.act({ act: 'start' }))).toBe('obs_elsewhere');
    expect(obs.world.streaming).toBe(false);
  });
});

it('without an OBS, everything says so', async () => {
  await obs.stop();
  await holds(() => expect(house.view().state).toBe('waiting'));
  expect(await codeOf(house.desk.plan(null))).toBe('obs_off');
  expect(await codeOf(house.desk.act({ act: 'start' }))).toBe('obs_off');
});
