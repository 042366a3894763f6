// Publishes test pictures with a real ffmpeg: as FLV tags into a source, or by RTMP.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Source } from '../../src/stream/media/broadcast.js';

export interface PictureOptions {
  seconds?: number;
  /** Frames between keyframes, at 30 a second. */
  gop?: number;
  video?: readonly string[];
  audio?: readonly string[] | null;
  size?: string;
}

/** ffmpeg arguments for a moving picture with a tone, paced like a camera. */
export function pictureArgs({ seconds = 60, gop = 30, video, audio, size = '320x180' }: PictureOptions = {}): string[] {
  const sound = audio === null ? [] : ['-re', '-f', 'lavfi', '-i', 'sine=440:r=48000'];
  return [
    ...['-hide_banner', '-loglevel', 'error', '-re', '-f', 'lavfi', '-i', `testsrc2=s=${size}:r=30`, ...sound],
    ...(video ?? [
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-tune',
      'zerolatency',
      '-g',
      `${gop}`,
      '-sc_threshold',
      '0',
    ]),
    ...(audio === null ? [] : (audio ?? ['-c:a', 'aac'])),
    ...['-t', `${seconds}`, '-f', 'flv'],
  ];
}

/** An ffmpeg whose output arrives as a publisher's would: header first, then whole tags. */
export function startSource(options: PictureOptions = {}) {
  const child: ChildProcess = spawn('ffmpeg', [...pictureArgs(options), 'pipe:1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let listener: (flv: Buffer) => void = () => {};
  let onEnd = () => {};
  let rest = Buffer.alloc(0);
  let header = true;
  const refusals: string[] = [];
  child.stdout?.on('data', (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      const size = header ? 13 : rest.length < 11 ? 12 : 15 + rest.readUIntBE(1, 3);
      if (rest.length < size) return;
      listener(Buffer.from(rest.subarray(0, size)));
      rest = rest.subarray(size);
      header = false;
    }
  });
  const closed = once(child, 'close').then(() => onEnd());
  const source: Source = {
    onData: (l) => {
      listener = l;
    },
    onEnd: (l) => {
      onEnd = l;
    },
    refuse: (reason) => {
      refusals.push(reason);
      child.kill('SIGKILL');
    },
  };
  return {
    source,
    refusals,
    /** It stands still, and then makes up for what it did not send. */
    freeze: (): boolean => child.kill('SIGSTOP'),
    thaw: (): boolean => child.kill('SIGCONT'),
    stop: async () => {
      child.kill('SIGKILL');
      await closed;
    },
    closed,
  };
}
