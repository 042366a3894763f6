// The escrow contract as the engine asks it and sends to it: every call can be repeated.
import { AbiCoder } from 'ethers';
import { predictionEscrow } from '../../chain/contracts.js';
import { predictionEscrow as place } from '../../chain/index.js';
import type { Chain } from '../../payments/index.js';
import { Problem } from '../../vocabulary/problems.js';
import type { Hex } from '../../vocabulary/values.js';
import type { StakeFields, Terms } from './channel.js';
import type { Mark, Stake } from './payouts.js';

export type EscrowChain = Pick<Chain, 'read' | 'write' | 'code' | 'channel' | 'depositCollector'>;

/** What the contract has of a market. */
export interface OnChain {
  locked: boolean;
  cancelled: boolean;
  corrected: boolean;
  reckoned: boolean;
  feePaid: boolean;
  winner: number;
  /** Seconds; 0: not resolved. */
  finalAt: number;
  count: number;
}

export interface StakeOnChain extends Stake {
  paid: boolean;
  payer: Hex;
}

/** A stake as the contract takes it. */
export interface Order extends StakeFields {
  amount: bigint;
  voucherSignature: Hex;
  collectorData: Hex;
}

const { abi } = predictionEscrow;
const { address } = place;
const nobody = `0x${'00'.repeat(20)}`;
const pageOf = 200;
const payoutsAtOnce = 40;
const reckonedAtOnce = 400;

/** What its collector is given: an EIP-3009 authorization of the deposit, valid at once. */
export const collectorData = ({ validBefore, salt, signature }: { validBefore: bigint; salt: Hex; signature: Hex }) =>
  AbiCoder.defaultAbiCoder().encode(
    ['uint256', 'uint256', 'uint256', 'bytes'],
    [0n, validBefore, BigInt(salt), signature],
  ) as Hex;

export type Escrow = ReturnType<typeof createEscrow>;

export function createEscrow(chain: EscrowChain) {
  const ask = (functionName: string, ...args: unknown[]) => chain.read({ address, abi, functionName, args });
  const send = (name: string, functionName: string, ...args: unknown[]) =>
    chain.write(`prediction/${name}`, { address, abi, functionName, args });

  async function stateOf(market: Hex): Promise<OnChain> {
    const s = (await ask('stateOf', market)) as Record<keyof OnChain, bigint & boolean>;
    const { locked, cancelled, corrected, reckoned, feePaid } = s;
    const numbers = { winner: Number(s.winner), finalAt: Number(s.finalAt), count: Number(s.count) };
    return { locked, cancelled, corrected, reckoned, feePaid, ...numbers };
  }

  async function stakesOf(market: Hex): Promise<StakeOnChain[]> {
    const all: StakeOnChain[] = [];
    for (;;) {
      const page = (await ask('page', market, all.length, pageOf)) as [bigint, bigint, boolean, string][];
      for (const [amount, outcome, paid, payer] of page)
        all.push({ amount, outcome: Number(outcome), paid, payer: payer.toLowerCase() as Hex });
      if (page.length < pageOf) return all;
    }
  }

  async function reckon(market: Hex, mark: Mark, count: number): Promise<void> {
    const pages = Math.ceil(count / reckonedAtOnce);
    // One that was under way before a restart has done its page.
    for (let i = 0; i < pages && !(await stateOf(market)).reckoned; i++) {
      await send(`${market}/reckon/${i}`, 'reckon', market, mark, reckonedAtOnce);
    }
  }

  /** Pays stakes by index, many at once; of those that the chain refuses together, each alone. Resolves to who was refused. */
  async function payOut(market: Hex, indexes: readonly number[]): Promise<number[]> {
    const refused: number[] = [];
    for (let i = 0; i < indexes.length; i += payoutsAtOnce) {
      const some = indexes.slice(i, i + payoutsAtOnce);
      try {
        await send(`${market}/pay/${some[0]}+${some.length}`, 'payout', market, some);
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'chain_refused') throw error;
        if (some.length === 1) refused.push(...some);
        else for (const one of some) refused.push(...(await payOut(market, [one])));
      }
    }
    return refused;
  }

  return {
    address: address as Hex,
    collector: chain.depositCollector,
    isDeployed: async (): Promise<boolean> => (await chain.code(address)) !== '0x',
    isOpened: async (market: Hex): Promise<boolean> =>
      BigInt(((await ask('termsOf', market)) as { host: string }).host) !== 0n,
    stateOf,
    stakesOf,
    totalsOf: (market: Hex, options: number): Promise<bigint[]> =>
      Promise.all(Array.from({ length: options }, (_, i) => ask('stakedOn', market, i) as Promise<bigint>)),
    open: (market: Hex, terms: Terms) => send(`${market}/open`, 'open', terms),
    lock: (market: Hex) => send(`${market}/lock`, 'lock', market),
    resolve: (market: Hex, winner: number) => send(`${market}/resolve/${winner}`, 'resolve', market, winner),
    cancel: (market: Hex) => send(`${market}/cancel`, 'cancel', market),
    reckon,
    payOut,
    payFee: (market: Hex) => send(`${market}/fee`, 'payFee', market),
    /** Claimed is a stake's channel by the stake alone; what is in it unclaimed was deposited and not staked. */
    async channel(channel: Hex): Promise<{ staked: boolean; unclaimed: bigint }> {
      const { balance, claimed } = await chain.channel(channel);
      return { staked: claimed > 0n, unclaimed: balance - claimed };
    },
    /** Without a collector where its deposit is in the channel already. */
    stake: (channel: Hex, order: Order, deposited: boolean) => {
      const collector = deposited ? nobody : chain.depositCollector;
      return send(`stake/${channel}`, 'stake', { ...order, collector });
    },
    release: (channel: Hex, { market, outcome, payer, payerAuthorizer, nonce }: StakeFields) =>
      send(`release/${channel}`, 'release', market, outcome, payer, payerAuthorizer, nonce),
  };
}
