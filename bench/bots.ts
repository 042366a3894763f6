// npm run bench bots: from a message on Discord and Telegram to the overlay, next to a tip by HTTP and to bare bots; and a burst.
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { createRandom } from '../test/support/random.js';
import { openCrowd, type Speaker, type Told } from './support/bots-crowd.js';
import { cpuOf, openDtok, openEcho, openOverlay, openPages } from './support/bots-house.js';
import { atOnce, inTurn, spread } from './support/bots-load.js';
import { type Phase, phaseOf, type Round, report } from './support/bots-report.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '1000' },
  },
});
const [rounds = 0, seconds = 0, perMinute = 0] = [values.rounds, values.seconds, values.rate].map(Number);
if (!(Number.isInteger(rounds) && rounds > 0 && seconds > 0 && perMinute > 0)) {
  process.stderr.write('--rounds is a whole number above 0; --seconds, and --rate a minute, are numbers above 0\n');
  process.exit(1);
}

const people = 200;
const pageCount = 20;
const burst = 300;
const seed = 2019;
const idleMs = 5000;
/** An event comes at once or not at all. */
const settleMs = 500;
const say = (what: string): void => void process.stderr.write(`${what}\n`);

await build();
say('stand-ins, dTok and the bare bots');
const crowd = await openCrowd(people);
const strangers = await openCrowd(people);
const dtok = await openDtok(root, crowd);
const echo = await openEcho(strangers);
say(`test tokens for ${people} people`);
await crowd.fund();
const overlay = await openOverlay(dtok);
const pages = await openPages(dtok, pageCount);

const random = createRandom(seed);
const each = seconds / rounds;
const cpu = { dtok: () => cpuOf(dtok), echo: echo.cpu };

/** ms of CPU a second while nothing is asked of it. */
async function idleOf(spent: () => Promise<number>): Promise<number> {
  const before = await spent();
  await pause(idleMs);
  return ((await spent()) - before) / (idleMs / 1000);
}
const [idle, echoIdle] = await Promise.all([idleOf(cpu.dtok), idleOf(cpu.echo)]);

async function phase(spent: () => Promise<number>, idleRate: number, act: () => Promise<Told[]>): Promise<Phase> {
  const before = await spent();
  const from = performance.now();
  const told = await act();
  const took = (performance.now() - from) / 1000;
  await pause(settleMs);
  const used = (await spent()) - before - idleRate * (took + settleMs / 1000);
  return phaseOf(told, overlay.shown, took, used);
}
const ofDtok = (act: () => Promise<Told[]>): Promise<Phase> => phase(cpu.dtok, idle, act);
const ofEcho = (act: () => Promise<Told[]>): Promise<Phase> => phase(cpu.echo, echoIdle, act);

const onDiscord = (speakers: readonly Speaker[]): Speaker[] => speakers.filter(({ way }) => way === 'discord');
const next = { chat: inTurn(crowd.speakers), page: inTurn(pages), bare: inTurn(strangers.speakers) };
const load = (from: () => Speaker, tipsOnly = false): Promise<Told[]> =>
  spread({ next: from, perMinute, seconds: each, random, tipsOnly });

/** After that a person's limit, and a channel's, has forgotten a burst. */
const forgottenMs = 10_000;

const oneRound = async (): Promise<Round> => ({
  burst: await ofDtok(() => atOnce(onDiscord(crowd.speakers), burst)),
  page: await ofDtok(() => load(next.page, true)),
  bareBurst: await ofEcho(() => atOnce(onDiscord(strangers.speakers), burst)),
  bare: await ofEcho(() => load(next.bare, true)).finally(() => pause(Math.max(0, forgottenMs - 2000 * each))),
  chat: await ofDtok(() => load(next.chat)),
});

say('warming up');
await load(next.chat);
await load(next.bare, true);
const done: Round[] = [];
while (done.length < rounds) {
  say(`round ${done.length + 1} of ${rounds}`);
  done.push(await oneRound());
}
const complaints = dtok
  .output()
  .split('\n')
  .filter((line) => /WARN|ERROR/.test(line));
for (const line of complaints.slice(0, 20)) say(line);

overlay.close();
await dtok.stop();
echo.close();
await Promise.all([crowd.stop(), strangers.stop()]);
const command = `npm run bench bots -- --rounds ${rounds} --seconds ${seconds} --rate ${perMinute}`;
const how = `${rounds} interleaved rounds: p50 and p95 are medians over them, p99 and max of all together.`;
process.stdout.write(`${report(done, { command, how, burst })}\n`);
