// The whole of money under every fault, in seeded schedules; `npm run simulate` runs thousands of them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { freshDatabase } from './house/host-process.js';
import { runSchedule } from './schedule.js';

const folder = mkdtempSync(join(tmpdir(), 'dtok-simulation-'));
let fresh: (path: string) => void;
beforeAll(async () => {
  // ethers says on the console that the chain is away.
  vi.spyOn(console, 'log').mockImplementation(() => {});
  fresh = await freshDatabase(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const first = Number(process.env.SEED ?? 1);
const schedules = Number(process.env.SCHEDULES ?? 10);

it(`holds every promise about money in ${schedules} schedules from seed ${first}`, async () => {
  const did = { charges: 0, lives: 0 };
  for (let seed = first; seed < first + schedules; seed++) {
    const { broken, words, ...outcome } = await runSchedule(seed, { folder, fresh });
    expect(broken, `${words.join('\n')}\nSEED=${seed} npm run simulate`).toBeNull();
    did.charges += outcome.did.charges;
    did.lives += outcome.did.lives;
  }
  // Otherwise nothing was shown.
  expect(did.charges).toBeGreaterThan(schedules * 3);
  expect(did.lives).toBeGreaterThan(schedules);
});

it('takes the same steps again from the same seed', async () => {
  const once = await runSchedule(first, { folder, fresh });
  const again = await runSchedule(first, { folder, fresh });
  expect(again.steps).toBe(once.steps);
  expect(again.fingerprint).toBe(once.fingerprint);
  expect((await runSchedule(first + 1, { folder, fresh })).fingerprint).not.toBe(once.fingerprint);
});
