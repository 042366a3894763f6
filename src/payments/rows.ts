// Between rows and values: how purses, channels and charges are kept in the database.
import type { Selectable } from 'kysely';
import type { Store, Trx } from '../store/index.js';
import type { ChannelRow, ChargeRow, HoldRow, PurseRow } from '../store/rows/money.js';
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
  /** The block at which it was read: while the watcher has not passed it, it may have been rewritten. */
  asOf: number;
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
  ...(row.kind === 'pass' && { expiresAt: row.expires_at, revokedAt: row.revoked_at }),
});

/** The changing part of a purse, as of now. */
export const purseMoney = (purse: Readonly<Purse>) => ({
  credit: purse.limit.toString(),
  authorized: purse.authorized.toString(),
  spent: purse.spent.toString(),
  signature: purse.signature,
  closing: purse.closing ? 1 : 0,
  revoked_at: purse.revokedAt ?? null,
});

export type PurseMoney = ReturnType<typeof purseMoney>;

export const purseToRow = (purse: Readonly<Purse>): PurseRow => ({
  id: purse.id,
  kind: purse.kind,
  signer: purse.signer,
  channel: purse.channel,
  stream: purse.stream,
  label: purse.label,
  created_at: purse.createdAt,
  expires_at: purse.expiresAt ?? null,
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
  asOf: row.as_of,
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
  as_of: channel.asOf,
});

export async function saveChannelState(trx: Trx, channel: Readonly<Channel>): Promise<void> {
  await trx.updateTable('channels').set(channelChainState(channel)).where('id', '=', channel.id).execute();
}

/** What one change made of the ledger, to be written in its batch. */
export interface Effect {
  purses?: { id: Hex; set: PurseMoney }[];
  charge?: ChargeRow;
  hold?: HoldRow;
  letGo?: Pick<HoldRow, 'payer' | 'reason'>;
  earnings?: { stream: string; watched: bigint; tipped: bigint };
}

const updatePurse =
  'update purses set credit = ?, authorized = ?, spent = ?, signature = ?, closing = ?, revoked_at = ? where id = ?';
const insertHold = 'insert into holds (payer, reason, purse, stream, kind, amount, at) values (?, ?, ?, ?, ?, ?, ?)';
const deleteHold = 'delete from holds where payer = ? and reason = ?';
const insertCharge =
  'insert into charges (payer, reason, purse, stream, kind, amount, duration_ms, at) values (?, ?, ?, ?, ?, ?, ?, ?)';

/** What is held is let go, or taken, only after it is on disk: never in the same batch. */
async function saveHolds(store: Store, trx: Trx, effects: readonly Effect[]): Promise<void> {
  const held = effects.flatMap((e) => e.hold ?? []);
  const rows = held.map(({ payer, reason, purse, stream, kind, amount, at }) => {
    return [payer, reason, purse, stream, kind, amount, at];
  });
  if (rows.length > 0) await store.runEach(trx, insertHold, rows);
  const gone = effects.flatMap((e) => e.letGo ?? []);
  if (gone.length > 0) {
    await store.runEach(
      trx,
      deleteHold,
      gone.map(({ payer, reason }) => [payer, reason]),
    );
  }
}

/** Writes a batch: each purse and stream once with its newest values, and all charges. */
export async function saveEffects(store: Store, trx: Trx, effects: readonly Effect[]): Promise<void> {
  const purses = new Map(effects.flatMap((e) => e.purses ?? []).map((p) => [p.id, p.set]));
  const changed = Array.from(purses, ([id, { credit, authorized, spent, signature, closing, revoked_at }]) => {
    return [credit, authorized, spent, signature, closing, revoked_at, id];
  });
  await store.runEach(trx, updatePurse, changed);
  const charges = effects.flatMap((e) => e.charge ?? []);
  const charged = charges.map(({ payer, reason, purse, stream, kind, amount, duration_ms, at }) => {
    return [payer, reason, purse, stream, kind, amount, duration_ms, at];
  });
  await store.runEach(trx, insertCharge, charged);
  await saveHolds(store, trx, effects);
  const earnings = new Map(effects.flatMap((e) => e.earnings ?? []).map((e) => [e.stream, e]));
  for (const [stream, { watched, tipped }] of earnings) {
    const set = { watched: watched.toString(), tipped: tipped.toString() };
    await trx.updateTable('streams').set(set).where('id', '=', stream).execute();
  }
}
