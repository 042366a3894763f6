// How the stand-in OBS answers: the requests of obs-websocket 5 that dTok makes, with the refusals of the real one.
import type { Item, ObsWorld } from './world.js';

type Data = Record<string, unknown>;
/** An event that everybody hears. */
export type Tell = (type: string, data: Data) => void;

export class Refused extends Error {
  constructor(
    readonly code: number,
    comment: string,
  ) {
    super(comment);
  }
}

const notFound = (comment: string): Refused => new Refused(600, comment);
const text = (data: Data, key: string): string => {
  if (typeof data[key] !== 'string') throw new Refused(300, `Your request is missing the \`${key}\` field.`);
  return data[key];
};

export function createRequests(world: ObsWorld, tell: Tell): Record<string, (data: Data) => Data | undefined> {
  const items = (data: Data): Item[] => {
    const found = world.scenes.get(text(data, 'sceneName'));
    if (!found) throw notFound('No source was found by that name.');
    return found;
  };
  const item = (data: Data): Item => {
    const found = items(data).find(({ id }) => id === data.sceneItemId);
    if (!found) throw notFound('No scene items were found in the specified scene by that ID.');
    return found;
  };
  const input = (data: Data) => {
    const found = world.inputs.get(text(data, 'inputName'));
    if (!found) throw notFound('No source was found by that name.');
    return found;
  };
  const taken = (name: string): boolean => world.inputs.has(name) || world.scenes.has(name);
  function put(scene: Item[], source: string, sceneName: string): Data {
    const sceneItemId = world.nextItem;
    world.nextItem += 1;
    scene.push({ id: sceneItemId, source, enabled: true, transform: {} });
    tell('SceneItemCreated', { sceneName, sourceName: source, sceneItemId, sceneItemIndex: scene.length - 1 });
    return { sceneItemId };
  }
  const output = (state: string, active: boolean): void =>
    tell('StreamStateChanged', { outputActive: active, outputState: `OBS_WEBSOCKET_OUTPUT_${state}` });

  return {
    GetVersion: () => ({ obsVersion: world.obsVersion, obsWebSocketVersion: '5.5.2', rpcVersion: 1 }),
    GetStats: () => ({ activeFps: 30, cpuUsage: 2.5, renderSkippedFrames: 0 }),
    GetVideoSettings: () => world.canvas,
    GetInputKindList: () => ({ inputKinds: world.kinds }),
    GetSceneCollectionList: () => ({
      currentSceneCollectionName: world.collection,
      sceneCollections: [world.collection],
    }),
    GetSceneList: () => ({
      currentProgramSceneName: world.scene,
      // The real one counts from below.
      scenes: [...world.scenes.keys()].toReversed().map((sceneName, sceneIndex) => ({ sceneName, sceneIndex })),
    }),
    GetCurrentProgramScene: () => ({ currentProgramSceneName: world.scene, sceneName: world.scene }),
    GetInputList: () => ({
      inputs: [...world.inputs].map(([inputName, { kind }]) => ({ inputName, inputKind: kind })),
    }),
    GetInputSettings: (data) => ({ inputKind: input(data).kind, inputSettings: input(data).settings }),
    GetSceneItemList: (data) => ({
      sceneItems: items(data).map(({ id, source, enabled }, sceneItemIndex) => ({
        ...{ sceneItemId: id, sourceName: source, sceneItemEnabled: enabled, sceneItemIndex },
      })),
    }),
    GetSceneItemId: (data) => {
      const found = items(data).find(({ source }) => source === data.sourceName);
      if (!found) throw notFound('No scene items were found in the specified scene by that name or offset.');
      return { sceneItemId: found.id };
    },
    GetSceneItemEnabled: (data) => ({ sceneItemEnabled: item(data).enabled }),
    GetStreamServiceSettings: () => ({
      streamServiceType: world.service.type,
      streamServiceSettings: world.service.settings,
    }),
    GetStreamStatus: () => ({
      ...{ outputActive: world.streaming, outputReconnecting: false, outputBytes: 0, outputDuration: 0 },
      ...{ outputSkippedFrames: 7, outputTotalFrames: 900, outputCongestion: 0 },
    }),
    GetProfileParameter: (data) => ({
      parameterValue: world.profile.get(`${data.parameterCategory}/${data.parameterName}`) ?? null,
      defaultParameterValue: null,
    }),
    CreateScene: (data) => {
      const name = text(data, 'sceneName');
      if (taken(name)) throw new Refused(601, 'A source already exists by that scene name.');
      world.scenes.set(name, []);
      tell('SceneListChanged', { scenes: [] });
      return { sceneUuid: name };
    },
    CreateInput: (data) => {
      const [name, kind] = [text(data, 'inputName'), text(data, 'inputKind')];
      const scene = items(data);
      if (taken(name)) throw new Refused(601, 'A source already exists by that input name.');
      if (!world.kinds.includes(kind)) throw new Refused(605, 'Your specified input kind is not supported by OBS.');
      world.inputs.set(name, { kind, settings: { ...(data.inputSettings as Data) } });
      return put(scene, name, text(data, 'sceneName'));
    },
    CreateSceneItem: (data) => {
      if (!world.inputs.has(text(data, 'sourceName'))) throw notFound('No source was found by that name.');
      return put(items(data), text(data, 'sourceName'), text(data, 'sceneName'));
    },
    SetInputSettings: (data) => {
      const found = input(data);
      found.settings = { ...(data.overlay === false ? {} : found.settings), ...(data.inputSettings as Data) };
      return undefined;
    },
    SetSceneItemTransform: (data) => {
      Object.assign(item(data).transform, data.sceneItemTransform);
      return undefined;
    },
    SetSceneItemIndex: (data) => {
      const [list, moved] = [items(data), item(data)];
      list.splice(list.indexOf(moved), 1);
      list.splice(Number(data.sceneItemIndex), 0, moved);
      return undefined;
    },
    SetSceneItemEnabled: (data) => {
      item(data).enabled = data.sceneItemEnabled === true;
      return undefined;
    },
    SetCurrentProgramScene: (data) => {
      items(data);
      world.scene = text(data, 'sceneName');
      tell('CurrentProgramSceneChanged', { sceneName: world.scene });
      return undefined;
    },
    SetStreamServiceSettings: (data) => {
      if (world.streaming) throw new Refused(500, 'You cannot change stream service settings while streaming.');
      world.service = { type: text(data, 'streamServiceType'), settings: data.streamServiceSettings as Data };
      return undefined;
    },
    SetProfileParameter: (data) => {
      world.profile.set(`${data.parameterCategory}/${data.parameterName}`, String(data.parameterValue));
      return undefined;
    },
    TriggerMediaInputAction: (data) => {
      input(data);
      world.played.push(text(data, 'inputName'));
      return undefined;
    },
    StartStream: () => {
      if (world.streaming) throw new Refused(500, 'The stream is running.');
      output('STARTING', false);
      world.streaming = world.starts;
      output(world.starts ? 'STARTED' : 'STOPPED', world.starts);
      return undefined;
    },
    StopStream: () => {
      if (!world.streaming) throw new Refused(501, 'The stream is not running.');
      world.streaming = false;
      output('STOPPING', true);
      output('STOPPED', false);
      return undefined;
    },
  };
}
