// How a schedule ends: everything works again, all is settled and given back, and the sums must be right to the unit.
import type { Hex } from '../../src/vocabulary/values.js';
import type { Node } from './chain/node.js';
import type { Contract, Place } from './chain/settlement.js';
import type { Clock } from './clock.js';
import type { House } from './house/open.js';
import type { Host } from './people/host.js';
import type { Signer } from './people/keys.js';
import type { FarSponsor } from './people/sponsor.js';
import type { Viewer } from './people/viewer.js';
import type { DiskRecord } from './record.js';
import type { Trace } from './trace.js';

export interface EndingNeeds {
  clock: Clock;
  trace: Trace;
  node: Node;
  contract: Contract;
  disk: DiskRecord;
  host: Host;
  viewers: readonly Viewer[];
  far: FarSponsor | null;
  place: Place;
  house: () => House | null;
  receiver: Hex;
  sponsor: Signer;
  finish: (problem: string | null) => void;
  /** What a payer sent elsewhere. */
  gone: (payer: Hex) => bigint;
}

/** Time for what is under way to be mined for good, offered again and dearer. */
const quietMs = 5000;
const tries = 40;

export function atTheEnd(needs: EndingNeeds): void {
  const { clock, trace, node, contract, disk, host, viewers, far, receiver, finish } = needs;
  let tried = 0;

  /** What is still in the way of the last account. */
  function unfinished(): string | null {
    const { state } = node.head();
    for (const [id, { balance, claimed }] of state.channels) {
      if (balance !== claimed) return `${balance - claimed} is left in ${id.slice(0, 10)}`;
    }
    if (disk.record.sent.some(({ state: sent }) => sent === 'sent')) return 'a transaction is still under way';
    const earned = state.receivers.get(receiver) ?? { claimed: 0n, settled: 0n };
    return earned.claimed === earned.settled ? null : 'not everything claimed is paid out';
  }

  /** What everybody has, to the unit. */
  function account(): string | null {
    const { state } = node.head();
    const owed = disk.total();
    const got = contract.held(state, receiver);
    if (got !== owed) return `the host got ${got}, and served for ${owed}`;
    const payers = [...viewers, ...(far ? [far] : [])].map(({ signer, tokens, channel }) => ({
      signer,
      tokens,
      channel,
    }));
    for (const { signer, tokens, channel } of [
      ...payers,
      { signer: needs.sponsor, tokens: 100_000n, channel: host.channel },
    ]) {
      const spent = disk.purses.get(channel)?.spent ?? 0n;
      const gone = needs.gone(signer.address);
      const has = contract.held(state, signer.address);
      if (has !== tokens - spent - gone)
        return `a payer has ${has} of ${tokens}, having spent ${spent} and sent on ${gone}`;
    }
    return null;
  }

  /** Polls that still run are called off. */
  function letGo(): void {
    const ledger = needs.house()?.payments.ledger;
    for (const { payer, reason } of disk.holds.values()) ledger?.release(payer, reason, async () => {}).catch(() => {});
  }

  function settleAgain(): void {
    tried += 1;
    for (const viewer of viewers) viewer.insist();
    letGo();
    host.settle((reply) => {
      const left = unfinished();
      if (reply.kind === 'answer' && !left) return finish(account());
      const why = reply.kind === 'refused' ? reply.code : (left ?? 'no answer');
      trace.say(`not all is settled: ${why}`);
      if (tried >= tries) return finish(`what is owed cannot be settled: ${why}`);
      clock.after(15_000, 'settling again', settleAgain);
    });
  }
  clock.after(quietMs, 'the last account', settleAgain);
}
