// Watch links and who sponsors them: wishes, lists, proofs by a sponsor’s key.
import { z } from 'zod';
import { ChannelConfig } from './channels.js';
import { PurseState } from './events.js';
import { Address, Amount, Bytes32, IdempotencyId, Milliseconds, plainText, Signature } from './values.js';

/** What a sponsor's channel holds, beside what its open links may still spend of it. */
export const SponsorState = z
  .object({
    channel: Bytes32,
    sponsor: Address,
    balance: Amount,
    spent: Amount,
    promised: Amount.meta({ description: 'what open links have left, together' }),
    overcommitted: z.boolean().meta({ description: 'more is promised than is left in the channel' }),
    links: z.number().int(),
    online: z.boolean().meta({ description: 'there to sign: without it, its links wait' }),
  })
  .meta({ id: 'SponsorState' });
export type SponsorState = z.infer<typeof SponsorState>;

export const LinkState = z.enum(['open', 'used_up', 'expired', 'revoked']);
export type LinkState = z.infer<typeof LinkState>;
export const WatchLink = PurseState.extend({
  signer: Address,
  label: z.string(),
  createdAt: Milliseconds,
  expiresAt: Milliseconds.nullable(),
  revokedAt: Milliseconds.nullable(),
  state: LinkState,
}).meta({
  id: 'WatchLink',
  description: 'A pass purse. Its key is made by whoever makes the link and is never sent here.',
});
export type WatchLink = z.infer<typeof WatchLink>;
export const LinkWish = z
  .object({
    signer: Address,
    limit: Amount,
    label: plainText(80).default(''),
    expiresAt: Milliseconds.nullable().default(null).meta({ description: 'the last moment at which it pays' }),
    once: z
      .boolean()
      .default(false)
      .meta({ description: 'the label names a person, who gets one link: asked again, the answer is the first one' }),
  })
  .refine((wish) => !wish.once || wish.label !== '', 'a link for one person needs a label that names the person')
  .meta({ id: 'LinkWish' });
export type LinkWish = z.infer<typeof LinkWish>;
const LinkWishes = z.array(LinkWish).min(1).max(10_000);
export const LinksRequest = z.object({ links: LinkWishes }).meta({ id: 'LinksRequest' });
export const LinksQuery = z.object({
  search: z.string().max(120).default('').meta({ description: 'a part of the label, or the start of id or signer' }),
  state: LinkState.optional(),
  sort: z.enum(['newest', 'spent', 'left', 'label']).default('newest'),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
export type LinksQuery = z.infer<typeof LinksQuery>;
export const LinkPage = z
  .object({ links: z.array(WatchLink), total: z.number().int().meta({ description: 'of all pages' }) })
  .meta({ id: 'LinkPage' });
export type LinkPage = z.infer<typeof LinkPage>;
export const RevokeRequest = z
  .object({
    links: z.array(Bytes32).max(10_000).default([]),
    label: plainText(80).optional().meta({ description: 'all with exactly this label' }),
    search: z.string().min(1).max(120).optional().meta({ description: 'all that this search finds' }),
  })
  .refine((r) => r.links.length > 0 || r.label !== undefined || r.search !== undefined, 'say which links')
  .meta({ id: 'RevokeRequest' });
export const RevokeReceipt = z
  .object({ revoked: z.number().int(), freed: Amount.meta({ description: 'unspent, and the sponsor’s again' }) })
  .meta({ id: 'RevokeReceipt' });

/** Proof by the sponsor's key over the request (EIP-712 in the domain `dTok sponsor`, see src/payments/sponsor-data.ts). */
const bySponsor = { channel: Bytes32, issuedAt: Milliseconds, signature: Signature };
export const SponsorLinksRequest = z.object({ ...bySponsor, links: LinkWishes }).meta({ id: 'SponsorLinksRequest' });
export const SponsorRevokeRequest = z
  .object({ ...bySponsor, links: z.array(Bytes32).min(1).max(10_000) })
  .meta({ id: 'SponsorRevokeRequest' });
export const SponsorTopUpRequest = z
  .object({ ...bySponsor, id: IdempotencyId, link: Bytes32, amount: Amount })
  .meta({ id: 'SponsorTopUpRequest', description: 'the same id again, newly signed, raises nothing more' });
export const SponsorReadRequest = z
  .object({
    ...bySponsor,
    offset: z.number().int().min(0).default(0),
    limit: z.number().int().min(1).max(1000).default(1000),
  })
  .meta({ id: 'SponsorReadRequest' });
/** A link with its highest voucher: what its holder signed for. */
export const SponsoredLink = WatchLink.extend({ signature: Signature.nullable() }).meta({ id: 'SponsoredLink' });
export type SponsoredLink = z.infer<typeof SponsoredLink>;
export const SponsorAccount = z
  .object({
    channel: z.object({
      id: Bytes32,
      config: ChannelConfig,
      balance: Amount,
      authorized: Amount,
      signature: Signature.nullable(),
      spent: Amount,
      claimed: Amount,
    }),
    links: z.array(SponsoredLink).meta({ description: 'oldest first' }),
    total: z.number().int(),
  })
  .meta({ id: 'SponsorAccount', description: 'what a sponsor needs to check that it was never overcharged' });
export type SponsorAccount = z.infer<typeof SponsorAccount>;
export const TopUpRequest = z.object({ id: IdempotencyId, amount: Amount }).meta({ id: 'TopUpRequest' });
