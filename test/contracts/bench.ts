// A chain of its own for a contract test: deployed contracts, people with keys, and channels between them.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AbiCoder, Contract, ContractFactory, Interface, isError, JsonRpcProvider, Wallet } from 'ethers';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { compile } from '../../contracts/compile.mjs';
import { testDai, x402BatchSettlement } from '../../src/chain/contracts.js';
import { type DevContracts, deployDevContracts, startDevChain } from '../../src/chain/index.js';
import * as typed from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';

vi.setConfig({ testTimeout: 30_000 });

export const quiet = { info() {}, warn() {}, error() {}, debug() {} };
export const coder = AbiCoder.defaultAbiCoder();
export const day = 86_400;
export const nobody: Hex = '0x0000000000000000000000000000000000000000';
export const max128 = 2n ** 128n - 1n;
export const hex32 = (): Hex => `0x${randomBytes(32).toString('hex')}`;

/** Someone with a key and some ether. */
export interface Person {
  key: Hex;
  address: Hex;
  wallet: Wallet;
}

export interface ClaimRow {
  voucher: { channel: typed.ChannelFields; maxClaimableAmount: bigint };
  signature: Hex;
  totalClaimed: bigint;
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
  function authorization(config: typed.ChannelFields, amount: bigint, key: Hex = payer.key): Hex {
    const salt = hex32();
    const fields = {
      from: config.payer,
      to: at.erc3009Collector,
      value: amount,
      validAfter: 0n,
      validBefore: 2n ** 48n,
      nonce: typed.depositNonce(typed.channelId(config, domain), salt),
    };
    const facts = { name: 'Test Dai', version: '1', chainId: domain.chainId, address: config.token };
    const signature = typed.sign(typed.receiveDigest(fields, facts), key);
    const types = ['uint256', 'uint256', 'uint256', 'bytes'];
    return coder.encode(types, [fields.validAfter, fields.validBefore, BigInt(salt), signature]) as Hex;
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

/** Sends a transaction and gives the events of that contract, by name and arguments, in order. */
export async function send(from: Person, contract: Contract, name: string, args: unknown[]) {
  const method = (contract.connect(from.wallet) as Contract).getFunction(name);
  const response = await method.send(...args, { gasLimit: 3_000_000 });
  const receipt = await response.wait();
  const logs = (receipt?.logs ?? []).filter(
    (log) => log.address === contract.target || log.address.toLowerCase() === contract.target,
  );
  return logs.map((log) => {
    const event = contract.interface.parseLog(log);
    return [event?.name, ...(event?.args.toArray(true) ?? [])];
  });
}

/** An event with addresses as we write them. */
export function lower(event: unknown[] | undefined): unknown[] {
  return (event ?? []).map((v) => (typeof v === 'string' && v.length === 42 ? v.toLowerCase() : v));
}

/** Expects that a call reverts with a custom error of that name. */
export async function refused(from: Person, contract: Contract, name: string, args: unknown[], error: string) {
  const method = (contract.connect(from.wallet) as Contract).getFunction(name);
  const outcome = await method.staticCall(...args).then(
    () => 'accepted',
    (e: Error) => (isError(e, 'CALL_EXCEPTION') ? (e.revert?.name ?? `unknown error ${e.data}`) : e.message),
  );
  expect(outcome).toBe(error);
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
