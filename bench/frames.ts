// npm run bench frames: how long frames take on the overlay during a burst of tips over moving video, with and without GPU compositing.
import { mkdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { launch } from '../test/support/browser.js';
import { type Frames, measure, openScene, openShow, serveClip } from './support/frames-scene.js';
import { machine, markdownTable, whole } from './support/table.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '20' },
    tips: { type: 'string', default: '200' },
    pictures: { type: 'string' },
  },
});
const [rounds = 0, seconds = 0, tips = 0] = [values.rounds, values.seconds, values.tips].map(Number);
if (![rounds, seconds, tips].every((n) => Number.isInteger(n) && n > 0)) {
  process.stderr.write('--rounds, --seconds and --tips are whole numbers above 0\n');
  process.exit(1);
}
const say = (what: string): void => void process.stderr.write(`${what}\n`);

const modes = [
  { name: 'as Chromium is', flags: [] as string[] },
  { name: 'GPU compositing off', flags: ['--disable-gpu', '--disable-gpu-compositing'] },
];
const kinds = ['video alone', `${tips} tips`] as const;
/** Browsers tell times to a tenth of a millisecond and wake a little late. */
const grain = 1;

await build();
say('the video, dTok, and people with money');
const clip = await serveClip();
const show = await openShow();

async function oneRun(flags: readonly string[]): Promise<Frames[]> {
  const browser = await launch(...flags);
  const page = await openScene(browser, show.dtok, clip.url);
  await page.waitForTimeout(2000);
  const alone = await measure(browser, page, seconds, async () => {});
  const burst = await measure(browser, page, seconds, () => show.burst(tips));
  await show.clear();
  await browser.close();
  return [alone, burst];
}

/** A frame every quarter of a second of a burst, to be looked at. */
async function takePictures(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const browser = await launch();
  const page = await openScene(browser, show.dtok, clip.url);
  const sending = show.burst(tips);
  for (let i = 0; i < 32; i++) {
    await page.screenshot({ path: join(folder, `burst-${`${i}`.padStart(2, '0')}.jpg`), type: 'jpeg', quality: 80 });
    await page.waitForTimeout(150);
  }
  await sending;
  await show.clear();
  await browser.close();
}

const results = new Map<string, Frames[]>();
for (let round = 1; round <= rounds; round++) {
  for (const mode of modes) {
    say(`round ${round} of ${rounds}: ${mode.name}`);
    for (const [i, frames] of (await oneRun(mode.flags)).entries()) {
      const name = `${mode.name}: ${kinds[i]}`;
      results.set(name, [...(results.get(name) ?? []), frames]);
    }
  }
}
if (values.pictures) await takePictures(values.pictures);

const quantile = (sorted: readonly number[], share: number): string =>
  (sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN).toFixed(1);
const sum = (all: readonly Frames[], of: (one: Frames) => number): number => all.reduce((n, one) => n + of(one), 0);

const rows = Array.from(results, ([name, all]) => {
  const deltas = all.flatMap((one) => one.deltas).sort((a, b) => a - b);
  const over = (ms: number): string =>
    `${((100 * deltas.filter((delta) => delta > ms + grain).length) / deltas.length).toFixed(1)} %`;
  const took = sum(all, (one) => one.seconds);
  const [drawn, dropped] = [sum(all, (one) => one.drawn), sum(all, (one) => one.dropped)];
  return [
    name,
    whole(sum(all, ({ alerts }) => alerts)),
    whole(deltas.length / took),
    ...[0.5, 0.95, 0.99].map((share) => quantile(deltas, share)),
    ...[over(1000 / 60), over(2000 / 60)],
    `${whole(drawn)} / ${whole(dropped)}`,
    ...[sum(all, ({ cpu }) => cpu), sum(all, ({ layout }) => layout)].map((ms) => (ms / took).toFixed(1)),
    whole(sum(all, ({ video }) => video) / took),
  ];
});
const header = [
  '',
  ...['alerts', 'frames a second', 'p50, ms', 'p95', 'p99', 'over 16.7 ms', 'over 33 ms'],
  ...['drawn / dropped by the compositor', 'ms of CPU a second', 'of it style and layout', 'video frames a second'],
];
const command = `npm run bench frames -- --rounds ${rounds} --seconds ${seconds} --tips ${tips}`;
process.stdout.write(
  `${machine(command)} The machine’s load: ${loadavg()[0]?.toFixed(1)}.\n\n${markdownTable(header, rows)}\n`,
);
await show.close();
clip.close();
process.exit(0);
