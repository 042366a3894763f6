// The test card: a real ffmpeg that broadcasts a moving picture, a running clock and a soft chord by RTMP.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { Logger } from '../log.js';
import { alreadyOn, takenOver } from './publishers.js';
import { givesWayQuery } from './rtmp/publisher.js';

const { resolve } = createRequire(import.meta.url);
const font = (name: string): string =>
  // Within a filter, backslashes and colons (of a drive) have a meaning.
  resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`).replaceAll('\\', '/').replaceAll(':', '\\\\:');

const paper = '0xf7eee3';
const dim = '0xb09f8e';
const lamp = '0xffb02e';
const barColours = ['0xf7eee3', '0xffb02e', '0x7fd6a0', '0x4fb3a5', '0xc86bfa', '0xff5340', '0x5a6bff', '0x221a14'];

const write = (file: string, size: number, colour: string, x: string, y: number, text: string): string =>
  `drawtext=fontfile=${font(file)}:fontsize=${size}:fontcolor=${colour}:x=${x}:y=${y}:text='${text}'`;

/** A picture that is made once and shown for ever costs next to nothing. */
const still = 'trim=end_frame=1,loop=-1:1:0,setpts=N/30/TB';

/** Warm light in a dark house, wider than the picture: what is shown of it swings, and that is free too. */
const light = [
  "color=size=400x180:rate=30,format=rgb24,geq=r='13+98*exp(-(pow((X-200)/95,2)+pow((Y-62)/60,2)))'",
  ":g='10+58*exp(-(pow((X-200)/90,2)+pow((Y-62)/56,2)))':b='9+22*exp(-(pow((X-200)/84,2)+pow((Y-62)/50,2)))'",
  ',scale=1600:720:flags=bicubic,noise=alls=3:allf=a,format=yuv420p,',
  `${still},crop=1280:720:'160+150*sin(PI*t/4)':0`,
].join('');

const bars = [
  'color=size=1280x16:rate=30,format=yuv420p',
  ...barColours.map((colour, i) => `drawbox=x=${i * 160}:y=0:w=160:h=16:color=${colour}:t=fill`),
  still,
].join(',');

const bead = `color=size=36x36:rate=30:color=${lamp},format=yuva444p,geq=lum='p(X,Y)':cb='p(X,Y)':cr='p(X,Y)':a='255*clip(1.6-hypot(X-17.5,Y-17.5)/9,0,1)',format=yuva420p,${still}`;

/** One clock for hours and milliseconds alike: the moment at which the frame is drawn. */
const clock = [
  'settb=1/1000,setpts=RTCTIME/1000',
  write('DejaVuSansMono-Bold', 148, paper, '192', 252, '%{pts\\:localtime\\:0\\:%H\\\\\\:%M\\\\\\:%S}'),
  write('DejaVuSansMono-Bold', 72, lamp, '910', 313, '.%{eif\\:mod(round(t*1000)\\,1000)\\:d\\:3}'),
  'settb=1/30,setpts=N',
].join(',');

const words = [
  write('DejaVuSans-Bold', 44, paper, '64', 56, 'dTok'),
  write('DejaVuSans', 44, dim, '200', 56, 'test card'),
  write('DejaVuSans', 24, dim, '1280-64-tw', 72, '1280 × 720   30 fps   H.264 + AAC'),
  write('DejaVuSans', 28, paper, '(1280-tw)/2', 530, 'Your show goes here.'),
  write('DejaVuSans', 22, dim, '(1280-tw)/2', 580, 'Broadcast to this stream, and the test card gives way.'),
].join(',');

const picture = [
  `${bars}[bars]`,
  `${bead}[bead]`,
  `[0:v]${words},drawbox=x=240:y=470:w=800:h=2:color=${dim}@0.5:t=fill[lit]`,
  '[lit][bars]overlay=0:704[card]',
  "[card][bead]overlay=x='640-18+400*sin(PI*t)':y=453[moving]",
  `[moving]${clock},format=yuv420p[v]`,
].join(';');

/** Two chords of four seconds that swell and fade; whole hertz, so that the loop has no seam. */
const chord = (notes: readonly number[]): string => notes.map((hz) => `sin(2*PI*${hz}*t)`).join('+');
const sound = [
  `aevalsrc='0.035*pow(sin(PI*mod(t,4)/4),2)*if(lt(t,4),${chord([220, 277, 330, 440])},${chord([220, 294, 370, 440])})'`,
  ':s=48000:d=8,aloop=-1:384000:0',
].join('');

const args = (url: string): string[] => [
  ...['-hide_banner', '-loglevel', 'error', '-nostdin'],
  ...['-re', '-f', 'lavfi', '-i', light, '-re', '-f', 'lavfi', '-i', sound],
  ...['-filter_complex', picture, '-map', '[v]', '-map', '1:a', '-r', '30'],
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-threads', '1', '-bf', '0'],
  ...['-g', '30', '-keyint_min', '30', '-sc_threshold', '0', '-crf', '25', '-maxrate', '1800k', '-bufsize', '1800k'],
  ...['-c:a', 'aac', '-b:a', '96k', '-ac', '2', '-flvflags', 'no_duration_filesize', '-f', 'flv', url],
];

const firstPauseMs = 500;
const longestPauseMs = 15_000;
/** One that ran this long was well: the pauses start anew. */
const wellMs = 30_000;
const stopLimitMs = 2000;

export interface TestCardNeeds {
  ffmpeg: string;
  /** With the stream key of the moment. */
  url: () => string;
  log: Logger;
  /** It is over by itself: a real broadcast has taken its place. */
  onExit?: () => void;
}

/** Starts it again when it dies, ever more slowly; gives way for good to any other broadcast. */
export function startTestCard({ ffmpeg, url: address, log, onExit }: TestCardNeeds): { stop(): Promise<void> } {
  let child: ChildProcess | null = null;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let pauseMs = firstPauseMs;

  function run(): void {
    const since = Date.now();
    const url = address();
    let complaint = '';
    let over = false;
    child = spawn(ffmpeg, args(`${url}${givesWayQuery}`), { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr?.on('data', (bytes: Buffer) => {
      complaint = `${complaint}${bytes}`.slice(-2000);
    });
    const end = (how: string): void => {
      if (over) return;
      over = true;
      child = null;
      ended(complaint, reasonOf(complaint, url) ?? how, since);
    };
    child.once('error', (error) => end(error.message));
    child.once('close', (code, signal) => end(`ffmpeg ended (${signal ?? code})`));
  }

  function ended(complaint: string, reason: string, since: number): void {
    if (stopped) return;
    if (complaint.includes(takenOver) || complaint.includes(alreadyOn)) {
      log.info('the test card gives way to a broadcast');
      stopped = true;
      onExit?.();
      return;
    }
    if (Date.now() - since > wellMs) pauseMs = firstPauseMs;
    log.warn({ reason, pauseMs }, 'the test card stopped; starting it again');
    timer = setTimeout(run, pauseMs);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }

  run();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      const running = child;
      if (!running) return;
      const closed = once(running, 'close');
      running.kill('SIGTERM');
      const impatient = setTimeout(() => running.kill('SIGKILL'), stopLimitMs);
      await closed;
      clearTimeout(impatient);
    },
  };
}

/** ffmpeg's last words, without the address, which holds the stream key. */
const reasonOf = (complaint: string, url: string): string | undefined =>
  complaint.trim().split('\n').at(-1)?.replaceAll(`${url}${givesWayQuery}`, 'RTMP') || undefined;
