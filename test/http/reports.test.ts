// What was earned: summed by stream, day (UTC) and payer, with what of it is claimed; as JSON and as CSV.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportCsv } from '../../src/http/report-handlers.js';
import { openLedger } from '../../src/payments/ledger.js';
import { createLinks } from '../../src/payments/links.js';
import { type ReportLine, report, sumOf } from '../../src/payments/reports.js';
import { addressOf, randomKey } from '../../src/payments/typed-data.js';
import { readCsv } from '../../src/sponsor/wishes.js';
import { openStore, type Store } from '../../src/store/index.js';
import type { Report } from '../../src/vocabulary/books.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { addChannel, addStream, domain } from '../support/payments.js';
import { type House, openHouse, refusal } from './house.js';

const utc = (text: string): number => Date.parse(`${text}Z`);

describe('sums', () => {
  const person = addressOf(randomKey());
  let store: Store;
  let own: Hex;

  beforeAll(async () => {
    store = await openStore({ path: ':memory:' });
    await addStream(store);
    await addStream(store, 'late');
    const ledger = await openLedger({ store, domain, extendSponsor: async () => {} });
    const sponsor = await addChannel(ledger, 1000n);
    own = (await addChannel(ledger, 1000n)).id;
    const links = createLinks({ store, ledger, domain, now: () => 5 });
    const [link] = await links.make('main', sponsor.id, [{ signer: person, limit: 500n, label: 'Zoë' }]);
    const charge = (
      purse: Hex | null,
      stream: string,
      kind: 'watch' | 'tip' | 'preview',
      amount: number,
      at: string,
    ) => ({
      ...{ payer: purse === own ? addressOf(own) : person, reason: `${at} ${kind} ${amount}` },
      ...{ purse, stream, kind, amount: `${amount}`, duration_ms: kind === 'tip' ? 0 : 2000, at: utc(at) },
    });
    const id = link?.id as Hex;
    const rows = [
      charge(null, 'main', 'preview', 0, '2026-11-01T23:59:58'),
      charge(id, 'main', 'watch', 10, '2026-11-01T23:59:59.999'),
      charge(id, 'main', 'watch', 20, '2026-11-02T00:00:00'),
      charge(own, 'late', 'tip', 400, '2026-11-02T12:00:00'),
      charge(id, 'late', 'tip', 50, '2026-11-04T00:00:00'),
      charge(own, 'main', 'watch', 7, '2026-11-04T00:00:01'),
    ];
    await store.db.insertInto('charges').values(rows).execute();
    await store.db.updateTable('channels').set({ claimed: '25' }).where('id', '=', sponsor.id).execute();
    await store.db.updateTable('channels').set({ claimed: '400' }).where('id', '=', own).execute();
  });
  afterAll(() => store.close());

  const short = (lines: readonly ReportLine[]) =>
    lines.map(({ of, label, watched, tipped, claimed }) => [of, label, ...[watched, tipped, claimed].map(Number)]);

  it('by day are of UTC’s days, in order, and leave out days with nothing', async () => {
    expect(short(await report(store.db, { by: 'day' }))).toEqual([
      ['2026-11-01', '', 10, 0, 10],
      ['2026-11-02', '', 20, 400, 15 + 400],
      ['2026-11-04', '', 7, 50, 0],
    ]);
  });

  it('begin with the first day and end before the last, while claims still pay the oldest charges first', async () => {
    const [from, to] = [utc('2026-11-02'), utc('2026-11-04')];
    expect(short(await report(store.db, { by: 'day', from, to }))).toEqual([['2026-11-02', '', 20, 400, 415]]);
    expect(await report(store.db, { by: 'day', from: to, to: from })).toEqual([]);
  });

  it('by stream and by payer have who brought most first, with titles and what their links are for', async () => {
    expect(short(await report(store.db, { by: 'stream' }))).toEqual([
      ['late', 'late', 0, 450, 400],
      ['main', 'main', 37, 0, 25],
    ]);
    const payers = await report(store.db, { by: 'payer' });
    expect(short(payers)).toEqual([
      [addressOf(own), '', 7, 400, 400],
      [person, 'Zoë', 30, 50, 25],
    ]);
    expect(payers[1]).toMatchObject({ paidMs: 4000, freeMs: 2000, tips: 1 });
    expect(sumOf(payers)).toEqual({ watched: 37n, tipped: 450n, claimed: 425n, paidMs: 6000, freeMs: 2000, tips: 2 });
  });
});

it('a CSV has amounts for people and for programs, and no cell that a spreadsheet would run', () => {
  const token = { symbol: '=T', decimals: 6 } as Parameters<typeof reportCsv>[2];
  const labels = ['=1+1', '+1', '-1', '@SUM(A1)', ' =1', '＝1', 'a,"b"\nc', 'عمر', 'a=b'];
  const line = { watched: 1_500_000n, tipped: 10n ** 30n, claimed: 1n, paidMs: 4500, freeMs: 0, tips: 2 };
  const text = reportCsv(
    labels.map((label, i) => ({ ...line, of: `0x${i}`, label })),
    'payer',
    token,
  );
  expect(text.endsWith('\r\n')).toBe(true);
  const [heading, first, ...rest] = readCsv(text);
  expect(heading?.slice(0, 7)).toEqual([
    'payer',
    'label',
    'watched =T',
    'tipped =T',
    'total =T',
    'claimed =T',
    'seconds paid',
  ]);
  expect(first).toEqual([
    ...['0x0', "'=1+1", '1.5', `1${'0'.repeat(24)}`, `1${'0'.repeat(23)}1.5`, '0.000001', '4.5', '0', '2'],
    ...['1500000', `${10n ** 30n}`, `${10n ** 30n + 1_500_000n}`, '1'],
  ]);
  const written = rest.map(([, label]) => label);
  expect(written).toEqual(["'+1", "'-1", "'@SUM(A1)", "' =1", "'＝1", 'a,"b"\nc', 'عمر', 'a=b']);
});

describe('the route', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse();
    const viewer = await house.viewer(1000n);
    const tip = { id: 'tip-reported', amount: '700', name: '', message: '' };
    expect((await house.call('POST', '/api/tips', { body: tip, token: viewer.session })).status).toBe(200);
  });
  afterAll(() => house.stop());

  const ask = (query: string, headers: Record<string, string> = {}) =>
    house.call('GET', `/api/host/report?${query}`, { token: house.hostToken, headers });
  const asJson = async (query: string) => (await (await ask(query)).json()) as Report;

  it('is the host’s alone, and says what it does not understand', async () => {
    await refusal(await house.call('GET', '/api/host/report'), 401, 'host_token_needed');
    for (const query of ['by=host', 'from=yesterday', 'to=2026-13-01', 'limit=0', 'limit=1001', 'format=xls']) {
      const { detail } = await refusal(await ask(query), 400, 'bad_request');
      expect(detail).toContain(`${query.split('=')[0]}: `);
    }
  });

  it('answers JSON, or CSV to whoever asks for it by header or by format, which goes first', async () => {
    const kind = async (query: string, accept?: string) =>
      (await ask(query, accept ? { accept } : {})).headers.get('content-type');
    expect(await kind('by=day')).toBe('application/json; charset=utf-8');
    expect(await kind('by=day', '*/*')).toBe('application/json; charset=utf-8');
    expect(await kind('by=day', 'text/csv')).toBe('text/csv; charset=utf-8');
    expect(await kind('by=day&format=json', 'text/csv')).toBe('application/json; charset=utf-8');
    const file = await ask('by=payer&format=csv&from=2026-11-01&to=2027-01-01');
    expect(file.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(file.headers.get('content-disposition')).toContain('earned-by-payer-from-2026-11-01-to-2026-12-31.csv');
    expect(file.headers.get('cache-control')).toBe('no-store');
    // No other route takes part in this.
    expect(
      (await house.call('GET', '/api/streams', { headers: { accept: 'text/csv' } })).headers.get('content-type'),
    ).toBe('application/json; charset=utf-8');
  });

  it('tells what is claimed once it is, and sums all lines beyond those that it shows', async () => {
    const before = await asJson('by=payer');
    expect(before.total).toMatchObject({ watched: '0', tipped: '700', claimed: '0', tips: 1 });
    const second = await house.viewer(1000n);
    const tip = { id: 'tip-of-another', amount: '900', name: '', message: '' };
    await house.call('POST', '/api/tips', { body: tip, token: second.session });
    await house.ask('settle', { body: {} });
    const after = await asJson('by=payer&limit=1');
    expect(after.lines.map(({ of }) => of)).toEqual([second.signer]);
    expect(after).toMatchObject({ count: 2, total: { tipped: '1600', claimed: '1600' } });
    expect(readCsv(await (await ask('by=payer&limit=1&format=csv')).text())).toHaveLength(3);
    expect(await asJson('by=day&to=2026-01-01')).toMatchObject({ lines: [], count: 0, total: { tipped: '0' } });
  });
});
