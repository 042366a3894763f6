// A picture with the time in it, as blocks that stay readable through any encoder; and how a page reads it.

/** Milliseconds, as many bits: about two minutes before it begins anew. */
const bits = 17;
const block = 16;
export const clockSize = { width: 640, height: 360 };
const { width, height } = clockSize;
/** Before the bits, a block of light and one of dark tell that there is a clock at all. */
const guards = 2;

const box = (i: number, colour: string, enable = ''): string =>
  `drawbox=x=${i * block}:y=0:w=${block}:h=${block}:color=${colour}:t=fill${enable}`;

/** ffmpeg filters: `t` is the wall's clock while the blocks are drawn. */
const filters = [
  'settb=1/1000,setpts=RTCTIME/1000',
  `drawbox=x=0:y=0:w=${(bits + guards) * block}:h=${block}:color=black:t=fill`,
  box(0, 'white'),
  ...Array.from({ length: bits }, (_, i) =>
    box(guards + i, 'white', `:enable='gte(mod(floor(t*1000/${2 ** i}),2),1)'`),
  ),
  'settb=1/30,setpts=N,format=yuv420p',
].join(',');

/** ffmpeg arguments for a publisher with picture and sound, paced like a camera; `gop` frames between keyframes. */
export const clockArgs = (gop: number, url: string): string[] => [
  ...['-hide_banner', '-loglevel', 'error', '-re', '-f', 'lavfi', '-i', `testsrc2=s=${width}x${height}:r=30`],
  ...['-re', '-f', 'lavfi', '-i', 'sine=440:r=48000', '-vf', filters],
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-threads', '1'],
  ...['-g', `${gop}`, '-sc_threshold', '0', '-b:v', '1500k', '-maxrate', '1500k', '-bufsize', '1500k'],
  ...['-c:a', 'aac', '-b:a', '96k', '-flvflags', 'no_duration_filesize', '-f', 'flv', url],
];

declare global {
  /** Of `drawClock`. */
  var startClock: () => HTMLCanvasElement;
}

/** Runs in a page that stands for a camera or a screen: `startClock()` is a canvas with something that moves, and the clock. */
export const drawClock = `window.startClock = () => {
  const canvas = document.createElement('canvas');
  canvas.width = ${width};
  canvas.height = ${height};
  canvas.style.display = 'block';
  const context = canvas.getContext('2d', { alpha: false });
  const draw = () => {
    const now = Date.now();
    for (let i = 0; i < 16; i++) {
      context.fillStyle = 'hsl(' + ((i * 24 + now / 40) % 360) + ', 60%, 45%)';
      context.fillRect(i * 40, 0, 40, ${height});
    }
    context.fillStyle = '#fff';
    context.fillRect((now / 5) % ${width}, 160 + 80 * Math.sin(now / 700), 60, 60);
    context.fillStyle = '#000';
    context.fillRect(0, 0, ${(bits + guards) * block}, ${block});
    context.fillStyle = '#fff';
    context.fillRect(0, 0, ${block}, ${block});
    for (let i = 0; i < ${bits}; i++)
      if (Math.floor(now / 2 ** i) % 2 === 1) context.fillRect((${guards} + i) * ${block}, 0, ${block}, ${block});
    requestAnimationFrame(draw);
  };
  draw();
  return canvas;
};`;

/** Runs in the page: how old the picture on screen is, ms; null when it shows no clock. */
export const readClock = `(() => {
  const video = document.querySelector('video');
  if (!video || video.readyState < 2 || video.paused) return null;
  const canvas = (window.clockCanvas ??= document.createElement('canvas'));
  canvas.width = ${(bits + guards) * block};
  canvas.height = ${block};
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const scale = video.videoWidth / ${width};
  const [w, h] = [canvas.width * scale, canvas.height * scale];
  context.drawImage(video, 0, 0, w, h, 0, 0, canvas.width, canvas.height);
  const now = Date.now();
  const lit = (i) => context.getImageData(i * ${block} + ${block / 2}, ${block / 2}, 1, 1).data[1] > 128;
  if (!lit(0) || lit(1)) return null;
  let shown = 0;
  for (let i = 0; i < ${bits}; i++) if (lit(${guards} + i)) shown += 2 ** i;
  const round = 2 ** ${bits};
  return (((now - shown) % round) + round) % round;
})()`;

/** Runs in the page: when it first showed a picture that moves, ms since it was asked for; null before. */
export const firstPicture = `(() => {
  const video = document.querySelector('video.front') ?? document.querySelector('video');
  if (!video || video.readyState < 2 || video.currentTime === 0) return null;
  window.firstTime ??= video.currentTime;
  return video.currentTime > window.firstTime ? performance.now() : null;
})()`;
