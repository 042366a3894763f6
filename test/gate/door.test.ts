// The door on the socket: what it answers is node:http's answer to the byte, and what it does not know is node:http's own.
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { readKeyRequest } from '../../src/stream/gate/reader.js';
import { cost, type GateHouse, keyMs, openGateHouse, type Viewer } from './house.js';
import { dial, type Line, openSide, requestOf, type Side, talk } from './lines.js';

const start = Date.now();
let ahead = 0;
let house: GateHouse;
let door: Side;
let plain: Side;
/** Whose keys are paid for, and whose session asks too much. */
let viewer: Viewer;
let greedy: Viewer;
let others: Viewer[];
let n = 0;

beforeAll(async () => {
  house = await openGateHouse({ perAddress: 1_000_000, now: () => start + ahead });
  [door, plain] = [await openSide(house, true), await openSide(house, false)];
  [viewer, greedy, ...others] = (await house.crowd(20)) as [Viewer, Viewer, ...Viewer[]];
});

afterAll(async () => {
  for (const { server } of [door, plain]) {
    server.closeAllConnections();
    server.close();
  }
  await house.close();
});

beforeEach(async () => {
  // A session may ask thirty times in a second.
  ahead += 1000;
  await nextKey();
});

const statuses = (heard: string): number[] =>
  [...heard.matchAll(/HTTP\/1.1 (\d+)/g)].map(([, status]) => Number(status));

async function nextKey(): Promise<void> {
  n = await house.keys.open('show', keyMs);
  await house.gate.key(viewer.session, 'show', n);
}

/** Resolves when the gate has been asked. */
async function asks({ socket }: Line, request: string, side = door): Promise<void> {
  const before = side.own();
  socket.write(request);
  await vi.waitFor(() => expect(side.own()).toBe(before + 1), { timeout: 3000 });
}

const bearer = (who: Viewer): string => `Authorization: Bearer ${who.session}`;
const keyLine = (which = n): string => `GET /keys/show/${which}`;
const ofBrowser = [
  ...['Connection: keep-alive', 'sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24"', 'sec-ch-ua-mobile: ?0'],
  ...['User-Agent: Mozilla/5.0 (X11; Linux x86_64)', 'Accept: */*', 'Origin: http://show.test', 'Prefer: wait=0'],
  ...['Accept-Encoding: gzip, deflate, br', 'X-Forwarded-For: 192.0.2.1, 192.0.2.2'],
];

const plainRequests = (): [string, string][] => [
  ['200', requestOf(keyLine(), bearer(viewer))],
  ['200', requestOf(keyLine(), ...ofBrowser, bearer(viewer).replace('Authorization', 'AUTHORIZATION'))],
  ['401', requestOf(keyLine(), 'authorization: Bearer nobody')],
  ['401', requestOf(keyLine(), 'authorization: Basic x')],
  ['402', requestOf(keyLine())],
  ['404', requestOf(keyLine(n + 1), bearer(viewer))],
  ['404', requestOf(keyLine(n + 7), bearer(viewer))],
  ['404', requestOf(`GET /keys/elsewhere/${n}`)],
  ['429', requestOf(keyLine(), bearer(greedy))],
];

/** Which node:http answers, in ways of its own. */
const otherRequests = (): string[] => [
  requestOf('GET /watch/show'),
  requestOf(`HEAD /keys/show/${n}`, bearer(viewer)),
  requestOf(`OPTIONS /keys/show/${n}`),
  `${requestOf(`POST /keys/show/${n}`, 'Content-Length: 5')}12345`,
  `${requestOf('POST /x', 'Transfer-Encoding: chunked')}3\r\nabc\r\n0\r\n\r\n`,
  `${requestOf(keyLine(), bearer(viewer), 'Content-Length: 4')}GET `,
  requestOf(keyLine(), bearer(viewer), 'Content-Length: 0'),
  `${requestOf(keyLine(), bearer(viewer), 'Transfer-Encoding: chunked')}0\r\n\r\n`,
  requestOf(keyLine(), bearer(viewer), 'Connection: close'),
  requestOf(keyLine(), bearer(viewer), 'Expect: 100-continue'),
  requestOf(keyLine(), bearer(viewer), 'Connection: upgrade', 'Upgrade: websocket'),
  requestOf(keyLine(), bearer(viewer), 'Authorization: Bearer other'),
  requestOf(keyLine(), 'Authorization: Bearer other', bearer(viewer)),
  requestOf(`${keyLine()}?again=1`, bearer(viewer)),
  requestOf(keyLine(), bearer(viewer)).replace('HTTP/1.1', 'HTTP/1.0'),
  requestOf(keyLine(), bearer(viewer)).replace('Host: show.test\r\n', ''),
  requestOf(keyLine(), bearer(viewer)).replaceAll('\r\n', '\n'),
  requestOf(keyLine(), 'X-Folded: a\r\n b', bearer(viewer)),
  requestOf(keyLine(), 'Content-Length : 4', bearer(viewer)),
  requestOf(keyLine(), 'X-Byte: \x80', bearer(viewer)),
  requestOf(keyLine(), 'X-Tab: a\tb', bearer(viewer)),
  requestOf(keyLine(), `${bearer(viewer)} `),
  requestOf(keyLine(), bearer(viewer), 'Host: other.test'),
  requestOf(keyLine(), bearer(viewer), 'Prefer: a', 'Prefer: wait=0'),
  requestOf(keyLine(), 'X_Under: 1', bearer(viewer)),
  requestOf(keyLine(), 'X-Empty:', bearer(viewer)),
  requestOf('GET http://show.test/keys/show/1', bearer(viewer)),
  requestOf(keyLine(), ...Array.from({ length: 70 }, (_, i) => `X-${i}: 1`), bearer(viewer)),
  requestOf(keyLine(), `X-Long: ${'a'.repeat(9000)}`, bearer(viewer)),
  requestOf(keyLine(), `X-Long: ${'a'.repeat(17_000)}`, bearer(viewer)),
  `\r\n${requestOf(keyLine(), bearer(viewer))}`,
];

/** Asked of both, the answers are the same; `times` says how often node:http read a request on either side. */
async function both(pieces: readonly (string | Buffer)[]): Promise<{ heard: string; times: [number, number] }> {
  const before = [door.read(), plain.read()] as const;
  const [heard, expected] = [await talk(door, pieces), await talk(plain, pieces)];
  expect(heard).toBe(expected);
  return { heard, times: [door.read() - before[0], plain.read() - before[1]] };
}

it('answers as node:http does, to the byte, and by itself', async () => {
  for (let i = 0; i < 31; i++) await house.gate.key(greedy.session, 'show', n).catch(() => {});
  for (const [status, request] of plainRequests()) {
    const { heard, times } = await both([request]);
    expect([request, heard.slice(9, 12), times]).toEqual([request, status, [0, 1]]);
  }
});

it('is not the one that answers anything else', async () => {
  for (const request of otherRequests()) {
    expect([request, readKeyRequest(Buffer.from(request, 'latin1'))]).toEqual([request, null]);
    const { times } = await both([request]);
    expect([request, times[0]]).toEqual([request, times[1]]);
    ahead += 1000;
  }
});

it('does not itself read what says how a connection or a body goes on, nor a payment', () => {
  const weighty = ['Content-Length: 0', 'Transfer-Encoding: identity', 'Trailer: x', 'TE: trailers', 'Expect: x'];
  const more = ['Upgrade: h2c', 'HTTP2-Settings: x', 'Keep-Alive: 5', 'Proxy-Connection: x', 'PAYMENT-SIGNATURE: x'];
  expect(readKeyRequest(Buffer.from(requestOf(keyLine(), 'X-Any: x')))).not.toBeNull();
  for (const header of [...weighty, ...more, 'Connection: close', 'Connection: keep-alive, x']) {
    expect([header, readKeyRequest(Buffer.from(requestOf(keyLine(), header)))]).toEqual([header, null]);
  }
});

it('hands a connection over at any request, with all its bytes, and has it no more', async () => {
  const key = requestOf(keyLine(), bearer(viewer));
  const post = `${requestOf('POST /here', 'Content-Length: 3')}abc`;
  const { heard, times } = await both([key, key, post, key, requestOf('GET /there'), key]);
  expect(heard.match(/HTTP\/1.1 200/g)).toHaveLength(6);
  expect(heard).toContain('"body":"abc"');
  expect(times[1]).toBe(6);
  // Pieces may come as one: the first two are its own unless they did.
  expect(times[0]).toBeLessThanOrEqual(6);
  const line = await dial(door);
  const before = door.read();
  for (const [i, text] of [key, key, post, key].entries()) {
    line.socket.write(text, 'latin1');
    await line.until(/HTTP\/1.1 200/, i + 1);
  }
  expect(door.read() - before).toBe(2);
  line.socket.destroy();
});

const changed = (text: string, from: number, drop: number, put: string): string =>
  text.slice(0, from) + put + text.slice(from + drop);

function cutAt(text: string, cuts: readonly number[]): string[] {
  const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
  return places.slice(1).map((place, i) => text.slice(places[i], place));
}

it('gives the same answers for the same bytes, whatever they are and however they come', async () => {
  const request = fc.oneof(
    { weight: 5, arbitrary: fc.nat(plainRequests().length - 1).map((i) => plainRequests()[i]?.[1] ?? '') },
    { weight: 2, arbitrary: fc.nat(otherRequests().length - 1).map((i) => otherRequests()[i] ?? '') },
  );
  const odd = fc.constantFrom(
    ...'\r\n\t :;,/0aZ-\0\x7f\x80\xff'.split(''),
    '\r\n',
    '\r\n\r\n',
    '\r\nContent-Length: 9',
  );
  const change = fc.record({ at: fc.nat(9999), drop: fc.nat(2), put: fc.oneof(fc.constant(''), odd) });
  const what = fc.record({
    requests: fc.array(request, { minLength: 1, maxLength: 4 }),
    changes: fc.array(change, { maxLength: 2 }),
    // One after the other, or cut anywhere.
    cuts: fc.oneof(fc.constant(null), fc.array(fc.nat(9999), { maxLength: 4 })),
  });
  const property = fc.asyncProperty(what, async ({ requests, changes, cuts }) => {
    ahead += 1000;
    let pieces = cuts ? [requests.join('')] : requests;
    for (const { at, drop, put } of changes) {
      const [which, from] = [at % pieces.length, at % (pieces[at % pieces.length]?.length ?? 1)];
      pieces = pieces.with(which, changed(pieces[which] ?? '', from, drop, put));
    }
    await both(pieces.flatMap((piece) => cutAt(piece, cuts ?? [])));
  });
  const before = door.own();
  await fc.assert(property, { numRuns: 150, seed: 20_261_127 });
  expect(door.own() - before).toBeGreaterThan(30);
});

it('answers in order what comes at once, and what comes while a key is waited for', async () => {
  const nobody = requestOf(keyLine(), 'authorization: Bearer nobody');
  const { heard: atOnce } = await both([requestOf(keyLine(), bearer(viewer)) + nobody]);
  expect(statuses(atOnce)).toEqual([200, 401]);
  const line = await dial(door);
  const before = door.read();
  await asks(line, requestOf(keyLine(n + 1), bearer(viewer), 'Prefer: wait=10'));
  line.socket.write(nobody);
  await talk(door, [requestOf('GET /later')]);
  expect(line.heard()).toBe('');
  await nextKey();
  expect(statuses(await line.until(/HTTP\/1.1 \d+/, 2))).toEqual([200, 401]);
  // One of them was that other connection's.
  expect(door.read() - before).toBe(1);
  line.socket.destroy();
});

it('hands over what came while a key was waited for, once that is answered', async () => {
  const line = await dial(door);
  await asks(line, requestOf(keyLine(n + 1), bearer(viewer), 'Prefer: wait=10'));
  for (const piece of [requestOf('GET /one'), requestOf('GET /two').slice(0, 20)]) {
    line.socket.write(piece);
    await talk(door, [requestOf('GET /later')]);
  }
  await nextKey();
  await line.until(/"url":"\/one"/);
  line.socket.write(requestOf('GET /two').slice(20));
  expect(statuses(await line.until(/"url":"\/two"/))).toEqual([200, 200, 200]);
  line.socket.destroy();
});

it('charges nothing to who hangs up while the key is waited for, whatever else he had sent', async () => {
  const leaving: [(socket: Socket) => unknown, string][] = [
    [(socket) => socket.destroy(), ''],
    [(socket) => socket.resetAndDestroy(), ''],
    [(socket) => socket.end(), ''],
    [(socket) => socket.end(), requestOf(keyLine(), 'authorization: Bearer nobody')],
  ];
  for (const [i, [leave, more]] of leaving.entries()) {
    const who = others[i] as Viewer;
    const line = await dial(door);
    await asks(line, requestOf(keyLine(n + 1), bearer(who), 'Prefer: wait=10'));
    line.socket.write(more);
    const before = house.answered.length;
    leave(line.socket);
    await vi.waitFor(() => expect(house.answered[before]).toBe(404), { timeout: 3000 });
    expect(await line.closed).toBe('');
    await nextKey();
    expect(house.ledger.purse(who.purse)?.spent).toBe(0n);
    // Whose session waits for nothing any more.
    expect(statuses(await talk(door, [requestOf(keyLine(), bearer(viewer))]))).toEqual([200]);
  }
});

it('charges a new key on disk before it answers, once for two who ask at the same moment', async () => {
  const who = others[5] as Viewer;
  const lines = [await dial(door), await dial(door)];
  for (const { socket } of lines) socket.write(requestOf(keyLine(), bearer(who)));
  for (const { until } of lines) expect(await until(/dtok-charged: \d+/)).toContain(`dtok-charged: ${cost}\r\n`);
  expect(house.ledger.purse(who.purse)?.spent).toBe(cost);
  for (const { socket } of lines) socket.destroy();
});

it('closes with its server: who is idle at once, who waits when he is answered', async () => {
  const side = await openSide(house, true);
  const [silent, idle, waiting, node] = [await dial(side), await dial(side), await dial(side), await dial(side)];
  await asks(idle, requestOf(keyLine(), bearer(viewer)), side);
  await idle.until(/HTTP\/1.1 200/);
  node.socket.write(requestOf('GET /page'));
  await node.until(/"url":"\/page"/);
  await asks(waiting, requestOf(keyLine(n + 1), bearer(viewer), 'Prefer: wait=10'), side);
  const closed = new Promise((resolve) => side.server.close(resolve));
  await Promise.all([silent.closed, idle.closed, node.closed]);
  expect(waiting.socket.destroyed).toBe(false);
  await nextKey();
  expect(statuses(await waiting.closed)).toEqual([200]);
  await closed;
});

it('is closed with all connections, also those that wait', async () => {
  const side = await openSide(house, true);
  const line = await dial(side);
  await asks(line, requestOf(keyLine(n + 1), bearer(viewer), 'Prefer: wait=10'), side);
  const before = house.answered.length;
  side.server.closeAllConnections();
  expect(await line.closed).toBe('');
  await vi.waitFor(() => expect(house.answered[before]).toBe(404), { timeout: 3000 });
  await new Promise((resolve) => side.server.close(resolve));
});

it('waits for a first request and for a next one as long as node:http would, and for no key less', async () => {
  const side = await openSide(house, true);
  Object.assign(side.server, { headersTimeout: 100, keepAliveTimeout: 100 });
  const [silent, kept, waiting, slow] = [await dial(side), await dial(side), await dial(side), await dial(side)];
  slow.socket.write(requestOf(keyLine(), bearer(viewer)).slice(0, 30));
  await asks(kept, requestOf(keyLine(), bearer(viewer)), side);
  await asks(waiting, requestOf(keyLine(n + 1), bearer(viewer), 'Prefer: wait=10'), side);
  const from = performance.now();
  expect(await silent.closed).toBe('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
  expect(statuses(await kept.closed)).toEqual([200]);
  expect(performance.now() - from).toBeGreaterThan(900);
  await nextKey();
  expect(statuses(await waiting.until(/HTTP/))).toEqual([200]);
  // Of half a request node:http keeps the time.
  slow.socket.write(requestOf(keyLine(n - 1), bearer(viewer)).slice(30));
  expect(statuses(await slow.until(/HTTP/))).toEqual([200]);
  expect(side.read()).toBe(1);
  side.server.closeAllConnections();
  side.server.close();
});

it('leaves to node:http who does not read his answers', async () => {
  const stuck = new Duplex({ highWaterMark: 1000, read() {}, write() {} });
  const socket = Object.assign(stuck, { setTimeout: () => stuck, remoteAddress: '127.0.0.1' });
  const [read, own] = [door.read(), door.own()];
  door.server.emit('connection', socket as unknown as Socket);
  for (let i = 0; i < 4; i++) {
    stuck.push(requestOf(keyLine(), bearer(viewer)));
    await vi.waitFor(() => expect(door.read() - read + door.own() - own).toBeGreaterThan(Math.min(i, 2)), {
      timeout: 3000,
    });
  }
  // Two answers are more than it takes; node:http reads the third request, and no further.
  expect([door.own() - own, door.read() - read]).toEqual([2, 1]);
  stuck.destroy();
});
