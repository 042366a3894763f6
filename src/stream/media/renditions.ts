// The renditions of a cam beside its source: feeds a transcoder, takes what it makes, and lets the source stand in for the rest.
import type { Logger } from '../../log.js';
import type { RenditionPiece, Rung, SourcePiece, Transcoder, Transcoding } from '../transcode/port.js';
import type { Board } from './board.js';
import type { Init } from './fragments.js';
import { source } from './names.js';
import type { Track } from './track.js';

export interface RenditionsNeeds {
  stream: string;
  cam: string;
  transcoder: Transcoder;
  board: Board;
  track: (rendition: string) => Track;
  /** Of an earlier run: who watches them goes on with the source until they are made again. */
  left: readonly string[];
  onNotice: (text: string) => void;
  log: Logger;
}

/** So many late segments one after the other mean that it is too much. */
const mostLate = 5;
const firstPauseMs = 1000;
const longestPauseMs = 30_000;

/**
 * What there is of a rendition's segment that is not complete. Nothing of it is published before: once a player has a part
 * of it, the source could not stand in for the rest.
 */
interface Making {
  data: Buffer[];
  durationMs: number;
}

export type Renditions = ReturnType<typeof createRenditions>;

export function createRenditions(needs: RenditionsNeeds) {
  const { stream, cam, transcoder, board, log } = needs;
  const tracks = new Map<string, Track>();
  const making = new Map<string, Making>();
  /** The key and the frames of each segment that may still come. */
  const segments = new Map<number, { n: number; samples: number }>();
  const timers = new Set<NodeJS.Timeout>();
  let init: Init | null = null;
  let rungs: readonly Rung[] = [];
  let session: { of: Transcoding; over: boolean } | null = null;
  let pauseMs = firstPauseMs;
  let notBefore = 0;
  let late = 0;
  let ending: Promise<unknown> = Promise.resolve();

  for (const name of needs.left) take(name);

  function take(name: string): void {
    const track = tracks.get(name) ?? needs.track(name);
    tracks.set(name, track);
    board.join(track);
  }

  const nameOf = (rung: string, id: number): string => `${rung}/${id}`;

  function standIn(rung: string, id: number): void {
    making.delete(nameOf(rung, id));
    const original = board.copyOf(id, source);
    if (original && !board.copyOf(id, rung)) board.setCopy(id, rung, original);
  }

  function onPiece(piece: RenditionPiece): void {
    const { rung, id } = piece;
    const track = tracks.get(rung);
    const segment = segments.get(id);
    if (!track || !segment || board.copyOf(id, rung)) return;
    track.begin(piece.init);
    const name = nameOf(rung, id);
    const made = making.get(name) ?? { data: [], durationMs: 0 };
    making.set(name, made);
    made.data.push(piece.data);
    made.durationMs += piece.durationMs;
    if (!piece.last) return;
    making.delete(name);
    const facts = { durationMs: made.durationMs, samples: segment.samples, parts: [] };
    board.setCopy(id, rung, track.whole({ id, n: segment.n }, Buffer.concat(made.data), facts));
    [late, pauseMs] = [0, firstPauseMs];
  }

  function start(): void {
    const wanted = rungs.length > 0 || transcoder.showsItself;
    if (!init || !wanted || Date.now() < notBefore) return;
    const mine = { over: false };
    const unlessOver =
      <A extends unknown[]>(act: (...args: A) => void) =>
      (...args: A): void => {
        if (!mine.over) act(...args);
      };
    const of = transcoder.start({
      ...{ stream, cam, source: init, rungs, log },
      onPiece: unlessOver(onPiece),
      onFailed: unlessOver(standIn),
      onNotice: unlessOver(needs.onNotice),
      onEnd: unlessOver((reason) => {
        log.warn({ stream, cam, reason }, 'transcoding ended; the source stands in');
        notBefore = Date.now() + pauseMs;
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
        stop();
      }),
    });
    session = Object.assign(mine, { of });
  }

  function stop(): void {
    if (!session) return;
    session.over = true;
    ending = Promise.all([ending, session.of.end()]);
    session = null;
    for (const id of segments.keys()) for (const rung of tracks.keys()) standIn(rung, id);
    segments.clear();
  }

  /** A machine that is too slow makes fewer. */
  function tooLate(rung: string, id: number): void {
    if (board.copyOf(id, rung) || !board.copyOf(id, source)) return;
    standIn(rung, id);
    late += 1;
    if (late < mostLate || rungs.length === 0) return;
    late = 0;
    const [heaviest] = rungs;
    rungs = rungs.slice(1);
    stop();
    needs.onNotice(`Making ${heaviest?.name} takes too long: viewers get the original in its place.`);
  }

  function lateSoon(rung: string, id: number): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      tooLate(rung, id);
      segments.delete(id);
    }, transcoder.lateMs);
    timer.unref();
    timers.add(timer);
  }

  return {
    /** A new encoder's output. */
    begin(next: Init): void {
      stop();
      init = next;
      rungs = transcoder.rungs(next);
      for (const { name } of rungs) take(name);
    },
    push(piece: SourcePiece, n: number): void {
      if (!session && piece.first) start();
      if (piece.first) segments.set(piece.id, { n, samples: 0 });
      const segment = segments.get(piece.id);
      if (segment) segment.samples += piece.fragments.reduce((sum, { samples }) => sum + samples, 0);
      session?.of.push(piece);
    },
    /** After the board has it. */
    complete(id: number, durationMs: number): void {
      session?.of.complete(id, durationMs);
      for (const name of tracks.keys()) {
        const comes = session !== null && rungs.some((rung) => rung.name === name);
        if (comes) lateSoon(name, id);
        else standIn(name, id);
      }
    },
    /** The source is lost: what is under way is waited for. */
    pause: stop,
    close: async (): Promise<void> => {
      stop();
      for (const timer of timers) clearTimeout(timer);
      await ending;
    },
  };
}
