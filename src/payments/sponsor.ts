// The house sponsor: one channel per stream behind all its watch links, its vouchers signed as the links spend.
import type { Logger } from '../log.js';
import { createTurns } from '../turns.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import type { Chain } from './chain.js';
import type { Channels, Terms } from './channels.js';
import type { Ledger } from './ledger.js';
import { engaged, type Purse, remaining } from './purse.js';
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

/** Where money is made for tests, it is made for this many links at once, and at most this much. */
const stockLinks = 40n;
const mostTestMoney = 2n ** 110n;

/** Makes test tokens. */
type Mint = (to: Hex, amount: bigint) => Promise<unknown>;

/** What links need of their channel, base units. */
export interface Stock {
  /** Of each of them; without it, none is worth making. */
  each: bigint;
  /** Of all together. */
  all: bigint;
}

export type Sponsor = ReturnType<typeof createSponsor>;

export function createSponsor(needs: {
  key: Hex;
  ledger: Ledger;
  channels: Channels;
  chain: Chain;
  domain: Domain;
  terms: Terms;
  log: Logger;
  now: () => number;
}) {
  const { key, ledger, channels, chain, domain, terms, now } = needs;
  const address = addressOf(key);
  const turn = createTurns<Hex>();
  const funding = createTurns<string>();

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

  const left = (stream: string): bigint => {
    const purse = ledger.purse(channelOf(stream));
    return purse ? remaining(purse) : 0n;
  };

  /** All tokens that lie at the sponsor's address go into the stream's channel. */
  async function collect(stream: string): Promise<void> {
    const tokens = await chain.balanceOf(address);
    if (tokens === 0n) return;
    needs.log.info({ stream, tokens: `${tokens}` }, 'funding the channel behind the watch links');
    await fund(stream, tokens);
  }

  async function fill(stream: string, { each, all }: Stock, mint: Mint | null): Promise<void> {
    if (left(stream) >= all) return;
    const wish = each * stockLinks;
    if (mint && left(stream) < each) await mint(address, wish < mostTestMoney ? wish : mostTestMoney);
    await collect(stream);
  }

  /**
   * Sees to the money behind links of a stream: what has arrived at the sponsor's address goes into the channel when
   * it promises more than it holds, and test money is made where it may be. Links may promise more than there is, but
   * not on nothing. Problem: sponsor_unfunded.
   */
  async function stock(stream: string, wanted: Stock, mint: Mint | null): Promise<void> {
    await funding('', () => fill(stream, wanted, mint)).catch((cause) => {
      if (left(stream) === 0n) throw cause;
      needs.log.warn({ stream, err: cause }, 'could not put more behind the watch links');
    });
    if (left(stream) === 0n)
      throw new Problem('sponsor_unfunded', { stream, sponsor: address, symbol: chain.token.symbol });
  }

  async function signUpTo(channel: Hex, total: bigint): Promise<void> {
    const purse = ledger.purse(channel);
    if (!purse || purse.signer !== address) throw new Problem('sponsor_unavailable');
    if (purse.authorized >= total) return;
    const wanted = total + (total - engaged(purse)) * ahead;
    const amount = wanted < purse.limit ? wanted : purse.limit;
    if (amount < total) throw new Problem('sponsor_unavailable');
    await ledger.acceptVoucher(channel, amount, sign(voucherDigest(channel, amount, domain), key));
  }

  /** Signs the channel's voucher for at least `total`; one signature at a time. Problem: sponsor_unavailable. */
  const extend = (channel: Hex, total: bigint): Promise<void> => turn(channel, () => signUpTo(channel, total));

  const port: SponsorPort = { extend, agrees: () => true };

  return { address, channelOf, fund, collect: (stream: string) => funding('', () => collect(stream)), stock, ...port };
}
