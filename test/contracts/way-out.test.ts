// Money out: contracts/trees/way-out.tree, case by case.
import { expect } from 'vitest';
import type { ChannelFields } from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { day, eventNames, lower, max128, refused, send, useBench } from './bench.js';
import { followTree } from './trees.js';

const bench = useBench();

/** A channel with 100 in escrow, and `claimed` of it claimed. */
async function funded(claimed = 0n, change: Partial<ChannelFields> = {}) {
  const { open, fund, settlement, row, authorizer } = bench();
  const opened = await open(change);
  await fund(opened.config, 100n);
  if (claimed > 0n) await send(authorizer, settlement, 'claim', [[row(opened.config, claimed)]]);
  return opened;
}

/** What an address gets while something is done. */
async function gains(who: Hex, act: () => Promise<unknown>): Promise<bigint> {
  const before = await bench().balanceOf(who);
  await act();
  return (await bench().balanceOf(who)) - before;
}

const nonce = (id: Hex): Promise<bigint> => bench().settlement.getFunction('refundNonce')(id);
const now = async () => BigInt((await bench().provider.getBlock('latest'))?.timestamp ?? 0);

followTree('way-out', {
  refund: {
    "when the caller is not of the receiver's side": async () => {
      const { settlement, stranger, payer, payerKey } = bench();
      const { config } = await funded();
      for (const who of [stranger, payer, payerKey]) {
        await refused(who, settlement, 'refund', [config, 1n], 'NotAuthorizedToRefund');
      }
    },
    'when the amount is zero': async () => {
      const { config, id } = await funded();
      await refused(bench().authorizer, bench().settlement, 'refund', [config, 0n], 'ZeroRefund');
      expect(await nonce(id)).toBe(0n);
    },
    'when nothing is unclaimed': async () => {
      const { settlement, authorizer } = bench();
      const { config, id } = await funded(100n);
      expect(await eventNames(authorizer, settlement, 'refund', [config, 1n])).toEqual([]);
      expect(await nonce(id)).toBe(1n);
    },
    'when the amount is more than is unclaimed': async () => {
      const { settlement, authorizer, payer, channel } = bench();
      const { config, id } = await funded(30n);
      const got = await gains(payer.address, () => send(authorizer, settlement, 'refund', [config, max128]));
      expect(got).toBe(70n);
      expect(await channel(id)).toEqual({ balance: 30n, totalClaimed: 30n });
    },
    'when the amount is some of what is unclaimed': async () => {
      const { settlement, authorizer, payer } = bench();
      const { config, id, receiver } = await funded(30n);
      for (const who of [receiver, authorizer]) {
        const got = await gains(payer.address, async () => {
          const events = await send(who, settlement, 'refund', [config, 20n]);
          expect(events.map(lower)).toEqual([['Refunded', id, who.address, 20n]]);
        });
        expect(got).toBe(20n);
      }
      expect(await eventNames(receiver, settlement, 'refund', [config, 1n])).toEqual(['Refunded', 'Transfer']);
      expect(await nonce(id)).toBe(3n);
    },
    'given nothing was ever claimed': async () => {
      const { settlement, fund, authorizer } = bench();
      const { config } = await funded();
      const closed = await eventNames(authorizer, settlement, 'refund', [config, 100n]);
      expect(closed).toEqual(['Refunded', 'ChannelClosed', 'Transfer']);
      expect((await fund(config, 10n)).map(([name]) => name)).toEqual(['ChannelCreated', 'Deposited']);
    },
    'given something was claimed': async () => {
      const { config } = await funded(30n);
      const events = await send(bench().authorizer, bench().settlement, 'refund', [config, 70n]);
      expect(events.map(([name]) => name)).toEqual(['Refunded']);
    },
    'given the refund is less': async () => {
      const { settlement, authorizer, payer, pending } = bench();
      const { config, id } = await funded();
      await send(payer, settlement, 'initiateWithdraw', [config, 50n]);
      const { initiatedAt } = await pending(id);
      await send(authorizer, settlement, 'refund', [config, 20n]);
      expect(await pending(id)).toEqual({ amount: 30n, initiatedAt });
    },
    'given the refund is as much or more': async () => {
      const { settlement, authorizer, payer, pending } = bench();
      for (const amount of [50n, 80n]) {
        const { config, id } = await funded();
        await send(payer, settlement, 'initiateWithdraw', [config, 50n]);
        await send(authorizer, settlement, 'refund', [config, amount]);
        expect(await pending(id)).toEqual({ amount: 0n, initiatedAt: 0n });
      }
    },
  },
  refundWithSignature: {
    'when the nonce is not the next': async () => {
      const { settlement, signRefund, stranger } = bench();
      const { config, id } = await funded();
      const args = [config, 40n, 1n, signRefund(id, 1n, 40n)];
      await refused(stranger, settlement, 'refundWithSignature', args, 'InvalidRefundNonce');
    },
    "when the signature is another's, or for another amount": async () => {
      const { settlement, signRefund, stranger } = bench();
      const { config, id } = await funded();
      const changed = [config, 41n, 0n, signRefund(id, 0n, 40n)];
      const forged = [config, 40n, 0n, signRefund(id, 0n, 40n, stranger.key)];
      for (const args of [changed, forged]) {
        await refused(stranger, settlement, 'refundWithSignature', args, 'InvalidSignature');
      }
    },
    'when the amount is zero': async () => {
      const { settlement, signRefund, stranger } = bench();
      const { config, id } = await funded();
      const args = [config, 0n, 0n, signRefund(id, 0n, 0n)];
      await refused(stranger, settlement, 'refundWithSignature', args, 'ZeroRefund');
    },
    'when the receiver authorizer signed it': async () => {
      const { settlement, signRefund, stranger, payer } = bench();
      const { config, id } = await funded();
      const args = [config, 40n, 0n, signRefund(id, 0n, 40n)];
      const got = await gains(payer.address, async () => {
        const events = await send(stranger, settlement, 'refundWithSignature', args);
        expect(events.map(lower)).toEqual([['Refunded', id, stranger.address, 40n]]);
      });
      expect(got).toBe(40n);
      await refused(stranger, settlement, 'refundWithSignature', args, 'InvalidRefundNonce');
    },
    'when the receiver authorizer is a contract': async () => {
      const { settlement, signRefund, stranger, authorizer, walletOf, channel } = bench();
      const { config, id } = await funded(0n, { receiverAuthorizer: await walletOf(authorizer) });
      const forged = [config, 40n, 0n, signRefund(id, 0n, 40n, stranger.key)];
      await refused(stranger, settlement, 'refundWithSignature', forged, 'InvalidSignature');
      await send(stranger, settlement, 'refundWithSignature', [config, 40n, 0n, signRefund(id, 0n, 40n)]);
      expect((await channel(id)).balance).toBe(60n);
    },
    'when a plain refund came first': async () => {
      const { settlement, fund, authorizer, signRefund, stranger } = bench();
      const { config, id } = await funded(100n);
      expect(await send(authorizer, settlement, 'refund', [config, 1n])).toEqual([]);
      await fund(config, 100n);
      const args = [config, 5n, 0n, signRefund(id, 0n, 5n)];
      await refused(stranger, settlement, 'refundWithSignature', args, 'InvalidRefundNonce');
    },
  },
  initiateWithdraw: {
    'when the caller is neither payer nor payer authorizer': async () => {
      const { settlement, stranger, authorizer } = bench();
      const { config, receiver } = await funded();
      for (const who of [stranger, authorizer, receiver]) {
        await refused(who, settlement, 'initiateWithdraw', [config, 1n], 'InvalidChannel');
      }
    },
    'when the amount is zero': async () => {
      const { config } = await funded();
      await refused(bench().payer, bench().settlement, 'initiateWithdraw', [config, 0n], 'NothingToWithdraw');
    },
    'when a withdrawal is pending': async () => {
      const { settlement, payer, payerKey } = bench();
      const { config } = await funded();
      await send(payerKey, settlement, 'initiateWithdraw', [config, 1n]);
      await refused(payer, settlement, 'initiateWithdraw', [config, 1n], 'WithdrawalAlreadyPending');
    },
    'when the amount is more than is unclaimed': async () => {
      const { config } = await funded(30n);
      const args = [config, 71n];
      await refused(bench().payer, bench().settlement, 'initiateWithdraw', args, 'WithdrawAmountExceedsAvailable');
    },
    'when the payer or payer authorizer asks for what is unclaimed': async () => {
      const { settlement, payer, payerKey, pending, balanceOf, at } = bench();
      for (const who of [payer, payerKey]) {
        const { config, id } = await funded(30n);
        const held = await balanceOf(at.contract);
        const started = await send(who, settlement, 'initiateWithdraw', [config, 70n]);
        expect(started).toEqual([['WithdrawInitiated', id, 70n, (await now()) + BigInt(day)]]);
        expect(await pending(id)).toEqual({ amount: 70n, initiatedAt: await now() });
        expect(await balanceOf(at.contract)).toBe(held);
      }
    },
  },
  finalizeWithdraw: {
    'when the caller is neither payer nor payer authorizer': async () => {
      const { settlement, stranger, authorizer, payer, later } = bench();
      const { config, receiver } = await funded();
      await send(payer, settlement, 'initiateWithdraw', [config, 1n]);
      await later(day);
      for (const who of [stranger, authorizer, receiver]) {
        await refused(who, settlement, 'finalizeWithdraw', [config], 'NotAuthorizedToFinalizeWithdraw');
      }
    },
    'when no withdrawal is pending': async () => {
      const { config } = await funded();
      await refused(bench().payer, bench().settlement, 'finalizeWithdraw', [config], 'WithdrawalNotPending');
    },
    'when the delay is not over': async () => {
      const { settlement, payer, pending, provider } = bench();
      const { config, id } = await funded();
      await send(payer, settlement, 'initiateWithdraw', [config, 100n]);
      const over = Number((await pending(id)).initiatedAt) + day;
      for (const [time, error] of [
        [over - 1, 'WithdrawDelayNotElapsed'],
        [over, 'accepted'],
      ] as const) {
        await provider.send('evm_setNextBlockTimestamp', [time]);
        await provider.send('evm_mine', []);
        await refused(payer, settlement, 'finalizeWithdraw', [config], error);
      }
    },
    'given nothing was claimed': async () => {
      const { settlement, payer, payerKey, later, pending } = bench();
      const { config, id } = await funded();
      await send(payer, settlement, 'initiateWithdraw', [config, 100n]);
      await later(day);
      const got = await gains(payer.address, async () => {
        const done = await send(payerKey, settlement, 'finalizeWithdraw', [config]);
        expect(lower(done[0])).toEqual(['WithdrawFinalized', id, payerKey.address, 100n]);
        expect(done[1]?.slice(0, 2)).toEqual(['ChannelClosed', id]);
      });
      expect(got).toBe(100n);
      expect(await pending(id)).toEqual({ amount: 0n, initiatedAt: 0n });
    },
    'given claims have left less': async () => {
      const { settlement, row, authorizer, payer, later, channel } = bench();
      const { config, id } = await funded();
      await send(payer, settlement, 'initiateWithdraw', [config, 100n]);
      await send(authorizer, settlement, 'claim', [[row(config, 80n, 60n)]]);
      await later(day);
      expect(await gains(payer.address, () => send(payer, settlement, 'finalizeWithdraw', [config]))).toBe(40n);
      expect(await channel(id)).toEqual({ balance: 60n, totalClaimed: 60n });
      await refused(authorizer, settlement, 'claim', [[row(config, 80n)]], 'ClaimExceedsBalance');
    },
    'given claims have left nothing': async () => {
      const { settlement, row, authorizer, payer, later, pending } = bench();
      const { config, id } = await funded();
      await send(payer, settlement, 'initiateWithdraw', [config, 50n]);
      await send(authorizer, settlement, 'claim', [[row(config, 100n)]]);
      await later(day);
      expect(await eventNames(payer, settlement, 'finalizeWithdraw', [config])).toEqual(['WithdrawFinalized']);
      expect((await pending(id)).initiatedAt).toBe(0n);
    },
    'given it is sent together with the next initiateWithdraw': async () => {
      const { settlement, payer, later, pending } = bench();
      const { config, id } = await funded();
      await send(payer, settlement, 'initiateWithdraw', [config, 10n]);
      await later(day);
      const calls = [
        settlement.interface.encodeFunctionData('finalizeWithdraw', [config]),
        settlement.interface.encodeFunctionData('initiateWithdraw', [config, 90n]),
      ];
      await send(payer, settlement, 'multicall', [calls]);
      expect((await pending(id)).amount).toBe(90n);
    },
  },
});
