// Money out: refunds by the receiver’s side, and withdrawals by the payer’s.
import { describe, expect, it } from 'vitest';
import { day, lower, max128, refused, send, useBench } from './bench.js';

const bench = useBench();

describe('refund', () => {
  it('refuses strangers, the payer, and nothing', async () => {
    const { settlement, open, fund, stranger, payer, authorizer } = bench();
    const { config } = await open();
    await fund(config, 100n);
    await refused(stranger, settlement, 'refund', [config, 1n], 'NotAuthorizedToRefund');
    await refused(payer, settlement, 'refund', [config, 1n], 'NotAuthorizedToRefund');
    await refused(authorizer, settlement, 'refund', [config, 0n], 'ZeroRefund');
  });
  it('gives back at most what is unclaimed, to the payer, and counts every call', async () => {
    const { settlement, open, fund, row, authorizer, payer, balanceOf, channel } = bench();
    const { config, id, receiver } = await open();
    await fund(config, 100n);
    await send(authorizer, settlement, 'claim', [[row(config, 30n)]]);
    const before = await balanceOf(payer.address);
    const some = await send(receiver, settlement, 'refund', [config, 20n]);
    expect(some.map(lower)).toEqual([['Refunded', id, receiver.address, 20n]]);
    const rest = await send(authorizer, settlement, 'refund', [config, max128]);
    expect(rest.map(lower)).toEqual([['Refunded', id, authorizer.address, 50n]]);
    expect(await send(authorizer, settlement, 'refund', [config, 1n])).toEqual([]);
    expect(await balanceOf(payer.address)).toBe(before + 70n);
    expect(await channel(id)).toEqual({ balance: 30n, totalClaimed: 30n });
    expect(await settlement.getFunction('refundNonce')(id)).toBe(3n);
  });
  it('closes a channel that nothing was claimed from, which may be opened again', async () => {
    const { settlement, open, fund, authorizer } = bench();
    const { config } = await open();
    await fund(config, 10n);
    const closed = await send(authorizer, settlement, 'refund', [config, 10n]);
    expect(closed.map(([name]) => name)).toEqual(['Refunded', 'ChannelClosed']);
    expect((await fund(config, 10n)).map(([name]) => name)).toEqual(['ChannelCreated', 'Deposited']);
  });
});

describe('refundWithSignature', () => {
  it('takes the authorizer’s signature for its nonce and amount, once', async () => {
    const { settlement, open, fund, signRefund, stranger, payer, balanceOf } = bench();
    const { config, id } = await open();
    await fund(config, 100n);
    const before = await balanceOf(payer.address);
    const good = [config, 40n, 0n, signRefund(id, 0n, 40n)];
    const [nonce, signature] = ['InvalidRefundNonce', 'InvalidSignature'];
    await refused(stranger, settlement, 'refundWithSignature', [config, 40n, 1n, signRefund(id, 1n, 40n)], nonce);
    await refused(stranger, settlement, 'refundWithSignature', [config, 41n, 0n, good[3]], signature);
    const forged = [config, 40n, 0n, signRefund(id, 0n, 40n, stranger.key)];
    await refused(stranger, settlement, 'refundWithSignature', forged, signature);
    const refunded = await send(stranger, settlement, 'refundWithSignature', good);
    expect(refunded.map(lower)).toEqual([['Refunded', id, stranger.address, 40n]]);
    await refused(stranger, settlement, 'refundWithSignature', good, nonce);
    expect(await balanceOf(payer.address)).toBe(before + 40n);
  });
  it('is overtaken by a plain refund, even of nothing', async () => {
    const { settlement, open, fund, row, authorizer, signRefund, stranger } = bench();
    const { config, id } = await open();
    await fund(config, 100n);
    await send(authorizer, settlement, 'claim', [[row(config, 100n)]]);
    expect(await send(authorizer, settlement, 'refund', [config, 1n])).toEqual([]);
    await fund(config, 100n);
    const signed = [config, 5n, 0n, signRefund(id, 0n, 5n)];
    await refused(stranger, settlement, 'refundWithSignature', signed, 'InvalidRefundNonce');
  });
});

describe('withdrawing', () => {
  describe('initiateWithdraw', () => {
    it('is for payer and payer authorizer, for what is unclaimed, once at a time', async () => {
      const { settlement, open, fund, row, authorizer, stranger, payer, payerKey, pending, provider } = bench();
      const { config, id } = await open();
      await fund(config, 100n);
      await send(authorizer, settlement, 'claim', [[row(config, 30n)]]);
      const start = (amount: bigint) => [config, amount];
      await refused(stranger, settlement, 'initiateWithdraw', start(1n), 'InvalidChannel');
      await refused(authorizer, settlement, 'initiateWithdraw', start(1n), 'InvalidChannel');
      await refused(payer, settlement, 'initiateWithdraw', start(0n), 'NothingToWithdraw');
      await refused(payer, settlement, 'initiateWithdraw', start(71n), 'WithdrawAmountExceedsAvailable');
      const started = await send(payerKey, settlement, 'initiateWithdraw', start(70n));
      const now = BigInt((await provider.getBlock('latest'))?.timestamp ?? 0);
      expect(started).toEqual([['WithdrawInitiated', id, 70n, now + BigInt(day)]]);
      expect(await pending(id)).toEqual({ amount: 70n, initiatedAt: now });
      await refused(payer, settlement, 'initiateWithdraw', start(1n), 'WithdrawalAlreadyPending');
    });
  });
  describe('finalizeWithdraw', () => {
    it('waits for the whole delay, then pays the payer, and closes what it emptied', async () => {
      const { settlement, open, fund, stranger, payer, payerKey, later, balanceOf, pending, provider } = bench();
      const { config, id } = await open();
      await fund(config, 100n);
      await refused(payer, settlement, 'finalizeWithdraw', [config], 'WithdrawalNotPending');
      await send(payer, settlement, 'initiateWithdraw', [config, 100n]);
      await later(day - 60);
      await refused(payer, settlement, 'finalizeWithdraw', [config], 'WithdrawDelayNotElapsed');
      const { initiatedAt } = await pending(id);
      await provider.send('evm_setNextBlockTimestamp', [Number(initiatedAt) + day]);
      await provider.send('evm_mine', []);
      await refused(stranger, settlement, 'finalizeWithdraw', [config], 'NotAuthorizedToFinalizeWithdraw');
      const before = await balanceOf(payer.address);
      const done = await send(payerKey, settlement, 'finalizeWithdraw', [config]);
      expect(lower(done[0])).toEqual(['WithdrawFinalized', id, payerKey.address, 100n]);
      expect(done[1]?.slice(0, 2)).toEqual(['ChannelClosed', id]);
      expect(await balanceOf(payer.address)).toBe(before + 100n);
      expect(await pending(id)).toEqual({ amount: 0n, initiatedAt: 0n });
      await refused(payer, settlement, 'finalizeWithdraw', [config], 'WithdrawalNotPending');
    });
    it('leaves the receiver what it claims inside the delay, and nothing after it', async () => {
      const { settlement, open, fund, row, authorizer, payer, later, balanceOf, channel } = bench();
      const { config, id } = await open();
      await fund(config, 100n);
      await send(payer, settlement, 'initiateWithdraw', [config, 100n]);
      await send(authorizer, settlement, 'claim', [[row(config, 80n, 60n)]]);
      await later(day);
      const before = await balanceOf(payer.address);
      await send(payer, settlement, 'finalizeWithdraw', [config]);
      expect(await balanceOf(payer.address)).toBe(before + 40n);
      expect(await channel(id)).toEqual({ balance: 60n, totalClaimed: 60n });
      await refused(authorizer, settlement, 'claim', [[row(config, 80n)]], 'ClaimExceedsBalance');
    });
    it('pays nothing when all was claimed', async () => {
      const { settlement, open, fund, row, authorizer, payer, later, pending } = bench();
      const { config, id } = await open();
      await fund(config, 100n);
      await send(payer, settlement, 'initiateWithdraw', [config, 50n]);
      await send(authorizer, settlement, 'claim', [[row(config, 100n)]]);
      await later(day);
      const done = await send(payer, settlement, 'finalizeWithdraw', [config]);
      expect(done.map(lower)).toEqual([['WithdrawFinalized', id, payer.address, 0n]]);
      expect((await pending(id)).initiatedAt).toBe(0n);
    });
  });
  describe('with a refund meanwhile', () => {
    it('shrinks by what is refunded, and ends when all of it was', async () => {
      const { settlement, open, fund, authorizer, payer, pending } = bench();
      const { config, id } = await open();
      await fund(config, 100n);
      await send(payer, settlement, 'initiateWithdraw', [config, 50n]);
      await send(authorizer, settlement, 'refund', [config, 20n]);
      expect((await pending(id)).amount).toBe(30n);
      await send(authorizer, settlement, 'refund', [config, 30n]);
      expect(await pending(id)).toEqual({ amount: 0n, initiatedAt: 0n });
    });
  });
});
