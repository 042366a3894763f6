// Whoever is on air: a real ffmpeg whose line to the server can be held up, and who can be stopped, frozen and begun anew.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Encoder {
  size: string;
  rate: number;
  /** Frames between keyframes. */
  gop: number;
  kbits: number;
  /** Seconds of show that it makes in a second. */
  pace?: number;
}

/** They differ in size, in how often pictures come, and in how often keyframes do. */
export const encoders: readonly Encoder[] = [
  { size: '854x480', rate: 15, gop: 15, kbits: 500 },
  { size: '640x360', rate: 15, gop: 30, kbits: 300 },
  { size: '854x480', rate: 20, gop: 25, kbits: 600 },
  { size: '768x432', rate: 12, gop: 18, kbits: 400 },
];

/** testsrc2 burns the seconds and the number of each frame in. */
const args = ({ size, rate, gop, kbits, pace = 1 }: Encoder, url: string): string[] => [
  ...[
    '-hide_banner',
    '-loglevel',
    'error',
    '-readrate',
    `${pace}`,
    '-f',
    'lavfi',
    '-i',
    `testsrc2=s=${size}:r=${rate}`,
  ],
  ...['-readrate', `${pace}`, '-f', 'lavfi', '-i', 'sine=440:r=48000'],
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-threads', '1', '-pix_fmt', 'yuv420p'],
  ...['-g', `${gop}`, '-sc_threshold', '0', '-b:v', `${kbits}k`, '-maxrate', `${kbits}k`, '-bufsize', `${kbits}k`],
  ...['-c:a', 'aac', '-b:a', '64k', '-flvflags', 'no_duration_filesize', '-f', 'flv', url],
];

/** A line to a port that can be held: what is sent meanwhile comes later, all at once. */
async function openLine(port: number) {
  const sockets = new Set<Socket>();
  let held = false;
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.once('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
      if (held) from.pause();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' ? address?.port : 0,
    hold(next: boolean): void {
      held = next;
      for (const socket of sockets) next ? socket.pause() : socket.resume();
    },
    close(): void {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

export type Publisher = Awaited<ReturnType<typeof openPublisher>>;

export async function openPublisher(rtmpPort: number, path: string) {
  const line = await openLine(rtmpPort);
  let child: ChildProcess | null = null;
  let wanted = false;
  let encoder = encoders[0] as Encoder;
  let words = '';

  function begin(): void {
    const mine = spawn('ffmpeg', args(encoder, `rtmp://127.0.0.1:${line.port}${path}`), {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child = mine;
    mine.stderr?.on('data', (said: Buffer) => {
      words = `${words}${said}`.slice(-2000);
    });
    // As OBS does when its server goes away.
    mine.once('exit', () => setTimeout(() => wanted && child === mine && begin(), 1000));
  }

  async function end(): Promise<void> {
    wanted = false;
    const gone = child;
    child = null;
    if (!gone || gone.exitCode !== null || gone.signalCode !== null) return;
    const exit = once(gone, 'exit');
    gone.kill('SIGKILL');
    await exit;
  }

  return {
    start(next: Encoder = encoder): void {
      encoder = next;
      wanted = true;
      begin();
    },
    end,
    freeze: (): void => void child?.kill('SIGSTOP'),
    thaw: (): void => void child?.kill('SIGCONT'),
    hold: line.hold,
    pid: (): number => child?.pid ?? 0,
    encoder: () => encoder,
    words: () => words,
    close: async (): Promise<void> => {
      await end();
      line.close();
    },
  };
}
