// Money in: who may deposit what, by which collector.
import { Contract } from 'ethers';
import { describe, expect, it } from 'vitest';
import { erc3009DepositCollector } from '../../src/chain/contracts.js';
import { coder, day, lower, max128, nobody, refused, send, useBench } from './bench.js';

const bench = useBench();

describe('deposit', () => {
  describe('when the configuration is wrong', () => {
    it.each(['payer', 'receiver', 'receiverAuthorizer', 'token'])('refuses a zero %s', async (field) => {
      const { settlement, open, stranger, at } = bench();
      const { config } = await open({ [field]: nobody });
      await refused(stranger, settlement, 'deposit', [config, 1n, at.erc3009Collector, '0x'], 'InvalidChannel');
    });
    it('takes a withdraw delay of 15 minutes to 30 days', async () => {
      const { settlement, open, stranger, fund, at } = bench();
      for (const withdrawDelay of [0, 899, 30 * day + 1]) {
        const { config } = await open({ withdrawDelay });
        const args = [config, 1n, at.erc3009Collector, '0x'];
        await refused(stranger, settlement, 'deposit', args, 'WithdrawDelayOutOfRange');
      }
      for (const withdrawDelay of [900, 30 * day]) await fund((await open({ withdrawDelay })).config, 5n);
    });
  });

  describe('when the amount or the collector is wrong', () => {
    it('refuses nothing, no collector, and more than fits', async () => {
      const { settlement, open, stranger, at, double } = bench();
      const { config } = await open();
      await refused(stranger, settlement, 'deposit', [config, 0n, at.erc3009Collector, '0x'], 'ZeroDeposit');
      await refused(stranger, settlement, 'deposit', [config, 1n, nobody, '0x'], 'InvalidCollector');

      const collector = await (await double('MintCollector')).getAddress();
      const exact = coder.encode(['int256'], [0]);
      await send(stranger, settlement, 'deposit', [config, max128, collector, exact]);
      await refused(stranger, settlement, 'deposit', [config, 1n, collector, exact], 'DepositOverflow');
    });
    it('refuses a collector that brings too little, too much or nothing', async () => {
      const { settlement, open, stranger, double } = bench();
      const { config, id } = await open();
      const collector = await (await double('MintCollector')).getAddress();
      for (const off of [-1, 1, -100]) {
        const data = coder.encode(['int256'], [off]);
        await refused(stranger, settlement, 'deposit', [config, 100n, collector, data], 'DepositCollectionFailed');
      }
      expect(await bench().channel(id)).toEqual({ balance: 0n, totalClaimed: 0n });
    });
    it('refuses a token that takes a fee', async () => {
      const { settlement, open, stranger, payer, double } = bench();
      const lossy = await double('LossyToken');
      const collector = await (await double('AllowanceCollector')).getAddress();
      const { config } = await open({ token: (await lossy.getAddress()).toLowerCase() as `0x${string}` });
      await send(payer, lossy, 'mint', [payer.address, 100n]);
      await send(payer, lossy, 'approve', [collector, 100n]);
      await refused(stranger, settlement, 'deposit', [config, 100n, collector, '0x'], 'DepositCollectionFailed');
    });
    it('is closed, like all that changes state, while the collector runs', async () => {
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
        const call = settlement
          .getFunction('deposit')
          .staticCall(config, 5n, collector.target, data, { from: stranger.address });
        const guard = settlement.interface.getError('ReentrancyGuardReentrantCall')?.selector.slice(2) ?? 'none';
        await expect(call, name).rejects.toHaveProperty('data', expect.stringContaining(guard));
      }
    });
  });

  describe('when the payer agreed', () => {
    it('credits the channel, whoever sends it, and says so', async () => {
      const { open, fund, channel, balanceOf, stranger, at } = bench();
      const { config, id } = await open();
      const held = await balanceOf(at.contract);
      const first = await fund(config, 70n);
      expect(first.map(([name]) => name)).toEqual(['ChannelCreated', 'Deposited']);
      expect(first[0]?.slice(1)).toEqual([id, expect.arrayContaining([config.salt])]);
      expect((await fund(config, 30n)).map(lower)).toEqual([['Deposited', id, stranger.address, 30n, 100n]]);
      expect(await channel(id)).toEqual({ balance: 100n, totalClaimed: 0n });
      expect(await balanceOf(at.contract)).toBe(held + 100n);
    });
    it('takes an authorization once, for its amount and its channel only', async () => {
      const { settlement, token, open, authorization, stranger, payer, at } = bench();
      const [{ config }, other] = [await open(), await open()];
      await send(stranger, token, 'mint', [payer.address, 1000n]);
      const data = authorization(config, 100n);
      const deposit = (c: typeof config, amount: bigint) => [c, amount, at.erc3009Collector, data];
      const bad = token.interface.getError('ERC3009InvalidSignature')?.selector;
      const call = (args: unknown[]) =>
        settlement.getFunction('deposit').staticCall(...args, { from: stranger.address });
      await expect(call(deposit(other.config, 100n))).rejects.toHaveProperty('data', bad);
      await expect(call(deposit(config, 101n))).rejects.toHaveProperty('data', bad);
      await send(stranger, settlement, 'deposit', deposit(config, 100n));
      const used = token.interface.getError('ERC3009UsedAuthorization')?.selector ?? 'none';
      await expect(call(deposit(config, 100n))).rejects.toHaveProperty('data', expect.stringContaining(used));
    });
    it('lets nobody but the settlement contract use a collector', async () => {
      const { open, authorization, stranger, payer, at, provider } = bench();
      const { config, id } = await open();
      const args = [payer.address, at.token, 5n, id, authorization(config, 5n)];
      for (const collector of [at.erc3009Collector, at.permit2Collector]) {
        const contract = new Contract(collector, erc3009DepositCollector.abi, provider);
        await refused(stranger, contract, 'collect', args, 'OnlySettlement');
      }
    });
  });
});
