// The text of the playlists (RFC 8216, and its second edition for low latency). Pure.
import { fileLine } from '../../vocabulary/seal.js';
import type { CaptionChannel } from './captions.js';
import { type Listed, listedIn, type Part, type Window } from './window.js';

/** What is known of the segment under way. */
export interface Open {
  id: number;
  n: number;
  at: number;
  init: string;
  initHash?: string;
  discontinuity: boolean;
  dependent?: true;
  parts: readonly Part[];
}

/** How a server that can hold requests tells of parts. */
export interface LowLatency {
  /** 0: this rendition comes in whole segments. */
  partTargetMs: number;
  holdBackMs: number;
  open: Open | null;
  /** The part that comes next; null where none does. */
  hint: string | null;
  /** Leaves out what a player has that asked for that. */
  skip: boolean;
  /** How far the other renditions are. */
  reports: readonly { uri: string; msn: number; part: number }[];
}

export interface PlaylistOf {
  window: Window;
  rendition?: string;
  /** Tells where a key is asked for. */
  keyUri: (n: number) => string;
  /** Only what a server that just has files can keep, when left out. */
  live?: LowLatency;
}

const iv = (n: number): string => `0x${n.toString(16).padStart(32, '0')}`;
const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** Within this many target durations of the end, parts are listed. */
const partsWithin = 3;
/** Of whole segments, players stay so many target durations behind the end at least. */
const heldBack = 3;
/** Behind this many target durations from the end, what a player has may be left out. */
const skipBehind = 6;
/** Above this many segments, that is worth it. */
const longPlaylist = 60;

type Head = Pick<Open, 'id' | 'n' | 'at' | 'init' | 'initHash' | 'discontinuity'>;

function createLines(keyUri: (n: number) => string) {
  const lines: string[] = [];
  let init = '';
  const vouch = (uri: string, hash: string | undefined): void => void (hash && lines.push(fileLine(uri, hash)));
  return {
    lines,
    /** What stands before a segment, or before its first part. */
    head(segment: Head): void {
      if (segment.init !== init) vouch(segment.init, segment.initHash);
      if (segment.discontinuity) lines.push('#EXT-X-DISCONTINUITY');
      if (segment.init !== init) {
        // A key that is in force would apply to the initialization too; it is not encrypted.
        lines.push('#EXT-X-KEY:METHOD=NONE', `#EXT-X-MAP:URI="${segment.init}"`);
        init = segment.init;
      }
      lines.push(
        `#EXT-X-KEY:METHOD=AES-128,URI="${keyUri(segment.n)}",IV=${iv(segment.id)}`,
        `#EXT-X-PROGRAM-DATE-TIME:${new Date(segment.at).toISOString()}`,
      );
    },
    parts(parts: readonly Part[]): void {
      for (const { uri, durationMs, independent, hash } of parts) {
        vouch(uri, hash);
        const flag = independent ? ',INDEPENDENT=YES' : '';
        lines.push(`#EXT-X-PART:DURATION=${seconds(durationMs)},URI="${uri}"${flag}`);
      }
    },
    end(segment: Listed, files: boolean): void {
      if (segment.lost && files) lines.push('#EXT-X-GAP');
      vouch(segment.uri, segment.hash);
      lines.push(`#EXTINF:${seconds(segment.durationMs)},`, segment.uri);
    },
  };
}

function headOf({ window, live }: PlaylistOf, gaps: boolean, dependent: boolean): string[] {
  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${live ? 9 : gaps ? 8 : 7}`,
    `#EXT-X-TARGETDURATION:${window.targetDuration}`,
    `#EXT-X-MEDIA-SEQUENCE:${window.sequence}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${window.discontinuities}`,
  ];
  if (!dependent) lines.push('#EXT-X-INDEPENDENT-SEGMENTS');
  if (live) {
    const control = [
      'CAN-BLOCK-RELOAD=YES',
      ...(window.segments.length > longPlaylist
        ? [`CAN-SKIP-UNTIL=${(window.targetDuration * skipBehind).toFixed(1)}`]
        : []),
      live.partTargetMs > 0
        ? `PART-HOLD-BACK=${seconds(live.holdBackMs)}`
        : `HOLD-BACK=${seconds(Math.max(live.holdBackMs, window.targetDuration * heldBack * 1000))}`,
    ];
    lines.push(`#EXT-X-SERVER-CONTROL:${control.join(',')}`);
    if (live.partTargetMs > 0) lines.push(`#EXT-X-PART-INF:PART-TARGET=${seconds(live.partTargetMs)}`);
  }
  return lines;
}

/** How many of the first segments lie behind the skip boundary. */
function skippable(listed: readonly Listed[], window: Window): number {
  let behind = 0;
  let count = listed.length;
  while (count > 0 && behind < window.targetDuration * skipBehind * 1000) {
    count -= 1;
    behind += listed[count]?.durationMs ?? 0;
  }
  return count;
}

/** The media playlist of one rendition. */
export function mediaPlaylist(of: PlaylistOf): string {
  const { window, live } = of;
  const listed = listedIn(window, of.rendition);
  const dependent = window.dependent === true || live?.open?.dependent === true;
  const { lines, head, parts, end } = createLines(of.keyUri);
  const gaps = !live && listed.some((s) => s.lost);
  lines.push(...headOf(of, gaps, dependent));
  const skipped = live?.skip ? skippable(listed, window) : 0;
  if (skipped > 0) lines.push(`#EXT-X-SKIP:SKIPPED-SEGMENTS=${skipped}`);
  let left = listed.reduce((sum, s) => sum + s.durationMs, 0);
  for (const [i, segment] of listed.entries()) {
    left -= segment.durationMs;
    if (i < skipped) continue;
    head(segment);
    if (live?.hint && left < window.targetDuration * partsWithin * 1000) parts(segment.parts ?? []);
    end(segment, !live);
  }
  if (live) {
    if (live.open) head(live.open);
    parts(live.open?.parts ?? []);
    if (live.hint) lines.push(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${live.hint}"`);
    for (const { uri, msn, part } of live.reports) {
      lines.push(`#EXT-X-RENDITION-REPORT:URI="${uri}",LAST-MSN=${msn}${part < 0 ? '' : `,LAST-PART=${part}`}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

export interface Variant {
  uri: string;
  /** Bits a second of the heaviest segment, and of all together. */
  bandwidth: number;
  average: number;
  codecs: readonly string[];
  width: number;
  height: number;
  frameRate: number;
}

const captionGroup = 'captions';
const captionNames = { CC1: 'Captions', CC3: 'Second captions', SERVICE1: 'Digital captions' } as const;

const captionLine = (channel: CaptionChannel): string => {
  const who = `NAME="${captionNames[channel]}",INSTREAM-ID="${channel}"`;
  return `#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="${captionGroup}",${who},AUTOSELECT=YES`;
};

export const variantsIn = (multivariant: string): number => multivariant.split('#EXT-X-STREAM-INF').length - 1;

export interface MultivariantOf {
  variants: readonly Variant[];
  /** All segments so far begin with a keyframe. */
  independent: boolean;
  /** Seen within the pictures. While there are none nothing is said: they may come, and players look. */
  captions: readonly CaptionChannel[];
}

/** The multivariant playlist. */
export function multivariantPlaylist({ variants, independent, captions }: MultivariantOf): string {
  const lines = ['#EXTM3U', '#EXT-X-VERSION:7', ...(independent ? ['#EXT-X-INDEPENDENT-SEGMENTS'] : [])];
  lines.push(...captions.map(captionLine));
  const closed = captions.length > 0 ? `,CLOSED-CAPTIONS="${captionGroup}"` : '';
  for (const v of variants) {
    const picture = v.width > 0 ? `,RESOLUTION=${v.width}x${v.height},FRAME-RATE=${v.frameRate.toFixed(3)}` : '';
    const rates = `BANDWIDTH=${v.bandwidth},AVERAGE-BANDWIDTH=${v.average}`;
    lines.push(`#EXT-X-STREAM-INF:${rates},CODECS="${v.codecs.join(',')}"${picture}${closed}`, v.uri);
  }
  return `${lines.join('\n')}\n`;
}
