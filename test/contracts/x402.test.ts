// x402's official client and facilitator against our contracts, unchanged: deposit, voucher, claim, refund, settle.
import { BATCH_SETTLEMENT_ADDRESS, toClientEvmSigner } from '@x402/evm';
import { BatchSettlementEvmScheme as Client } from '@x402/evm/batch-settlement/client';
import { BatchSettlementEvmScheme as Facilitator } from '@x402/evm/batch-settlement/facilitator';
import { Contract, concat, Interface, verifyTypedData, type Wallet } from 'ethers';
import { describe, expect, it } from 'vitest';
import { canonical } from '../../src/chain/addresses.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { type Bench, day, type Person, send, useBench } from './bench.js';

const bench = useBench();
const network = 'eip155:31337' as const;

type ClientSigner = ConstructorParameters<typeof Client>[0];
type FacilitatorSigner = ConstructorParameters<typeof Facilitator>[0];
interface Call {
  address: Hex;
  abi: readonly unknown[];
  functionName: string;
  args?: readonly unknown[];
}
interface TypedData {
  domain: Record<string, unknown>;
  types: Record<string, unknown>;
  message: Record<string, unknown>;
}

const fields = (types: Record<string, unknown>) => types as Record<string, { name: string; type: string }[]>;

async function signTypedData(wallet: Wallet, { domain, types, message }: TypedData): Promise<Hex> {
  return (await wallet.signTypedData(domain, fields(types), message)) as Hex;
}

/** The package’s idea of a reader, over ethers. */
const reader =
  ({ provider }: Bench) =>
  async (call: Call) => {
    const contract = new Contract(call.address, new Interface(call.abi as never), provider);
    return contract.getFunction(call.functionName).staticCall(...(call.args ?? []));
  };

function clientSigner(b: Bench, person: Person): ClientSigner {
  const signer = { address: person.address, signTypedData: (data: TypedData) => signTypedData(person.wallet, data) };
  return toClientEvmSigner({ ...signer, readContract: reader(b) } as never);
}

function facilitatorSigner(b: Bench, person: Person): FacilitatorSigner {
  return {
    getAddresses: () => [person.address],
    readContract: reader(b),
    getCode: async ({ address }) => (await b.provider.getCode(address)) as Hex,
    verifyTypedData: async ({ address, domain, types, message, signature }) =>
      verifyTypedData(domain, fields(types), message, signature).toLowerCase() === address.toLowerCase(),
    async writeContract({ address, abi, functionName, args, gas, dataSuffix }) {
      const data = new Interface(abi as never).encodeFunctionData(functionName, args as unknown[]);
      const call = { to: address, data: concat([data, dataSuffix ?? '0x']), ...(gas ? { gasLimit: gas } : {}) };
      return (await person.wallet.sendTransaction(call)).hash as Hex;
    },
    sendTransaction: async (call) => (await person.wallet.sendTransaction(call)).hash as Hex,
    async waitForTransactionReceipt({ hash }) {
      const receipt = await b.provider.waitForTransaction(hash);
      return { status: receipt?.status === 1 ? 'success' : 'reverted', logs: (receipt?.logs ?? []) as never };
    },
  };
}

/** A client, a facilitator with the receiver’s authorizer key, and what the receiver asks for. */
async function parties(extra: Record<string, unknown> = {}) {
  const b = bench();
  const [payer, receiver] = [await b.person(), await b.person()];
  await send(b.stranger, b.token, 'mint', [payer.address, 10_000n]);
  const authorizer = {
    address: b.authorizer.address,
    signTypedData: (data: TypedData) => signTypedData(b.authorizer.wallet, data),
  };
  const facilitator = new Facilitator(facilitatorSigner(b, b.stranger), authorizer as never);
  const requirements = {
    scheme: 'batch-settlement',
    network,
    amount: '100',
    asset: b.at.token,
    payTo: receiver.address,
    maxTimeoutSeconds: 3600,
    extra: {
      receiverAuthorizer: b.authorizer.address,
      withdrawDelay: day,
      name: 'Test Dai',
      version: '1',
      ...extra,
    },
  } as const;
  const client = new Client(clientSigner(b, payer));
  const pay = async () => {
    const { payload } = await client.createPaymentPayload(2, requirements as never);
    return { x402Version: 2, accepted: requirements, payload } as never;
  };
  /** A settle action of the server: claim, settle or refund. */
  const act = (payload: unknown) =>
    facilitator.settle({ x402Version: 2, accepted: requirements, payload } as never, requirements as never);
  return { b, payer, receiver, client, facilitator, requirements, pay, act };
}

describe('the official packages', () => {
  it('open a channel by EIP-3009, claim from it, refund the rest, and settle', async () => {
    const { b, payer, receiver, client, facilitator, requirements, pay, act } = await parties();
    const payment = await pay();
    expect(await facilitator.verify(payment, requirements as never)).toMatchObject({ isValid: true });
    const opened = await facilitator.settle(payment, requirements as never);
    expect(opened).toMatchObject({ success: true, amount: '500', extra: { channelState: { balance: '500' } } });
    expect(await b.balanceOf(payer.address)).toBe(9_500n);

    const { voucher } = (payment as { payload: { voucher: { signature: Hex; maxClaimableAmount: string } } }).payload;
    const channel = client.buildChannelConfig(requirements as never);
    const claims = [
      {
        voucher: { channel, maxClaimableAmount: voucher.maxClaimableAmount },
        signature: voucher.signature,
        totalClaimed: '70',
      },
    ];
    const refund = { type: 'refund', channelConfig: channel, voucher, amount: '430', refundNonce: '0', claims };
    expect(await act(refund)).toMatchObject({ success: true, amount: '430' });
    expect(await b.balanceOf(payer.address)).toBe(9_930n);

    const settled = await act({ type: 'settle', receiver: receiver.address, token: b.at.token });
    expect(settled).toMatchObject({ success: true, amount: '70' });
    expect(await b.balanceOf(receiver.address)).toBe(70n);
    expect(await b.balanceOf(BATCH_SETTLEMENT_ADDRESS)).toBe(0n);
  });

  it('claim by an authorizer’s signature', async () => {
    const { b, client, facilitator, requirements, pay, act } = await parties();
    const payment = await pay();
    await facilitator.settle(payment, requirements as never);
    const { voucher } = (payment as { payload: { voucher: { signature: Hex; maxClaimableAmount: string } } }).payload;
    const channel = client.buildChannelConfig(requirements as never);
    const row = { voucher: { channel, maxClaimableAmount: voucher.maxClaimableAmount }, signature: voucher.signature };
    expect(await act({ type: 'claim', claims: [{ ...row, totalClaimed: '100' }] })).toMatchObject({ success: true });
    const id = await b.settlement.getFunction('getChannelId')(channel);
    expect(await b.channel(id)).toEqual({ balance: 500n, totalClaimed: 100n });
  });

  it('open a channel by Permit2', async () => {
    const { b, payer, facilitator, requirements, pay } = await parties({ assetTransferMethod: 'permit2' });
    await send(payer, b.token, 'approve', [canonical.permit2, 10_000n]);
    const payment = await pay();
    expect(await facilitator.verify(payment, requirements as never)).toMatchObject({ isValid: true });
    expect(await facilitator.settle(payment, requirements as never)).toMatchObject({ success: true, amount: '500' });
    expect(await b.balanceOf(payer.address)).toBe(9_500n);
  });
});
