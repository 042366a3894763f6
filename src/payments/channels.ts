// Channels: opened and topped up by signed deposits, followed on chain, each one a purse of the ledger.
import type { Logger } from '../log.js';
import type { Store } from '../store/index.js';
import { createTurns } from '../turns.js';
import type { DepositRequest } from '../vocabulary/channels.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import type { Chain, ChannelOnChain, ChannelReading } from './chain.js';
import type { Ledger } from './ledger.js';
import type { Purse } from './purse.js';
import { type Channel, channelFromRow, channelToRow, saveChannelState } from './rows.js';
import {
  type ChannelFields,
  channelId,
  type Domain,
  depositNonce,
  receiveDigest,
  recover,
  voucherDigest,
} from './typed-data.js';

/** What a channel must say to be used here. */
export interface Terms {
  receiver: Hex;
  receiverAuthorizer: Hex;
  token: Hex;
  /** Seconds. */
  withdrawDelay: number;
}

/** A deposit under way, however its payer signed it. */
export interface Incoming {
  config: ChannelFields;
  id: Hex;
  /** Names it for good. */
  nonce: Hex;
  amount: string;
  /** Whether the chain has taken it already. */
  used: () => Promise<boolean>;
  /** Sends it and resolves to its transaction when it is mined. */
  send: () => Promise<string>;
}

export type Channels = Awaited<ReturnType<typeof openChannels>>;

export async function openChannels(needs: {
  store: Store;
  ledger: Ledger;
  chain: Chain;
  domain: Domain;
  terms: Terms;
  /** What is claimed of a channel changed. */
  onClaimed?: (channel: Hex) => void;
  log: Logger;
  now: () => number;
}) {
  const { store, ledger, chain, domain, terms, log, now } = needs;
  const channels = new Map<Hex, Channel>();
  const refundNonces = new Map<Hex, bigint>();
  const turn = createTurns<Hex>();
  for (const row of await store.db.selectFrom('channels').selectAll().execute()) {
    channels.set(row.id, channelFromRow(row));
  }

  /** What may be spent: a withdrawal under way is the payer's again, whatever he signed. */
  const usable = (state: ChannelOnChain): bigint =>
    state.balance > state.withdrawing ? state.balance - state.withdrawing : 0n;

  async function add(config: ChannelFields, id: Hex, { head, counts: _, ...state }: ChannelReading): Promise<void> {
    const channel: Channel = { id, config, ...state, asOf: head };
    const purse: Purse = {
      id,
      kind: 'channel',
      signer: config.payerAuthorizer,
      channel: id,
      stream: null,
      label: '',
      createdAt: now(),
      limit: usable(state),
      // What was claimed before this ledger knew the channel was signed and spent.
      authorized: state.claimed,
      spent: state.claimed,
      signature: null,
      closing: false,
    };
    await ledger.add([purse], async (trx) => {
      await trx.insertInto('channels').values(channelToRow(channel, now())).execute();
    });
    channels.set(id, channel);
  }

  /** Reads a channel from the chain and brings its purse's limit in line. */
  const refresh = (id: Hex): Promise<Channel | undefined> => turn(id, () => readAnew(id));

  async function readAnew(id: Hex): Promise<Channel | undefined> {
    const channel = channels.get(id);
    if (!channel) return undefined;
    const { head, counts, ...state } = await chain.channel(id);
    // A refund counts it up.
    if (channel.balance !== state.balance) refundNonces.delete(id);
    const purse = ledger.purse(id);
    const same =
      channel.balance === state.balance &&
      channel.claimed === state.claimed &&
      channel.withdrawing === state.withdrawing &&
      purse?.limit === usable(state);
    if (same && counts) return channel;
    const claimed = channel.claimed !== state.claimed;
    Object.assign(channel, state, { asOf: head });
    const saved = { ...channel };
    await ledger.adjust(
      id,
      (p) => {
        p.limit = usable(state);
      },
      (trx) => saveChannelState(trx, saved),
    );
    if (claimed) needs.onClaimed?.(id);
    return channel;
  }

  function check(request: DepositRequest): Hex {
    const config = request.channelConfig;
    const wrong = (['receiver', 'receiverAuthorizer', 'token'] as const).find((f) => config[f] !== terms[f]);
    if (wrong) throw new Problem('channel_not_ours', { field: wrong });
    if (config.withdrawDelay < terms.withdrawDelay) throw new Problem('channel_not_ours', { field: 'withdrawDelay' });
    if (/^0x0+$/.test(config.payerAuthorizer)) throw new Problem('channel_not_ours', { field: 'payerAuthorizer' });
    const id = channelId(config, domain);
    if (id !== request.voucher.channelId) throw new Problem('channel_not_ours', { field: 'channelId' });
    return id;
  }

  /** By hand, and not by the official facilitator as `x402/` does: a page's deposit pays for nothing yet. */
  function byAuthorization(request: DepositRequest, id: Hex): Incoming {
    const { channelConfig: config, deposit } = request;
    const auth = deposit.authorization.erc3009Authorization;
    const nonce = depositNonce(id, auth.salt);
    const authorization = {
      validAfter: BigInt(auth.validAfter),
      validBefore: BigInt(auth.validBefore),
      salt: auth.salt,
      signature: auth.signature,
    };
    const amount = BigInt(deposit.amount);
    const message = { from: config.payer, to: chain.depositCollector, value: amount, nonce, ...authorization };
    const signer = recover(receiveDigest(message, { ...chain.token, chainId: domain.chainId }), auth.signature);
    return {
      ...{ config, id, nonce, amount: deposit.amount },
      used: async () => {
        if (signer !== config.payer) throw new Problem('wrong_signer');
        return chain.depositUsed(config.payer, nonce);
      },
      send: () => chain.deposit(config, amount, authorization),
    };
  }

  /** Sends a deposit unless that was done, and knows the channel after it. Resolves to the transaction, or ''. */
  async function bring({ config, id, nonce, amount, used, send }: Incoming): Promise<string> {
    const done = await store.db.selectFrom('deposits').select('tx').where('nonce', '=', nonce).executeTakeFirst();
    if (!done) log.info({ channel: id, amount }, 'a deposit into a channel');
    const transaction = done?.tx ?? ((await used()) ? '' : await send());
    if (channels.has(id)) await readAnew(id);
    else await add(config, id, await chain.channel(id));
    // One that somebody else sent may still be taken back: it is looked for again.
    if (!done && transaction) {
      const row = { nonce, channel: id, amount, tx: transaction, at: now() };
      await store.write(async (trx) => void (await trx.insertInto('deposits').values(row).execute()));
    }
    return transaction;
  }

  /** Before anything is sent: what is signed ahead of a deposit must hold once the deposit is there. */
  async function checkVoucher({ voucher, channelConfig, deposit }: DepositRequest, id: Hex): Promise<void> {
    const amount = BigInt(voucher.maxClaimableAmount);
    const purse = ledger.purse(id);
    if (amount <= (purse?.authorized ?? 0n)) return;
    if (recover(voucherDigest(id, amount, domain), voucher.signature) !== channelConfig.payerAuthorizer)
      throw new Problem('voucher_wrong_signature', { chainId: domain.chainId });
    const limit = (purse?.limit ?? (await chain.channel(id)).balance) + BigInt(deposit.amount);
    if (amount > limit) throw new Problem('voucher_over_limit', { amount: `${amount}`, limit: `${limit}` });
  }

  async function depositOnce(request: DepositRequest, id: Hex) {
    await checkVoucher(request, id);
    const transaction = await bring(byAuthorization(request, id));
    const purse = ledger.purse(id);
    if (!purse) throw new Problem('unknown_purse');
    const { maxClaimableAmount, signature } = request.voucher;
    if (BigInt(maxClaimableAmount) > purse.authorized) {
      await ledger.acceptVoucher(id, BigInt(maxClaimableAmount), signature);
    }
    return { purse, transaction };
  }

  /** A channel that others opened on chain; false when there is nothing in it. */
  async function adopt(config: ChannelFields, id: Hex): Promise<boolean> {
    if (channels.has(id)) return true;
    const state = await chain.channel(id);
    if (state.balance === 0n) return false;
    await add(config, id, state);
    return true;
  }

  /** How many refunds the channel has had. */
  async function refundNonce(id: Hex): Promise<bigint> {
    const nonce = refundNonces.get(id) ?? (await chain.refundNonce(id));
    refundNonces.set(id, nonce);
    return nonce;
  }

  /**
   * Opens or tops up a channel: sends the payer's EIP-3009 deposit and waits until it is mined. The same
   * request again, also after a crash, deposits nothing more.
   * Problems: channel_not_ours, voucher_wrong_signature, voucher_over_limit, wrong_signer, chain_refused,
   * chain_unavailable.
   */
  function deposit(request: DepositRequest): Promise<{ purse: Readonly<Purse>; transaction: string }> {
    const id = check(request);
    return turn(id, () => depositOnce(request, id));
  }

  return {
    deposit,
    /** Brings a deposit in, once. Problems: those of its `used` and `send`, and chain_unavailable. */
    bring: (incoming: Incoming): Promise<string> => turn(incoming.id, () => bring(incoming)),
    adopt: (config: ChannelFields, id: Hex): Promise<boolean> => turn(id, () => adopt(config, id)),
    refundNonce,
    refresh,
    /** Read at a block after `from`, up to `to`. */
    readWithin: (from: number, to: number): Hex[] =>
      [...channels.values()].flatMap(({ id, asOf }) => (asOf > from && asOf <= to ? [id] : [])),
    refreshAll: async () => {
      for (const id of channels.keys()) await refresh(id);
    },
    get: (id: Hex): Readonly<Channel> | undefined => channels.get(id),
    all: (): Readonly<Channel>[] => [...channels.values()],
  };
}
