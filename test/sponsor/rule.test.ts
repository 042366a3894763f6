// The sponsor's rules by themselves: what evidence counts, how far it signs, what an audit finds, how its lists are read.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { writeCsv } from '../../src/csv.js';
import { addressOf, channelId, passId, randomKey, recover, voucherDigest } from '../../src/payments/typed-data.js';
import { audit } from '../../src/sponsor/audit.js';
import { openBook } from '../../src/sponsor/book.js';
import { type Bounds, clockGraceMs, decide, type IssuedLink, judgeEvidence } from '../../src/sponsor/rule.js';
import { createSigner } from '../../src/sponsor/signer.js';
import { newLinks, readCsv, readExpiry, wishesOfCsv } from '../../src/sponsor/wishes.js';
import type { SponsorAccount } from '../../src/vocabulary/links.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { domain, voucher } from '../support/payments.js';

const now = 1_000_000;
const channel = `0x${'ab'.repeat(32)}` as Hex;
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function issue(change: Partial<IssuedLink> = {}) {
  const key = randomKey();
  const link: IssuedLink = {
    signer: addressOf(key),
    limit: 100n,
    label: '',
    expiresAt: null,
    once: false,
    revokedAt: null,
    finalSpent: null,
    counted: 0n,
    signature: null,
    ...change,
  };
  const shown = (amount: bigint, by = key) => ({
    signer: link.signer,
    amount,
    signature: voucher(passId(channel, link.signer, domain), amount, by),
  });
  return { link, shown, key };
}

describe('evidence', () => {
  const place = { channel, domain, now };
  it('counts when it is a higher voucher of an open link, signed by its key', () => {
    const { link, shown } = issue({ counted: 10n });
    expect(judgeEvidence(link, shown(11n), place)).toBe('count');
    expect(judgeEvidence(link, shown(10n), place)).toBe('known');
    expect(judgeEvidence(link, shown(100n), place)).toBe('count');
  });

  it('is a lie when the link was never made, its limit is passed, or another key, amount or channel was signed', () => {
    const { link, shown } = issue();
    expect(judgeEvidence(undefined, shown(1n), place)).toBe('not_issued');
    expect(judgeEvidence(link, shown(101n), place)).toBe('over_limit');
    expect(judgeEvidence(link, shown(5n, randomKey()), place)).toBe('forged');
    expect(judgeEvidence(link, { ...shown(5n), amount: 6n }, place)).toBe('forged');
    expect(judgeEvidence(link, shown(5n), { ...place, channel: `0x${'cd'.repeat(32)}` })).toBe('forged');
    expect(judgeEvidence(link, shown(5n), { ...place, domain: { ...domain, chainId: 1 } })).toBe('forged');
  });

  it('does not count once the link is revoked or over, with a little room for clocks', () => {
    expect(judgeEvidence(...args({ revokedAt: 1 }))).toBe('closed');
    expect(judgeEvidence(...args({ expiresAt: now - clockGraceMs }))).toBe('count');
    expect(judgeEvidence(...args({ expiresAt: now - clockGraceMs - 1 }))).toBe('closed');
    function args(change: Partial<IssuedLink>): Parameters<typeof judgeEvidence> {
      const { link, shown } = issue(change);
      return [link, shown(5n), place];
    }
  });
});

describe('a decision', () => {
  it('never signs more than is covered, asked for, allowed in all, or allowed by the time; and never less than before', () => {
    const amount = fc.bigInt(0n, 1000n);
    const step = fc.record({ cover: amount, atLeast: amount, atMost: amount, wait: fc.integer({ min: 0, max: 5000 }) });
    const bounds: Bounds = { perSecond: 7n, burst: 50n, total: 600n };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let at = 0;
        let standing = { signed: 0n, covered: 0n, level: bounds.burst, levelAt: 0 };
        for (const { cover, atLeast, atMost, wait } of steps) {
          at += wait;
          const more = cover - standing.covered;
          const covered = standing.covered + (more > 0n ? more : 0n);
          const { standing: next, short } = decide({ ...standing, covered }, bounds, { atLeast, atMost }, at);
          expect(next.signed).toBeGreaterThanOrEqual(standing.signed);
          if (next.signed > standing.signed) {
            for (const cap of [covered, atMost, bounds.total]) expect(next.signed).toBeLessThanOrEqual(cap);
          }
          expect(next.signed).toBeLessThanOrEqual(bounds.burst + (bounds.perSecond * BigInt(at)) / 1000n);
          expect(short === null).toBe(next.signed >= atLeast);
          if (short === 'evidence') expect(covered).toBeLessThan(atLeast);
          standing = next;
        }
      }),
    );
  });

  it('is the same again for what was signed already, also when nothing more is allowed', () => {
    const standing = { signed: 40n, covered: 40n, level: 0n, levelAt: now };
    const bounds = { perSecond: 1n, burst: 10n, total: 40n };
    expect(decide(standing, bounds, { atLeast: 40n, atMost: 100n }, now)).toEqual({ standing, short: null });
    expect(decide(standing, bounds, { atLeast: 41n, atMost: 100n }, now).short).toBe('evidence');
    const more = decide({ ...standing, covered: 50n }, bounds, { atLeast: 41n, atMost: 100n }, now + 1000);
    expect(more).toMatchObject({ short: 'bound', standing: { signed: 40n } });
  });
});

describe('the signer', () => {
  function desk() {
    const folder = mkdtempSync(join(tmpdir(), 'dtok-signer-'));
    folders.push(folder);
    const book = openBook(folder);
    const who = book.address;
    const config = {
      payer: who,
      payerAuthorizer: who,
      receiver: who,
      receiverAuthorizer: who,
      token: who,
      withdrawDelay: 900,
      salt: channel,
    };
    const place = { server: '', stream: 'main', domain, config, token: { symbol: 'DAI', decimals: 18 } };
    const own = channelId(config, domain);
    const bounds = { perSecond: 1n, burst: 1000n, total: 1000n };
    const refusals: string[] = [];
    const open = (on = book) =>
      createSigner({ book: on, place, bounds: () => bounds, now: () => now, onRefusal: (why) => refusals.push(why) });
    const key = randomKey();
    const signer = addressOf(key);
    book.act(() => book.addLinks([{ signer, limit: 500n, label: 'x', expiresAt: null, once: false }]));
    const shown = (amount: bigint, by = key) => ({
      signer,
      amount: `${amount}`,
      signature: voucher(passId(own, signer, domain), amount, by),
    });
    const ask = (atLeast: bigint, vouchers: object[], change = {}) =>
      open()({ channel: own, atLeast: `${atLeast}`, atMost: '9999', vouchers, ...change });
    return { folder, book, own, shown, ask, refusals, signer, open };
  }

  it('signs what vouchers cover, and keeps it before it says so', () => {
    const { folder, own, shown, ask, book } = desk();
    const answer = ask(10n, [shown(60n)]);
    expect(answer).toMatchObject({ ok: true, total: '60', short: null });
    if (!answer.ok || !answer.signature) throw new Error('not signed');
    expect(recover(voucherDigest(own, 60n, domain), answer.signature)).toBe(book.address);
    const again = openBook(folder);
    expect(again.standing(0n)).toMatchObject({ signed: 60n, covered: 60n });
    again.close();
    expect(ask(10n, [])).toEqual(answer);
    expect(ask(61n, [shown(60n)])).toMatchObject({ total: '60', short: 'evidence' });
  });

  it('keeps and signs nothing of a request with a lie in it', () => {
    const { shown, ask, book, refusals } = desk();
    const stranger = { ...shown(10n), signer: addressOf(randomKey()) };
    for (const lie of [shown(70n, randomKey()), shown(501n), stranger, { ...shown(60n), amount: '61' }]) {
      expect(ask(10n, [shown(50n), lie])).toMatchObject({ ok: false });
    }
    expect(refusals).toHaveLength(4);
    expect(book.standing(0n)).toMatchObject({ signed: 0n, covered: 0n });
    expect(ask(10n, [shown(50n)], { channel })).toMatchObject({ ok: false });
    expect(ask(10n, [{ signer: 'x' }])).toMatchObject({ ok: false });
    expect(ask(10n, [shown(50n)])).toMatchObject({ ok: true, total: '50' });
  });

  it('counts a voucher once, however often and in however many processes it is shown', () => {
    const { shown, ask, folder, open, own } = desk();
    expect(ask(1n, [shown(50n), shown(50n), shown(40n)])).toMatchObject({ total: '50' });
    const second = openBook(folder);
    const other = open(second);
    const asked = { channel: own, atLeast: '1', atMost: '9999', vouchers: [shown(50n), shown(70n)] };
    expect(other(asked)).toMatchObject({ total: '70' });
    expect(ask(1n, [shown(50n), shown(70n)])).toMatchObject({ total: '70' });
    second.close();
  });

  it('counts nothing more of a link that it revoked, and says so', () => {
    const { shown, ask, book, signer } = desk();
    ask(1n, [shown(50n)]);
    book.revoke(signer, now);
    expect(ask(60n, [shown(60n)])).toMatchObject({ ok: true, total: '50', short: 'evidence', ignored: [signer] });
    expect(ask(50n, [])).toMatchObject({ ok: true, total: '50', short: null });
  });
});

describe('an audit', () => {
  /** Two links of a sponsor as an honest server reports them. */
  function honest() {
    const links = [issue({ counted: 60n }), issue({ counted: 30n })];
    const account: SponsorAccount = {
      channel: {
        id: channel,
        config: {
          payer: channel.slice(0, 42) as Hex,
          payerAuthorizer: channel.slice(0, 42) as Hex,
          receiver: channel.slice(0, 42) as Hex,
          receiverAuthorizer: channel.slice(0, 42) as Hex,
          token: channel.slice(0, 42) as Hex,
          withdrawDelay: 900,
          salt: channel,
        },
        balance: '1000',
        authorized: '90',
        signature: null,
        spent: '70',
        claimed: '70',
      },
      total: 2,
      links: links.map(({ link, shown }, i) => ({
        id: passId(channel, link.signer, domain),
        kind: 'pass' as const,
        limit: '100',
        authorized: `${link.counted}`,
        spent: i === 0 ? '50' : '20',
        signature: shown(link.counted).signature,
        signer: link.signer,
        label: '',
        createdAt: 1,
        expiresAt: null,
        revokedAt: null,
        state: 'open' as const,
      })),
    };
    const issued = links.map(({ link }) => link);
    const run = (claimed = 70n, at = now) =>
      audit({ account, issued, domain, channel, claimed, now: at }).findings.map(({ what }) => what);
    const [first] = account.links;
    const [mine] = issued;
    if (!first || !mine) throw new Error('no links');
    return { account, issued, first, mine, run, links };
  }

  it('finds nothing with an honest server', () => {
    const { account, issued, run } = honest();
    expect(run()).toEqual([]);
    expect(audit({ account, issued, domain, channel, claimed: 70n, now })).toMatchObject({
      vouchers: 90n,
      linkSpent: 70n,
      spent: 70n,
    });
  });

  const plants: [string, (h: ReturnType<typeof honest>) => void, string][] = [
    ['a charge above what was signed', (h) => (h.first.spent = '61'), 'was charged more than its holder signed'],
    ['an invented voucher', (h) => (h.first.authorized = '61'), 'its voucher is not signed by its key'],
    ['a missing voucher', (h) => (h.first.signature = null), 'its voucher is not signed by its key'],
    ['a link above its limit', (h) => (h.mine.limit = 49n), 'is above its limit'],
    ['a link that nobody made', (h) => h.issued.shift(), 'is not a link of this sponsor'],
    ['a link told twice', (h) => h.account.links.push(h.first), 'is not a link of this sponsor'],
    [
      'a charge after the end',
      (h) => Object.assign(h.mine, { revokedAt: 5, finalSpent: 49n }),
      'was charged after it was revoked',
    ],
    [
      'a charge after its time',
      (h) => Object.assign(h.mine, { expiresAt: 5, counted: 49n }),
      'was charged after it expired',
    ],
    ['a charge of nobody', (h) => (h.account.channel.spent = '71'), 'was charged more than its links spent'],
    [
      'a charge beyond all vouchers',
      (h) => (h.account.channel.spent = '91'),
      'was charged more than the vouchers of its links cover',
    ],
    ['another channel', (h) => (h.account.channel.id = `0x${'cd'.repeat(32)}`), 'is not the channel of this sponsor'],
  ];
  it.each(plants)('finds %s', (_, plant, said) => {
    const planted = honest();
    plant(planted);
    expect(planted.run()).toContain(said);
  });

  it('finds a claim above what was charged', () => {
    expect(honest().run(71n)).toEqual(['was claimed from more than was charged']);
  });
});

describe('lists of links', () => {
  it('are read and written as spreadsheets do', () => {
    const rows = [
      ['label', 'limit'],
      ['Zoë, "the first"', '1'],
      ['two\nlines', '2'],
    ];
    expect(readCsv(writeCsv(rows))).toEqual(rows);
    expect(readCsv('label\r\na\n\nb')).toEqual([['label'], ['a'], ['b']]);
    expect(readCsv('label,limit\na,')).toEqual([
      ['label', 'limit'],
      ['a', ''],
    ]);
    expect(writeCsv([['=1+1']])).toBe(`"'=1+1"\r\n`);
    expect(() => readCsv('a "b" c')).toThrow('The CSV is not right near');
  });

  it('take what is not said from the command', () => {
    const read = { amount: BigInt, expiry: (text: string) => readExpiry(text, now) };
    const base = { label: '', limit: 7n, expiresAt: null };
    expect(wishesOfCsv('Label,Expires,Limit\na,90m,\nb,,3\n', base, read)).toEqual([
      { label: 'a', limit: 7n, expiresAt: now + 5_400_000 },
      { label: 'b', limit: 3n, expiresAt: null },
    ]);
    expect(() => wishesOfCsv('name\na', base, read)).toThrow('heading');
    expect(() => readExpiry('yesterday', now)).toThrow('no time to come');
    expect(() => readExpiry('1970-01-01', now)).toThrow('no time to come');
    expect(() => newLinks([{ label: ' ', limit: 1n, expiresAt: null }], true)).toThrow('names the person');
    expect(newLinks([{ label: ' a\tb ', limit: 1n, expiresAt: null }], true)[0]?.label).toBe('a b');
  });
});
