// kill -9 over the money path at random instants: nothing acknowledged is lost, nothing is charged twice.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it, vi } from 'vitest';
import type { Hex } from '../../src/vocabulary/values.js';
import { addChannel, addPass, freshLedger, voucher } from '../support/payments.js';
import { createRandom } from '../support/random.js';

/** How many times the server is killed; `KILLS=500` for a long run, `SEED` repeats one. */
const kills = Number(process.env.KILLS ?? 8);
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
const folder = mkdtempSync(join(tmpdir(), 'dtok-kill-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Viewer {
  id: Hex;
  key: Hex;
  signer: Hex;
  /** Acknowledged, and asked for at most. */
  authorized: bigint;
  asked: bigint;
  paid: Set<number>;
  askedKeys: Set<number>;
  tips: Set<string>;
  askedTips: Set<string>;
}

const server = fileURLToPath(new URL('../support/money-server.ts', import.meta.url));

async function start(path: string, sponsorKey: Hex): Promise<{ child: ChildProcess; base: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', server, path, sponsorKey], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  return { child, base: `http://127.0.0.1:${line.toString().trim()}` };
}

async function call(base: string, body: object): Promise<Record<string, string>> {
  const response = await fetch(base, { method: 'POST', body: JSON.stringify(body) });
  const answer = (await response.json()) as Record<string, string>;
  if (!response.ok) throw new Error(answer.code);
  return answer;
}

const keyCost = 2n;
const tipCost = 3n;

/** One viewer's life until the server dies under him: signs ahead, asks for keys (some again), tips. */
async function live(base: string, viewer: Viewer, known: number[], random: () => number): Promise<void> {
  const { token } = await call(base, { do: 'session', payer: viewer.signer });
  for (let tip = 0; ; tip++) {
    viewer.asked += 40n;
    const amount = viewer.asked;
    const signature = voucher(viewer.id, amount, viewer.key);
    await call(base, { do: 'voucher', purse: viewer.id, amount: `${amount}`, signature });
    viewer.authorized = amount;
    for (let i = 0; i < 8; i++) {
      const n = known[Math.floor(random() * known.length)] ?? 1;
      viewer.askedKeys.add(n);
      const response = await fetch(`${base}/keys/main/${n}`, { headers: { authorization: `Bearer ${token}` } });
      await response.arrayBuffer();
      if (response.status === 200) viewer.paid.add(n);
    }
    const id = `tip-${tip % 5}-${viewer.asked % 7n}`;
    viewer.askedTips.add(id);
    await call(base, { do: 'tip', payer: viewer.signer, id, amount: `${tipCost}` }).then(
      () => viewer.tips.add(id),
      (error: Error) => {
        if (error.message === 'fetch failed') throw error;
      },
    );
  }
}

/** Until so many more are acknowledged, or nothing more comes. */
async function someActs(viewers: readonly Viewer[], more: number): Promise<void> {
  const done = () => viewers.reduce((sum, { paid, tips }) => sum + paid.size + tips.size, 0);
  const wanted = done() + more;
  const enough = () => expect(done()).toBeGreaterThanOrEqual(wanted);
  await vi.waitFor(enough, { timeout: 2000, interval: 5 }).catch(() => {});
}

it(`loses no voucher and charges nothing twice over ${kills} kills (seed ${seed})`, async () => {
  const random = createRandom(seed).next;
  const path = join(folder, 'ledger.sqlite');
  const first = await freshLedger({ path });
  const sponsor = await addChannel(first.ledger, 10_000_000n);
  const money = { authorized: 0n, asked: 0n };
  const empty = () => ({
    paid: new Set<number>(),
    askedKeys: new Set<number>(),
    tips: new Set<string>(),
    askedTips: new Set<string>(),
  });
  const viewers: Viewer[] = [
    { ...(await addPass(first.ledger, sponsor.id, 1_000_000n)), ...money, ...empty() },
    { ...(await addPass(first.ledger, sponsor.id, 1_000_000n)), ...money, ...empty() },
    { ...(await addChannel(first.ledger, 1_000_000n)), ...money, ...empty() },
  ];
  await first.store.close();

  for (let kill = 0; kill < kills; kill++) {
    const { child, base } = await start(path, sponsor.key);
    const known = await Promise.all([...Array(6)].map(async () => Number((await call(base, { do: 'key-period' })).n)));
    const lives = viewers.map((viewer) => live(base, viewer, known, random).catch(() => {}));
    await someActs(viewers, 3 + Math.floor(random() * 25));
    await after(random() * 30);
    child.kill('SIGKILL');
    await Promise.all([once(child, 'exit'), ...lives]);

    const { store, ledger } = await freshLedger({ path });
    let watched = 0n;
    let tipped = 0n;
    for (const viewer of viewers) {
      const purse = ledger.purse(viewer.id);
      if (!purse) throw new Error('a purse is gone');
      const charges = await store.db.selectFrom('charges').selectAll().where('payer', '=', viewer.signer).execute();
      const total = charges.reduce((sum, charge) => sum + BigInt(charge.amount), 0n);
      expect(purse.authorized, 'an accepted voucher was lost').toBeGreaterThanOrEqual(viewer.authorized);
      expect(purse.authorized).toBeLessThanOrEqual(viewer.asked);
      const signed = purse.authorized > 0n ? voucher(viewer.id, purse.authorized, viewer.key) : null;
      expect(purse.signature).toBe(signed);
      expect(purse.spent, 'spent is not the sum of the charges').toBe(total);
      expect(purse.spent).toBeLessThanOrEqual(purse.authorized);
      const reasons = new Set(charges.map((charge) => charge.reason));
      for (const n of viewer.paid) expect(reasons, 'a served key was not charged').toContain(`watch/main/${n}`);
      for (const id of viewer.tips) expect(reasons, 'an acknowledged tip is gone').toContain(`tip/${id}`);
      expect(charges.length).toBeLessThanOrEqual(viewer.askedKeys.size + viewer.askedTips.size);
      const keys = charges.filter((charge) => charge.kind === 'watch');
      expect(keys.every((charge) => BigInt(charge.amount) === keyCost)).toBe(true);
      watched += BigInt(keys.length) * keyCost;
      tipped += BigInt(charges.length - keys.length) * tipCost;
      // The next life goes on from what the server really has.
      viewer.asked = purse.authorized;
      viewer.authorized = purse.authorized;
    }
    expect(ledger.earned('main')).toEqual({ watched, tipped });
    const links = viewers.slice(0, 2).reduce((sum, viewer) => sum + (ledger.purse(viewer.id)?.spent ?? 0n), 0n);
    expect(ledger.purse(sponsor.id)?.spent, 'the sponsor pays just what its links spent').toBe(links);
    const events = await store.db.selectFrom('events').select('data').where('type', '=', 'tip').execute();
    const tips = await store.db.selectFrom('tips').select('id').execute();
    expect(events.length, 'a tip without its event, or the other way round').toBe(tips.length);
    await store.close();
  }
  expect(viewers.every((viewer) => viewer.paid.size > 0 && viewer.tips.size > 0)).toBe(true);
}, 120_000);
