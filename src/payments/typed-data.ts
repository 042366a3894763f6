// EIP-712 digests and signatures of everything dTok signs, for the server and for pages alike (no I/O).
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Hex } from '../vocabulary/values.js';

/** The EIP-712 domain of the batch-settlement contract on one chain. */
export interface Domain {
  chainId: number;
  contract: Hex;
}

export interface ChannelFields {
  payer: Hex;
  payerAuthorizer: Hex;
  receiver: Hex;
  receiverAuthorizer: Hex;
  token: Hex;
  withdrawDelay: number;
  salt: Hex;
}

const keccak = (bytes: Uint8Array): Uint8Array => keccak_256(bytes);
const typeHash = (type: string): Uint8Array => keccak(utf8ToBytes(type));
const hex = (bytes: Uint8Array): Hex => `0x${bytesToHex(bytes)}`;
const raw = (text: string): Uint8Array => hexToBytes(text.slice(2));

/** A 32-byte big-endian word of a number, an address or up to 32 bytes of hex. */
function word(value: bigint | number | Hex): Uint8Array {
  const digits = typeof value === 'string' ? value.slice(2) : value.toString(16);
  return hexToBytes(digits.padStart(64, '0'));
}

const domainType = typeHash('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)');

function separator(name: string, version: string, chainId: number, contract: Hex): Uint8Array {
  return keccak(
    concatBytes(domainType, keccak(utf8ToBytes(name)), keccak(utf8ToBytes(version)), word(chainId), word(contract)),
  );
}

const separators = new Map<string, Uint8Array>();
function settlementSeparator(domain: Domain): Uint8Array {
  const id = `${domain.chainId}/${domain.contract}`;
  let found = separators.get(id);
  if (!found) {
    found = separator('x402 Batch Settlement', '1', domain.chainId, domain.contract);
    separators.set(id, found);
  }
  return found;
}

const digest = (domainSeparator: Uint8Array, struct: Uint8Array): Uint8Array =>
  keccak(concatBytes(Uint8Array.of(0x19, 0x01), domainSeparator, struct));

const channelType = typeHash(
  'ChannelConfig(address payer,address payerAuthorizer,address receiver,address receiverAuthorizer,address token,uint40 withdrawDelay,bytes32 salt)',
);

/** A channel's id: the EIP-712 hash of its configuration in the contract's domain. */
export function channelId(c: ChannelFields, domain: Domain): Hex {
  const struct = keccak(
    concatBytes(
      channelType,
      word(c.payer),
      word(c.payerAuthorizer),
      word(c.receiver),
      word(c.receiverAuthorizer),
      word(c.token),
      word(c.withdrawDelay),
      word(c.salt),
    ),
  );
  return hex(digest(settlementSeparator(domain), struct));
}

const passType = typeHash('Pass(bytes32 channelId,address signer)');

/** A watch link's purse id: bound to its sponsor's channel and its own key, so it can never be a channel's id. */
export function passId(channel: Hex, signer: Hex, domain: Domain): Hex {
  return hex(digest(settlementSeparator(domain), keccak(concatBytes(passType, word(channel), word(signer)))));
}

const voucherType = typeHash('Voucher(bytes32 channelId,uint128 maxClaimableAmount)');

/** Digest of the x402 `Voucher`; for a watch link `purse` is the pass id. */
export type VoucherDigest = (purse: Hex, maxClaimableAmount: bigint, domain: Domain) => Uint8Array;

/** Vouchers' digests with a Keccak-256 of the caller's choice, packed into the same bytes every time. Throws RangeError. */
export function voucherDigestWith(hash: (bytes: Uint8Array) => Uint8Array): VoucherDigest {
  const struct = concatBytes(voucherType, new Uint8Array(64));
  const view = new DataView(struct.buffer, struct.byteOffset);
  const outer = concatBytes(Uint8Array.of(0x19, 0x01), new Uint8Array(64));
  return (purse, maxClaimableAmount, domain) => {
    struct.set(word(purse), 32);
    if (maxClaimableAmount >> 128n !== 0n) throw new RangeError('the amount of a voucher must fit in 128 bits');
    view.setBigUint64(80, maxClaimableAmount >> 64n);
    view.setBigUint64(88, BigInt.asUintN(64, maxClaimableAmount));
    outer.set(settlementSeparator(domain), 2);
    outer.set(hash(struct), 34);
    return hash(outer);
  };
}

export const voucherDigest = voucherDigestWith(keccak);

const sessionType = typeHash('Session(string stream,uint64 issuedAt)');

/** Digest of the proof that opens a session; `issuedAt` in ms. */
export function sessionDigest(stream: string, issuedAt: number, domain: Domain): Uint8Array {
  const struct = keccak(concatBytes(sessionType, keccak(utf8ToBytes(stream)), word(issuedAt)));
  return digest(settlementSeparator(domain), struct);
}

const closeType = typeHash('Close(bytes32 channelId,uint64 issuedAt)');

/** Digest of a payer's wish to close a channel and take the rest back; `issuedAt` in ms. */
export function closeDigest(channel: Hex, issuedAt: number, domain: Domain): Uint8Array {
  return digest(settlementSeparator(domain), keccak(concatBytes(closeType, word(channel), word(issuedAt))));
}

const refundType = typeHash('Refund(bytes32 channelId,uint256 nonce,uint128 amount)');

/** Digest of the x402 `Refund` that the receiver's authorizer signs. */
export function refundDigest(channel: Hex, nonce: bigint, amount: bigint, domain: Domain): Uint8Array {
  const struct = keccak(concatBytes(refundType, word(channel), word(nonce), word(amount)));
  return digest(settlementSeparator(domain), struct);
}

export interface ClaimEntry {
  channelId: Hex;
  maxClaimableAmount: bigint;
  totalClaimed: bigint;
}

const claimEntryText = 'ClaimEntry(bytes32 channelId,uint128 maxClaimableAmount,uint128 totalClaimed)';
const claimEntryType = typeHash(claimEntryText);
const claimBatchType = typeHash(`ClaimBatch(ClaimEntry[] claims)${claimEntryText}`);

/** Digest of the x402 `ClaimBatch` that the receiver's authorizer signs. */
export function claimBatchDigest(entries: readonly ClaimEntry[], domain: Domain): Uint8Array {
  const hashes = entries.map((e) =>
    keccak(concatBytes(claimEntryType, word(e.channelId), word(e.maxClaimableAmount), word(e.totalClaimed))),
  );
  const struct = keccak(concatBytes(claimBatchType, keccak(concatBytes(...hashes))));
  return digest(settlementSeparator(domain), struct);
}

/** The EIP-3009 nonce of a deposit: keccak256(abi.encode(channelId, salt)). */
export function depositNonce(channel: Hex, salt: Hex): Hex {
  return hex(keccak(concatBytes(word(channel), word(salt))));
}

export interface ReceiveAuthorization {
  from: Hex;
  to: Hex;
  value: bigint;
  validAfter: bigint;
  validBefore: bigint;
  nonce: Hex;
}

export interface TokenDomain {
  name: string;
  version: string;
  chainId: number;
  address: Hex;
}

const authorizationFields =
  '(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)';
const receiveType = typeHash(`ReceiveWithAuthorization${authorizationFields}`);
const transferType = typeHash(`TransferWithAuthorization${authorizationFields}`);

/** Digest of the EIP-3009 `ReceiveWithAuthorization`; times in seconds. */
export const receiveDigest = (a: ReceiveAuthorization, token: TokenDomain): Uint8Array =>
  authorizationDigest(receiveType, a, token);

/** Digest of the EIP-3009 `TransferWithAuthorization`, which anyone may send on; times in seconds. */
export const transferDigest = (a: ReceiveAuthorization, token: TokenDomain): Uint8Array =>
  authorizationDigest(transferType, a, token);

function authorizationDigest(type: Uint8Array, a: ReceiveAuthorization, token: TokenDomain): Uint8Array {
  const struct = keccak(
    concatBytes(type, word(a.from), word(a.to), word(a.value), word(a.validAfter), word(a.validBefore), word(a.nonce)),
  );
  return digest(separator(token.name, token.version, token.chainId, token.address), struct);
}

/** Signs a digest: r‖s‖v, v = 27 or 28, low s. */
export function sign(digestBytes: Uint8Array, key: Hex): Hex {
  const recovered = secp256k1.sign(digestBytes, raw(key), { prehash: false, format: 'recovered' });
  return hex(concatBytes(recovered.subarray(1), Uint8Array.of(27 + (recovered[0] ?? 0))));
}

/** A signature's 65 bytes as they are written. */
export const signatureText = /^0x[0-9a-fA-F]{130}$/;

/** The address whose key made a signature, lower case; `null` when it is no valid low-s signature. */
export function recover(digestBytes: Uint8Array, signature: Hex): Hex | null {
  if (!signatureText.test(signature)) return null;
  try {
    const bytes = raw(signature);
    const v = bytes[64];
    if (v !== 27 && v !== 28) return null;
    const recovered = concatBytes(Uint8Array.of(v - 27), bytes.subarray(0, 64));
    if (secp256k1.Signature.fromBytes(recovered, 'recovered').hasHighS()) return null;
    return publicToAddress(secp256k1.recoverPublicKey(recovered, digestBytes, { prehash: false }));
  } catch {
    return null;
  }
}

function publicToAddress(publicKey: Uint8Array): Hex {
  const point = secp256k1.Point.fromBytes(publicKey).toBytes(false);
  return hex(keccak(point.subarray(1)).subarray(12));
}

/** The address of a private key, lower case. */
export function addressOf(key: Hex): Hex {
  return publicToAddress(secp256k1.getPublicKey(raw(key), true));
}

/** A fresh private key. */
export function randomKey(): Hex {
  return hex(secp256k1.utils.randomSecretKey());
}
