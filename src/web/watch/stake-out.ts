// A stake of this page: signed with its own key, remembered until the server has answered for it, and never signed twice.
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { type ChannelFields, channelId, depositNonce } from '../../payments/typed-data.js';
import type { PredictionView, StakeReceipt, StakeRequest } from '../../vocabulary/predictions.js';
import type { StreamInfo } from '../../vocabulary/streams.js';
import type { Hex } from '../../vocabulary/values.js';
import { type Api, passing } from '../shared/api.js';
import { randomHex, randomId } from '../shared/bytes.js';
import type { Keep } from '../shared/keep.js';
import { domainOf } from './deposit.js';
import type { Wallet } from './wallet.js';

export interface StakeOrder {
  prediction: PredictionView;
  option: number;
  amount: bigint;
  /** The own channel that gives what lacks at the page's address. */
  from: Hex | null;
}

interface Kept {
  prediction: string;
  body: StakeRequest;
}

/** Of channels that only contracts/PredictionEscrow.sol claims: it makes up the same one. */
const withdrawDelay = 15 * 60;

/** The channel of a stake, as polls/predictions/channel.ts has it. */
export function stakeChannel(
  { market, outcome, payer, nonce }: { market: Hex; outcome: number; payer: Hex; nonce: Hex },
  { escrow, token }: { escrow: Hex; token: Hex },
): ChannelFields {
  const words = market.slice(2) + outcome.toString(16).padStart(64, '0') + nonce.slice(2);
  const salt: Hex = `0x${bytesToHex(keccak_256(hexToBytes(words)))}`;
  const ours = { receiver: escrow, receiverAuthorizer: escrow, token, withdrawDelay, salt };
  return { payer, payerAuthorizer: payer, ...ours };
}

/** One voucher for all of it, and the deposit, good until the lock: whoever sends them, it is this stake or none. */
export function signStake(wallet: Wallet, terms: StreamInfo['terms'], order: StakeOrder): StakeRequest {
  const { prediction, option, amount, from } = order;
  const [nonce, salt] = [randomHex(32), randomHex(32)];
  const { address: payer } = wallet;
  const { market, escrow } = prediction as { market: Hex; escrow: Hex };
  const { address, name, version } = terms.token;
  const config = stakeChannel({ market, outcome: option, payer, nonce }, { escrow, token: address });
  const channel = channelId(config, domainOf(terms));
  const validBefore = Math.floor(prediction.lockAt / 1000);
  const times = { validAfter: 0n, validBefore: BigInt(validBefore) };
  const transfer = { from: payer, to: terms.depositCollector, value: amount, ...times };
  const signature = wallet.receive(
    { ...transfer, nonce: depositNonce(channel, salt) },
    { address, name, version, chainId: terms.chainId },
  );
  return {
    ...{ id: randomId(), option, amount: `${amount}`, payer, payerAuthorizer: payer, nonce },
    signature: wallet.voucher(channel, amount, domainOf(terms)),
    deposit: { validBefore: `${validBefore}`, salt, signature },
    ...(from && { from }),
  };
}

export type Staker = ReturnType<typeof createStaker>;

export function createStaker(needs: { api: Api; keep: Keep; wallet: Wallet; terms: StreamInfo['terms'] }) {
  const { api, keep, wallet, terms } = needs;
  const slot = `stake.${wallet.address}.${terms.chainId}`;
  const ever = `staked.${wallet.address}.${terms.chainId}`;
  let sending: Promise<StakeReceipt> | null = null;

  function kept(): Kept | null {
    const text = keep.get(slot);
    return text === null ? null : (JSON.parse(text) as Kept);
  }

  /** What has an answer, or a refusal for good, is forgotten; everything else is sent again, never signed again. */
  async function post({ prediction, body }: Kept): Promise<StakeReceipt> {
    try {
      const receipt = await api('postStake', { params: { prediction }, body });
      keep.set(slot, null);
      return receipt;
    } catch (error) {
      if (!passing(error)) keep.set(slot, null);
      throw error;
    }
  }

  function send(one: Kept): Promise<StakeReceipt> {
    sending ??= post(one).finally(() => {
      sending = null;
    });
    return sending;
  }

  return {
    /** Winnings of this page may lie at its address. */
    hasStaked: (): boolean => keep.get(ever) !== null,
    /** Signed and not answered for. */
    unfinished: (): Kept | null => kept(),
    /** Sends what is unfinished; null when nothing is. Throws `Refusal`. */
    async finish(): Promise<StakeReceipt | null> {
      const before = kept();
      return before && send(before);
    },
    /** An earlier one that is unfinished goes first; when it is the same, it is this one. Throws `Refusal`. */
    async stake(order: StakeOrder): Promise<StakeReceipt> {
      const before = kept();
      if (before) {
        const { prediction, body } = before;
        const receipt = await send(before);
        const same = prediction === order.prediction.id && body.option === order.option;
        if (same && body.amount === `${order.amount}`) return receipt;
      }
      const made: Kept = { prediction: order.prediction.id, body: signStake(wallet, terms, order) };
      keep.set(slot, JSON.stringify(made));
      keep.set(ever, '1');
      return send(made);
    },
  };
}
