// Renditions by a machine of our own: one ffmpeg for each cam that makes all of them, with the source's times and keyframes.
import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { Readable } from 'node:stream';
import { createFragmentReader, type Fragment, type Init } from '../media/fragments.js';
import { smallerThan } from './ladder.js';
import type { Job, Rung, SourcePiece, Transcoder, Transcoding } from './port.js';

/** Pictures a core makes beside its other work, in pixels at a moment (times 30 a second). */
const pixelsPerCore = 1_000_000;
const lateMs = 3000;
/** Renditions are usually behind by less. */
const lagMs = 500;
/** How much may wait for ffmpeg: a few seconds of a heavy source. */
const mostWaiting = 32 * 1024 * 1024;
const finishLimitMs = 2000;
/** A frame that starts this much early still belongs to what follows, ms. */
const toleranceMs = 5;

const flags = '+frag_keyframe+empty_moov+default_base_moof+frag_discont';

/** One output, from pipe 3 on. */
const output = (rung: Rung, i: number): string[] => [
  ...['-map', `[v${i}]`, '-map', '0:a:0?', '-c:a', 'copy', '-c:v', 'libx264', '-preset', 'superfast'],
  ...['-tune', 'zerolatency', '-profile:v', 'main', '-bf', '0', '-sc_threshold', '0', '-g', '9999'],
  ...[
    '-force_key_frames',
    'source',
    '-vsync',
    'passthrough',
    '-enc_time_base:v',
    '-1',
    '-avoid_negative_ts',
    'disabled',
  ],
  ...['-b:v', `${rung.bitrate}`, '-maxrate', `${rung.bitrate}`, '-bufsize', `${rung.bitrate}`],
  ...['-f', 'mp4', '-movflags', flags, '-frag_duration', '30000', '-flush_packets', '1', `pipe:${3 + i}`],
];

function args(rungs: readonly Rung[]): string[] {
  const copies = rungs.map((_, i) => `[c${i}]`).join('');
  const scaled = rungs.map(({ height }, i) => `[c${i}]scale=-2:${height},setsar=1,format=yuv420p[v${i}]`);
  return [
    ...['-hide_banner', '-loglevel', 'error', '-threads', '1', '-analyzeduration', '500000', '-fpsprobesize', '0'],
    ...['-copyts', '-f', 'mp4', '-i', 'pipe:0'],
    ...['-filter_complex', [`[0:v:0]split=${rungs.length}${copies}`, ...scaled].join(';')],
    ...rungs.flatMap(output),
  ];
}

/** A piece of the source, by its times as a rendition has them. */
interface Slot {
  id: number;
  endMs: number;
}

/** Collects a rendition's fragments into pieces that cover what the source's cover. */
function createSlots(rung: string, job: Pick<Job, 'onPiece'>) {
  let init: Init | null = null;
  const slots: Slot[] = [];
  const completed = new Set<number>();
  let pending: Fragment[] = [];

  function emit(slot: Slot): void {
    const fragments = pending;
    pending = [];
    const last = completed.has(slot.id) && slots[0]?.id !== slot.id;
    if (!init || (fragments.length === 0 && !last)) return;
    if (last) completed.delete(slot.id);
    job.onPiece({
      ...{ rung, id: slot.id, init, last },
      data: Buffer.concat(fragments.map(({ data }) => data)),
      durationMs: fragments.reduce((sum, { durationMs }) => sum + durationMs, 0),
    });
  }

  const next = (): void => {
    const slot = slots.shift();
    if (slot) emit(slot);
  };

  return {
    piece(piece: Init | Fragment): void {
      if (piece.kind === 'init') {
        init = piece;
        return;
      }
      while (slots[0] && piece.startMs >= slots[0].endMs - toleranceMs) next();
      pending.push(piece);
      while (slots[0] && piece.startMs + piece.durationMs >= slots[0].endMs - toleranceMs) next();
    },
    add: (slot: Slot): number => slots.push(slot),
    complete(id: number): void {
      completed.add(id);
      // Its last piece is out already, unsuspecting.
      if (!slots.some((slot) => slot.id === id)) emit({ id, endMs: 0 });
    },
  };
}

function startLocal(ffmpeg: string, job: Job): Transcoding {
  const { rungs } = job;
  const pipes = rungs.map(() => 'pipe' as const);
  const child: ChildProcess = spawn(ffmpeg, args(rungs), { stdio: ['pipe', 'ignore', 'pipe', ...pipes] });
  const renditions = rungs.map(({ name }) => createSlots(name, job));
  let leadMs: number | null = null;
  let complaint = '';
  let over = false;

  const exit = new Promise<void>((resolve) => {
    function ended(reason: string): void {
      resolve();
      if (!over) job.onEnd(reason);
      over = true;
    }
    child.once('error', (error) => ended(error.message));
    child.once('close', (code) => ended(complaint.trim().split('\n').at(-1) || `ffmpeg ended (${code})`));
  });
  child.stderr?.on('data', (bytes: Buffer) => {
    complaint = `${complaint}${bytes}`.slice(-2000);
  });
  child.stdin?.on('error', () => {});
  for (const [i, slots] of renditions.entries()) {
    const read = createFragmentReader(slots.piece);
    (child.stdio[3 + i] as Readable | undefined)?.on('data', (bytes: Buffer) => {
      try {
        read(bytes);
      } catch (error) {
        complaint = String(error);
        child.kill('SIGKILL');
      }
    });
  }
  child.stdin?.write(job.source.data);

  return {
    push({ id, fragments }: SourcePiece): void {
      const [first, last] = [fragments[0], fragments.at(-1)];
      if (over || !first || !last || !child.stdin) return;
      leadMs ??= first.leadMs;
      const endMs = last.startMs + last.durationMs + leadMs;
      for (const slots of renditions) slots.add({ id, endMs });
      if (child.stdin.writableLength > mostWaiting) child.kill('SIGKILL');
      else for (const { data } of fragments) child.stdin.write(data);
    },
    complete(id: number): void {
      for (const slots of renditions) slots.complete(id);
    },
    async end(): Promise<void> {
      over = true;
      child.stdin?.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), finishLimitMs);
      await exit;
      clearTimeout(timer);
    },
  };
}

/** `names` of what is wished, such as `720p`; each is made only of sources that are larger, and while the machine has means. */
export function createLocalTranscoder(needs: { ffmpeg: string; names: readonly string[]; cores?: number }): Transcoder {
  const { ffmpeg, names, cores = availableParallelism() } = needs;

  return {
    lateMs,
    lagMs,
    rungs({ width, height }) {
      let means = cores * pixelsPerCore;
      // The smallest first: they are who needs it most.
      const affordable = smallerThan(names, { height })
        .reverse()
        .filter((rung) => {
          means -= (rung.height * rung.height * width) / height;
          return means >= 0;
        });
      return affordable.reverse();
    },
    start: (job) => startLocal(ffmpeg, job),
  };
}
