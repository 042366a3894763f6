// What the routes of watch links and their sponsors do: the host's by its token, others' by their signatures.
import {
  budgetOf,
  findLinks,
  type LinkWish,
  makeLinksDigest,
  type Payments,
  type Purse,
  raiseLinkDigest,
  readAccountDigest,
  recover,
  remaining,
  revokeLinksDigest,
  type Stock,
  watchLink,
} from '../payments/index.js';
import type { Streams } from '../stream/streams.js';
import type { LinkWish as SentWish, SponsorState } from '../vocabulary/links.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import type { Handlers } from './mount.js';

type LinkRoutes =
  | 'makeLinks'
  | 'listLinks'
  | 'revokeLinks'
  | 'topUpLink'
  | 'sponsorLinks'
  | 'sponsorRevoke'
  | 'sponsorTopUp'
  | 'sponsorAccount';

const wishOf = (link: SentWish): LinkWish & { expiresAt: number | null; once: boolean } => ({
  ...link,
  limit: BigInt(link.limit),
});

interface Proof {
  channel: Hex;
  issuedAt: number;
  signature: Hex;
}

export function createLinkHandlers(needs: {
  payments: Payments;
  streams: Pick<Streams, 'get'>;
  /** Makes test tokens; null where the tokens are real. */
  faucet: ((to: Hex, amount: bigint) => Promise<Hex>) | null;
  now: () => number;
}) {
  const { payments, streams, now } = needs;
  const { ledger, sponsor, links, channels } = payments;

  /** The sponsor's channel of a request that its key signed. Problems: unknown_purse, clock_off, not_sponsor. */
  function sponsored(stream: string, proof: Proof, digest: Uint8Array): Readonly<Purse> {
    const purse = ledger.purse(proof.channel);
    if (!purse || !payments.sponsorChannels(streams.get(stream).id).includes(proof.channel)) {
      throw new Problem('unknown_purse');
    }
    payments.checkClock(proof.issuedAt);
    if (recover(digest, proof.signature) !== purse.signer) throw new Problem('not_sponsor');
    return purse;
  }

  const freed = (taken: readonly Readonly<Purse>[]): string =>
    `${taken.reduce((sum, link) => sum + remaining(link), 0n)}`;

  /** What our channel of a stream must hold to keep what it promised and these new links too. */
  function needOf(stream: string, wishes: readonly LinkWish[]): Stock {
    const channel = ledger.purse(sponsor.channelOf(stream));
    const promised = channel ? budgetOf(channel, ledger.passesOf(channel.id), now()).promised : 0n;
    const need = { each: 0n, all: promised };
    for (const { limit } of wishes) {
      need.all += limit;
      if (limit > need.each) need.each = limit;
    }
    return need;
  }

  const handlers: Pick<Handlers, LinkRoutes> = {
    makeLinks: async ({ params, body }) => {
      const { id } = streams.get(params.stream);
      const wishes = body.links.map(wishOf);
      await sponsor.stock(id, needOf(id, wishes), needs.faucet);
      const made = await links.make(id, sponsor.channelOf(id), wishes);
      return made.map((link) => watchLink(link, now()));
    },
    listLinks: async ({ params, query }) => {
      const { id } = streams.get(params.stream);
      const found = findLinks(ledger.passesOf(sponsor.channelOf(id)), query, now());
      const page = found.slice(query.offset, query.offset + query.limit);
      return { links: page.map((link) => watchLink(link, now())), total: found.length };
    },
    revokeLinks: async ({ params, body }) => {
      const channel = sponsor.channelOf(streams.get(params.stream).id);
      const all = ledger.passesOf(channel);
      const labelled = body.label === undefined ? [] : all.filter(({ label }) => label === body.label);
      const { search } = body;
      const found = search === undefined ? [] : findLinks(all, { search, sort: 'newest' }, now());
      const taken = await links.revoke(channel, [...body.links, ...[...labelled, ...found].map(({ id }) => id)]);
      return { revoked: taken.length, freed: freed(taken) };
    },
    topUpLink: async ({ params, body }) => {
      const channel = ledger.purse(params.purse)?.channel;
      // Only a sponsor raises what its links may cost it.
      if (!channel || ledger.purse(channel)?.signer !== sponsor.address) throw new Problem('unknown_purse');
      return watchLink(await links.topUp(body.id, params.purse, BigInt(body.amount)), now());
    },
    sponsorLinks: async ({ params, body }) => {
      const wishes = body.links.map(wishOf);
      const terms = wishes.map((wish) => ({ ...wish, expiresAt: wish.expiresAt ?? 0 }));
      const { id } = sponsored(
        params.stream,
        body,
        makeLinksDigest(body.channel, terms, body.issuedAt, payments.domain),
      );
      return (await links.make(params.stream, id, wishes)).map((link) => watchLink(link, now()));
    },
    sponsorRevoke: async ({ params, body }) => {
      const { id } = sponsored(
        params.stream,
        body,
        revokeLinksDigest(body.channel, body.links, body.issuedAt, payments.domain),
      );
      await links.revoke(id, body.links);
      return body.links.flatMap((link) => ledger.purse(link) ?? []).map((link) => watchLink(link, now()));
    },
    sponsorTopUp: async ({ params, body }) => {
      const { id: wish, link, amount } = body;
      const raise = { id: wish, link, amount: BigInt(amount) };
      const digest = raiseLinkDigest(body.channel, raise, body.issuedAt, payments.domain);
      const { id } = sponsored(params.stream, body, digest);
      if (ledger.purse(link)?.channel !== id) throw new Problem('unknown_purse');
      // An id is the sponsor's own: nobody else can have used it.
      return watchLink(await links.topUp(`${id}/${wish}`, link, raise.amount), now());
    },
    sponsorAccount: async ({ params, body }) => {
      const purse = sponsored(params.stream, body, readAccountDigest(body.channel, body.issuedAt, payments.domain));
      const channel = channels.get(purse.id);
      if (!channel) throw new Problem('unknown_purse');
      const all = ledger.passesOf(purse.id);
      const page = all.slice(body.offset, body.offset + body.limit);
      return {
        channel: {
          id: purse.id,
          config: channel.config,
          balance: `${purse.limit}`,
          authorized: `${purse.authorized}`,
          signature: purse.signature,
          spent: `${purse.spent}`,
          claimed: `${channel.claimed}`,
        },
        links: page.map((link) => ({ ...watchLink(link, now()), signature: link.signature })),
        total: all.length,
      };
    },
  };

  function sponsorState(channel: Hex): SponsorState | null {
    const purse = ledger.purse(channel);
    if (!purse) return null;
    const { balance, spent, promised, ...rest } = budgetOf(purse, ledger.passesOf(channel), now());
    const ours = purse.signer === sponsor.address;
    return {
      channel,
      sponsor: purse.signer,
      balance: `${balance}`,
      spent: `${spent}`,
      promised: `${promised}`,
      ...rest,
      online: ours || payments.remoteSponsors.online(channel),
    };
  }

  return {
    handlers,
    sponsorState: (stream: string) => sponsorState(sponsor.channelOf(stream)),
    /** Those other than our own. */
    otherSponsors: (stream: string): SponsorState[] =>
      payments
        .sponsorChannels(stream)
        .filter((channel) => channel !== sponsor.channelOf(stream))
        .flatMap((channel) => sponsorState(channel) ?? []),
  };
}
