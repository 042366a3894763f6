// Knows a coded picture again in another container: by its largest NAL unit, which no copying changes. Pure.
import { createHash } from 'node:crypto';

/** NAL units behind their lengths in four bytes, as in MP4. */
function counted(data: Buffer): Buffer[] {
  const units: Buffer[] = [];
  for (let at = 0; at + 4 <= data.length; ) {
    const end = at + 4 + data.readUInt32BE(at);
    units.push(data.subarray(at + 4, end));
    at = end;
  }
  return units;
}

const startCode = Buffer.from([0, 0, 1]);

/** NAL units behind start codes, as in MPEG-TS. */
function started(data: Buffer): Buffer[] {
  const units: Buffer[] = [];
  for (let at = data.indexOf(startCode); at >= 0; ) {
    const next = data.indexOf(startCode, at + 3);
    units.push(data.subarray(at + 3, next < 0 ? data.length : next));
    at = next;
  }
  return units;
}

/** Zeros at its end belong to the container. */
function trimmed(unit: Buffer): Buffer {
  let end = unit.length;
  while (end > 0 && unit[end - 1] === 0) end -= 1;
  return unit.subarray(0, end);
}

export function fingerprint(data: Uint8Array, container: 'mp4' | 'ts'): string {
  const buffer = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const units = container === 'mp4' ? counted(buffer) : started(buffer);
  const largest = units.reduce((most, unit) => (unit.length > most.length ? unit : most), Buffer.alloc(0));
  return createHash('sha256').update(trimmed(largest)).digest('base64url');
}
