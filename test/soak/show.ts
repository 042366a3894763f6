// A whole show under every trouble of its plan, and what came of it: the figures, and what broke.

import { setMaxListeners } from 'node:events';
import { pause } from '../../src/web/shared/time.js';
import { removeFolder } from '../support/dtok.js';
import { createRandom } from '../support/random.js';
import { type Books, readBooks } from './books.js';
import { type Away, longestRestartMs, longestReturnMs, longestStallMs, longestStartMs, ownMs } from './bounds.js';
import { startCrowd } from './crowd.js';
import { type Sample, sample, type Trend, trends } from './gauges.js';
import { readLog } from './log-lines.js';
import { openPages } from './pages.js';
import { drawPlan } from './plan.js';
import type { Stall } from './playhead.js';
import { followPublished } from './published.js';
import { keyPeriodMs, type Stage, setStage } from './stage.js';
import { watchStarving } from './starving.js';
import { startTroubles } from './troubles.js';

export interface ShowOptions {
  seed: number;
  minutes: number;
  viewers: number;
  pages: number;
  say: (line: string) => void;
  /** The data folder is kept when something broke. */
  keep?: boolean;
}

/** A stall and how much of it is nobody's but ours, ms. */
export interface Seen extends Stall {
  who: string;
  ownMs: number;
}

export interface Outcome {
  seed: number;
  minutes: number;
  /** Empty: every promise was held. */
  broken: string[];
  troubles: Record<string, number>;
  stalls: { longest: Seen | null; starts: Seen | null; count: number; worst: Seen[] };
  /** Of the source's and the server's troubles: from their end to the first media, ms. */
  returns: { kind: string; count: number; longestMs: number }[];
  crowd: Record<string, number>;
  watchedMinutes: number;
  books: Books;
  trends: Trend[];
  samples: readonly Sample[];
  carried: number[];
  starvedMs: number;
  log: Map<string, number>;
  /** All that the server has written. */
  output: string;
  verified: string;
  keptIn: string | null;
}

const sampleMs = 5000;
const sayMs = 10_000;

export async function runShow({ seed, minutes, viewers, pages, say, keep }: ShowOptions): Promise<Outcome> {
  const random = createRandom(seed);
  let began = Date.now();
  const tell = (line: string): void => say(`${((Date.now() - began) / 1000).toFixed(0).padStart(5)} s  ${line}`);
  const plan = drawPlan(random, minutes);
  const wrong = new Map<string, number>();
  function onWrong(what: string): void {
    if (!wrong.has(what)) tell(`WRONG ${what}`);
    wrong.set(what, (wrong.get(what) ?? 0) + 1);
  }
  const stalls: { who: string; stall: Stall }[] = [];
  function onStall(who: string, stall: Stall): void {
    stalls.push({ who, stall });
    const own = ownMs(stall, [...(troubles?.aways ?? []), ...starved]);
    if (own > (stall.first ? longestStartMs : longestStallMs)) tell(`LONG ${inWords({ ...stall, who, ownMs: own })}`);
  }
  const samples: Sample[] = [];
  const ending = new AbortController();
  const { signal } = ending;
  // Everybody waits with it.
  setMaxListeners(0, signal);

  const stage = await setStage();
  const { dtok, publisher } = stage;
  const starving = watchStarving(() => [dtok().process.pid ?? 0, publisher.pid()]);
  const starved = starving.spans;
  let first = 0;
  let troubles: ReturnType<typeof startTroubles> | null = null;
  publisher.start();
  const published = followPublished({
    ...{ base: () => dtok().base, onWrong, signal },
    onMoved(now) {
      first ||= now;
      troubles?.moved(now);
    },
  });
  while (!first) await pause(100);
  began = Date.now();
  tell(`on air; ${plan.length} troubles in ${minutes} min`);
  const sampling = sampleServer(samples, stage);
  troubles = startTroubles({ ...stage, plan, random, say: tell, signal });
  const long = minutes >= 2;
  const crowd = startCrowd({
    ...{ dtok, chat: stage.chat, seed, size: viewers, onStall, onWrong, signal },
    lengths: long
      ? { purse: [12_000, 80_000], visit: [30_000, 200_000] }
      : { purse: [4000, 12_000], visit: [8000, 30_000] },
  });
  const browsers =
    pages > 0
      ? await openPages({
          ...{ dtok, seed, count: pages, onStall, onWrong, signal },
          lengths: long ? [25_000, 120_000] : [8000, 14_000],
        })
      : null;

  const telling = setInterval(() => tell(progress()), sayMs);
  function progress(): string {
    const last = samples.at(-1);
    const still = [...crowd.present].filter(({ playhead }) => playhead.still() !== null).length;
    const longest = Math.max(0, ...judged().map((one) => one.ownMs));
    return [
      `${crowd.present.size} watch, ${still} wait`,
      `${crowd.did.ended} purses ended, ${crowd.did.paidAgain} paid again`,
      `longest own stall ${(longest / 1000).toFixed(1)} s`,
      last ? `${last.rssMb.toFixed(0)} MB, ${last.files} files, ${last.children} children` : '',
      `${wrong.size} wrong`,
    ].join(' · ');
  }

  const judged = (): Seen[] => {
    const aways = [...(troubles?.aways ?? []), ...starved];
    return stalls.map(({ who, stall }) => ({ ...stall, who, ownMs: ownMs(stall, aways) }));
  };

  const end = began + minutes * 60_000;
  while (Date.now() < end) await pause(Math.min(1000, end - Date.now() + 1));
  ending.abort();
  await troubles.ended;
  for (const carrier of stage.carriers) await carrier.be('right');
  stage.copy.be('right');
  tell('the show is over');
  await Promise.all([crowd.ended, browsers?.close(), published.ended]);
  clearInterval(telling);
  sampling.stop();
  starving.stop();
  await publisher.end();
  const visits = [...crowd.visits, ...(browsers?.visits ?? [])];
  const settled = await settle(stage, onWrong, tell);
  const { price } = await dtok().api('getStream', { params: { stream: 'main' } });
  const code = await stage.stop();
  if (code !== 0) onWrong(`the server ended with ${code}`);
  const log = readLog(stage.output());
  for (const error of log.errors) onWrong(`in the log: ${error}`);
  const numbers = published.keys();
  const books = readBooks({
    ...{ data: stage.data, price: BigInt(price), keyPeriodMs, media: published.of, visits },
    seen: { first: Math.min(...numbers) + 1, last: Math.max(...numbers) - 1 },
  });
  const all = judged();
  const broken = [
    ...judge(all, troubles.aways, starved),
    ...books.findings.slice(0, 20),
    ...(books.mostFreeOfViewerMs > keyPeriodMs * 2 ? [`a viewer saw ${books.mostFreeOfViewerMs} ms for nothing`] : []),
    ...trends(samples)
      .filter(({ grows }) => grows)
      .map(({ gauge, first: a, last: b }) => `${gauge} grows: ${a.toFixed(1)} to ${b.toFixed(1)}`),
    ...[...wrong].map(([what, times]) => (times > 1 ? `${what} (${times} times)` : what)),
  ];
  const kept = broken.length > 0 && keep === true;
  if (!kept) removeFolder(stage.data);
  return {
    ...{ seed, minutes, broken, books, samples, verified: settled, log: log.words, output: stage.output() },
    troubles: Object.fromEntries(troubles.had),
    stalls: summary(all),
    returns: returnsOf(troubles.aways),
    crowd: {
      ...crowd.did,
      ...(browsers && { pagesEnded: browsers.did.ended, pagesPaidAgain: browsers.did.paidAgain }),
    },
    watchedMinutes: Math.round(
      visits.flatMap(({ opened }) => [...opened.values()]).reduce((sum, ms) => sum + ms, 0) / 60_000,
    ),
    trends: trends(samples),
    carried: stage.carriers.map((carrier) => carrier.served()),
    starvedMs: starved.reduce((sum, { from, over }) => sum + (over ?? from) - from, 0),
    keptIn: kept ? stage.data : null,
  };
}

function sampleServer(samples: Sample[], { dtok }: Stage) {
  const sampling = setInterval(async () => {
    const { process: child, base } = dtok();
    const one = await sample(child.pid ?? 0, base);
    if (one) samples.push(one);
  }, sampleMs);
  return { stop: () => clearInterval(sampling) };
}

/** Everything owed is claimed; the server's own look at its books. */
async function settle(stage: Stage, onWrong: (what: string) => void, tell: (line: string) => void): Promise<string> {
  const report = await stage.dtok().api('settle', { body: { refund: false, dryRun: false } });
  tell(`settled: ${report.claims.length} claims, ${report.settled} base units to the host`);
  const { code, said } = await stage.command('verify');
  if (code !== 0) onWrong(`dtok verify: ${said.trim()}`);
  return said.trim();
}

const inWords = ({ who, from, to, ownMs: own, first }: Seen): string =>
  `${who} ${first ? 'waited' : 'stood still'} for ${((to - from) / 1000).toFixed(1)} s, ${(own / 1000).toFixed(1)} s of it our own`;

function judge(all: readonly Seen[], aways: readonly Away[], starved: readonly Away[]): string[] {
  const late = aways.filter(({ over, back }) => {
    return over !== null && back !== null && ownMs({ from: over, to: back, first: true }, starved) > longestReturnMs;
  });
  const slow = aways.filter(({ kind, from, over }) => kind === 'server' && (over ?? 0) - from > longestRestartMs);
  return [
    ...all.filter((one) => one.ownMs > (one.first ? longestStartMs : longestStallMs)).map(inWords),
    ...late.map(({ kind, over, back }) => `after ${kind}, media came ${(back ?? 0) - (over ?? 0)} ms late`),
    ...slow.map(({ from, over }) => `the server took ${(over ?? 0) - from} ms to be back`),
  ];
}

const summary = (all: readonly Seen[]): Outcome['stalls'] => {
  const sorted = [...all].sort((a, b) => b.ownMs - a.ownMs);
  return {
    longest: sorted.find(({ first }) => !first) ?? null,
    starts: sorted.find(({ first }) => first) ?? null,
    count: all.filter(({ first, ownMs: own }) => !first && own > 0).length,
    worst: sorted.slice(0, 8),
  };
};

function returnsOf(aways: readonly Away[]): Outcome['returns'] {
  return [...new Set(aways.map(({ kind }) => kind))].map((kind) => {
    const of = aways.filter((one) => one.kind === kind && one.over !== null && one.back !== null);
    return { kind, count: of.length, longestMs: Math.max(0, ...of.map(({ over, back }) => (back ?? 0) - (over ?? 0))) };
  });
}
