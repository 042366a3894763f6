// Reads from OBS what setting it up must know; changes nothing.
import type { EncoderProfile } from './encoder.js';
import type { Hand } from './hand.js';
import { readService, type Service } from './sight.js';

/** What dTok made says so in its own settings, where OBS keeps it, whatever it is called by now. */
export const markKey = 'dtok';
export type Mark = 'overlay' | 'camera';
export const markOf = (stream: string, what: Mark): string => `${what} of ${stream}`;

export interface Own {
  name: string;
  kind: string;
  settings: Record<string, unknown>;
}

export interface Survey {
  canvas: { width: number; height: number; fps: number };
  kinds: readonly string[];
  collection: string;
  scenes: readonly string[];
  /** Of everything: a new one must not be among them. */
  names: readonly string[];
  /** The scene that dTok made, should it still be there. */
  scene: string | null;
  /** What stands in it. */
  items: readonly string[];
  overlay: Own | null;
  camera: Own | null;
  service: Service;
  streaming: boolean;
  encoder: EncoderProfile;
}

type Read = Hand['read'];

async function readProfile(read: Read): Promise<EncoderProfile> {
  const value = async (parameterCategory: string, parameterName: string): Promise<string> => {
    const found = await read('GetProfileParameter', { parameterCategory, parameterName });
    return found.parameterValue ?? found.defaultParameterValue ?? '';
  };
  const [mode, encoder, advanced, x264] = await Promise.all([
    value('Output', 'Mode'),
    value('SimpleOutput', 'StreamEncoder'),
    value('SimpleOutput', 'UseAdvanced'),
    value('SimpleOutput', 'x264Settings'),
  ]);
  return { mode, encoder, advanced: advanced === 'true', x264 };
}

/** Only the kinds that dTok makes are looked into. */
async function findOwn(read: Read, stream: string, inputs: readonly Record<string, unknown>[]) {
  const found: Record<Mark, Own | null> = { overlay: null, camera: null };
  const candidates = inputs.filter(
    ({ inputKind }) => !/^(text_|image_|ffmpeg_|vlc_|slideshow)/.test(String(inputKind)),
  );
  for (const { inputName } of candidates) {
    const { inputKind, inputSettings } = await read('GetInputSettings', { inputName: String(inputName) });
    const own = { name: String(inputName), kind: inputKind, settings: inputSettings as Record<string, unknown> };
    for (const what of ['overlay', 'camera'] as const) {
      if (own.settings[markKey] === markOf(stream, what)) found[what] ??= own;
    }
  }
  return found;
}

/** `made` are the scenes that dTok remembers as its own. */
export async function survey(
  read: Read,
  stream: string,
  made: readonly { collection: string; scene: string }[],
): Promise<Survey> {
  const [video, { inputKinds }, collections, list, { inputs }, service, { outputActive }, encoder] = await Promise.all([
    read('GetVideoSettings'),
    read('GetInputKindList'),
    read('GetSceneCollectionList'),
    read('GetSceneList'),
    read('GetInputList'),
    readService(read),
    read('GetStreamStatus'),
    readProfile(read),
  ]);
  const scenes = list.scenes.map(({ sceneName }) => String(sceneName));
  const collection = collections.currentSceneCollectionName;
  const remembered = made.find((one) => one.collection === collection && scenes.includes(one.scene));
  const scene = remembered?.scene ?? null;
  const items = scene === null ? [] : (await read('GetSceneItemList', { sceneName: scene })).sceneItems;
  return {
    canvas: {
      width: video.baseWidth,
      height: video.baseHeight,
      fps: video.fpsNumerator / Math.max(1, video.fpsDenominator),
    },
    ...{ kinds: inputKinds, collection, scenes, scene, service, streaming: outputActive, encoder },
    names: [...scenes, ...inputs.map(({ inputName }) => String(inputName))],
    items: items.map(({ sourceName }) => String(sourceName)),
    ...(await findOwn(read, stream, inputs)),
  };
}
