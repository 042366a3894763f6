// Topping up: what was signed and not answered for is sent again, never signed again.
import { beforeEach, describe, expect, it } from 'vitest';
import { addressOf, randomKey } from '../../src/payments/typed-data.js';
import type { DepositRequest } from '../../src/vocabulary/channels.js';
import { Problem, type ProblemCode } from '../../src/vocabulary/problems.js';
import { createApi } from '../../src/web/shared/api.js';
import { createKeep } from '../../src/web/shared/keep.js';
import { createDeposits } from '../../src/web/watch/deposit.js';
import { createWallet } from '../../src/web/watch/wallet.js';
import { createMockMoney, mockTerms, stateOf } from './mock-money.js';

const terms = mockTerms;

const refuse = (code: ProblemCode) => {
  const problem = new Problem(code);
  return Response.json(problem.body(), { status: problem.status });
};
const lost = () => Promise.reject(new TypeError('network'));

type Fault = (take: () => Response) => Response | Promise<Response>;

/** A server that takes each deposit once, whatever happens to its answer; the next ones meet `faults`. */
function openBank() {
  const money = createMockMoney({ price: () => 1n, previewMs: () => 0, keyPeriodMs: 2000 });
  const key = randomKey();
  const sent: string[] = [];
  const taken = new Map<string, string>();
  const faults: Fault[] = [];
  let draws = 0;
  let time = 1_000_000_000_000;

  function take(body: DepositRequest): Response {
    const once = body.deposit.authorization.erc3009Authorization.salt;
    const purse = taken.has(once) ? money.of(addressOf(key))[0] : money.deposit(body);
    if (!purse) throw new Error('no purse');
    taken.set(once, body.deposit.amount);
    return Response.json({ purse: stateOf(purse), transaction: '0x' });
  }

  async function fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const path = `${input}`;
    if (path === '/api/faucet') {
      draws += 1;
      return Response.json({ amount: '50', transaction: '0x' });
    }
    if (path.endsWith('/close')) return Response.json({ claimed: '0', refunded: '50', to: '0x', transaction: '0x' });
    sent.push(`${init?.body}`);
    const body = JSON.parse(`${init?.body}`) as DepositRequest;
    const fault = faults.shift();
    return fault ? fault(() => take(body)) : take(body);
  }

  const stored = new Map<string, string>();
  const storage = {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => void stored.set(name, value),
    removeItem: (name: string) => void stored.delete(name),
  } as unknown as Storage;
  const keep = createKeep(() => storage);
  const clock = { now: () => time, sync: () => {} };
  return {
    sent,
    taken,
    faults,
    draws: () => draws,
    later: (ms: number) => {
      time += ms;
    },
    /** The page, as a visit or a reload opens it. */
    page: () => createDeposits({ api: createApi(fetch), wallet: createWallet(key), terms, keep, clock }),
  };
}

describe('topping up', () => {
  let bank: ReturnType<typeof openBank>;
  beforeEach(() => {
    bank = openBank();
  });

  it('sends the very same deposit again when the answer was lost, and signs a new one for the next', async () => {
    bank.faults.push(async (take) => {
      take();
      return lost();
    });
    const page = bank.page();
    await expect(page.topUp([])).rejects.toMatchObject({ code: 'offline' });
    expect((await page.topUp([])).limit).toBe('50');
    expect(bank.sent).toHaveLength(2);
    expect(bank.sent[1]).toBe(bank.sent[0]);
    expect(bank.taken.size).toBe(1);

    expect((await page.topUp([])).limit).toBe('100');
    expect(bank.sent[2]).not.toBe(bank.sent[0]);
    expect([bank.taken.size, bank.draws()]).toEqual([2, 2]);
    expect(await page.finish()).toBeNull();
  });

  it('finishes after a reload what the chain took while it could not be reached', async () => {
    bank.faults.push((take) => {
      take();
      return refuse('chain_unavailable');
    });
    await expect(bank.page().topUp([])).rejects.toMatchObject({ code: 'chain_unavailable' });
    const reloaded = bank.page();
    expect(await reloaded.finish()).toMatchObject({ limit: '50' });
    expect(bank.sent[1]).toBe(bank.sent[0]);
    expect([await reloaded.finish(), bank.sent.length, bank.draws()]).toEqual([null, 2, 1]);
  });

  it('takes a chain’s refusal of the second sending for what it is: the first was taken', async () => {
    bank.faults.push((take) => {
      take();
      return refuse('chain_refused');
    });
    expect((await bank.page().topUp([])).limit).toBe('50');
    expect(bank.sent[1]).toBe(bank.sent[0]);
  });

  it('signs the same tokens anew when the old signature is out of date', async () => {
    bank.faults.push(lost);
    const page = bank.page();
    await expect(page.topUp([])).rejects.toMatchObject({ code: 'offline' });
    bank.later(3_700_000);
    const refused = () => refuse('chain_refused');
    bank.faults.push(refused, refused);
    expect((await page.topUp([])).limit).toBe('50');
    expect(bank.sent).toHaveLength(4);
    expect(bank.sent[3]).not.toBe(bank.sent[0]);
    expect([bank.taken.size, bank.draws()]).toEqual([1, 1]);
  });

  it('begins anew, with new tokens, when a deposit can never be taken', async () => {
    const page = bank.page();
    for (const code of ['channel_not_ours', 'wrong_signer', 'bad_request'] as const) {
      bank.faults.push(() => refuse(code));
      await expect(page.topUp([])).rejects.toMatchObject({ code });
    }
    expect((await page.topUp([])).limit).toBe('50');
    expect(new Set(bank.sent).size).toBe(4);
  });

  it('keeps a signed deposit over every passing trouble', async () => {
    const page = bank.page();
    for (const code of ['chain_unavailable', 'storage_unavailable', 'internal', 'rate_limited'] as const) {
      bank.faults.push(() => refuse(code));
      await expect(page.topUp([])).rejects.toMatchObject({ code });
    }
    await page.topUp([]);
    expect([new Set(bank.sent).size, bank.taken.size, bank.draws()]).toEqual([1, 1, 1]);
  });

  it('forgets a deposit into a channel that was closed', async () => {
    bank.faults.push((take) => {
      take();
      return lost();
    });
    const page = bank.page();
    await expect(page.topUp([])).rejects.toMatchObject({ code: 'offline' });
    const first = JSON.parse(bank.sent[0] ?? '') as DepositRequest;
    await page.close(first.voucher.channelId);
    await page.topUp([]);
    const second = JSON.parse(bank.sent[1] ?? '') as DepositRequest;
    expect(second.voucher.channelId).not.toBe(first.voucher.channelId);
    expect(bank.draws()).toBe(1);
  });
});
