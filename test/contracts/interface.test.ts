// What x402's own packages and our typed-data module expect of the contract: ABI, addresses, hashes, digests.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as x402 from '@x402/evm';
import { computeChannelId } from '@x402/evm/batch-settlement/client';
import { Contract, Interface, id, keccak256, TypedDataEncoder } from 'ethers';
import { describe, expect, it } from 'vitest';
import { generate, requireCompiler, settings } from '../../contracts/compile.mjs';
import { mutants } from '../../contracts/mutants.mjs';
import { canonical } from '../../src/chain/addresses.js';
import * as contracts from '../../src/chain/contracts.js';
import * as typed from '../../src/payments/typed-data.js';
import { coder, hex32, useBench } from './bench.js';

const bench = useBench();
const hex = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString('hex')}`;

interface Param {
  name: string;
  type: string;
  indexed?: boolean;
  components?: Param[];
}
interface Entry {
  type: string;
  name: string;
  inputs: Param[];
  outputs?: Param[];
  stateMutability?: string;
}

/** A parameter without what only the compiler knows. */
const plain = (p: Param): unknown => [p.name, p.type, p.indexed ?? false, (p.components ?? []).map(plain)];
const shape = (e: Entry) => [e.type, e.name, e.inputs.map(plain), (e.outputs ?? []).map(plain), e.stateMutability];

/** The ABI that the package uses inside and does not export by its door. */
async function packageAbi(): Promise<Entry[]> {
  const folder = join(dirname(createRequire(import.meta.url).resolve('@x402/evm')), '../esm');
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.mjs') && name.startsWith('chunk-'))) {
    const { batchSettlementABI } = await import(join(folder, file));
    if (batchSettlementABI) return batchSettlementABI;
  }
  throw new Error('the package’s ABI is not where it was');
}

describe('the generated file', () => {
  it('is what the sources compile to', () => {
    const written = readFileSync(new URL('../../src/chain/contracts.ts', import.meta.url), 'utf8');
    expect(written === generate(), 'run `node contracts/compile.mjs`').toBe(true);
  });
});

describe('the ABI', () => {
  it('has all that the package calls and reads, to the letter', async () => {
    const ours = (contracts.x402BatchSettlement.abi as unknown as Entry[]).filter((e) => e.name);
    const theirs = await packageAbi();
    expect(theirs.length).toBeGreaterThan(15);
    for (const entry of theirs) {
      const same = ours.find((e) => e.type === entry.type && e.name === entry.name);
      expect(same && shape(same), entry.name).toEqual(shape(entry));
    }
  });
});

describe('the published source', () => {
  /** As in the published contracts, beside what the package's ABI has. */
  const published = {
    x402BatchSettlement: [
      'ClaimExceedsBalance() ClaimExceedsCeiling() DepositCollectionFailed() DepositOverflow() EmptyBatch()',
      'InvalidChannel() InvalidCollector() InvalidRefundNonce() InvalidSignature() NotAuthorizedToClaim()',
      'NotAuthorizedToFinalizeWithdraw() NotAuthorizedToRefund() NotReceiverAuthorizer() NothingToWithdraw()',
      'WithdrawAmountExceedsAvailable() WithdrawDelayNotElapsed() WithdrawDelayOutOfRange()',
      'WithdrawalAlreadyPending() WithdrawalNotPending() ZeroDeposit() ZeroRefund()',
      'ECDSAInvalidSignature() ECDSAInvalidSignatureLength(uint256) ECDSAInvalidSignatureS(bytes32)',
      'ReentrancyGuardReentrantCall() SafeERC20FailedOperation(address)',
      'ChannelCreated(bytes32,(address,address,address,address,address,uint40,bytes32))',
      'ChannelClosed(bytes32,(address,address,address,address,address,uint40,bytes32))',
      'Deposited(bytes32,address,uint128,uint128) Claimed(bytes32,address,uint128,uint128)',
      'Settled(address,address,address,uint128) Refunded(bytes32,address,uint128)',
      'WithdrawInitiated(bytes32,uint128,uint40) WithdrawFinalized(bytes32,address,uint128)',
      'MIN_WITHDRAW_DELAY() MAX_WITHDRAW_DELAY() CHANNEL_CONFIG_TYPEHASH() VOUCHER_TYPEHASH() REFUND_TYPEHASH()',
      'CLAIM_ENTRY_TYPEHASH() CLAIM_BATCH_TYPEHASH() eip712Domain()',
    ],
    erc3009DepositCollector: [
      'InvalidX402BatchSettlementAddress() OnlyX402BatchSettlement() x402BatchSettlement()',
      'collect(address,address,uint256,bytes32,bytes)',
    ],
    permit2DepositCollector: [
      'InvalidX402BatchSettlementAddress() OnlyX402BatchSettlement() InvalidPermit2Address()',
      'Permit2612AmountMismatch() x402BatchSettlement() PERMIT2() DEPOSIT_WITNESS_TYPE_STRING()',
      'DEPOSIT_WITNESS_TYPEHASH() collect(address,address,uint256,bytes32,bytes)',
      'EIP2612PermitFailedWithReason(address,address,string) EIP2612PermitFailedWithPanic(address,address,uint256)',
      'EIP2612PermitFailedWithData(address,address,bytes)',
    ],
  };
  const { x402BatchSettlement, erc3009DepositCollector, permit2DepositCollector } = contracts;
  const ours = { x402BatchSettlement, erc3009DepositCollector, permit2DepositCollector };

  it.each(Object.entries(published))('has nothing that our %s lacks', (name, texts) => {
    const abi = new Interface(ours[name as keyof typeof ours].abi);
    const has = abi.fragments.flatMap((f) => ('name' in f ? [f.format('sighash')] : []));
    const wanted = texts.flatMap((text) => text.split(' '));
    expect(has).toEqual(expect.arrayContaining(wanted));
  });
});

describe('the compiler', () => {
  it('is one version, by package.json, and its settings are the stated ones', () => {
    const { version } = createRequire(import.meta.url)('solc/package.json') as { version: string };
    expect(contracts.solcVersion).toMatch(new RegExp(`^${version}\\+commit\\.`));
    expect(settings).toMatchObject({ evmVersion: 'cancun', optimizer: { enabled: true, runs: 10_000 } });
    const stated = readFileSync(new URL('../../docs/contracts.md', import.meta.url), 'utf8');
    for (const fact of [version, settings.evmVersion, '10,000 runs']) expect(stated).toContain(fact);
  });
  it('is refused when it is another one than made the committed file', () => {
    expect(() => requireCompiler('0.8.1+commit.df193b15.Emscripten.clang')).toThrow(/0\.8\.37/);
  });
});

describe('the mutants', () => {
  it.each(mutants)('fit the sources: $name', ({ file, from }) => {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    expect(text.split(from)).toHaveLength(2);
  });
});

describe('the addresses', () => {
  it('are the package’s, lower case', () => {
    expect(canonical.contract).toBe(x402.BATCH_SETTLEMENT_ADDRESS.toLowerCase());
    expect(canonical.erc3009Collector).toBe(x402.ERC3009_DEPOSIT_COLLECTOR_ADDRESS.toLowerCase());
    expect(canonical.permit2Collector).toBe('0x4020425faf3b746c082c2f942b4e5159887b0005');
    expect(canonical.permit2).toBe(x402.PERMIT2_ADDRESS.toLowerCase());
  });
  it('hold code with the constructor’s immutables', async () => {
    const { provider, at, settlement } = bench();
    for (const address of [
      at.contract,
      at.erc3009Collector,
      at.permit2Collector,
      at.token,
      canonical.permit2,
      canonical.multicall3,
    ]) {
      expect((await provider.getCode(address)).length).toBeGreaterThan(100);
    }
    const [, name, version, chainId, contract] = await settlement.getFunction('eip712Domain')();
    expect([name, version, chainId, contract.toLowerCase()]).toEqual([
      'x402 Batch Settlement',
      '1',
      31337n,
      at.contract,
    ]);
  });
});

describe('the collectors', () => {
  it('serve the settlement contract, and Permit2', async () => {
    const { provider, at } = bench();
    const permit2Collector = new Contract(at.permit2Collector, contracts.permit2DepositCollector.abi, provider);
    const erc3009Collector = new Contract(at.erc3009Collector, contracts.erc3009DepositCollector.abi, provider);
    for (const collector of [permit2Collector, erc3009Collector]) {
      expect((await collector.getFunction('x402BatchSettlement')()).toLowerCase()).toBe(at.contract);
    }
    expect((await permit2Collector.getFunction('PERMIT2')()).toLowerCase()).toBe(canonical.permit2);
  });
});

describe('hashes', () => {
  const domain = () => ({ ...x402.BATCH_SETTLEMENT_DOMAIN, chainId: 31337, verifyingContract: bench().at.contract });
  const types = (t: unknown) => t as Record<string, { name: string; type: string }[]>;
  const amount = 2n ** 127n + 12345n;

  it('of a channel are the same in contract, package and typed-data', async () => {
    const { settlement, open } = bench();
    const { config, id: channelId } = await open();
    expect(channelId).toBe(await settlement.getFunction('getChannelId')(config));
    expect(channelId).toBe(computeChannelId(config, 'eip155:31337'));
    const text =
      'ChannelConfig(address payer,address payerAuthorizer,address receiver,address receiverAuthorizer,address token,uint40 withdrawDelay,bytes32 salt)';
    expect(await settlement.getFunction('CHANNEL_CONFIG_TYPEHASH')()).toBe(id(text));
  });
  it('of a voucher are', async () => {
    const { settlement, domain: ours } = bench();
    const channelId = hex32();
    const onChain = await settlement.getFunction('getVoucherDigest')(channelId, amount);
    const message = { channelId, maxClaimableAmount: amount };
    expect(onChain).toBe(TypedDataEncoder.hash(domain(), types(x402.voucherTypes), message));
    expect(onChain).toBe(hex(typed.voucherDigest(channelId, amount, ours)));
  });
  it('of a refund are', async () => {
    const { settlement, domain: ours } = bench();
    const channelId = hex32();
    const onChain = await settlement.getFunction('getRefundDigest')(channelId, 7n, amount);
    const message = { channelId, nonce: 7n, amount };
    expect(onChain).toBe(TypedDataEncoder.hash(domain(), types(x402.refundTypes), message));
    expect(onChain).toBe(hex(typed.refundDigest(channelId, 7n, amount, ours)));
  });
  it.each([0, 1, 3])('of a batch of %i claims are', async (count) => {
    const { settlement, domain: ours, open, row } = bench();
    const rows = [];
    for (let i = 0; i < count; i++) rows.push(row((await open()).config, amount + BigInt(i), BigInt(i)));
    const claims = rows.map((r) => ({
      channelId: typed.channelId(r.voucher.channel, ours),
      maxClaimableAmount: r.voucher.maxClaimableAmount,
      totalClaimed: r.totalClaimed,
    }));
    const onChain = await settlement.getFunction('getClaimBatchDigest')(rows);
    expect(onChain).toBe(TypedDataEncoder.hash(domain(), types(x402.claimBatchTypes), { claims }));
    expect(onChain).toBe(hex(typed.claimBatchDigest(claims, ours)));
  });
  it('of a deposit’s nonce is what the collector makes', () => {
    const [channelId, salt] = [hex32(), hex32()];
    const encoded = coder.encode(['bytes32', 'uint256'], [channelId, BigInt(salt)]);
    expect(typed.depositNonce(channelId, salt)).toBe(keccak256(encoded));
  });
});
