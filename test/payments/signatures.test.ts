// Whose signature it is: libsecp256k1, JavaScript, ethers and viem say the same of good, bent and made-up ones.
import { createRequire } from 'node:module';
import { BATCH_SETTLEMENT_DOMAIN, voucherTypes } from '@x402/evm';
import { recoverAddress as recoverByEthers, TypedDataEncoder } from 'ethers';
import { hashTypedData, recoverAddress as recoverByViem } from 'viem';
import { describe, expect, it, vi } from 'vitest';
import { openSignatures } from '../../src/payments/signatures.js';
import { addressOf, recover, sign, voucherDigest } from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { domain } from '../support/payments.js';
import { createRandom } from '../support/random.js';

/** `SEED` repeats a run, `CASES` makes a longer one. */
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
const cases = Number(process.env.CASES ?? 3000);
/** ethers and viem take milliseconds for each. */
const everyNth = 10;

const { below } = createRandom(seed);
const oneOf = <T>(some: readonly [T, ...T[]]): T => some[below(some.length)] ?? some[0];
const randomHex = (bytes: number): string => Array.from({ length: bytes * 2 }, () => below(16).toString(16)).join('');
const word = (n: bigint): string => n.toString(16).padStart(64, '0');

const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const half = order >> 1n;
const field = 2n ** 256n - 2n ** 32n - 977n;
const edges = [0n, 1n, half - 1n, half, half + 1n, order - 1n, order, order + 1n, field, 2n ** 256n - 1n] as const;

interface Parts {
  r: string;
  s: string;
  v: string;
}
const joined = ({ r, s, v }: Parts): string => `0x${r}${s}${v}`;
const flipped = (v: string): string => (v === '1b' ? '1c' : '1b');
const negated = (s: string): string => word(order - BigInt(`0x${s}`));

/** A nibble changed somewhere in a text of hex digits. */
function bent(text: string): string {
  const at = below(text.length);
  return (
    text.slice(0, at) + ((Number.parseInt(text[at] ?? '0', 16) + 1 + below(15)) % 16).toString(16) + text.slice(at + 1)
  );
}

/** A character that is no hex digit, also such as end in the byte of one. */
const notHex = ['g', ' ', '-', '\u0161', '\u0130', '\u{1f600}', '\0', '\n'] as const;

const otherV = ['1d', '1e', '00', '01', '02', '03', '1a', '1f', '23', '25', 'ff'] as const;

const bends: [(parts: Parts) => string, ...((parts: Parts) => string)[]] = [
  joined,
  (p) => joined({ ...p, v: flipped(p.v) }),
  (p) => joined({ ...p, s: negated(p.s) }),
  (p) => joined({ ...p, s: negated(p.s), v: flipped(p.v) }),
  (p) => joined({ ...p, r: word(oneOf(edges)) }),
  (p) => joined({ ...p, s: word(oneOf(edges)) }),
  (p) => joined({ ...p, r: word(oneOf(edges)), s: word(oneOf(edges)) }),
  (p) => joined({ ...p, v: oneOf(otherV) }),
  // An r this small may stand for a point beyond the order: only then a v of 29 or 30 leads to a key.
  (p) => joined({ ...p, r: word(BigInt(1 + below(100))), v: oneOf(otherV) }),
  (p) => joined({ ...p, r: bent(p.r) }),
  (p) => joined({ ...p, s: bent(p.s) }),
  (p) => joined({ ...p, r: randomHex(32), s: randomHex(32) }),
  (p) => joined(p).slice(0, below(132)),
  (p) => joined(p) + randomHex(1 + below(3)),
  (p) => joined(p) + oneOf(notHex).repeat(1 + below(2)),
  (p) => joined(p).replace(p.s, p.s.slice(1)),
  (p) => {
    const text = joined(p);
    const at = below(text.length);
    return text.slice(0, at) + oneOf(notHex) + text.slice(at + 1);
  },
  (p) => joined(p).toUpperCase(),
  (p) => `0x${joined(p).slice(2).toUpperCase()}`,
  joined,
  (p) => joined(p).slice(2),
  () => oneOf(['', '0x', '0x0', 'garbage', `0x${'00'.repeat(65)}`, `0x${'ff'.repeat(65)}`]),
];

/** What every one of them takes: 65 bytes in hex, v 27 or 28, low s. */
function wellFormed(signature: string): boolean {
  if (!/^0x[0-9a-fA-F]{128}1[bcBC]$/.test(signature)) return false;
  return BigInt(`0x${signature.slice(66, 130)}`) <= half;
}

const asked = async (ask: () => string | Promise<string>): Promise<string | null> => {
  try {
    return (await ask()).toLowerCase();
  } catch {
    return null;
  }
};

const load = (): typeof import('secp256k1') => createRequire(import.meta.url)('secp256k1/bindings.js');
const nativeLoads = (() => {
  try {
    return Boolean(load());
  } catch {
    return false;
  }
})();

describe.skipIf(!nativeLoads)('a signature', () => {
  it('is the same one’s for libsecp256k1, JavaScript, ethers and viem', async () => {
    const native = await openSignatures({});
    const seen = { signer: 0, other: 0, nobody: 0 };
    for (let i = 0; i < cases; i++) {
      const key: Hex = `0x${randomHex(32)}`;
      const digest = Buffer.from(randomHex(32), 'hex');
      const good = sign(digest, key);
      const bend = bends[i % bends.length] ?? joined;
      const text = bend({ r: good.slice(2, 66), s: good.slice(66, 130), v: good.slice(130) }) as Hex;
      const hint = `SEED=${seed} case ${i}: ${JSON.stringify(text)} on ${digest.toString('hex')}`;
      const ours = native.recover(digest, text);
      expect(ours, hint).toBe(recover(digest, text));
      if (!wellFormed(text)) expect(ours, hint).toBeNull();
      if (wellFormed(text) && text.toLowerCase() === good) expect(ours, hint).toBe(addressOf(key));
      else expect(ours, hint).not.toBe(addressOf(key));
      seen[ours === null ? 'nobody' : ours === addressOf(key) ? 'signer' : 'other'] += 1;
      if (!wellFormed(text) || Math.floor(i / bends.length) % everyNth > 0) continue;
      expect(await asked(() => recoverByEthers(digest, text)), `ethers ${hint}`).toBe(ours);
      expect(await asked(() => recoverByViem({ hash: digest, signature: text })), `viem ${hint}`).toBe(ours);
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(cases / 20);
  });

  it('is checked by the library that was loaded', async () => {
    const key: Hex = `0x${randomHex(32)}`;
    const digest = Buffer.from(randomHex(32), 'hex');
    const { ecdsaRecover } = load();
    const spy = vi.fn(ecdsaRecover);
    const warn = vi.fn();
    const { recover: recovered } = await openSignatures({ log: { warn }, load: () => ({ ecdsaRecover: spy }) });
    expect(recovered(digest, sign(digest, key))).toBe(addressOf(key));
    expect(spy).toHaveBeenCalledTimes(1);
    expect(warn).not.toHaveBeenCalled();
  });
});

it('where the native library does not load, JavaScript does it, and the log says so once', async () => {
  const warn = vi.fn();
  const { recover: recovered } = await openSignatures({
    log: { warn },
    load: () => {
      throw new Error('No native build was found');
    },
  });
  const key: Hex = `0x${randomHex(32)}`;
  const digest = Buffer.from(randomHex(32), 'hex');
  const good = sign(digest, key);
  expect(recovered(digest, good)).toBe(addressOf(key));
  expect(recovered(digest, `${good.slice(0, 130)}${flipped(good.slice(130))}` as Hex)).not.toBe(addressOf(key));
  expect(recovered(digest, good.slice(0, 130) as Hex)).toBeNull();
  expect(warn).toHaveBeenCalledTimes(1);
});

describe('a voucher’s digest', () => {
  const published = { ...BATCH_SETTLEMENT_DOMAIN, verifyingContract: domain.contract };
  const types = { Voucher: [...voucherTypes.Voucher] };

  it('is the one of ethers, viem and the pages, whatever was hashed before', async () => {
    const native = await openSignatures({});
    const made: { ours: Uint8Array; expected: string }[] = [];
    for (let i = 0; i < 200; i++) {
      const channelId: Hex = `0x${randomHex(32)}`;
      const amount = oneOf([0n, 1n, 2n ** 64n - 1n, 2n ** 64n, 2n ** 128n - 1n, BigInt(`0x${randomHex(16)}`)]);
      const on = oneOf([domain, { ...domain, chainId: 1 + below(1e6) }]);
      const message = { channelId, maxClaimableAmount: amount };
      const expected = TypedDataEncoder.hash({ ...published, chainId: on.chainId }, types, message);
      expect(
        hashTypedData({ domain: { ...published, chainId: on.chainId }, types, primaryType: 'Voucher', message }),
      ).toBe(expected);
      expect(`0x${Buffer.from(voucherDigest(channelId, amount, on)).toString('hex')}`).toBe(expected);
      made.push({ ours: native.voucherDigest(channelId, amount, on), expected });
    }
    for (const { ours, expected } of made) expect(`0x${Buffer.from(ours).toString('hex')}`).toBe(expected);
  });

  it('of an amount that does not fit is refused, not cut', async () => {
    const native = await openSignatures({});
    for (const amount of [2n ** 128n, 2n ** 256n, -1n]) {
      expect(() => native.voucherDigest(`0x${randomHex(32)}`, amount, domain)).toThrow(RangeError);
    }
  });
});
