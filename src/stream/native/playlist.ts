// A playlist for players that bring no token: read from the public one, cut to what its viewer may see, under key addresses of his own. Pure.

/** A complete segment, as the public playlist has it. */
export interface Entry {
  /** Its place in the public playlist. */
  msn: number;
  /** The number of its key. */
  n: number;
  iv: string;
  map: string;
  discontinuity: boolean;
  /** EXTINF and what else stands before its address, but key and initialization. */
  tags: readonly string[];
  uri: string;
}

export interface ReadPlaylist {
  targetDuration: number;
  independent: boolean;
  entries: readonly Entry[];
}

const keyTag = /^#EXT-X-KEY:METHOD=AES-128,URI="[^"]*\/keys\/[a-z0-9-]+\/(\d+)",IV=(0x[0-9a-f]+)$/;
const mapTag = /^#EXT-X-MAP:URI="([^"]+)"$/;
const kept = /^#EXT(INF|-X-PROGRAM-DATE-TIME|-X-GAP|-X-BITRATE)\b/;

function numbersOf(lines: readonly string[]): (tag: string) => number {
  return (tag) => Number(lines.find((line) => line.startsWith(`#${tag}:`))?.slice(tag.length + 2) ?? 0);
}

export function readPlaylist(text: string): ReadPlaylist {
  const lines = text.split('\n');
  const number = numbersOf(lines);
  const entries: Entry[] = [];
  let msn = number('EXT-X-MEDIA-SEQUENCE');
  let [n, iv, map, discontinuity] = [0, '', '', false];
  let tags: string[] = [];
  for (const line of lines) {
    const key = keyTag.exec(line);
    if (key) [n, iv] = [Number(key[1]), key[2] ?? ''];
    map = mapTag.exec(line)?.[1] ?? map;
    if (line === '#EXT-X-DISCONTINUITY') discontinuity = true;
    if (kept.test(line)) tags.push(line);
    if (line === '' || line.startsWith('#')) continue;
    entries.push({ msn, n, iv, map, discontinuity, tags, uri: line });
    msn += 1;
    tags = [];
    discontinuity = false;
  }
  return {
    targetDuration: number('EXT-X-TARGETDURATION'),
    independent: lines.includes('#EXT-X-INDEPENDENT-SEGMENTS'),
    entries,
  };
}

/** Segments at the end that a player starts with (RFC 8216 6.3.3: it stays three target durations from the end). */
const startWith = 3;

/** What one player has been shown: it only grows at its end, and is numbered by itself. */
export interface Shown {
  /** The number of the first entry. */
  sequence: number;
  /** Discontinuities among those no longer shown. */
  discontinuities: number;
  entries: readonly Entry[];
}

export const nothingShown: Shown = { sequence: 0, discontinuities: 0, entries: [] };

/** What comes next for a player; who starts, or was `away`, goes on at the edge. */
export function upcoming({ entries }: ReadPlaylist, shown: Shown, away: boolean): readonly Entry[] {
  const last = shown.entries.at(-1);
  const after = last ? entries.filter(({ msn }) => msn > last.msn) : entries;
  return away || !last ? after.slice(-startWith) : after;
}

const secondsOf = ({ tags }: Entry): number => Number(/^#EXTINF:([\d.]+)/.exec(tags.at(-1) ?? '')?.[1] ?? 0);
const lengthOf = (entries: readonly Entry[]): number => entries.reduce((sum, entry) => sum + secondsOf(entry), 0);

/** With more at its end, and without what is no longer public, but never too short for the rules (RFC 8216 6.2.2). */
export function grown(shown: Shown, more: readonly Entry[], read: ReadPlaylist): Shown {
  const last = shown.entries.at(-1);
  const [next, ...others] = more;
  const gap = last !== undefined && next !== undefined && next.msn !== last.msn + 1;
  const added = next ? [{ ...next, discontinuity: next.discontinuity || gap }, ...others] : [];
  const entries = [...shown.entries, ...added];
  const first = read.entries[0]?.msn ?? 0;
  let gone = 0;
  const mayGo = (): boolean => lengthOf(entries.slice(gone + 1)) >= startWith * read.targetDuration;
  while ((entries[gone]?.msn ?? first) < first && mayGo()) gone += 1;
  const left = entries.slice(0, gone).filter(({ discontinuity }) => discontinuity).length;
  return {
    sequence: shown.sequence + gone,
    discontinuities: shown.discontinuities + left,
    entries: entries.slice(gone),
  };
}

export interface Written {
  read: Pick<ReadPlaylist, 'targetDuration' | 'independent'>;
  shown: Shown;
  /** The folder that has the media. */
  base: string;
  keyUri: (n: number) => string;
}

function linesOf({ iv, n, tags, uri, discontinuity }: Entry, map: string | null, { base, keyUri }: Written): string[] {
  return [
    ...(discontinuity ? ['#EXT-X-DISCONTINUITY'] : []),
    // A key that is in force would apply to the initialization too; it is not encrypted.
    ...(map === null ? [] : ['#EXT-X-KEY:METHOD=NONE', `#EXT-X-MAP:URI="${base}${map}"`]),
    `#EXT-X-KEY:METHOD=AES-128,URI="${keyUri(n)}",IV=${iv}`,
    ...tags,
    `${base}${uri}`,
  ];
}

export function writePlaylist(wish: Written): string {
  const { read, shown } = wish;
  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${shown.entries.some(({ tags }) => tags.includes('#EXT-X-GAP')) ? 8 : 7}`,
    `#EXT-X-TARGETDURATION:${read.targetDuration}`,
    `#EXT-X-MEDIA-SEQUENCE:${shown.sequence}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${shown.discontinuities}`,
    ...(read.independent ? ['#EXT-X-INDEPENDENT-SEGMENTS'] : []),
  ];
  let map = '';
  for (const entry of shown.entries) {
    lines.push(...linesOf(entry, entry.map === map ? null : entry.map, wish));
    map = entry.map;
  }
  return `${lines.join('\n')}\n`;
}
