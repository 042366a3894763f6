// What people type in chat: amounts and lines of arguments, by a strict grammar; and the catalogue of what is said.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAmount, sayAmount } from '../../src/bots/amounts.js';
import { createLimits } from '../../src/bots/limits.js';
import { cutLine } from '../../src/bots/read.js';
import { languages, sayRefusal, wordsFor } from '../../src/bots/words/index.js';
import { Problem, problemCodes } from '../../src/vocabulary/problems.js';

const dai = { symbol: 'DAI', decimals: 18 };
const usdc = { symbol: 'USDC', decimals: 6 };
const weth = { symbol: 'WETH', decimals: 18 };
const one = 10n ** 18n;

describe('an amount', () => {
  it.each([
    ['5', dai, 5n * one],
    ['0.5', dai, one / 2n],
    ['.5', dai, one / 2n],
    ['5 dai', dai, 5n * one],
    ['5DAI', dai, 5n * one],
    ['$5', dai, 5n * one],
    ['5$', usdc, 5_000_000n],
    ['$ 0.25', usdc, 250_000n],
    ['1.21', usdc, 1_210_000n],
    ['0.000001', usdc, 1n],
  ])('%s is read', (text, token, amount) => {
    expect(readAmount(text, token)).toEqual({ amount });
  });

  it.each([
    ['1,21', dai, 'comma'],
    ['1.000,5', dai, 'comma'],
    ['5 eth', dai, 'other_token'],
    ['€1.21', dai, 'form'],
    ['$5', weth, 'not_dollars'],
    ['$5$', dai, 'other_token'],
    ['0.0000001', usdc, 'decimals'],
    ['0', dai, 'zero'],
    ['0.0', dai, 'zero'],
    ['-5', dai, 'form'],
    ['5e3', dai, 'form'],
    ['0x10', dai, 'form'],
    ['1.2.3', dai, 'form'],
    ['.', dai, 'form'],
    ['', dai, 'form'],
    ['five', dai, 'form'],
    ['٥', dai, 'form'],
    ['1 000', dai, 'form'],
    ['9999999999999', dai, 'form'],
  ])('%s is refused', (text, token, fault) => {
    expect(readAmount(text, token)).toEqual({ fault });
  });

  it('that was said is read as the same', () => {
    const amount = fc.bigInt(1n, 10n ** 29n);
    fc.assert(
      fc.property(amount, (a) => {
        expect(readAmount(sayAmount(a, dai), dai)).toEqual({ amount: a });
      }),
    );
  });
});

describe('a line', () => {
  const tip = {
    stream: { kind: 'stream', optional: true },
    amount: { kind: 'amount' },
    message: { kind: 'text', optional: true },
  } as const;
  const cut = (line: string) => cutLine(tip, line, dai, (text) => text === 'main');

  it('is cut into its arguments', () => {
    expect(cut('5 great solo')).toEqual({ amount: '5', message: 'great solo' });
    expect(cut('5 DAI great  solo')).toEqual({ amount: '5 DAI', message: 'great solo' });
    expect(cut('main 5')).toEqual({ stream: 'main', amount: '5' });
    expect(cut('5 main')).toEqual({ amount: '5', message: 'main' });
    expect(cut('')).toEqual({});
  });

  it('with too much in it is refused, with what was too much', () => {
    const only = { amount: { kind: 'amount' } } as const;
    expect(() => cutLine(only, '5 6', dai, () => false)).toThrow('“6”');
  });
});

describe('the catalogue', () => {
  it('has every text in every language', () => {
    const { en } = languages;
    for (const words of Object.values(languages)) {
      expect(Object.keys(words)).toEqual(Object.keys(en ?? {}));
      expect(Object.keys(words.about)).toEqual(Object.keys(en?.about ?? {}));
      for (const text of Object.values(words.about)) expect([...text].length).toBeLessThanOrEqual(100);
    }
  });

  it('answers in the person’s language, or in English', () => {
    expect(wordsFor('de-AT').language).toBe('Deutsch');
    expect(wordsFor('es-419').language).toBe('Español');
    expect(wordsFor('xx').language).toBe('English');
  });

  it('has a sentence for every refusal, the same codes in each translation', () => {
    const [, de, es] = Object.values(languages);
    expect(Object.keys(de?.refusals ?? {})).toEqual(Object.keys(es?.refusals ?? {}));
    for (const code of problemCodes) {
      for (const words of Object.values(languages)) expect(sayRefusal(words, new Problem(code))).toMatch(/[.!?…]$/u);
    }
  });
});

it('a limit lets a burst through, then one at a time, and forgives with time', () => {
  let clock = 0;
  const limits = createLimits({ burst: 3, everyMs: 1000 }, () => clock);
  expect([1, 2, 3].map(() => limits.take('ann'))).toEqual([0, 0, 0]);
  expect(limits.take('ann')).toBe(1000);
  expect(limits.take('bob')).toBe(0);
  clock = 1000;
  expect(limits.take('ann')).toBe(0);
  expect(limits.take('ann')).toBe(1000);
  clock = 10_000;
  expect([1, 2, 3, 4].map(() => limits.take('ann') > 0)).toEqual([false, false, false, true]);
});
