// The rules behind chat purses by themselves: caps, one-time codes and their guesses, keys, persons, what a page signs.
import { TypedDataEncoder } from 'ethers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { worded } from '../../src/payments/chat/amounts.js';
import { type Caps, judgeCaps, leftByCaps } from '../../src/payments/chat/caps.js';
import { createGuesses, digitsOf } from '../../src/payments/chat/codes.js';
import { createKeyring, nameOf } from '../../src/payments/chat/keys.js';
import { mandateDigest } from '../../src/payments/chat/mandate.js';
import { createPeople } from '../../src/payments/chat/people.js';
import { createSigner } from '../../src/payments/chat/signer.js';
import { checkRecipient } from '../../src/payments/chat/withdraw.js';
import { turnToPay } from '../../src/payments/purse.js';
import { addressOf, randomKey } from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { addChannel, domain, freshLedger } from '../support/payments.js';

const refusal = (code: string) => expect.objectContaining({ code });
const amount = fc.bigInt({ min: 0n, max: 40n });
const caps = fc.record({ perCommand: amount, perDay: amount });

describe('caps', () => {
  it('let through just what they say is left', () => {
    fc.assert(
      fc.property(caps, amount, amount, (limits: Caps, spent, wanted) => {
        expect(judgeCaps(wanted, limits, spent) === 'ok').toBe(
          wanted <= limits.perCommand && spent + wanted <= limits.perDay,
        );
        const left = leftByCaps(limits, spent);
        expect(judgeCaps(left + 1n, limits, spent)).not.toBe('ok');
        if (spent <= limits.perDay) expect(judgeCaps(left, limits, spent)).toBe('ok');
      }),
    );
  });

  it('are never passed by any row of commands', () => {
    fc.assert(
      fc.property(caps, fc.array(amount), (limits: Caps, wishes) => {
        let spent = 0n;
        for (const wish of wishes) if (judgeCaps(wish, limits, spent) === 'ok') spent += wish;
        expect(spent <= limits.perDay).toBe(true);
      }),
    );
  });

  it('name the command first: that can be helped at once', () => {
    expect(judgeCaps(6n, { perCommand: 5n, perDay: 5n }, 5n)).toBe('over_command');
    expect(judgeCaps(5n, { perCommand: 5n, perDay: 5n }, 1n)).toBe('over_day');
  });
});

describe('guesses of codes', () => {
  const payers = Array.from({ length: 40 }, (_, i) => `0x${i}` as Hex);

  it('are five a key in ten minutes, however many at once, and right ones do not count', () => {
    const clock = { now: 1e6 };
    const guesses = createGuesses(() => clock.now);
    for (let i = 0; i < 20; i++) guesses.count('0xa')();
    for (let i = 0; i < 5; i++) guesses.count('0xa');
    expect(() => guesses.count('0xa')).toThrow(refusal('rate_limited'));
    guesses.count('0xb');
    clock.now += 10 * 60_000 - 1;
    expect(() => guesses.count('0xa')).toThrow(refusal('rate_limited'));
    clock.now += 1;
    guesses.count('0xa');
  });

  it('are a hundred a minute of all keys together', () => {
    const clock = { now: 1e6 };
    const guesses = createGuesses(() => clock.now);
    for (let i = 0; i < 100; i++) guesses.count(payers[i % 40] ?? '0x');
    expect(() => guesses.count('0xfresh')).toThrow(refusal('rate_limited'));
    clock.now += 60_000;
    guesses.count('0xfresh');
  });

  it('read a code as people write it', () => {
    expect(['482 913-507', ' 482913507 ', '482.913.507'].map(digitsOf)).toEqual(Array(3).fill('482913507'));
  });
});

describe('keys', () => {
  it('are another for every platform, user and secret, and always the same', () => {
    const ring = createKeyring(`0x${'11'.repeat(32)}`);
    const other = createKeyring(`0x${'12'.repeat(32)}`);
    const keys = [
      ring.keyOf({ platform: 'discord', user: '1' }),
      ring.keyOf({ platform: 'telegram', user: '1' }),
      ring.keyOf({ platform: 'discord', user: '11' }),
      other.keyOf({ platform: 'discord', user: '1' }),
    ];
    expect(new Set(keys).size).toBe(4);
    // Written down once: should this change, every chat purse would be lost.
    expect(addressOf(keys[0] as Hex)).toBe('0xccb9c596043cf5e32f06f6090fa812cbedb7f815');
    expect(ring.keyOf({ platform: 'discord', user: '1' })).toBe(keys[0]);
  });

  it('are of real accounts only', () => {
    for (const user of ['', '0', '05', '-5', '5 ', 'ann', '1'.repeat(21), '1/../2']) {
      expect(() => nameOf({ platform: 'discord', user })).toThrow(refusal('bad_request'));
    }
    // Telegram's groups have numbers below 0.
    expect(nameOf({ platform: 'telegram', user: '-1001234' })).toBe('telegram:-1001234');
    expect(() => nameOf({ platform: 'irc' as 'discord', user: '1' })).toThrow(refusal('bad_request'));
  });
});

describe('persons', () => {
  it('are the same when joined over any steps, and two again when parted', () => {
    const people = createPeople();
    people.join('discord:1', '0xa');
    people.join('telegram:2', '0xa');
    people.join('telegram:2', '0xb');
    people.join('discord:3', '0xc');
    expect(people.members('0xb')).toEqual(['0xa', '0xb', 'discord:1', 'telegram:2']);
    expect(people.personOf('discord:1')).toBe(people.personOf('0xb'));
    expect(people.personOf('discord:3')).not.toBe(people.personOf('discord:1'));
    expect(people.personOf('nobody')).toBe('nobody');
    people.part('telegram:2', '0xa');
    expect(people.personOf('0xb')).not.toBe(people.personOf('discord:1'));
  });

  it('are an equivalence, whatever is joined', () => {
    const pair = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }));
    fc.assert(
      fc.property(fc.array(pair), (pairs) => {
        const people = createPeople();
        for (const [account, payer] of pairs) people.join(`discord:${account}`, `0x${payer}`);
        for (const [account, payer] of pairs) {
          expect(people.personOf(`discord:${account}`)).toBe(people.personOf(`0x${payer}`));
        }
        for (const [account] of pairs) {
          const name = `discord:${account}`;
          for (const member of people.members(name)) expect(people.members(member)).toEqual(people.members(name));
        }
      }),
    );
  });
});

it('a page signs EIP-712 that any wallet can show', () => {
  const mandate = { channel: randomKey(), chat: addressOf(randomKey()), limit: 7n * 10n ** 18n, code: '482913507' };
  const { channel: channelId, ...rest } = mandate;
  const types = {
    ChatLink: [
      { name: 'channelId', type: 'bytes32' },
      { name: 'chat', type: 'address' },
      { name: 'limit', type: 'uint128' },
      { name: 'code', type: 'string' },
    ],
  };
  const eip712 = { name: 'dTok chat', version: '1', chainId: domain.chainId, verifyingContract: domain.contract };
  const expected = TypedDataEncoder.hash(eip712, types, { channelId, ...rest });
  expect(`0x${Buffer.from(mandateDigest(mandate, domain)).toString('hex')}`).toBe(expected);
});

it('money goes only where somebody can be', () => {
  const ours = [addressOf(randomKey())];
  const good = addressOf(randomKey());
  expect(checkRecipient(good.toUpperCase().replace('0X', '0x'), ours)).toBe(good);
  for (const wrong of [`0x${'0'.repeat(40)}`, ours[0] as string, good.slice(2), `${good}0`, 'vitalik.eth']) {
    expect(() => checkRecipient(wrong, ours)).toThrow(refusal('bad_request'));
  }
});

it('pays from what is given first, then its own, then from another’s leave', () => {
  const purse = { id: '0x', signer: '0x', channel: '0x', label: '', createdAt: 1, limit: 0n, authorized: 0n } as const;
  const of = (kind: 'pass' | 'channel', stream: string | null) =>
    turnToPay({ ...purse, kind, stream, spent: 0n, signature: null, closing: false });
  expect([of('pass', 'main'), of('channel', null), of('pass', null)]).toEqual([0, 1, 2]);
});

it('says amounts as people do', () => {
  const token = { decimals: 18, symbol: 'DAI' };
  expect([5n * 10n ** 18n, 10n ** 17n, 0n].map((units) => worded(units, token))).toEqual(['5 DAI', '0.1 DAI', '0 DAI']);
});

it('signs for no more than is asked, and for less than is signed not at all', async () => {
  const { store, ledger } = await freshLedger();
  const keyring = createKeyring(randomKey());
  const user = { platform: 'discord', user: '1' } as const;
  const { id } = await addChannel(ledger, 100n, keyring.keyOf(user));
  const { signUpTo, sponsorPort } = createSigner({ keyring, ledger, domain });
  await Promise.all([sponsorPort(user).extend(id, 10n, '0x'), signUpTo(user, id, 4n), signUpTo(user, id, 12n)]);
  await signUpTo(user, id, 5n);
  expect(ledger.purse(id)).toMatchObject({ authorized: 12n, spent: 0n });
  await expect(signUpTo({ ...user, user: '2' }, id, 13n)).rejects.toThrow(refusal('voucher_wrong_signature'));
  await store.close();
});
