// Time that moves only from step to step: everything that will happen, in order, and the real timers it replaces.
import type { Random } from '../support/random.js';

export interface Step {
  at: number;
  order: number;
  label: string;
  /** Too common to be told when a schedule failed. */
  quiet: boolean;
  /** Ends with the server's process. */
  server: boolean;
  act: () => void;
  gone: boolean;
}

export type Clock = ReturnType<typeof createClock>;

const realImmediate = setImmediate;
/** Whoever was waiting has gone on as far as he can. */
const microtasks = (): Promise<void> => new Promise((resolve) => realImmediate(resolve));

const before = (a: Step, b: Step): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

export function createClock(start: number) {
  let time = start;
  let order = 0;
  const heap: Step[] = [];
  let eager: Step[] = [];

  function push(step: Step): void {
    let i = heap.push(step) - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      const parent = heap[up] as Step;
      if (!before(step, parent)) break;
      heap[i] = parent;
      i = up;
    }
    heap[i] = step;
  }

  function pop(): Step | undefined {
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Step, heap[child] as Step)) child += 1;
      if (!before(heap[child] as Step, last)) break;
      heap[i] = heap[child] as Step;
      i = child;
    }
    heap[i] = last;
    return first;
  }

  function after(ms: number, label: string, act: () => void, how: { quiet?: boolean; server?: boolean } = {}): Step {
    order += 1;
    const step = { at: time + Math.max(0, ms), order, label, act, gone: false, quiet: false, server: false, ...how };
    push(step);
    return step;
  }

  return {
    now: () => Math.floor(time),
    after,
    /** At once, before anything else happens: how ethers puts off a call to the end of its turn. */
    soon(act: () => void): Step {
      const step = { at: time, order: 0, label: '', act, gone: false, quiet: true, server: true };
      eager.push(step);
      return step;
    },
    /** The next thing to happen; time is then what it is at that moment. */
    next(): Step | undefined {
      for (let step = pop(); step; step = pop()) {
        if (step.gone) continue;
        time = Math.max(time, step.at);
        return step;
      }
      return undefined;
    },
    async settle(): Promise<void> {
      for (;;) {
        await microtasks();
        if (eager.length === 0) return;
        const now = eager;
        eager = [];
        for (const step of now) if (!step.gone) step.act();
      }
    },
    /** The server's process is gone, and all that it waited for. */
    dropServer(): void {
      for (const step of heap) if (step.server) step.gone = true;
      eager = [];
    },
  };
}

/** WebAssembly, which these types leave out. */
const native = {
  wasm: (globalThis as unknown as { WebAssembly: unknown }).WebAssembly as {
    compile: unknown;
    instantiate: unknown;
    Module: new (code: Uint8Array) => object;
    Instance: new (module: object, imports?: object) => object;
  },
};

type Any = (...args: unknown[]) => void;

/** What a timer is to its owner. */
function handle(step: Step) {
  const timer = { step, ref: () => timer, unref: () => timer, hasRef: () => true };
  return timer;
}
const clear = (timer: unknown): void => {
  const step = (timer as { step?: Step } | undefined)?.step;
  if (step) step.gone = true;
};

/**
 * Puts time and chance under the simulation's control until the returned function is called. How often a library wants
 * bytes of chance hangs on what it did before, so nothing else is drawn where they are.
 */
export function takeOver(clock: Clock, random: Random, forKeys: Random): () => void {
  const RealDate = Date;
  class SimulatedDate extends RealDate {
    constructor(...args: unknown[]) {
      super(...((args.length > 0 ? args : [clock.now()]) as [number]));
    }
    static override now = () => clock.now();
  }
  const server = { server: true, quiet: true };
  const interval = (act: Any, ms: number, ...args: unknown[]) => {
    const timer = handle(clock.after(ms, 'interval', () => tick(), server));
    const tick = (): void => {
      timer.step = clock.after(ms, 'interval', tick, server);
      act(...args);
    };
    return timer;
  };
  const replaced: Record<string, unknown> = {
    Date: SimulatedDate,
    setTimeout: (act: Any, ms = 0, ...args: unknown[]) =>
      handle(ms <= 0 ? clock.soon(() => act(...args)) : clock.after(ms, 'timer', () => act(...args), server)),
    setInterval: interval,
    setImmediate: (act: Any, ...args: unknown[]) =>
      handle(clock.after(random.wait(0.05, 4), 'next turn', () => act(...args), server)),
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
  };
  const world = globalThis as unknown as Record<string, unknown>;
  const real = Object.fromEntries(Object.keys(replaced).map((name) => [name, world[name]]));
  Object.assign(world, replaced);
  const chance = (into: Uint8Array): Uint8Array => {
    forKeys.bytes(into);
    return into;
  };
  Object.defineProperty(globalThis.crypto, 'getRandomValues', { value: chance, configurable: true });
  // Compiling would take the machine's own time.
  const { wasm } = native;
  const { compile, instantiate } = wasm;
  Object.assign(wasm, {
    compile: async (code: Uint8Array) => new wasm.Module(code),
    instantiate: async (module: object, imports?: object) => new wasm.Instance(module, imports),
  });
  return () => {
    Object.assign(wasm, { compile, instantiate });
    Object.assign(world, real);
    Reflect.deleteProperty(globalThis.crypto, 'getRandomValues');
  };
}
