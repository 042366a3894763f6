// The settlement contract and the token on an EVM chain, as the payments part needs them (ethers 6).
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  AbiCoder,
  Contract,
  Interface,
  type InterfaceAbi,
  isError,
  JsonRpcProvider,
  type Log,
  Signature,
  type TransactionReceipt,
  Wallet,
  ZeroAddress,
} from 'ethers';
import { x402BatchSettlement } from '../chain/contracts.js';
import { canonical } from '../chain/index.js';
import type { Logger } from '../log.js';
import type { Store } from '../store/index.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import { createBalances } from './balances.js';
import { createOutbox } from './outbox.js';
import { readToken } from './token.js';
import type { ChannelFields, ReceiveAuthorization } from './typed-data.js';

const tokenAbi = [
  'function balanceOf(address) view returns (uint256)',
  'function authorizationState(address,bytes32) view returns (bool)',
  'function nonces(address) view returns (uint256)',
  'function mint(address,uint256)',
  'function transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)',
];
const permit2Abi = ['function nonceBitmap(address,uint256) view returns (uint256)'];

export interface ChannelOnChain {
  balance: bigint;
  claimed: bigint;
  withdrawing: bigint;
  /** Seconds; 0 when no withdrawal is pending. */
  withdrawAt: number;
}

/** A channel as just read. */
export interface ChannelReading extends ChannelOnChain {
  /** The chain's newest block then. */
  head: number;
  /** Blocks that count say the same; otherwise it may still be taken back. */
  counts: boolean;
}

export interface ClaimRow {
  config: ChannelFields;
  maxClaimableAmount: bigint;
  signature: Hex;
  totalClaimed: bigint;
}

export interface DepositAuthorization {
  validAfter: bigint;
  validBefore: bigint;
  salt: Hex;
  signature: Hex;
}

/** How a deposit's tokens are moved (x402's `assetTransferMethod`). */
export type TransferMethod = 'eip3009' | 'permit2';

/** A deposit's collector, what it is given, and a name: of one name, one is under way at a time. */
export interface Collection {
  name: string;
  collector: Hex;
  data: Hex;
}

/** A call as the x402 packages word it. */
export interface ContractCall {
  address: Hex;
  abi: readonly unknown[];
  functionName: string;
  args?: readonly unknown[];
}

/** What the settlement contract told. `channel` is null, and `receiver` set, for what was paid out. */
export interface ChainEvent {
  block: number;
  logIndex: number;
  blockHash: Hex;
  tx: Hex;
  name: string;
  channel: Hex | null;
  receiver: Hex | null;
  /** Base units; 0 where there is none. */
  amount: bigint;
}

/** Not mined for this long: more is offered for it. */
const dearerAfterMs = 45_000;
/** How long a request waits for its transaction. */
const patienceMs = 120_000;

export type Chain = Awaited<ReturnType<typeof connectChain>>;

/**
 * Connects to the chain at `rpcUrl`; transactions are sent and paid for by `relayerKey`, and kept in the store until
 * they are `confirmations` blocks deep. Every call may throw the Problem chain_unavailable.
 */
export async function connectChain(needs: {
  rpcUrl: string;
  contract: Hex;
  depositCollector: Hex;
  token: Hex;
  relayerKey: Hex;
  pollMs: number;
  confirmations: number;
  store: Store;
  log: Logger;
}) {
  await probe(needs.rpcUrl);
  const provider = new JsonRpcProvider(needs.rpcUrl, undefined, {
    staticNetwork: true,
    pollingInterval: needs.pollMs,
    // A remembered nonce or balance is a wrong one right after a transaction.
    cacheTimeout: -1,
    // Waiting for more calls to send with one costs more than it saves.
    batchMaxCount: 1,
  });
  const relayer = new Wallet(needs.relayerKey, provider);
  const settlement = new Contract(needs.contract, x402BatchSettlement.abi, relayer);
  const token = new Contract(needs.token, tokenAbi, relayer);
  const balancesOf = createBalances({ provider, at: needs.token });
  const permit2 = new Contract(canonical.permit2, permit2Abi, provider);
  const { chainId } = await ask(() => provider.getNetwork());
  const facts = await ask(() => readToken(provider, needs.token));
  const permits = await ask(() => takesPermits(provider));
  const gaslessAllowance = await ask(() => hasPermit(token));
  const { confirmations, pollMs, store, log } = needs;
  const limits = { confirmations, pollMs, dearerAfterMs, patienceMs };
  const outbox = createOutbox({ store, provider, relayer, limits, log });
  await outbox.resume();

  /** Resolves when it is mined for good; of one `name`, one is under way at a time. */
  async function send(name: string, to: Contract, method: string, args: unknown[]): Promise<TransactionReceipt> {
    const data = to.interface.encodeFunctionData(method, args) as Hex;
    return ask(() => outbox.send({ name, to: to.target as Hex, data }), to);
  }

  function read(log: Log): ChainEvent[] {
    const event = settlement.interface.parseLog(log);
    if (!event) return [];
    const { channelId, receiver, amount, claimAmount } = event.args;
    return [
      {
        ...{ block: log.blockNumber, logIndex: log.index, blockHash: log.blockHash as Hex },
        ...{ tx: log.transactionHash as Hex, name: event.name },
        channel: ((channelId as string | undefined)?.toLowerCase() as Hex | undefined) ?? null,
        receiver: ((receiver as string | undefined)?.toLowerCase() as Hex | undefined) ?? null,
        amount: (claimAmount ?? amount ?? 0n) as bigint,
      },
    ];
  }

  const told = (receipt: TransactionReceipt, name: string): ChainEvent[] =>
    receipt.logs.flatMap(read).filter((event) => event.name === name);

  /** A deposit by any collector; resolves to its transaction when it is mined for good. */
  async function collect(config: ChannelFields, amount: bigint, { name, collector, data }: Collection): Promise<Hex> {
    return (await send(`deposit/${name}`, settlement, 'deposit', [config, amount, collector, data])).hash as Hex;
  }

  async function stateAt(id: Hex, blockTag: number | 'latest') {
    const [[balance, claimed], [withdrawing, withdrawAt]] = await Promise.all([
      settlement.getFunction('channels')(id, { blockTag }),
      settlement.getFunction('pendingWithdrawals')(id, { blockTag }),
    ]);
    return { balance, claimed, withdrawing, withdrawAt: Number(withdrawAt) } as ChannelOnChain;
  }

  /** The newest block that counts; a later one may still be taken back. */
  const countedBlock = async (): Promise<number> => Math.max(0, (await provider.getBlockNumber()) - confirmations + 1);

  /** What came in counts once it is `confirmations` blocks deep; what leaves, at once. */
  async function channelNow(id: Hex): Promise<ChannelReading> {
    const counted = await countedBlock();
    const [newest, deep] = await Promise.all([stateAt(id, 'latest'), confirmations > 1 ? stateAt(id, counted) : null]);
    const head = await provider.getBlockNumber();
    const sure = deep && deep.balance < newest.balance ? deep.balance : newest.balance;
    const balance = sure > newest.claimed ? sure : newest.claimed;
    return { ...newest, balance, head, counts: deep === null || isDeepStrictEqual(newest, deep) };
  }

  return {
    chainId: Number(chainId),
    contract: needs.contract,
    depositCollector: needs.depositCollector,
    permit2Collector: canonical.permit2Collector as Hex,
    token: facts,
    /** What this token, on this chain, can be deposited by: one signature only, if that is possible. */
    transferMethods: [
      ...(facts.authorizations ? ['eip3009' as const] : []),
      ...(permits ? ['permit2' as const] : []),
    ] as readonly TransferMethod[],
    gaslessAllowance: permits && gaslessAllowance,
    /** Pays for the gas. */
    relayer: relayer.address.toLowerCase() as Hex,
    channel: (id: Hex): Promise<ChannelReading> => ask(() => channelNow(id)),
    /** Of many addresses by few questions, in their order. */
    balancesOf: (addresses: readonly Hex[]): Promise<bigint[]> => ask(() => balancesOf(addresses)),
    balanceOf: (address: Hex): Promise<bigint> => ask(() => token.getFunction('balanceOf')(address)),
    /** Wei of the chain's own coin. */
    coinsOf: (address: Hex): Promise<bigint> => ask(() => provider.getBalance(address)),
    refundNonce: (id: Hex): Promise<bigint> => ask(() => settlement.getFunction('refundNonce')(id)),
    depositUsed: (payer: Hex, nonce: Hex): Promise<boolean> =>
      ask(() => token.getFunction('authorizationState')(payer, nonce)),
    /** Whether Permit2 has taken a permit of this nonce, for whatever it was. */
    permitUsed: (payer: Hex, nonce: bigint): Promise<boolean> =>
      ask(async () => {
        const bits: bigint = await permit2.getFunction('nonceBitmap')(payer, nonce >> 8n);
        return ((bits >> (nonce & 0xffn)) & 1n) === 1n;
      }),
    /** Any contract's answer, also to what would change it. */
    read: ({ address, abi, functionName, args = [] }: ContractCall): Promise<unknown> => {
      const contract = new Contract(address, new Interface(abi as InterfaceAbi), provider);
      return ask(() => contract.getFunction(functionName).staticCall(...args), contract);
    },
    /** Sends any contract's call; resolves when it is mined for good. Of one `name`, one is under way at a time. */
    async write(name: string, { address, abi, functionName, args = [] }: ContractCall): Promise<Hex> {
      const contract = new Contract(address, new Interface(abi as InterfaceAbi), relayer);
      return (await send(name, contract, functionName, [...args])).hash as Hex;
    },
    /** `0x` where there is no contract. */
    code: (address: Hex): Promise<Hex> => ask(async () => (await provider.getCode(address)) as Hex),
    /** The newest block that is deep enough to count. */
    head: (): Promise<number> => ask(countedBlock),
    /** Null when there is no such block. `at` in ms. */
    block: (n: number): Promise<{ hash: Hex; at: number } | null> =>
      ask(async () => {
        const block = await provider.getBlock(n);
        return block?.hash ? { hash: block.hash as Hex, at: block.timestamp * 1000 } : null;
      }),
    /** What the contract told between two blocks, both included. */
    events: (fromBlock: number, toBlock: number): Promise<ChainEvent[]> =>
      ask(async () => (await provider.getLogs({ address: needs.contract, fromBlock, toBlock })).flatMap(read)),
    /** Wei for a unit of gas, now. */
    gasPrice: (): Promise<bigint> => ask(async () => (await provider.getFeeData()).gasPrice ?? 0n),
    collect,
    deposit: (config: ChannelFields, amount: bigint, auth: DepositAuthorization): Promise<Hex> => {
      const data = AbiCoder.defaultAbiCoder().encode(
        ['uint256', 'uint256', 'uint256', 'bytes'],
        [auth.validAfter, auth.validBefore, BigInt(auth.salt), auth.signature],
      ) as Hex;
      return collect(config, amount, { name: auth.salt, collector: needs.depositCollector, data });
    },
    /** What the chain took of it, and in which transaction: of a claim that was under way already, that one's. */
    async claim(
      rows: readonly ClaimRow[],
      signature: Hex,
    ): Promise<{ transaction: Hex; claims: { channel: Hex; amount: bigint }[] }> {
      const claims = rows.map((row) => ({
        voucher: { channel: row.config, maxClaimableAmount: row.maxClaimableAmount },
        signature: row.signature,
        totalClaimed: row.totalClaimed,
      }));
      const receipt = await send('claim', settlement, 'claimWithSignature', [claims, signature]);
      const claimed = told(receipt, 'Claimed').flatMap(({ channel, amount }) => (channel ? [{ channel, amount }] : []));
      return { transaction: receipt.hash as Hex, claims: claimed };
    },
    /** What the receiver has claimed and not yet been paid. */
    async unsettled(receiver: Hex): Promise<bigint> {
      const [claimed, settled] = await ask(() => settlement.getFunction('receivers')(receiver, needs.token));
      return (claimed as bigint) - (settled as bigint);
    },
    /** Pays out what is claimed: one token transfer to the receiver. */
    async settle(receiver: Hex): Promise<{ amount: bigint; transaction: Hex }> {
      const receipt = await send('settle', settlement, 'settle', [receiver, needs.token]);
      return { amount: told(receipt, 'Settled')[0]?.amount ?? 0n, transaction: receipt.hash as Hex };
    },
    async refund(id: Hex, config: ChannelFields, amount: bigint, nonce: bigint, signature: Hex): Promise<Hex> {
      const args = [config, amount, nonce, signature];
      return (await send(`refund/${id}/${nonce}`, settlement, 'refundWithSignature', args)).hash as Hex;
    },
    /** Waits until a refund that is under way is mined for good; null when none is. */
    async refundUnderWay(id: Hex): Promise<{ amount: bigint; transaction: Hex } | null> {
      const receipt = await ask(() => outbox.join(`refund/${id}/`));
      return receipt && { amount: told(receipt, 'Refunded')[0]?.amount ?? 0n, transaction: receipt.hash as Hex };
    },
    /** Sends a holder's signed EIP-3009 transfer on: the holder needs no gas. */
    async transferSigned(transfer: ReceiveAuthorization, signature: Hex): Promise<Hex> {
      const { from, to, value, validAfter, validBefore, nonce } = transfer;
      const { v, r, s } = Signature.from(signature);
      const args = [from, to, value, validAfter, validBefore, nonce, v, r, s];
      return (await send(`transfer/${nonce}`, token, 'transferWithAuthorization', args)).hash as Hex;
    },
    /** Test tokens; only the development token lets anyone do this. */
    async mint(to: Hex, amount: bigint): Promise<Hex> {
      return (await send(`mint/${randomUUID()}`, token, 'mint', [to, amount])).hash as Hex;
    },
    /** Whoever waits for a transaction is told chain_unavailable; the next run takes it up. */
    stopSending: outbox.stop,
    close: () => {
      outbox.stop();
      provider.destroy();
    },
  };
}

/** ethers waits for ever, and noisily, for a node that is not there: ask once first. */
async function probe(rpcUrl: string): Promise<void> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] });
  const headers = { 'content-type': 'application/json' };
  try {
    const answer = await fetch(rpcUrl, { method: 'POST', headers, body, signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
  } catch (cause) {
    // The address may hold an access key: only its host is named.
    throw new Error(`The chain at ${new URL(rpcUrl).host} does not answer. Check RPC_URL, or try again later.`, {
      cause,
    });
  }
}

/** Whether Permit2 and its deposit collector are on this chain. */
async function takesPermits(provider: JsonRpcProvider): Promise<boolean> {
  const codes = [canonical.permit2, canonical.permit2Collector].map((address) => provider.getCode(address));
  return (await Promise.all(codes)).every((code) => code !== '0x');
}

/** Whether the token has ERC-2612's `permit`, by which Permit2 can be allowed without a transaction of the payer's. */
async function hasPermit(token: Contract): Promise<boolean> {
  try {
    await token.getFunction('nonces')(ZeroAddress);
    return true;
  } catch (error) {
    if (isError(error, 'CALL_EXCEPTION') || isError(error, 'BAD_DATA')) return false;
    throw error;
  }
}

/** Tells a refusal by the chain (a revert, with its reason) from a chain that cannot be reached. */
async function ask<T>(call: () => Promise<T>, contract?: Contract): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (isError(error, 'CALL_EXCEPTION')) {
      const named = error.data && error.data !== '0x' ? contract?.interface.parseError(error.data)?.name : undefined;
      const reason = named ?? error.revert?.name ?? error.reason ?? error.data ?? 'no reason given';
      throw new Problem('chain_refused', { reason }, { cause: error });
    }
    throw new Problem('chain_unavailable', {}, { cause: error });
  }
}
