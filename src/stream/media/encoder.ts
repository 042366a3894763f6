// One ffmpeg: FLV in, fragmented MP4 out, nothing re-encoded.
import { type ChildProcess, spawn } from 'node:child_process';
import { createFragmentReader, type Fragment, type Init } from './fragments.js';

export interface Encoder {
  /** False when it cannot take more for now. */
  write(flv: Buffer): boolean;
  /** No more will come; resolves when all of it is out. */
  finish(): Promise<void>;
}

const flags = [
  '+frag_keyframe', // a new fragment at each keyframe, so that a segment can start there
  '+empty_moov', // codecs first, frames later
  '+default_base_moof', // each fragment stands for itself
].join('');

/** A fragment for each frame or two, µs: what parts are made of. */
const fragmentUs = '30000';

const args = [
  ...['-hide_banner', '-loglevel', 'error'],
  // Not `-fflags nobuffer`: it loses the packets that were read to learn the codecs.
  ...['-analyzeduration', '1500000', '-fpsprobesize', '0'],
  ...['-f', 'flv', '-i', 'pipe:0', '-map', '0:v:0?', '-map', '0:a:0?', '-c', 'copy'],
  ...['-f', 'mp4', '-movflags', flags, '-frag_duration', fragmentUs, '-flush_packets', '1', 'pipe:1'],
];

/** How much may wait for ffmpeg before packets are dropped: a few seconds of a heavy stream. */
const mostWaiting = 32 * 1024 * 1024;
const finishLimitMs = 3000;

/** `onEnd` is told why it ended by itself; not called after `finish`. */
export function startEncoder(needs: {
  ffmpeg: string;
  onPiece: (piece: Init | Fragment) => void;
  onEnd: (reason: string) => void;
}): Encoder {
  const child: ChildProcess = spawn(needs.ffmpeg, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const { stdin, stdout, stderr } = child;
  let complaint = '';
  let ended = false;
  let finished = false;
  const read = createFragmentReader(needs.onPiece);

  const exit = new Promise<void>((resolve) => {
    function end(reason: string): void {
      if (ended) return;
      ended = true;
      resolve();
      if (!finished) needs.onEnd(reason);
    }
    child.once('error', (error) => end(error.message));
    child.once('close', (code, signal) =>
      end(complaint.trim().split('\n').at(-1) || `ffmpeg ended (${signal ?? code})`),
    );
  });
  stdout?.on('data', (bytes: Buffer) => {
    try {
      read(bytes);
    } catch (error) {
      complaint = String(error);
      child.kill('SIGKILL');
    }
  });
  stderr?.on('data', (bytes: Buffer) => {
    complaint = `${complaint}${bytes}`.slice(-2000);
  });
  // Its end is told by 'close'; a write that comes too late is no news.
  stdin?.on('error', () => {});

  return {
    write(flv) {
      if (ended || !stdin || stdin.writableLength > mostWaiting) return false;
      return stdin.write(flv);
    },
    async finish() {
      finished = true;
      stdin?.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), finishLimitMs);
      await exit;
      clearTimeout(timer);
    },
  };
}
