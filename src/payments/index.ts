// The door of payments: purses and what they may be charged, deposits, watch links, settlement.
import type { Logger } from '../log.js';
import type { Store } from '../store/index.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import { createAddressDeposits } from './address-deposits.js';
import { createBringing } from './bringing.js';
import type { Chain } from './chain.js';
import { markFirstBlock, watchChain } from './chain-watch.js';
import { openChannels } from './channels.js';
import { openLedger } from './ledger.js';
import { createLinks } from './links.js';
import type { Purse } from './purse.js';
import { createReceipts } from './receipts.js';
import { createRemoteSponsors } from './remote-sponsors.js';
import { type ReportBy, type ReportLine, report } from './reports.js';
import type { SettlePolicy } from './settle-policy.js';
import { createSettler } from './settler.js';
import { openSignatures } from './signatures.js';
import { createSponsor, type SponsorPort } from './sponsor.js';
import { sponsorSalt } from './sponsor-deposit.js';
import { addressOf, closeDigest, type Domain, recover } from './typed-data.js';
import { verify } from './verify.js';
import { createFacilitator } from './x402/facilitator.js';
import { createX402 } from './x402.js';

export type { Bringing } from './bringing.js';
export { type Chain, connectChain } from './chain.js';
export { type ChargeSum, createChargeSums } from './charge-sums.js';
export type { Charge, ChargeRequest, Settles } from './charges.js';
export { createCommitter } from './committer.js';
export { connectEns, createEns, type Ens, type HostName, openHostName, registryOf } from './ens.js';
export { budgetOf, findLinks, type LinkWish, watchLink } from './links.js';
export { type Purse, purseState, remaining } from './purse.js';
export type { ReceiptFacts, Receipts } from './receipts.js';
export type { AskSponsor, Signed, SignWish } from './remote-sponsors.js';
export { earnedIn, type ReportBy, type ReportLine, type ReportSums, sumOf } from './reports.js';
export type { SettlePolicy } from './settle-policy.js';
export type { Stock } from './sponsor.js';
export {
  makeLinksDigest,
  raiseLinkDigest,
  readAccountDigest,
  revokeLinksDigest,
  signForDigest,
} from './sponsor-data.js';
export { createTips, type Tips } from './tips.js';
export { addressOf, recover, sessionDigest } from './typed-data.js';

export interface PaymentSettings {
  /** The host's own address: the only one that claims can go to. */
  host: Hex;
  /** Seconds a payer must wait for a one-sided withdrawal. */
  withdrawDelay: number;
  pollMs: number;
  settle: SettlePolicy;
  /** How far a proof's time may be from ours, ms. */
  clockTolerance: number;
}

export type Payments = Awaited<ReturnType<typeof openPayments>>;

export async function openPayments(needs: {
  store: Store;
  chain: Chain;
  gateKey: Hex;
  sponsorKey: Hex;
  settings: PaymentSettings;
  onPurse: (purse: Readonly<Purse>) => void;
  /** What is claimed of a channel changed. */
  onClaimed?: (channel: Hex) => void;
  log: Logger;
  now?: () => number;
}) {
  const { store, chain, gateKey, settings, log, now = Date.now } = needs;
  const domain: Domain = { chainId: chain.chainId, contract: chain.contract };
  const terms = {
    receiver: settings.host,
    receiverAuthorizer: addressOf(gateKey),
    token: chain.token.address,
    withdrawDelay: settings.withdrawDelay,
  };
  await markFirstBlock({ store, chain });
  const signatures = await openSignatures({});
  const ledger = await openLedger({
    store,
    domain,
    log,
    onPurse: needs.onPurse,
    extendSponsor: (channel, total, link) => portOf(channel).extend(channel, total, link),
    sponsorAgrees: (link, total) => portOf(link.channel).agrees(link, total),
    now,
  });
  const channels = await openChannels({
    ...{ store, ledger, chain, domain, terms, log, now },
    onClaimed: (channel) => needs.onClaimed?.(channel),
  });
  const receipts = createReceipts({ store, channels });
  const sponsor = createSponsor({ key: needs.sponsorKey, ledger, channels, chain, domain, terms, log, now });
  const remoteSponsors = createRemoteSponsors({ ledger: () => ledger, log, now });
  const links = createLinks({ store, ledger, domain, now });
  const settler = createSettler({ store, ledger, channels, chain, domain, host: settings.host, gateKey, log, now });

  const x402 = createX402({
    ...{ store, chain, channels, ledger, settler, domain, terms, log },
    ...{ settle: createFacilitator(chain), signatures },
  });

  const portsHere = new Map<Hex, SponsorPort>();

  /** Our own sponsor signs here, and who is told by `answerFor`; every other one in its own process. */
  function portOf(channel: Hex): SponsorPort {
    const ours = ledger.purse(channel)?.signer === sponsor.address;
    return ours ? sponsor : (portsHere.get(channel) ?? remoteSponsors);
  }

  /** The channels behind a stream's watch links, whoever owns them. */
  const sponsorChannels = (stream: string): Hex[] =>
    channels.all().flatMap(({ id, config }) => (config.salt === sponsorSalt(stream) ? [id] : []));

  const addresses = createAddressDeposits({ store, chain, channels });

  let unsettled = 0n;
  let hostBalance: bigint | null = null;

  async function onChannel(id: Hex): Promise<void> {
    const channel = channels.get(id);
    if (!channel || channel.withdrawing === 0n) return;
    log.info({ channel: id }, 'a payer withdraws: claiming what was spent first');
    await settler.claimChannel(id);
  }

  /** Refuses a proof whose time is too far from ours: it may be an old one. Problem: clock_off. */
  function checkClock(issuedAt: number): void {
    const off = Math.abs(now() - issuedAt);
    if (off > settings.clockTolerance) {
      throw new Problem('clock_off', { seconds: Math.round(off / 1000), serverTime: now() });
    }
  }

  /** Closes a channel at its key's wish. Problems: unknown_purse, wrong_signer, clock_off, nothing_to_refund. */
  async function close(id: Hex, issuedAt: number, signature: Hex) {
    const purse = ledger.purse(id);
    if (purse?.kind !== 'channel') throw new Problem('unknown_purse');
    checkClock(issuedAt);
    if (recover(closeDigest(id, issuedAt, domain), signature) !== purse.signer) throw new Problem('wrong_signer');
    const { claims, refunds } = await settler.close(id);
    const refund = refunds.at(-1);
    if (!refund) throw new Problem('nothing_to_refund');
    const sum = (rows: readonly { amount: string }[]): string =>
      rows.reduce((total, { amount }) => total + BigInt(amount), 0n).toString();
    return { claimed: sum(claims), refunded: sum(refunds), to: refund.to, transaction: refund.transaction };
  }

  /** What is claimed, paid out and still unclaimed over all channels, base units; paid out as last seen. */
  function onChain(): { claimed: bigint; settled: bigint; unclaimed: bigint } {
    const claimed = channels.all().reduce((sum, channel) => sum + channel.claimed, 0n);
    const spent = channels.all().reduce((sum, channel) => sum + (ledger.purse(channel.id)?.spent ?? 0n), 0n);
    return { claimed, settled: claimed - unsettled, unclaimed: spent - claimed };
  }

  async function look(): Promise<void> {
    unsettled = await chain.unsettled(settings.host);
    hostBalance = await chain.balanceOf(settings.host);
  }

  /** What was claimed just now is told by the chain's events a little later. */
  let caughtUp = async (): Promise<void> => {};
  async function verified() {
    await caughtUp();
    return verify({ store, chain, domain, channels: channels.all().map(({ id }) => id), signatures });
  }

  function start() {
    const watch = watchChain({
      store,
      chain,
      channels,
      host: settings.host,
      pollMs: settings.pollMs,
      onChange: onChannel,
      onLook: look,
      log,
    });
    caughtUp = watch.caughtUp;
    const stopSettling = settler.start(settings.settle);
    settler.resume().catch((error) => log.warn({ err: error }, 'could not finish closing a channel; trying later'));
    return {
      reachable: watch.reachable,
      stop: async () => {
        stopSettling();
        chain.stopSending();
        await watch.stop();
      },
    };
  }

  async function settle(wish: { refund: boolean; dryRun: boolean }) {
    if (wish.dryRun) return settler.preview(wish.refund);
    const report = await settler.settle(wish);
    await look();
    return report;
  }

  /** What was earned, a line for each stream, day or payer. */
  async function reported(wish: { by: ReportBy; from?: number; to?: number }): Promise<ReportLine[]> {
    const { db, close: done } = await store.snapshot();
    return report(db, wish).finally(done);
  }

  return {
    domain,
    terms,
    chain,
    ledger,
    channels,
    sponsor,
    remoteSponsors,
    /** From now on `port` is asked for the vouchers of a channel with passes. */
    answerFor: (channel: Hex, port: SponsorPort): void => void portsHere.set(channel, port),
    sponsorChannels,
    links,
    settle,
    report: reported,
    receipts,
    verify: verified,
    addresses,
    close,
    /** Out of a payer's own channel to his own address, for what is signed from there. */
    bringing: createBringing({ chain, ledger, channels, free: settler.close }),
    checkClock,
    /** What a request must bring that costs `amount` base units: the `PAYMENT-REQUIRED` header. */
    paymentRequired: x402.required,
    /** Takes what came in `PAYMENT-SIGNATURE`. */
    pay: x402.pay,
    onChain,
    /** The host's tokens on chain, as last seen; null before. */
    hostBalance: () => hostBalance,
    start,
  };
}
