// Markets for escrow tests: opened by a host, staked by people with keys of their own, at any time of their lives.
import { Contract } from 'ethers';
import { predictionEscrow as place } from '../../src/chain/addresses.js';
import { predictionEscrow } from '../../src/chain/contracts.js';
import * as typed from '../../src/payments/typed-data.js';
import { stakeChannel } from '../../src/polls/predictions/channel.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { type Bench, coder, hex32, nobody, type Person, refused, send } from './bench.js';

export interface Terms {
  host: Hex;
  feeBps: number;
  resolver: Hex;
  outcomes: number;
  token: Hex;
  lockAt: number;
  resolveBy: number;
  disputeSeconds: number;
  minStake: bigint;
  question: Hex;
}

interface OrderChange {
  amount?: bigint;
  payerAuthorizer?: Hex;
  /** Signs the voucher. */
  key?: Hex;
  nonce?: Hex;
  token?: Hex;
  signed?: { market?: Hex; outcome?: number; amount?: bigint };
  collector?: string;
  collectorData?: string;
}

export type EscrowBench = ReturnType<typeof onBench>;

/** One escrow of a bench; host and resolver are people of its own. */
export function onBench(bench: Bench, host: Person, resolver: Person) {
  const { provider, domain, at, stranger } = bench;
  const escrow = new Contract(place.address, predictionEscrow.abi, provider);
  const ask = (name: string, ...args: unknown[]) => escrow.getFunction(name)(...args);
  const act = (from: Person, name: string, ...args: unknown[]) => send(from, escrow, name, args);
  const refuse = (from: Person, error: string, name: string, ...args: unknown[]) =>
    refused(from, escrow, name, args, error);
  const now = async (): Promise<number> => (await provider.getBlock('latest'))?.timestamp ?? 0;

  async function terms(change: Partial<Terms> = {}): Promise<Terms> {
    const lockAt = (await now()) + 600;
    return {
      host: host.address,
      feeBps: 0,
      resolver: resolver.address,
      outcomes: 2,
      token: at.token,
      lockAt,
      resolveBy: (change.lockAt ?? lockAt) + 86_400,
      disputeSeconds: 300,
      minStake: 1n,
      question: hex32(),
      ...change,
    };
  }

  async function open(change: Partial<Terms> = {}): Promise<{ id: Hex; terms: Terms }> {
    const all = await terms(change);
    const id = (await ask('idOf', all)) as Hex;
    await act(stranger, 'open', all);
    return { id, terms: all };
  }

  function channel(
    id: Hex,
    outcome: number,
    payer: Hex,
    payerAuthorizer: Hex,
    nonce: Hex,
    token: Hex = at.token,
  ): typed.ChannelFields {
    const fields = { market: id, outcome, payer, payerAuthorizer, nonce };
    return stakeChannel(fields, { escrow: place.address, token });
  }

  /** A stake of someone, signed; its deposit by the payer's authorization unless `collector` says otherwise. */
  function order(id: Hex, outcome: number, who: Person, change: OrderChange = {}) {
    const { amount = 100n, payerAuthorizer = who.address, nonce = hex32(), signed = {} } = change;
    const about = [signed.market ?? id, signed.outcome ?? outcome, who.address, payerAuthorizer, nonce] as const;
    const config = channel(...about, change.token);
    const digest = typed.voucherDigest(typed.channelId(config, domain), signed.amount ?? amount, domain);
    return {
      market: id,
      outcome,
      amount,
      payer: who.address,
      payerAuthorizer,
      nonce,
      voucherSignature: typed.sign(digest, change.key ?? who.key),
      collector: change.collector ?? at.erc3009Collector,
      collectorData:
        change.collectorData ??
        authorization(channel(id, outcome, ...(about.slice(2) as [Hex, Hex, Hex])), amount, who.key),
    };
  }

  function authorization(config: typed.ChannelFields, value: bigint, key: Hex): string {
    const salt = hex32();
    const id = typed.channelId(config, domain);
    const times = { validAfter: 0n, validBefore: 2n ** 48n };
    const fields = {
      from: config.payer,
      to: at.erc3009Collector,
      value,
      ...times,
      nonce: typed.depositNonce(id, salt),
    };
    const facts = { name: 'Test Dai', version: '1', chainId: domain.chainId, address: config.token };
    const signature = typed.sign(typed.receiveDigest(fields, facts), key);
    return coder.encode(['uint256', 'uint256', 'uint256', 'bytes'], [0n, times.validBefore, BigInt(salt), signature]);
  }

  /** Someone new with tokens. */
  async function staker(tokens = 1000n): Promise<Person> {
    const who = await bench.person();
    await send(stranger, bench.token, 'mint', [who.address, tokens]);
    return who;
  }

  async function stake(id: Hex, outcome: number, amount = 100n, who?: Person): Promise<Person> {
    const person = who ?? (await staker(amount));
    await act(stranger, 'stake', order(id, outcome, person, { amount }));
    return person;
  }

  /** Goes to a time of the chain's; nothing when it is past. */
  async function until(time: number): Promise<void> {
    const ahead = time - (await now());
    if (ahead > 0) await bench.later(ahead);
  }

  /** Locks, resolves and lets the window pass. */
  async function finish(id: Hex, winner: number): Promise<void> {
    await act(resolver, 'lock', id);
    await act(resolver, 'resolve', id, winner);
    await until(Number((await ask('stateOf', id)).finalAt));
  }

  return {
    ...{ escrow, host, resolver, ask, act, refuse, now, terms, open, channel, order, authorization, staker, stake },
    ...{ until, finish, phase: async (id: Hex) => Number(await ask('phaseOf', id)), nobody },
  };
}
