// What rules do in OBS, and how it is put back: only what was changed by them, and only if nobody changed it since.
import type { ObsDeed } from '../../vocabulary/obs.js';
import { Problem } from '../../vocabulary/problems.js';
import type { Hand } from './hand.js';
import type { Undo, UndoAt } from './rows.js';
import { type Facts, fill } from './rules.js';
import { isMissing } from './troubles.js';

const restart = 'OBS_WEBSOCKET_MEDIA_INPUT_ACTION_RESTART';

/** What is to be undone, by what it is of; kept durably. */
export interface Undos {
  get: (what: string) => Undo | undefined;
  put: (undo: UndoAt) => Promise<void>;
  drop: (what: string) => Promise<void>;
}

export const sceneKey = 'scene';
const showKey = (scene: string, source: string): string => JSON.stringify(['show', scene, source]);
const textKey = (source: string): string => JSON.stringify(['text', source]);

/** Says of what OBS does not have which it is. */
async function named<T>(what: string, name: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw isMissing(error) ? new Problem('obs_missing', { what, name }, { cause: error }) : error;
  }
}

const textOf = async (hand: Hand, source: string): Promise<string> => {
  const { inputSettings } = await named('text', source, () => hand.read('GetInputSettings', { inputName: source }));
  return typeof inputSettings.text === 'string' ? inputSettings.text : '';
};

const setText = (hand: Hand, source: string, text: string) =>
  hand.change('text', 'SetInputSettings', { inputName: source, inputSettings: { text }, overlay: true });

export const onAir = async (hand: Hand): Promise<string> =>
  (await hand.read('GetCurrentProgramScene')).currentProgramSceneName;

async function itemOf(hand: Hand, sceneName: string, sourceName: string): Promise<number> {
  const found = await named(`source in “${sceneName}”`, sourceName, () =>
    hand.read('GetSceneItemId', { sceneName, sourceName }),
  );
  return found.sceneItemId;
}

const isShown = async (hand: Hand, sceneName: string, sceneItemId: number): Promise<boolean> =>
  (await hand.read('GetSceneItemEnabled', { sceneName, sceneItemId })).sceneItemEnabled;

export function createDeeds(needs: { undos: Undos; now: () => number }) {
  const { undos, now } = needs;

  /** Written before the change is made, so that a crash between leaves nothing changed for good. */
  async function until(what: string, seconds: number | null, undo: Undo): Promise<void> {
    if (seconds === null) await undos.drop(what);
    else await undos.put({ what, at: now() + seconds * 1000, undo });
  }

  async function switchScene(hand: Hand, to: string, seconds: number | null): Promise<string> {
    const air = await onAir(hand);
    const before = undos.get(sceneKey);
    // While one switch is to go back, the next goes back to where that came from.
    const from = before?.undo === 'switch' && before.to === air ? before.from : air;
    if (from === to && air !== to) await undos.drop(sceneKey);
    else if (air !== to || before) await until(sceneKey, seconds, { undo: 'switch', from, to });
    if (air === to) return `“${to}” was on air already.`;
    try {
      await named('scene', to, () => hand.change('switch', 'SetCurrentProgramScene', { sceneName: to }));
    } catch (error) {
      await undos.drop(sceneKey);
      throw error;
    }
    return `Switched to “${to}”.`;
  }

  async function show(hand: Hand, scene: string, source: string, seconds: number): Promise<string> {
    const what = showKey(scene, source);
    const item = await itemOf(hand, scene, source);
    if (!undos.get(what) && (await isShown(hand, scene, item))) return `“${source}” was shown already.`;
    await until(what, seconds, { undo: 'show', scene, source });
    await hand.change('show', 'SetSceneItemEnabled', { sceneName: scene, sceneItemId: item, sceneItemEnabled: true });
    return `Showed “${source}” in “${scene}”.`;
  }

  async function write(hand: Hand, source: string, text: string, seconds: number | null): Promise<string> {
    const what = textKey(source);
    const now = await textOf(hand, source);
    const earlier = undos.get(what);
    const before = earlier?.undo === 'text' && earlier.set === now ? earlier.before : now;
    await until(what, seconds, { undo: 'text', source, before, set: text });
    await setText(hand, source, text);
    return `Changed the text “${source}”.`;
  }

  /** Resolves to what was done. Problems: obs_missing and those of a change. */
  async function act(hand: Hand, deed: ObsDeed, facts: Facts): Promise<string> {
    switch (deed.act) {
      case 'switch':
        return switchScene(hand, deed.scene, deed.seconds);
      case 'show':
        return show(hand, deed.scene, deed.source, deed.seconds);
      case 'media':
        await named('media', deed.source, () =>
          hand.change('media', 'TriggerMediaInputAction', { inputName: deed.source, mediaAction: restart }),
        );
        return `Played “${deed.source}”.`;
      case 'text':
        return write(hand, deed.source, fill(deed.text, facts), deed.seconds);
    }
  }

  /** Puts back what still is as it was left. */
  async function undo(hand: Hand, back: Undo): Promise<void> {
    if (back.undo === 'switch') {
      if ((await onAir(hand)) === back.to)
        await hand.change('switch', 'SetCurrentProgramScene', { sceneName: back.from });
    } else if (back.undo === 'show') {
      const { scene: sceneName, source } = back;
      const sceneItemId = await itemOf(hand, sceneName, source);
      if (await isShown(hand, sceneName, sceneItemId))
        await hand.change('show', 'SetSceneItemEnabled', { sceneName, sceneItemId, sceneItemEnabled: false });
    } else if ((await textOf(hand, back.source)) === back.set) await setText(hand, back.source, back.before);
  }

  return { act, undo };
}
