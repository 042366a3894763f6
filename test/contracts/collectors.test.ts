// How deposits come: contracts/trees/collectors.tree, case by case.
import { Contract, ContractFactory, Interface, isError, Signature, TypedDataEncoder } from 'ethers';
import { expect } from 'vitest';
import { canonical } from '../../src/chain/addresses.js';
import { erc3009DepositCollector, permit2DepositCollector } from '../../src/chain/contracts.js';
import type { ChannelFields } from '../../src/payments/typed-data.js';
import { coder, eventNames, hex32, nobody, refused, refusedInside, send, useBench } from './bench.js';
import { followTree } from './trees.js';

const bench = useBench();

/** A channel whose payer has 100 tokens more, and an approval of Permit2 or not. */
async function ready(approved = true) {
  const { open, stranger, payer, token } = bench();
  await send(stranger, token, 'mint', [payer.address, 100n]);
  await send(payer, token, 'approve', [canonical.permit2, approved ? 1000n : 0n]);
  return open();
}

/** Deposits by the ERC-3009 (`false`) or the Permit2 collector. */
const deposit = (byPermit2: boolean, config: ChannelFields, amount: bigint, data: string) => [
  config,
  amount,
  byPermit2 ? canonical.permit2Collector : canonical.erc3009Collector,
  data,
];

const refusedBy = (by: Interface, args: unknown[], error: string) =>
  refusedInside(bench().stranger, bench().settlement, 'deposit', args, by, error);

/** The name of the error that a constructor reverts with. */
async function notBuilt(artifact: { abi: readonly unknown[]; creation: string }, args: string[]) {
  const factory = new ContractFactory(artifact.abi as never, artifact.creation, bench().stranger.wallet);
  const { data } = await factory.getDeployTransaction(...args);
  return bench()
    .provider.call({ data: data ?? null })
    .then(
      () => 'built',
      (e: Error) =>
        isError(e, 'CALL_EXCEPTION') && new Interface(artifact.abi as never).parseError(e.data ?? '0x')?.name,
    );
}

async function onlySettlement(collector: string) {
  const { open, authorization, stranger, payer, at, provider } = bench();
  const { config, id } = await open();
  const contract = new Contract(collector, erc3009DepositCollector.abi, provider);
  const args = [payer.address, at.token, 5n, id, authorization(config, 5n)];
  await refused(stranger, contract, 'collect', args, 'OnlyX402BatchSettlement');
}

/** The payer's ERC-2612 permit for Permit2, encoded as the collector takes it. */
async function approval(value: bigint, nonceOff = 0n): Promise<string> {
  const { payer, token, domain, at } = bench();
  const facts = { name: 'Test Dai', version: '1', chainId: domain.chainId, verifyingContract: at.token };
  const fields = ['owner', 'spender', 'value', 'nonce', 'deadline'];
  const types = { Permit: fields.map((name, i) => ({ name, type: i < 2 ? 'address' : 'uint256' })) };
  const nonce = (await token.getFunction('nonces')(payer.address)) + nonceOff;
  const message = { owner: payer.address, spender: canonical.permit2, value, nonce, deadline: 2n ** 48n };
  const { v, r, s } = Signature.from(payer.wallet.signingKey.sign(TypedDataEncoder.hash(facts, types, message)));
  return coder.encode(['uint256', 'uint256', 'uint8', 'bytes32', 'bytes32'], [value, 2n ** 48n, v, r, s]);
}

followTree('collectors', {
  constructor: {
    'when the settlement contract is zero': async () => {
      const error = 'InvalidX402BatchSettlementAddress';
      expect(await notBuilt(erc3009DepositCollector, [nobody])).toBe(error);
      expect(await notBuilt(permit2DepositCollector, [nobody, canonical.permit2])).toBe(error);
    },
    'when Permit2 is zero': async () => {
      expect(await notBuilt(permit2DepositCollector, [canonical.contract, nobody])).toBe('InvalidPermit2Address');
    },
  },
  'ERC3009DepositCollector.collect': {
    'when the caller is not the settlement contract': () => onlySettlement(canonical.erc3009Collector),
    'when the authorization is for another channel or amount': async () => {
      const { open, authorization, token } = bench();
      const [{ config }, other] = [await ready(), await open()];
      const data = authorization(config, 100n);
      const bad = [deposit(false, other.config, 100n, data), deposit(false, config, 99n, data)];
      for (const args of bad) await refusedBy(token.interface, args, 'ERC3009InvalidSignature');
    },
    'when the authorization is used': async () => {
      const { settlement, authorization, token, stranger } = bench();
      const { config } = await ready();
      const args = deposit(false, config, 50n, authorization(config, 50n));
      await send(stranger, settlement, 'deposit', args);
      await refusedBy(token.interface, args, 'ERC3009UsedAuthorization');
    },
    'when the authorization is too old or too young': async () => {
      const { authorization, token } = bench();
      const { config } = await ready();
      for (const window of [
        [0n, 1n],
        [2n ** 40n, 2n ** 48n],
      ] as [bigint, bigint][]) {
        const args = deposit(false, config, 50n, authorization(config, 50n, window));
        await refusedBy(token.interface, args, 'ERC3009InvalidAuthorizationTime');
      }
    },
    'when the payer signed it': async () => {
      const { settlement, authorization, stranger, channel, balanceOf, at } = bench();
      const { config, id } = await ready();
      const args = deposit(false, config, 100n, authorization(config, 100n));
      await send(stranger, settlement, 'deposit', args);
      expect((await channel(id)).balance).toBe(100n);
      expect(await balanceOf(at.erc3009Collector)).toBe(0n);
    },
  },
  'Permit2DepositCollector.collect': {
    'when the caller is not the settlement contract': () => onlySettlement(canonical.permit2Collector),
    'when the permit is for another channel or amount': async () => {
      const { open, permit, permit2 } = bench();
      const [{ config }, other] = [await ready(), await open()];
      const data = permit(config, 100n);
      const bad = [deposit(true, other.config, 100n, data), deposit(true, config, 99n, data)];
      for (const args of bad) await refusedBy(permit2.interface, args, 'InvalidSigner');
    },
    'when the permit is used': async () => {
      const { settlement, permit, permit2, stranger } = bench();
      const { config } = await ready();
      const args = deposit(true, config, 50n, permit(config, 50n));
      await send(stranger, settlement, 'deposit', args);
      await refusedBy(permit2.interface, args, 'InvalidNonce');
    },
    'when the permit is too old': async () => {
      const { permit, permit2 } = bench();
      const { config } = await ready();
      await refusedBy(
        permit2.interface,
        deposit(true, config, 50n, permit(config, 50n, { deadline: 1n })),
        'SignatureExpired',
      );
    },
    'when the payer signed it and approved Permit2': async () => {
      const { settlement, permit, stranger, channel, balanceOf, at } = bench();
      const { config, id } = await ready();
      await send(stranger, settlement, 'deposit', deposit(true, config, 100n, permit(config, 100n)));
      expect((await channel(id)).balance).toBe(100n);
      expect(await balanceOf(at.permit2Collector)).toBe(0n);
    },
    'given it is for another value': async () => {
      const { permit } = bench();
      const { config } = await ready(false);
      const args = deposit(true, config, 50n, permit(config, 50n, { approval: await approval(51n) }));
      await refusedBy(new Interface(permit2DepositCollector.abi), args, 'Permit2612AmountMismatch');
    },
    'given it is good': async () => {
      const { settlement, permit, stranger, channel } = bench();
      const { config, id } = await ready(false);
      const data = permit(config, 50n, { approval: await approval(50n) });
      await send(stranger, settlement, 'deposit', deposit(true, config, 50n, data));
      expect((await channel(id)).balance).toBe(50n);
    },
    'given it fails': async () => {
      const { settlement, permit, stranger, channel, token } = bench();
      const bad = await approval(50n, 7n);
      const without = await ready(false);
      const refusedArgs = deposit(true, without.config, 50n, permit(without.config, 50n, { approval: bad }));
      await refusedBy(token.interface, refusedArgs, 'ERC20InsufficientAllowance');
      const { config, id } = await ready(true);
      const args = deposit(true, config, 50n, permit(config, 50n, { approval: bad }));
      expect(await eventNames(stranger, settlement, 'deposit', args)).toContain('EIP2612PermitFailedWithData');
      expect((await channel(id)).balance).toBe(50n);
    },
  },
  Permit2: {
    'when more is asked for than was signed': async () => {
      const { permit2, stranger, payer, at } = bench();
      const wanted = [[[at.token, 5n], 1n, 2n ** 48n], [stranger.address, 6n], payer.address, '0x'];
      await refused(stranger, permit2, 'permitTransferFrom', wanted, 'InvalidAmount');
    },
    'when another spender uses it': async () => {
      const { permit, permit2, stranger } = bench();
      const { config } = await ready();
      const data = permit(config, 50n, { spender: stranger.address });
      await refusedBy(permit2.interface, deposit(true, config, 50n, data), 'InvalidSigner');
    },
    'when the owner has given the nonce up': async () => {
      const { permit, permit2, payer } = bench();
      const { config } = await ready();
      const nonce = BigInt(hex32());
      await send(payer, permit2, 'invalidateUnorderedNonces', [nonce >> 8n, 1n << (nonce & 255n)]);
      await refusedBy(permit2.interface, deposit(true, config, 50n, permit(config, 50n, { nonce })), 'InvalidNonce');
    },
    'when the owner signed a transfer without a witness': async () => {
      const { permit2, stranger, payer, at, domain, balanceOf } = bench();
      await ready();
      const types = {
        PermitTransferFrom: [
          { name: 'permitted', type: 'TokenPermissions' },
          ...['spender:address', 'nonce:uint256', 'deadline:uint256'].map((field) => {
            const [name = '', type = ''] = field.split(':');
            return { name, type };
          }),
        ],
        TokenPermissions: [
          { name: 'token', type: 'address' },
          { name: 'amount', type: 'uint256' },
        ],
      };
      const [nonce, deadline] = [BigInt(hex32()), 2n ** 48n];
      const message = { permitted: { token: at.token, amount: 5n }, spender: stranger.address, nonce, deadline };
      const facts = { name: 'Permit2', chainId: domain.chainId, verifyingContract: canonical.permit2 };
      const signature = await payer.wallet.signTypedData(facts, types, message);
      const args = [[[at.token, 5n], nonce, deadline], [stranger.address, 5n], payer.address, signature];
      const before = await balanceOf(stranger.address);
      await send(stranger, permit2, 'permitTransferFrom', args);
      expect(await balanceOf(stranger.address)).toBe(before + 5n);
    },
  },
});
