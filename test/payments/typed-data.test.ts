// What is signed here is what the published x402 packages and ethers sign and hash, to the byte.
import { BATCH_SETTLEMENT_DOMAIN, claimBatchTypes, refundTypes, voucherTypes } from '@x402/evm';
import { computeChannelId, signVoucher } from '@x402/evm/batch-settlement/client';
import { TypedDataEncoder, Wallet } from 'ethers';
import { describe, expect, it } from 'vitest';
import {
  addressOf,
  channelId,
  claimBatchDigest,
  depositNonce,
  passId,
  randomKey,
  receiveDigest,
  recover,
  refundDigest,
  sign,
  voucherDigest,
} from '../../src/payments/typed-data.js';
import { domain } from '../support/payments.js';

const key = randomKey();
const wallet = new Wallet(key);
const me = addressOf(key);
const id = randomKey();
const published = { ...BATCH_SETTLEMENT_DOMAIN, chainId: domain.chainId, verifyingContract: domain.contract };
const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`;
const types = (published: unknown) => published as Record<string, { name: string; type: string }[]>;

const config = {
  payer: me,
  payerAuthorizer: me,
  receiver: domain.contract,
  receiverAuthorizer: me,
  token: domain.contract,
  withdrawDelay: 900,
  salt: id,
};

describe('digests', () => {
  it('of a voucher', () => {
    const message = { channelId: id, maxClaimableAmount: 2n ** 128n - 1n };
    expect(hex(voucherDigest(id, message.maxClaimableAmount, domain))).toBe(
      TypedDataEncoder.hash(published, types(voucherTypes), message),
    );
  });

  it('of a refund', () => {
    const message = { channelId: id, nonce: 7n, amount: 12n };
    expect(hex(refundDigest(id, 7n, 12n, domain))).toBe(TypedDataEncoder.hash(published, types(refundTypes), message));
  });

  it('of a batch of claims, also an empty one', () => {
    const claims = [1n, 2n, 3n].map((n) => ({ channelId: id, maxClaimableAmount: n + 5n, totalClaimed: n }));
    for (const some of [claims, claims.slice(0, 1), []]) {
      expect(hex(claimBatchDigest(some, domain))).toBe(
        TypedDataEncoder.hash(published, types(claimBatchTypes), { claims: some }),
      );
    }
  });

  it('of an EIP-3009 authorization', () => {
    const token = { name: 'Test Dai', version: '1', chainId: 31337, address: domain.contract };
    const message = {
      from: me,
      to: domain.contract,
      value: 5n,
      validAfter: 0n,
      validBefore: 99n,
      nonce: depositNonce(id, id),
    };
    const fields = ['address from', 'address to', 'uint256 value', 'uint256 validAfter', 'uint256 validBefore'];
    const type = [...fields, 'bytes32 nonce'].map((field) => {
      const [kind = '', name = ''] = field.split(' ');
      return { name, type: kind };
    });
    const { address: verifyingContract, ...rest } = token;
    expect(hex(receiveDigest(message, token))).toBe(
      TypedDataEncoder.hash({ ...rest, verifyingContract }, { ReceiveWithAuthorization: type }, message),
    );
  });
});

it('a channel has the id that the published client computes', () => {
  expect(channelId(config, domain)).toBe(computeChannelId(config, domain.chainId));
});

it('a watch link’s id depends on its channel, its key and the chain', () => {
  const ids = [
    passId(id, me, domain),
    passId(randomKey(), me, domain),
    passId(id, addressOf(randomKey()), domain),
    passId(id, me, { ...domain, chainId: 1 }),
  ];
  expect(new Set(ids).size).toBe(4);
});

it('a signature is the one that ethers and the published client make, and is recovered', async () => {
  const digest = voucherDigest(id, 1234n, domain);
  const ours = sign(digest, key);
  expect(ours).toBe(
    await wallet.signTypedData(published, types(voucherTypes), { channelId: id, maxClaimableAmount: 1234n }),
  );
  const signer = { address: wallet.address as `0x${string}`, signTypedData: (d: never) => signWith(d) };
  const theirs = await signVoucher(signer as never, id, '1234', 'eip155:31337');
  expect(theirs.signature).toBe(ours);
  expect(recover(digest, ours)).toBe(me);
});

const signWith = ({ domain: d, types: t, message }: never & { domain: object; types: object; message: object }) =>
  wallet.signTypedData(d, t as never, message as never);

it('a signature with a high s, another v or of the wrong length is nobody’s', () => {
  const digest = voucherDigest(id, 1n, domain);
  const good = sign(digest, key);
  const n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const s = BigInt(`0x${good.slice(66, 130)}`);
  const flipped = good.endsWith('1b') ? '1c' : '1b';
  const high = `${good.slice(0, 66)}${(n - s).toString(16).padStart(64, '0')}${flipped}` as const;
  expect(recover(digest, high as `0x${string}`)).toBeNull();
  expect(recover(digest, `${good.slice(0, 130)}1d` as `0x${string}`)).toBeNull();
  expect(recover(digest, good.slice(0, 120) as `0x${string}`)).toBeNull();
});
