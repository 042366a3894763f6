// One show from the terminal: `SEED=7 MINUTES=5 VIEWERS=12 PAGES=1 tsx test/soak/main.ts`; its report goes into `.cache/`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reportOf } from './report.js';
import { runShow } from './show.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const number = (name: string, fallback: number): number => {
  const value = Number(process.env[name] || fallback);
  if (value >= 0) return value;
  process.stderr.write(`${name} is a number\n`);
  process.exit(1);
};
const seed = number('SEED', Math.floor(Math.random() * 2 ** 31));
const minutes = number('MINUTES', 120);
const say = (line: string): void => void process.stderr.write(`${line}\n`);

// Browsers are ended by a library that then does not end us.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(1));

say(`Seed ${seed}.`);
const outcome = await runShow({
  ...{ seed, minutes, say, keep: true },
  viewers: number('VIEWERS', 12),
  pages: number('PAGES', 1),
});
const folder = join(root, '.cache');
mkdirSync(folder, { recursive: true });
const file = join(folder, `soak-${seed}.md`);
const text = reportOf(outcome);
writeFileSync(file, text);
writeFileSync(join(folder, `soak-${seed}.log`), outcome.output);
process.stdout.write(text);
say(`\nThe report is in ${file}.`);
if (outcome.broken.length > 0) {
  say(`\nBroke:\n${outcome.broken.map((line) => `  ${line}`).join('\n')}`);
  if (outcome.keptIn) say(`Its data are in ${outcome.keptIn}.`);
  say(`\nTo see it again:  SEED=${seed} MINUTES=${minutes} npm run soak`);
}
process.exit(outcome.broken.length > 0 ? 1 : 0);
