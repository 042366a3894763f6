// Money in: contracts/trees/deposit.tree, case by case.
import { expect } from 'vitest';
import type { Hex } from '../../src/vocabulary/values.js';
import {
  coder,
  day,
  eventNames,
  hex32,
  lower,
  max128,
  nobody,
  refused,
  refusedInside,
  send,
  useBench,
} from './bench.js';
import { followTree } from './trees.js';

const bench = useBench();
const exact = coder.encode(['int256'], [0]);

/** A collector that mints what it brings; and a channel. */
async function minted() {
  const collector = await (await bench().double('MintCollector')).getAddress();
  return { collector, ...(await bench().open()) };
}

followTree('deposit', {
  deposit: {
    'when the payer, receiver, receiver authorizer or token is zero': async () => {
      const { settlement, open, stranger, at } = bench();
      for (const field of ['payer', 'receiver', 'receiverAuthorizer', 'token']) {
        const { config } = await open({ [field]: nobody });
        await refused(stranger, settlement, 'deposit', [config, 1n, at.erc3009Collector, '0x'], 'InvalidChannel');
      }
    },
    'when the withdraw delay is under 15 minutes or over 30 days': async () => {
      const { settlement, open, stranger, at } = bench();
      for (const withdrawDelay of [0, 899, 30 * day + 1]) {
        const { config } = await open({ withdrawDelay });
        const args = [config, 1n, at.erc3009Collector, '0x'];
        await refused(stranger, settlement, 'deposit', args, 'WithdrawDelayOutOfRange');
      }
    },
    'when the withdraw delay is exactly 15 minutes or 30 days': async () => {
      const { open, fund, channel } = bench();
      for (const withdrawDelay of [900, 30 * day]) {
        const { config, id } = await open({ withdrawDelay });
        await fund(config, 5n);
        expect((await channel(id)).balance).toBe(5n);
      }
    },
    'when the amount is zero': async () => {
      const { settlement, open, stranger, at } = bench();
      const { config } = await open();
      await refused(stranger, settlement, 'deposit', [config, 0n, at.erc3009Collector, '0x'], 'ZeroDeposit');
    },
    'when the collector is zero': async () => {
      const { settlement, open, stranger } = bench();
      const { config } = await open();
      await refused(stranger, settlement, 'deposit', [config, 1n, nobody, '0x'], 'InvalidCollector');
    },
    'when the balance would not fit in 128 bits': async () => {
      const { settlement, stranger } = bench();
      const { config, collector } = await minted();
      await send(stranger, settlement, 'deposit', [config, max128, collector, exact]);
      await refused(stranger, settlement, 'deposit', [config, 1n, collector, exact], 'DepositOverflow');
    },
    'when the collector has no code': async () => {
      const { settlement, open, stranger, payer } = bench();
      const { config } = await open();
      const call = settlement
        .getFunction('deposit')
        .staticCall(config, 1n, payer.address, '0x', { from: stranger.address });
      await expect(call).rejects.toHaveProperty('code', 'CALL_EXCEPTION');
    },
    'when the collector brings too little, too much or nothing': async () => {
      const { settlement, stranger, channel } = bench();
      const { config, id, collector } = await minted();
      for (const off of [-1, 1, -100]) {
        const data = coder.encode(['int256'], [off]);
        await refused(stranger, settlement, 'deposit', [config, 100n, collector, data], 'DepositCollectionFailed');
      }
      expect(await channel(id)).toEqual({ balance: 0n, totalClaimed: 0n });
    },
    'when the token takes a fee': async () => {
      const { settlement, open, stranger, payer, double } = bench();
      const lossy = await double('LossyToken');
      const collector = await (await double('AllowanceCollector')).getAddress();
      const { config } = await open({ token: (await lossy.getAddress()).toLowerCase() as Hex });
      await send(payer, lossy, 'mint', [payer.address, 100n]);
      await send(payer, lossy, 'approve', [collector, 100n]);
      await refused(stranger, settlement, 'deposit', [config, 100n, collector, '0x'], 'DepositCollectionFailed');
    },
    'when the collector calls back': async () => {
      const { settlement, open, stranger, double, row, token } = bench();
      const { config } = await open();
      const collector = await double('ReentrantCollector');
      const calls: [string, unknown[]][] = [
        ['deposit', [config, 1n, collector.target, '0x']],
        ['claim', [[row(config, 1n)]]],
        ['claimWithSignature', [[row(config, 1n)], '0x']],
        ['settle', [config.receiver, token.target]],
        ['refund', [config, 1n]],
        ['refundWithSignature', [config, 1n, 0n, '0x']],
        ['initiateWithdraw', [config, 1n]],
        ['finalizeWithdraw', [config]],
      ];
      for (const [name, args] of calls) {
        const data = settlement.interface.encodeFunctionData(name, args);
        for (const inner of [data, settlement.interface.encodeFunctionData('multicall', [[data]])]) {
          const outer = [config, 5n, collector.target, inner];
          const error = 'ReentrancyGuardReentrantCall';
          await refusedInside(stranger, settlement, 'deposit', outer, settlement.interface, error);
        }
      }
    },
    'given the channel is empty and nothing was claimed from it': async () => {
      const { settlement, channel, stranger } = bench();
      const { config, id, collector } = await minted();
      const first = await send(stranger, settlement, 'deposit', [config, 70n, collector, exact]);
      expect(first.map(([name]) => name)).toEqual(['ChannelCreated', 'Deposited']);
      expect(first[0]?.slice(1)).toEqual([id, expect.arrayContaining([config.salt])]);
      expect(lower(first[1])).toEqual(['Deposited', id, stranger.address, 70n, 70n]);
      expect(await channel(id)).toEqual({ balance: 70n, totalClaimed: 0n });
      const other = { ...config, salt: hex32() };
      const names = await eventNames(stranger, settlement, 'deposit', [other, 70n, collector, exact]);
      expect(names).toEqual(['Transfer', 'ChannelCreated', 'Deposited']);
    },
    'given the channel has escrow': async () => {
      const { open, fund, channel, stranger } = bench();
      const { config, id } = await open();
      await fund(config, 70n);
      expect((await fund(config, 30n)).map(lower)).toEqual([['Deposited', id, stranger.address, 30n, 100n]]);
      expect(await channel(id)).toEqual({ balance: 100n, totalClaimed: 0n });
    },
    'given all of its escrow was claimed': async () => {
      const { settlement, open, fund, row, authorizer } = bench();
      const { config } = await open();
      await fund(config, 70n);
      await send(authorizer, settlement, 'claim', [[row(config, 70n)]]);
      expect((await fund(config, 1n)).map(([name]) => name)).toEqual(['Deposited']);
    },
    'given anyone else sends it': async () => {
      const { settlement, token, open, authorization, stranger, payer, at, balanceOf } = bench();
      const { config } = await open();
      await send(stranger, token, 'mint', [payer.address, 50n]);
      await send(stranger, token, 'mint', [stranger.address, 50n]);
      const [payers, senders, held] = [payer, stranger, { address: at.contract }].map((who) => balanceOf(who.address));
      const before = await Promise.all([payers, senders, held]);
      const args = [config, 50n, at.erc3009Collector, authorization(config, 50n)];
      await send(stranger, settlement, 'deposit', args);
      const after = await Promise.all([payer.address, stranger.address, at.contract].map(balanceOf));
      expect(after.map((n, i) => n - (before[i] ?? 0n))).toEqual([-50n, 0n, 50n]);
    },
  },
});
