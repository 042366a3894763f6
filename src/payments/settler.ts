// The settler: claims on chain what was spent, pays it out to the host, and gives back what was not spent.
import type { Logger } from '../log.js';
import type { Store } from '../store/index.js';
import { createTurns } from '../turns.js';
import type { SettleReport } from '../vocabulary/books.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import type { Chain, ClaimRow } from './chain.js';
import type { Channels } from './channels.js';
import type { Ledger } from './ledger.js';
import { judge, type Owing, type SettlePolicy } from './settle-policy.js';
import { claimBatchDigest, type Domain, refundDigest, sign } from './typed-data.js';

/** Vouchers in one claim transaction. */
const batchSize = 25;

type Claims = { channel: Hex; amount: string; transaction: string }[];
type Refunds = { channel: Hex; to: Hex; amount: string; transaction: string }[];

interface Claimable extends ClaimRow {
  channel: Hex;
  /** Spent and not yet claimed. */
  owed: bigint;
  /** Its payer has begun to withdraw. */
  withdrawing: boolean;
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
      return [{ channel: id, owed, withdrawing: channel.withdrawing > 0n, signature, ...row }];
    });
  }

  /** Claims a batch; one that the chain refuses is halved until the bad voucher stands alone, and is left out. */
  async function claim(batch: readonly Claimable[]): Promise<Claims> {
    const entries = batch.map((row) => ({ ...row, channelId: row.channel }));
    try {
      const { transaction, claims } = await chain.claim(batch, sign(claimBatchDigest(entries, domain), gateKey));
      for (const row of batch) await channels.refresh(row.channel);
      return claims.map(({ channel, amount }) => ({ channel, amount: amount.toString(), transaction }));
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

  async function claimAll(only?: Hex): Promise<Claims> {
    const rows = await claimable(only);
    const claims: Claims = [];
    for (let i = 0; i < rows.length; i += batchSize) claims.push(...(await claim(rows.slice(i, i + batchSize))));
    return claims;
  }

  async function payOut(): Promise<{ settled: string; transaction: string | null }> {
    if ((await chain.unsettled(host)) === 0n) return { settled: '0', transaction: null };
    const { amount, transaction } = await chain.settle(host);
    return { settled: amount.toString(), transaction };
  }

  /** Gives back what a closing channel did not spend, or `most` of it; everything spent must be claimed before. */
  async function giveBack(id: Hex, most?: bigint): Promise<Refunds> {
    // One that is mined, and not for good yet, may be taken back and come again: what is left is known after it.
    const before = await chain.refundUnderWay(id);
    const channel = await channels.refresh(id);
    const purse = ledger.purse(id);
    if (!channel || !purse) throw new Problem('unknown_purse');
    if (channel.claimed < purse.spent)
      throw new Problem('charge_refused', { reason: 'not everything spent is claimed' });
    const to = channel.config.payer;
    const given = before ? [{ channel: id, to, amount: `${before.amount}`, transaction: before.transaction }] : [];
    const rest = channel.balance - channel.claimed;
    const wanted = most === undefined ? rest : most - (before?.amount ?? 0n);
    const amount = wanted < rest ? wanted : rest;
    if (amount <= 0n) return given;
    const nonce = await chain.refundNonce(id);
    const signature = sign(refundDigest(id, nonce, amount, domain), gateKey);
    const transaction = await chain.refund(id, channel.config, amount, nonce, signature);
    await channels.refresh(id);
    return [...given, { channel: id, to, amount: amount.toString(), transaction }];
  }

  const setClosing = (id: Hex, closing: boolean) =>
    ledger.adjust(id, (purse) => {
      purse.closing = closing;
    });

  async function closeNow(id: Hex, most?: bigint): Promise<{ claims: Claims; refunds: Refunds }> {
    // Durable before anything is sent: a restart in between finds the purse closed, not overspent.
    await setClosing(id, true);
    const claims = await claimAll(id);
    const refunds = await giveBack(id, most);
    await setClosing(id, false);
    return { claims, refunds };
  }

  async function settleNow(refund: boolean) {
    const claims = await claimAll();
    const refunds: Refunds = [];
    for (const { id, balance, claimed } of refund ? channels.all() : []) {
      if (balance === claimed) continue;
      const closed = await closeNow(id);
      claims.push(...closed.claims);
      refunds.push(...closed.refunds);
    }
    return { claims, refunds, ...(await payOut()) };
  }

  /** What `settle` would do now, without doing it: no transaction has a hash. */
  async function preview(refund: boolean): Promise<SettleReport> {
    const rows = await claimable();
    const claims = rows.map(({ channel, owed }) => ({ channel, amount: owed.toString(), transaction: null }));
    const left = channels.all().flatMap(({ id, config, balance }) => {
      const rest = balance - (ledger.purse(id)?.spent ?? 0n);
      return refund && rest > 0n ? [{ channel: id, to: config.payer, amount: rest.toString(), transaction: null }] : [];
    });
    const owed = rows.reduce((sum, row) => sum + row.owed, 0n);
    return { claims, refunds: left, settled: `${owed + (await chain.unsettled(host))}`, transaction: null };
  }

  /** Claims everything and pays the host; with `refund`, every payer gets his unspent rest too. */
  const settle = ({ refund }: { refund: boolean }): Promise<SettleReport> => turn('settle', () => settleNow(refund));

  /** Claims one channel and gives its payer the rest, or at most `most` of it. */
  const close = (id: Hex, most?: bigint) => turn('settle', () => closeNow(id, most));

  /** A withdrawal has begun: what was spent must be claimed before it can finish. */
  const claimChannel = (id: Hex) => turn('settle', () => claimAll(id));

  /** Finishes what a crash, or a chain that was away, left closing. */
  const resume = () =>
    turn('settle', async () => {
      for (const { id } of channels.all()) if (ledger.purse(id)?.closing) await closeNow(id);
    });

  function start(policy: SettlePolicy): () => void {
    let since: number | null = null;
    let dear = false;
    async function look(): Promise<void> {
      await resume();
      const rows = await claimable();
      const owing: Owing = {
        owed: rows.reduce((sum, row) => sum + row.owed, 0n),
        channels: rows.length,
        since,
        urgent: rows.some((row) => row.withdrawing),
      };
      since = owing.owed === 0n ? null : (since ?? now());
      const verdict = judge({ ...owing, since }, policy, policy.coinPrice > 0n ? await chain.gasPrice() : 0n, now());
      if (verdict === 'too_dear' && !dear) log.info('gas is dear beside what is owed: settling waits');
      dear = verdict === 'too_dear';
      if (verdict !== 'due') return;
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

  return { settle, preview, close, claimChannel, claimable, resume, start };
}
