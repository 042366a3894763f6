// Captions within the pictures: through packaging byte for byte, told of in the playlist, and shown by the watch page’s player.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { captionsIn } from '../../src/stream/media/captions.js';
import { startEncoder } from '../../src/stream/media/encoder.js';
import { folderTarget } from '../../src/stream/media/folder.js';
import type { Fragment, Init } from '../../src/stream/media/fragments.js';
import { createKeyClock } from '../../src/stream/media/key-clock.js';
import { openPackager } from '../../src/stream/media/packager.js';
import { createShelf } from '../../src/stream/media/shelf.js';
import { keyOf, unlock } from '../support/air.js';
import { captioned, h264Of, linesEachSecond, seiOf } from '../support/captions.js';
import { readMedia, readMultivariant } from '../support/hls-validator.js';
import { silent } from '../support/payments.js';

async function piecesOf(h264: Buffer): Promise<(Init | Fragment)[]> {
  const args = ['-v', 'error', '-f', 'h264', '-r', '30', '-i', 'pipe:0', '-c', 'copy', '-f', 'flv', 'pipe:1'];
  const flv = execFileSync('ffmpeg', args, { input: h264, maxBuffer: 1 << 28 });
  const pieces: (Init | Fragment)[] = [];
  const encoder = startEncoder({ ffmpeg: 'ffmpeg', onPiece: (piece) => pieces.push(piece), onEnd: () => {} });
  encoder.write(flv);
  await encoder.finish();
  return pieces;
}

it('come through untouched, and are told of as soon as there are any', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dtok-captions-'));
  const shelf = createShelf();
  let n = 0;
  const keys = { open: async () => ++n, bytes: (_: string, of: number) => keyOf(of) };
  const packager = await openPackager({
    ...{ stream: 'main', cam: 'main', shelf, target: folderTarget(folder), transcoder: null, log: silent },
    ...{ segmentMs: 1000, partMs: 0, dvrMs: 0, keyBase: 'http://g', seal: (_: string, text: string) => text },
    clock: createKeyClock({ stream: 'main', keys, keyPeriodMs: () => 2000 }),
    ...{ onPublished: () => {}, onNotice: () => {} },
  });
  async function play(h264: Buffer) {
    for (const piece of await piecesOf(h264)) {
      if (piece.kind === 'init') packager.begin(piece);
      else packager.add(piece);
      await new Promise(setImmediate);
    }
    packager.flush();
    await new Promise(setImmediate);
    const { problems, variants } = readMultivariant(shelf.playlist('main/live.m3u8')?.text(false) ?? '');
    expect(problems).toEqual([]);
    return variants[0]?.captions;
  }
  const plain = h264Of(3);
  expect(await play(plain), 'nothing is said where there are none: they may come').toBe('');
  const of = linesEachSecond('Hello, stage');
  expect(await play(captioned(plain, of))).toBe('"captions"');
  expect(shelf.playlist('main/live.m3u8')?.text(false)).toContain('INSTREAM-ID="CC1"');

  const { problems, playlist } = readMedia(shelf.playlist('main/video.m3u8')?.text(false) ?? '');
  expect(problems).toEqual([]);
  const media: Buffer[] = [];
  for (const { uri, key, iv } of playlist.segments.slice(-3)) {
    const n = Number(key.split('/').at(-1));
    const data = await shelf.media(`main/${uri}`, 0);
    if (data) media.push(unlock(data, key.replace(/.*/, `http://gate.example/keys/main/${n}`), iv));
  }
  // Each in its place: the NAL units of all pictures, one behind the other.
  const whole = Buffer.concat(media);
  let at = 0;
  for (let frame = 0; frame < 90; frame++) {
    at = whole.indexOf(seiOf(of(frame)), at) + 1;
    expect(at, `of picture ${frame}`).toBeGreaterThan(0);
  }
  await packager.close();
  rmSync(folder, { recursive: true });
}, 60_000);

it('are known by what they say, not by padding', () => {
  const sei = (...triplets: number[]) =>
    Buffer.from([0xb5, 0, 0x31, ...Buffer.from('GA94'), 3, 0xc0 | (triplets.length / 3), 0xff, ...triplets, 0xff]);
  expect(captionsIn(sei(0xfc, 0x94, 0x25))).toEqual(['CC1']);
  expect(captionsIn(sei(0xfc, 0x80, 0x80, 0xfd, 0x80, 0x80, 0xfa, 0, 0))).toEqual([]);
  expect(captionsIn(sei(0xf8, 0x94, 0x25)), 'not valid').toEqual([]);
  expect(captionsIn(Buffer.concat([sei(0xfd, 0x15, 0x25), sei(0xff, 0x02, 0x21)]))).toEqual(['CC3', 'SERVICE1']);
  expect(captionsIn(sei(0xfc, 0x94, 0x25).subarray(0, 9)), 'cut off').toEqual([]);
});
