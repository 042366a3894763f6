// A process to be killed: the store, ledger, gate, tips and feed behind the real key path and two JSON calls.
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { openFeed } from '../../src/feed/index.js';
import { openLedger } from '../../src/payments/ledger.js';
import { createTips } from '../../src/payments/tips.js';
import { openStore } from '../../src/store/index.js';
import { createKeyAnswers } from '../../src/stream/gate/answers.js';
import { createGate } from '../../src/stream/gate/gate.js';
import { createKeyPath } from '../../src/stream/gate/http.js';
import { createSessions } from '../../src/stream/gate/sessions.js';
import { openKeys } from '../../src/stream/keys.js';
import { openStreams } from '../../src/stream/streams.js';
import { Problem } from '../../src/vocabulary/problems.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { domain, silent, voucher } from './payments.js';

const [path = '', sponsorKey = ''] = process.argv.slice(2);
const now = Date.now;
const store = await openStore({ path });
const feed = await openFeed({ store, log: silent });
const ledger = await openLedger({
  store,
  domain,
  extendSponsor: async (channel, total) => {
    const amount = total + 50n;
    await ledger.acceptVoucher(channel, amount, voucher(channel, amount, sponsorKey as Hex));
  },
});
const defaults = {
  title: '',
  price: 1n,
  previewMs: 0,
  keyPeriodMs: 2000,
  minTip: 1n,
  mediaBase: '',
  discord: '',
  telegram: '',
  startsAt: null,
};
const streams = await openStreams({ store, feed, defaults, now });
const keys = await openKeys({ store, streams, master: Buffer.alloc(32, 7), now });
const sessions = createSessions({ now, onEnd: ledger.forget });
const gate = createGate({ streams, keys, sessions, cashier: ledger, now });
const tips = createTips({ store, ledger, feed, minimum: () => 1n });
const keyPath = createKeyPath(
  createKeyAnswers({
    ...{ gate, paymentRequired: () => '', pay: () => Promise.reject(new Error('sessions only')) },
    ...{ onAnswer: () => {}, onError: console.error },
  }),
);

type Call = { do: string; payer: Hex; purse: Hex; amount: string; signature: Hex; id: string };

async function act(call: Call): Promise<unknown> {
  if (call.do === 'session') {
    await ledger.warm(call.payer);
    return { token: sessions.open('main', call.payer) };
  }
  if (call.do === 'voucher') {
    const purse = await ledger.acceptVoucher(call.purse, BigInt(call.amount), call.signature);
    return { authorized: `${purse.authorized}` };
  }
  if (call.do === 'key-period') return { n: await keys.open('main', 2000) };
  const { payer, id, amount } = call;
  return { n: (await tips.tip({ payer, stream: 'main', id, amount: BigInt(amount), name: 'a', message: 'b' })).n };
}

const server = createServer((req, res) => {
  if (keyPath(req, res)) return;
  json(req)
    .then((call) => act(call as Call))
    .then((answer) => res.end(JSON.stringify(answer)))
    .catch((error) => {
      res.statusCode = error instanceof Problem ? error.status : 500;
      res.end(JSON.stringify(error instanceof Problem ? error.body() : { detail: String(error) }));
    });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
