// What a schedule is made of: drawn from its seed before it begins, so that schedules differ in kind and not only in order.

import type { Random } from '../support/random.js';
import type { WireFaults } from './chain/wire.js';
import type { DiskFaults } from './house/disk.js';
import type { NetFaults } from './network.js';

export type Plan = ReturnType<typeof drawPlan>;

export function drawPlan(random: Random) {
  const some = (share: number, amount: number): number => (random.chance(share) ? random.next() * amount : 0);
  const withdrawals = random.chance(0.2);
  // Who waits for a withdrawal has time.
  const slow = withdrawals ? 3 : 1;
  const confirmations = random.between(1, 3);
  return {
    confirmations,
    pollMs: random.between(8, 25) * 1000 * slow,
    settle: {
      minimum: BigInt(random.pick([1, 50, 1000])),
      afterMs: random.pick([10_000, 60_000, 10 ** 9]),
      everyMs: random.between(10, 30) * 1000 * slow,
      ...{ coinPrice: 0n, mostCostPercent: 5n },
    },
    viewers: random.between(2, 4),
    people: {
      withdrawals,
      links: true,
      pace: random.pick([2500, 6000, 15_000]) * slow * slow * slow,
      ownDeposits: random.chance(0.3),
    },
    farSponsor: random.chance(0.4),
    /** How long people go on, ms. */
    length: withdrawals ? random.between(1100, 1500) * 1000 : random.between(15, 80) * 1000,
    blockMs: random.between(4, 14) * 1000 * slow,
    faults: {
      net: { lost: some(0.6, 0.25), doubled: some(0.6, 0.3), slow: random.pick([200, 3000, 20_000]) } as NetFaults,
      wire: { line: 'up', lost: some(0.5, 0.08), slow: random.pick([60, 1500]) } as WireFaults,
      disk: { slow: some(0.4, 0.3), full: some(0.2, 0.02) } as DiskFaults,
    },
    /** How often each trouble comes, in ms between; Infinity for never. */
    every: {
      crash: random.chance(0.7) ? random.between(8, 80) * 1000 * slow : Number.POSITIVE_INFINITY,
      outage: random.chance(0.4) ? random.between(20, 100) * 1000 * slow : Number.POSITIVE_INFINITY,
      goBack: confirmations > 1 && random.chance(0.7) ? random.between(10, 60) * 1000 * slow : Number.POSITIVE_INFINITY,
      forget: random.chance(0.3) ? random.between(10, 60) * 1000 * slow : Number.POSITIVE_INFINITY,
      dear: random.chance(0.3) ? random.between(15, 80) * 1000 * slow : Number.POSITIVE_INFINITY,
      clash: random.chance(0.1) ? random.between(20, 100) * 1000 * slow : Number.POSITIVE_INFINITY,
    },
  };
}

/** Everything works: while the scene is set, and when all is to be made good. */
export const calm = {
  blockMs: 500,
  net: { lost: 0, doubled: 0, slow: 30 } as NetFaults,
  wire: { line: 'up', lost: 0, slow: 30 } as WireFaults,
  disk: { slow: 0, full: 0 } as DiskFaults,
};
