// The shapes of single values on the wire: amounts, addresses, hashes, names.
import { z } from 'zod';

/** An amount of the token in base units: a decimal string, at most uint128 (39 digits). */
export const Amount = z
  .string()
  .regex(/^(0|[1-9]\d{0,38})$/, 'an amount is a whole number of base units, as a string')
  .refine((text) => !/^\d+$/.test(text) || BigInt(text) < 1n << 128n, 'an amount must fit in 128 bits')
  .meta({ description: 'Base units of the token, as a decimal string', example: '1000000000000000' });

/** A 20-byte EVM address, lower case after parsing. */
export const Address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'an address is 0x and 40 hex digits')
  .transform((text) => text.toLowerCase() as `0x${string}`)
  .meta({ type: 'string', pattern: '^0x[0-9a-fA-F]{40}$' });

/** 32 bytes: the id of a channel or of any other purse, a salt, a hash. */
export const Bytes32 = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, '32 bytes are 0x and 64 hex digits')
  .transform((text) => text.toLowerCase() as `0x${string}`)
  .meta({ type: 'string', pattern: '^0x[0-9a-fA-F]{64}$' });

/** A 65-byte secp256k1 signature r‖s‖v. */
export const Signature = z
  .string()
  .regex(/^0x[0-9a-fA-F]{130}$/, 'a signature is 0x and 130 hex digits')
  .transform((text) => text.toLowerCase() as `0x${string}`)
  .meta({ type: 'string', pattern: '^0x[0-9a-fA-F]{130}$' });

export const StreamId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'a stream id is up to 32 lower-case letters, digits and dashes');

/** Chosen by the caller, once for each act; sending it again repeats the answer, not the act. */
export const IdempotencyId = z.string().regex(/^[A-Za-z0-9_-]{8,64}$/, 'an id is 8 to 64 letters, digits, _ or -');

/** Milliseconds since 1970. */
export const Milliseconds = z.number().int().nonnegative();

/** Halves of characters, and what cannot be seen, but for the joiners that emoji and many scripts need. */
const unseen = /[\p{Cc}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/gu;

/** Text that people see: trimmed, without control characters, never markup. */
export const plainText = (max: number) =>
  z
    .string()
    .transform((text) => text.replace(unseen, ' ').replace(/\s+/g, ' ').trim())
    .refine((text) => [...text].length <= max, `at most ${max} characters`)
    .meta({ type: 'string', maxLength: max });

export type Hex = `0x${string}`;
