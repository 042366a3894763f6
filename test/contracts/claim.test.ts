// Earning: claims by the receiver’s side and by signature, their payment, and several calls in one.
import { describe, expect, it } from 'vitest';
import { lower, nobody, refused, send, useBench } from './bench.js';

const bench = useBench();

describe('claim', () => {
  it('refuses an empty batch and a caller who is not of the receiver’s side', async () => {
    const { settlement, open, fund, row, stranger, payer, authorizer } = bench();
    const { config } = await open();
    await fund(config, 100n);
    await refused(authorizer, settlement, 'claim', [[]], 'EmptyBatch');
    await refused(stranger, settlement, 'claim', [[row(config, 1n)]], 'NotAuthorizedToClaim');
    await refused(payer, settlement, 'claim', [[row(config, 1n)]], 'NotAuthorizedToClaim');
  });
  it('refuses more than the ceiling, more than the balance, and another’s signature', async () => {
    const { settlement, open, fund, row, payer, authorizer } = bench();
    const { config } = await open();
    const other = await open();
    await fund(config, 100n);
    await refused(authorizer, settlement, 'claim', [[row(config, 50n, 51n)]], 'ClaimExceedsCeiling');
    await refused(authorizer, settlement, 'claim', [[row(config, 200n, 101n)]], 'ClaimExceedsBalance');
    await refused(authorizer, settlement, 'claim', [[row(config, 50n, 50n, payer.key)]], 'InvalidSignature');
    const forged = { ...row(config, 50n), signature: row(other.config, 50n).signature };
    await refused(authorizer, settlement, 'claim', [[forged]], 'InvalidSignature');
    await refused(authorizer, settlement, 'claim', [[{ ...forged, signature: '0x0000' }]], 'InvalidSignature');
    const raised = { ...row(config, 50n), totalClaimed: 60n };
    raised.voucher = { ...raised.voucher, maxClaimableAmount: 60n };
    await refused(authorizer, settlement, 'claim', [[raised]], 'InvalidSignature');
  });
  it('claims up to the total of each row, by receiver or authorizer, and moves no tokens', async () => {
    const { settlement, open, fund, row, authorizer, channel, balanceOf, at } = bench();
    const { config, id, receiver } = await open();
    await fund(config, 100n);
    const held = await balanceOf(at.contract);
    const first = await send(receiver, settlement, 'claim', [[row(config, 100n, 40n)]]);
    expect(first.map(lower)).toEqual([['Claimed', id, receiver.address, 40n, 40n]]);
    const second = await send(authorizer, settlement, 'claim', [[row(config, 100n)]]);
    expect(second.map(lower)).toEqual([['Claimed', id, authorizer.address, 60n, 100n]]);
    expect(await channel(id)).toEqual({ balance: 100n, totalClaimed: 100n });
    expect(await balanceOf(at.contract)).toBe(held);
  });
  it('skips a row that is not above what is claimed, even with no valid signature, and takes the others', async () => {
    const { settlement, open, fund, row, authorizer, channel } = bench();
    const [a, b] = [await open(), await open()];
    await fund(a.config, 100n);
    await fund(b.config, 100n);
    await send(authorizer, settlement, 'claim', [[row(a.config, 60n)]]);
    const stale = [row(a.config, 60n), { ...row(a.config, 90n, 10n), signature: '0x' }, row(b.config, 7n)];
    expect(await send(authorizer, settlement, 'claim', [stale])).toHaveLength(1);
    expect(await channel(a.id)).toEqual({ balance: 100n, totalClaimed: 60n });
    expect(await channel(b.id)).toEqual({ balance: 100n, totalClaimed: 7n });
  });
  it('without a payer authorizer takes the payer’s own signature, a contract wallet’s too', async () => {
    const { settlement, open, fund, row, authorizer, payer, stranger, double, channel } = bench();
    const plain = await open({ payerAuthorizer: nobody });
    await fund(plain.config, 100n);
    await refused(authorizer, settlement, 'claim', [[row(plain.config, 5n)]], 'InvalidSignature');
    await send(authorizer, settlement, 'claim', [[row(plain.config, 5n, 5n, payer.key)]]);
    expect((await channel(plain.id)).totalClaimed).toBe(5n);

    const wallet = (
      await (await double('ContractWallet', [payer.address])).getAddress()
    ).toLowerCase() as `0x${string}`;
    const held = await open({ payerAuthorizer: nobody, payer: wallet });
    await fund(held.config, 100n);
    await refused(authorizer, settlement, 'claim', [[row(held.config, 5n, 5n, stranger.key)]], 'InvalidSignature');
    await send(authorizer, settlement, 'claim', [[row(held.config, 5n, 5n, payer.key)]]);
    expect((await channel(held.id)).totalClaimed).toBe(5n);
  });
});

describe('claimWithSignature', () => {
  it('takes one signature of the common receiver authorizer, sent by anyone', async () => {
    const { settlement, open, fund, row, signBatch, stranger, channel } = bench();
    const [a, b] = [await open(), await open()];
    await fund(a.config, 100n);
    await fund(b.config, 100n);
    const rows = [row(a.config, 30n), row(b.config, 50n, 20n)];
    const claimed = await send(stranger, settlement, 'claimWithSignature', [rows, signBatch(rows)]);
    expect(claimed.map(lower)).toEqual([
      ['Claimed', a.id, stranger.address, 30n, 30n],
      ['Claimed', b.id, stranger.address, 20n, 20n],
    ]);
    expect(await send(stranger, settlement, 'claimWithSignature', [rows, signBatch(rows)])).toEqual([]);
    expect((await channel(b.id)).totalClaimed).toBe(20n);
  });
  it('refuses an empty batch, another signature, a changed batch, and mixed authorizers', async () => {
    const { settlement, open, fund, row, signBatch, stranger, payer } = bench();
    const [a, b] = [await open(), await open({ receiverAuthorizer: payer.address })];
    await fund(a.config, 100n);
    await fund(b.config, 100n);
    const rows = [row(a.config, 30n, 10n)];
    const signature = signBatch(rows);
    await refused(stranger, settlement, 'claimWithSignature', [[], signature], 'EmptyBatch');
    await refused(
      stranger,
      settlement,
      'claimWithSignature',
      [rows, signBatch(rows, stranger.key)],
      'InvalidSignature',
    );
    await refused(
      stranger,
      settlement,
      'claimWithSignature',
      [[row(a.config, 30n, 11n)], signature],
      'InvalidSignature',
    );
    const mixed = [row(a.config, 30n), row(b.config, 30n)];
    await refused(stranger, settlement, 'claimWithSignature', [mixed, signBatch(mixed)], 'NotReceiverAuthorizer');
  });
});

describe('settle', () => {
  it('pays all that is claimed over channels in one transfer, once, whoever asks', async () => {
    const { settlement, token, open, fund, row, authorizer, stranger, balanceOf, at } = bench();
    const a = await open();
    const b = await open({ receiver: a.receiver.address });
    await fund(a.config, 100n);
    await fund(b.config, 100n);
    expect(await send(stranger, settlement, 'settle', [a.receiver.address, at.token])).toEqual([]);
    await send(authorizer, settlement, 'claim', [[row(a.config, 60n), row(b.config, 9n)]]);
    const paid = await send(stranger, settlement, 'settle', [a.receiver.address, at.token]);
    expect(paid.map(lower)).toEqual([['Settled', a.receiver.address, at.token, stranger.address, 69n]]);
    expect(await balanceOf(a.receiver.address)).toBe(69n);
    expect(await send(stranger, settlement, 'settle', [a.receiver.address, at.token])).toEqual([]);
    expect(await balanceOf(a.receiver.address)).toBe(69n);
    const state = await settlement.getFunction('receivers')(a.receiver.address, token.target);
    expect(state.toObject()).toEqual({ totalClaimed: 69n, totalSettled: 69n });
  });
});

describe('multicall', () => {
  it('claims and refunds in one transaction, all or nothing', async () => {
    const { settlement, open, fund, row, signBatch, signRefund, stranger, channel } = bench();
    const { config, id } = await open();
    await fund(config, 100n);
    const rows = [row(config, 30n)];
    const encode = (name: string, args: unknown[]) => settlement.interface.encodeFunctionData(name, args);
    const claim = encode('claimWithSignature', [rows, signBatch(rows)]);
    const refund = (nonce: bigint) => encode('refundWithSignature', [config, 70n, nonce, signRefund(id, nonce, 70n)]);
    await refused(stranger, settlement, 'multicall', [[claim, refund(1n)]], 'InvalidRefundNonce');
    const done = await send(stranger, settlement, 'multicall', [[claim, refund(0n)]]);
    expect(done.map(([name]) => name)).toEqual(['Claimed', 'Refunded']);
    expect(await channel(id)).toEqual({ balance: 30n, totalClaimed: 30n });
  });
});
