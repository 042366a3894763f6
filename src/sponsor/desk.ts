// What a sponsor does with its links: registers, revokes and reads them, each request signed by its key.
import { makeLinksDigest, readAccountDigest, revokeLinksDigest } from '../payments/sponsor-data.js';
import { passId, sign } from '../payments/typed-data.js';
import type { SponsorAccount } from '../vocabulary/api.js';
import type { Hex } from '../vocabulary/values.js';
import type { Book, Place } from './book.js';
import { channelOf } from './channel.js';
import type { IssuedLink } from './rule.js';
import type { SponsorServer } from './server.js';

/** Links in one request. */
const most = 10_000;

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
