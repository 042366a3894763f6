// What can be watched now, piece by piece: when each was, which key it needs, and what lies behind whom. Pure.

/** A segment of the playlist, on the player's own clock (s). */
export interface Piece {
  start: number;
  duration: number;
  /** When its first frame was published, ms. */
  programDateTime: number | null;
  /** The number of its key. */
  key: number | null;
}

/** A stretch of the show, in seconds behind live; `from` is further back. */
export interface Stretch {
  from: number;
  to: number;
}

type Dated = Pick<Piece, 'start' | 'duration' | 'programDateTime'>;

function lastWhere<T>(pieces: readonly T[], holds: (piece: T) => boolean): T | undefined {
  for (let i = pieces.length - 1; i >= 0; i--) {
    const piece = pieces[i];
    if (piece && holds(piece)) return piece;
  }
  return pieces[0];
}

/** When what is there at `time` was published, ms. */
export function dateAt(pieces: readonly Dated[], time: number): number | null {
  const piece = lastWhere(pieces, ({ start }) => start <= time);
  return piece?.programDateTime ? piece.programDateTime + (time - piece.start) * 1000 : null;
}

/** Where that moment is; one before all is at the start, one in a gap where the show goes on. */
export function timeAt(pieces: readonly Dated[], date: number): number | null {
  const piece = lastWhere(pieces, ({ programDateTime }) => (programDateTime ?? Number.POSITIVE_INFINITY) <= date);
  if (!piece?.programDateTime) return null;
  const into = Math.max(0, (date - piece.programDateTime) / 1000);
  const isLast = piece === pieces[pieces.length - 1];
  return piece.start + (isLast ? into : Math.min(into, piece.duration));
}

/** The keys that are needed between two places, each once, in order. */
export function keysBetween(pieces: readonly Piece[], from: number, to: number): number[] {
  const within = pieces.filter(({ start, duration }) => start + duration > from + 0.01 && start < to - 0.01);
  return [...new Set(within.map(({ key }) => key).filter((key): key is number => key !== null))];
}

/** What of all that is there the viewer had keys for. */
export function seenIn(pieces: readonly Piece[], live: number, isHad: (key: number) => boolean): Stretch[] {
  const seen: Stretch[] = [];
  let joins = false;
  for (const { start, duration, key } of pieces) {
    const had = key !== null && isHad(key) && start < live;
    const [from, to] = [live - start, Math.max(0, live - start - duration)];
    const last = seen[seen.length - 1];
    if (had && joins && last) last.to = to;
    else if (had) seen.push({ from, to });
    joins = had;
  }
  return seen;
}
