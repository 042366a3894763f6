// What the server says about itself is true: its OpenAPI document, its answers, its metrics, its health.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { routes } from '../../src/vocabulary/api.js';
import { problemCodes } from '../../src/vocabulary/problems.js';
import { type House, openHouse } from './house.js';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.stop());

type Json = null | string | number | boolean | Json[] | { [key: string]: Json };
type Operation = {
  operationId?: string;
  security?: { [scheme: string]: [] }[];
  parameters?: { name: string; in: string }[];
};
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Json>; securitySchemes: Record<string, Json> };
}

const document = async () => (await (await house.call('GET', '/api/openapi.json')).json()) as Document & Json;

function* refs(node: Json): Generator<string> {
  if (Array.isArray(node)) for (const one of node) yield* refs(one);
  else if (node && typeof node === 'object') {
    for (const [key, value] of Object.entries(node)) {
      if (key === '$ref') yield String(value);
      else yield* refs(value);
    }
  }
}

it('the document has every route, with who may use it and its parameters, and nothing else', async () => {
  const { openapi, paths, components } = await document();
  expect(openapi).toMatch(/^3\.1\./);
  const described = Object.entries(paths).flatMap(([path, by]) => Object.keys(by).map((method) => `${method} ${path}`));
  const served = Object.values(routes).map(({ method, path }) => `${method} ${path}`);
  expect(described.sort()).toEqual(['get /keys/{stream}/{n}', ...served].sort());
  for (const [name, { method, path, who }] of Object.entries(routes)) {
    const operation = paths[path]?.[method];
    expect(operation?.operationId).toBe(name);
    expect((operation?.security ?? []).flatMap(Object.keys)).toEqual(who === 'anyone' ? [] : [who]);
    const inPath = operation?.parameters?.filter((parameter) => parameter.in === 'path').map((p) => p.name) ?? [];
    expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
    if (who !== 'anyone') expect(components.securitySchemes).toHaveProperty(who);
  }
});

it('every reference in the document leads somewhere, and every refusal is listed', async () => {
  const all = await document();
  const found = [...new Set(refs(all))];
  expect(found.length).toBeGreaterThan(10);
  for (const ref of found) {
    expect(ref).toMatch(/^#\//);
    const target = ref
      .slice(2)
      .split('/')
      .reduce<Json | undefined>((node, key) => (node as { [k: string]: Json })?.[key], all);
    expect(target, ref).toBeTypeOf('object');
  }
  expect(all.components.schemas.Problem).toMatchObject({ properties: { code: { enum: problemCodes } } });
});

it('answers are exactly what is described: nothing missing, nothing that nobody knows of', async () => {
  const viewer = await house.viewer(1000n);
  const params = { stream: 'main', purse: viewer.id };
  const tip = { id: 'described-tip', amount: '9', name: 'a', message: 'b' };
  const { signer } = await house.viewer(5n);
  const answers: Partial<Record<keyof typeof routes, unknown>> = {
    listStreams: await house.ask('listStreams'),
    getStream: await house.ask('getStream'),
    openSession: await house.ask('openSession', { body: house.sessionRequest(viewer.key) }),
    getSession: await house.ask('getSession', { token: viewer.session }),
    postVoucher: await house.ask('postVoucher', { body: house.voucher(viewer.id, 1000n, viewer.key) }),
    postTip: await house.ask('postTip', { body: tip, token: viewer.session }),
    postFaucet: await house.ask('postFaucet', { body: { address: signer } }),
    createStream: await house.ask('createStream', { body: { id: 'described' } }),
    hostStream: await house.ask('hostStream'),
    patchStream: await house.ask('patchStream', { body: { title: 'Described' } }),
    makeLinks: await house.ask('makeLinks', { body: { links: [{ signer, limit: '5' }] } }),
    listLinks: await house.ask('listLinks'),
    topUpLink: await house.ask('topUpLink', { params, body: { id: 'described-raise', amount: '1' } }),
    revokeLinks: await house.ask('revokeLinks', { params, body: { links: [viewer.id] } }),
    settle: await house.ask('settle', { body: { refund: true } }),
  };
  for (const [name, answer] of Object.entries(answers)) {
    const { answer: shape } = routes[name as keyof typeof routes];
    expect(shape.parse(answer), name).toEqual(answer);
  }
});

/** Name, labels and value of every sample; throws at a line that is neither one nor a comment. */
function samples(text: string): Map<string, number> {
  const sample = /^([a-zA-Z_:][\w:]*(?:\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*\})?) (-?[\d.e+-]+|[+-]Inf|NaN)$/;
  const found = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || /^# (HELP|TYPE) [a-zA-Z_:][\w:]* /.test(line)) continue;
    const [, name, value] = sample.exec(line) ?? [];
    if (name === undefined) throw new Error(`not Prometheus: ${line}`);
    found.set(name, Number(value));
  }
  return found;
}

it('metrics are Prometheus’s, and count what happens', async () => {
  const read = async () => {
    const answer = await house.call('GET', '/metrics');
    expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    return samples(await answer.text());
  };
  const before = await read();
  const { session } = await house.viewer(10n);
  for (const _ of [1, 2, 3]) await house.call('GET', '/keys/main/1', { token: session });
  const after = await read();
  const counted = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  expect(counted('dtok_key_seconds_count{status="404"}')).toBe(3);
  expect(after.get('dtok_viewers{stream="main"}')).toBe(0);
  expect(after.get('dtok_live{stream="main"}')).toBe(0);
  expect(after.get('dtok_overlays')).toBe(0);
  expect(after.get('process_cpu_seconds_total')).toBeGreaterThan(0);
});

it('health is said without a token, and never from a cache', async () => {
  for (const method of ['GET', 'HEAD']) {
    const answer = await house.call(method, '/healthz');
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
  }
  expect(await (await house.call('GET', '/healthz')).json()).toEqual({ ready: true, reasons: [] });
});
