// What a sponsor does with its links: registers, revokes and reads them, each request signed by its key.
import { randomBytes } from 'node:crypto';
import { makeLinksDigest, raiseLinkDigest, readAccountDigest, revokeLinksDigest } from '../payments/sponsor-data.js';
import { passId, sign } from '../payments/typed-data.js';
import type { SponsorAccount } from '../vocabulary/links.js';
import type { Hex } from '../vocabulary/values.js';
import type { Book, Place, Raise } from './book.js';
import { channelOf } from './channel.js';
import type { IssuedLink } from './rule.js';
import { Refused, type SponsorServer } from './server.js';

/** Links in one request. */
const most = 10_000;

/** A raise refused so was not made and never will be. */
const neverRaised = new Set(['unknown_purse', 'link_revoked', 'link_expired', 'bad_request']);

export type Desk = ReturnType<typeof createDesk>;

export function createDesk(needs: { book: Book; place: Place; server: SponsorServer; now: () => number }) {
  const { book, place, server, now } = needs;
  const { domain } = place;
  const channel = channelOf(place);
  const params = { stream: place.stream };
  const idOf = (signer: Hex): Hex => passId(channel, signer, domain);

  async function registerSome(links: readonly IssuedLink[]): Promise<Hex[]> {
    const issuedAt = now();
    const terms = links.map((link) => ({ ...link, expiresAt: link.expiresAt ?? 0 }));
    const signature = sign(makeLinksDigest(channel, terms, issuedAt, domain), book.key);
    const wishes = links.map(({ signer, limit, label, expiresAt, once }) => ({
      signer,
      limit: `${limit}`,
      label,
      expiresAt,
      once,
    }));
    const answers = await server.ask('sponsorLinks', { params, body: { channel, issuedAt, signature, links: wishes } });
    const taken = links.filter((link, i) => answers[i]?.signer !== link.signer).map(({ signer }) => signer);
    book.act(() => {
      for (const { signer } of links) {
        if (taken.includes(signer)) book.dropLink(signer);
        else book.registered(signer);
      }
    });
    return taken;
  }

  /** Tells the server of every link it may not know; answers those whose person has one already, and so were not made. */
  async function register(): Promise<Hex[]> {
    const taken: Hex[] = [];
    for (let links = book.unregistered(); links.length > 0; links = book.unregistered()) {
      taken.push(...(await registerSome(links.slice(0, most))));
    }
    return taken;
  }

  /** Tells the server of revocations that it may not know, and keeps what those links had spent. */
  async function finishRevoking(): Promise<void> {
    const links = book.links().filter((link) => link.revokedAt !== null && link.finalSpent === null);
    for (let i = 0; i < links.length; i += most) {
      const ids = links.slice(i, i + most).map(({ signer }) => idOf(signer));
      const issuedAt = now();
      const signature = sign(revokeLinksDigest(channel, ids, issuedAt, domain), book.key);
      const answers = await server.ask('sponsorRevoke', { params, body: { channel, issuedAt, signature, links: ids } });
      book.act(() => {
        for (const { signer, spent } of answers) book.revoked(signer as Hex, BigInt(spent));
      });
    }
  }

  /** Tells the server of one raise. Throws `Refused`; what is refused for good is taken back here too. */
  async function sendRaise(raise: Raise): Promise<void> {
    const { id, amount } = raise;
    const link = idOf(raise.signer);
    const issuedAt = now();
    const signature = sign(raiseLinkDigest(channel, { link, amount, id }, issuedAt, domain), book.key);
    const body = { channel, issuedAt, signature, id, link, amount: `${amount}` };
    try {
      await server.ask('sponsorTopUp', { params, body });
    } catch (error) {
      if (error instanceof Refused && neverRaised.has(error.code)) book.act(() => book.dropRaise(raise));
      throw error;
    }
    book.raiseDone(id);
  }

  /** Tells the server of raises that it may not know; answers what it refused for good, in words. */
  async function finishRaising(): Promise<string[]> {
    const refused: string[] = [];
    for (const raise of book.openRaises()) {
      await sendRaise(raise).catch((error: unknown) => {
        if (!(error instanceof Refused) || !neverRaised.has(error.code)) throw error;
        refused.push(`${book.link(raise.signer)?.label || raise.signer}: ${error.message}`);
      });
    }
    return refused;
  }

  function page(offset: number): Promise<SponsorAccount> {
    const issuedAt = now();
    const signature = sign(readAccountDigest(channel, issuedAt, domain), book.key);
    return server.ask('sponsorAccount', { params, body: { channel, issuedAt, signature, offset } });
  }

  return {
    channel,
    idOf,
    register,
    finishRevoking,
    finishRaising,
    /** Gives links more credit: here first, so that their vouchers count as far; answers what was refused, in words. */
    async raise(signers: readonly Hex[], amount: bigint): Promise<string[]> {
      book.act(() => {
        for (const signer of signers) book.addRaise({ id: randomBytes(16).toString('hex'), signer, amount });
      });
      return finishRaising();
    },
    /** Takes links back: here first, so that nothing more is signed for them whatever the server does. */
    async revoke(signers: readonly Hex[]): Promise<void> {
      const at = now();
      book.act(() => {
        for (const signer of signers) book.revoke(signer, at);
      });
      await finishRevoking();
    },
    /** The channel first, then the links: what is spent in between is in the links only. */
    async account(): Promise<SponsorAccount> {
      const whole = await page(0);
      while (whole.links.length < whole.total) {
        const { links } = await page(whole.links.length);
        if (links.length === 0) break;
        whole.links.push(...links);
      }
      return whole;
    },
  };
}
