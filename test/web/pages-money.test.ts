// The viewer's own money, without a browser: arrivals, payouts, wallets, words, and the calls of the way out.
import { Interface, Mnemonic, verifyTypedData } from 'ethers';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { x402BatchSettlement } from '../../src/chain/contracts.js';
import { addressOf, randomKey, receiveDigest, recover, sign, transferDigest } from '../../src/payments/typed-data.js';
import type { DepositRequest, TransferRequest } from '../../src/vocabulary/channels.js';
import { Problem, type ProblemCode } from '../../src/vocabulary/problems.js';
import type { StreamInfo } from '../../src/vocabulary/streams.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { createApi } from '../../src/web/shared/api.js';
import { createKeep } from '../../src/web/shared/keep.js';
import { type Arrival, createArrivals } from '../../src/web/watch/arrivals.js';
import { createCashOuts } from '../../src/web/watch/cash-out.js';
import { createDeposits } from '../../src/web/watch/deposit.js';
import {
  connectWallet,
  type FoundWallet,
  findWallets,
  plainSignature,
  receiveTypedData,
} from '../../src/web/watch/injected.js';
import { delay, moment } from '../../src/web/watch/moment.js';
import { adoptKey, createWallet, findKey, keysAside } from '../../src/web/watch/wallet.js';
import { finalizeCall, initiateCall, leave } from '../../src/web/watch/withdraw.js';
import { keyOf, wordsOf } from '../../src/web/watch/words.js';
import { createMockMoney, domain, stateOf } from './mock-money.js';

const token = { address: `0x${'33'.repeat(20)}` as Hex, symbol: 'DAI', decimals: 18, name: 'Test Dai', version: '1' };
const terms: StreamInfo['terms'] = {
  ...{ network: 'eip155:31337', chainId: 31337, contract: domain.contract, withdrawDelay: 900, token },
  ...{ depositCollector: `0x${'44'.repeat(20)}`, payTo: `0x${'11'.repeat(20)}` },
  ...{ receiverAuthorizer: `0x${'22'.repeat(20)}`, payToName: null, gasless: true, names: true, faucet: false },
};
const domainOfToken = { ...token, chainId: terms.chainId };
const friend: Hex = `0x${'77'.repeat(20)}`;

function newKeep() {
  const stored = new Map<string, string>();
  const storage = {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => void stored.set(name, value),
    removeItem: (name: string) => void stored.delete(name),
  } as unknown as Storage;
  return createKeep(() => storage);
}

/** A server and a chain where an address holds `held`; what is in `faults` is met by the next sending. */
function openBank() {
  const key = randomKey();
  const wallet = createWallet(key);
  const keep = newKeep();
  const money = createMockMoney({ price: () => 1n, previewMs: () => 0, keyPeriodMs: 2000 });
  const sent: (DepositRequest | TransferRequest)[] = [];
  const done = new Set<string>();
  const faults: ((take: () => Response) => Response | Promise<Response>)[] = [];
  const bank = { held: 0n, paid: 0n, time: Date.now(), asked: 0 };
  const clock = { now: () => bank.time, sync: () => {} };

  function takeDeposit(body: DepositRequest): Response {
    const { salt } = body.deposit.authorization.erc3009Authorization;
    if (!done.has(salt)) {
      const amount = BigInt(body.deposit.amount);
      if (amount > bank.held) return refuse('chain_refused');
      bank.held -= amount;
      money.deposit(body);
      done.add(salt);
    }
    const [purse] = money.of(wallet.address);
    if (!purse) throw new Error('no purse');
    return Response.json({ purse: stateOf(purse), transaction: '0x' });
  }

  function takeTransfer(body: TransferRequest): Response {
    const amount = BigInt(body.value);
    const late = Number(body.validBefore) * 1000 < bank.time;
    if (!done.has(body.nonce)) {
      if (late || amount > bank.held) return refuse('chain_refused');
      bank.held -= amount;
      bank.paid += amount;
      done.add(body.nonce);
    }
    return Response.json({ transaction: '0x' });
  }

  async function fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    if (`${input}`.startsWith('/api/addresses/')) {
      bank.asked += 1;
      return Response.json({ token: `${bank.held}`, coin: '0' });
    }
    const body = JSON.parse(`${init?.body}`);
    sent.push(body);
    const take = () => (`${input}` === '/api/transfers' ? takeTransfer(body) : takeDeposit(body));
    const fault = faults.shift();
    return fault ? fault(take) : take();
  }

  const api = createApi(fetch);
  return Object.assign(bank, { key, wallet, keep, clock, api, sent, faults, money });
}

const refuse = (code: ProblemCode) => {
  const problem = new Problem(code);
  return Response.json(problem.body(), { status: problem.status });
};
const lost = (take: () => Response) => {
  take();
  return Promise.reject(new TypeError('network'));
};

let bank: ReturnType<typeof openBank>;
beforeEach(() => {
  bank = openBank();
});

describe('tokens at the address', () => {
  const everyMs = 5;

  /** A visit of the page; `until` resolves once what it says fits. */
  function visit() {
    const { api, keep, wallet, clock, money } = bank;
    const deposits = createDeposits({ api, wallet, terms, keep, clock });
    const said: (Arrival | null)[] = [];
    let heard = () => {};
    const arrivals = createArrivals({
      ...{ api, keep, deposits, purses: () => [], onPurse: () => {}, everyMs },
      onChange: (arrival) => {
        said.push(arrival);
        heard();
      },
    });
    const until = (fits: (arrival: Arrival | null) => boolean) =>
      new Promise<void>((resolve) => {
        heard = () => fits(said.at(-1) ?? null) && resolve();
        heard();
      });
    return { arrivals, said, until, limit: () => money.of(wallet.address)[0]?.limit };
  }

  it('are put in exactly as they arrive, and again when more comes', async () => {
    const { arrivals, until, said, limit } = visit();
    arrivals.start();
    await until((arrival) => arrival?.step === 'waiting');
    bank.held = 7n;
    await until((arrival) => arrival?.step === 'paid-in');
    expect([bank.held, limit()]).toEqual([0n, 7n]);
    bank.held = 5n;
    await until((arrival) => arrival?.step === 'paid-in' && arrival.amount === 5n);
    expect([bank.held, limit(), bank.sent.length]).toEqual([0n, 12n, 2]);
    expect(said.map((arrival) => arrival?.step)).toContain('paying-in');
    arrivals.stop();
  });

  it('are told of when they cannot be put in yet, and are put in once, although the answer was lost', async () => {
    bank.held = 7n;
    bank.faults.push(() => refuse('chain_unavailable'), lost);
    const { arrivals, until, limit } = visit();
    arrivals.start();
    await until((arrival) => arrival?.step === 'trouble' && /chain cannot be reached/.test(arrival.trouble ?? ''));
    await until((arrival) => arrival?.step === 'paid-in');
    arrivals.stop();
    expect([limit(), bank.sent.length]).toEqual([7n, 3]);
    expect(new Set(bank.sent.map((body) => JSON.stringify(body))).size).toBe(1);
  });

  it('are waited for after a reload, but only where somebody waits', async () => {
    const first = visit();
    first.arrivals.resume();
    expect(first.said).toEqual([]);
    first.arrivals.start();
    await first.until((arrival) => arrival?.step === 'waiting');

    const second = visit();
    second.arrivals.resume();
    await second.until((arrival) => arrival !== null);
    second.arrivals.stop();
    first.arrivals.stop();
    const third = visit();
    third.arrivals.resume();
    expect([third.said, second.said.at(-1)]).toEqual([[], null]);
  });
});

it('nobody waits for are not even looked at', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { api, keep, wallet, clock } = bank;
  const deposits = createDeposits({ api, wallet, terms, keep, clock });
  const purses = { purses: () => [], onPurse: () => {}, onChange: () => {} };
  const arrivals = createArrivals({ api, keep, deposits, ...purses, everyMs: 10 });
  arrivals.start();
  await vi.advanceTimersByTimeAsync(25);
  expect(bank.asked).toBe(3);
  // Once between two looks, once in the middle of one.
  arrivals.stop();
  arrivals.start();
  arrivals.stop();
  bank.held = 9n;
  const { asked } = bank;
  await vi.advanceTimersByTimeAsync(100);
  expect([bank.asked - asked <= 1, bank.sent]).toEqual([true, []]);
});

describe('a payout', () => {
  let closed = 0;
  function visit(rest = 0n) {
    const { api, keep, wallet, clock } = bank;
    closed = 0;
    const closeOwn = async () => {
      closed += 1;
      bank.held += rest;
    };
    return createCashOuts({ api, keep, wallet, terms, clock, closeOwn });
  }

  it('closes, then signs for all that is there, to that address only', async () => {
    bank.held = 1n;
    expect(await visit(4n).send(friend, null)).toEqual({ amount: 5n, to: friend });
    expect([bank.paid, bank.held, closed]).toEqual([5n, 0n, 1]);
    const { signature, value, validAfter, validBefore, ...rest } = bank.sent[0] as TransferRequest;
    const times = { validAfter: BigInt(validAfter), validBefore: BigInt(validBefore) };
    const digest = transferDigest({ ...rest, ...times, value: BigInt(value) }, domainOfToken);
    expect(recover(digest, signature)).toBe(bank.wallet.address);
    expect(bank.keep.get(`cashout.${bank.wallet.address}.31337.${token.address}`)).toBeNull();
  });

  it('whose answer was lost goes on after a reload with the very same signature, and pays once', async () => {
    bank.held = 5n;
    bank.faults.push(lost);
    await expect(visit().send(friend, 'friend.eth')).rejects.toMatchObject({ code: 'offline' });
    bank.held = 5n;
    const again = visit();
    expect(again.kept()).toMatchObject({ to: friend, name: 'friend.eth' });
    expect(await again.resume()).toEqual({ amount: 5n, to: friend });
    expect([bank.paid, bank.sent.length, closed]).toEqual([5n, 2, 0]);
    expect(bank.sent[1]).toEqual(bank.sent[0]);
    expect(again.resume()).toBeNull();
  });

  it('that can no longer happen is signed anew; one of nothing is over', async () => {
    bank.held = 5n;
    bank.faults.push(() => refuse('chain_unavailable'));
    const page = visit();
    await expect(page.send(friend, null)).rejects.toMatchObject({ code: 'chain_unavailable' });
    bank.time += 3_700_000;
    await expect(page.resume()).rejects.toMatchObject({ code: 'chain_refused' });
    expect(await page.resume()).toEqual({ amount: 5n, to: friend });
    expect([bank.paid, bank.sent.length]).toEqual([5n, 3]);
    await expect(page.send(friend, null)).rejects.toMatchObject({ code: 'nothing_to_refund' });
    expect(page.kept()).toBeNull();
  });

  it('goes only where somebody can have it', async () => {
    const page = visit();
    for (const bad of [bank.wallet.address, terms.contract, token.address, `0x${'0'.repeat(40)}`, 'hanna', '0x12']) {
      await expect(page.where(bad)).rejects.toMatchObject({ code: 'bad_request' });
    }
    expect(await page.where(` ${friend.toUpperCase().replace('0X', '0x')} `)).toMatchObject({ to: friend, name: null });
  });
});

describe('wallets', () => {
  const announce = (page: EventTarget, detail: unknown) =>
    page.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }));
  const provider = (answers: Record<string, unknown>) => ({
    async request({ method }: { method: string }) {
      if (answers[method] instanceof Error || (answers[method] as { code?: number })?.code) throw answers[method];
      return answers[method];
    },
  });

  it('are each found once, and bring no picture from the net', () => {
    const page = new EventTarget();
    const found: FoundWallet[] = [];
    const stop = findWallets(page, (wallet) => found.push(wallet));
    const one = { info: { uuid: 'a', name: 'One', icon: 'https://spy.example/i.png' }, provider: provider({}) };
    announce(page, one);
    announce(page, one);
    for (const broken of [null, {}, { info: { uuid: 'b' } }, { info: { name: 'x' }, provider: provider({}) }]) {
      announce(page, broken);
    }
    expect(found.map(({ name, icon }) => [name, icon])).toEqual([['One', '']]);
    stop();
    announce(page, { ...one, info: { ...one.info, uuid: 'c' } });
    expect(found).toHaveLength(1);
  });

  it('say in words what they would not do', async () => {
    const connect = (answers: Record<string, unknown>) =>
      connectWallet({ id: 'a', name: 'One', icon: '', provider: provider(answers) }, 31337);
    const accounts = { eth_requestAccounts: [friend] };
    await expect(connect({ eth_requestAccounts: { code: 4001 } })).rejects.toMatchObject({ why: 'refused' });
    await expect(connect({ eth_requestAccounts: { code: -32002 } })).rejects.toMatchObject({ why: 'busy' });
    await expect(connect({ eth_requestAccounts: [] })).rejects.toThrow('gave no account');
    // One that says that it switched, and did not.
    const stuck = connect({ ...accounts, eth_chainId: '0x1', wallet_switchEthereumChain: null });
    await expect(stuck).rejects.toMatchObject({ why: 'wrong_chain' });
    const unknown = { ...accounts, eth_chainId: '0x1', wallet_switchEthereumChain: { code: 4902 } };
    await expect(connect(unknown)).rejects.toThrow('does not know the test chain 31337');
    await expect(connect({ ...accounts, eth_chainId: '0x7a69' })).resolves.toMatchObject({ address: friend });
  });

  it('are shown the very message that the chain checks', () => {
    const key = randomKey();
    const times = { validAfter: 0n, validBefore: 99n };
    const a = { from: addressOf(key), to: friend, value: 12n, nonce: randomKey(), ...times };
    const signature = sign(receiveDigest(a, domainOfToken), key);
    const { types, domain: shown, message } = JSON.parse(JSON.stringify(receiveTypedData(a, domainOfToken)));
    const { EIP712Domain: _, ...own } = types;
    expect(verifyTypedData(shown, own, message, signature).toLowerCase()).toBe(a.from);
    const old = `${signature.slice(0, -2)}0${Number.parseInt(signature.slice(-2), 16) - 27}`;
    expect([plainSignature(old), plainSignature(signature)]).toEqual([signature, signature]);
  });
});

describe('the way out without the server', () => {
  const payer = addressOf(randomKey());
  const config = {
    ...{ payer, payerAuthorizer: friend, receiver: terms.payTo, receiverAuthorizer: terms.receiverAuthorizer },
    ...{ token: token.address, withdrawDelay: 900, salt: randomKey() },
  };
  const id = randomKey();
  const abi = new Interface(x402BatchSettlement.abi);
  const word = (value: bigint) => value.toString(16).padStart(64, '0');

  /** A wallet on a chain where the channel stands so. */
  function walletWith(standing: {
    balance: bigint;
    claimed: bigint;
    withdrawing: bigint;
    begun: bigint;
    time?: number;
  }) {
    const { balance, claimed, withdrawing, begun } = standing;
    const sent: string[] = [];
    const isChannels = (data: Hex) => data.startsWith(abi.getFunction('channels')?.selector ?? '-');
    const wallet = {
      ...{ name: 'One', address: payer as Hex, receive: () => Promise.reject(new Error('not asked')) },
      transfer: () => Promise.reject(new Error('not asked')),
      call: async (_: Hex, data: Hex): Promise<Hex> =>
        `0x${isChannels(data) ? word(balance) + word(claimed) : word(withdrawing) + word(begun)}`,
      send: async (_: Hex, data: Hex): Promise<Hex> => {
        sent.push(abi.parseTransaction({ data })?.name ?? data);
        return '0x';
      },
      time: async () => standing.time ?? 0,
    };
    return { sent, go: (now: number) => leave({ wallet, contract: terms.contract, id, config, now }) };
  }

  it('is written as the contract reads it', () => {
    expect(initiateCall(config, 5n)).toBe(abi.encodeFunctionData('initiateWithdraw', [config, 5n]));
    expect(finalizeCall(config)).toBe(abi.encodeFunctionData('finalizeWithdraw', [config]));
  });

  it('begins with all that is not claimed, waits, and is finished when its time has come, by the later clock', async () => {
    const fresh = walletWith({ balance: 9n, claimed: 2n, withdrawing: 0n, begun: 0n });
    expect((await fresh.go(0)).did).toBe('begun');
    expect(fresh.sent).toEqual(['initiateWithdraw']);
    const begun = { balance: 9n, claimed: 2n, withdrawing: 7n, begun: 1000n };
    const early = walletWith(begun);
    expect(await early.go(1_899_999)).toMatchObject({ did: 'waits', standing: { readyAt: 1_900_000, free: 7n } });
    expect(early.sent).toEqual([]);
    const late = walletWith(begun);
    expect((await late.go(1_900_000)).did).toBe('finished');
    const chainIsLater = walletWith({ ...begun, time: 1_900_000 });
    expect((await chainIsLater.go(0)).did).toBe('finished');
    expect([late.sent, chainIsLater.sent]).toEqual([['finalizeWithdraw'], ['finalizeWithdraw']]);
  });

  it('is not tried for nothing, nor from an account that the chain would refuse', async () => {
    const empty = walletWith({ balance: 2n, claimed: 2n, withdrawing: 0n, begun: 0n });
    await expect(empty.go(0)).rejects.toThrow('Nothing is left');
    const other = walletWith({ balance: 9n, claimed: 2n, withdrawing: 0n, begun: 0n });
    config.payer = friend;
    config.payerAuthorizer = terms.payTo;
    await expect(other.go(0)).rejects.toThrow('Choose that account in the wallet');
    expect([empty.sent, other.sent]).toEqual([[], []]);
  });
});

describe('the key', () => {
  it('is 24 words that only its own bytes make, read back however they are typed', () => {
    const zeros: Hex = `0x${'00'.repeat(32)}`;
    // The published test vector of BIP-39 for 32 zero bytes.
    expect(wordsOf(zeros)).toBe(`${'abandon '.repeat(23)}art`);
    const key = randomKey();
    const words = wordsOf(key);
    expect(Mnemonic.fromPhrase(words).entropy).toBe(key);
    expect([keyOf(words), keyOf(`  ${words.toUpperCase().replaceAll(' ', '\n ')} `), keyOf(key.slice(2))]).toEqual(
      Array(3).fill(key),
    );
    const [first, ...rest] = words.split(' ');
    for (const bad of ['', rest.join(' '), [...rest, first].join(' '), `${words} art`, '0x12', wordsOf(zeros)]) {
      expect(keyOf(bad), bad).toBeNull();
    }
  });

  it('that another replaces is kept aside, and comes back', () => {
    const keep = newKeep();
    const first = findKey('', keep).key as Hex;
    const second = randomKey();
    adoptKey(second, keep);
    expect([findKey('', keep).key, keysAside(keep)]).toEqual([second, [first]]);
    adoptKey(second, keep);
    expect(keysAside(keep)).toEqual([first]);
    adoptKey(first, keep);
    expect([findKey('', keep), keysAside(keep)]).toEqual([{ key: first, fromLink: false }, [second]]);
  });
});

it('says when money comes in people’s words', () => {
  expect([900, 5400, 86_400, 259_200].map(delay)).toEqual(['15 minutes', '90 minutes', '24 hours', '3 days']);
  const now = new Date(2026, 10, 23, 12).getTime();
  expect(moment(now + 60_000, now)).toMatch(/^after .* today$/);
  expect(moment(now + 86_400_000, now)).toMatch(/^after .*24/);
});
