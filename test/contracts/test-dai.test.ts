// The test token: who may move whose tokens, by permit and by authorization.
import { Signature, ZeroAddress } from 'ethers';
import { describe, expect, it } from 'vitest';
import { hex32, type Person, send, useBench } from './bench.js';

const bench = useBench();

const authorizationFields = [
  { name: 'from', type: 'address' },
  { name: 'to', type: 'address' },
  { name: 'value', type: 'uint256' },
  { name: 'validAfter', type: 'uint256' },
  { name: 'validBefore', type: 'uint256' },
  { name: 'nonce', type: 'bytes32' },
];
const permitFields = [
  { name: 'owner', type: 'address' },
  { name: 'spender', type: 'address' },
  { name: 'value', type: 'uint256' },
  { name: 'nonce', type: 'uint256' },
  { name: 'deadline', type: 'uint256' },
];
const bytesForm = 'address,address,uint256,uint256,uint256,bytes32,bytes';
const splitForm = 'address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32';

/** Someone with 100 tokens, someone else, and what the first signs. */
async function scene() {
  const b = bench();
  const [from, to] = [await b.person(), await b.person()];
  await send(from, b.token, 'mint', [from.address, 100n]);
  const domain = { name: 'Test Dai', version: '1', chainId: b.domain.chainId, verifyingContract: b.at.token };
  const now = (await b.provider.getBlock('latest'))?.timestamp ?? 0;
  async function signed(kind: string, change: Record<string, unknown> = {}, by: Person = from) {
    const nonce = hex32();
    const message = {
      from: from.address,
      to: to.address,
      value: 40n,
      validAfter: 0,
      validBefore: now + 60,
      nonce,
      ...change,
    };
    const signature = await by.wallet.signTypedData(domain, { [kind]: authorizationFields }, message);
    return { values: Object.values(message), signature };
  }
  /** The name of the token’s error, or `accepted`. */
  const outcome = (sender: Person, method: string, args: unknown[]) =>
    b.token
      .getFunction(method)
      .staticCall(...args, { from: sender.address })
      .then(() => 'accepted')
      .catch((error) => error.revert?.name);
  return { b, from, to, domain, now, signed, outcome };
}

describe('metadata', () => {
  it('is what wallets show', async () => {
    const { token } = bench();
    const read = ['name', 'symbol', 'decimals', 'version'].map((name) => token.getFunction(name)());
    expect(await Promise.all(read)).toEqual(['Test Dai', 'DAI', 18n, '1']);
  });
});

describe('transferWithAuthorization', () => {
  it('moves tokens for whoever sends it, once, in both forms', async () => {
    const { b, from, to, signed, outcome } = await scene();
    const first = await signed('TransferWithAuthorization');
    const method = `transferWithAuthorization(${bytesForm})`;
    await send(b.stranger, b.token, method, [...first.values, first.signature]);
    expect(await outcome(b.stranger, method, [...first.values, first.signature])).toBe('ERC3009UsedAuthorization');
    expect(await b.token.getFunction('authorizationState')(from.address, first.values[5])).toBe(true);
    const second = await signed('TransferWithAuthorization');
    const { v, r, s } = Signature.from(second.signature);
    await send(b.stranger, b.token, `transferWithAuthorization(${splitForm})`, [...second.values, v, r, s]);
    expect(await b.balanceOf(to.address)).toBe(80n);
  });
});

describe('receiveWithAuthorization', () => {
  const method = `receiveWithAuthorization(${bytesForm})`;
  it('moves tokens for the receiver only', async () => {
    const { b, to, signed, outcome } = await scene();
    const { values, signature } = await signed('ReceiveWithAuthorization');
    expect(await outcome(b.stranger, method, [...values, signature])).toBe('ERC20InvalidReceiver');
    await send(to, b.token, method, [...values, signature]);
    expect(await b.balanceOf(to.address)).toBe(40n);
  });
  it('refuses another’s signature, another kind of signature, and the wrong time', async () => {
    const { b, to, now, signed, outcome } = await scene();
    const refusals = [
      [await signed('ReceiveWithAuthorization', {}, b.stranger), 'ERC3009InvalidSignature'],
      [await signed('TransferWithAuthorization'), 'ERC3009InvalidSignature'],
      [await signed('ReceiveWithAuthorization', { validAfter: now + 50 }), 'ERC3009InvalidAuthorizationTime'],
      [await signed('ReceiveWithAuthorization', { validBefore: now }), 'ERC3009InvalidAuthorizationTime'],
      [await signed('ReceiveWithAuthorization', { value: 101n }), 'ERC20InsufficientBalance'],
    ] as const;
    for (const [{ values, signature }, error] of refusals) {
      expect(await outcome(to, method, [...values, signature])).toBe(error);
    }
    const { values } = await signed('ReceiveWithAuthorization', { from: ZeroAddress });
    expect(await outcome(to, method, [...values, `0x${'00'.repeat(65)}`])).toBe('ERC3009InvalidSignature');
  });
});

describe('permit', () => {
  it('approves by signature, once', async () => {
    const { b, from, to, domain, now, outcome } = await scene();
    const message = { owner: from.address, spender: to.address, value: 7n, nonce: 0n, deadline: now + 60 };
    const { v, r, s } = Signature.from(await from.wallet.signTypedData(domain, { Permit: permitFields }, message));
    const args = [message.owner, message.spender, message.value, message.deadline, v, r, s];
    await send(b.stranger, b.token, 'permit', args);
    expect(await b.token.getFunction('allowance')(from.address, to.address)).toBe(7n);
    expect(await outcome(b.stranger, 'permit', args)).toBe('ERC2612InvalidSigner');
  });
});
