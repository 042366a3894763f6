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

const remembered = 50;

/** 64 bits of NTP, in ms. */
const ntpMs = (ntp: bigint): number => Number(ntp >> 32n) * 1000 + (Number(ntp & 0xffffffffn) * 1000) / 2 ** 32;

export function createTimeline(rate: number): Timeline {
  let anchor: { timestamp: number; ms: number } | null = null;
  let reported: { ms: number; timestamp: number } | null = null;
  let seen: number[] = [];

  const apart = (timestamp: number, from: number): number => (((timestamp - from) | 0) * 1000) / rate;

  function timeOf(timestamp: number, now: number): number {
    const ms = anchor ? anchor.ms + apart(timestamp, anchor.timestamp) : now;
    const kept = Math.abs(ms - now) < lostMs;
    if (!kept) reported = null;
    // The anchor moves along, so that 32 bits are always enough.
    anchor = { timestamp, ms: kept ? ms : now };
    if (reported?.timestamp === timestamp) reported = null;
    if (seen.at(-1) !== timestamp) seen = [...seen, timestamp].slice(-remembered);
    return anchor.ms;
  }

  return {
    timeOf,
    // The timestamp of a packet with the hour of its sending tells nothing of when that was seen or heard (OBS reports like that).
    report: (ntp, timestamp) => {
      reported = seen.includes(timestamp) ? null : { ms: ntpMs(ntp), timestamp };
    },
    origin: () => (anchor && reported ? reported.ms + apart(anchor.timestamp, reported.timestamp) - anchor.ms : null),
    shift: (ms) => {
      if (anchor) anchor = { ...anchor, ms: anchor.ms + ms };
    },
  };
}

/** Nobody sees or hears less. */
const closeMs = 40;
/** More is no skew, but a sender whose clocks have nothing to do with each other. */
const mostMs = 2000;
/** What so many reports agree on is no hiccup. */
const agreeing = 5;

/** Puts the sound where the picture is, by what both clocks say; to be called at each report. Says by how much. */
export function createAlignment(picture: Timeline, sound: Timeline): () => number {
  let said: number[] = [];
  return () => {
    const [shown, heard] = [picture.origin(), sound.origin()];
    if (shown === null || heard === null || Math.abs(heard - shown) > mostMs) return 0;
    said = [...said, heard - shown].slice(-agreeing);
    const least = said.reduce((a, b) => (Math.abs(b) < Math.abs(a) ? b : a));
    const agree = said.length === agreeing && said.every((off) => Math.sign(off) === Math.sign(least));
    if (!agree || Math.abs(least) < closeMs) return 0;
    said = [];
    sound.shift(least);
    return least;
  };
}
