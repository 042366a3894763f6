// The simulated chain beside the real contract on a real node: the same random calls, the same answers, events and balances.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AbiCoder, JsonRpcProvider } from 'ethers';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { deployDevContracts } from '../../src/chain/deploy.js';
import { type DevChain, startDevChain } from '../../src/chain/dev-chain.js';
import {
  type ChannelFields,
  channelId,
  claimBatchDigest,
  depositNonce,
  receiveDigest,
  refundDigest,
  voucherDigest,
} from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { silent } from '../support/payments.js';
import { createRandom } from '../support/random.js';
import { createNode } from './chain/node.js';
import { createRpc, RpcError, settlementAbi, tokenAbi } from './chain/rpc.js';
import { createContract, type Place, words } from './chain/settlement.js';
import { signerOf } from './people/keys.js';

/** A busy node answers before it has mined. */
const mined = { timeout: 10_000, interval: 5 };

/** `CALLS=1000` for a long run. */
const calls = Number(process.env.CALLS ?? 80);
const seed = Number(process.env.SEED ?? 1);
const folder = mkdtempSync(join(tmpdir(), 'dtok-model-'));
let real: DevChain;
let provider: JsonRpcProvider;
let token: Hex;

beforeAll(async () => {
  real = await startDevChain({ folder: join(folder, 'chain'), port: 0, log: silent, onExit: () => {} });
  ({ token } = await deployDevContracts(real.rpcUrl));
  provider = new JsonRpcProvider(real.rpcUrl, undefined, { staticNetwork: true, cacheTimeout: -1 });
});
afterAll(async () => {
  provider.destroy();
  await real.stop();
  rmSync(folder, { recursive: true });
});

const random = createRandom(seed);
const [host, gate, relayer, ann, bob] = ['host', 'gate', 'relayer', 'ann', 'bob'].map(signerOf);
if (!host || !gate || !relayer || !ann || !bob) throw new Error('nobody');
const everybody = [host, gate, relayer, ann, bob];

interface Sent {
  from: Hex;
  to: Hex;
  data: Hex;
}

/** Calls of all kinds, most of them right, some with one thing wrong. */
function caller(place: Place, claimedOf: (id: Hex) => bigint, nonceOf: (id: Hex) => bigint, now: () => number) {
  const { domain } = place;
  const wrong = (): boolean => random.chance(0.12);
  const amount = (most: number): bigint => BigInt(wrong() ? 0 : random.between(1, most));
  const to = domain.contract;
  const data = (method: string, args: unknown[]): Hex => settlementAbi.encodeFunctionData(method, args) as Hex;

  function channel(): { config: ChannelFields; id: Hex; payer: typeof ann & object } {
    const payer = random.pick([ann, bob] as const) as typeof ann & object;
    const config: ChannelFields = {
      ...{ payer: payer.address, payerAuthorizer: payer.address, receiver: host?.address ?? '0x' },
      ...{ receiverAuthorizer: gate?.address ?? '0x', token: place.token.address },
      ...{ withdrawDelay: wrong() && wrong() ? 899 : 900, salt: `0x${'11'.repeat(32)}` },
    };
    return { config, id: channelId(config, domain), payer };
  }

  const salts: Hex[] = [];
  function deposit(): Sent {
    const { config, id, payer } = channel();
    const salt: Hex = `0x${(salts.length + 1).toString(16).padStart(64, '0')}`;
    salts.push(salt);
    const [value, once] = [amount(300), wrong() ? random.pick(salts) : salt];
    const validBefore = BigInt(now() + (wrong() ? -10 : 100_000));
    const signed = { from: payer.address, to: place.collector, value, validAfter: 0n, validBefore };
    const digest = receiveDigest(
      { ...signed, nonce: depositNonce(id, once) },
      { ...place.token, chainId: domain.chainId },
    );
    const signature = (wrong() ? host : payer)?.sign(digest);
    const types = ['uint256', 'uint256', 'uint256', 'bytes'];
    const collect = AbiCoder.defaultAbiCoder().encode(types, [0n, validBefore, BigInt(once), signature]);
    return {
      from: relayer?.address ?? '0x',
      to,
      data: data('deposit', [words(config), value, place.collector, collect]),
    };
  }

  function claim(): Sent {
    const rows = Array.from({ length: random.between(1, 2) }, () => {
      const { config, id, payer } = channel();
      const totalClaimed = claimedOf(id) + amount(60);
      const maxClaimableAmount = wrong() ? totalClaimed - 1n : totalClaimed + BigInt(random.below(20));
      const top = maxClaimableAmount < 0n ? 0n : maxClaimableAmount;
      const signature = (wrong() ? host : payer)?.sign(voucherDigest(id, top, domain));
      return { voucher: [words(config), top], signature, totalClaimed, channelId: id, maxClaimableAmount: top };
    });
    const signature = (wrong() ? host : gate)?.sign(claimBatchDigest(rows, domain));
    const batch = rows.map((row) => [row.voucher, row.signature, row.totalClaimed]);
    return { from: relayer?.address ?? '0x', to, data: data('claimWithSignature', [batch, signature]) };
  }

  function refund(): Sent {
    const { config, id } = channel();
    const [nonce, value] = [nonceOf(id) + (wrong() ? 1n : 0n), amount(100)];
    const signature = (wrong() ? host : gate)?.sign(refundDigest(id, nonce, value, domain));
    return {
      from: relayer?.address ?? '0x',
      to,
      data: data('refundWithSignature', [words(config), value, nonce, signature]),
    };
  }

  function withdraw(method: 'initiateWithdraw' | 'finalizeWithdraw'): Sent {
    const { config, payer } = channel();
    const from = (wrong() ? host : payer)?.address ?? '0x';
    return { from, to, data: data(method, [words(config), ...(method === 'initiateWithdraw' ? [amount(120)] : [])]) };
  }

  const kinds = {
    deposit,
    claim,
    refund,
    settle: (): Sent => ({
      from: ann?.address ?? '0x',
      to,
      data: data('settle', [host?.address, place.token.address]),
    }),
    initiate: () => withdraw('initiateWithdraw'),
    finalize: () => withdraw('finalizeWithdraw'),
    mint: (): Sent => {
      const { payer } = channel();
      const minted = tokenAbi.encodeFunctionData('mint', [payer.address, amount(400)]) as Hex;
      return { from: relayer?.address ?? '0x', to: place.token.address, data: minted };
    },
  };
  const weights = { deposit: 5, claim: 6, refund: 2, settle: 2, initiate: 3, finalize: 3, mint: 2 };
  return (): Sent & { kind: string } => {
    const kind = random.weighed(weights);
    return { kind, ...kinds[kind]() };
  };
}

it(`answers ${calls} random calls as the contract does (seed ${seed})`, async () => {
  const domain = { chainId: real.chainId, contract: '0x4020074e9df2ce1dee5a9c1b5c3f541d02a10003' as Hex };
  const collector = '0x4020806089470a89826cb9fb1f4059150b550004' as Hex;
  const place: Place = { domain, token: { address: token, name: 'Test Dai', version: '1' }, collector };
  let time = ((await provider.getBlock('latest'))?.timestamp ?? 0) + 100;
  const contract = await createContract(place);
  const node = createNode({ contract, random, now: () => time * 1000, keep: 1000 });
  const rpc = createRpc({ node, contract, place, relayer: relayer.address, coins: () => 1n });
  for (const { address } of everybody) {
    await provider.send('anvil_setBalance', [address, '0xffffffffffffffffff']);
    await provider.send('anvil_impersonateAccount', [address]);
  }
  const state = () => node.head().state;
  const next = caller(
    place,
    (id) => contract.channelOf(state(), id).claimed,
    (id) => state().refundNonces.get(id) ?? 0n,
    () => time,
  );
  const views = (id: Hex): [Hex, Hex][] =>
    [
      ...['channels', 'pendingWithdrawals', 'refundNonce'].map((view) => [view, [id]] as const),
      ['receivers', [host.address, token]] as const,
    ].map(([view, args]) => [domain.contract, settlementAbi.encodeFunctionData(view, args) as Hex]);
  const balances = everybody.map(({ address }): [Hex, Hex] => [
    token,
    tokenAbi.encodeFunctionData('balanceOf', [address]) as Hex,
  ]);
  const told = { ok: 0, refused: 0 };
  const ids = new Set<Hex>();

  for (let i = 0; i < calls; i++) {
    time += random.chance(0.1) ? random.between(500, 1000) : random.between(1, 20);
    const { kind, ...call } = next();
    const gas = '0x2dc6c0';
    await provider.send('evm_setNextBlockTimestamp', [time]);
    const hash = await provider.send('eth_sendTransaction', [{ ...call, gas }]);
    const theirs = await vi.waitUntil(() => provider.send('eth_getTransactionReceipt', [hash]), mined);
    const decoded = rpc.decode(call.from, call.to, call.data);
    if (!decoded) throw new Error(`${kind} was not understood`);
    const { hash: mine } = node.send(decoded);
    node.mine();
    const ours = rpc.answer('eth_getTransactionReceipt', [mine]) as {
      status: string;
      logs: { topics: unknown; data: string }[];
    };
    const where = `call ${i}, ${kind}`;
    expect(ours.status, where).toBe(theirs.status);
    const facts = (logs: { topics: unknown; data: string; address?: string }[]) =>
      logs.filter((log) => log.address?.toLowerCase() === domain.contract).map((log) => [log.topics, log.data]);
    expect(facts(ours.logs), where).toEqual(facts(theirs.logs));
    told[ours.status === '0x1' ? 'ok' : 'refused'] += 1;
    for (const id of state().channels.keys()) ids.add(id);
    if (i % 5 > 0) continue;
    for (const [to, data] of [...balances, ...[...ids].flatMap(views)]) {
      const asked = [{ to, data }, 'latest'];
      expect(rpc.answer('eth_call', asked), where).toBe(await provider.send('eth_call', asked));
    }
  }
  expect(told.ok).toBeGreaterThan(calls / 4);
  expect(told.refused).toBeGreaterThan(calls / 8);
});

it('words a refusal as a node does', async () => {
  const domain = { chainId: real.chainId, contract: '0x4020074e9df2ce1dee5a9c1b5c3f541d02a10003' as Hex };
  const place: Place = {
    domain,
    token: { address: token, name: 'Test Dai', version: '1' },
    collector: domain.contract,
  };
  const contract = await createContract(place);
  const node = createNode({ contract, random, now: () => 10 ** 12, keep: 10 });
  const rpc = createRpc({ node, contract, place, relayer: relayer.address, coins: () => 1n });
  const asked = { from: ann.address, to: domain.contract, data: settlementAbi.encodeFunctionData('claim', [[]]) };
  const empty = settlementAbi.encodeFunctionData('claimWithSignature', [[], '0x']);
  const theirs = await provider.send('eth_estimateGas', [{ ...asked, data: empty }]).catch((error) => error);
  const ours = (() => {
    try {
      return rpc.answer('eth_estimateGas', [{ ...asked, data: empty as Hex }]);
    } catch (error) {
      return error;
    }
  })();
  expect(ours).toBeInstanceOf(RpcError);
  expect(theirs.data).toBe((ours as RpcError).data);
});
