// The OBS of one stream: connected for as long as the host wants, seen, set up, steered, and told of to the dashboard.
import type { z } from 'zod';
import type { Logger } from '../../log.js';
import { createTurns } from '../../turns.js';
import type { ObsAct, ObsAllowPatch, ObsConnect, ObsPlan, ObsRule, ObsView } from '../../vocabulary/obs.js';
import { Problem } from '../../vocabulary/problems.js';
import type { Dial, Line } from './dial.js';
import type { Director } from './director.js';
import { type Hand, nothingAllowed } from './hand.js';
import { isTarget, saidService, type Target } from './plan.js';
import { createPresence } from './presence.js';
import type { Kept } from './rows.js';
import { createSetUp } from './setup.js';
import { type Eyes, readService } from './sight.js';

const startMs = 10_000;

export interface DeskNeeds {
  stream: string;
  kept: Kept;
  keep: (kept: Kept) => Promise<void>;
  password: { get: () => string | null; set: (password: string | null) => void };
  target: (address: string) => Target;
  director: (hand: () => Hand | null, onChange: () => void) => Promise<Director>;
  /** Runs acts on this stream's OBS one after the other. */
  turn: <T>(act: () => Promise<T>) => Promise<T>;
  dial: Dial;
  log: Logger;
}

export type ObsDesk = Awaited<ReturnType<typeof openDesk>>;

export async function openDesk(needs: DeskNeeds) {
  const { stream, kept, password, turn, log } = needs;
  let seen = 1;
  const waiting = new Set<() => void>();
  const changing = createTurns<'kept'>();

  function changed(): void {
    seen += 1;
    for (const wake of [...waiting]) wake();
  }

  const target = (): Target => needs.target(kept.address ?? '');
  const presence = createPresence({
    ...{ stream, log, dial: needs.dial, onChange: changed },
    allow: () => kept.allow,
    isHere: (service) => isTarget(service, target()),
    onThere: () => turn(() => director.tick()),
    onScene: () => turn(() => director.switched()),
  });
  const director = await needs.director(() => presence.there()?.hand ?? null, changed);

  function begin(first?: Line): void {
    if (kept.address !== null) presence.begin(kept.address, password.get(), first);
  }

  /** One after the other, so that none is lost. */
  const change = (patch: (now: Kept) => Partial<Kept>): Promise<void> => {
    const act = async (): Promise<void> => {
      const next = patch(kept);
      await needs.keep({ ...kept, ...next });
      Object.assign(kept, next);
      changed();
    };
    return changing('kept', act);
  };

  const view = (): ObsView => ({
    ...{ address: kept.address, hasPassword: password.get() !== null, allow: kept.allow, seen },
    state: presence.state(),
    problem: presence.problem()?.message ?? null,
    obs: presence.there()?.eyes.sight() ?? null,
    rules: director.rules().map(({ id, when, deed, coolSeconds, on, last }) => ({
      ...{ id, when, deed, coolSeconds, on, last },
      allowed: kept.allow[deed.act],
    })),
  });

  /** Resolves when something changed, or after `ms`. */
  const moved = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      waiting.add(wake);
    });

  /** Problem: obs_off. */
  function ready(): { hand: Hand; eyes: Eyes } {
    const there = presence.there();
    if (!there) throw new Problem('obs_off');
    return there;
  }

  const setUp = (to: Hand) =>
    createSetUp({
      ...{ stream, hand: to, target },
      allow: () => kept.allow,
      made: () => kept.made,
      remember: (one) => change(({ made }) => ({ made: [...made, one] })),
    });

  /** Problem: obs_elsewhere. */
  async function mustBeHere(to: Hand): Promise<void> {
    const service = await readService(to.read);
    if (!isTarget(service, target())) throw new Problem('obs_elsewhere', { where: saidService(service) });
  }

  /** Resolves to whether the stream came to be so; asked before it is begun, so that no step of it is missed. */
  const comesTo = (wanted: 'on' | 'off'): Promise<boolean> =>
    new Promise((resolve) => {
      let begun = false;
      const end = (came: boolean): void => {
        clearTimeout(timer);
        waiting.delete(look);
        resolve(came);
      };
      const look = (): void => {
        const now = presence.there()?.eyes.sight().streaming;
        const failed = now === undefined || (begun && now === 'off');
        begun ||= now === 'starting';
        if (now === wanted) end(true);
        else if (failed) end(false);
      };
      const timer = setTimeout(() => end(false), startMs).unref();
      waiting.add(look);
    });

  async function run(wish: ObsAct): Promise<void> {
    const { hand: to } = ready();
    if (wish.act === 'switch') {
      await to.change('switch', 'SetCurrentProgramScene', { sceneName: wish.scene });
      return;
    }
    await mustBeHere(to);
    const start = wish.act === 'start';
    if ((await to.read('GetStreamStatus')).outputActive === start) return;
    const came = comesTo(start ? 'on' : 'off');
    await to.change('stream', start ? 'StartStream' : 'StopStream');
    if (!(await came) && start) throw new Problem('obs_not_started');
  }

  begin();

  return {
    director,
    view,
    /** The view, as soon as it is newer than the one that is known. */
    async watch(known: number | undefined, ms: number): Promise<ObsView> {
      if (known === seen) await moved(ms);
      return view();
    },
    /** Kept only when it works. Problems: why it does not. */
    async connect(wish: ObsConnect): Promise<ObsView> {
      const same = wish.address === kept.address ? password.get() : null;
      const word = wish.password === undefined ? same : wish.password || null;
      const line = await needs.dial(wish.address, word);
      presence.end();
      password.set(word);
      await change(() => ({ address: wish.address }));
      begin(line);
      for (let tries = 0; !presence.there() && tries < 20; tries += 1) await moved(250);
      return view();
    },
    /** What was allowed was allowed in that OBS. */
    async forget(): Promise<ObsView> {
      presence.end();
      password.set(null);
      await change(() => ({ address: null, allow: nothingAllowed }));
      return view();
    },
    async allow(patch: z.infer<typeof ObsAllowPatch>): Promise<ObsView> {
      const given = Object.entries(patch).filter(([, value]) => value !== undefined);
      await change(({ allow }) => ({ allow: { ...allow, ...Object.fromEntries(given) } }));
      return view();
    },
    /** Problem: obs_off. */
    plan: async (camera: string | null): Promise<ObsPlan> => setUp(ready().hand).plan(camera),
    /** Problems: obs_off, obs_plan_old. */
    setUp: (camera: string | null, plan: string): Promise<ObsPlan> =>
      turn(async () => {
        const { hand: to, eyes: on } = ready();
        const left = await setUp(to).run(camera, plan);
        await on.look();
        return left;
      }),
    /** Problems: obs_off, obs_not_allowed, obs_elsewhere, obs_not_started, obs_said_no. */
    async act(wish: ObsAct): Promise<ObsView> {
      await run(wish);
      return view();
    },
    /** Problems: obs_rule_unknown, obs_many_rules. */
    putRule: (id: number | undefined, rule: ObsRule): Promise<ObsView> => turn(() => director.put(id, rule)).then(view),
    /** Problem: obs_rule_unknown. */
    removeRule: (id: number): Promise<ObsView> => turn(() => director.remove(id)).then(view),
    /** Problems: obs_rule_unknown, obs_off. */
    tryRule: (id: number): Promise<ObsView> => turn(() => director.rehearse(id)).then(view),
    stop(): void {
      presence.end();
      // Nobody waits for what will not come.
      changed();
    },
  };
}
