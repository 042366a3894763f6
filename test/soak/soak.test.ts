// A short show under seeded troubles; `npm run soak` runs it for two hours.
import { expect, it } from 'vitest';
import { runShow } from './show.js';

const seed = Number(process.env.SEED ?? 1);

it(`holds every promise of delivery and payment in a short show from seed ${seed}`, async () => {
  const said: string[] = [];
  const outcome = await runShow({ seed, minutes: 0.4, viewers: 5, pages: 1, say: (line) => said.push(line) });
  expect(outcome.broken, `${said.join('\n')}\nSEED=${seed} MINUTES=0.4 npm run soak`).toEqual([]);
  // Otherwise nothing was shown.
  expect(outcome.books.charges).toBeGreaterThan(10);
  expect(outcome.stalls.starts).not.toBeNull();
  expect(Object.keys(outcome.troubles).length).toBeGreaterThan(2);
}, 120_000);
