// A crowd at the gate: thousands at a key's first moment, one who asks without end, a disk that hangs, and what all are told.
import { Agent, request } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { Problem, type ProblemCode } from '../../src/vocabulary/problems.js';
import { cost, type GateHouse, keyMs, openGateHouse, type Viewer } from './house.js';

const houses: GateHouse[] = [];
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close();
});

async function open(options: Parameters<typeof openGateHouse>[0] = { perAddress: 100_000 }): Promise<GateHouse> {
  const house = await openGateHouse(options);
  houses.push(house);
  return house;
}

/** A disk that writes nothing until told to. */
function hang(house: GateHouse): () => void {
  let go = () => {};
  const gone = new Promise<void>((resolve) => {
    go = resolve;
  });
  house.disk.before = () => gone;
  return go;
}

const codeOf = (error: unknown): ProblemCode | 'key' => (error instanceof Problem ? error.code : 'internal');
const outcome = (asking: Promise<unknown>): Promise<ProblemCode | 'key'> => asking.then(() => 'key' as const, codeOf);
function tally(all: readonly string[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const one of all) sum[one] = (sum[one] ?? 0) + 1;
  return sum;
}

it('charges 2,000 viewers who ask for a new key in one moment exactly once each, repeats included', async () => {
  const house = await open();
  const viewers = await house.crowd(2000);
  const n = await house.keys.open('show', keyMs);
  const agent = new Agent({ keepAlive: true, maxSockets: 128 });
  const get = ({ session }: Viewer): Promise<string> =>
    new Promise((resolve, reject) => {
      request(house.url(n), { agent, headers: { authorization: `Bearer ${session}` } }, (res) => {
        let bytes = Buffer.alloc(0);
        res.on('data', (chunk: Buffer) => (bytes = Buffer.concat([bytes, chunk])));
        res.on('end', () => resolve(`${res.statusCode} ${res.headers['dtok-charged']} ${bytes.toString('hex')}`));
      })
        .once('error', reject)
        .end();
    });
  const twice = viewers.filter((_, i) => i % 4 === 0);
  const answers = await Promise.all([...viewers, ...twice].map(get));
  agent.destroy();
  expect(tally(answers)).toEqual({ [`200 ${cost} ${house.keys.bytes('show', n).toString('hex')}`]: 2500 });
  expect(await house.charges()).toHaveLength(2000);
  expect(house.sponsor()?.spent).toBe(cost * 2000n);
  expect(new Set(viewers.map(({ purse }) => house.ledger.purse(purse)?.spent))).toEqual(new Set([cost]));
  expect(tally(house.answered.map(String))).toEqual({ 200: 2500 });
});

it('does not let one who asks without end slow down others', async () => {
  const house = await open();
  const [greedy, ...others] = await house.crowd(51);
  if (!greedy) throw new Error('nobody');
  const ns: number[] = [];
  for (let i = 0; i < 40; i++) ns.push(await house.keys.open('show', keyMs));
  const flood = ns.flatMap((n) => [...Array(25)].map(() => outcome(house.gate.key(greedy.session, 'show', n))));
  const rest = others.map(({ session }) => outcome(house.gate.key(session, 'show', ns[0] ?? 0)));
  expect(tally(await Promise.all(rest))).toEqual({ key: 50 });
  const got = tally(await Promise.all(flood));
  // Eight are under way at a time; and thirty in a second, here perhaps over the turn of one.
  expect(got).toEqual({ key: expect.any(Number), rate_limited: expect.any(Number) });
  expect(got.key).toBeLessThanOrEqual(60);
  expect(house.ledger.purse(greedy.purse)?.spent).toBeLessThanOrEqual(2n * cost);
});

it('keeps keys back while the disk hangs, takes no more than it can hold, and gives nothing unpaid', async () => {
  const house = await open();
  const viewers = await house.crowd(5050);
  const n = await house.keys.open('show', keyMs);
  const go = hang(house);
  const seen: string[] = [];
  const asked = viewers.map(({ session }) => outcome(house.gate.key(session, 'show', n)));
  for (const one of asked) void one.then((what) => seen.push(what));
  // A late one over HTTP is told so, and when to come back; so is who asks again and again.
  const late = await house.ask(n, viewers[0]?.session ?? '');
  expect([late.status, late.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await late.json()).toMatchObject({
    code: 'gate_busy',
    detail: expect.stringContaining('Nothing was charged'),
  });
  expect(tally(seen)).toEqual({ gate_busy: 50 });
  expect(await house.charges()).toHaveLength(0);
  go();
  expect(tally(await Promise.all(asked))).toEqual({ key: 5000, gate_busy: 50 });
  expect(await house.charges()).toHaveLength(5000);
  expect(house.sponsor()?.spent).toBe(cost * 5000n);
  // There is room again.
  expect((await house.ask(n, viewers[5049]?.session ?? '')).status).toBe(200);
});

it('keeps at most eight of a session under way, also of one who hangs up and asks again', async () => {
  const house = await open();
  const [viewer, other] = await house.crowd(2);
  const n = await house.keys.open('show', keyMs);
  const go = hang(house);
  const asked = [...Array(20)].map(() => outcome(house.gate.key(viewer?.session, 'show', n)));
  const others = outcome(house.gate.key(other?.session, 'show', n));
  go();
  expect(tally(await Promise.all(asked))).toEqual({ key: 8, rate_limited: 12 });
  expect(await others).toBe('key');
  expect(await house.charges()).toHaveLength(2);
});

it('gives no key when the disk refuses, charges nothing, and goes on when it writes again', async () => {
  const house = await open();
  const [viewer] = await house.crowd(1);
  const n = await house.keys.open('show', keyMs);
  house.disk.before = () => Promise.reject(new Problem('storage_unavailable'));
  const refused = await house.ask(n, viewer?.session ?? '');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await refused.json()).toMatchObject({ code: 'storage_unavailable' });
  expect(house.sponsor()?.spent).toBe(0n);
  house.disk.before = async () => {};
  expect((await house.ask(n, viewer?.session ?? '')).status).toBe(200);
  expect(await house.charges()).toHaveLength(1);
});

it('limits an address, whoever it says it is, and each address behind a proxy of ours by itself', async () => {
  const ask = (house: GateHouse, n: number, seen: string): Promise<Response> =>
    house.ask(n, 'nobody', { 'x-forwarded-for': seen });
  const direct = await open({ perAddress: 1 });
  const statuses = [];
  for (let i = 0; i < 12; i++) statuses.push((await ask(direct, 1, `10.0.0.${i}`)).status);
  expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
  const refused = await ask(direct, 1, '10.0.0.1');
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(10);
  expect(await refused.json()).toMatchObject({ code: 'rate_limited' });

  const behind = await open({ perAddress: 1, proxies: 1 });
  // What came before our own proxy's word anybody can write.
  for (let i = 0; i < 11; i++) await ask(behind, 1, `10.0.0.${i}, 192.0.2.1`);
  expect((await ask(behind, 1, '192.0.2.9, 192.0.2.1')).status).toBe(429);
  expect((await ask(behind, 1, '192.0.2.1, 192.0.2.9')).status).toBe(401);
});

it('keeps the connection, answers preflights, and charges nothing for HEAD', async () => {
  const house = await open();
  const [viewer] = await house.crowd(1);
  const n = await house.keys.open('show', keyMs);
  const head = await fetch(house.url(n), {
    method: 'HEAD',
    headers: { authorization: `Bearer ${viewer?.session}` },
  });
  expect([head.status, head.headers.get('allow'), await head.text()]).toEqual([405, 'GET, OPTIONS', '']);
  const preflight = await fetch(house.url(n), { method: 'OPTIONS' });
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*']);
  expect(preflight.headers.get('access-control-allow-headers')).toContain('prefer');
  expect(await house.charges()).toHaveLength(0);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ports = new Set<number | undefined>();
  for (let i = 0; i < 3; i++) {
    await new Promise<void>((resolve, reject) => {
      const headers = { authorization: `Bearer ${i === 1 ? 'wrong' : viewer?.session}` };
      request(house.url(n), { agent, headers }, (res) => {
        ports.add(res.socket.localPort);
        res.resume().once('end', resolve);
      })
        .once('error', reject)
        .end();
    });
  }
  agent.destroy();
  expect(ports.size).toBe(1);
});
