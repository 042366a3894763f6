// A still picture of what is on air: one frame of the newest fragment, as JPEG.
import { spawn } from 'node:child_process';

const patienceMs = 5000;
const widest = 1280;

/** Nobody reads faces or text through it. */
const blur = 'gblur=sigma=24';

/** `mp4` is an initialization and a fragment that starts with a keyframe. Null when ffmpeg makes no picture of it. */
export function takePicture(wish: { ffmpeg: string; mp4: Buffer; blurred: boolean }): Promise<Buffer | null> {
  const filters = [`scale='min(${widest},iw)':-2`, ...(wish.blurred ? [blur] : [])].join(',');
  const args = [
    ...['-hide_banner', '-loglevel', 'error', '-f', 'mp4', '-i', 'pipe:0'],
    ...['-frames:v', '1', '-vf', filters, '-q:v', '4', '-f', 'mjpeg', 'pipe:1'],
  ];
  const child = spawn(wish.ffmpeg, args, { stdio: ['pipe', 'pipe', 'ignore'], timeout: patienceMs });
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  // It stops reading when it has its frame.
  child.stdin.on('error', () => {});
  child.stdin.end(wish.mp4);
  return new Promise((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', () => resolve(parts.length > 0 ? Buffer.concat(parts) : null));
  });
}
