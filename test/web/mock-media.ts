// A short clip, looped as an endless live stream of encrypted segments, for looking at pages without a server.
import { execFileSync } from 'node:child_process';
import { createCipheriv, createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const segmentMs = 2000;
const windowSegments = 6;

export type MockMedia = ReturnType<typeof createMockMedia>;

/** Makes the clip with ffmpeg; `close` removes it. */
export function createMockMedia() {
  const folder = mkdtempSync(join(tmpdir(), 'dtok-mock-'));
  const source = ['-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=25:d=16', '-f', 'lavfi', '-i', 'sine=f=330:d=16'];
  const code = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-g',
    '50',
    '-bf',
    '0',
    '-pix_fmt',
    'yuv420p',
    '-c:a',
    'aac',
  ];
  const cut = ['-f', 'segment', '-segment_time', '2', '-segment_format', 'mpegts', join(folder, '%02d.ts')];
  execFileSync('ffmpeg', ['-v', 'error', ...source, ...code, '-shortest', ...cut]);
  const clips = readdirSync(folder)
    .sort()
    .slice(0, 8)
    .map((name) => readFileSync(join(folder, name)));
  rmSync(folder, { recursive: true });
  const began = Date.now() - segmentMs * windowSegments;
  const newest = () => Math.floor((Date.now() - began) / segmentMs) - 1;
  const key = (n: number) => createHash('sha256').update(`mock ${n}`).digest().subarray(0, 16);

  return {
    key,
    newest,
    playlist(keyBase: string): string {
      const last = newest();
      const first = last - windowSegments + 1;
      const rows = ['#EXTM3U', '#EXT-X-VERSION:3', '#EXT-X-TARGETDURATION:2', `#EXT-X-MEDIA-SEQUENCE:${first}`];
      rows.push(`#EXT-X-DISCONTINUITY-SEQUENCE:${Math.floor((first - 1) / clips.length)}`);
      for (let n = first; n <= last; n++) {
        if (n % clips.length === 0) rows.push('#EXT-X-DISCONTINUITY');
        rows.push(`#EXT-X-KEY:METHOD=AES-128,URI="${keyBase}/${n}",IV=0x${n.toString(16).padStart(32, '0')}`);
        rows.push('#EXTINF:2.000,', `${n}.ts`);
      }
      return `${rows.join('\n')}\n`;
    },
    segment(n: number): Buffer | null {
      const clip = clips[n % clips.length];
      if (!clip || n > newest() || n < newest() - 20) return null;
      const iv = Buffer.from(n.toString(16).padStart(32, '0'), 'hex');
      const cipher = createCipheriv('aes-128-cbc', key(n), iv);
      return Buffer.concat([cipher.update(clip), cipher.final()]);
    },
  };
}
