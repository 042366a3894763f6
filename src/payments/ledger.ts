// The ledger: every purse in memory, every change on disk before it is answered.
import type { Logger } from '../log.js';
import type { Store, Trx } from '../store/index.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import { type Charge, type ChargeRequest, sideOf } from './charges.js';
import { createCommitter } from './committer.js';
import { createHolds, type Hold } from './holds.js';
import {
  engaged,
  judgeCharge,
  judgeVoucher,
  type Purse,
  remaining,
  shutBy,
  turnToPay,
  type VoucherVerdict,
  whyNonePays,
} from './purse.js';
import { type Effect, purseFromRow, purseMoney, purseToRow, saveEffects } from './rows.js';
import { openSignatures } from './signatures.js';
import type { Domain } from './typed-data.js';

/** Does it with the purses that were chosen. */
type Put = (request: ChargeRequest, purse: Purse | null, parent: Purse | null) => Promise<Charge>;

interface Choice {
  purse: Purse;
  parent: Purse | null;
  /** The sponsor must sign, or agree, first. */
  lacking: boolean;
}

/**
 * Asks the owner of a sponsor channel for a voucher of at least `total`, and has it accepted; `link` is the link
 * that is about to spend.
 */
export type ExtendSponsor = (channel: Hex, total: bigint, link: Hex) => Promise<void>;
/** Whether a link may spend up to `total` of its own without asking its sponsor, whose voucher covers it. */
export type SponsorAgrees = (link: Readonly<Purse>, total: bigint) => boolean;

/** How many of a payer's newest charges are kept in memory to answer repeats; older ones are looked up. */
const remembered = 256;

interface PayerMemory {
  charges: Map<string, { at: number; charge: Promise<Charge> }>;
  /** Milliseconds of free preview used, by stream. */
  previews: Map<string, number>;
  /** All charges made at or after this time (ms) are in `charges`. */
  completeSince: number;
  warmed?: Promise<void> | undefined;
}

export type Ledger = Awaited<ReturnType<typeof openLedger>>;

/** Reads all purses; `onPurse` hears of every purse whose money changed, after that is durable. */
export async function openLedger(needs: {
  store: Store;
  domain: Domain;
  extendSponsor: ExtendSponsor;
  sponsorAgrees?: SponsorAgrees;
  onPurse?: (purse: Readonly<Purse>) => void;
  log?: Pick<Logger, 'warn'>;
  now?: () => number;
}) {
  const { store, domain, now = Date.now, onPurse = () => {}, sponsorAgrees = () => true } = needs;
  const { voucherDigest, recover } = await openSignatures(needs);
  const committer = createCommitter<Effect>({ store, save: (trx, effects) => saveEffects(store, trx, effects) });
  const purses = new Map<Hex, Purse>();
  const bySigner = new Map<Hex, Purse[]>();
  const passes = new Map<Hex, Purse[]>();
  const payers = new Map<Hex, PayerMemory>();
  const earnings = new Map<string, { watched: bigint; tipped: bigint }>();

  for (const row of await store.db.selectFrom('purses').selectAll().orderBy('created_at').execute()) {
    remember(purseFromRow(row));
  }
  const holds = createHolds({
    ...{ committer, onPurse, now },
    take: (request, ...which) => keep(request, take(request, ...which)),
    onLetGo: (payer, reason) => payers.get(payer)?.charges.delete(reason),
  });
  for (const row of await store.db.selectFrom('holds').selectAll().execute()) {
    const purse = must(row.purse);
    holds.put({ row, purse, parent: parentOf(purse) });
  }
  for (const row of await store.db.selectFrom('streams').select(['id', 'watched', 'tipped']).execute()) {
    earnings.set(row.id, { watched: BigInt(row.watched), tipped: BigInt(row.tipped) });
  }

  function remember(purse: Purse): void {
    purses.set(purse.id, purse);
    const own = [...(bySigner.get(purse.signer) ?? []), purse];
    bySigner.set(purse.signer, own.length > 1 ? own.sort((a, b) => turnToPay(a) - turnToPay(b)) : own);
    if (purse.kind !== 'pass') return;
    const siblings = passes.get(purse.channel);
    if (siblings) siblings.push(purse);
    else passes.set(purse.channel, [purse]);
  }

  function must(id: Hex): Purse {
    const purse = purses.get(id);
    if (!purse) throw new Problem('unknown_purse');
    return purse;
  }

  function parentOf(purse: Purse): Purse | null {
    return purse.kind === 'pass' ? must(purse.channel) : null;
  }

  /** Accepts purses made elsewhere (a channel opened, links made), written with what they refer to and what refers to them. */
  async function add(
    made: readonly Purse[],
    before?: (trx: Trx) => Promise<void>,
    after?: (trx: Trx) => Promise<void>,
  ): Promise<void> {
    await store.write(async (trx) => {
      await before?.(trx);
      for (let i = 0; i < made.length; i += 2000) {
        const rows = made.slice(i, i + 2000).map(purseToRow);
        if (rows.length > 0) await trx.insertInto('purses').values(rows).execute();
      }
      await after?.(trx);
    });
    for (const purse of made) remember(purse);
  }

  /** Changes what a purse may spend in all (top-up, deposit, withdrawal), or whether it is closing or revoked. */
  async function adjust(id: Hex, change: (purse: Purse) => void, also?: (trx: Trx) => Promise<void>): Promise<Purse> {
    const purse = must(id);
    const before = { limit: purse.limit, closing: purse.closing, revokedAt: purse.revokedAt ?? null };
    change(purse);
    const delta = purse.limit - before.limit;
    const closing = purse.closing;
    await committer.commit({
      effect: { purses: [{ id, set: purseMoney(purse) }] },
      undo: () => {
        purse.limit -= delta;
        if (purse.closing === closing) purse.closing = before.closing;
        purse.revokedAt = before.revokedAt;
      },
      also,
    });
    onPurse(purse);
    return purse;
  }

  function refuseVoucher(verdict: VoucherVerdict, purse: Readonly<Purse>, amount: bigint): void {
    if (verdict === 'accept' || verdict === 'known') return;
    if (verdict === 'closing') throw new Problem('purse_closing');
    if (verdict === 'link_revoked' || verdict === 'link_expired') throw new Problem(verdict);
    const facts = { amount: `${amount}`, authorized: `${purse.authorized}`, limit: `${purse.limit}` };
    throw new Problem(verdict === 'too_low' ? 'voucher_too_low' : 'voucher_over_limit', facts);
  }

  /**
   * Accepts a cumulative voucher; durable when it resolves. The same voucher again answers the same.
   * Problems: unknown_purse, voucher_wrong_signature, voucher_too_low, voucher_over_limit, purse_closing, link_expired,
   * link_revoked.
   */
  async function acceptVoucher(id: Hex, amount: bigint, signature: Hex): Promise<Purse> {
    const purse = must(id);
    if (recover(voucherDigest(id, amount, domain), signature) !== purse.signer) {
      throw new Problem('voucher_wrong_signature', { chainId: domain.chainId });
    }
    refuseVoucher(judgeVoucher(purse, amount, now()), purse, amount);
    const before = { authorized: purse.authorized, signature: purse.signature };
    // A repeat is written again too: its first copy may not be on disk yet.
    purse.authorized = amount;
    purse.signature = signature;
    await committer.commit({
      effect: { purses: [{ id, set: purseMoney(purse) }] },
      undo: () => Object.assign(purse, before),
    });
    return purse;
  }

  /** A key's purses that may pay for a stream: its watch links for just that stream, and its channels. */
  const payingFor = (signer: Hex, stream: string): Purse[] =>
    (bySigner.get(signer) ?? []).filter((purse) => purse.stream === null || purse.stream === stream);

  /**
   * Who pays: the first purse with room for it whose sponsor can pay too, and whether that sponsor must sign first.
   * All that may refuse comes here. `without` names sponsors that did not sign.
   */
  function choose({ payer, stream, amount, from }: ChargeRequest, without: ReadonlySet<Hex>): Choice {
    const at = now();
    const known = payingFor(payer, stream).filter(({ id }) => from === undefined || id === from);
    const able = known.filter((purse) => remaining(purse) >= amount && !shutBy(purse, at));
    for (const purse of able) {
      const parent = parentOf(purse);
      const verdict = parent && judgeCharge(parent, amount, at);
      if (parent && (without.has(parent.id) || verdict === 'out_of_credit' || verdict === 'closing')) continue;
      if (judgeCharge(purse, amount, at) === 'voucher_needed') {
        throw new Problem('voucher_needed', { purse: purse.id, needed: `${engaged(purse) + amount}` });
      }
      const asks = parent !== null && !sponsorAgrees(purse, engaged(purse) + amount);
      return { purse, parent, lacking: asks || verdict === 'voucher_needed' };
    }
    throw new Problem(able.length > 0 ? 'sponsor_unavailable' : whyNonePays(known, amount, at));
  }

  /** Changes memory and queues the write; called in the same tick as the check in `choose`. `hold`: what it was held as. */
  function take(request: ChargeRequest, purse: Purse | null, parent: Purse | null, hold?: Hold): Promise<Charge> {
    const { amount, kind, stream, payer, reason } = request;
    const paying = [purse, parent].filter((p) => p !== null);
    if (hold) holds.drop(hold);
    for (const p of paying) p.spent += amount;
    const earned = earnings.get(stream) ?? { watched: 0n, tipped: 0n };
    earnings.set(stream, earned);
    const side = sideOf(kind);
    earned[side] += amount;
    const free = kind === 'preview' ? request.durationMs : 0;
    const { previews } = memoryOf(request.payer);
    previews.set(stream, (previews.get(stream) ?? 0) + free);
    const channel = parent ?? purse;
    const settles = channel && { channel: channel.id, upTo: channel.spent };
    const charge: Charge = { purse, amount, ...(settles && { settles }) };
    const { also } = request;
    return committer
      .commit({
        effect: {
          purses: paying.map((p) => ({ id: p.id, set: purseMoney(p) })),
          earnings: { stream, ...earned },
          ...(hold && { letGo: { payer, reason } }),
          charge: {
            payer,
            reason,
            purse: purse?.id ?? null,
            stream,
            kind,
            amount: amount.toString(),
            duration_ms: request.durationMs,
            at: now(),
          },
        },
        undo: () => {
          for (const p of paying) p.spent -= amount;
          if (hold) holds.put(hold);
          earned[side] -= amount;
          previews.set(stream, (previews.get(stream) ?? 0) - free);
        },
        also: also && ((trx) => also(trx, charge)),
      })
      .then(() => {
        if (purse) onPurse(purse);
        return charge;
      });
  }

  async function recall(payer: Hex, reason: string): Promise<Charge | null> {
    const row = await store.db
      .selectFrom('charges')
      .select(['purse', 'amount'])
      .where('payer', '=', payer)
      .where('reason', '=', reason)
      .executeTakeFirst();
    return row ? { purse: row.purse ? must(row.purse) : null, amount: BigInt(row.amount) } : null;
  }

  async function perform(request: ChargeRequest, payer: PayerMemory, put: Put): Promise<Charge> {
    if ((request.notBefore ?? 0) < payer.completeSince) {
      const before = await recall(request.payer, request.reason);
      if (before) return before;
    }
    if (request.amount === 0n) return put(request, null, null);
    const refused = new Set<Hex>();
    for (;;) {
      const { purse, parent, lacking } = choose(request, refused);
      if (!parent || !lacking) return put(request, purse, parent);
      const total = engaged(parent) + request.amount;
      const own = engaged(purse) + request.amount;
      await needs.extendSponsor(parent.id, total, purse.id).catch((error) => {
        if (!(error instanceof Problem)) throw error;
      });
      if (parent.authorized < total || !sponsorAgrees(purse, own)) refused.add(parent.id);
    }
  }

  /**
   * Takes `amount` from the payer's first purse that has it, once for a reason: a repeat, also one that
   * arrives while the first is under way or after a restart, gets the first one's answer.
   * Problems: voucher_needed {purse, needed}, out_of_credit, link_revoked, link_expired, sponsor_unavailable,
   * storage_unavailable.
   */
  const charge = (request: ChargeRequest): Promise<Charge> => once(request, take);

  /**
   * Sets `amount` aside as `charge` would take it, once for a reason, with the same Problems; `capture` takes it,
   * `release` lets it go.
   */
  const hold = async (request: ChargeRequest): Promise<Charge> =>
    holds.find(request.payer, request.reason) ?? once(request, holds.set);

  function once(request: ChargeRequest, put: Put): Promise<Charge> {
    const payer = memoryOf(request.payer);
    const repeat = payer.charges.get(request.reason);
    if (repeat) return repeat.charge;
    return keep(request, perform(request, payer, put));
  }

  /** From now on a repeat gets this answer, unless it comes to nothing. */
  function keep({ payer: id, reason }: ChargeRequest, charge: Promise<Charge>): Promise<Charge> {
    const payer = memoryOf(id);
    payer.charges.set(reason, { at: now(), charge });
    charge.then(
      () => trim(payer),
      () => payer.charges.delete(reason),
    );
    return charge;
  }

  function memoryOf(payer: Hex): PayerMemory {
    const known = payers.get(payer) ?? {
      charges: new Map(),
      previews: new Map(),
      completeSince: Number.POSITIVE_INFINITY,
    };
    payers.set(payer, known);
    return known;
  }

  function trim(payer: PayerMemory): void {
    const oldest = payer.charges.size > remembered ? payer.charges.entries().next().value : undefined;
    if (!oldest) return;
    payer.charges.delete(oldest[0]);
    payer.completeSince = Math.max(payer.completeSince, oldest[1].at + 1);
  }

  /** Loads a payer's newest charges, so that what follows is answered from memory. */
  function warm(id: Hex): Promise<void> {
    const payer = memoryOf(id);
    payer.warmed ??= load(id, payer).catch((error) => {
      payer.warmed = undefined;
      throw error;
    });
    return payer.warmed;
  }

  async function load(id: Hex, payer: PayerMemory): Promise<void> {
    const rows = await store.db
      .selectFrom('charges')
      .select(['reason', 'purse', 'amount', 'at'])
      .where('payer', '=', id)
      .orderBy('at', 'desc')
      .limit(remembered / 2)
      .execute();
    for (const row of rows.toReversed()) {
      const charge = { purse: row.purse ? must(row.purse) : null, amount: BigInt(row.amount) };
      if (!payer.charges.has(row.reason)) {
        payer.charges.set(row.reason, { at: row.at, charge: Promise.resolve(charge) });
      }
    }
    const previews = await store.db
      .selectFrom('charges')
      .select(['stream', ({ fn }) => fn.sum<number>('duration_ms').as('used')])
      .where('payer', '=', id)
      .where('kind', '=', 'preview')
      .groupBy('stream')
      .execute();
    for (const { stream, used } of previews) payer.previews.set(stream, used);
    payer.completeSince = rows.length < remembered / 2 ? 0 : (rows.at(-1)?.at ?? 0) + 1;
  }

  return {
    add,
    adjust,
    acceptVoucher,
    charge,
    hold,
    release: holds.release,
    /** Takes what is held; resolves to false when the purse cannot pay it any more, and then it is let go. */
    capture: holds.capture,
    pursesOf: (signer: Hex, stream: string): readonly Readonly<Purse>[] => payingFor(signer, stream),
    warm,
    /** Milliseconds of free preview a warm payer has used of a stream. */
    previewUsed: (payer: Hex, stream: string): number => memoryOf(payer).previews.get(stream) ?? 0,
    /** The reasons of a payer's charges of a stream since then. */
    reasonsSince: async (payer: Hex, stream: string, since: number): Promise<readonly string[]> => {
      const mine = store.db.selectFrom('charges').select('reason').where('payer', '=', payer);
      const rows = await mine.where('stream', '=', stream).where('at', '>=', since).execute();
      return rows.map(({ reason }) => reason);
    },
    purse: (id: Hex): Readonly<Purse> | undefined => purses.get(id),
    /** The links of a sponsor's channel, oldest first. */
    passesOf: (channel: Hex): readonly Readonly<Purse>[] => passes.get(channel) ?? [],
    earned: (stream: string): Readonly<{ watched: bigint; tipped: bigint }> =>
      earnings.get(stream) ?? { watched: 0n, tipped: 0n },
    /** Forgets what repeats of this payer's requests would be answered from memory; the store still knows. */
    forget: (payer: Hex): void => void payers.delete(payer),
  };
}
