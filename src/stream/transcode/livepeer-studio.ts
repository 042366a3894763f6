// Renditions by Livepeer Studio: the source goes there by RTMP, and what it makes is pulled back and placed by pictures that both have.
import type { Logger } from '../../log.js';
import type { Fragment } from '../media/fragments.js';
import { smallerThan } from './ladder.js';
import { configurationOf } from './livepeer-profiles.js';
import { onceAMinute } from './once.js';
import type { Job, Transcoder, Transcoding } from './port.js';
import { readSegment, readTs, renditionOf, type Segment, Unfit } from './remux.js';
import { createStudioApi, StudioError, type StudioNeeds } from './studio/api.js';
import { fingerprint } from './studio/fingerprint.js';
import { pull } from './studio/pull.js';
import { startPush } from './studio/push.js';

export interface LivepeerStudioNeeds extends StudioNeeds {
  ffmpeg: string;
  /** Such as `rtmp://rtmp.livepeer.com/live`. */
  rtmp: string;
  names: readonly string[];
  /** From a segment's end until the source stands in for it. */
  deadlineMs?: number;
}

/** Its own encoder, network and playlists. */
const defaultDeadlineMs = 30_000;
const lagMs = 15_000;
const toleranceSeconds = 0.03;
const standsIn = 'Viewers get the original in the smaller pictures’ place.';

/** A segment of ours that Studio may still have renditions of. */
interface Held {
  id: number;
  segment: Segment;
  start: number;
  mark: string;
  /** Rungs that nothing was told of yet. */
  open: Set<string>;
}

const startOf = ({ video }: Segment): number => Math.min(...video.packets.map(({ timestamp }) => timestamp));

function startStudio(needs: LivepeerStudioNeeds, api: ReturnType<typeof createStudioApi>, job: Job): Transcoding {
  const { stream, cam, log } = job;
  const { deadlineMs = defaultDeadlineMs } = needs;
  const over = new AbortController();
  const say = onceAMinute((text) => job.onNotice(`${text} ${standsIn}`));
  const early: Buffer[] = [job.source.data];
  const collected = new Map<number, Fragment[]>();
  const held = new Map<number, Held>();
  const timers = new Set<NodeJS.Timeout>();
  /** From Studio's clock to ours, in seconds; null until a picture was known again. */
  let offset: number | null = null;
  let push: ReturnType<typeof startPush> | null = null;
  let reading: Promise<unknown> = Promise.resolve();

  function end(reason: string): void {
    if (over.signal.aborted) return;
    over.abort();
    job.onEnd(reason);
  }

  function trouble(error: unknown): void {
    if (error instanceof StudioError) say(error.message);
    else log.warn({ err: error, stream, cam }, 'Livepeer Studio: a pull failed');
  }

  function fail(of: Held, rung: string): void {
    if (of.open.delete(rung) && !over.signal.aborted) job.onFailed(rung, of.id);
  }

  function letGo(id: number): void {
    const of = held.get(id);
    for (const rung of of?.open ?? []) if (of) fail(of, rung);
    held.delete(id);
  }

  async function hold(id: number, fragments: readonly Fragment[]): Promise<void> {
    const segment = await readSegment(job.source, fragments);
    const [first] = segment.video.packets;
    if (!first || over.signal.aborted) return;
    const open = new Set(job.rungs.map(({ name }) => name));
    const of: Held = { id, segment, start: startOf(segment), mark: fingerprint(first.data, 'mp4'), open };
    held.set(id, of);
    const timer = setTimeout(() => {
      timers.delete(timer);
      letGo(id);
    }, deadlineMs);
    timers.add(timer);
    // Nothing comes before Studio has begun.
    if (offset === null) for (const rung of [...open]) fail(of, rung);
  }

  async function place(ts: Buffer): Promise<void> {
    const found = await readTs(ts);
    const key = found.video.packets.find(({ type }) => type === 'key');
    const mark = key && fingerprint(key.data, 'ts');
    const [of, another] = [...held.values()].filter((one) => one.mark === mark);
    // A picture that stands still says nothing of the time.
    if (key && of && !another) offset = of.start - key.timestamp;
  }

  async function take(rung: string, ts: Buffer): Promise<void> {
    if (offset === null) return;
    const start = startOf(await readTs(ts)) + offset;
    const of = [...held.values()].find((one) => Math.abs(one.start - start) < toleranceSeconds);
    for (const before of held.values()) if (before.start < start - toleranceSeconds) fail(before, rung);
    if (!of?.open.has(rung)) return;
    const made = await renditionOf(ts, of.segment).catch((error) => {
      if (error instanceof Unfit) say(`Livepeer Studio’s ${rung} cannot be used: ${error.message}.`);
      else
        log.warn({ err: error, stream, cam, rung, id: of.id }, 'a rendition could not be used; the source stands in');
      return null;
    });
    if (!made) return fail(of, rung);
    if (!of.open.delete(rung) || over.signal.aborted) return;
    const { init, fragments } = made;
    job.onPiece({
      ...{ rung, id: of.id, init, last: true },
      data: Buffer.concat(fragments.map(({ data }) => data)),
      durationMs: fragments.reduce((sum, { durationMs }) => sum + durationMs, 0),
    });
  }

  async function run(): Promise<void> {
    const { profiles } = configurationOf('', job.rungs, job.source);
    // Closed to whoever has no token of ours: it plays for nobody but us.
    const made = await api.create(`dtok ${stream} ${cam}`, profiles, { type: 'jwt' });
    try {
      if (over.signal.aborted) return;
      push = startPush({
        ffmpeg: needs.ffmpeg,
        url: `${needs.rtmp}/${made.streamKey}`,
        secret: made.streamKey,
        onEnd: end,
      });
      for (const data of early.splice(0)) push.write(data);
      await pull({
        ...{ api, playbackId: made.playbackId, rungs: job.rungs, sourceHeight: job.source.height, signal: over.signal },
        wantsSource: () => offset === null,
        onSegment: (rung, ts) => (rung === null ? place(ts) : take(rung, ts)),
        onAnew: () => {
          offset = null;
        },
        onTrouble: trouble,
      });
    } finally {
      await push?.end();
      await api.end(made.id).catch((error) => forgotten(log, made.id, error));
    }
  }

  const running = run().catch((error) => {
    trouble(error);
    end(error instanceof Error ? error.message : String(error));
  });

  return {
    push({ id, fragments }): void {
      collected.set(id, [...(collected.get(id) ?? []), ...fragments]);
      for (const { data } of fragments) push ? push.write(data) : early.push(data);
    },
    complete(id): void {
      const fragments = collected.get(id) ?? [];
      collected.delete(id);
      reading = reading
        .then(() => hold(id, fragments))
        .catch((error) => {
          log.warn({ err: error, stream, cam, id }, 'a segment could not be read');
          if (!over.signal.aborted) for (const { name } of job.rungs) job.onFailed(name, id);
        });
    },
    async end(): Promise<void> {
      over.abort();
      for (const timer of timers) clearTimeout(timer);
      await reading;
      await running;
    },
  };
}

const forgotten = (log: Logger, id: string, error: unknown): void =>
  log.warn({ err: error, id }, 'a stream could not be ended at Livepeer Studio: end it in its dashboard');

export function createLivepeerStudio(needs: LivepeerStudioNeeds): Transcoder {
  const api = createStudioApi(needs);
  return {
    // After the adapter's own word.
    lateMs: (needs.deadlineMs ?? defaultDeadlineMs) + 2000,
    lagMs,
    rungs: (source) => smallerThan(needs.names, source),
    start: (job) => startStudio(needs, api, job),
  };
}
