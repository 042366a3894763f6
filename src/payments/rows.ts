// Between rows and values: how purses, channels and charges are kept in the database.
import type { Selectable, Updateable } from 'kysely';
import type { Trx } from '../store/index.js';
import type { ChannelRow, ChargeRow, PurseRow } from '../store/schema.js';
import type { Hex } from '../vocabulary/values.js';
import type { Purse } from './purse.js';
import type { ChannelFields } from './typed-data.js';

/** A payment channel as last seen on chain. */
export interface Channel {
  readonly id: Hex;
  readonly config: ChannelFields;
  balance: bigint;
  claimed: bigint;
  withdrawing: bigint;
  withdrawAt: number;
}

export const purseFromRow = (row: Selectable<PurseRow>): Purse => ({
  id: row.id,
  kind: row.kind,
  signer: row.signer,
  channel: row.channel,
  stream: row.stream,
  label: row.label,
  createdAt: row.created_at,
  limit: BigInt(row.credit),
  authorized: BigInt(row.authorized),
  spent: BigInt(row.spent),
  signature: row.signature,
  closing: row.closing === 1,
});

/** The changing part of a purse, as of now. */
export const purseMoney = (purse: Readonly<Purse>) => ({
  credit: purse.limit.toString(),
  authorized: purse.authorized.toString(),
  spent: purse.spent.toString(),
  signature: purse.signature,
  closing: purse.closing ? 1 : 0,
});

export const purseToRow = (purse: Readonly<Purse>): PurseRow => ({
  id: purse.id,
  kind: purse.kind,
  signer: purse.signer,
  channel: purse.channel,
  stream: purse.stream,
  label: purse.label,
  created_at: purse.createdAt,
  ...purseMoney(purse),
});

export const channelFromRow = (row: Selectable<ChannelRow>): Channel => ({
  id: row.id,
  config: {
    payer: row.payer,
    payerAuthorizer: row.payer_authorizer,
    receiver: row.receiver,
    receiverAuthorizer: row.receiver_authorizer,
    token: row.token,
    withdrawDelay: row.withdraw_delay,
    salt: row.salt,
  },
  balance: BigInt(row.balance),
  claimed: BigInt(row.claimed),
  withdrawing: BigInt(row.withdrawing),
  withdrawAt: row.withdraw_at,
});

export const channelToRow = (channel: Readonly<Channel>, createdAt: number): ChannelRow => ({
  id: channel.id,
  payer: channel.config.payer,
  payer_authorizer: channel.config.payerAuthorizer,
  receiver: channel.config.receiver,
  receiver_authorizer: channel.config.receiverAuthorizer,
  token: channel.config.token,
  withdraw_delay: channel.config.withdrawDelay,
  salt: channel.config.salt,
  created_at: createdAt,
  ...channelChainState(channel),
});

const channelChainState = (channel: Readonly<Channel>) => ({
  balance: channel.balance.toString(),
  claimed: channel.claimed.toString(),
  withdrawing: channel.withdrawing.toString(),
  withdraw_at: channel.withdrawAt,
});

export async function saveChannelState(trx: Trx, channel: Readonly<Channel>): Promise<void> {
  await trx.updateTable('channels').set(channelChainState(channel)).where('id', '=', channel.id).execute();
}

/** What one change made of the ledger, to be written in its batch. */
export interface Effect {
  purses?: { id: Hex; set: Updateable<PurseRow> }[];
  charge?: ChargeRow;
  earnings?: { stream: string; watched: bigint; tipped: bigint };
}

/** Writes a batch: each purse and stream once with its newest values, all charges in one statement. */
export async function saveEffects(trx: Trx, effects: readonly Effect[]): Promise<void> {
  const purses = new Map(effects.flatMap((e) => e.purses ?? []).map((p) => [p.id, p.set]));
  for (const [id, set] of purses) await trx.updateTable('purses').set(set).where('id', '=', id).execute();
  const charges = effects.flatMap((e) => e.charge ?? []);
  // SQLite takes 32,766 parameters a statement; a charge has eight.
  for (let i = 0; i < charges.length; i += 4000) {
    await trx
      .insertInto('charges')
      .values(charges.slice(i, i + 4000))
      .execute();
  }
  const earnings = new Map(effects.flatMap((e) => e.earnings ?? []).map((e) => [e.stream, e]));
  for (const [stream, { watched, tipped }] of earnings) {
    const set = { watched: watched.toString(), tipped: tipped.toString() };
    await trx.updateTable('streams').set(set).where('id', '=', stream).execute();
  }
}
