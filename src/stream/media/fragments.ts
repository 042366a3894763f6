// Splits a live fragmented MP4 into its initialization and its fragments, and tells what each holds. Pure.
import { boxes, boxHeader, find } from './boxes.js';

/** What a player must have before any fragment: `ftyp` and `moov`. */
export interface Init {
  kind: 'init';
  data: Buffer;
  /** RFC 6381, as CODECS wants them. */
  codecs: string[];
  /** Pixels; 0 without video. */
  width: number;
  height: number;
}

/**
 * One `moof` and its `mdat`, and before them those that have nothing of the leading track: the video, or the audio where
 * there is no video. Times are by that, in the order of decoding.
 */
export interface Fragment {
  kind: 'fragment';
  data: Buffer;
  startMs: number;
  /** From decoding its first sample to showing it. */
  leadMs: number;
  durationMs: number;
  samples: number;
  /** Its first sample can be decoded without those before it. */
  independent: boolean;
}

interface Track {
  id: number;
  video: boolean;
  timescale: number;
}

/** Far more than any live fragment has; a stream that claims more is broken. */
const largest = 64 * 1024 * 1024;

const hexByte = (value: number): string => value.toString(16).padStart(2, '0');

/** `avc1.PPCCLL` from an avcC, `mp4a.40.N` from an esds. */
function codecOf(entry: { type: string; body: Buffer }): string {
  if (entry.type === 'avc1' || entry.type === 'avc3') {
    const avcC = find(entry.body.subarray(78), 'avcC');
    if (avcC) return `${entry.type}.${[1, 2, 3].map((i) => hexByte(avcC[i] ?? 0)).join('')}`;
  }
  if (entry.type === 'mp4a') {
    const esds = find(entry.body.subarray(28), 'esds');
    const config = esds && decoderConfig(esds.subarray(4));
    // DecoderSpecificInfo begins with the audio object type, in five bits.
    if (config) return `mp4a.40.${(config[0] ?? 0x10) >> 3}`;
  }
  return entry.type;
}

/** The body of a descriptor with this tag at the start of `data` (ISO/IEC 14496-1, 8.3.3). */
function descriptor(data: Buffer, tag: number): Buffer | null {
  if (data[0] !== tag) return null;
  let at = 1;
  let length = 0;
  for (let more = true; more && at < data.length; at++) {
    const byte = data[at] ?? 0;
    length = (length << 7) | (byte & 0x7f);
    more = (byte & 0x80) !== 0;
  }
  return data.subarray(at, at + length);
}

/** What the decoder is told: within ES_Descriptor's three bytes and DecoderConfigDescriptor's thirteen. */
function decoderConfig(data: Buffer): Buffer | null {
  const stream = descriptor(data, 3);
  const decoder = stream && descriptor(stream.subarray(3), 4);
  return decoder && descriptor(decoder.subarray(13), 5);
}

function readTrack(trak: Buffer) {
  const tkhd = find(trak, 'tkhd');
  const mdhd = find(trak, 'mdia/mdhd');
  const hdlr = find(trak, 'mdia/hdlr');
  const stsd = find(trak, 'mdia/minf/stbl/stsd');
  if (!tkhd || !mdhd || !hdlr || !stsd) return null;
  const entry = boxes(stsd.subarray(8))[0];
  const long = tkhd[0] === 1;
  return {
    id: tkhd.readUInt32BE(long ? 20 : 12),
    timescale: mdhd.readUInt32BE(mdhd[0] === 1 ? 20 : 12),
    video: hdlr.toString('latin1', 8, 12) === 'vide',
    width: tkhd.readUInt32BE(tkhd.length - 8) / 65_536,
    height: tkhd.readUInt32BE(tkhd.length - 4) / 65_536,
    codec: entry ? codecOf(entry) : 'unknown',
  };
}

interface Run {
  leadMs: number;
  durationMs: number;
  samples: number;
  independent: boolean;
}

/** Sums a track run; `defaults` are the fragment header's. */
function readRun(trun: Buffer, timescale: number, defaults: { duration: number; flags: number }): Run {
  const flags = trun.readUInt32BE(0) & 0xffffff;
  const samples = trun.readUInt32BE(4);
  let offset = 8 + (flags & 0x1 ? 4 : 0);
  let first = defaults.flags;
  if (flags & 0x4) {
    first = trun.readUInt32BE(offset);
    offset += 4;
  }
  let lead = 0;
  let duration = flags & 0x100 ? 0 : defaults.duration * samples;
  for (let i = 0; i < samples; i++) {
    if (flags & 0x100) {
      duration += trun.readUInt32BE(offset);
      offset += 4;
    }
    if (flags & 0x200) offset += 4;
    if (flags & 0x400) {
      if (i === 0 && !(flags & 0x4)) first = trun.readUInt32BE(offset);
      offset += 4;
    }
    if (i === 0 && flags & 0x800) lead = trun.readInt32BE(offset);
    if (flags & 0x800) offset += 4;
  }
  // sample_is_non_sync_sample
  const ms = (units: number): number => (units * 1000) / timescale;
  return { leadMs: ms(lead), durationMs: ms(duration), samples, independent: (first & 0x10000) === 0 };
}

function readFragment(moof: Buffer, track: Track): Omit<Fragment, 'kind' | 'data'> | null {
  for (const { type, body } of boxes(moof)) {
    if (type !== 'traf') continue;
    const tfhd = find(body, 'tfhd');
    const tfdt = find(body, 'tfdt');
    const trun = find(body, 'trun');
    if (!tfhd || !tfdt || !trun || tfhd.readUInt32BE(4) !== track.id || trun.readUInt32BE(4) === 0) continue;
    const flags = tfhd.readUInt32BE(0) & 0xffffff;
    let offset = 8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0);
    const take = (present: number): number => {
      if (!(flags & present)) return 0;
      offset += 4;
      return tfhd.readUInt32BE(offset - 4);
    };
    const duration = take(0x8);
    take(0x10);
    const defaults = { duration, flags: take(0x20) };
    const start = tfdt[0] === 1 ? Number(tfdt.readBigUInt64BE(4)) : tfdt.readUInt32BE(4);
    return { startMs: (start * 1000) / track.timescale, ...readRun(trun, track.timescale, defaults) };
  }
  return null;
}

/** Feed it bytes as they come; it calls back for each whole piece. Throws on what cannot be a live MP4. */
export function createFragmentReader(onPiece: (piece: Init | Fragment) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let head: Buffer[] = [];
  let moof: Buffer | null = null;
  let before: Buffer[] = [];
  let track: Track | null = null;

  function init(moov: Buffer, whole: Buffer): void {
    const tracks = boxes(moov)
      .filter((box) => box.type === 'trak')
      .flatMap((box) => readTrack(box.body) ?? []);
    const lead = tracks.find((t) => t.video) ?? tracks[0];
    if (!lead) throw new Error('the encoder made no track');
    track = lead;
    const [width, height] = [Math.round(lead.width), Math.round(lead.height)];
    onPiece({ kind: 'init', data: Buffer.concat([...head, whole]), codecs: tracks.map((t) => t.codec), width, height });
    head = [];
  }

  function take(type: string, whole: Buffer, header: number): void {
    if (type === 'ftyp') head = [whole];
    else if (type === 'moov') init(whole.subarray(header), whole);
    else if (type === 'moof') moof = whole;
    else if (type === 'mdat' && moof && track) {
      const facts = readFragment(moof.subarray(8), track);
      before.push(moof, whole);
      moof = null;
      if (!facts) return;
      onPiece({ kind: 'fragment', data: Buffer.concat(before), ...facts });
      before = [];
    }
  }

  return (bytes) => {
    rest = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes;
    for (;;) {
      const next = boxHeader(rest, 0);
      if (!next) return;
      if (next.size < next.header || next.size > largest) throw new Error(`a box of ${next.size} bytes`);
      if (rest.length < next.size) return;
      take(next.type, rest.subarray(0, next.size), next.header);
      rest = rest.subarray(next.size);
    }
  };
}
