// The EIP-712 digest of a page's word that a chat account may spend from its channel; for the server and pages alike (no I/O).
import { keccak_256 } from '@noble/hashes/sha3.js';
import { concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Domain } from '../typed-data.js';

/** What the page signs: this chat purse may spend up to `limit` base units in total from my channel. */
export interface Mandate {
  channel: Hex;
  /** The chat purse's address. */
  chat: Hex;
  limit: bigint;
  /** The nine digits of the code that it answers: it can be used once, for that account only. */
  code: string;
}

const text = (value: string): Uint8Array => keccak_256(utf8ToBytes(value));
const word = (value: bigint | number | Hex): Uint8Array =>
  hexToBytes((typeof value === 'string' ? value.slice(2) : value.toString(16)).padStart(64, '0'));
const struct = (type: Uint8Array, ...words: Uint8Array[]): Uint8Array => keccak_256(concatBytes(type, ...words));

const domainType = text('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)');
const mandateType = text('ChatLink(bytes32 channelId,address chat,uint128 limit,string code)');

/** EIP-712 `ChatLink` in the domain ("dTok chat", "1", chainId, settlement contract). */
export function mandateDigest({ channel, chat, limit, code }: Mandate, domain: Domain): Uint8Array {
  const separator = struct(domainType, text('dTok chat'), text('1'), word(domain.chainId), word(domain.contract));
  const message = struct(mandateType, word(channel), word(chat), word(limit), text(code));
  return keccak_256(concatBytes(Uint8Array.of(0x19, 0x01), separator, message));
}
