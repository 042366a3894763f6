// A gate with its ledger behind the real key path and port, for crowds: viewers by the thousand, and a disk that may hang.
import type { AddressInfo } from 'node:net';
import express from 'express';
import { openFeed } from '../../src/feed/index.js';
import { listen } from '../../src/http/server.js';
import { openLedger } from '../../src/payments/ledger.js';
import type { Purse } from '../../src/payments/purse.js';
import { channelToRow } from '../../src/payments/rows.js';
import { openStore, type Store } from '../../src/store/index.js';
import { createKeyAnswers, type KeyAnswersNeeds } from '../../src/stream/gate/answers.js';
import { createKeyDoor } from '../../src/stream/gate/door.js';
import { createGate } from '../../src/stream/gate/gate.js';
import { createKeyPath } from '../../src/stream/gate/http.js';
import { createSessions } from '../../src/stream/gate/sessions.js';
import { openKeys } from '../../src/stream/keys.js';
import { openStreams } from '../../src/stream/streams.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { domain, silent } from '../support/payments.js';

export const keyMs = 2000;
export const cost = 10n;
const credit = 1000n;
const number = (n: number, digits: number): Hex => `0x${n.toString(16).padStart(digits, '0')}`;

export interface Viewer {
  purse: Hex;
  payer: Hex;
  session: string;
}

export type GateHouse = Awaited<ReturnType<typeof openGateHouse>>;

/** `disk.before` is waited for before anything of the ledger is written. */
export async function openGateHouse(
  options: Pick<KeyAnswersNeeds, 'proxies' | 'perAddress'> & { now?: () => number } = {},
) {
  const now = options.now ?? Date.now;
  const store = await openStore({ path: ':memory:' });
  const disk = { before: async () => {} };
  const slow: Store = { ...store, write: (work) => disk.before().then(() => store.write(work)) };
  const ledger = await openLedger({ store: slow, domain, extendSponsor: async () => {}, now });
  const feed = await openFeed({ store, log: silent });
  const defaults = {
    title: '',
    price: 5n,
    previewMs: 0,
    keyPeriodMs: keyMs,
    minTip: 1n,
    mediaBase: '',
    discord: '',
    telegram: '',
    startsAt: null,
  };
  const streams = await openStreams({ store, feed, defaults, now });
  await streams.create('show', {});
  const keys = await openKeys({ store, streams, master: Buffer.alloc(32, 1), now });
  const sessions = createSessions({ now, onEnd: ledger.forget });
  const gate = createGate({ streams, keys, sessions, cashier: ledger, now });
  const answered: number[] = [];
  const answers = createKeyAnswers({
    ...options,
    gate,
    paymentRequired: () => 'terms',
    pay: () => Promise.reject(new Error('nobody pays here by the request')),
    onAnswer: (status) => answered.push(status),
    onError: (error) => {
      throw error;
    },
  });
  const behind = { keyPath: createKeyPath(answers), app: express() };
  const server = await listen({ host: '127.0.0.1', port: 0, door: createKeyDoor(answers), ...behind });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = (n: number): string => `${base}/keys/show/${n}`;

  /** Watch links of one sponsor that signed for all, each with a session. */
  async function crowd(count: number): Promise<Viewer[]> {
    const blank = { label: '', createdAt: 1, spent: 0n, signature: null, closing: false };
    const channel = number(1, 64);
    const owner = number(1, 40);
    const all = credit * BigInt(count);
    const sponsor: Purse = {
      ...{ ...blank, id: channel, kind: 'channel', signer: owner, channel, stream: null },
      ...{ limit: all, authorized: all },
    };
    const links = Array.from({ length: count }, (_, i): Purse => {
      const which = { id: number(i + 2, 64), signer: number(i + 2, 40), channel, stream: 'show' } as const;
      return { ...blank, ...which, kind: 'pass', limit: credit, authorized: credit };
    });
    const config = {
      ...{ payer: owner, payerAuthorizer: owner, receiver: owner, receiverAuthorizer: owner, token: owner },
      ...{ withdrawDelay: 900, salt: channel },
    };
    const row = channelToRow(
      { id: channel, config, balance: all, claimed: 0n, withdrawing: 0n, withdrawAt: 0, asOf: 0 },
      1,
    );
    await ledger.add([sponsor, ...links], async (trx) => {
      await trx.insertInto('channels').values(row).execute();
    });
    return links.map(({ id, signer }) => ({ purse: id, payer: signer, session: sessions.open('show', signer) }));
  }

  return {
    ...{ store, ledger, keys, sessions, gate, answers, server, disk, base, url, answered, crowd },
    sponsor: () => ledger.purse(number(1, 64)),
    ask: (n: number, session: string, headers: Record<string, string> = {}, signal?: AbortSignal) =>
      fetch(url(n), { headers: { authorization: `Bearer ${session}`, ...headers }, ...(signal && { signal }) }),
    charges: () => store.db.selectFrom('charges').selectAll().execute(),
    async close(): Promise<void> {
      sessions.stop();
      server.closeAllConnections();
      server.close();
      await store.close();
    },
  };
}
