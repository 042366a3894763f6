// npm run bench latency: from a clock before the encoder to the picture on a page, ours beside the same without encryption and beside ffmpeg's HLS.
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { build } from '../scripts/build.mjs';
import { launch } from '../test/support/browser.js';
import { removeFolder, startDtok } from '../test/support/dtok.js';
import { clockArgs, readClock } from './support/clock-picture.js';
import { ffmpegWay, ourWay, type Way } from './support/latency-house.js';
import { machine, markdownTable } from './support/table.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '30' }, gop: { type: 'string', default: '30' } },
});
const [seconds, gop] = [Number(values.seconds), Number(values.gop)];
if (!(seconds > 0 && Number.isInteger(gop) && gop > 0)) {
  process.stderr.write('--seconds is a number above 0, --gop a whole number of frames at 30 a second\n');
  process.exit(1);
}

const warmUpMs = 12_000;
const everyMs = 200;
const startLimitMs = 40_000;
const say = (what: string): void => void process.stderr.write(`${what}\n`);

/** The whole product: a watch link that pays for each key, and the page that viewers have. */
async function product(env: Record<string, string>): Promise<Way> {
  const dtok = await startDtok({ env: { TEST_CARD: 'off', PREVIEW_SECONDS: '0', LOG_LEVEL: 'warn', ...env } });
  const { streamKey } = await dtok.api('hostStream', { params: { stream: 'main' } });
  return {
    rtmp: `${dtok.rtmp}/${streamKey}`,
    page: dtok.watchLink,
    async stop() {
      await dtok.stop();
      removeFolder(dtok.data);
    },
  };
}

async function untilItMoves(page: Page): Promise<void> {
  const until = performance.now() + startLimitMs;
  while ((await page.evaluate(readClock)) === null) {
    if (performance.now() > until) throw new Error('no picture with a clock');
    await pause(100);
  }
}

/** How old the picture was at each look, ms; null where it stood still or showed none. */
async function watch(page: Page): Promise<number[]> {
  const ages: number[] = [];
  for (const until = performance.now() + seconds * 1000; performance.now() < until; await pause(everyMs)) {
    const age = await page.evaluate<number | null>(readClock);
    if (age !== null) ages.push(age);
  }
  return ages;
}

async function measure(browser: Browser, name: string, open: () => Promise<Way>): Promise<string[]> {
  say(name);
  const way = await open();
  const publisher: ChildProcess = spawn('ffmpeg', clockArgs(gop, way.rtmp), { stdio: ['ignore', 'ignore', 'inherit'] });
  const page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
  page.on('console', (message) => message.type() === 'info' && say(`  ${message.text()}`));
  try {
    await pause(6000);
    await page.goto(way.page);
    await untilItMoves(page);
    await pause(warmUpMs);
    const ages = (await watch(page)).sort((a, b) => a - b);
    const at = (share: number): string =>
      `${((ages[Math.floor(ages.length * share)] ?? Number.NaN) / 1000).toFixed(2)} s`;
    return [name, at(0.5), at(0.95), at(0), at(0.9999), `${ages.length}`];
  } finally {
    await page.close();
    publisher.kill('SIGKILL');
    await way.stop();
  }
}

await build();
const browser = await launch();
const rows: string[][] = [];
const ways: [string, () => Promise<Way>][] = [
  ['dTok: watch page, each key paid for', () => product({})],
  ['its packager and player, encrypted, keys for free', () => ourWay(root, true, 500)],
  ['the same, not encrypted', () => ourWay(root, false, 500)],
  ['the same, encrypted, whole segments only', () => ourWay(root, true, 0)],
  ['ffmpeg’s HLS and hls.js by their defaults', () => ffmpegWay(root)],
];
for (const [name, open] of ways) rows.push(await measure(browser, name, open));
await browser.close();
const header = ['glass to screen', 'p50', 'p95', 'least', 'most', 'looks'];
const command = `npm run bench latency -- --seconds ${seconds} --gop ${gop}`;
process.stdout.write(`${machine(command)}\n\n${markdownTable(header, rows)}\n`);
process.exit(0);
