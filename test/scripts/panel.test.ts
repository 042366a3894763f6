// The panel: what it says, that links stay whole, and that its QR code holds the watch link.
import qrcode from 'qrcode';
import { describe, expect, it } from 'vitest';
import { renderPanel } from '../../src/panel.js';

const facts = {
  watchLink: `http://localhost:8402/watch/main#k=${'k'.repeat(43)}`,
  dashboard: `http://localhost:8402/host#t=${'h'.repeat(43)}`,
  overlay: `http://localhost:8402/overlay/main#t=${'o'.repeat(43)}`,
  rtmpUrl: 'rtmp://localhost:1935/live',
  streamKey: `main-${'s'.repeat(32)}`,
  api: 'http://localhost:8402/api/openapi.json',
  sponsor: '0x1111111111111111111111111111111111111111',
};

const plain = { columns: 80, color: false };
const isCode = (line: string): boolean => /^[\s█▀▄]*$/.test(line) && line.trim() !== '';

/** Each cell of the drawing is two modules, one above the other; the quiet zone is part of it. */
function modulesOf(drawing: string[]): boolean[][] {
  const cells = drawing.map((line) => [...line.slice(2)]);
  const upper = (cell: string) => cell === '█' || cell === '▀';
  const lower = (cell: string) => cell === '█' || cell === '▄';
  return cells.flatMap((row) => [row.map(upper), row.map(lower)]);
}

describe('the panel', () => {
  it('fits 80 columns, but for links, which stand whole on lines of their own', async () => {
    const lines = (await renderPanel({ ...facts, ...plain })).split('\n');
    for (const link of [facts.watchLink, facts.dashboard, facts.overlay]) expect(lines).toContain(`  ${link}`);
    const prose = lines.filter((line) => !line.includes('://'));
    expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('names every place, the stream key, and how to stop', async () => {
    const text = await renderPanel({ ...facts, ...plain });
    for (const value of [facts.rtmpUrl, facts.streamKey, facts.api, 'Ctrl-C stops everything']) {
      expect(text).toContain(value);
    }
  });

  it('draws the watch link as the QR code that it is', async () => {
    const lines = (await renderPanel({ ...facts, ...plain })).split('\n');
    const drawn = modulesOf(lines.filter(isCode));
    const { size, data } = qrcode.create(facts.watchLink, { errorCorrectionLevel: 'L' }).modules;
    const wanted = Array.from({ length: size }, (_, y) =>
      Array.from({ length: size }, (_, x) => data[y * size + x] === 1),
    );
    const left = Math.min(...drawn.map((row) => row.indexOf(true)).filter((at) => at >= 0));
    const top = drawn.findIndex((row) => row.includes(true));
    const found = wanted.map((row, y) => row.map((_, x) => drawn[top + y]?.[left + x] ?? false));
    expect(found).toEqual(wanted);
  });

  it('leaves the code out where it would be broken by a narrow terminal', async () => {
    const text = await renderPanel({ ...facts, columns: 30, color: false });
    expect(text.split('\n').some(isCode)).toBe(false);
    expect(text).toContain(facts.watchLink);
  });

  it('colours only where it is asked to', async () => {
    expect(await renderPanel({ ...facts, ...plain })).not.toContain('\x1b');
    expect(await renderPanel({ ...facts, columns: 80, color: true })).toContain('\x1b[');
  });

  it('says that a link to localhost opens here only, and of a public one nothing', async () => {
    expect(await renderPanel({ ...facts, ...plain })).toContain('PUBLIC_URL');
    const open = { ...facts, watchLink: 'https://show.example/watch/main#k=x' };
    expect(await renderPanel({ ...open, ...plain })).not.toContain('PUBLIC_URL');
  });

  it('says where to send tokens while no link is paid for', async () => {
    const text = await renderPanel({ ...facts, ...plain, watchLink: null });
    expect(text).toContain(facts.sponsor);
    expect(text.split('\n').some(isCode)).toBe(false);
  });
});
