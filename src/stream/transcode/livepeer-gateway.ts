// Renditions by a Livepeer gateway: pushes each segment to it, a few at a time, and takes what comes back within the deadline.
import { randomBytes } from 'node:crypto';
import type { Fragment } from '../media/fragments.js';
import { smallerThan } from './ladder.js';
import { type Configuration, configurationOf } from './livepeer-profiles.js';
import { PushError, pushSegment } from './livepeer-push.js';
import { onceAMinute } from './once.js';
import type { Job, Transcoder, Transcoding } from './port.js';
import { readSegment, renditionOf, segmentToTs, Unfit } from './remux.js';

export interface GatewayNeeds {
  url: string;
  /** Of what is wished, such as `720p`; none is asked for that is larger than the source. */
  names: readonly string[];
  /** From a segment's end until the source stands in for it. */
  deadlineMs?: number;
}

export type LivepeerGateway = Transcoder & {
  /** What the gateway's webhook is answered about an address that is pushed to; null: refused. */
  authorize: (url: string) => Configuration | null;
};

/** A gateway itself answers within eight. */
const defaultDeadlineMs = 8000;
/** A whole segment up, its transcoding, and the renditions down. */
const lagMs = 2500;
const atOnce = 3;
const mostWaiting = 4;
const standsIn = 'Viewers get the original in the smaller pictures’ place.';

interface Segment {
  id: number;
  n: number;
  durationMs: number;
  fragments: readonly Fragment[];
  until: number;
}

/** So many at once; a newer one takes the oldest's place in the queue. */
function createQueue() {
  const waiting: { go: () => void; drop: () => void }[] = [];
  let running = 0;

  /** Its place goes to who waits longest. */
  function leave(): void {
    const next = waiting.shift();
    if (next) next.go();
    else running -= 1;
  }

  async function enter(dropped: () => Error): Promise<void> {
    if (running < atOnce) {
      running += 1;
      return;
    }
    if (waiting.length >= mostWaiting) waiting.shift()?.drop();
    await new Promise<void>((go, reject) => waiting.push({ go, drop: () => reject(dropped()) }));
  }

  return async <T>(work: () => Promise<T>, dropped: () => Error): Promise<T> => {
    await enter(dropped);
    return work().finally(leave);
  };
}

const tooSlow = (): PushError =>
  new PushError('The Livepeer gateway takes segments more slowly than they come: ask it for fewer renditions.', 'next');

function startPushing(gateway: URL, configuration: Configuration, job: Job, deadlineMs: number): Transcoding {
  const collected = new Map<number, Fragment[]>();
  const over = new AbortController();
  const queued = createQueue();
  const say = onceAMinute((text) => job.onNotice(`${text} ${standsIn}`));
  let count = 0;
  let turn: Promise<unknown> = Promise.resolve();

  const late = (): PushError =>
    new PushError(`The Livepeer gateway did not answer within ${deadlineMs / 1000} s.`, 'next');

  function fail(rung: string, id: number, error: unknown): void {
    const { log, stream, cam } = job;
    if (over.signal.aborted) return;
    if (error instanceof PushError) say(error.message);
    else if (error instanceof Unfit) say(`The Livepeer gateway’s ${rung} cannot be used: ${error.message}.`);
    else log.warn({ err: error, stream, cam, rung, id }, 'a rendition could not be used; the source stands in');
    job.onFailed(rung, id);
  }

  /** Held until the work is done: a signal of nobody's may be collected before its time. */
  async function inTime<T>(until: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    const timer = setTimeout(abort, until - Date.now());
    over.signal.addEventListener('abort', abort);
    try {
      return await work(controller.signal);
    } finally {
      clearTimeout(timer);
      over.signal.removeEventListener('abort', abort);
    }
  }

  /** What came of a segment; to be told in the order of segments. */
  async function transcode({ id, n, durationMs, fragments, until }: Segment): Promise<() => void> {
    if (Date.now() >= until || over.signal.aborted) throw late();
    const source = await readSegment(job.source, fragments);
    const ts = await segmentToTs(source);
    const { width, height } = job.source;
    const push = { gateway, configuration, n, ts, durationMs, width, height };
    const found = await inTime(until, (signal) => pushSegment({ ...push, signal }, late));
    const made = await Promise.allSettled(
      job.rungs.map(async ({ name }) => {
        const rendition = found.get(name);
        if (rendition) return renditionOf(rendition, source);
        throw new PushError(`The Livepeer gateway’s answer lacks ${name}.`, 'next');
      }),
    );
    return () => {
      for (const [i, { name }] of job.rungs.entries()) {
        const outcome = made[i];
        if (outcome?.status === 'fulfilled') tell(name, id, outcome.value);
        else fail(name, id, outcome?.reason);
      }
    };
  }

  function tell(rung: string, id: number, { init, fragments }: Awaited<ReturnType<typeof renditionOf>>): void {
    job.onPiece({
      ...{ rung, id, init, last: true },
      data: Buffer.concat(fragments.map(({ data }) => data)),
      durationMs: fragments.reduce((sum, { durationMs }) => sum + durationMs, 0),
    });
  }

  function failed(id: number, error: unknown): void {
    for (const { name } of job.rungs) fail(name, id, error);
    if (error instanceof PushError && error.worth === 'never' && !over.signal.aborted) job.onEnd(error.message);
  }

  return {
    push({ id, fragments }): void {
      collected.set(id, [...(collected.get(id) ?? []), ...fragments]);
    },
    complete(id, durationMs): void {
      const fragments = collected.get(id) ?? [];
      collected.delete(id);
      const segment = { id, n: count++, durationMs, fragments, until: Date.now() + deadlineMs };
      const outcome = queued(() => transcode(segment), tooSlow).catch((error) => () => failed(id, error));
      turn = turn.then(async () => {
        const tellIt = await outcome;
        if (!over.signal.aborted) tellIt();
      });
    },
    async end(): Promise<void> {
      over.abort();
      await turn;
    },
  };
}

export function createLivepeerGateway(needs: GatewayNeeds): LivepeerGateway {
  const { names, deadlineMs = defaultDeadlineMs } = needs;
  const gateway = new URL(needs.url);
  const pushed = new Map<string, Configuration>();

  return {
    // After the adapter's own word.
    lateMs: deadlineMs + 1000,
    lagMs,
    rungs: (source) => smallerThan(names, source),
    start(job) {
      // The gateway shows what it makes to whoever knows the name.
      const manifest = `${job.stream}-${job.cam}-${randomBytes(16).toString('hex')}`;
      const configuration = configurationOf(manifest, job.rungs, job.source);
      pushed.set(manifest, configuration);
      const pushing = startPushing(gateway, configuration, job, deadlineMs);
      return {
        ...pushing,
        end: () => {
          pushed.delete(manifest);
          return pushing.end();
        },
      };
    },
    authorize(url) {
      const manifest = /^[a-z]+:\/\/[^/]+\/(?:live\/)?([a-z0-9-]+)(?:\/|$)/.exec(url)?.[1];
      return (manifest && pushed.get(manifest)) || null;
    },
  };
}
