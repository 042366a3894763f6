// One of the servers that hand out keys in `npm run bench gate`, in a process of its own: the gate as built, bare Node, or Express.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import express from 'express';
import { pino } from 'pino';
import { openFeed } from '../../dist/server/feed/index.js';
import { listen } from '../../dist/server/http/server.js';
import { createMetrics } from '../../dist/server/metrics.js';
import { openLedger } from '../../dist/server/payments/ledger.js';
import { channelToRow } from '../../dist/server/payments/rows.js';
import { randomKey } from '../../dist/server/payments/typed-data.js';
import { openStore } from '../../dist/server/store/index.js';
import { createKeyAnswers } from '../../dist/server/stream/gate/answers.js';
import { createKeyDoor } from '../../dist/server/stream/gate/door.js';
import { createGate } from '../../dist/server/stream/gate/gate.js';
import { createKeyPath } from '../../dist/server/stream/gate/http.js';
import { createSessions } from '../../dist/server/stream/gate/sessions.js';
import { openKeys } from '../../dist/server/stream/keys.js';
import { openStreams } from '../../dist/server/stream/streams.js';

const [kind = '', folder = '', count = '0'] = process.argv.slice(2);
const keysOpened = 64;
const domain = { chainId: 31337, contract: '0x4020074e9df2ce1dee5a9c1b5c3f541d02a10003' };
const credit = 2n ** 100n;
const blank = {
  label: '',
  createdAt: 1,
  limit: credit,
  authorized: credit,
  spent: 0n,
  signature: null,
  closing: false,
};
const log = pino({ level: 'warn' });
const tell = (reply) => void process.send?.(reply);
const writeTokens = (tokens) => writeFileSync(join(folder, 'tokens'), tokens.join('\n'));
const address = () => randomKey().slice(0, 42);

/** The smallest that tells who may have a key: a look-up in a map. */
function simple() {
  const tokens = Array.from({ length: Number(count) }, () => randomKey().slice(2));
  writeTokens(tokens);
  const known = new Map(tokens.map((token) => [`Bearer ${token}`, token]));
  const key = Buffer.alloc(16, 7);
  const headers = { 'content-type': 'application/octet-stream', 'content-length': 16, 'cache-control': 'no-store' };
  const app = express();
  app.disable('x-powered-by');
  app.get('/keys/:stream/:n', (req, res) => {
    if (known.has(req.headers.authorization ?? '')) res.set(headers).send(key);
    else res.sendStatus(401);
  });
  const bare = (req, res) => {
    if (!known.has(req.headers.authorization ?? '')) res.writeHead(401).end();
    // nginx keeps the connection to whom it asks only where the answer has no body.
    else if (req.url?.startsWith('/ask')) res.writeHead(204).end();
    else res.writeHead(200, headers).end(key);
  };
  const server = createServer(kind === 'express' ? app : bare);
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => tell({ port: server.address().port }));
}

/** Watch links of one sponsor that has signed for all of it, each with a session. */
async function gateOf() {
  const store = await openStore({ path: join(folder, 'dtok.sqlite') });
  const ledger = await openLedger({ store, domain, extendSponsor: async () => {} });
  const now = Date.now;
  const defaults = { title: '', price: 5n, previewMs: 0, keyPeriodMs: 2000, minTip: 1n, mediaBase: '' };
  const streams = await openStreams({ store, feed: await openFeed({ store, log }), defaults, now });
  await streams.create('show', {});
  const keys = await openKeys({ store, streams, master: Buffer.alloc(32, 1), now });
  const sessions = createSessions({ now, onEnd: ledger.forget });
  const gate = createGate({ streams, keys, sessions, cashier: ledger, now });

  const channel = randomKey();
  const payer = address();
  const config = {
    ...{ payer, payerAuthorizer: payer, receiver: payer, receiverAuthorizer: payer, token: payer },
    ...{ withdrawDelay: 900, salt: channel },
  };
  const row = channelToRow({ id: channel, config, balance: credit, claimed: 0n, withdrawing: 0n, withdrawAt: 0 }, 1);
  const sponsor = { ...blank, id: channel, kind: 'channel', signer: payer, channel, stream: null };
  const links = Array.from({ length: Number(count) }, () => {
    return { ...blank, id: randomKey(), kind: 'pass', signer: address(), channel, stream: 'show' };
  });
  await ledger.add([sponsor, ...links], (trx) =>
    trx
      .insertInto('channels')
      .values(row)
      .execute()
      .then(() => {}),
  );
  for (const { signer } of links) await ledger.warm(signer);
  const tokens = links.map(({ signer }) => sessions.open('show', signer));
  writeTokens(tokens);

  const metrics = createMetrics(() => ({ viewers: {}, overlays: 0, live: {} }));
  const answer = createKeyAnswers({
    gate,
    paymentRequired: () => '',
    pay: () => Promise.reject(new Error('nobody pays here by the request')),
    onAnswer: metrics.key,
    onError: (error) => log.error({ err: error }),
    // All of it comes from one address.
    perAddress: 1_000_000,
  });
  const keyPath = createKeyPath(answer);
  // To nginx's `auth_request` a key is a yes without a body.
  const asked = (req, res) => {
    const [, n] = /^\/ask\/keys\/show\/(\d+)$/.exec(req.url ?? '') ?? [];
    if (n === undefined) return keyPath(req, res);
    const token = req.headers.authorization?.slice(7);
    gate.key(token, 'show', Number(n)).then(
      () => res.writeHead(204).end(),
      () => res.writeHead(403).end(),
    );
    return true;
  };
  const server = await listen({
    ...{ host: '127.0.0.1', port: 0, app: express() },
    ...{ door: createKeyDoor(answer), keyPath: asked },
  });

  const answers = {
    async keys() {
      const first = await keys.open('show', 2000);
      for (let i = 1; i < keysOpened; i++) await keys.open('show', 2000);
      return { first };
    },
    /** A key that everybody has. */
    async had() {
      const first = await keys.open('show', 2000);
      await Promise.all(tokens.map((token) => gate.key(token, 'show', first)));
      return { first };
    },
    async charged() {
      const { n } = await store.db
        .selectFrom('charges')
        .select(({ fn }) => fn.countAll().as('n'))
        .executeTakeFirstOrThrow();
      return { charged: n };
    },
  };
  process.on('message', (ask) => void answers[ask]().then(tell));
  tell({ port: server.address().port });
}

process.once('disconnect', () => process.exit());
if (kind === 'gate') await gateOf();
else simple();
