// Reads what is needed of another server's HLS playlists. Pure.

export interface Variant {
  url: string;
  height: number;
}

const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim());

export function readVariants(text: string, base: string): Variant[] {
  const lines = linesOf(text);
  return lines.flatMap((line, i) => {
    const height = /^#EXT-X-STREAM-INF:.*RESOLUTION=\d+x(\d+)/.exec(line)?.[1];
    const uri = lines[i + 1];
    return height && uri && !uri.startsWith('#') ? [{ url: new URL(uri, base).href, height: Number(height) }] : [];
  });
}

export interface Listed {
  /** Its place among all there ever were. */
  sequence: number;
  url: string;
  /** It does not follow on from the one before. */
  discontinuity: boolean;
}

export function readSegments(text: string, base: string): Listed[] {
  let sequence = Number(/^#EXT-X-MEDIA-SEQUENCE:(\d+)/m.exec(text)?.[1] ?? 0);
  let discontinuity = false;
  const listed: Listed[] = [];
  for (const line of linesOf(text)) {
    if (line === '#EXT-X-DISCONTINUITY') discontinuity = true;
    if (line === '' || line.startsWith('#')) continue;
    listed.push({ sequence: sequence++, url: new URL(line, base).href, discontinuity });
    discontinuity = false;
  }
  return listed;
}
