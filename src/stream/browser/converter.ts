// One ffmpeg: what a browser's recorder or a WebRTC sender has in, FLV with H.264 and AAC out; encoded anew only where it must be.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Recording } from '../../vocabulary/broadcast.js';
import { createTagReader } from '../media/flv.js';

export interface Converter {
  /** False when it has more than enough; `onDrain` tells when that is over. */
  write(bytes: Buffer): boolean;
  /** Ends it at once; nothing more comes out. */
  kill(): void;
}

/** How much may wait for ffmpeg: a few seconds of a heavy recording. */
const mostWaiting = 4 * 1024 * 1024;

/** Whether the pictures go on as they came. */
export const copiesPictures = ({ video, keyframes }: Recording): boolean => video === 'h264' && keyframes;

const encode = [
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'],
  ...['-crf', '23', '-maxrate', '4M', '-bufsize', '4M'],
  // Pictures with odd sides cannot be encoded.
  ...['-vf', 'scale=trunc(iw/2)*2:trunc(ih/2)*2', '-force_key_frames', 'expr:gte(t,n_forced)'],
];

const args = (recording: Recording): string[] => [
  ...['-hide_banner', '-loglevel', 'error', '-analyzeduration', '1000000', '-fpsprobesize', '0'],
  // A recording that names files or addresses gets none of them.
  ...['-protocol_whitelist', 'pipe', '-f', recording.container === 'webm' ? 'matroska' : 'mp4', '-i', 'pipe:0'],
  ...['-map', '0:v:0?', '-map', '0:a:0?', ...(copiesPictures(recording) ? ['-c:v', 'copy'] : encode)],
  ...(recording.audio === 'aac' ? ['-c:a', 'copy'] : ['-c:a', 'aac', '-b:a', '128k', '-ar', '48000']),
  // A screen that stands still must not hold the sound back.
  ...['-max_interleave_delta', '500000'],
  ...['-flvflags', 'no_duration_filesize', '-flush_packets', '1', '-f', 'flv', 'pipe:1'],
];

/** Opus in Matroska, whose times are kept; what was lost on the way becomes silence, and clocks that drift are followed. */
const soundArgs: readonly string[] = [
  ...['-hide_banner', '-loglevel', 'error', '-analyzeduration', '0', '-probesize', '32', '-copyts'],
  ...['-protocol_whitelist', 'pipe', '-f', 'matroska', '-i', 'pipe:0', '-af', 'aresample=async=1000'],
  ...['-c:a', 'aac', '-b:a', '128k', '-ar', '48000', '-ac', '2'],
  ...['-flvflags', 'no_duration_filesize', '-flush_packets', '1', '-f', 'flv', 'pipe:1'],
];

interface Outlet {
  ffmpeg: string;
  /** The file header first, then whole tags. */
  onFlv: (flv: Buffer) => void;
  onDrain: () => void;
  /** Told why it ended by itself; not called after `kill`. */
  onEnd: (reason: string) => void;
}

export const startConverter = ({ recording, ...needs }: Outlet & { recording: Recording }): Converter =>
  convert(needs, args(recording));

export const startSoundConverter = (needs: Outlet): Converter => convert(needs, soundArgs);

function convert(needs: Outlet, args: readonly string[]): Converter {
  const child: ChildProcess = spawn(needs.ffmpeg, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const { stdin, stdout, stderr } = child;
  let complaint = '';
  let ended = false;

  function end(reason: string): void {
    if (ended) return;
    ended = true;
    needs.onEnd(reason);
  }

  const read = createTagReader((flv) => !ended && needs.onFlv(flv));
  stdout?.on('data', read);
  stderr?.on('data', (bytes: Buffer) => {
    complaint = `${complaint}${bytes}`.slice(-2000);
  });
  // Its end is told by 'close'; a write that comes too late is no news.
  stdin?.on('error', () => {});
  stdin?.on('drain', () => !ended && needs.onDrain());
  child.once('error', (error) => end(error.message));
  child.once('close', (code, signal) => end(complaint.trim().split('\n').at(-1) || `ffmpeg ended (${signal ?? code})`));

  return {
    write(bytes) {
      if (ended || !stdin) return true;
      stdin.write(bytes);
      return stdin.writableLength < mostWaiting;
    },
    kill() {
      ended = true;
      child.kill('SIGKILL');
    },
  };
}
