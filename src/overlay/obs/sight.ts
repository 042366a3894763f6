// What is seen of OBS while it is connected: its scenes and sources, what is on air, and how the stream does.
import type { ObsSight } from '../../vocabulary/obs.js';
import type { Line } from './dial.js';
import type { Hand } from './hand.js';

const statsEveryMs = 2000;
/** Many changes at once, as when a scene collection is loaded, are read once. */
const settleMs = 200;

const cameraKinds = [
  'dshow_input',
  'macos-avcapture',
  'av_capture_input_v2',
  'av_capture_input',
  'v4l2_input',
  'pipewire-camera-source',
];

/** Where OBS would stream to. */
export interface Service {
  type: string;
  settings: Record<string, unknown>;
}

const names = (items: readonly Record<string, unknown>[], key: string): string[] =>
  items.map((item) => String(item[key] ?? ''));

async function readLists({ call }: Line) {
  const [{ inputs }, { inputKinds }, list] = await Promise.all([
    call('GetInputList'),
    call('GetInputKindList'),
    call('GetSceneList'),
  ]);
  const sceneNames = names(list.scenes, 'sceneName').toReversed();
  const items = await Promise.all(sceneNames.map((sceneName) => call('GetSceneItemList', { sceneName })));
  const ofKind = (test: RegExp): string[] =>
    inputs.filter(({ inputKind }) => test.test(String(inputKind))).map(({ inputName }) => String(inputName));
  return {
    scene: list.currentProgramSceneName,
    scenes: sceneNames.map((name, i) => ({ name, sources: names(items[i]?.sceneItems ?? [], 'sourceName') })),
    media: ofKind(/^(ffmpeg_source|vlc_source)/),
    texts: ofKind(/^text_/),
    cameras: cameraKinds.filter((kind) => inputKinds.includes(kind)),
    browser: inputKinds.includes('browser_source'),
  };
}

export async function readService(call: Hand['read']): Promise<Service> {
  const { streamServiceType, streamServiceSettings } = await call('GetStreamServiceSettings');
  return { type: streamServiceType, settings: streamServiceSettings as Record<string, unknown> };
}

async function readStats({ call }: Line, before: { bytes: number; at: number } | null) {
  const [stats, stream] = await Promise.all([call('GetStats'), call('GetStreamStatus')]);
  const now = { bytes: stream.outputBytes, at: performance.now() };
  const moved = before && now.bytes > before.bytes ? (now.bytes - before.bytes) * 8 : 0;
  return {
    now,
    streaming: !stream.outputActive ? 'off' : stream.outputReconnecting ? 'reconnecting' : 'on',
    stats: {
      fps: Math.round(stats.activeFps * 10) / 10,
      cpu: Math.round(stats.cpuUsage * 10) / 10,
      durationMs: Math.max(0, Math.round(stream.outputDuration)),
      frames: Math.round(stream.outputTotalFrames),
      dropped: Math.round(stream.outputSkippedFrames),
      kbps: before ? Math.round(moved / Math.max(1, now.at - before.at)) : 0,
    },
  } as const;
}

const streamStates: Record<string, ObsSight['streaming']> = {
  OBS_WEBSOCKET_OUTPUT_STARTING: 'starting',
  OBS_WEBSOCKET_OUTPUT_STARTED: 'on',
  OBS_WEBSOCKET_OUTPUT_STOPPING: 'stopping',
  OBS_WEBSOCKET_OUTPUT_STOPPED: 'off',
  OBS_WEBSOCKET_OUTPUT_RECONNECTING: 'reconnecting',
  OBS_WEBSOCKET_OUTPUT_RECONNECTED: 'on',
};

const changesLists = [
  ...['SceneListChanged', 'SceneNameChanged', 'InputCreated', 'InputRemoved', 'InputNameChanged'],
  ...['SceneItemCreated', 'SceneItemRemoved', 'CurrentSceneCollectionChanged', 'CurrentProfileChanged'],
] as const;

export type Eyes = Awaited<ReturnType<typeof openEyes>>;

/** Resolves when all has been seen once. */
export async function openEyes(needs: {
  line: Line;
  isHere: (service: Service) => boolean;
  onChange: () => void;
  /** Another scene is on air. */
  onScene: () => void;
  /** It could not be read. */
  onFault: (error: unknown) => void;
}) {
  const { line, isHere, onChange, onFault } = needs;
  const [{ obsVersion }, lists, service, first] = await Promise.all([
    line.call('GetVersion'),
    readLists(line),
    readService(line.call),
    readStats(line, null),
  ]);
  const { stats, streaming } = first;
  let sight: ObsSight = { version: obsVersion, ...lists, stats, streaming, here: isHere(service) };
  let bytes = first.now;
  let settling: NodeJS.Timeout | undefined;

  function see(change: Partial<ObsSight>): void {
    sight = { ...sight, ...change };
    onChange();
  }

  async function look(): Promise<void> {
    const [fresh, service] = await Promise.all([readLists(line), readService(line.call)]);
    see({ ...fresh, here: isHere(service) });
  }

  const quietly = (act: () => Promise<void>) => (): void => void act().catch(onFault);

  for (const name of changesLists) {
    line.on(name, () => {
      clearTimeout(settling);
      settling = setTimeout(quietly(look), settleMs);
    });
  }
  line.on('CurrentProgramSceneChanged', ({ sceneName }) => {
    see({ scene: sceneName });
    needs.onScene();
  });
  line.on('StreamStateChanged', ({ outputState }) => {
    const streaming = streamStates[outputState];
    if (streaming) see({ streaming });
  });
  const ticking = setInterval(
    quietly(async () => {
      const { now, stats, streaming } = await readStats(line, bytes);
      bytes = now;
      const passing = sight.streaming === 'starting' || sight.streaming === 'stopping';
      see(passing ? { stats } : { stats, streaming });
    }),
    statsEveryMs,
  );

  return {
    sight: () => sight,
    look,
    close(): void {
      clearInterval(ticking);
      clearTimeout(settling);
    },
  };
}
