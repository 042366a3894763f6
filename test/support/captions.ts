// Captions of CEA-608 put into H.264, frame by frame, as encoders for television do: no ffmpeg here writes them.

import { execFileSync } from 'node:child_process';

/** Bare H.264 of a moving picture: 30 a second, one slice each, a keyframe a second. */
export function h264Of(seconds: number): Buffer {
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=30', '-t', `${seconds}`];
  const coded = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-g', '30', '-sc_threshold', '0'];
  const plain = ['-x264-params', 'slices=1:sliced-threads=0', '-f', 'h264', 'pipe:1'];
  return execFileSync('ffmpeg', ['-v', 'error', ...picture, ...coded, ...plain], { maxBuffer: 1 << 28 });
}

const parity = (byte: number): number => {
  const ones = byte.toString(2).replaceAll('0', '').length;
  return ones % 2 === 0 ? byte | 0x80 : byte;
};

/** Roll-up captions of two rows: so that a line shows, and takes the last one's place. Two bytes to a frame. */
export function rollUp(text: string): [number, number][] {
  const codes: [number, number][] = [
    [0x14, 0x25],
    [0x14, 0x2d],
    [0x14, 0x70],
  ];
  for (let i = 0; i < text.length; i += 2) codes.push([text.charCodeAt(i), text.charCodeAt(i + 1) || 0x20]);
  return codes.map(([a, b]) => [parity(a), parity(b)]);
}

function escaped(bytes: readonly number[]): number[] {
  const out: number[] = [];
  for (const byte of bytes) {
    if (byte <= 3 && out.at(-1) === 0 && out.at(-2) === 0) out.push(3);
    out.push(byte);
  }
  return out;
}

/** A NAL unit, without a start code: SEI, user_data_registered_itu_t_t35, ATSC A/53, one caption of the first field. */
export function seiOf([first, second]: readonly [number, number]): Buffer {
  const payload = [0xb5, 0x00, 0x31, ...Buffer.from('GA94'), 0x03, 0xc1, 0xff, 0xfc, first, second, 0xff];
  return Buffer.from([0x06, ...escaped([0x04, payload.length, ...payload]), 0x80]);
}

/** Where the NAL units behind start codes begin, and where their start codes do. */
function* unitsOf(h264: Buffer): Generator<{ code: number; unit: number }> {
  const startCode = Buffer.from([0, 0, 1]);
  for (let at = h264.indexOf(startCode); at >= 0; at = h264.indexOf(startCode, at + 3))
    yield { code: at > 0 && h264[at - 1] === 0 ? at - 1 : at, unit: at + 3 };
}

/** Puts what `of` says before each picture. */
export function captioned(h264: Buffer, of: (frame: number) => readonly [number, number] | undefined): Buffer {
  const out: Buffer[] = [];
  let [from, frame] = [0, 0];
  for (const { code, unit } of unitsOf(h264)) {
    const type = (h264[unit] ?? 0) & 0x1f;
    // The first slice of a picture: first_mb_in_slice is 0.
    if ((type !== 1 && type !== 5) || ((h264[unit + 1] ?? 0) & 0x80) === 0) continue;
    const caption = of(frame);
    frame += 1;
    if (!caption) continue;
    out.push(h264.subarray(from, code), Buffer.from([0, 0, 0, 1]), seiOf(caption));
    from = code;
  }
  return Buffer.concat([...out, h264.subarray(from)]);
}

/** A line of captions a second at 30 frames a second: «line 0 of text», … */
export function linesEachSecond(text: string): (frame: number) => [number, number] {
  return (frame) => rollUp(`${text} ${Math.floor(frame / 30)}`)[frame % 30] ?? [0x80, 0x80];
}
