// The settler: claims on chain what was spent, pays it out to the host, and gives back what was not spent.
import type { Logger } from '../log.js';
import type { Store } from '../store/index.js';
import type { SettlementRow } from '../store/schema.js';
import type { SettleReport } from '../vocabulary/api.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import type { Chain, ClaimRow } from './chain.js';
import type { Channels } from './channels.js';
import type { Ledger } from './ledger.js';
import { createTurns } from './turns.js';
import { claimBatchDigest, type Domain, refundDigest, sign } from './typed-data.js';

/** Vouchers in one claim transaction. */
const batchSize = 25;

export interface SettlePolicy {
  /** Claim when this much is unclaimed (base units) … */
  minimum: bigint;
  /** … or when something has been unclaimed for this long (ms). */
  afterMs: number;
  /** How often to look (ms). */
  everyMs: number;
}

interface Claimable extends ClaimRow {
  channel: Hex;
  /** Spent and not yet claimed. */
  owed: bigint;
}

export type Settler = ReturnType<typeof createSettler>;

export function createSettler(needs: {
  store: Store;
  ledger: Ledger;
  channels: Channels;
  chain: Chain;
  domain: Domain;
  host: Hex;
  /** The receiverAuthorizer: signs claims and refunds. */
  gateKey: Hex;
  log: Logger;
  now: () => number;
}) {
  const { store, ledger, channels, chain, domain, host, gateKey, log, now } = needs;
  const turn = createTurns<'settle'>();

  /** What is on disk decides, not memory: a charge not yet durable is not claimed. */
  async function claimable(only?: Hex): Promise<Claimable[]> {
    const rows = await store.db
      .selectFrom('purses')
      .select(['id', 'spent', 'authorized', 'signature'])
      .where('kind', '=', 'channel')
      .execute();
    return rows.flatMap(({ id, spent, authorized, signature }) => {
      const channel = channels.get(id);
      const owed = channel ? BigInt(spent) - channel.claimed : 0n;
      if (!channel || !signature || owed <= 0n || (only && id !== only)) return [];
      const row = { config: channel.config, maxClaimableAmount: BigInt(authorized), totalClaimed: BigInt(spent) };
      return [{ channel: id, owed, signature, ...row }];
    });
  }

  async function record(rows: Omit<SettlementRow, 'id' | 'at'>[]): Promise<void> {
    const at = now();
    await store.write(async (trx) => {
      await trx
        .insertInto('settlements')
        .values(rows.map((row) => ({ ...row, at })))
        .execute();
    });
  }

  /** Claims a batch; one that the chain refuses is halved until the bad voucher stands alone, and is left out. */
  async function claim(batch: readonly Claimable[]): Promise<SettleReport['claims']> {
    const entries = batch.map((row) => ({ ...row, channelId: row.channel }));
    try {
      const transaction = await chain.claim(batch, sign(claimBatchDigest(entries, domain), gateKey));
      await record(
        batch.map((row) => ({
          kind: 'claim' as const,
          channel: row.channel,
          recipient: host,
          amount: row.owed.toString(),
          tx: transaction,
        })),
      );
      for (const row of batch) await channels.refresh(row.channel);
      return batch.map((row) => ({ channel: row.channel, amount: row.owed.toString(), transaction }));
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'chain_refused') throw error;
      if (batch.length === 1) {
        log.error({ err: error, channel: batch[0]?.channel }, 'a claim was refused by the chain; it is left out');
        return [];
      }
      const half = Math.ceil(batch.length / 2);
      return [...(await claim(batch.slice(0, half))), ...(await claim(batch.slice(half)))];
    }
  }

  async function claimAll(only?: Hex): Promise<SettleReport['claims']> {
    const rows = await claimable(only);
    const claims: SettleReport['claims'] = [];
    for (let i = 0; i < rows.length; i += batchSize) claims.push(...(await claim(rows.slice(i, i + batchSize))));
    return claims;
  }

  async function payOut(): Promise<{ settled: string; transaction: string | null }> {
    if ((await chain.unsettled(host)) === 0n) return { settled: '0', transaction: null };
    const { amount, transaction } = await chain.settle(host);
    await record([{ kind: 'settle', channel: null, recipient: host, amount: amount.toString(), tx: transaction }]);
    return { settled: amount.toString(), transaction };
  }

  /** Gives back what a closing channel did not spend; everything spent must be claimed before. */
  async function giveBack(id: Hex): Promise<SettleReport['refunds']> {
    const channel = await channels.refresh(id);
    const purse = ledger.purse(id);
    if (!channel || !purse) throw new Problem('unknown_purse');
    if (channel.claimed < purse.spent)
      throw new Problem('charge_refused', { reason: 'not everything spent is claimed' });
    const amount = channel.balance - channel.claimed;
    if (amount === 0n) return [];
    const nonce = await chain.refundNonce(id);
    const signature = sign(refundDigest(id, nonce, amount, domain), gateKey);
    const transaction = await chain.refund(channel.config, amount, nonce, signature);
    const to = channel.config.payer;
    await record([{ kind: 'refund', channel: id, recipient: to, amount: amount.toString(), tx: transaction }]);
    await channels.refresh(id);
    return [{ channel: id, to, amount: amount.toString(), transaction }];
  }

  const setClosing = (id: Hex, closing: boolean) =>
    ledger.adjust(id, (purse) => {
      purse.closing = closing;
    });

  async function closeNow(id: Hex): Promise<Pick<SettleReport, 'claims' | 'refunds'>> {
    // Durable before anything is sent: a restart in between finds the purse closed, not overspent.
    await setClosing(id, true);
    const claims = await claimAll(id);
    const refunds = await giveBack(id);
    await setClosing(id, false);
    return { claims, refunds };
  }

  async function settleNow(refund: boolean): Promise<SettleReport> {
    const claims = await claimAll();
    const refunds: SettleReport['refunds'] = [];
    for (const { id, balance, claimed } of refund ? channels.all() : []) {
      if (balance === claimed) continue;
      const closed = await closeNow(id);
      claims.push(...closed.claims);
      refunds.push(...closed.refunds);
    }
    return { claims, refunds, ...(await payOut()) };
  }

  /** Claims everything and pays the host; with `refund`, every payer gets his unspent rest too. */
  const settle = ({ refund }: { refund: boolean }): Promise<SettleReport> => turn('settle', () => settleNow(refund));

  /** Claims one channel and gives its payer the rest. */
  const close = (id: Hex) => turn('settle', () => closeNow(id));

  /** A withdrawal has begun: what was spent must be claimed before it can finish. */
  const claimChannel = (id: Hex) => turn('settle', () => claimAll(id));

  /** Finishes what a crash left closing. */
  async function resume(): Promise<void> {
    for (const { id } of channels.all()) if (ledger.purse(id)?.closing) await close(id);
  }

  function start(policy: SettlePolicy): () => void {
    let since: number | null = null;
    async function look(): Promise<void> {
      const rows = await claimable();
      const owed = rows.reduce((sum, row) => sum + row.owed, 0n);
      since = owed === 0n ? null : (since ?? now());
      const due = owed >= policy.minimum || (since !== null && now() - since >= policy.afterMs);
      if (owed === 0n || !due) return;
      const report = await settle({ refund: false });
      since = null;
      log.info({ claims: report.claims.length, settled: report.settled }, 'settled');
    }
    let busy = false;
    const timer = setInterval(() => {
      if (busy) return;
      busy = true;
      look()
        .catch((error) => log.warn({ err: error }, 'settling did not work; trying again later'))
        .finally(() => {
          busy = false;
        });
    }, policy.everyMs);
    return () => clearInterval(timer);
  }

  return { settle, close, claimChannel, claimable, resume, start };
}
