// The house sponsor: one channel per stream behind all its watch links, its vouchers signed as the links spend.

import { createTurns } from '../turns.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import type { Chain } from './chain.js';
import type { Channels, Terms } from './channels.js';
import type { Ledger } from './ledger.js';
import type { Purse } from './purse.js';
import { sponsorDeposit, sponsorSalt } from './sponsor-deposit.js';
import { addressOf, type ChannelFields, channelId, type Domain, sign, voucherDigest } from './typed-data.js';

/** Whoever signs the vouchers of a channel behind watch links: in this process, or in one of its own. */
export interface SponsorPort {
  /**
   * Has the channel's voucher raised to at least `total`, since `link` is about to spend. Once it resolves the
   * sponsor agrees to what the link's own vouchers say. Problem: sponsor_unavailable.
   */
  extend(channel: Hex, total: bigint, link: Hex): Promise<void>;
  /** Whether `link` may spend up to `total` of its own without asking, as far as the channel's voucher goes. */
  agrees(link: Readonly<Purse>, total: bigint): boolean;
}

/** A voucher is signed this many times further ahead than was asked for, so that not every key needs a signature. */
const ahead = 30n;

export type Sponsor = ReturnType<typeof createSponsor>;

export function createSponsor(needs: {
  key: Hex;
  ledger: Ledger;
  channels: Channels;
  chain: Chain;
  domain: Domain;
  terms: Terms;
  now: () => number;
}) {
  const { key, ledger, channels, chain, domain, terms, now } = needs;
  const address = addressOf(key);
  const turn = createTurns<Hex>();

  const config = (stream: string): ChannelFields => ({
    payer: address,
    payerAuthorizer: address,
    ...terms,
    salt: sponsorSalt(stream),
  });

  const channelOf = (stream: string): Hex => channelId(config(stream), domain);

  /** Deposits `amount` of the sponsor's own tokens into the stream's channel. */
  async function fund(stream: string, amount: bigint): Promise<void> {
    const { depositCollector, token } = chain;
    await channels.deposit(
      sponsorDeposit({ key, config: config(stream), amount, domain, depositCollector, token, now: now() }),
    );
  }

  async function signUpTo(channel: Hex, total: bigint): Promise<void> {
    const purse = ledger.purse(channel);
    if (!purse || purse.signer !== address) throw new Problem('sponsor_unavailable');
    if (purse.authorized >= total) return;
    const wanted = total + (total - purse.spent) * ahead;
    const amount = wanted < purse.limit ? wanted : purse.limit;
    if (amount < total) throw new Problem('sponsor_unavailable');
    await ledger.acceptVoucher(channel, amount, sign(voucherDigest(channel, amount, domain), key));
  }

  /** Signs the channel's voucher for at least `total`; one signature at a time. Problem: sponsor_unavailable. */
  const extend = (channel: Hex, total: bigint): Promise<void> => turn(channel, () => signUpTo(channel, total));

  const port: SponsorPort = { extend, agrees: () => true };

  return { address, channelOf, fund, ...port };
}
