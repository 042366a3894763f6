// A show as a picture to hand on, wide or tall: SVG, from what everybody may know of it. Pure.
import type { ShowSummary } from '../../vocabulary/shows.js';
import { short } from './amounts.js';
import { cutTo, escapeXml, wrap } from './text.js';
import { timeline } from './timeline.js';
import { dayOf, lasting } from './times.js';

export type Format = 'wide' | 'tall';
export const sizes: Record<Format, { width: number; height: number }> = {
  wide: { width: 1200, height: 630 },
  tall: { width: 1080, height: 1920 },
};

const [paper, dim, lamp, seat, line] = ['#f7eee3', '#b09f8e', '#ffb02e', '#19130e', '#33271d'];

interface Look {
  size: number;
  fill?: string;
  bold?: boolean;
  end?: boolean;
}

const text = (x: number, y: number, words: string, { size, fill = paper, bold = false, end = false }: Look): string =>
  `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}"${bold ? ' font-weight="700"' : ''}${
    end ? ' text-anchor="end"' : ''
  }>${escapeXml(words)}</text>`;

const mark = (x: number, y: number, size: number): string =>
  `<g transform="translate(${x} ${y}) scale(${size / 32})"><path fill="${lamp}" d="M22 4v18a7 7 0 1 1-3.6-6.1V4z"/><circle cx="15" cy="22" r="2.6" fill="#0d0a08"/></g>`;

const box = (x: number, y: number, width: number, height: number): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="22" fill="${seat}" stroke="${line}"/>`;

/** In a line: `43 most viewers · 67 people paid · …`. */
export const describeShow = (show: ShowSummary): string =>
  figuresOf(show)
    .map((both) => both.join(' '))
    .join(' · ');

const spanOf = ({ beganAt, endedAt, at }: ShowSummary): number => (endedAt ?? at) - beganAt;

/** What is said in figures, the most telling first. */
export function figuresOf(show: ShowSummary): [figure: string, of: string][] {
  const { token, earned } = show;
  const total = earned && BigInt(earned.watched) + BigInt(earned.tipped) + BigInt(earned.voted);
  return [
    ...(total === null ? [] : [[short(total, token), 'earned'] as [string, string]]),
    [`${show.peak}`, 'most viewers'],
    [`${show.people}`, show.people === 1 ? 'person paid' : 'people paid'],
    ...(show.watchedMs === null ? [] : [[lasting(show.watchedMs), 'watched'] as [string, string]]),
    [`${show.tips}`, show.tips === 1 ? 'tip' : 'tips'],
  ];
}

function curve({ minutes }: ShowSummary, x: number, y: number, width: number, height: number): string {
  const shapes = timeline(minutes, width, height);
  const bars = shapes.tips.map(
    (bar) => `<rect x="${bar.x}" y="${bar.y}" width="${bar.width}" height="${bar.height}" rx="2" fill="${lamp}"/>`,
  );
  return `<g transform="translate(${x} ${y})"><path d="${shapes.area}" fill="#4d3720" fill-opacity="0.6"/>${bars.join(
    '',
  )}<path d="${shapes.line}" fill="none" stroke="#ffd591" stroke-width="3" stroke-linejoin="round"/><path d="M0 ${height}H${width}" stroke="${line}" stroke-width="2"/></g>`;
}

/** A key to the curve, from the right. */
const key = (right: number, y: number, size: number): string =>
  `${text(right, y, 'tips', { size, fill: dim, end: true })}<rect x="${right - size * 3.1}" y="${y - size * 0.72}" width="${size * 0.7}" height="${size * 0.7}" rx="3" fill="${lamp}"/>` +
  `${text(right - size * 3.9, y, 'viewers', { size, fill: dim, end: true })}<rect x="${right - size * 8.9}" y="${y - size * 0.42}" width="${size}" height="4" fill="#ffd591"/>`;

function leaders(
  show: ShowSummary,
  most: number,
  at: { x: number; y: number; width: number; row: number; size: number },
) {
  const { x, y, width, row, size } = at;
  const rows = show.supporters.slice(0, most).map(({ name, amount }, i) => {
    const base = y + i * row;
    const sum = short(BigInt(amount), show.token);
    const room = width - size * 1.4 - (sum.length + 1) * size * 0.58;
    return (
      text(x, base, `${i + 1}`, { size, fill: lamp, bold: true }) +
      text(x + size * 1.4, base, cutTo(name || 'Anonymous', room, size), { size, bold: true }) +
      text(x + width, base, sum, { size: size * 0.9, fill: '#ffd591', end: true })
    );
  });
  return rows.join('');
}

function frame(format: Format, inside: string): string {
  const { width, height } = sizes[format];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="DejaVu Sans">` +
    `<defs><radialGradient id="light" cx="0.2" cy="0" r="0.9"><stop offset="0" stop-color="#4a3115"/><stop offset="1" stop-color="#0d0a08"/></radialGradient></defs>` +
    `<rect width="${width}" height="${height}" fill="url(#light)"/>${inside}</svg>`
  );
}

const subtitle = (show: ShowSummary): string =>
  [show.host, show.endedAt === null ? '' : lasting(spanOf(show))].filter(Boolean).join(' · ');
const corner = (show: ShowSummary): string => (show.endedAt === null ? 'On air' : dayOf(show.beganAt));

function wide(show: ShowSummary): string {
  const title = wrap(show.title || show.stream, 1080, 52, 2);
  const top = 128 + title.length * 62;
  const figures = figuresOf(show).slice(0, 4);
  const has = show.supporters.length > 0;
  const room = has ? 624 : 1080;
  const each = room / figures.length;
  const size = Math.min(34, ...figures.map(([figure]) => ((each - 12) / figure.length) * 1.5));
  return frame(
    'wide',
    mark(56, 40, 44) +
      text(108, 74, 'dTok', { size: 30, bold: true }) +
      text(1144, 74, corner(show), { size: 24, fill: dim, end: true }) +
      title.map((words, i) => text(60, 152 + i * 62, words, { size: 52, bold: true })).join('') +
      text(60, top + 12, cutTo(subtitle(show), 1080, 25), { size: 25, fill: dim }) +
      figures
        .map(
          ([figure, of], i) =>
            text(60 + i * each, top + 88, figure, { size, bold: true, fill: i === 0 ? lamp : paper }) +
            text(60 + i * each, top + 118, of, { size: 19, fill: dim }),
        )
        .join('') +
      curve(show, 60, top + 150, room, 562 - top - 150) +
      key(60 + room, 600, 18) +
      (has
        ? box(724, top + 50, 420, 520 - top) +
          text(752, top + 92, 'Top supporters', { size: 22, fill: dim }) +
          leaders(show, title.length === 1 ? 5 : 4, { x: 752, y: top + 138, width: 364, row: 46, size: 23 })
        : ''),
  );
}

function quote(show: ShowSummary, y: number): string {
  const [best] = show.messages;
  if (!best) return '';
  const most = Math.min(4, Math.floor((1880 - y - 92) / 50));
  if (most < 1) return '';
  const lines = wrap(`“${best.message}”`, 860, 36, most);
  const under = [best.name || 'Anonymous', short(BigInt(best.amount), show.token)].join(' · ');
  return (
    box(60, y, 960, 92 + lines.length * 50) +
    lines.map((words, i) => text(104, y + 68 + i * 50, words, { size: 36 })).join('') +
    text(104, y + 66 + lines.length * 50, cutTo(under, 860, 27), { size: 27, fill: lamp, bold: true })
  );
}

function tall(show: ShowSummary): string {
  const title = wrap(show.title || show.stream, 940, 76, 3);
  const top = 250 + title.length * 92;
  const figures = figuresOf(show).slice(0, 4);
  const supporters = Math.min(5, show.supporters.length);
  const below = top + 700 + (supporters === 0 ? 0 : 110 + supporters * 72);
  return frame(
    'tall',
    mark(60, 76, 64) +
      text(136, 126, 'dTok', { size: 44, bold: true }) +
      text(1020, 124, corner(show), { size: 34, fill: dim, end: true }) +
      title.map((words, i) => text(60, 276 + i * 92, words, { size: 76, bold: true })).join('') +
      text(60, top + 24, cutTo(subtitle(show), 960, 33), { size: 33, fill: dim }) +
      figures
        .map(([figure, of], i) => {
          const [x, y] = [60 + (i % 2) * 490, top + 130 + Math.floor(i / 2) * 130];
          return (
            text(x, y, figure, { size: 52, bold: true, fill: i === 0 ? lamp : paper }) +
            text(x, y + 42, of, { size: 30, fill: dim })
          );
        })
        .join('') +
      curve(show, 60, top + 360, 960, 230) +
      key(1020, top + 634, 26) +
      (supporters === 0
        ? ''
        : box(60, top + 680, 960, 100 + supporters * 72) +
          text(104, top + 740, 'Top supporters', { size: 32, fill: dim }) +
          leaders(show, supporters, { x: 104, y: top + 812, width: 872, row: 72, size: 36 })) +
      quote(show, below),
  );
}

export const drawShow = (show: ShowSummary, format: Format): string => (format === 'wide' ? wide : tall)(show);
