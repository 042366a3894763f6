// A stake out of a chat purse: freed from its channel to its address, and signed from there into the stake's own channel.
import { AbiCoder } from 'ethers';
import type { Logger } from '../../log.js';
import { Problem } from '../../vocabulary/problems.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Bringing } from '../bringing.js';
import type { Chain } from '../chain.js';
import type { Ledger } from '../ledger.js';
import { remaining } from '../purse.js';
import {
  type ChannelFields,
  channelId,
  type Domain,
  depositNonce,
  receiveDigest,
  sign,
  voucherDigest,
} from '../typed-data.js';
import type { Account } from './accounts.js';
import type { Deposits } from './arrivals.js';
import { type Caps, judgeCaps } from './caps.js';
import type { Keyring } from './keys.js';
import type { OwnPurses } from './purse.js';

/** What the staker signs: the deposit, as its collector takes it, and one voucher for all of it. */
export interface StakeSigned {
  voucherSignature: Hex;
  collectorData: Hex;
}

export interface StakeWish {
  /** Its payer is the account. */
  config: ChannelFields;
  amount: bigint;
  /** The same for the same stake: the token takes its deposit once, however often it is signed. */
  salt: Hex;
  /** Seconds. */
  validBefore: number;
  /** Resolves to true when the stake is in its channel already. */
  placed: () => Promise<boolean>;
  place: (signed: StakeSigned) => Promise<void>;
}

export function createStaking(needs: {
  chain: Pick<Chain, 'depositCollector' | 'token' | 'chainId'>;
  ledger: Pick<Ledger, 'purse'>;
  domain: Domain;
  own: OwnPurses;
  deposits: Deposits;
  keyring: Keyring;
  bring: Bringing['bring'];
  capsOf: (account: Account) => Caps;
  withdrawing: (account: Account) => boolean;
  shown: (amount: bigint) => string;
  log: Logger;
}) {
  const { chain, ledger, domain, own, deposits, keyring, capsOf, shown, log } = needs;

  const inChannel = (account: Account): bigint => {
    const purse = ledger.purse(own.channelOf(account));
    return purse ? remaining(purse) : 0n;
  };

  const tooLittle = (account: Account, amount: bigint): Problem =>
    new Problem('chat_top_up_needed', { amount: shown(amount), left: shown(inChannel(account)) });

  async function check(account: Account, amount: bigint, spent: bigint): Promise<void> {
    if (needs.withdrawing(account)) throw new Problem('chat_withdrawing');
    const caps = capsOf(account);
    const verdict = judgeCaps(amount, caps, spent);
    if (verdict === 'over_command') throw new Problem('chat_over_command', { most: shown(caps.perCommand) });
    if (verdict === 'over_day') throw new Problem('chat_over_day', { most: shown(caps.perDay), spent: shown(spent) });
    if (inChannel(account) < amount) throw tooLittle(account, amount);
  }

  /** Brings the account's address to hold `amount`. */
  async function bring(account: Account, amount: bigint): Promise<void> {
    const { address: payer } = account;
    await deposits.finish(payer);
    await needs.bring({ payer, channel: own.channelOf(account), amount }, () => tooLittle(account, amount));
  }

  function signStake(account: Account, { config, amount, salt, validBefore }: StakeWish): StakeSigned {
    const key = keyring.keyOf(account);
    const id = channelId(config, domain);
    const times = { validAfter: 0n, validBefore: BigInt(validBefore) };
    const to = chain.depositCollector;
    const transfer = { from: account.address, to, value: amount, ...times, nonce: depositNonce(id, salt) };
    const signature = sign(receiveDigest(transfer, { ...chain.token, chainId: chain.chainId }), key);
    const types = ['uint256', 'uint256', 'uint256', 'bytes'];
    const data = [0n, times.validBefore, BigInt(salt), signature];
    return {
      voucherSignature: sign(voucherDigest(id, amount, domain), key),
      collectorData: AbiCoder.defaultAbiCoder().encode(types, data) as Hex,
    };
  }

  /** What lies at the address goes into the account's channel; what cannot now goes with the next stake, top-up or payout. */
  async function putBack(account: Account): Promise<void> {
    await deposits
      .deposit(own.configOf(account), keyring.keyOf(account))
      .catch((err) => log.warn({ err, address: account.address }, 'what is at a chat address is not deposited yet'));
  }

  return {
    check,
    putBack,
    /** In the account's money turn, so that nobody deposits or pays out what is freed. */
    async stake(account: Account, wish: StakeWish): Promise<void> {
      try {
        if (await wish.placed()) return;
        await bring(account, wish.amount);
        await wish.place(signStake(account, wish));
      } finally {
        await putBack(account);
      }
    },
  };
}
