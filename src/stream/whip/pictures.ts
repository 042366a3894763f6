// From RTP to FLV: H.264 access units out of packets (RFC 6184), as tags with the codec's configuration before them. Pure.
import { flvTag } from '../rtmp/flv.js';

export interface Packet {
  /** 16 bits, as it came. */
  sequence: number;
  /** 32 bits, as it came. */
  timestamp: number;
  /** The last of its picture. */
  marker: boolean;
  payload: Buffer;
}

const [idr, sps, pps, delimiter, filler] = [5, 7, 8, 9, 12];
const [stapA, fuA] = [24, 28];
/** Far more than a picture has; who sends more is broken. FLV holds twice as much. */
const mostBytes = 8 * 1024 * 1024;

/** Whether it is the first slice of its picture: first_mb_in_slice, an Exp-Golomb number, is 0 (H.264, 7.3.3). */
const isFirstSlice = (nal: Buffer | undefined): boolean => ((nal?.[1] ?? 0) & 0x80) !== 0;
const isSlice = (nal: Buffer): boolean => typeOf(nal) === 1 || typeOf(nal) === idr;

const typeOf = (nal: Buffer): number => (nal[0] ?? 0) & 0x1f;

/** The units of an aggregation packet. */
function aggregated(payload: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  for (let at = 1; at + 2 < payload.length; ) {
    const size = payload.readUInt16BE(at);
    if (size > 0 && at + 2 + size <= payload.length) nals.push(payload.subarray(at + 2, at + 2 + size));
    at += 2 + size;
  }
  return nals;
}

/** Puts units together; what begins before a gap is dropped. */
function createUnits(onUnit: (nal: Buffer) => void) {
  let pieces: Buffer[] = [];
  let bytes = 0;

  function fragment(payload: Buffer): void {
    const [indicator = 0, header = 0] = payload;
    if (header & 0x80) {
      pieces = [Buffer.from([(indicator & 0xe0) | (header & 0x1f)])];
      bytes = 0;
    }
    if (pieces.length === 0) return;
    bytes += payload.length;
    pieces.push(payload.subarray(2));
    if (bytes > mostBytes) pieces = [];
    if (!(header & 0x40) || pieces.length === 0) return;
    onUnit(Buffer.concat(pieces));
    pieces = [];
  }

  return {
    push(payload: Buffer): void {
      const type = typeOf(payload);
      if (type === fuA && payload.length > 2) fragment(payload);
      else if (type === stapA) aggregated(payload).forEach(onUnit);
      else if (type > 0 && type < stapA && payload.length > 1) onUnit(payload);
    },
    forget(): void {
      pieces = [];
    },
  };
}

/** AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1). */
function configuration(sequence: Buffer, picture: Buffer): Buffer {
  const size = (nal: Buffer): number[] => [nal.length >> 8, nal.length & 0xff];
  const head = [1, sequence[1] ?? 0, sequence[2] ?? 0, sequence[3] ?? 0, 0xff, 0xe1, ...size(sequence)];
  const parts = [Buffer.from(head), sequence, Buffer.from([1, ...size(picture)]), picture];
  // High profiles say what colours they have: 4:2:0 in 8 bits, as all that is sent by WebRTC.
  if ((sequence[1] ?? 0) >= 100) parts.push(Buffer.from([0xfd, 0xf8, 0xf8, 0]));
  return Buffer.concat(parts);
}

const sized = (nal: Buffer): Buffer[] => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(nal.length);
  return [length, nal];
};

const videoTag = (ms: number, keyframe: boolean, kind: 0 | 1, body: readonly Buffer[]): Buffer =>
  flvTag('video', ms, Buffer.concat([Buffer.from([keyframe ? 0x17 : 0x27, kind, 0, 0, 0]), ...body]));

export interface PicturesNeeds {
  /** When the picture of that timestamp is to be shown, ms. */
  timeOf: (timestamp: number) => number;
  onTag: (tag: Buffer) => void;
  /** Each whole picture that can be decoded. */
  onPicture: (ms: number, keyframe: boolean) => void;
}

export type Pictures = ReturnType<typeof createPictures>;

/** Takes packets in their order. After a loss nothing comes out until a keyframe does. */
export function createPictures(needs: PicturesNeeds) {
  let units: Buffer[] = [];
  let bytes = 0;
  let timestamp: number | null = null;
  let sets: { sps: Buffer | null; pps: Buffer | null } = { sps: null, pps: null };
  let said: Buffer | null = null;
  let broken = true;
  let last = -1;

  const reader = createUnits((nal) => {
    const type = typeOf(nal);
    if (type === sps) sets = { ...sets, sps: Buffer.from(nal) };
    else if (type === pps) sets = { ...sets, pps: Buffer.from(nal) };
    else if (type !== delimiter && type !== filler) keep(nal);
  });

  function keep(nal: Buffer): void {
    bytes += nal.length;
    if (bytes <= mostBytes) units.push(Buffer.from(nal));
    else [units, broken] = [[], true];
  }

  function lose(): void {
    reader.forget();
    units = [];
    broken = true;
  }

  /** Tells the codec's configuration when it is new. */
  function configure(ms: number): boolean {
    if (!sets.sps || !sets.pps) return false;
    const config = configuration(sets.sps, sets.pps);
    if (!said?.equals(config)) needs.onTag(videoTag(ms, true, 0, [config]));
    said = config;
    return true;
  }

  function finish(): void {
    const nals = units;
    units = [];
    bytes = 0;
    if (nals.length === 0 || timestamp === null) return;
    // What lacks its beginning is no picture.
    if (!isFirstSlice(nals.find(isSlice))) broken = true;
    else tell(nals, timestamp);
  }

  function tell(nals: readonly Buffer[], timestamp: number): void {
    const keyframe = nals.some((nal) => typeOf(nal) === idr);
    // Decoders want time to move on, whatever the sender's clock does.
    const ms = Math.max(Math.round(needs.timeOf(timestamp)), last + 1);
    if (keyframe && configure(ms)) broken = false;
    if (broken) return;
    last = ms;
    needs.onTag(videoTag(ms, keyframe, 1, nals.flatMap(sized)));
    needs.onPicture(ms, keyframe);
  }

  return {
    push(packet: Packet): void {
      if (packet.payload.length === 0) return;
      if (timestamp !== null && packet.timestamp !== timestamp) finish();
      timestamp = packet.timestamp;
      reader.push(packet.payload);
      if (packet.marker) finish();
    },
    /** Packets are missing here. */
    lose,
    /** Whether it waits for a keyframe. */
    isBroken: (): boolean => broken,
  };
}
