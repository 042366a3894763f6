// Sets OBS up as planned: each step on its own, so that what fails is said and the rest is done; again, it mends.
import type { ObsPlan } from '../../vocabulary/obs.js';
import { Problem } from '../../vocabulary/problems.js';
import type { Requests } from './dial.js';
import type { Hand } from './hand.js';
import { type Line, planId, planOf, type Target, type Task } from './plan.js';
import { type Mark, markKey, markOf, type Survey, survey } from './survey.js';

interface Needs {
  stream: string;
  hand: Hand;
  target: () => Target;
  allow: () => Parameters<typeof planOf>[2];
  made: () => readonly { collection: string; scene: string }[];
  /** Durable before the scene is made: whoever finds it there knows that it is dTok's. */
  remember: (scene: { collection: string; scene: string }) => Promise<void>;
}

const shown = (lines: readonly Line[], failed: string[] = []): ObsPlan => ({
  id: planId(lines),
  steps: lines.map(({ part, does, text }) => ({ part, does, text })),
  failed,
});

async function place(hand: Hand, seen: Survey, scene: string, name: string, what: Mark): Promise<void> {
  if (seen.scene === scene && seen.items.includes(name)) return;
  const { sceneItemId } = await hand.change('scene', 'CreateSceneItem', { sceneName: scene, sourceName: name });
  await arrange(hand, seen, scene, sceneItemId, what);
}

/** A camera fills the canvas, beneath all else that is in the scene. */
async function arrange(hand: Hand, { canvas }: Survey, sceneName: string, sceneItemId: number, what: Mark) {
  if (what !== 'camera') return;
  const bounds = { boundsType: 'OBS_BOUNDS_SCALE_INNER', boundsWidth: canvas.width, boundsHeight: canvas.height };
  await hand.change('scene', 'SetSceneItemTransform', { sceneName, sceneItemId, sceneItemTransform: bounds });
  await hand.change('scene', 'SetSceneItemIndex', { sceneName, sceneItemId, sceneItemIndex: 0 });
}

type OwnTask = Extract<Task, { do: Mark }>;

async function makeOwn({ hand, stream }: Needs, seen: Survey, scene: string, task: OwnTask): Promise<void> {
  const { make, own, settings } = task;
  if (make) {
    const { sceneItemId } = await hand.change('scene', 'CreateInput', {
      ...{ sceneName: scene, inputName: make.name, inputKind: make.kind },
      inputSettings: { ...settings, [markKey]: markOf(stream, task.do) },
    });
    await arrange(hand, seen, scene, sceneItemId, task.do);
    return;
  }
  if (own === null) return;
  if (Object.keys(settings).length > 0)
    await hand.change('scene', 'SetInputSettings', { inputName: own, inputSettings: settings, overlay: true });
  await place(hand, seen, scene, own, task.do);
}

async function setEncoder(hand: Hand, x264: string): Promise<void> {
  const set = (parameterName: string, parameterValue: string) =>
    hand.change('encoder', 'SetProfileParameter', { parameterCategory: 'SimpleOutput', parameterName, parameterValue });
  await set('UseAdvanced', 'true');
  await set('x264Settings', x264);
}

/** Only to a scene that is dTok's. */
async function doTask(needs: Needs, seen: Survey, scene: string, task: Task): Promise<void> {
  const { hand, target } = needs;
  if (task.do === 'scene') {
    await needs.remember({ collection: seen.collection, scene: task.scene });
    await hand.change('scene', 'CreateScene', { sceneName: task.scene });
  } else if (task.do === 'service') {
    const { server, key } = target();
    const service: Requests['SetStreamServiceSettings'] = {
      streamServiceType: 'rtmp_custom',
      streamServiceSettings: { server, key, use_auth: false },
    };
    await hand.change('service', 'SetStreamServiceSettings', service);
  } else if (task.do === 'encoder') await setEncoder(hand, task.x264);
  else await makeOwn(needs, seen, scene, task);
}

const sceneOf = (seen: Survey, lines: readonly Line[]): string => {
  const made = lines.find(({ task }) => task?.do === 'scene')?.task;
  return made?.do === 'scene' ? made.scene : (seen.scene ?? '');
};

export function createSetUp(needs: Needs) {
  const look = async (camera: string | null) => {
    const seen = await survey(needs.hand.read, needs.stream, needs.made());
    return { seen, lines: planOf(seen, needs.target(), needs.allow(), camera) };
  };
  return {
    plan: async (camera: string | null): Promise<ObsPlan> => shown((await look(camera)).lines),
    /** Problem: obs_plan_old. Answers what is left. */
    async run(camera: string | null, plan: string): Promise<ObsPlan> {
      const { seen, lines } = await look(camera);
      if (planId(lines) !== plan) throw new Problem('obs_plan_old');
      const failed: string[] = [];
      for (const { task, text } of lines) {
        if (!task) continue;
        try {
          await doTask(needs, seen, sceneOf(seen, lines), task);
        } catch (error) {
          if (!(error instanceof Problem) || error.code === 'obs_gone') throw error;
          failed.push(`${text} This did not work. ${error.message}`);
          if (task.do === 'scene') break;
        }
      }
      return shown((await look(camera)).lines, failed);
    },
  };
}
