// A whole dTok in the test's own process, on free ports and a temporary folder, with viewers who can sign.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect } from 'vitest';
import { startApp } from '../../src/app.js';
import {
  addressOf,
  type Domain,
  randomKey,
  sessionDigest,
  sign,
  voucherDigest,
} from '../../src/payments/typed-data.js';
import { readSettings } from '../../src/settings.js';
import { type Answer, type RouteName, routes, type Sent } from '../../src/vocabulary/api.js';
import type { ProblemBody, ProblemCode } from '../../src/vocabulary/problems.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { freePort, removeFolder, temporaryFolder } from '../support/dtok.js';

export interface Sending {
  /** Sent as it is; an object is sent as JSON. */
  body?: unknown;
  token?: string | undefined;
  headers?: Record<string, string>;
}

/** Pages to serve, in a folder that an installation may well be in: below one whose name begins with a dot. */
function fakePages(data: string): string {
  const folder = join(data, '.installed', 'pages');
  for (const name of ['assets', 'watch', 'embed', 'overlay', 'host', 'chat', 'app', 'show'])
    mkdirSync(join(folder, name), { recursive: true });
  for (const name of ['', 'watch', 'embed', 'overlay', 'host', 'chat', 'app', 'show']) {
    writeFileSync(join(folder, name, 'index.html'), `<!doctype html><head><title>${name}</title></head>`);
  }
  writeFileSync(join(folder, 'assets', 'app-1.js'), 'export {};\n');
  writeFileSync(join(folder, '.env'), 'SECRET=1\n');
  return folder;
}

export type House = Awaited<ReturnType<typeof openHouse>>;

/** Tips and prices are in single base units unless `env` says otherwise. */
export async function openHouse(env: Record<string, string> = {}) {
  const data = temporaryFolder('house');
  const [port, rtmp] = [await freePort(), await freePort()];
  const errors: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void errors.push(line) });
  const settings = readSettings({
    ...{ PORT: `${port}`, RTMP_PORT: `${rtmp}`, HOST: '127.0.0.1', DATA_DIR: data, TEST_CARD: 'off' },
    ...{ MIN_TIP: '0.000000000000000001', CHAIN_POLL_SECONDS: '0.2', RATE_LIMIT: '100000', ...env },
  });
  const app = await startApp(settings, log, { pages: fakePages(data), cache: data });
  const base = `http://127.0.0.1:${port}`;
  const hostToken = new URL(app.dashboard).hash.slice(3);

  const call = (method: string, path: string, { body, token, headers = {} }: Sending = {}): Promise<Response> =>
    fetch(`${base}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      redirect: 'manual',
    });

  /** A route by its name, as it is written in the table. */
  async function ask<N extends RouteName>(
    name: N,
    given: { params?: Record<string, string>; body?: Sent<N>; token?: string } = {},
  ): Promise<Answer<N>> {
    const route = routes[name];
    const path = route.path.replace(/\{(\w+)\}/g, (_, key: string) => given.params?.[key] ?? 'main');
    const response = await call(route.method.toUpperCase(), path, { token: hostToken, ...given });
    const answer = await response.json();
    if (!response.ok) throw new Error(JSON.stringify(answer));
    return answer as never;
  }

  const { terms } = await ask('getStream');
  const domain: Domain = { chainId: terms.chainId, contract: terms.contract };

  function sessionRequest(key: Hex, stream = 'main', issuedAt = Date.now()) {
    return { stream, signer: addressOf(key), issuedAt, signature: sign(sessionDigest(stream, issuedAt, domain), key) };
  }

  const voucher = (channelId: Hex, amount: bigint, key: Hex) => ({
    channelId,
    maxClaimableAmount: `${amount}`,
    signature: sign(voucherDigest(channelId, amount, domain), key),
  });

  /** Holds a fresh watch link of `limit` with a voucher for `signed`, and a session. */
  async function viewer(limit: bigint, signed = limit, stream = 'main') {
    const key = randomKey();
    const links = [{ signer: addressOf(key), limit: `${limit}` }];
    const [link] = await ask('makeLinks', { params: { stream }, body: { links } });
    if (!link) throw new Error('no link');
    const { session } = await ask('openSession', { body: sessionRequest(key, stream) });
    if (signed > 0n) await ask('postVoucher', { body: voucher(link.id, signed, key) });
    const purse = async () => (await ask('getSession', { token: session })).purses.find(({ id }) => id === link.id);
    return { key, signer: link.signer, id: link.id, session, purse };
  }

  /** All that bad input must leave as it was. */
  async function money() {
    const { earnings, sponsor, info } = await ask('hostStream');
    const { links } = await ask('listLinks');
    return { earnings, sponsor, links, lastEvent: info.lastEvent };
  }

  return {
    ...{ base, data, app, hostToken, terms, domain, errors },
    ...{ call, ask, sessionRequest, voucher, viewer, money },
    stop: async () => {
      await app.stop();
      removeFolder(data);
    },
  };
}

/** A refusal in the one form: a problem with its status and code, a sentence to go by, and nothing of the inside. */
export async function refusal(response: Response, status: number, code: ProblemCode): Promise<ProblemBody> {
  const text = await response.text();
  expect(`${response.status} ${text}`).toContain(`${status} {`);
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = JSON.parse(text) as ProblemBody;
  expect(problem).toMatchObject({ code, status, type: `urn:dtok:problem:${code}` });
  expect(problem.detail).toMatch(/^[A-Z][^\n]+\.$/);
  expect(text).not.toMatch(/\\n\s+at |node_modules|\/src\/|\/dist\/|undefined\b(?! *\.)|ZodError|SyntaxError/);
  return problem;
}
