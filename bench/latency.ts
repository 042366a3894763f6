// npm run bench latency: from a clock before the encoder to the picture on a page, ours beside the same without encryption and beside ffmpeg's HLS.
import { loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { build } from '../scripts/build.mjs';
import { missingForObs } from '../scripts/obs.mjs';
import { launch } from '../test/support/browser.js';
import { type Dtok, removeFolder, startDtok } from '../test/support/dtok.js';
import { firstPicture, readClock } from './support/clock-picture.js';
import { ffmpegWay, ourWay, type Way } from './support/latency-house.js';
import { browserPublisher, ffmpegPublisher, obsPublisher, type Publisher } from './support/latency-publishers.js';
import { median, rank } from './support/rank.js';
import { machine, markdownTable } from './support/table.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '30' },
    gop: { type: 'string', default: '30' },
    only: { type: 'string', default: '' },
  },
});
const [rounds, seconds, gop] = [Number(values.rounds), Number(values.seconds), Number(values.gop)];
if (!(seconds > 0 && [rounds, gop].every((n) => Number.isInteger(n) && n > 0))) {
  process.stderr.write(
    '--seconds is a number above 0, --rounds a whole one, --gop a whole number of frames at 30 a second\n',
  );
  process.exit(1);
}

const warmUpMs = 12_000;
const everyMs = 200;
const startLimitMs = 40_000;
const startsEach = 4;
const viewport = { width: 1000, height: 800 };
const say = (what: string): void => void process.stderr.write(`${what}\n`);

/** A way with somebody who broadcasts on it. */
interface Show extends Omit<Way, 'rtmp'> {
  publish(): Promise<Publisher>;
}

const byFfmpeg = (open: () => Promise<Way>) => async (): Promise<Show> => {
  const way = await open();
  return { ...way, publish: () => ffmpegPublisher(way.rtmp, gop) };
};

/** The whole product: a watch link that pays for each key, and the page that viewers have. */
const product = (publisher: (dtok: Dtok) => Promise<Publisher>) => async (): Promise<Show> => {
  const dtok = await startDtok({ env: { TEST_CARD: 'off', PREVIEW_SECONDS: '0', LOG_LEVEL: 'warn' } });
  return {
    page: dtok.watchLink,
    publish: () => publisher(dtok),
    async stop() {
      await dtok.stop();
      removeFolder(dtok.data);
    },
  };
};

async function byRtmp(dtok: Dtok): Promise<Publisher> {
  const { streamKey } = await dtok.api('hostStream', { params: { stream: 'main' } });
  return ffmpegPublisher(`${dtok.rtmp}/${streamKey}`, gop);
}

/** Asks the page until it knows. */
async function answerOf(page: Page, script: string): Promise<number> {
  for (const until = performance.now() + startLimitMs; performance.now() < until; await pause(20)) {
    const answer = await page.evaluate<number | null>(script);
    if (answer !== null) return answer;
  }
  throw new Error('no picture with a clock');
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

/** From the click on a link to the first picture, ms: each time by a page that has nothing yet. */
async function starts(browser: Browser, url: string): Promise<number[]> {
  const taken: number[] = [];
  for (let i = 0; i < startsEach; i++) {
    const context = await browser.newContext({ viewport });
    const page = await context.newPage();
    await page.goto(url);
    taken.push(await answerOf(page, firstPicture));
    await context.close();
  }
  return taken;
}

interface Round {
  /** How old the picture was at each look, ms. */
  ages: number[];
  starts: number[];
}

async function measure(browser: Browser, open: () => Promise<Show>): Promise<Round> {
  const show = await open();
  const page = await browser.newPage({ viewport });
  page.on('console', (message) => message.type() === 'info' && say(`  ${message.text()}`));
  let publisher: Publisher | null = null;
  try {
    publisher = await show.publish();
    await pause(6000);
    await page.goto(show.page);
    await answerOf(page, readClock);
    await pause(warmUpMs);
    const ages = await watch(page);
    await page.close();
    return { ages, starts: await starts(browser, show.page) };
  } finally {
    if (!page.isClosed()) await page.close();
    await publisher?.stop();
    await show.stop();
  }
}

const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

function rowOf(name: string, rounds: Round[]): string[] {
  const ages = rounds.flatMap((round) => round.ages);
  const first = rounds.flatMap((round) => round.starts);
  const medians = rounds.map((round) => median(round.ages));
  const span = `${inSeconds(Math.min(...medians))} to ${inSeconds(Math.max(...medians))}`;
  const rest = [rank(ages, 0.95), rank(ages, 1), median(first), rank(first, 1)].map(inSeconds);
  return [name, inSeconds(median(ages)), span, ...rest];
}

await build();
const browser = await launch();
const missing = missingForObs();
if (missing.length > 0) say(`without OBS: ${missing.join(' and ')} is not here`);
const obsWay: [string, () => Promise<Show>][] =
  missing.length > 0 ? [] : [['the same, from a real OBS', product(obsPublisher)]];
const ways: [string, () => Promise<Show>][] = [
  ['dTok, from ffmpeg: watch page, each key paid for', product(byRtmp)],
  ...obsWay,
  ['the same, from the broadcast page of a browser', product(browserPublisher)],
  ['its packager and player, encrypted, keys for free', byFfmpeg(() => ourWay(root, true, 500))],
  ['the same, not encrypted', byFfmpeg(() => ourWay(root, false, 500))],
  ['the same, encrypted, whole segments only', byFfmpeg(() => ourWay(root, true, 0))],
  ['ffmpeg’s HLS and hls.js by their defaults', byFfmpeg(() => ffmpegWay(root))],
];
const wanted = ways.filter(([name]) => name.includes(values.only));
const seen = new Map<string, Round[]>(wanted.map(([name]) => [name, []]));
for (let round = 1; round <= rounds; round++) {
  for (const [name, open] of wanted) {
    say(`round ${round} of ${rounds}, load ${loadavg()[0]?.toFixed(1)}: ${name}`);
    seen.get(name)?.push(await measure(browser, open));
  }
}
await browser.close();
const header = ['glass to screen', 'p50', 'of each round', 'p95', 'most', 'first picture, p50', 'most'];
const only = values.only && ` --only '${values.only}'`;
const command = `npm run bench latency -- --rounds ${rounds} --seconds ${seconds} --gop ${gop}${only}`;
const rows = [...seen].map(([name, all]) => rowOf(name, all));
process.stdout.write(`${machine(command)}\n\n${markdownTable(header, rows)}\n`);
process.exit(0);
