// What each kind of published file is called on the wire, and how long anybody may keep it. Pure.

const types = {
  m3u8: 'application/vnd.apple.mpegurl',
  m4s: 'video/iso.segment',
  mp4: 'video/mp4',
} as const;

/** No name of media comes twice with other content. */
export const immutable = 'public, max-age=31536000, immutable';

/** Half a target duration, in the whole seconds that there are; for none at all where that is less than one. */
function shortly(playlist: string): string {
  const target = Number(/^#EXT-X-TARGETDURATION:(\d+)/m.exec(playlist)?.[1] ?? 2);
  const seconds = Math.floor(target / 2);
  return seconds > 0 ? `public, max-age=${seconds}` : 'no-cache';
}

export const isPlaylist = (name: string): boolean => name.endsWith('.m3u8');

/** The headers that a store of objects gives out with it. */
export function headersOf(name: string, data: Buffer | string): { 'content-type': string; 'cache-control': string } {
  const ending = name.slice(name.lastIndexOf('.') + 1);
  return {
    'content-type': types[ending as keyof typeof types] ?? 'application/octet-stream',
    'cache-control': isPlaylist(name) ? shortly(`${data}`) : immutable,
  };
}
