// Earning: contracts/trees/earning.tree, case by case.
import { expect } from 'vitest';
import type { ChannelFields } from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { eventNames, lower, nobody, refused, send, useBench } from './bench.js';
import { followTree } from './trees.js';

const bench = useBench();

/** A channel with escrow. */
async function funded(change: Partial<ChannelFields> = {}, amount = 100n) {
  const opened = await bench().open(change);
  await bench().fund(opened.config, amount);
  return opened;
}

const claimed = async (id: Hex) => (await bench().channel(id)).totalClaimed;

/** What r and s of a signature are when s is the other root: the same key, but not the one form that counts. */
function flipped(signature: Hex): string {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const s = (order - BigInt(`0x${signature.slice(66, 130)}`)).toString(16).padStart(64, '0');
  return `${signature.slice(0, 66)}${s}${signature.endsWith('1b') ? '1c' : '1b'}`;
}

followTree('earning', {
  claim: {
    'when there are no rows': async () => {
      await refused(bench().authorizer, bench().settlement, 'claim', [[]], 'EmptyBatch');
    },
    "when the caller is not of the receiver's side of every row": async () => {
      const { settlement, row, stranger, payer, payerKey } = bench();
      const [a, b] = [await funded(), await funded({ receiverAuthorizer: bench().stranger.address })];
      for (const who of [stranger, payer, payerKey]) {
        await refused(who, settlement, 'claim', [[row(a.config, 1n)]], 'NotAuthorizedToClaim');
      }
      const both = [[row(b.config, 1n), row(a.config, 1n)]];
      await refused(stranger, settlement, 'claim', both, 'NotAuthorizedToClaim');
    },
    'when a row is not above what is claimed': async () => {
      const { settlement, row, authorizer, channel } = bench();
      const [a, b] = [await funded(), await funded()];
      await send(authorizer, settlement, 'claim', [[row(a.config, 60n)]]);
      const stale = [row(a.config, 60n), { ...row(a.config, 90n, 10n), signature: '0x' }, row(b.config, 7n)];
      expect(await send(authorizer, settlement, 'claim', [stale])).toHaveLength(1);
      expect(await channel(a.id)).toEqual({ balance: 100n, totalClaimed: 60n });
      expect(await channel(b.id)).toEqual({ balance: 100n, totalClaimed: 7n });
    },
    "when a row is above its voucher's ceiling": async () => {
      const { settlement, row, authorizer } = bench();
      const { config } = await funded();
      await refused(authorizer, settlement, 'claim', [[row(config, 50n, 51n)]], 'ClaimExceedsCeiling');
    },
    "when a row is above the channel's balance": async () => {
      const { settlement, row, authorizer } = bench();
      const { config } = await funded();
      await refused(authorizer, settlement, 'claim', [[row(config, 200n, 101n)]], 'ClaimExceedsBalance');
    },
    "given the signature is another's, of another channel or of another amount": async () => {
      const { settlement, row, authorizer, stranger } = bench();
      const [{ config }, other] = [await funded(), await funded()];
      const good = row(config, 50n);
      const raised = { ...row(config, 60n), signature: good.signature };
      const moved = { ...good, signature: row(other.config, 50n).signature };
      for (const bad of [row(config, 50n, 50n, stranger.key), moved, raised]) {
        await refused(authorizer, settlement, 'claim', [[bad]], 'InvalidSignature');
      }
    },
    'given the signature is none at all': async () => {
      const { settlement, row, authorizer } = bench();
      const { config } = await funded();
      const good = row(config, 50n);
      const claim = (signature: string, error: string) =>
        refused(authorizer, settlement, 'claim', [[{ ...good, signature }]], error);
      await claim('0x', 'ECDSAInvalidSignatureLength');
      await claim('0x0000', 'ECDSAInvalidSignatureLength');
      await claim(flipped(good.signature), 'ECDSAInvalidSignatureS');
      await claim(`0x${'00'.repeat(65)}`, 'ECDSAInvalidSignature');
    },
    "given the signature is the payer's own": async () => {
      const { settlement, row, authorizer, payer } = bench();
      const { config } = await funded();
      await refused(authorizer, settlement, 'claim', [[row(config, 50n, 50n, payer.key)]], 'InvalidSignature');
    },
    'given the payer is a key': async () => {
      const { settlement, row, authorizer, payer } = bench();
      const { config, id } = await funded({ payerAuthorizer: nobody });
      await refused(authorizer, settlement, 'claim', [[row(config, 5n)]], 'InvalidSignature');
      await send(authorizer, settlement, 'claim', [[row(config, 5n, 5n, payer.key)]]);
      expect(await claimed(id)).toBe(5n);
    },
    'given the payer is a contract': async () => {
      const { settlement, row, authorizer, payer, stranger, walletOf } = bench();
      const { config, id } = await funded({ payerAuthorizer: nobody, payer: await walletOf(payer) });
      await refused(authorizer, settlement, 'claim', [[row(config, 5n, 5n, stranger.key)]], 'InvalidSignature');
      await send(authorizer, settlement, 'claim', [[row(config, 5n, 5n, payer.key)]]);
      expect(await claimed(id)).toBe(5n);
    },
    'given the receiver or the receiver authorizer sends it': async () => {
      const { settlement, row, authorizer, channel, balanceOf, at } = bench();
      const { config, id, receiver } = await funded();
      const held = await balanceOf(at.contract);
      const first = await send(receiver, settlement, 'claim', [[row(config, 100n, 40n)]]);
      expect(first.map(lower)).toEqual([['Claimed', id, receiver.address, 40n, 40n]]);
      const second = await send(authorizer, settlement, 'claim', [[row(config, 100n)]]);
      expect(second.map(lower)).toEqual([['Claimed', id, authorizer.address, 60n, 100n]]);
      expect(await channel(id)).toEqual({ balance: 100n, totalClaimed: 100n });
      const state = await settlement.getFunction('receivers')(receiver.address, at.token);
      expect(state.toObject()).toEqual({ totalClaimed: 100n, totalSettled: 0n });
      expect([await balanceOf(at.contract), await balanceOf(receiver.address)]).toEqual([held, 0n]);
    },
    'given the same channel twice in a batch': async () => {
      const { settlement, row, authorizer, at } = bench();
      const { config, id, receiver } = await funded();
      const rows = [row(config, 30n), row(config, 50n), row(config, 40n)];
      const events = await send(authorizer, settlement, 'claim', [rows]);
      expect(events.map((e) => e.slice(3))).toEqual([
        [30n, 30n],
        [20n, 50n],
      ]);
      expect(await claimed(id)).toBe(50n);
      expect((await settlement.getFunction('receivers')(receiver.address, at.token)).totalClaimed).toBe(50n);
    },
    'given one bad row among good ones': async () => {
      const { settlement, row, authorizer } = bench();
      const [a, b] = [await funded(), await funded()];
      const rows = [row(a.config, 30n), row(b.config, 30n, 31n)];
      await refused(authorizer, settlement, 'claim', [rows], 'ClaimExceedsCeiling');
      await expect(send(authorizer, settlement, 'claim', [rows])).rejects.toThrow();
      expect([await claimed(a.id), await claimed(b.id)]).toEqual([0n, 0n]);
    },
  },
  claimWithSignature: {
    'when there are no rows': async () => {
      const { settlement, stranger, signBatch } = bench();
      await refused(stranger, settlement, 'claimWithSignature', [[], signBatch([])], 'EmptyBatch');
    },
    'when the batch is signed by another, or was changed': async () => {
      const { settlement, row, signBatch, stranger } = bench();
      const { config } = await funded();
      const rows = [row(config, 30n, 10n)];
      const forged = [rows, signBatch(rows, stranger.key)];
      await refused(stranger, settlement, 'claimWithSignature', forged, 'InvalidSignature');
      const changed = [[row(config, 30n, 11n)], signBatch(rows)];
      await refused(stranger, settlement, 'claimWithSignature', changed, 'InvalidSignature');
      const longer = [[...rows, row(config, 30n)], signBatch(rows)];
      await refused(stranger, settlement, 'claimWithSignature', longer, 'InvalidSignature');
    },
    'when the rows have different receiver authorizers': async () => {
      const { settlement, row, signBatch, stranger, payer } = bench();
      const [a, b] = [await funded(), await funded({ receiverAuthorizer: payer.address })];
      const mixed = [row(a.config, 30n), row(b.config, 30n)];
      await refused(stranger, settlement, 'claimWithSignature', [mixed, signBatch(mixed)], 'NotReceiverAuthorizer');
    },
    'when the receiver authorizer is a contract': async () => {
      const { settlement, row, signBatch, stranger, authorizer, walletOf } = bench();
      const { config, id } = await funded({ receiverAuthorizer: await walletOf(authorizer) });
      const rows = [row(config, 30n)];
      const bad = [rows, signBatch(rows, stranger.key)];
      await refused(stranger, settlement, 'claimWithSignature', bad, 'InvalidSignature');
      await send(stranger, settlement, 'claimWithSignature', [rows, signBatch(rows)]);
      expect(await claimed(id)).toBe(30n);
    },
    'given anyone sends it': async () => {
      const { settlement, row, signBatch, stranger } = bench();
      const [a, b] = [await funded(), await funded()];
      const rows = [row(a.config, 30n), row(b.config, 50n, 20n)];
      const events = await send(stranger, settlement, 'claimWithSignature', [rows, signBatch(rows)]);
      expect(events.map(lower)).toEqual([
        ['Claimed', a.id, stranger.address, 30n, 30n],
        ['Claimed', b.id, stranger.address, 20n, 20n],
      ]);
    },
    'given it is sent again': async () => {
      const { settlement, row, signBatch, stranger } = bench();
      const { config, id } = await funded();
      const rows = [row(config, 30n)];
      await send(stranger, settlement, 'claimWithSignature', [rows, signBatch(rows)]);
      expect(await send(stranger, settlement, 'claimWithSignature', [rows, signBatch(rows)])).toEqual([]);
      expect(await claimed(id)).toBe(30n);
    },
  },
  settle: {
    'when nothing is owed': async () => {
      const { settlement, stranger, at } = bench();
      const { receiver } = await funded();
      expect(await eventNames(stranger, settlement, 'settle', [receiver.address, at.token])).toEqual([]);
    },
    'when the token refuses': async () => {
      const { settlement, row, stranger, payer, authorizer, double } = bench();
      const token = await double('MoodyToken');
      const place = (await token.getAddress()).toLowerCase() as Hex;
      const collector = await (await double('AllowanceCollector')).getAddress();
      const { config, receiver } = await bench().open({ token: place });
      await send(payer, token, 'mint', [payer.address, 100n]);
      await send(payer, token, 'approve', [collector, 100n]);
      await send(stranger, settlement, 'deposit', [config, 100n, collector, '0x']);
      await send(authorizer, settlement, 'claim', [[row(config, 40n)]]);
      await send(stranger, token, 'sulk', [true]);
      await refused(stranger, settlement, 'settle', [receiver.address, place], 'SafeERC20FailedOperation');
      await send(stranger, token, 'sulk', [false]);
      await send(stranger, settlement, 'settle', [receiver.address, place]);
      expect(await token.getFunction('balanceOf')(receiver.address)).toBe(40n);
    },
    'when something is owed': async () => {
      const { settlement, row, authorizer, stranger, balanceOf, at, double } = bench();
      const token = (await (await double('LossyToken')).getAddress()).toLowerCase() as Hex;
      const a = await funded();
      const b = await funded({ receiver: a.receiver.address });
      const other = await bench().open({ receiver: a.receiver.address, token });
      const collector = await (await double('MintCollector')).getAddress();
      const exact = `0x${'00'.repeat(32)}`;
      await send(stranger, settlement, 'deposit', [other.config, 10n, collector, exact]);
      const rows = [row(a.config, 60n), row(b.config, 9n), row(other.config, 4n)];
      await send(authorizer, settlement, 'claim', [rows]);
      const call = [a.receiver.address, at.token];
      const paid = await send(stranger, settlement, 'settle', call);
      expect(paid.map(lower)).toEqual([['Settled', a.receiver.address, at.token, stranger.address, 69n]]);
      expect(await balanceOf(a.receiver.address)).toBe(69n);
      expect(await send(stranger, settlement, 'settle', call)).toEqual([]);
      const state = async (of: string) => (await settlement.getFunction('receivers')(a.receiver.address, of)).toArray();
      expect([await state(at.token), await state(token)]).toEqual([
        [69n, 69n],
        [4n, 0n],
      ]);
      const names = await eventNames(stranger, settlement, 'settle', [a.receiver.address, token]);
      expect(names.at(-1)).toBe('Settled');
      expect(names[0]).toBe('Transfer');
    },
  },
  multicall: {
    'when every call goes through': async () => {
      const { settlement, row, authorizer, channel } = bench();
      const { config, id } = await funded();
      const encode = (name: string, args: unknown[]) => settlement.interface.encodeFunctionData(name, args);
      const calls = [encode('claim', [[row(config, 30n)]]), encode('refund', [config, 70n])];
      const done = await send(authorizer, settlement, 'multicall', [calls]);
      expect(done.map(([name, , sender]) => [name, String(sender).toLowerCase()])).toEqual([
        ['Claimed', authorizer.address],
        ['Refunded', authorizer.address],
      ]);
      expect(await channel(id)).toEqual({ balance: 30n, totalClaimed: 30n });
    },
    'when one reverts': async () => {
      const { settlement, row, signBatch, signRefund, stranger } = bench();
      const { config, id } = await funded();
      const rows = [row(config, 30n)];
      const encode = (name: string, args: unknown[]) => settlement.interface.encodeFunctionData(name, args);
      const claim = encode('claimWithSignature', [rows, signBatch(rows)]);
      const refund = encode('refundWithSignature', [config, 70n, 1n, signRefund(id, 1n, 70n)]);
      await refused(stranger, settlement, 'multicall', [[claim, refund]], 'InvalidRefundNonce');
      await expect(send(stranger, settlement, 'multicall', [[claim, refund]])).rejects.toThrow();
      expect(await claimed(id)).toBe(0n);
    },
    'when one reverts without a reason': async () => {
      await refused(bench().stranger, bench().settlement, 'multicall', [['0x12345678']], 'FailedCall');
    },
  },
});
