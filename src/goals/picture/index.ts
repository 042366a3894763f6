// Pictures of shows: drawn as SVG, made PNG beside the event loop, with fonts of our own; each kept while nothing changes.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { renderAsync } from '@resvg/resvg-js';
import { createTurns } from '../../turns.js';
import type { ShowSummary } from '../../vocabulary/shows.js';
import { drawShow, type Format } from './draw.js';

export { describeShow, type Format, sizes } from './draw.js';
export { escapeXml } from './text.js';

const { resolve } = createRequire(import.meta.url);
const fontFiles = [
  'dejavu-fonts-ttf/ttf/DejaVuSans.ttf',
  'dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf',
  '@expo-google-fonts/noto-emoji/400Regular/NotoEmoji_400Regular.ttf',
].map((file) => resolve(file));

const mostKept = 60;

/** Scripts that these fonts do not have come from the system's, where it has them. */
export async function toPng(svg: string): Promise<Buffer> {
  const font = { fontFiles, loadSystemFonts: true, defaultFontFamily: 'DejaVu Sans' };
  return (await renderAsync(svg, { font })).asPng();
}

export type ShowPictures = ReturnType<typeof createShowPictures>;

export function createShowPictures() {
  const turn = createTurns<'one'>();
  const kept = new Map<string, Promise<Buffer>>();

  /** One after the other: whoever asks for many waits, and nobody else does. */
  return (show: ShowSummary, format: Format): Promise<Buffer> => {
    const svg = drawShow(show, format);
    const name = createHash('sha256').update(svg).digest('base64url');
    const png = kept.get(name) ?? turn('one', () => toPng(svg));
    kept.delete(name);
    kept.set(name, png);
    png.catch(() => kept.delete(name));
    const oldest = kept.size > mostKept ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
    return png;
  };
}
