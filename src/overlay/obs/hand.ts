// The only way in which anything in OBS is changed: each change says what it needs to be allowed, and is refused without.
import type { ObsAllow, ObsMay } from '../../vocabulary/obs.js';
import { Problem } from '../../vocabulary/problems.js';
import type { Line, Requests, Responses } from './dial.js';

export const nothingAllowed: ObsAllow = {
  ...{ scene: false, service: false, encoder: false, stream: false },
  ...{ switch: false, show: false, media: false, text: false },
};

export const mayWords: Record<ObsMay, string> = {
  scene: 'make a scene of its own',
  service: 'set where the stream goes',
  encoder: 'set the encoder',
  stream: 'start and stop the stream',
  switch: 'switch scenes',
  show: 'show sources',
  media: 'play media',
  text: 'change texts',
};

type Reads = Extract<keyof Requests, `Get${string}`>;

/** Which requests an act may make. */
const changes = {
  scene: [
    'CreateScene',
    'CreateInput',
    'CreateSceneItem',
    'SetInputSettings',
    'SetSceneItemTransform',
    'SetSceneItemIndex',
  ],
  service: ['SetStreamServiceSettings'],
  encoder: ['SetProfileParameter'],
  stream: ['StartStream', 'StopStream'],
  switch: ['SetCurrentProgramScene'],
  show: ['SetSceneItemEnabled'],
  media: ['TriggerMediaInputAction'],
  text: ['SetInputSettings'],
} as const satisfies Record<ObsMay, readonly (keyof Requests)[]>;

export interface Hand {
  read<N extends Reads>(name: N, data?: Requests[N]): Promise<Responses[N]>;
  /** Problems: obs_not_allowed, obs_said_no, obs_gone. */
  change<M extends ObsMay, N extends (typeof changes)[M][number]>(
    may: M,
    name: N,
    data?: Requests[N],
  ): Promise<Responses[N]>;
}

/** `allow` is asked at every change: what is taken back holds at once. */
export const createHand = (line: Line, allow: () => ObsAllow): Hand => ({
  read: (name, data) => line.call(name, data),
  async change(may, name, data) {
    if (!allow()[may]) throw new Problem('obs_not_allowed', { what: mayWords[may] });
    return line.call(name, data);
  },
});
