// The sound of a WebRTC sender: Opus packets in, FLV tags with AAC out, by way of one ffmpeg.
import { startSoundConverter } from '../browser/converter.js';
import { flvTags, isFlvHeader, type Tag } from '../media/flv.js';

export interface Sound {
  write(opus: Buffer, ms: number): void;
  /** Ends it at once; nothing more comes out. */
  end(): void;
}

/** By how many packets the wrapping may be behind: two seconds. */
const mostWaiting = 100;
const packetSeconds = 0.02;
/** What WebRTC always says of Opus (RFC 7587, 7). */
const config = { codec: 'opus', sampleRate: 48_000, numberOfChannels: 2 };

/** Wraps packets as they come, each at once, in Matroska. */
async function wrapped(onBytes: (bytes: Uint8Array) => void) {
  const { EncodedAudioPacketSource, EncodedPacket, MkvOutputFormat, Output, StreamTarget } = await import('mediabunny');
  const sink = new WritableStream<{ data: Uint8Array }>({ write: ({ data }) => onBytes(data) });
  const output = new Output({ format: new MkvOutputFormat({ appendOnly: true }), target: new StreamTarget(sink) });
  const source = new EncodedAudioPacketSource('opus');
  output.addAudioTrack(source);
  await output.start();
  return (opus: Buffer, ms: number): Promise<void> =>
    source.add(new EncodedPacket(opus, 'key', ms / 1000, packetSeconds), { decoderConfig: config });
}

export function startSound(needs: {
  ffmpeg: string;
  onTag: (tag: Tag) => void;
  /** It ended by itself. */
  onEnd: (reason: string) => void;
}): Sound {
  let last = -1;
  let waiting = 0;
  let over = false;
  const converter = startSoundConverter({
    ffmpeg: needs.ffmpeg,
    onFlv: (flv) => {
      if (!isFlvHeader(flv)) for (const tag of flvTags(flv)) if (tag.type === 'audio') needs.onTag(tag);
    },
    onDrain: () => {},
    onEnd: needs.onEnd,
  });
  const wrapper = wrapped((bytes) => {
    if (!over && !converter.write(Buffer.from(bytes))) fail(new Error('this computer cannot keep up with the sound'));
  });
  let turn: Promise<unknown> = wrapper;

  function fail(error: unknown): void {
    if (over) return;
    end();
    needs.onEnd(error instanceof Error ? error.message : `${error}`);
  }

  function end(): void {
    over = true;
    converter.kill();
  }

  return {
    write(opus, ms) {
      if (over || waiting >= mostWaiting) return;
      last = Math.max(Math.round(ms), last + 1);
      waiting += 1;
      const at = last;
      turn = turn
        .then(async () => (await wrapper)(opus, at))
        .catch(fail)
        .finally(() => {
          waiting -= 1;
        });
    },
    end,
  };
}
