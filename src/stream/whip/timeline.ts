// When what a packet holds is to be shown: the sender's RTP clocks on one time line, sound and picture in step. Pure.

export interface Timeline {
  /** Ms on the broadcast's time line; the first packet is there where it came. */
  timeOf(timestamp: number, now: number): number;
  /** A sender report (RFC 3550, 6.4.1): what hour the sender's clock had at a timestamp. */
  report(ntp: bigint, timestamp: number): void;
  /** What the sender's clock shows at the beginning of the time line, ms; null before a report. */
  origin(): number | null;
  shift(ms: number): void;
}

/** A clock that is this far off has been set anew. */
const lostMs = 10_000;

/** 64 bits of NTP, in ms. */
const ntpMs = (ntp: bigint): number => Number(ntp >> 32n) * 1000 + (Number(ntp & 0xffffffffn) * 1000) / 2 ** 32;

export function createTimeline(rate: number): Timeline {
  let anchor: { timestamp: number; ms: number } | null = null;
  let reported: { ms: number; timestamp: number } | null = null;

  const apart = (timestamp: number, from: number): number => (((timestamp - from) | 0) * 1000) / rate;

  function timeOf(timestamp: number, now: number): number {
    const ms = anchor ? anchor.ms + apart(timestamp, anchor.timestamp) : now;
    const kept = Math.abs(ms - now) < lostMs;
    if (!kept) reported = null;
    // The anchor moves along, so that 32 bits are always enough.
    anchor = { timestamp, ms: kept ? ms : now };
    return anchor.ms;
  }

  return {
    timeOf,
    report: (ntp, timestamp) => {
      reported = { ms: ntpMs(ntp), timestamp };
    },
    origin: () => (anchor && reported ? reported.ms + apart(anchor.timestamp, reported.timestamp) - anchor.ms : null),
    shift: (ms) => {
      if (anchor) anchor = { ...anchor, ms: anchor.ms + ms };
    },
  };
}

/** Nobody sees or hears less; and what reports say differs by some ms from one to the next. */
const closeMs = 30;
/** More is no skew, but a sender whose clocks have nothing to do with each other. */
const mostMs = 2000;

/** Puts the sound where the picture is, by what both clocks say; says by how much. */
export function align(picture: Timeline, sound: Timeline): number {
  const [shown, heard] = [picture.origin(), sound.origin()];
  if (shown === null || heard === null) return 0;
  const off = heard - shown;
  if (Math.abs(off) < closeMs || Math.abs(off) > mostMs) return 0;
  sound.shift(off);
  return off;
}
