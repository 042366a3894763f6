// What our pages sign, before x402's official server and facilitator, unmodified: deposit, vouchers, a step lost, refund.

import { x402Facilitator } from '@x402/core/facilitator';
import { x402ResourceServer } from '@x402/core/server';
import type { PaymentRequirements } from '@x402/core/types';
import { toFacilitatorEvmSigner } from '@x402/evm';
import { BatchSettlementEvmScheme as Facilitator } from '@x402/evm/batch-settlement/facilitator';
import { BatchSettlementEvmScheme as Server } from '@x402/evm/batch-settlement/server';
import { createPublicClient, createWalletClient, http, publicActions } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { anvil } from 'viem/chains';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { devAccount } from '../../src/chain/accounts.js';
import { addressOf, channelId, randomKey } from '../../src/payments/typed-data.js';
import type { StreamInfo } from '../../src/vocabulary/streams.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { channelOf, depositPayload, domainOf } from '../../src/web/watch/deposit.js';
import { createWallet } from '../../src/web/watch/wallet.js';
import { type MoneyHouse, openMoney } from '../support/money.js';

const network = 'eip155:31337' as const;
const price = 100n;

let house: MoneyHouse;
beforeAll(async () => {
  house = await openMoney();
});
afterAll(() => house.close());

/** A shop that has nothing of ours: the packages, an account with gas, and a key that authorizes claims. */
async function officialShop() {
  const { rpcUrl, token, host } = house.now.place;
  const transport = http(rpcUrl);
  const account = privateKeyToAccount(devAccount(5) as Hex);
  const wallet = createWalletClient({ account, chain: anvil, transport, pollingInterval: 20 }).extend(publicActions);
  const authorizer = privateKeyToAccount(randomKey());
  const signer = toFacilitatorEvmSigner({ ...wallet, address: account.address } as never);
  const facilitator = new x402Facilitator().register(network, new Facilitator(signer, authorizer));
  const scheme = new Server(host, { receiverAuthorizerSigner: authorizer, withdrawDelay: 3600 });
  const server = new x402ResourceServer({
    verify: (payment, requirements) => facilitator.verify(payment, requirements),
    settle: (payment, requirements) => facilitator.settle(payment, requirements),
    getSupported: async () => facilitator.getSupported() as never,
  }).register(network, scheme);
  await server.initialize();
  const { name, version } = house.now.chain.token;
  const [requirements] = await server.buildPaymentRequirements({
    ...{ scheme: 'batch-settlement', network, payTo: host },
    price: { amount: `${price}`, asset: token, extra: { name, version } },
  });
  if (!requirements) throw new Error('no requirements');

  /** One paid request, as its middleware does it: verify, serve, settle. */
  async function take(payload: Record<string, unknown>) {
    const payment = { x402Version: 2, accepted: requirements as PaymentRequirements, payload };
    const verified = await server.verifyPayment(payment, requirements as PaymentRequirements);
    if (!verified.isValid) {
      const resource = { url: 'http://shop/', description: '', mimeType: '' };
      const reason = verified.invalidReason;
      const accepts = [structuredClone(requirements as PaymentRequirements)];
      return {
        reason,
        required: await server.createPaymentRequiredResponse(accepts, resource, reason, undefined, undefined, payment),
      };
    }
    return { settled: await server.settlePayment(payment, requirements as PaymentRequirements) };
  }
  return { requirements, take, reader: createPublicClient({ chain: anvil, transport }), scheme };
}

/** The terms that our page would read from a stream, made of what an official server asks for. */
function termsOf({ payTo, asset, extra }: PaymentRequirements): StreamInfo['terms'] {
  const { chain } = house.now;
  return {
    ...{ network, chainId: chain.chainId, contract: chain.contract, depositCollector: chain.depositCollector },
    ...{ payTo: payTo.toLowerCase() as Hex, receiverAuthorizer: String(extra.receiverAuthorizer).toLowerCase() as Hex },
    ...{ withdrawDelay: Number(extra.withdrawDelay), faucet: true, token: { ...chain.token, address: asset as Hex } },
    ...{ payToName: null, gasless: true, names: false },
  };
}

it('a page’s deposit and vouchers are taken by the official server, and its refund comes back', async () => {
  const shop = await officialShop();
  const terms = termsOf(shop.requirements);
  const key = randomKey();
  const wallet = createWallet(key);
  await house.now.chain.mint(addressOf(key), 1000n);
  const [salt, once] = [randomKey(), randomKey()];
  const channelConfig = channelOf(wallet.address, terms, salt);
  const id = channelId(channelConfig, domainOf(terms));
  const voucher = (total: bigint) => ({
    ...{ channelId: id, maxClaimableAmount: `${total}` },
    signature: wallet.voucher(id, total, domainOf(terms)),
  });

  const deposit = depositPayload({ wallet, terms, salt, once, amount: 500n, authorized: price, now: Date.now() });
  const opened = await shop.take(deposit);
  expect(opened.settled).toMatchObject({
    success: true,
    extra: { channelState: { channelId: id, balance: '500', chargedCumulativeAmount: '100' }, chargedAmount: '100' },
  });
  for (const total of [200n, 300n]) {
    const paid = await shop.take({ type: 'voucher', channelConfig, voucher: voucher(total) });
    expect(paid.settled?.extra).toMatchObject({ channelState: { chargedCumulativeAmount: `${total}` } });
  }

  // Out of step, it is told where it stands and that its own voucher proves it.
  const stale = await shop.take({ type: 'voucher', channelConfig, voucher: voucher(300n) });
  expect(stale.reason).toBe('invalid_batch_settlement_evm_cumulative_amount_mismatch');
  expect(stale.required?.accepts[0]?.extra).toMatchObject({
    channelState: { chargedCumulativeAmount: '300' },
    voucherState: { signedMaxClaimable: '300', signature: voucher(300n).signature },
  });

  const topUp = depositPayload({
    ...{ wallet, terms, salt, once: randomKey(), amount: 200n, authorized: 400n, now: Date.now() },
  });
  expect((await shop.take(topUp)).settled?.extra).toMatchObject({ channelState: { balance: '700' } });

  const refund = await shop.take({ type: 'refund', channelConfig, voucher: voucher(400n) });
  expect(refund.settled).toMatchObject({ success: true, amount: '300' });
  expect(await house.now.chain.balanceOf(addressOf(key))).toBe(600n);
  expect(await house.now.chain.channel(id)).toMatchObject({ balance: 400n, claimed: 400n });
});

it('what our page signs otherwise is refused by the official server', async () => {
  const shop = await officialShop();
  const terms = termsOf(shop.requirements);
  const wallet = createWallet(randomKey());
  const [salt, once] = [randomKey(), randomKey()];
  const refused = async (terms: StreamInfo['terms'], authorized = price) =>
    (await shop.take(depositPayload({ wallet, terms, salt, once, amount: 500n, authorized, now: Date.now() }))).reason;
  const prefix = 'invalid_batch_settlement_evm_';
  expect(await refused(terms)).toBe(`${prefix}insufficient_balance`);
  expect(await refused({ ...terms, withdrawDelay: 900 })).toBe(`${prefix}withdraw_delay_mismatch`);
  expect(await refused({ ...terms, payTo: wallet.address })).toBe(`${prefix}receiver_mismatch`);
  expect(await refused({ ...terms, receiverAuthorizer: wallet.address })).toBe(`${prefix}receiver_authorizer_mismatch`);
  expect(await refused({ ...terms, chainId: 1 })).toBe(`${prefix}channel_id_mismatch`);
});
