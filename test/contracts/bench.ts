// A chain of its own for a contract test: deployed contracts, people with keys, and channels between them.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AbiCoder,
  Contract,
  ContractFactory,
  Interface,
  JsonRpcProvider,
  SigningKey,
  TypedDataEncoder,
  Wallet,
} from 'ethers';
import { afterAll, beforeAll, vi } from 'vitest';
import { compile } from '../../contracts/compile.mjs';
import { canonical, registry as registryPlace } from '../../src/chain/addresses.js';
import { permit2 as permit2Contract, streamRegistry, testDai, x402BatchSettlement } from '../../src/chain/contracts.js';
import { type DevContracts, deployDevContracts, startDevChain } from '../../src/chain/index.js';
import * as typed from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { type Person, send } from './calls.js';

export { eventNames, lower, type Person, refused, refusedInside, send } from './calls.js';

vi.setConfig({ testTimeout: 30_000 });

export const quiet = { info() {}, warn() {}, error() {}, debug() {} };
export const coder = AbiCoder.defaultAbiCoder();
export const day = 86_400;
export const nobody: Hex = '0x0000000000000000000000000000000000000000';
export const max128 = 2n ** 128n - 1n;
export const hex32 = (): Hex => `0x${randomBytes(32).toString('hex')}`;

export interface ClaimRow {
  voucher: { channel: typed.ChannelFields; maxClaimableAmount: bigint };
  signature: Hex;
  totalClaimed: bigint;
}

/** As Permit2 and its collector hash them. */
const permitTypes = {
  PermitWitnessTransferFrom: [
    { name: 'permitted', type: 'TokenPermissions' },
    { name: 'spender', type: 'address' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
    { name: 'witness', type: 'DepositWitness' },
  ],
  DepositWitness: [{ name: 'channelId', type: 'bytes32' }],
  TokenPermissions: [
    { name: 'token', type: 'address' },
    { name: 'amount', type: 'uint256' },
  ],
};

/** What is other than usual about a Permit2 permit. */
interface PermitChange {
  key?: Hex;
  nonce?: bigint;
  deadline?: bigint;
  spender?: Hex;
  channelId?: Hex;
  /** An ERC-2612 permit for Permit2, encoded. */
  approval?: string;
}

export type Bench = Awaited<ReturnType<typeof startBench>>;

export async function startBench() {
  const folder = await mkdtemp(join(tmpdir(), 'dtok-contracts-'));
  const fail = (error: Error) => {
    throw error;
  };
  const chain = await startDevChain({ folder, port: 0, log: quiet, onExit: fail });
  const provider = new JsonRpcProvider(chain.rpcUrl, undefined, {
    staticNetwork: true,
    cacheTimeout: -1,
    pollingInterval: 20,
    batchMaxCount: 1,
  });
  const at: DevContracts = await deployDevContracts(chain.rpcUrl);
  const domain: typed.Domain = { chainId: chain.chainId, contract: at.contract };
  const settlement = new Contract(at.contract, x402BatchSettlement.abi, provider);
  const token = new Contract(at.token, testDai.abi, provider);
  const registry = new Contract(registryPlace.address, streamRegistry.abi, provider);
  const permit2 = new Contract(canonical.permit2, permit2Contract.abi, provider);

  async function person(key: Hex = typed.randomKey()): Promise<Person> {
    await provider.send('anvil_setBalance', [typed.addressOf(key), '0x8ac7230489e80000']);
    return { key, address: typed.addressOf(key), wallet: new Wallet(key, provider) };
  }
  const [payer, payerKey, authorizer, stranger] = [await person(), await person(), await person(), await person()];

  /** A channel of its own: new salt and, unless said, new receiver. */
  async function open(
    change: Partial<typed.ChannelFields> = {},
  ): Promise<{ config: typed.ChannelFields; id: Hex; receiver: Person }> {
    const receiver = await person();
    const config: typed.ChannelFields = {
      payer: payer.address,
      payerAuthorizer: payerKey.address,
      receiver: receiver.address,
      receiverAuthorizer: authorizer.address,
      token: at.token,
      withdrawDelay: day,
      salt: hex32(),
      ...change,
    };
    return { config, id: typed.channelId(config, domain), receiver };
  }

  /** What the ERC-3009 collector is given: the payer's signed authorization for one deposit. */
  function authorization(
    config: typed.ChannelFields,
    amount: bigint,
    [validAfter, validBefore] = [0n, 2n ** 48n],
  ): Hex {
    const salt = hex32();
    const fields = {
      from: config.payer,
      to: at.erc3009Collector,
      value: amount,
      validAfter,
      validBefore,
      nonce: typed.depositNonce(typed.channelId(config, domain), salt),
    };
    const facts = { name: 'Test Dai', version: '1', chainId: domain.chainId, address: config.token };
    const signature = typed.sign(typed.receiveDigest(fields, facts), payer.key);
    const types = ['uint256', 'uint256', 'uint256', 'bytes'];
    return coder.encode(types, [fields.validAfter, fields.validBefore, BigInt(salt), signature]) as Hex;
  }

  /** What the Permit2 collector is given: the payer's signed permit for one deposit, and perhaps an ERC-2612 permit. */
  function permit(config: typed.ChannelFields, amount: bigint, change: PermitChange = {}): Hex {
    const { nonce = BigInt(hex32()), deadline = 2n ** 48n, approval = '0x', spender = at.permit2Collector } = change;
    const message = {
      permitted: { token: config.token, amount },
      spender,
      nonce,
      deadline,
      witness: { channelId: change.channelId ?? typed.channelId(config, domain) },
    };
    const facts = { name: 'Permit2', chainId: domain.chainId, verifyingContract: canonical.permit2 };
    const digest = TypedDataEncoder.hash(facts, permitTypes, message);
    const signature = new SigningKey(change.key ?? payer.key).sign(digest).serialized;
    return coder.encode(['uint256', 'uint256', 'bytes', 'bytes'], [nonce, deadline, signature, approval]) as Hex;
  }

  /** A contract wallet that signs by someone's key. */
  async function walletOf(owner: Person): Promise<Hex> {
    return (await (await double('ContractWallet', [owner.address])).getAddress()).toLowerCase() as Hex;
  }

  /** Mints to the payer and deposits by the stranger, who pays the gas. */
  async function fund(config: typed.ChannelFields, amount: bigint) {
    await send(stranger, token, 'mint', [config.payer, amount]);
    return send(stranger, settlement, 'deposit', [config, amount, at.erc3009Collector, authorization(config, amount)]);
  }

  function row(config: typed.ChannelFields, ceiling: bigint, total = ceiling, key: Hex = payerKey.key): ClaimRow {
    const signature = typed.sign(typed.voucherDigest(typed.channelId(config, domain), ceiling, domain), key);
    return { voucher: { channel: config, maxClaimableAmount: ceiling }, signature, totalClaimed: total };
  }

  function signBatch(rows: readonly ClaimRow[], key: Hex = authorizer.key): Hex {
    const entries = rows.map((r) => ({
      channelId: typed.channelId(r.voucher.channel, domain),
      maxClaimableAmount: r.voucher.maxClaimableAmount,
      totalClaimed: r.totalClaimed,
    }));
    return typed.sign(typed.claimBatchDigest(entries, domain), key);
  }

  const signRefund = (id: Hex, nonce: bigint, amount: bigint, key: Hex = authorizer.key): Hex =>
    typed.sign(typed.refundDigest(id, nonce, amount, domain), key);

  /** Compiled once, deployed at a new address (or by decree at `place`). */
  let doubles: ReturnType<typeof compile>[string] | undefined;
  async function double(name: string, args: unknown[] = [], place?: Hex): Promise<Contract> {
    const unit = 'test/contracts/doubles.sol';
    doubles ??= compile([unit])[unit];
    const made = doubles?.[name];
    if (!made) throw new Error(`no double ${name}`);
    if (place) await provider.send('anvil_setCode', [place, `0x${made.evm.deployedBytecode.object}`]);
    if (place) return new Contract(place, new Interface(made.abi as never), provider);
    const factory = new ContractFactory(made.abi as never, made.evm.bytecode.object, stranger.wallet);
    const deployed = await factory.deploy(...args);
    await deployed.waitForDeployment();
    return new Contract(await deployed.getAddress(), new Interface(made.abi as never), provider);
  }

  return {
    at,
    provider,
    domain,
    settlement,
    token,
    payer,
    payerKey,
    authorizer,
    stranger,
    person,
    open,
    authorization,
    permit,
    walletOf,
    registry,
    permit2,
    fund,
    row,
    signBatch,
    signRefund,
    double,
    channel: async (id: Hex) => (await settlement.getFunction('channels')(id)).toObject(),
    pending: async (id: Hex) => (await settlement.getFunction('pendingWithdrawals')(id)).toObject(),
    balanceOf: (who: string): Promise<bigint> => token.getFunction('balanceOf')(who),
    later: async (seconds: number) => {
      await provider.send('evm_increaseTime', [seconds]);
      await provider.send('evm_mine', []);
    },
    stop: async () => {
      provider.destroy();
      await chain.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** One bench for a test file. */
export function useBench(): () => Bench {
  let bench: Bench | undefined;
  beforeAll(async () => {
    bench = await startBench();
  }, 30_000);
  afterAll(() => bench?.stop(), 30_000);
  return () => {
    if (!bench) throw new Error('the bench is not up');
    return bench;
  };
}
