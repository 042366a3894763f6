// The text of the playlists (RFC 8216, version 7). Pure.

export interface Segment {
  uri: string;
  /** The number of its key; its IV too. */
  n: number;
  durationMs: number;
  /** When its first frame was published, ms. */
  at: number;
  /** The initialization it needs. */
  init: string;
  /** It does not follow on from the one before. */
  discontinuity: boolean;
}

export interface Window {
  /** EXT-X-MEDIA-SEQUENCE: the place of the first listed segment among all there ever were. */
  sequence: number;
  /** Discontinuities among those no longer listed. */
  discontinuities: number;
  /** Seconds; it never shrinks. */
  targetDuration: number;
  segments: readonly Segment[];
}

export const emptyWindow: Window = { sequence: 0, discontinuities: 0, targetDuration: 1, segments: [] };

/** How many segments a playlist lists. */
const listed = 8;

/** The window with one more segment, and what fell out of it. */
export function extend(window: Window, segment: Segment): { window: Window; dropped: readonly Segment[] } {
  const all = [...window.segments, segment];
  const dropped = all.slice(0, Math.max(0, all.length - listed));
  const next = {
    sequence: window.sequence + dropped.length,
    discontinuities: window.discontinuities + dropped.filter((s) => s.discontinuity).length,
    targetDuration: Math.max(window.targetDuration, Math.round(segment.durationMs / 1000)),
    segments: all.slice(dropped.length),
  };
  return { window: next, dropped };
}

const iv = (n: number): string => `0x${n.toString(16).padStart(32, '0')}`;

/** The media playlist. `keyUri` tells where a key is asked for. */
export function mediaPlaylist(window: Window, keyUri: (n: number) => string): string {
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${window.targetDuration}`,
    `#EXT-X-MEDIA-SEQUENCE:${window.sequence}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${window.discontinuities}`,
    '#EXT-X-INDEPENDENT-SEGMENTS',
  ];
  let init = '';
  for (const segment of window.segments) {
    if (segment.discontinuity) lines.push('#EXT-X-DISCONTINUITY');
    if (segment.init !== init) {
      // A key that is in force would apply to the initialization too; it is not encrypted.
      lines.push('#EXT-X-KEY:METHOD=NONE', `#EXT-X-MAP:URI="${segment.init}"`);
      init = segment.init;
    }
    lines.push(
      `#EXT-X-KEY:METHOD=AES-128,URI="${keyUri(segment.n)}",IV=${iv(segment.n)}`,
      `#EXT-X-PROGRAM-DATE-TIME:${new Date(segment.at).toISOString()}`,
      `#EXTINF:${(segment.durationMs / 1000).toFixed(3)},`,
      segment.uri,
    );
  }
  return `${lines.join('\n')}\n`;
}

export interface Variant {
  uri: string;
  /** Bits a second of the heaviest segment. */
  bandwidth: number;
  codecs: readonly string[];
  width: number;
  height: number;
  frameRate: number;
}

/** The multivariant playlist. */
export function multivariantPlaylist(variants: readonly Variant[]): string {
  const lines = ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS'];
  for (const v of variants) {
    const picture = v.width > 0 ? `,RESOLUTION=${v.width}x${v.height},FRAME-RATE=${v.frameRate.toFixed(3)}` : '';
    lines.push(`#EXT-X-STREAM-INF:BANDWIDTH=${v.bandwidth},CODECS="${v.codecs.join(',')}"${picture}`, v.uri);
  }
  return `${lines.join('\n')}\n`;
}
