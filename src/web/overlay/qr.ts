// A QR code to the watch page: one path of squares, as sharp at any size, dark on white whatever the theme, with its quiet zone.
import './qr.css';
import qrcode from 'qrcode';
import { line } from './alert.js';
import type { Part } from './part.js';

/** Modules of white around it, as the standard asks for. */
const quiet = 4;
const svg = 'http://www.w3.org/2000/svg';

/** Each run of dark modules in a row is one rectangle. */
export function pathOf(url: string): { path: string; size: number } {
  const { modules } = qrcode.create(url, { errorCorrectionLevel: 'M' });
  const rows = Array.from({ length: modules.size }, (_, y) =>
    Array.from({ length: modules.size }, (_, x) => (modules.get(y, x) ? '#' : ' ')).join(''),
  );
  const runs = rows.flatMap((row, y) =>
    [...row.matchAll(/#+/g)].map(
      ({ 0: { length }, index }) => `M${index + quiet} ${y + quiet}h${length}v1h-${length}z`,
    ),
  );
  return { path: runs.join(''), size: modules.size + 2 * quiet };
}

function draw(url: string): SVGElement {
  const { path, size } = pathOf(url);
  const picture = document.createElementNS(svg, 'svg');
  picture.setAttribute('viewBox', `0 0 ${size} ${size}`);
  picture.setAttribute('shape-rendering', 'crispEdges');
  const ground = document.createElementNS(svg, 'path');
  ground.setAttribute('fill', '#fff');
  ground.setAttribute('d', `M0 0h${size}v${size}h-${size}z`);
  const dark = document.createElementNS(svg, 'path');
  dark.setAttribute('fill', '#000');
  dark.setAttribute('d', path);
  picture.append(ground, dark);
  return picture;
}

export const qrPart: Part = ({ socket, page }) => {
  let shown: HTMLElement | null = null;
  socket.on('watchUrl', (url) => {
    if (shown?.dataset.url === url) return;
    shown?.remove();
    shown = document.createElement('section');
    shown.className = 'qr';
    shown.dataset.testid = 'qr';
    shown.dataset.url = url;
    shown.append(draw(url), line('call', 'Scan to watch'));
    page.append(shown);
  });
  return undefined;
};
