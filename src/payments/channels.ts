// Channels: opened and topped up by signed deposits, followed on chain, each one a purse of the ledger.
import type { Logger } from '../log.js';
import type { Store } from '../store/index.js';
import type { DepositRequest } from '../vocabulary/api.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import type { Chain, ChannelOnChain } from './chain.js';
import type { Ledger } from './ledger.js';
import type { Purse } from './purse.js';
import { type Channel, channelFromRow, channelToRow, saveChannelState } from './rows.js';
import { createTurns } from './turns.js';
import { type ChannelFields, channelId, type Domain, depositNonce, receiveDigest, recover } from './typed-data.js';

/** What a channel must say to be used here. */
export interface Terms {
  receiver: Hex;
  receiverAuthorizer: Hex;
  token: Hex;
  /** Seconds. */
  withdrawDelay: number;
}

export type Channels = Awaited<ReturnType<typeof openChannels>>;

export async function openChannels(needs: {
  store: Store;
  ledger: Ledger;
  chain: Chain;
  domain: Domain;
  terms: Terms;
  log: Logger;
  now: () => number;
}) {
  const { store, ledger, chain, domain, terms, log, now } = needs;
  const channels = new Map<Hex, Channel>();
  const turn = createTurns<Hex>();
  for (const row of await store.db.selectFrom('channels').selectAll().execute()) {
    channels.set(row.id, channelFromRow(row));
  }

  /** What may be spent: a withdrawal under way is the payer's again, whatever he signed. */
  const usable = (state: ChannelOnChain): bigint =>
    state.balance > state.withdrawing ? state.balance - state.withdrawing : 0n;

  async function add(config: ChannelFields, id: Hex, state: ChannelOnChain): Promise<void> {
    const channel: Channel = { id, config, ...state };
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
    const state = await chain.channel(id);
    const purse = ledger.purse(id);
    const same =
      channel.balance === state.balance &&
      channel.claimed === state.claimed &&
      channel.withdrawing === state.withdrawing &&
      purse?.limit === usable(state);
    if (same) return channel;
    Object.assign(channel, state);
    const saved = { ...channel };
    await ledger.adjust(
      id,
      (p) => {
        p.limit = usable(state);
      },
      (trx) => saveChannelState(trx, saved),
    );
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

  async function send(request: DepositRequest, id: Hex, nonce: Hex): Promise<string> {
    const { channelConfig: config, deposit } = request;
    const auth = deposit.authorization.erc3009Authorization;
    const authorization = {
      validAfter: BigInt(auth.validAfter),
      validBefore: BigInt(auth.validBefore),
      salt: auth.salt,
      signature: auth.signature,
    };
    const message = { from: config.payer, to: chain.depositCollector, value: BigInt(deposit.amount), nonce };
    const signer = recover(
      receiveDigest({ ...message, ...authorization }, { ...chain.token, chainId: domain.chainId }),
      auth.signature,
    );
    if (signer !== config.payer) throw new Problem('wrong_signer');
    if (await chain.depositUsed(config.payer, nonce)) return '';
    log.info({ channel: id, amount: deposit.amount }, 'depositing into a channel');
    return chain.deposit(config, BigInt(deposit.amount), authorization);
  }

  async function depositOnce(request: DepositRequest, id: Hex, nonce: Hex) {
    const done = await store.db.selectFrom('deposits').select('tx').where('nonce', '=', nonce).executeTakeFirst();
    const transaction = done?.tx ?? (await send(request, id, nonce));
    if (channels.has(id)) await readAnew(id);
    else await add(request.channelConfig, id, await chain.channel(id));
    if (!done) {
      const row = { nonce, channel: id, amount: request.deposit.amount, tx: transaction, at: now() };
      await store.write(async (trx) => void (await trx.insertInto('deposits').values(row).execute()));
    }
    const purse = ledger.purse(id);
    if (!purse) throw new Problem('unknown_purse');
    const { maxClaimableAmount, signature } = request.voucher;
    if (BigInt(maxClaimableAmount) > purse.authorized) {
      await ledger.acceptVoucher(id, BigInt(maxClaimableAmount), signature);
    }
    return { purse, transaction };
  }

  /**
   * Opens or tops up a channel: sends the payer's EIP-3009 deposit and waits until it is mined. The same
   * request again, also after a crash, deposits nothing more.
   * Problems: channel_not_ours, wrong_signer, chain_refused, chain_unavailable.
   */
  function deposit(request: DepositRequest): Promise<{ purse: Readonly<Purse>; transaction: string }> {
    const id = check(request);
    const nonce = depositNonce(id, request.deposit.authorization.erc3009Authorization.salt);
    return turn(id, () => depositOnce(request, id, nonce));
  }

  return {
    deposit,
    refresh,
    refreshAll: async () => {
      for (const id of channels.keys()) await refresh(id);
    },
    get: (id: Hex): Readonly<Channel> | undefined => channels.get(id),
    all: (): Readonly<Channel>[] => [...channels.values()],
  };
}
