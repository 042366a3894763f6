// Feeds a source to encoders: a new one whenever one dies or the source's codec changes, until the source is gone.
import type { Logger } from '../../log.js';
import { type Encoder, startEncoder } from './encoder.js';
import { codecTrouble, flvTags, isFlvHeader, type Tag } from './flv.js';
import type { Packager } from './packager.js';

export interface FeederNeeds {
  stream: string;
  ffmpeg: string;
  packager: Packager;
  /** Something that only the host can mend; the source is of no use. */
  onTrouble: (sentence: string) => void;
  log: Logger;
}

export interface Feeder {
  /** Whole FLV tags, the file header first. */
  write(flv: Buffer): void;
  /** Resolves when what came is with the packager. */
  end(): Promise<void>;
}

/** An encoder that lived shorter than this did not work. */
const soonMs = 3000;
const mostSoonDeaths = 3;
/** Sound that long (tags) without a picture means that there will be none. */
const soundAlone = 50;

/** What a new encoder must be told before any frame. */
function createHeaders() {
  let header: Buffer = Buffer.alloc(0);
  const configs = new Map<Tag['type'], Buffer>();
  return {
    /** True when the picture's configuration is another one than before. */
    keep(flv: Buffer, tags: readonly Tag[]): boolean {
      if (isFlvHeader(flv)) header = Buffer.from(flv.subarray(0, 13));
      let changed = false;
      for (const { type, data, config } of tags) {
        if (!config) continue;
        const before = configs.get(type);
        // Past the tag's header, which holds its time.
        changed ||= type === 'video' && before !== undefined && !before.subarray(11).equals(data.subarray(11));
        configs.set(type, data);
      }
      return changed;
    },
    bytes: (): Buffer => Buffer.concat([header, ...configs.values()]),
  };
}

export function createFeeder(needs: FeederNeeds): Feeder {
  const { stream, packager, log } = needs;
  const headers = createHeaders();
  let encoder: Encoder | null = null;
  /** Whether the encoder has had its first frame, which must be a keyframe. */
  let started = false;
  let gone = false;
  let soonDeaths = 0;
  let pictures = false;
  let sounds = 0;

  function encode(): void {
    const since = Date.now();
    started = false;
    encoder = startEncoder({
      ffmpeg: needs.ffmpeg,
      onPiece: (piece) => (piece.kind === 'init' ? packager.begin(piece) : packager.add(piece)),
      onEnd: (reason) => died(reason, since),
    });
  }

  function died(reason: string, since: number): void {
    packager.flush();
    if (gone) return;
    soonDeaths = Date.now() - since < soonMs ? soonDeaths + 1 : 0;
    log.warn({ stream, reason }, 'ffmpeg ended; starting it again');
    if (soonDeaths < mostSoonDeaths) encode();
    else needs.onTrouble(`The video could not be read (${reason}).`);
  }

  async function renew(): Promise<void> {
    const before = encoder;
    encoder = null;
    await before?.finish();
    packager.flush();
    if (!gone) encode();
  }

  function mayStart(tag: Tag): boolean {
    if (tag.config) return false;
    return tag.type === 'video' ? tag.keyframe : !pictures && sounds > soundAlone;
  }

  function write(flv: Buffer): void {
    const tags = flvTags(flv);
    const trouble = tags.map(codecTrouble).find((text) => text !== null);
    if (trouble) {
      needs.onTrouble(trouble);
      return;
    }
    pictures ||= tags.some((tag) => tag.type === 'video');
    sounds += tags.filter((tag) => tag.type === 'audio').length;
    if (headers.keep(flv, tags) && started) void renew();
    if (!encoder) return;
    if (!started && tags.some(mayStart)) {
      started = true;
      encoder.write(headers.bytes());
    }
    if (started && !tags.every((tag) => tag.config)) encoder.write(flv);
  }

  encode();
  return {
    write,
    end: async () => {
      gone = true;
      await encoder?.finish();
      packager.flush();
      await packager.settled();
    },
  };
}
