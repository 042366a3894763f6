// Every error of every contract of ours happens: one call for each, and none in the ABIs is left out.
import { Contract, ContractFactory, Interface, isError, ZeroHash } from 'ethers';
import { describe, expect, it } from 'vitest';
import { canonical, predictionEscrow as escrowPlace, registry as registryPlace } from '../../src/chain/addresses.js';
import * as contracts from '../../src/chain/contracts.js';
import { divide } from '../../src/polls/predictions/payouts.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { coder, hex32, max128, nobody, type Person, send, useBench } from './bench.js';
import { type EscrowBench, onBench } from './prediction-escrow-bench.js';

const bench = useBench();

/** What OpenZeppelin's code declares and these contracts can never come to: why. */
const never: Record<string, string> = {
  AddressEmptyCode: 'multicall delegates to the contract itself, which has code',
  InvalidShortString: 'the names of the EIP-712 domain are short, and fixed when the contract is made',
  StringTooLong: 'the same',
};

/** The error a call reverts with, by a contract's ABI; an error inside another's data counts as that one. */
async function errorOf(call: Promise<unknown>, abi: Interface): Promise<string> {
  try {
    await call;
    return 'none';
  } catch (error) {
    if (!isError(error, 'CALL_EXCEPTION')) throw error;
    const data = error.data ?? '0x';
    const inside = abi.fragments.filter((f) => f.type === 'error').map((f) => abi.getError(f.format('sighash')));
    const found = abi.parseError(data) ?? inside.find((f) => f && data.includes(f.selector.slice(2)));
    return found?.name ?? data;
  }
}

type Provoke = () => Promise<unknown>;

/** A call that is not sent. */
const tried = (from: Person, contract: Contract, name: string, ...args: unknown[]) =>
  contract.getFunction(name).staticCall(...args, { from: from.address });

const built = (artifact: { abi: readonly unknown[]; creation: string }, ...args: string[]) =>
  new ContractFactory(artifact.abi as never, artifact.creation, bench().stranger.wallet)
    .getDeployTransaction(...args)
    .then(({ data }) => bench().provider.call({ data: data ?? null }));

async function funded(claimed = 0n) {
  const { open, fund, settlement, row, authorizer } = bench();
  const opened = await open();
  await fund(opened.config, 100n);
  if (claimed > 0n) await send(authorizer, settlement, 'claim', [[row(opened.config, claimed)]]);
  return opened;
}

const settlement: Record<string, Provoke> = {
  InvalidChannel: async () => deposit({ payer: nobody }),
  WithdrawDelayOutOfRange: async () => deposit({ withdrawDelay: 899 }),
  ZeroDeposit: async () => deposit({}, 0n),
  InvalidCollector: async () => deposit({}, 1n, nobody),
  DepositOverflow: async () => {
    const { config } = await funded();
    return tried(bench().stranger, bench().settlement, 'deposit', config, max128, canonical.permit2, '0x');
  },
  DepositCollectionFailed: async () => deposit({}, 5n, await place('MintCollector'), coder.encode(['int256'], [-1])),
  ReentrancyGuardReentrantCall: async () => {
    const call = bench().settlement.interface.encodeFunctionData('settle', [nobody, nobody]);
    return deposit({}, 5n, await place('ReentrantCollector'), call);
  },
  EmptyBatch: () => tried(bench().authorizer, bench().settlement, 'claim', []),
  NotAuthorizedToClaim: async () => claim((await funded()).config, bench().stranger),
  NotReceiverAuthorizer: async () => {
    const { open, row, signBatch, stranger } = bench();
    const rows = [
      row((await funded()).config, 1n),
      row((await open({ receiverAuthorizer: stranger.address })).config, 1n),
    ];
    return tried(stranger, bench().settlement, 'claimWithSignature', rows, signBatch(rows));
  },
  InvalidSignature: async () => {
    const { row, stranger, authorizer } = bench();
    const bad = row((await funded()).config, 5n, 5n, stranger.key);
    return tried(authorizer, bench().settlement, 'claim', [bad]);
  },
  ECDSAInvalidSignature: async () => claim((await funded()).config, bench().authorizer, `0x${'00'.repeat(65)}`),
  ECDSAInvalidSignatureLength: async () => claim((await funded()).config, bench().authorizer, '0x'),
  ECDSAInvalidSignatureS: async () =>
    claim((await funded()).config, bench().authorizer, `0x${'00'.repeat(32)}${'ff'.repeat(32)}1b`),
  ClaimExceedsCeiling: async () => {
    const rows = [bench().row((await funded()).config, 5n, 6n)];
    return tried(bench().authorizer, bench().settlement, 'claim', rows);
  },
  ClaimExceedsBalance: async () => {
    const rows = [bench().row((await funded()).config, 101n)];
    return tried(bench().authorizer, bench().settlement, 'claim', rows);
  },
  NotAuthorizedToRefund: async () => tried(bench().payer, bench().settlement, 'refund', (await funded()).config, 1n),
  ZeroRefund: async () => tried(bench().authorizer, bench().settlement, 'refund', (await funded()).config, 0n),
  InvalidRefundNonce: async () =>
    tried(bench().stranger, bench().settlement, 'refundWithSignature', (await funded()).config, 1n, 1n, '0x'),
  NothingToWithdraw: async () =>
    tried(bench().payer, bench().settlement, 'initiateWithdraw', (await funded()).config, 0n),
  WithdrawAmountExceedsAvailable: async () =>
    tried(bench().payer, bench().settlement, 'initiateWithdraw', (await funded(30n)).config, 71n),
  WithdrawalAlreadyPending: async () => {
    const { config } = await withdrawing();
    return tried(bench().payer, bench().settlement, 'initiateWithdraw', config, 1n);
  },
  WithdrawalNotPending: async () =>
    tried(bench().payer, bench().settlement, 'finalizeWithdraw', (await funded()).config),
  WithdrawDelayNotElapsed: async () =>
    tried(bench().payer, bench().settlement, 'finalizeWithdraw', (await withdrawing()).config),
  NotAuthorizedToFinalizeWithdraw: async () =>
    tried(bench().stranger, bench().settlement, 'finalizeWithdraw', (await withdrawing()).config),
  FailedCall: () => tried(bench().stranger, bench().settlement, 'multicall', ['0x12345678']),
  SafeERC20FailedOperation: async () => {
    const { open, row, authorizer, stranger, double } = bench();
    const token = await double('MoodyToken');
    const at = String(token.target).toLowerCase() as Hex;
    const { config, receiver } = await open({ token: at });
    const exact = coder.encode(['int256'], [0]);
    await send(stranger, bench().settlement, 'deposit', [config, 5n, await place('MintCollector'), exact]);
    await send(authorizer, bench().settlement, 'claim', [[row(config, 5n)]]);
    await send(stranger, token, 'sulk', [true]);
    return tried(stranger, bench().settlement, 'settle', receiver.address, at);
  },
};

async function place(double: string): Promise<string> {
  return (await bench().double(double)).getAddress();
}

async function deposit(change: object, amount = 1n, collector: string = canonical.erc3009Collector, data = '0x') {
  const { config } = await bench().open(change);
  return tried(bench().stranger, bench().settlement, 'deposit', config, amount, collector, data);
}

async function claim(config: Parameters<ReturnType<typeof bench>['row']>[0], from: Person, signature?: string) {
  const row = bench().row(config, 5n);
  return tried(from, bench().settlement, 'claim', [signature ? { ...row, signature } : row]);
}

async function withdrawing() {
  const opened = await funded();
  await send(bench().payer, bench().settlement, 'initiateWithdraw', [opened.config, 10n]);
  return opened;
}

const collect = (address: string) => {
  const contract = new Contract(address, contracts.erc3009DepositCollector.abi, bench().provider);
  return tried(bench().stranger, contract, 'collect', nobody, nobody, 1n, ZeroHash, '0x');
};

const erc3009Collector: Record<string, Provoke> = {
  InvalidX402BatchSettlementAddress: () => built(contracts.erc3009DepositCollector, nobody),
  OnlyX402BatchSettlement: () => collect(canonical.erc3009Collector),
  SafeERC20FailedOperation: async () => {
    const collector = new Contract(canonical.erc3009Collector, contracts.erc3009DepositCollector.abi, bench().provider);
    const data = coder.encode(['uint256', 'uint256', 'uint256', 'bytes'], [0, 1, 2, '0x']);
    const token = await place('RefusingToken');
    const args = [nobody, token, 1n, ZeroHash, data, { from: canonical.contract }];
    return collector.getFunction('collect').staticCall(...args);
  },
};

const permit2Collector: Record<string, Provoke> = {
  InvalidX402BatchSettlementAddress: () => built(contracts.permit2DepositCollector, nobody, canonical.permit2),
  InvalidPermit2Address: () => built(contracts.permit2DepositCollector, canonical.contract, nobody),
  OnlyX402BatchSettlement: () => collect(canonical.permit2Collector),
  Permit2612AmountMismatch: async () => {
    const types = ['uint256', 'uint256', 'uint8', 'bytes32', 'bytes32'];
    const approval = coder.encode(types, [6n, 1n, 27, ZeroHash, ZeroHash]);
    const { config } = await bench().open();
    return deposit({}, 5n, canonical.permit2Collector, bench().permit(config, 5n, { approval }));
  },
};

/** A transfer by signature that the stranger asks for. */
const transfer = (amount: bigint, deadline: bigint, nonce = 1n) => {
  const { permit2, stranger, payer, at } = bench();
  const permit = [[at.token, 5n], nonce, deadline];
  return tried(stranger, permit2, 'permitTransferFrom', permit, [nobody, amount], payer.address, '0x');
};

const permit2: Record<string, Provoke> = {
  SignatureExpired: () => transfer(5n, 1n),
  InvalidAmount: () => transfer(6n, 2n ** 48n),
  InvalidSigner: () => transfer(5n, 2n ** 48n),
  InvalidNonce: async () => {
    await send(bench().payer, bench().permit2, 'invalidateUnorderedNonces', [7n, 2n]);
    return transfer(5n, 2n ** 48n, 7n * 256n + 1n);
  },
  SafeERC20FailedOperation: async () => {
    const { open, payer, permit } = bench();
    const { config } = await open({ token: (await place('RefusingToken')).toLowerCase() as Hex, payer: payer.address });
    return tried(
      bench().stranger,
      bench().settlement,
      'deposit',
      config,
      5n,
      canonical.permit2Collector,
      permit(config, 5n),
    );
  },
};

/** Calls of the registry, on a stream of the payer. */
const registry =
  (from: 'payer' | 'stranger', name: string, ...rest: unknown[]): Provoke =>
  async () => {
    const { payer, registry: contract } = bench();
    const word = hex32();
    await send(payer, contract, 'register', [word, payer.address, 'A show', '']);
    const id = await contract.getFunction('idOf')(payer.address, word);
    return tried(bench()[from], contract, name, ...(name === 'register' ? [word] : [id]), ...rest);
  };

const one = registryPlace.address;
const streamRegistry: Record<string, Provoke> = {
  EmptyName: () => tried(bench().payer, bench().registry, 'register', ZeroHash, one, 'A show', ''),
  AlreadyRegistered: registry('payer', 'register', one, 'A show', ''),
  TitleLength: registry('payer', 'update', one, '', ''),
  MetadataLength: registry('payer', 'update', one, 'A show', 'x'.repeat(1025)),
  ZeroPayout: registry('payer', 'update', nobody, 'A show', ''),
  UnknownStream: () => tried(bench().payer, bench().registry, 'close', ZeroHash),
  NotHost: registry('stranger', 'close'),
  NotOffered: registry('stranger', 'accept', one),
  StreamIsClosed: async () => {
    const { payer, registry: contract } = bench();
    const word = hex32();
    await send(payer, contract, 'register', [word, payer.address, 'A show', '']);
    const id = await contract.getFunction('idOf')(payer.address, word);
    await send(payer, contract, 'close', [id]);
    return tried(payer, contract, 'close', id);
  },
};

/** A call of the escrow on a market that `ready` has brought so far. */
const escrow =
  (from: 'host' | 'resolver' | 'stranger', name: string, args: unknown[], ready: readonly string[] = []): Provoke =>
  async () => {
    const { person, stranger } = bench();
    const on = onBench(bench(), await person(), await person());
    const { id } = await on.open();
    const right = divide(pair, 0, 0).mark;
    const acts: Record<string, () => Promise<unknown>> = {
      stakes: async () => {
        for (const { outcome, amount } of pair) await on.stake(id, outcome, amount);
      },
      lock: () => on.act(on.resolver, 'lock', id),
      resolve: () => on.act(on.resolver, 'resolve', id, 0),
      finish: () => on.finish(id, 0),
      reckon: () => on.act(stranger, 'reckon', id, right, 9),
      payout: () => on.act(stranger, 'payout', id, [0]),
      late: async () => on.until((await on.terms()).resolveBy),
    };
    for (const act of ready) await acts[act]?.();
    return tried({ host: on.host, resolver: on.resolver, stranger }[from], on.escrow, name, id, ...args);
  };
const pair = [
  { outcome: 0, amount: 100n },
  { outcome: 1, amount: 100n },
];
const noMark = [max128, 0];

/** A stake, changed. */
const staking =
  (outcome: number, change: Parameters<EscrowBench['order']>[3] = {}, by: 'host' | 'staker' = 'staker'): Provoke =>
  async () => {
    const { person, stranger } = bench();
    const on = onBench(bench(), await person(), await person());
    const { id } = await on.open({ minStake: 10n });
    return tried(
      stranger,
      on.escrow,
      'stake',
      on.order(id, outcome, by === 'host' ? on.host : await on.staker(), change),
    );
  };

const predictionEscrow: Record<string, Provoke> = {
  InvalidTerms: async () => {
    const on = onBench(bench(), bench().payer, bench().authorizer);
    return tried(bench().stranger, on.escrow, 'open', await on.terms({ outcomes: 1 }));
  },
  AlreadyOpened: async () => {
    const on = onBench(bench(), bench().payer, bench().authorizer);
    return tried(bench().stranger, on.escrow, 'open', (await on.open()).terms);
  },
  WrongPhase: escrow('resolver', 'resolve', [0]),
  NotResolver: escrow('host', 'lock', []),
  NotCrew: escrow('stranger', 'cancel', []),
  CrewMayNotStake: staking(0, {}, 'host'),
  UnknownOutcome: staking(2),
  StakeTooSmall: staking(0, { amount: 9n }),
  AlreadyStaked: async () => {
    const { person, stranger } = bench();
    const on = onBench(bench(), await person(), await person());
    const order = on.order((await on.open()).id, 0, await on.staker());
    await on.act(stranger, 'stake', order);
    return tried(stranger, on.escrow, 'stake', order);
  },
  Overdue: escrow('resolver', 'resolve', [0], ['late']),
  AlreadyCorrected: escrow('resolver', 'resolve', [1], ['lock', 'resolve', 'resolve']),
  NothingToShare: escrow('stranger', 'reckon', [noMark, 1], ['finish']),
  NotReckoned: escrow('stranger', 'payout', [[0]], ['stakes', 'finish']),
  AlreadyReckoned: escrow('stranger', 'reckon', [noMark, 1], ['stakes', 'finish', 'reckon']),
  WrongMark: escrow('stranger', 'reckon', [[0, 9], 9], ['stakes', 'finish']),
  NothingOwed: escrow('stranger', 'payout', [[1]], ['stakes', 'finish', 'reckon']),
  AlreadyPaid: escrow('stranger', 'payout', [[0]], ['stakes', 'finish', 'reckon', 'payout']),
  NoSuchStake: escrow('stranger', 'payout', [[2]], ['stakes', 'finish', 'reckon']),
  NoFee: escrow('stranger', 'payFee', [], ['stakes', 'finish']),
  FailedCall: async () => {
    const on = onBench(bench(), bench().payer, bench().authorizer);
    return tried(bench().stranger, on.escrow, 'multicall', ['0x12345678']);
  },
  ReentrancyGuardReentrantCall: async () => {
    const on = onBench(bench(), await bench().person(), await bench().person());
    const { id } = await on.open();
    const call = on.escrow.interface.encodeFunctionData('payFee', [id]);
    const collectorData = coder.encode(['address', 'bytes'], [escrowPlace.address, call]);
    const order = on.order(id, 0, await on.staker(), { collector: await place('CallingCollector'), collectorData });
    return tried(bench().stranger, on.escrow, 'stake', order);
  },
  SafeERC20FailedOperation: async () => {
    const on = onBench(bench(), await bench().person(), await bench().person());
    const moody = await bench().double('MoodyToken');
    const token = String(moody.target).toLowerCase() as Hex;
    const { id } = await on.open({ token });
    const minted = { token, collector: await place('MintCollector'), collectorData: coder.encode(['int256'], [0]) };
    await on.act(bench().stranger, 'stake', on.order(id, 0, await bench().person(), minted));
    await on.act(on.host, 'cancel', id);
    await send(bench().stranger, bench().settlement, 'settle', [escrowPlace.address, token]);
    await send(bench().stranger, moody, 'sulk', [true]);
    return tried(bench().stranger, on.escrow, 'payout', id, [0]);
  },
};

const all: [string, readonly unknown[], Record<string, Provoke>][] = [
  ['X402BatchSettlement', contracts.x402BatchSettlement.abi, settlement],
  ['ERC3009DepositCollector', contracts.erc3009DepositCollector.abi, erc3009Collector],
  ['Permit2DepositCollector', contracts.permit2DepositCollector.abi, permit2Collector],
  ['Permit2', contracts.permit2.abi, permit2],
  ['StreamRegistry', contracts.streamRegistry.abi, streamRegistry],
  ['PredictionEscrow', contracts.predictionEscrow.abi, predictionEscrow],
];

describe.each(all)('%s', (_name, entries, provoke) => {
  const abi = new Interface(entries as never);
  it('has no error that is not provoked here', () => {
    const declared = abi.fragments.flatMap((f) => (f.type === 'error' && 'name' in f ? [String(f.name)] : []));
    expect(Object.keys(provoke).sort()).toEqual(declared.filter((error) => !(error in never)).sort());
  });
  it.each(Object.entries(provoke))('%s', async (error, call) => {
    expect(await errorOf(call(), abi)).toBe(error);
  });
});
