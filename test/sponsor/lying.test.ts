// A server that lies: the sponsor's process is asked to sign for what no link holder signed, and does not.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Server, type Socket } from 'socket.io';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  addressOf,
  channelId,
  type Domain,
  passId,
  randomKey,
  recover,
  sign,
  voucherDigest,
} from '../../src/payments/typed-data.js';
import { openBook } from '../../src/sponsor/book.js';
import { type ServerToSponsor, type SponsorToServer, sponsorSocketPath } from '../../src/vocabulary/sponsor.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { removeFolder, temporaryFolder } from '../support/dtok.js';
import { type SponsorProcess, startSponsor } from '../support/sponsor.js';

const nobody = `0x${'aa'.repeat(20)}` as Hex;
const domain: Domain = { chainId: 31337, contract: `0x${'40'.repeat(20)}` };
const data = temporaryFolder('lied-to');
const key = randomKey();
const link = addressOf(key);
let http: ReturnType<typeof createServer>;
let io: Server<SponsorToServer, ServerToSponsor>;
let line: Socket<SponsorToServer, ServerToSponsor>;
let proofs: { channel: Hex; signature: Hex }[] = [];
let sponsor: SponsorProcess;
let channel: Hex;
let base: string;

/** One base unit. */
const slow = ['--per-second', '0.000000000000000001'];
const token = { address: nobody, symbol: 'DAI', decimals: 18, name: 'Dai', version: '1' };
const terms = {
  network: 'eip155:31337',
  chainId: 31337,
  contract: domain.contract,
  depositCollector: nobody,
  payTo: nobody,
  receiverAuthorizer: nobody,
  withdrawDelay: 900,
  token,
  payToName: null,
  gasless: true,
  names: false,
  faucet: true,
};
const info = () => ({
  id: 'main',
  title: '',
  host: '',
  price: '1',
  previewMs: 0,
  keyPeriodMs: 2000,
  gate: 'keys',
  dvrMs: 0,
  minTip: '1',
  state: 'live',
  viewers: 0,
  media: [],
  mediaKey: '',
  cams: [],
  communities: [],
  startsAt: null,
  lastEvent: 0,
  terms,
  serverTime: Date.now(),
});
const purse = () => ({
  id: channel ?? `0x${'00'.repeat(32)}`,
  kind: 'channel',
  limit: '1',
  authorized: '0',
  spent: '0',
});
const says: Record<string, () => unknown> = {
  'GET /api/streams/main': info,
  'POST /api/faucet': () => ({ amount: `${10n ** 18n}`, transaction: '0x' }),
  'POST /api/channels': () => ({ purse: purse(), transaction: '0x' }),
};

beforeAll(async () => {
  http = createServer((req, res) => {
    const answer = says[`${req.method} ${req.url}`];
    req.resume().on('end', () => res.writeHead(answer ? 200 : 404).end(JSON.stringify(answer?.() ?? {})));
  });
  io = new Server(http, { path: sponsorSocketPath });
  io.on('connection', (socket) => {
    line = socket;
    socket.on('signFor', (proof, reply) => {
      proofs = [...proofs, proof as { channel: Hex; signature: Hex }];
      reply({ ok: true });
    });
    socket.emit('challenge', `0x${'77'.repeat(32)}`);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const book = openBook(data);
  book.act(() => book.addLinks([{ signer: link, limit: 1000n, label: '', expiresAt: null, once: false }]));
  book.registered(link);
  const { payTo: receiver, receiverAuthorizer, withdrawDelay } = terms;
  book.close();
  sponsor = await startSponsor(data, '--server', base, '--stream', 'main', '--fund', '1', ...slow);
  const place = openBook(data);
  const config = place.place()?.config;
  place.close();
  if (!config) throw new Error('no channel');
  expect(config).toMatchObject({ receiver, receiverAuthorizer, withdrawDelay });
  channel = channelId(config, domain);
});

afterAll(async () => {
  await sponsor?.kill();
  await io.close();
  removeFolder(data);
});

const shown = (amount: bigint, by = key) => ({
  signer: link,
  amount: `${amount}`,
  signature: sign(voucherDigest(passId(channel, link, domain), amount, domain), by),
});
const ask = (atLeast: bigint, vouchers: object[], of = channel) =>
  line.timeout(5000).emitWithAck('sign', {
    channel: of,
    atLeast: `${atLeast}`,
    atMost: `${10n ** 18n}`,
    vouchers: vouchers as ReturnType<typeof shown>[],
  });

it('signs for what its links’ holders signed, and for nothing else', async () => {
  expect(proofs).toHaveLength(1);
  expect(await ask(1n, [])).toMatchObject({ ok: true, total: '0', signature: null, short: 'evidence' });
  for (const lie of [
    shown(500n, randomKey()),
    { ...shown(500n), amount: '501' },
    shown(1001n),
    { ...shown(5n), signer: nobody },
  ]) {
    expect(await ask(1n, [shown(10n), lie])).toMatchObject({ ok: false });
  }
  expect(await ask(1n, [shown(10n)], `0x${'ee'.repeat(32)}`)).toMatchObject({ ok: false });
  expect(await line.timeout(5000).emitWithAck('sign', 'anything' as never)).toMatchObject({ ok: false });
  // Bounded: a minute's worth of one unit a second, and one a second from then on.
  const answer = await ask(30n, [shown(50n)]);
  expect(answer).toMatchObject({ ok: true, total: '50', short: null });
  if (!answer.ok || !answer.signature) throw new Error('not signed');
  const { key: own } = JSON.parse(readFileSync(join(data, 'sponsor-key.json'), 'utf8')) as { key: Hex };
  expect(recover(voucherDigest(channel, 50n, domain), answer.signature)).toBe(addressOf(own));
  const next = await ask(100n, [shown(1000n)]);
  expect(next).toMatchObject({ ok: true, short: 'bound' });
  if (next.ok) expect(BigInt(next.total)).toBeLessThan(75n);
});

it('keeps to what it signed after kill -9, and counts a replayed voucher once', async () => {
  const before = await ask(1n, []);
  if (!before.ok) throw new Error('refused');
  await sponsor.kill();
  sponsor = await startSponsor(data, ...slow);
  expect(proofs).toHaveLength(2);
  const after = await ask(1n, [shown(50n), shown(1000n), shown(50n)]);
  expect(after.ok && BigInt(after.total)).toBeGreaterThanOrEqual(BigInt(before.total));
  expect(after.ok && BigInt(after.total)).toBeLessThan(90n);
});

it('does not go to another channel when the server’s terms change', async () => {
  await sponsor.kill();
  terms.payTo = `0x${'bb'.repeat(20)}`;
  await expect(startSponsor(data)).rejects.toThrow(/other payment terms than before/);
});
