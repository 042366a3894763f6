// The rules of the pages that need no browser: money text, links, keys, what to sign, what to show.
import { verifyTypedData } from 'ethers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressOf,
  channelId,
  depositNonce,
  randomKey,
  recover,
  sessionDigest,
} from '../../src/payments/typed-data.js';
import { DepositRequest } from '../../src/vocabulary/channels.js';
import type { StreamInfo } from '../../src/vocabulary/streams.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { linksCsv, makeLinks, namesIn, numbered } from '../../src/web/host/links.js';
import { keyFromText, keyToText } from '../../src/web/shared/bytes.js';
import { createKeep } from '../../src/web/shared/keep.js';
import { decimal, money, parseAmount, perMinute, placesFor } from '../../src/web/shared/money.js';
import { span } from '../../src/web/shared/time.js';
import { linkTarget } from '../../src/web/watch/acts.js';
import { createClock } from '../../src/web/watch/clock.js';
import { channelOf, depositPayload } from '../../src/web/watch/deposit.js';
import { keyPath } from '../../src/web/watch/key-loader.js';
import { lower, merge, type Purse, payerOf, plan } from '../../src/web/watch/purses.js';
import { initialState, phaseOf, type WatchState, withTip } from '../../src/web/watch/state.js';
import { createWallet, findKey } from '../../src/web/watch/wallet.js';

const refused = () => {
  throw new Error('storage refused');
};

describe('money', () => {
  it('reads plain decimals and nothing else', () => {
    expect(parseAmount('5', 18)).toBe(5n * 10n ** 18n);
    expect(parseAmount(' 0.25 ', 6)).toBe(250_000n);
    for (const text of ['', '1,21', '€1', '-1', '+1', '.5', '5.', '1e3', '0x10', '007', '1 000', '0.0000001', '١']) {
      expect(parseAmount(text, 6), text).toBeNull();
    }
  });

  it('writes what it reads, and never more than there is', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n - 1n }), fc.integer({ min: 0, max: 18 }), (amount, decimals) => {
        expect(parseAmount(decimal(amount, decimals), decimals)).toBe(amount);
        expect(parseAmount(decimal(amount, decimals, { max: 3 }), decimals) ?? -1n).toBeLessThanOrEqual(amount);
      }),
    );
    expect(money(1_239_999n, { symbol: 'USDC', decimals: 6 }, { max: 2 })).toBe('1.23 USDC');
    expect(money(0n, { symbol: 'DAI', decimals: 18 })).toBe('0.00 DAI');
    expect(money(1234n, { symbol: 'X', decimals: 0 })).toBe('1234 X');
    expect(money(1_234_567_890_000n, { symbol: 'X', decimals: 6 })).toBe('1\u202f234\u202f567.89 X');
  });

  it('shows enough places to see one key paid', () => {
    expect(placesFor(10n ** 15n, 18)).toBe(4);
    expect(placesFor(1n, 18)).toBe(6);
    expect(placesFor(10n ** 18n, 18)).toBe(2);
  });

  it('shows a minute’s price as it was set, although a second’s was cut', () => {
    expect(perMinute(10n ** 16n / 60n, 18)).toBe(10n ** 16n);
    expect(perMinute(500_000_000_000_000n, 18)).toBe(3n * 10n ** 16n);
    expect(perMinute(166n, 6)).toBe(9960n);
  });

  it('says spans plainly', () =>
    expect([9_900, 185_000, 3_723_000, 200_000_000].map(span)).toEqual(['9 s', '3:05 min', '1:02:03 h', '2 days']));
});

describe('keys and links', () => {
  it('carries a key through a link unchanged', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const key = `0x${Buffer.from(bytes).toString('hex')}` as Hex;
        expect(keyToText(key)).toBe(Buffer.from(bytes).toString('base64url'));
        expect(keyFromText(keyToText(key))).toBe(key);
      }),
    );
  });

  it('takes the link’s key, else the kept one, else a new one, and refuses a broken one', () => {
    const keep = createKeep(refused);
    const key = randomKey();
    expect(findKey(`#k=${keyToText(key)}`, keep)).toEqual({ key, fromLink: true });
    expect(findKey('#k=short', keep)).toEqual({ key: null });
    expect(findKey(`#k=${'A'.repeat(43)}`, keep)).toEqual({ key: null });
    const made = findKey('', keep);
    expect(findKey('', keep)).toEqual(made);
  });

  it('opens watch links only', () => {
    const here = { origin: 'http://a.test', pathname: '/watch/main' };
    const text = keyToText(randomKey());
    expect(linkTarget(text, here)).toBe(`http://a.test/watch/main#k=${text}`);
    expect(linkTarget(` https://b.test/watch/x#k=${text} `, here)).toBe(`https://b.test/watch/x#k=${text}`);
    for (const bad of [`javascript:alert(1)#k=${text}`, 'https://b.test/watch/x', `https://b.test/x#k=${text}`, 'k']) {
      expect(linkTarget(bad, here), bad).toBeNull();
    }
  });

  it('makes links whose key opens the told address, and a CSV no spreadsheet runs', async () => {
    const labels = numbered(2, '=SUM("x")');
    const links = await makeLinks({ labels, origin: 'http://a.test', stream: 'main' });
    const [first] = links;
    expect(first?.label).toBe('=SUM("x") 1');
    const found = findKey(new URL(first?.url ?? '').hash, createKeep(refused));
    expect(found.key && addressOf(found.key)).toBe(first?.signer);
    expect(linksCsv(links, '1').split('\r\n')[1]).toBe(`"'=SUM(""x"") 1","1","${first?.url}"`);
    expect(namesIn(' Zoë \n\nYan\r\nZoë')).toEqual(['Zoë', 'Yan']);
  });

  it('finds the key’s path in any host’s URI', () => {
    expect(keyPath('https://cdn.test/a/keys/main/12?x=1')).toBe('/keys/main/12');
    for (const bad of ['/keys/main/x', '/keys/../12', '/key/main/1', '/keys/main/1/2']) expect(keyPath(bad)).toBeNull();
  });
});

const purse = (id: string, limit: bigint, authorized: bigint, spent: bigint): Purse => ({
  id: id as Hex,
  kind: 'pass',
  limit,
  authorized,
  spent,
});

describe('what to sign', () => {
  it('signs ahead, not above the limit, and only when it is needed', () => {
    const ahead = { least: 10n, most: 16n, cost: 2n };
    expect(plan([purse('a', 100n, 0n, 0n)], ahead)).toEqual([{ id: 'a', total: 16n }]);
    expect(plan([purse('a', 100n, 10n, 0n)], ahead)).toEqual([]);
    expect(plan([purse('a', 100n, 11n, 2n)], ahead)).toEqual([{ id: 'a', total: 18n }]);
    expect(plan([purse('a', 100n, 98n, 95n), purse('b', 50n, 0n, 0n)], ahead)).toEqual([
      { id: 'a', total: 100n },
      { id: 'b', total: 11n },
    ]);
    expect(plan([purse('a', 100n, 99n, 99n)], ahead)).toEqual([]);
  });

  it('never plans above a limit nor below what is authorized', () => {
    const amount = fc.bigInt({ min: 0n, max: 60n });
    fc.assert(
      fc.property(fc.array(fc.tuple(amount, amount, amount), { maxLength: 4 }), (rows) => {
        const purses = rows.map(([limit, a, s], i) => purse(`${i}`, limit, lower(a, limit), lower(s, limit)));
        for (const { id, total } of plan(purses, { least: 10n, most: 16n, cost: 2n })) {
          const of = purses.find((p) => p.id === id);
          expect(total <= (of?.limit ?? 0n) && total > (of?.authorized ?? 0n)).toBe(true);
        }
      }),
    );
  });

  it('learns that authorized and spent only rise, and pays from the first purse with room', () => {
    const known = purse('a', 100n, 20n, 10n);
    expect(merge(known, purse('a', 200n, 30n, 12n))).toEqual(purse('a', 200n, 30n, 12n));
    expect(merge(known, purse('a', 50n, 15n, 8n))).toEqual(known);
    expect(payerOf([purse('a', 5n, 0n, 4n), purse('b', 5n, 0n, 0n)], 2n)?.id).toBe('b');
  });
});

const terms: StreamInfo['terms'] = {
  network: 'eip155:31337',
  chainId: 31337,
  contract: '0x4020074e9df2ce1dee5a9c1b5c3f541d02a10003',
  depositCollector: '0x4020806089470a89826cb9fb1f4059150b550004',
  payTo: `0x${'11'.repeat(20)}`,
  receiverAuthorizer: `0x${'22'.repeat(20)}`,
  withdrawDelay: 900,
  token: { address: `0x${'33'.repeat(20)}`, symbol: 'DAI', decimals: 18, name: 'Test Dai', version: '1' },
  faucet: true,
  ...{ payToName: null, gasless: true, names: false },
};

describe('what is signed', () => {
  it('is a deposit that the schema and an independent library accept', () => {
    const wallet = createWallet(randomKey());
    const [salt, once]: Hex[] = [`0x${'44'.repeat(32)}`, `0x${'55'.repeat(32)}`];
    if (!salt || !once) throw new Error('unreachable');
    const amount = 5n * 10n ** 18n;
    const payload = depositPayload({ wallet, terms, salt, once, amount, authorized: 7n, now: 1_000_000 });
    expect(DepositRequest.parse(payload)).toEqual(payload);
    const id = channelId(channelOf(wallet.address, terms, salt), { chainId: 31337, contract: terms.contract });
    expect(payload.voucher.channelId).toBe(id);
    const domain = { name: 'Test Dai', version: '1', chainId: 31337, verifyingContract: terms.token.address };
    const fields = [
      'address from',
      'address to',
      'uint256 value',
      'uint256 validAfter',
      'uint256 validBefore',
      'bytes32 nonce',
    ];
    const types = fields.map((field) => ({ type: field.split(' ')[0] ?? '', name: field.split(' ')[1] ?? '' }));
    const { erc3009Authorization: auth } = payload.deposit.authorization;
    const message = {
      from: wallet.address,
      to: terms.depositCollector,
      value: amount,
      validAfter: 0,
      validBefore: 4600,
      nonce: depositNonce(id, once),
    };
    const by = verifyTypedData(domain, { ReceiveWithAuthorization: types }, message, auth.signature);
    expect(by.toLowerCase()).toBe(wallet.address);
  });

  it('dates proofs by the server’s clock', () => {
    const clock = createClock(() => 1000);
    clock.sync(50_000);
    const wallet = createWallet(randomKey());
    const domain = { chainId: 1, contract: terms.contract };
    const signature = wallet.session('main', clock.now(), domain);
    expect(recover(sessionDigest('main', 50_000, domain), signature)).toBe(wallet.address);
  });
});

describe('what is shown', () => {
  const info = { state: 'live' } as StreamInfo;
  const hold = { code: 'out_of_credit', detail: '' };
  const cases: [string, Partial<WatchState>][] = [
    ['error', { fatal: 'x', info, moving: true }],
    ['connecting', {}],
    ['connecting', { info }],
    ['live', { info, moving: true, hold }],
    ['out-of-credit', { info, hold, everMoved: true }],
    ['paused', { info, paused: true }],
    ['waiting', { info: { ...info, state: 'idle' } }],
    ['reconnecting', { info, everMoved: true }],
    ['reconnecting', { info: { ...info, state: 'reconnecting' } }],
  ];
  it.each(cases)('is %s', (phase, patch) => expect(phaseOf({ ...initialState, ...patch })).toBe(phase));

  it('lists each tip once, newest first', () => {
    const tip = (n: number) =>
      ({ n, type: 'tip', stream: 'main', at: 0, data: { id: '', name: '', message: '', amount: '1' } }) as const;
    expect(
      [2, 1, 2, 3]
        .map(tip)
        .reduce(withTip, [] as ReturnType<typeof withTip>)
        .map((t) => t.n),
    ).toEqual([3, 2, 1]);
  });
});
