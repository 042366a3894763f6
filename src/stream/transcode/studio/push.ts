// A cam's video to an RTMP server, as it is: one ffmpeg that copies.
import { spawn } from 'node:child_process';

/** A few seconds of a heavy source: a line that is slower than that cannot carry it. */
const mostWaiting = 32 * 1024 * 1024;

export function startPush(needs: { ffmpeg: string; url: string; secret: string; onEnd: (reason: string) => void }) {
  const input = ['-hide_banner', '-loglevel', 'error', '-fflags', 'nobuffer', '-f', 'mp4', '-i', 'pipe:0'];
  const child = spawn(
    needs.ffmpeg,
    [...input, '-c', 'copy', '-flvflags', 'no_duration_filesize', '-f', 'flv', needs.url],
    {
      stdio: ['pipe', 'ignore', 'pipe'],
    },
  );
  let complaint = '';
  let over = false;
  const closed = new Promise<void>((resolve) => {
    function ended(reason: string): void {
      resolve();
      if (!over) needs.onEnd(reason.replaceAll(needs.secret, '…'));
      over = true;
    }
    child.once('error', (error) => ended(error.message));
    child.once('close', (code) => ended(complaint.trim().split('\n').at(-1) || `ffmpeg ended (${code})`));
  });
  child.stderr.on('data', (bytes: Buffer) => {
    complaint = `${complaint}${bytes}`.slice(-2000);
  });
  child.stdin.on('error', () => {});

  return {
    write(data: Buffer): void {
      if (over) return;
      if (child.stdin.writableLength > mostWaiting) child.kill('SIGKILL');
      else child.stdin.write(data);
    },
    async end(): Promise<void> {
      over = true;
      child.kill('SIGKILL');
      await closed;
    },
  };
}
