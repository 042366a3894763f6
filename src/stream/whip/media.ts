// The packets of one WebRTC sender, made into one FLV: in order, in step, and with keyframes where segments shall begin.
import type { Tag } from '../media/flv.js';
import { createAsking } from './asking.js';
import { createOrder } from './order.js';
import type { Kind } from './peer.js';
import { createPictures, type Packet } from './pictures.js';
import { startSound } from './sound.js';
import { createAlignment, createTimeline } from './timeline.js';

export interface MediaNeeds {
  ffmpeg: string;
  /** How far keyframes shall be apart, ms. */
  segmentMs: number;
  hasSound: boolean;
  /** Whole tags, the codecs' configuration before any frame. */
  onFlv: (flv: Buffer) => void;
  /** It cannot go on; a sentence for the host. */
  onTrouble: (sentence: string) => void;
  askKeyframe: () => void;
  /** To be said again and again. */
  allow: () => void;
  /** Packets of the picture, by their numbers. */
  askAgain: (missing: number[]) => void;
}

/** A lost packet of the picture is asked for again, and waited for this long. */
const pictureWaitMs = 250;
/** Sound is not sent again: only what has been overtaken is waited for. */
const soundWaitMs = 60;
const askAgainMs = 40;
const allowMs = 500;
/** Pictures wait this long for the sound's codec: who comes first without the other would go without it. */
const soundLimitMs = 1500;
/** The time line begins here, so that nothing on it is ever before zero. */
const beginMs = 1000;
/** RTP clocks of H.264 (RFC 6184) and Opus (RFC 7587). */
const [pictureRate, soundRate] = [90_000, 48_000];

/** Holds everything back until the sound's codec is known, or there is no sound. */
function createGatherer(needs: Pick<MediaNeeds, 'hasSound' | 'onFlv'>) {
  let held: Buffer[] | null = needs.hasSound ? [] : null;
  let since: number | null = null;

  function release(first: readonly Buffer[] = []): void {
    const tags = [...first, ...(held ?? [])];
    held = null;
    tags.forEach(needs.onFlv);
  }

  return {
    picture(tag: Buffer, now: number): void {
      since ??= now;
      if (held) held.push(tag);
      else needs.onFlv(tag);
    },
    sound({ data, config }: Tag): void {
      if (!held) needs.onFlv(data);
      else if (config) release([data]);
    },
    look(now: number): void {
      if (held && since !== null && now - since > soundLimitMs) release();
    },
  };
}

export function createMedia(needs: MediaNeeds) {
  const started = Date.now();
  const lineOf = (now: number): number => now - started + beginMs;
  const [pictureTime, soundTime] = [createTimeline(pictureRate), createTimeline(soundRate)];
  const align = createAlignment(pictureTime, soundTime);
  const asking = createAsking(needs.segmentMs);
  const gatherer = createGatherer(needs);
  let now = started;
  let askedAgain = 0;
  let allowed = 0;

  function askIfDue(ms: number): void {
    if (asking.due(ms, pictures.isBroken())) needs.askKeyframe();
  }

  const sound = needs.hasSound
    ? startSound({
        ffmpeg: needs.ffmpeg,
        onTag: gatherer.sound,
        onEnd: (reason) => needs.onTrouble(`The sound could not be read (${reason}).`),
      })
    : null;
  const pictures = createPictures({
    timeOf: (timestamp) => pictureTime.timeOf(timestamp, lineOf(now)),
    onTag: (tag) => gatherer.picture(tag, now),
    onPicture: (ms, keyframe) => {
      asking.saw(ms, keyframe);
      askIfDue(ms);
    },
  });
  const pictureOrder = createOrder({ waitMs: pictureWaitMs, onPacket: pictures.push, onLoss: pictures.lose });
  const soundOrder = createOrder({
    waitMs: soundWaitMs,
    onPacket: ({ payload, timestamp }) => {
      if (payload.length > 0) sound?.write(payload, soundTime.timeOf(timestamp, lineOf(now)));
    },
    // What is missing becomes silence.
    onLoss: () => {},
  });

  return {
    packet(kind: Kind, packet: Packet, at: number): void {
      now = at;
      (kind === 'video' ? pictureOrder : soundOrder).push(packet, at);
      if (kind === 'video' && pictures.isBroken()) askIfDue(lineOf(at));
    },
    report(kind: Kind, ntp: bigint, timestamp: number): void {
      (kind === 'video' ? pictureTime : soundTime).report(ntp, timestamp);
      align();
    },
    /** To be called again and again. */
    look(at: number): void {
      now = at;
      pictureOrder.tick(at);
      soundOrder.tick(at);
      gatherer.look(at);
      if (at - allowed >= allowMs) {
        allowed = at;
        needs.allow();
      }
      const missing = pictureOrder.missing();
      if (missing.length === 0 || at - askedAgain < askAgainMs) return;
      askedAgain = at;
      needs.askAgain(missing);
    },
    end: (): void => sound?.end(),
  };
}
