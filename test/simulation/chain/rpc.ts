// What the node answers over JSON-RPC: the methods our client uses, in the shapes that real nodes give.
import { type EventFragment, type FunctionFragment, Interface, Transaction } from 'ethers';
import { testDai, x402BatchSettlement } from '../../../src/chain/contracts.js';
import type { Hex } from '../../../src/vocabulary/values.js';
import { type Block, gwei, type Mined, type Node, Rejected, type Tx } from './node.js';
import { type Call, type Contract, type Place, Revert } from './settlement.js';

export class RpcError extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly data?: Hex,
  ) {
    super(message);
  }
}

export const settlementAbi = new Interface(x402BatchSettlement.abi);
export const tokenAbi = new Interface(testDai.abi);
type Abi = ReturnType<typeof quick>;

/** ethers looks a function up by hashing them all, each time. */
function quick(abi: Interface) {
  const fragments = new Map<string, FunctionFragment>();
  abi.forEachFunction((fragment) => void fragments.set(fragment.selector, fragment));
  return {
    abi,
    parse(data: Hex) {
      const fragment = fragments.get(data.slice(0, 10));
      if (!fragment) return null;
      return { fragment, name: fragment.name, args: [...abi.decodeFunctionData(fragment, data)] as unknown[] };
    },
  };
}

export const settlement = quick(settlementAbi);
const tokenContract = quick(tokenAbi);
const events = new Map<string, EventFragment>();
settlementAbi.forEachEvent((event) => void events.set(event.name, event));
const quantity = (n: number | bigint): Hex => `0x${n.toString(16)}`;
const zeros = (bytes: number): Hex => `0x${'00'.repeat(bytes)}`;
const low = (text: unknown): Hex => String(text).toLowerCase() as Hex;

interface Asked {
  from?: Hex;
  to?: Hex;
  data?: Hex;
}

export function createRpc(needs: { node: Node; contract: Contract; place: Place; relayer: Hex; coins: () => bigint }) {
  const { node, contract, place, relayer } = needs;
  const { domain, token } = place;
  const chainId = quantity(domain.chainId);
  const offered = new Map<Hex, Tx>();

  const abiOf = (to: Hex): Abi | null =>
    to === domain.contract ? settlement : to === token.address ? tokenContract : null;

  function decode(who: Hex, to: Hex, data: Hex): Call | null {
    const parsed = abiOf(to)?.parse(data);
    if (!parsed) return null;
    // One of the overloads has its signature in three parts.
    const args = parsed.name === 'transferWithAuthorization' ? joined(parsed.args) : parsed.args;
    return { who, to, method: parsed.name, args };
  }

  const joined = (args: readonly unknown[]): unknown[] => {
    if (args.length === 7) return [...args];
    const [v, r, s] = args.slice(6) as [bigint, Hex, Hex];
    return [...args.slice(0, 6), `${r}${s.slice(2)}${Number(v).toString(16).padStart(2, '0')}`];
  };

  function reverted(error: unknown): RpcError {
    if (!(error instanceof Revert)) throw error;
    const fragment = settlementAbi.getError(error.message);
    const data = fragment && fragment.inputs.length === 0 ? settlementAbi.encodeErrorResult(fragment, []) : '0x';
    return new RpcError(3, 'execution reverted', data as Hex);
  }

  /** What a view answers, as its values. */
  function view(method: string, args: readonly unknown[], { state }: Block): unknown[] | null {
    const id = low(args[0]);
    const channel = contract.channelOf(state, id);
    const withdrawal = state.withdrawals.get(id);
    const earned = state.receivers.get(id) ?? { claimed: 0n, settled: 0n };
    const views: Record<string, () => unknown[]> = {
      channels: () => [channel.balance, channel.claimed],
      pendingWithdrawals: () => [withdrawal?.amount ?? 0n, withdrawal?.at ?? 0],
      refundNonce: () => [state.refundNonces.get(id) ?? 0n],
      receivers: () => [earned.claimed, earned.settled],
      balanceOf: () => [contract.held(state, id)],
      authorizationState: () => [state.used.has(`${id} ${low(args[1])}`)],
      nonces: () => [0n],
      name: () => [token.name],
      symbol: () => ['DAI'],
      decimals: () => [18],
      eip712Domain: () => ['0x0f', token.name, token.version, domain.chainId, token.address, zeros(32), []],
    };
    return views[method]?.() ?? null;
  }

  function call({ from, to, data }: Asked, tag: string): Hex {
    const abi = abiOf(low(to));
    const parsed = abi && data && abi.parse(data);
    if (!abi || !parsed) throw new RpcError(3, 'execution reverted', '0x');
    const at = tag === 'latest' ? node.head() : node.block(Number(tag));
    if (!at) throw new RpcError(-32000, 'header not found');
    const values = view(parsed.name, parsed.args, at);
    if (values) return abi.abi.encodeFunctionResult(parsed.fragment, values) as Hex;
    estimate({ ...(from && { from }), ...(to && { to }), data });
    return '0x';
  }

  function estimate({ from, to, data }: Asked): Hex {
    if (needs.coins() === 0n) throw new RpcError(-32000, 'insufficient funds for gas * price + value');
    const decoded = decode(low(from), low(to), low(data));
    try {
      if (decoded) node.execute(decoded);
    } catch (error) {
      throw reverted(error);
    }
    return quantity(200_000);
  }

  /** The same bytes are offered again and again. */
  function readRaw(raw: Hex): Tx {
    const known = offered.get(raw);
    if (known) return known;
    const { hash, nonce, to, data, maxFeePerGas, maxPriorityFeePerGas } = Transaction.from(raw);
    const fees = { fee: maxFeePerGas ?? 0n, tip: maxPriorityFeePerGas ?? 0n };
    const tx = { hash: low(hash), from: relayer, nonce, ...fees, call: decode(relayer, low(to), low(data)) };
    offered.set(raw, tx);
    return tx;
  }

  function sendRaw(raw: Hex): Hex {
    if (needs.coins() === 0n) throw new RpcError(-32000, 'insufficient funds for gas * price + value');
    try {
      node.offer(readRaw(raw));
    } catch (error) {
      throw error instanceof Rejected ? new RpcError(-32000, error.message) : error;
    }
    return readRaw(raw).hash;
  }

  function logsOf(block: Block, index: number, { tx, told }: Mined, first: number) {
    return told.map(({ name, args }, i) => {
      const { data, topics } = settlementAbi.encodeEventLog(events.get(name) ?? name, args);
      return {
        ...{ address: domain.contract, data, topics, removed: false },
        ...{ blockNumber: quantity(block.n), blockHash: block.hash, logIndex: quantity(first + i) },
        ...{ transactionHash: tx.hash, transactionIndex: quantity(index) },
      };
    });
  }

  function blockLogs(block: Block) {
    let first = 0;
    return block.mined.flatMap((mined, index) => {
      const logs = logsOf(block, index, mined, first);
      first += logs.length;
      return logs;
    });
  }

  function receipt(hash: Hex) {
    const found = node.mined(hash);
    if (!found) return null;
    const { block, index, mined } = found;
    return {
      ...{ transactionHash: hash, transactionIndex: quantity(index), contractAddress: null, logsBloom: zeros(256) },
      ...{ blockHash: block.hash, blockNumber: quantity(block.n), from: mined.tx.from, to: domain.contract },
      ...{ gasUsed: '0x1', cumulativeGasUsed: '0x1', effectiveGasPrice: quantity(block.baseFee), type: '0x2' },
      ...{ status: mined.ok ? '0x1' : '0x0', logs: blockLogs(block).filter((log) => log.transactionHash === hash) },
    };
  }

  function block(tag: string) {
    const found = tag === 'latest' ? node.head() : node.block(Number(tag));
    if (!found) return null;
    return {
      ...{ number: quantity(found.n), hash: found.hash, parentHash: found.parent, timestamp: quantity(found.time) },
      ...{ baseFeePerGas: quantity(found.baseFee), gasLimit: '0x1c9c380', gasUsed: '0x0', difficulty: '0x0' },
      ...{ miner: zeros(20), extraData: '0x', nonce: zeros(8), transactions: found.mined.map(({ tx }) => tx.hash) },
    };
  }

  const deployed = new Set([domain.contract, token.address, place.collector]);
  const methods: Record<string, (...params: never[]) => unknown> = {
    eth_chainId: () => chainId,
    eth_blockNumber: () => quantity(node.head().n),
    eth_getCode: (address: Hex) => (deployed.has(low(address)) ? '0x01' : '0x'),
    eth_call: (asked: Asked, tag: string, changed?: unknown) => {
      if (changed) throw new RpcError(-32602, 'too many arguments, want at most 2');
      return call(asked, tag);
    },
    eth_estimateGas: estimate,
    eth_gasPrice: () => quantity(node.head().baseFee + gwei),
    eth_maxPriorityFeePerGas: () => quantity(gwei),
    eth_getBalance: () => quantity(needs.coins()),
    eth_getTransactionCount: (who: Hex, tag: string) =>
      quantity(tag === 'pending' ? node.pendingNonce(low(who)) : node.nonceOf(low(who))),
    eth_sendRawTransaction: sendRaw,
    eth_getTransactionReceipt: receipt,
    eth_getBlockByNumber: block,
    eth_getLogs: ({ fromBlock, toBlock }: { fromBlock: Hex; toBlock: Hex }) =>
      node.between(Number(fromBlock), Number(toBlock)).flatMap(blockLogs),
  };

  return {
    decode,
    /** Throws RpcError. */
    answer(method: string, params: readonly unknown[]): unknown {
      const known = methods[method];
      if (!known) throw new RpcError(-32601, `the method ${method} does not exist/is not available`);
      return known(...(params as never[]));
    },
  };
}
