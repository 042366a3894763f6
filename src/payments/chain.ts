// The settlement contract and the token on an EVM chain, as the payments part needs them (ethers 6).
import {
  AbiCoder,
  Contract,
  type ContractTransactionResponse,
  isError,
  JsonRpcProvider,
  type TransactionReceipt,
  Wallet,
} from 'ethers';
import { x402BatchSettlement } from '../chain/contracts.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import type { ChannelFields } from './typed-data.js';

const tokenAbi = [
  'function name() view returns (string)',
  'function symbol() view returns (string)',
  'function decimals() view returns (uint8)',
  'function version() view returns (string)',
  'function eip712Domain() view returns (bytes1,string name,string version,uint256,address,bytes32,uint256[])',
  'function balanceOf(address) view returns (uint256)',
  'function authorizationState(address,bytes32) view returns (bool)',
  'function mint(address,uint256)',
];

export interface TokenFacts {
  address: Hex;
  name: string;
  version: string;
  symbol: string;
  decimals: number;
}

export interface ChannelOnChain {
  balance: bigint;
  claimed: bigint;
  withdrawing: bigint;
  /** Seconds; 0 when no withdrawal is pending. */
  withdrawAt: number;
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

export type Chain = Awaited<ReturnType<typeof connectChain>>;

/**
 * Connects to the chain at `rpcUrl`; transactions are sent and paid for by `relayerKey`, one after the other.
 * Every call may throw the Problem chain_unavailable.
 */
export async function connectChain(needs: {
  rpcUrl: string;
  contract: Hex;
  depositCollector: Hex;
  token: Hex;
  relayerKey: Hex;
  pollMs: number;
}) {
  await probe(needs.rpcUrl);
  const provider = new JsonRpcProvider(needs.rpcUrl, undefined, {
    staticNetwork: true,
    pollingInterval: needs.pollMs,
    // A remembered nonce or balance is a wrong one right after a transaction.
    cacheTimeout: -1,
  });
  const relayer = new Wallet(needs.relayerKey, provider);
  const settlement = new Contract(needs.contract, x402BatchSettlement.abi, relayer);
  const token = new Contract(needs.token, tokenAbi, relayer);
  const { chainId } = await ask(() => provider.getNetwork());
  const facts = await ask(() => readToken(needs.token, token));
  let sending: Promise<unknown> = Promise.resolve();

  /** Sends one transaction after the one before is on its way (nonces), then waits until it is mined. */
  async function send(method: Contract, name: string, args: unknown[]): Promise<TransactionReceipt> {
    const sent = sending.then(() => ask(() => method.getFunction(name).send(...args)));
    sending = sent.catch(() => undefined);
    const response: ContractTransactionResponse = await sent;
    const receipt = await ask(() => response.wait(1, 120_000));
    if (!receipt) throw new Problem('chain_unavailable');
    return receipt;
  }

  async function channel(id: Hex): Promise<ChannelOnChain> {
    const [state, withdrawal] = await ask(() =>
      Promise.all([settlement.getFunction('channels')(id), settlement.getFunction('pendingWithdrawals')(id)]),
    );
    return {
      balance: state[0] as bigint,
      claimed: state[1] as bigint,
      withdrawing: withdrawal[0] as bigint,
      withdrawAt: Number(withdrawal[1]),
    };
  }

  return {
    chainId: Number(chainId),
    contract: needs.contract,
    depositCollector: needs.depositCollector,
    token: facts,
    channel,
    balanceOf: (address: Hex): Promise<bigint> => ask(() => token.getFunction('balanceOf')(address)),
    refundNonce: (id: Hex): Promise<bigint> => ask(() => settlement.getFunction('refundNonce')(id)),
    depositUsed: (payer: Hex, nonce: Hex): Promise<boolean> =>
      ask(() => token.getFunction('authorizationState')(payer, nonce)),
    head: () => ask(() => provider.getBlockNumber()),
    /** The channels that the contract's events between two blocks name. */
    touched: (fromBlock: number, toBlock: number): Promise<Hex[]> =>
      ask(async () => {
        const logs = await provider.getLogs({ address: needs.contract, fromBlock, toBlock });
        return [...new Set(logs.map((log) => (log.topics[1] ?? '0x').toLowerCase() as Hex))];
      }),
    async deposit(config: ChannelFields, amount: bigint, auth: DepositAuthorization): Promise<Hex> {
      const data = AbiCoder.defaultAbiCoder().encode(
        ['uint256', 'uint256', 'uint256', 'bytes'],
        [auth.validAfter, auth.validBefore, BigInt(auth.salt), auth.signature],
      );
      const args = [config, amount, needs.depositCollector, data];
      await ask(() => settlement.getFunction('deposit').staticCall(...args));
      return (await send(settlement, 'deposit', args)).hash as Hex;
    },
    async claim(rows: readonly ClaimRow[], signature: Hex): Promise<Hex> {
      const claims = rows.map((row) => ({
        voucher: { channel: row.config, maxClaimableAmount: row.maxClaimableAmount },
        signature: row.signature,
        totalClaimed: row.totalClaimed,
      }));
      return (await send(settlement, 'claimWithSignature', [claims, signature])).hash as Hex;
    },
    /** What the receiver has claimed and not yet been paid. */
    async unsettled(receiver: Hex): Promise<bigint> {
      const [claimed, settled] = await ask(() => settlement.getFunction('receivers')(receiver, needs.token));
      return (claimed as bigint) - (settled as bigint);
    },
    /** Pays out what is claimed: one token transfer to the receiver. */
    async settle(receiver: Hex): Promise<{ amount: bigint; transaction: Hex }> {
      const receipt = await send(settlement, 'settle', [receiver, needs.token]);
      const logs = receipt.logs.map((log) => settlement.interface.parseLog(log));
      const settled = logs.find((log) => log?.name === 'Settled');
      return { amount: (settled?.args.amount as bigint | undefined) ?? 0n, transaction: receipt.hash as Hex };
    },
    async refund(config: ChannelFields, amount: bigint, nonce: bigint, signature: Hex): Promise<Hex> {
      return (await send(settlement, 'refundWithSignature', [config, amount, nonce, signature])).hash as Hex;
    },
    /** Test tokens; only the development token lets anyone do this. */
    async mint(to: Hex, amount: bigint): Promise<Hex> {
      return (await send(token, 'mint', [to, amount])).hash as Hex;
    },
    close: () => provider.destroy(),
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

async function readToken(address: Hex, token: Contract): Promise<TokenFacts> {
  const [name, symbol, decimals] = await Promise.all([
    token.getFunction('name')(),
    token.getFunction('symbol')(),
    token.getFunction('decimals')(),
  ]);
  const version: string = await token
    .getFunction('version')()
    .catch(() =>
      token
        .getFunction('eip712Domain')()
        .then((domain) => domain.version),
    )
    .catch(() => '1');
  return { address, name, symbol, decimals: Number(decimals), version };
}

/** Tells a refusal by the chain (a revert, with its reason) from a chain that cannot be reached. */
async function ask<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (isError(error, 'CALL_EXCEPTION')) {
      const reason = error.revert?.name ?? error.reason ?? error.data ?? 'no reason given';
      throw new Problem('chain_refused', { reason }, { cause: error });
    }
    throw new Problem('chain_unavailable', {}, { cause: error });
  }
}
