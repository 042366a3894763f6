// What a server and a sponsor's own process say to each other on their socket.
import { z } from 'zod';
import { Address, Amount, Bytes32, Signature } from './values.js';

/** Where on the server the socket is. */
export const sponsorSocketPath = '/sponsor-socket/';

/** The sponsor's proof: EIP-712 `SignFor(bytes32 channelId,bytes32 challenge)` by the channel's key. */
export const SignFor = z.object({ channel: Bytes32, signature: Signature });
export type SignFor = z.infer<typeof SignFor>;
export type SignForAnswer = { ok: true } | { ok: false; code: string; detail: string };

/** A link's highest voucher, by the address of its key. */
export const LinkEvidence = z.object({ signer: Address, amount: Amount, signature: Signature });
export type LinkEvidence = z.infer<typeof LinkEvidence>;

/** Asks for the channel's voucher of at least `atLeast`, and shows why it is owed. */
export const SignRequest = z.object({
  channel: Bytes32,
  atLeast: Amount,
  atMost: Amount,
  vouchers: z.array(LinkEvidence).max(1000),
});
export type SignRequest = z.infer<typeof SignRequest>;

/**
 * `short`: the total is below what was asked for, by lack of link vouchers or by the sponsor's own bounds.
 * `ignored`: links whose vouchers do not count any more, revoked or expired by the sponsor's own record.
 */
export const SignAnswer = z.union([
  z.object({
    ok: z.literal(true),
    total: Amount,
    signature: Signature.nullable(),
    short: z.enum(['evidence', 'bound']).nullable(),
    ignored: z.array(Address).max(1000),
  }),
  z.object({ ok: z.literal(false), reason: z.string().max(500) }),
]);
export type SignAnswer = z.infer<typeof SignAnswer>;

export interface SponsorToServer {
  signFor: (proof: SignFor, answer: (a: SignForAnswer) => void) => void;
}
export interface ServerToSponsor {
  /** 32 fresh bytes, as soon as it is connected. */
  challenge: (challenge: string) => void;
  sign: (request: SignRequest, answer: (a: SignAnswer) => void) => void;
}
