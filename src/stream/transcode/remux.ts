// Whole segments between fragmented MP4, as the packager has them, and MPEG-TS, as transcoders far away want them.
import {
  BufferSource,
  BufferTarget,
  EncodedAudioPacketSource,
  type EncodedPacket,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  type InputTrack,
  MP4,
  MPEG_TS,
  Mp4OutputFormat,
  MpegTsOutputFormat,
  Output,
  type OutputFormat,
} from 'mediabunny';
import { boxes, find } from '../media/boxes.js';
import { createFragmentReader, type Fragment, type Init } from '../media/fragments.js';

interface Sequence<Config> {
  /** In the order of decoding. */
  packets: EncodedPacket[];
  config: Config;
}

/** A rendition that does not go with its source. */
export class Unfit extends Error {}

/** A segment, taken apart. */
export interface Segment {
  video: Sequence<VideoDecoderConfig>;
  audio: Sequence<AudioDecoderConfig> | null;
}

/** MPEG-TS counts to 26.5 hours: every day starts anew. */
const daySeconds = 86_400;
/** A rendition may be this much longer or shorter than its source. */
const toleranceSeconds = 0.1;
/** One fragment for all of a segment. */
const oneFragment = { fastStart: 'fragmented', minimumFragmentDuration: 3600 } as const;

async function packetsOf(track: InputTrack): Promise<EncodedPacket[]> {
  const packets: EncodedPacket[] = [];
  for await (const packet of new EncodedPacketSink(track).packets()) packets.push(packet);
  return packets;
}

async function read(data: Buffer, format: typeof MP4 | typeof MPEG_TS): Promise<Segment> {
  const input = new Input({ source: new BufferSource(data), formats: [format] });
  try {
    const [picture, sound] = [await input.getPrimaryVideoTrack(), await input.getPrimaryAudioTrack()];
    const config = await picture?.getDecoderConfig();
    if (!picture || !config) throw new Error('it has no picture that can be read');
    const soundConfig = await sound?.getDecoderConfig();
    return {
      video: { packets: await packetsOf(picture), config },
      audio: sound && soundConfig ? { packets: await packetsOf(sound), config: soundConfig } : null,
    };
  } finally {
    input.dispose();
  }
}

async function write({ video, audio }: Segment, format: OutputFormat): Promise<Buffer> {
  const target = new BufferTarget();
  const output = new Output({ format, target });
  const picture = new EncodedVideoPacketSource('avc');
  const sound = audio && new EncodedAudioPacketSource('aac');
  output.addVideoTrack(picture);
  if (sound) output.addAudioTrack(sound);
  await output.start();
  async function addPictures(): Promise<void> {
    for (const packet of video.packets) await picture.add(packet, { decoderConfig: video.config });
    picture.close();
  }
  async function addSound(): Promise<void> {
    for (const packet of audio?.packets ?? []) await sound?.add(packet, audio ? { decoderConfig: audio.config } : {});
    sound?.close();
  }
  // Together: what is written waits for both.
  await Promise.all([addPictures(), addSound()]);
  await output.finalize();
  return Buffer.from(target.buffer ?? new ArrayBuffer(0));
}

/** Throws where it cannot be decoded by itself. */
export async function readSegment(init: Init, fragments: readonly Fragment[]): Promise<Segment> {
  const segment = await read(Buffer.concat([init.data, ...fragments.map(({ data }) => data)]), MP4);
  if (segment.video.packets[0]?.type !== 'key') throw new Error('the source’s segment does not begin with a keyframe');
  return segment;
}

export const readTs = (ts: Buffer): Promise<Segment> => read(ts, MPEG_TS);

const shifted = <Config>({ packets, config }: Sequence<Config>, by: number): Sequence<Config> => ({
  packets: packets.map((packet) => packet.clone({ timestamp: packet.timestamp + by })),
  config,
});

/** A segment as MPEG-TS, with its own times but for whole days. */
export function segmentToTs({ video, audio }: Segment): Promise<Buffer> {
  const by = -Math.floor((video.packets[0]?.timestamp ?? 0) / daySeconds) * daySeconds;
  return write({ video: shifted(video, by), audio: audio && shifted(audio, by) }, new MpegTsOutputFormat());
}

const timesOf = (packets: readonly EncodedPacket[]): number[] => packets.map((p) => p.timestamp).sort((a, b) => a - b);
const endOf = (packets: readonly EncodedPacket[]): number => Math.max(...packets.map((p) => p.timestamp + p.duration));

/** A rendition's frames at the source's times: one for one, or as many as there are from the same beginning. */
function aligned(made: readonly EncodedPacket[], source: readonly EncodedPacket[]): EncodedPacket[] {
  const [own, wanted] = [timesOf(made), timesOf(source)];
  const end = endOf(source);
  const by = (wanted[0] ?? 0) - (own[0] ?? 0);
  if (Math.abs(endOf(made) + by - end) > toleranceSeconds) throw new Unfit('it does not last as long as its source');
  const times = own.length === wanted.length ? wanted : own.map((time) => time + by);
  const places = new Map(own.map((time, i) => [time, i]));
  return made.map((packet) => {
    const place = places.get(packet.timestamp) ?? 0;
    const timestamp = times[place] ?? 0;
    return packet.clone({ timestamp, duration: Math.max(0, (times[place + 1] ?? end) - timestamp) });
  });
}

/** The same picture has the same initialization, whenever it was made. */
function forgetTimes(init: Buffer): void {
  const moov = find(init, 'moov');
  const traks = moov ? boxes(moov).filter(({ type }) => type === 'trak') : [];
  const headers = [
    moov && find(moov, 'mvhd'),
    ...traks.flatMap(({ body }) => [find(body, 'tkhd'), find(body, 'mdia/mdhd')]),
  ];
  for (const header of headers) header?.fill(0, 4, header[0] === 1 ? 20 : 12);
}

/** A rendition in MPEG-TS as the packager wants it: with its source's times and its source's sound. Throws where it does not fit. */
export async function renditionOf(ts: Buffer, source: Segment): Promise<{ init: Init; fragments: Fragment[] }> {
  const { video } = await readTs(ts);
  if (video.packets[0]?.type !== 'key') throw new Unfit('it does not begin with a keyframe');
  const packets = aligned(video.packets, source.video.packets);
  const mp4 = await write({ video: { ...video, packets }, audio: source.audio }, new Mp4OutputFormat(oneFragment));
  let init: Init | null = null;
  const fragments: Fragment[] = [];
  createFragmentReader((piece) => {
    if (piece.kind === 'init') init = piece;
    else fragments.push(piece);
  })(mp4);
  if (!init || fragments.length === 0) throw new Error('nothing could be made of it');
  forgetTimes((init as Init).data);
  return { init, fragments };
}
