// EIP-712 digests of what a sponsor signs besides vouchers: making, raising and revoking links, reading its account, saying who it is.
import { keccak_256 } from '@noble/hashes/sha3.js';
import { concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Hex } from '../vocabulary/values.js';
import type { Domain } from './typed-data.js';

/** A link as its sponsor asks for it; `expiresAt` in ms, 0 for never. */
export interface LinkTerms {
  signer: Hex;
  limit: bigint;
  label: string;
  expiresAt: number;
  /** Its label names a person, who gets one link of this sponsor. */
  once: boolean;
}

const text = (value: string): Uint8Array => keccak_256(utf8ToBytes(value));
const word = (value: bigint | number | Hex): Uint8Array =>
  hexToBytes((typeof value === 'string' ? value.slice(2) : value.toString(16)).padStart(64, '0'));
const struct = (type: Uint8Array, ...words: Uint8Array[]): Uint8Array => keccak_256(concatBytes(type, ...words));

const domainType = text('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)');
const separator = (domain: Domain): Uint8Array =>
  struct(domainType, text('dTok sponsor'), text('1'), word(domain.chainId), word(domain.contract));

const digest = (domain: Domain, message: Uint8Array): Uint8Array =>
  keccak_256(concatBytes(Uint8Array.of(0x19, 0x01), separator(domain), message));

const linkText = 'Link(address signer,uint128 limit,string label,uint64 expiresAt,bool once)';
const linkType = text(linkText);
const makeType = text(`MakeLinks(bytes32 channelId,Link[] links,uint64 issuedAt)${linkText}`);

/** Digest of a sponsor's request for links on its channel; `issuedAt` in ms. */
export function makeLinksDigest(channel: Hex, links: readonly LinkTerms[], issuedAt: number, domain: Domain) {
  const hashes = links.map((link) =>
    struct(
      linkType,
      word(link.signer),
      word(link.limit),
      text(link.label),
      word(link.expiresAt),
      word(link.once ? 1 : 0),
    ),
  );
  return digest(domain, struct(makeType, word(channel), keccak_256(concatBytes(...hashes)), word(issuedAt)));
}

const revokeType = text('RevokeLinks(bytes32 channelId,bytes32[] links,uint64 issuedAt)');

/** Digest of a sponsor's request to take links back, by their purse ids. */
export function revokeLinksDigest(channel: Hex, links: readonly Hex[], issuedAt: number, domain: Domain) {
  const list = keccak_256(concatBytes(...links.map(word)));
  return digest(domain, struct(revokeType, word(channel), list, word(issuedAt)));
}

const raiseType = text('RaiseLink(bytes32 channelId,bytes32 link,uint128 amount,string id,uint64 issuedAt)');

/** Digest of a sponsor's request to raise a link, by its purse id, once for `id`; `amount` in base units. */
export function raiseLinkDigest(
  channel: Hex,
  raise: { link: Hex; amount: bigint; id: string },
  issuedAt: number,
  domain: Domain,
): Uint8Array {
  const { link, amount, id } = raise;
  return digest(domain, struct(raiseType, word(channel), word(link), word(amount), text(id), word(issuedAt)));
}

const readType = text('ReadAccount(bytes32 channelId,uint64 issuedAt)');

/** Digest of a sponsor's request for its account: its links, what they spent, and their vouchers. */
export function readAccountDigest(channel: Hex, issuedAt: number, domain: Domain): Uint8Array {
  return digest(domain, struct(readType, word(channel), word(issuedAt)));
}

const signForType = text('SignFor(bytes32 channelId,bytes32 challenge)');

/** Digest by which a connected sponsor proves its key to a server's fresh challenge. */
export function signForDigest(channel: Hex, challenge: Hex, domain: Domain): Uint8Array {
  return digest(domain, struct(signForType, word(channel), word(challenge)));
}
