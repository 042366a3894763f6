// The gate over real HTTP: who gets a key, what it costs, what a refusal says; previews, prices, repeats, limits.
import { createServer, type Server } from 'node:http';
import { decodePaymentRequiredHeader } from '@x402/core/http';
import { afterEach, expect, it } from 'vitest';
import { openFeed } from '../../src/feed/index.js';
import { paymentRequired } from '../../src/payments/x402/requirements.js';
import { createKeyAnswers } from '../../src/stream/gate/answers.js';
import { createGate } from '../../src/stream/gate/gate.js';
import { createKeyPath } from '../../src/stream/gate/http.js';
import { createSessions } from '../../src/stream/gate/sessions.js';
import { costOf, openKeys } from '../../src/stream/keys.js';
import { openStreams } from '../../src/stream/streams.js';
import { addChannel, freshLedger, silent, voucher } from '../support/payments.js';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const asset = '0x00000000000000000000000000000000000000aa';
const terms = { receiver: asset, receiverAuthorizer: asset, token: asset, withdrawDelay: 900 } as const;
const token = { address: asset, name: 'Test Dai', version: '1' } as const;
const offer = { chainId: 31337, terms, token, transferMethods: ['eip3009'], gaslessAllowance: false } as const;

async function house(previewMs = 0) {
  let clock = 1_000_000;
  const now = () => clock;
  const { store, ledger } = await freshLedger();
  const feed = await openFeed({ store, log: silent });
  const defaults = {
    title: '',
    price: 5n,
    previewMs,
    keyPeriodMs: 2000,
    minTip: 1n,
    mediaBase: '',
    discord: '',
    telegram: '',
    startsAt: null,
  };
  const streams = await openStreams({ store, feed, defaults, now });
  await streams.create('show', {});
  const master = Buffer.alloc(32, 1);
  const keys = await openKeys({ store, streams, master, now });
  const sessions = createSessions({ now, onEnd: ledger.forget });
  const gate = createGate({ streams, keys, sessions, cashier: ledger, now });
  const keyPath = createKeyPath(
    createKeyAnswers({
      gate,
      paymentRequired: (url, amount) => paymentRequired(offer, url, amount),
      pay: () => Promise.reject(new Error('nobody pays here by the request')),
      onAnswer: () => {},
      onError: (error) => {
        throw error;
      },
    }),
  );
  const server: Server = createServer((req, res) => {
    if (!keyPath(req, res)) res.writeHead(418).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    sessions.stop();
    server.close();
  });
  const address = server.address();
  const base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const ask = (n: number | string, session?: string) =>
    fetch(`${base}/keys/show/${n}`, session ? { headers: { authorization: `Bearer ${session}` } } : {});
  return { ledger, streams, keys, sessions, store, master, ask, base, tick: (ms: number) => (clock += ms), now };
}

it('answers 16 bytes to who has signed for it, the same ones again for nothing', async () => {
  const { ledger, keys, sessions, ask } = await house();
  const n = await keys.open('show', 2000);
  const viewer = await addChannel(ledger, 100n);
  const session = sessions.open('show', viewer.signer);
  const refused = await ask(n, session);
  expect(refused.status).toBe(402);
  expect(await refused.json()).toMatchObject({ code: 'voucher_needed', facts: { purse: viewer.id, needed: '10' } });
  await ledger.acceptVoucher(viewer.id, 40n, voucher(viewer.id, 40n, viewer.key));
  for (let again = 0; again < 3; again++) {
    const answer = await ask(n, session);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('dtok-charged')).toBe('10');
    expect(answer.headers.get('dtok-spent')).toBe('10');
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(keys.bytes('show', n));
  }
  // Another tab of the same purse.
  expect((await ask(n, sessions.open('show', viewer.signer))).status).toBe(200);
  expect(ledger.purse(viewer.id)?.spent).toBe(10n);
});

it('says in x402 what a channel must look like', async () => {
  const { keys, sessions, ledger, ask } = await house();
  const n = await keys.open('show', 2000);
  const { signer } = await addChannel(ledger, 0n);
  const refused = await ask(n, sessions.open('show', signer));
  expect(await refused.json()).toMatchObject({ code: 'out_of_credit', status: 402 });
  const required = decodePaymentRequiredHeader(refused.headers.get('payment-required') ?? '');
  expect(required).toMatchObject({ x402Version: 2, resource: { url: `/keys/show/${n}` } });
  expect(required.accepts).toEqual([
    expect.objectContaining({ scheme: 'batch-settlement', network: 'eip155:31337', amount: '10', asset, payTo: asset }),
  ]);
});

it('plays the preview free, once for each payer, then asks for money', async () => {
  const { ledger, keys, sessions, ask, store } = await house(5000);
  const viewer = await addChannel(ledger, 100n);
  const session = sessions.open('show', viewer.signer);
  await ledger.warm(viewer.signer);
  const ns = [await keys.open('show', 2000), await keys.open('show', 2000), await keys.open('show', 2000)] as const;
  const answers = await Promise.all([ns[0], ns[1], ns[1]].map((n) => ask(n, session)));
  expect(answers.map((a) => [a.status, a.headers.get('dtok-charged')])).toEqual([
    [200, '0'],
    [200, '0'],
    [200, '0'],
  ]);
  // 1 s is left, the next key is of 2 s.
  expect((await ask(ns[2], session)).status).toBe(402);
  expect(ledger.purse(viewer.id)?.spent).toBe(0n);
  // A reload, and a restart, do not bring it back.
  ledger.forget(viewer.signer);
  await ledger.warm(viewer.signer);
  expect(ledger.previewUsed(viewer.signer, 'show')).toBe(4000);
  expect((await ask(await keys.open('show', 2000), sessions.open('show', viewer.signer))).status).toBe(402);
  expect(await store.db.selectFrom('charges').selectAll().execute()).toHaveLength(2);
});

it('keeps a key’s cost when the price changes, and counts the new price from the next key on', async () => {
  const { ledger, keys, sessions, streams, ask } = await house();
  const viewer = await addChannel(ledger, 1000n);
  await ledger.acceptVoucher(viewer.id, 1000n, voucher(viewer.id, 1000n, viewer.key));
  const session = sessions.open('show', viewer.signer);
  const before = await keys.open('show', 2000);
  await streams.patch('show', { price: 50n });
  const after = await keys.open('show', 1500);
  expect((await ask(before, session)).headers.get('dtok-charged')).toBe('10');
  expect((await ask(after, session)).headers.get('dtok-charged')).toBe('75');
  expect(costOf(3n, 1999)).toBe(5n);
});

it('refuses without a session, for another stream, for keys not there, and asks to slow down', async () => {
  const { ledger, keys, sessions, ask, base } = await house();
  const viewer = await addChannel(ledger, 1000n);
  const n = await keys.open('show', 2000);
  const price = await ask(n);
  expect(await price.json()).toMatchObject({ code: 'payment_needed', status: 402 });
  expect(decodePaymentRequiredHeader(price.headers.get('payment-required') ?? '').accepts[0]?.amount).toBe('10');
  expect((await ask(0)).status).toBe(402);
  expect((await ask(n + 1)).status).toBe(404);
  expect((await ask(n, 'nonsense')).status).toBe(401);
  expect((await ask(n, sessions.open('elsewhere', viewer.signer))).status).toBe(401);
  const session = sessions.open('show', viewer.signer);
  expect((await ask(n + 1, session)).status).toBe(404);
  expect((await ask('12x', session)).status).toBe(418);
  expect((await fetch(`${base}/keys/show/${n}`, { method: 'POST' })).status).toBe(405);
  const statuses = await Promise.all([...Array(60)].map(async () => (await ask(n, session)).status));
  expect(statuses).toContain(429);
});

it('numbers keys on and derives the same bytes after a restart, and other bytes for other streams and numbers', async () => {
  const { keys, streams, store, master, now } = await house();
  const first = await keys.open('show', 2000);
  const again = await openKeys({ store, streams, master, now });
  expect(await again.open('show', 2000)).toBe(first + 1);
  expect(again.period('show', first)).toEqual(keys.period('show', first));
  expect(again.bytes('show', first)).toEqual(keys.bytes('show', first));
  const different = [keys.bytes('show', first), keys.bytes('show', first + 1), keys.bytes('other', first)];
  expect(new Set(different.map((b) => b.toString('hex'))).size).toBe(3);
});

it('counts as watching who got a key lately, once for all of its tabs', async () => {
  const { ledger, keys, sessions, ask, tick } = await house(60_000);
  const n = await keys.open('show', 2000);
  const { signer } = await addChannel(ledger, 0n);
  await Promise.all([ask(n, sessions.open('show', signer)), ask(n, sessions.open('show', signer))]);
  expect(sessions.watching('show', 8000)).toBe(1);
  tick(9000);
  expect(sessions.watching('show', 8000)).toBe(0);
});
