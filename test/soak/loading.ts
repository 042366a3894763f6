// Which pieces of a show a player at the edge fetches next, told from a playlist: whole segments, and parts of the newest. Pure.
import type { MediaPlaylist } from '../support/hls-validator.js';

/** A resource to fetch, decrypt and show. */
export interface Piece {
  uri: string;
  key: string;
  iv: string;
  ms: number;
  /** By the show's own clock. */
  at: number;
  /** Of it, what is shown: who joins begins within it. */
  shownMs: number;
}

/** The segment and the part that come next. */
export interface Place {
  msn: number;
  part: number;
  /** What he has of that segment, ms. */
  hadMs: number;
}

export const edgeOf = ({ segments, open }: MediaPlaylist): number => {
  const last = segments.at(-1);
  const whole = last ? last.date + last.ms : 0;
  return whole + open.parts.reduce((sum, { ms }) => sum + ms, 0);
};

/** Where who joins begins, that far from the end; `lateMs` of that segment has gone by. */
export function joinAt({ segments, open, sequence }: MediaPlaylist, backMs: number) {
  let left = open.parts.reduce((sum, { ms }) => sum + ms, 0);
  for (const { msn, ms } of segments.toReversed()) {
    left += ms;
    if (left >= backMs) return { place: { msn, part: 0, hadMs: 0 }, lateMs: left - backMs };
  }
  return { place: { msn: segments[0]?.msn ?? sequence, part: 0, hadMs: 0 }, lateMs: 0 };
}

/** What the playlist has from a place on, and the place after that. */
export function piecesFrom(playlist: MediaPlaylist, from: Place): { pieces: Piece[]; next: Place } {
  const pieces: Piece[] = [];
  let next = from;
  for (const { msn, uri, key, iv, ms, date, parts, gap } of playlist.segments) {
    if (msn < next.msn) continue;
    if (msn > next.msn) next = { msn, part: 0, hadMs: 0 };
    let at = date + parts.slice(0, next.part).reduce((sum, part) => sum + part.ms, 0);
    const rest = next.part > 0 && next.part <= parts.length ? parts.slice(next.part) : null;
    if (rest) {
      for (const part of rest) {
        pieces.push({ uri: part.uri, key, iv, ms: part.ms, at, shownMs: part.ms });
        at += part.ms;
      }
      // One that only has files tells of no parts: the whole is fetched for the rest of it.
    } else if (!gap) pieces.push({ uri, key, iv, ms, at: date, shownMs: Math.max(0, ms - next.hadMs) });
    next = { msn: msn + 1, part: 0, hadMs: 0 };
  }
  const { open, segments } = playlist;
  if ((segments.at(-1)?.msn ?? playlist.sequence - 1) + 1 === next.msn) {
    const last = segments.at(-1);
    let at = last ? last.date + last.ms : 0;
    for (const [i, part] of open.parts.entries()) {
      if (i >= next.part) pieces.push({ uri: part.uri, key: open.key, iv: open.iv, ms: part.ms, at, shownMs: part.ms });
      at += part.ms;
    }
    const has = open.parts.reduce((sum, { ms }) => sum + ms, 0);
    next = { msn: next.msn, part: Math.max(next.part, open.parts.length), hadMs: Math.max(next.hadMs, has) };
  }
  return { pieces, next };
}
