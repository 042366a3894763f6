// The host's OBS over HTTP: connected, set up, steered, and its rules.
import type { Obs } from '../overlay/obs/index.js';
import type { Handlers } from './mount.js';

type Names =
  | 'getObs'
  | 'connectObs'
  | 'allowObs'
  | 'forgetObs'
  | 'planObs'
  | 'setUpObs'
  | 'actInObs'
  | 'putObsRule'
  | 'removeObsRule'
  | 'tryObsRule';

/** Shorter than what proxies wait. */
const watchMs = 20_000;

export function createObsHandlers({ obs }: { obs: Obs }): Pick<Handlers, Names> {
  return {
    getObs: async ({ params, query }) => (await obs.of(params.stream)).watch(query.seen, watchMs),
    connectObs: async ({ params, body }) => (await obs.of(params.stream)).connect(body),
    allowObs: async ({ params, body }) => (await obs.of(params.stream)).allow(body),
    forgetObs: async ({ params }) => (await obs.of(params.stream)).forget(),
    planObs: async ({ params, body }) => (await obs.of(params.stream)).plan(body.camera),
    setUpObs: async ({ params, body }) => (await obs.of(params.stream)).setUp(body.camera, body.plan),
    actInObs: async ({ params, body }) => (await obs.of(params.stream)).act(body),
    putObsRule: async ({ params, body: { id, ...rule } }) => (await obs.of(params.stream)).putRule(id, rule),
    removeObsRule: async ({ params, body }) => (await obs.of(params.stream)).removeRule(body.id),
    tryObsRule: async ({ params, body }) => (await obs.of(params.stream)).tryRule(body.id),
  };
}
