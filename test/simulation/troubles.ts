// The troubles of a schedule, as its plan has them: crashes, outages, rewritten chains, forgotten and dear transactions.
import type { Hex } from '../../src/vocabulary/values.js';
import type { Random } from '../support/random.js';
import { gwei, type Node } from './chain/node.js';
import type { WireFaults } from './chain/wire.js';
import type { Clock } from './clock.js';
import type { Process } from './house/process.js';
import type { Plan } from './plan.js';
import type { Trace } from './trace.js';

export function startTroubles(needs: {
  clock: Clock;
  random: Random;
  trace: Trace;
  plan: Plan;
  node: Node;
  wire: WireFaults;
  relayer: Hex;
  process: () => Process;
  over: () => boolean;
}): void {
  const { clock, random, trace, plan, node, wire } = needs;

  function often(ms: number, act: () => void): void {
    if (!Number.isFinite(ms)) return;
    const turn = (): void => {
      if (needs.over()) return;
      act();
      clock.after(random.wait(ms / 5, ms * 2), 'trouble', turn, { quiet: true });
    };
    clock.after(random.wait(ms / 5, ms * 2), 'trouble', turn, { quiet: true });
  }

  often(plan.every.crash, () => needs.process().dieAfter(random.between(1, 60)));

  often(plan.every.outage, () => {
    if (wire.line !== 'up') return;
    wire.line = random.chance(0.85) ? 'down' : 'silent';
    trace.say(`the chain's line is ${wire.line}`);
    const back = (): void => {
      wire.line = 'up';
    };
    clock.after(random.wait(5000, 120_000), "the chain's line is up again", back);
  });

  often(plan.every.goBack, () => {
    const depth = random.between(1, plan.confirmations - 1);
    trace.say(`the chain's last ${depth} blocks are rewritten`);
    node.goBack(depth, random.chance(0.4) ? 0.5 : 0, random.pick([1, 0.6, 0]));
  });

  often(plan.every.forget, () => {
    const forgotten = node.forget(0.7);
    if (forgotten > 0) trace.say(`the node forgets ${forgotten} transactions`);
  });

  often(plan.every.dear, () => {
    node.fees.base = gwei * BigInt(random.pick([3, 8, 30]));
    trace.say(`gas costs ${node.fees.base / gwei} gwei`);
    const cheap = (): void => {
      node.fees.base = gwei;
    };
    clock.after(random.wait(20_000, 150_000), 'gas is cheap again', cheap);
  });

  often(plan.every.clash, () => {
    trace.say("another program sends with the relayer's key");
    node.clash(needs.relayer);
  });
}
