// How the watch page pays: sessions, vouchers, held keys and the feed, against a server made of functions.
import { describe, expect, it, vi } from 'vitest';
import { addressOf, randomKey } from '../../src/payments/typed-data.js';
import type { FeedEvent, Follow, FollowAnswer } from '../../src/vocabulary/events.js';
import { Problem, type ProblemCode } from '../../src/vocabulary/problems.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { createApi, passing, Refusal } from '../../src/web/shared/api.js';
import { followFeed } from '../../src/web/shared/feed.js';
import { createClock } from '../../src/web/watch/clock.js';
import { createGate, type Hold } from '../../src/web/watch/gate.js';
import { keyLoaderFor } from '../../src/web/watch/key-loader.js';
import { createPayer } from '../../src/web/watch/payer.js';
import { createSession } from '../../src/web/watch/session.js';
import { createWallet } from '../../src/web/watch/wallet.js';
import { createMockMoney, domain, stateOf } from './mock-money.js';

const refuse = (code: ProblemCode, facts = {}) => {
  const problem = new Problem(code, facts);
  return Response.json(problem.body(), { status: problem.status });
};

/** The page's paying parts over the mock's money, one unit a second, keys of two seconds. */
function openPage(limit: bigint, needs: { previewMs?: number; skew?: number } = {}) {
  const money = createMockMoney({ price: () => 1n, previewMs: () => needs.previewMs ?? 0, keyPeriodMs: 2000 });
  const key = randomKey();
  const wallet = createWallet(key);
  const purse = money.pass(addressOf(key), limit);
  const asked: string[] = [];
  const broken: (() => Response | null)[] = [];

  async function fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const url = `${input}`;
    asked.push(url);
    await Promise.resolve();
    const fault = broken.shift();
    if (fault) {
      const answer = fault();
      if (!answer) throw new TypeError('network');
      return answer;
    }
    const token = new Headers(init?.headers).get('authorization')?.replace('Bearer ', '') ?? '';
    try {
      return answer(url, token, (init?.body ? JSON.parse(`${init.body}`) : null) as never);
    } catch (error) {
      if (error instanceof Problem) return refuse(error.code, error.facts);
      throw error;
    }
  }

  function answer(url: string, token: string, body: never): Response {
    if (url === '/api/vouchers') return Response.json(money.voucher(body));
    if (url.startsWith('/api/session')) {
      const session = url === '/api/sessions' ? money.open(body) : token;
      const signer = money.signer(session);
      const purses = money.of(signer).map(stateOf);
      return Response.json({ session, stream: 'main', signer, purses, previewLeftMs: 0, serverTime: Date.now() });
    }
    const signer = money.signer(token);
    const done = money.key(signer, Number(url.split('/')[3]));
    const headers: Record<string, string> = {
      'dtok-charged': `${done.amount}`,
      'dtok-preview-left': `${money.previewLeft(signer)}`,
    };
    const paying = done.purse && stateOf(done.purse);
    if (paying)
      Object.assign(headers, {
        'dtok-purse': paying.id,
        'dtok-spent': paying.spent,
        'dtok-authorized': paying.authorized,
      });
    return new Response(new Uint8Array(16), { headers });
  }

  const api = createApi(fetch);
  const clock = createClock(() => Date.now() + (needs.skew ?? 0));
  const holds: Hold[] = [];
  let released = 0;
  const payer = createPayer({
    api,
    sign: (id, total) => wallet.voucher(id, total, domain),
    rate: () => ({ price: 1n, keyPeriodMs: 2000 }),
    onChange: () => gate.creditChanged(),
  });
  const session = createSession({
    api,
    wallet,
    stream: 'main',
    domain,
    clock,
    onInfo: (i) => payer.learn(i.purses),
    firstRetryMs: 1,
  });
  const gate = createGate({
    session,
    payer,
    fetch,
    onServed: () => {},
    onHold: (hold) => holds.push(hold),
    onRelease: () => released++,
    watchMs: 10,
    firstRetryMs: 1,
  });
  const never = new AbortController().signal;
  return {
    money,
    purse,
    payer,
    session,
    gate,
    asked,
    broken,
    holds,
    released: () => released,
    get: (n: number, signal = never) => gate.key(`/keys/main/${n}`, signal),
  };
}

describe('paying for keys', () => {
  it('pays each key once and stays ahead without a voucher for every key', async () => {
    const page = openPage(1000n);
    for (let n = 1; n <= 20; n++) expect((await page.get(n)).byteLength).toBe(16);
    await page.get(20);
    await vi.waitFor(() => expect(page.purse.authorized - page.purse.spent).toBeGreaterThanOrEqual(10n));
    expect(page.purse.spent).toBe(40n);
    expect(page.purse.authorized).toBeLessThanOrEqual(56n);
    expect(page.asked.filter((url) => url === '/api/vouchers').length).toBeLessThan(10);
    expect(page.payer.balance()).toBe(960n);
  });

  it('never signs above the limit, holds the key when it is used up, and goes on after a top-up', async () => {
    const page = openPage(6n);
    for (const n of [1, 2, 3]) await page.get(n);
    expect(page.purse.authorized).toBe(6n);
    const fourth = page.get(4);
    await vi.waitFor(() => expect(page.holds.map((hold) => hold.code)).toEqual(['out_of_credit']));
    const keysAsked = () => page.asked.filter((url) => url.startsWith('/keys')).length;
    const before = keysAsked();
    const looks = () => page.asked.filter((url) => url === '/api/session').length;
    await vi.waitFor(() => expect(looks()).toBeGreaterThan(1));
    expect(keysAsked()).toBe(before);
    page.purse.limit = 20n;
    expect((await fourth).byteLength).toBe(16);
    expect([page.released(), page.purse.spent]).toEqual([1, 8n]);
  });

  it('lets go of a held key when it is aborted, and pays nothing for it', async () => {
    const page = openPage(0n);
    const controller = new AbortController();
    const waiting = page.get(1, controller.signal);
    await vi.waitFor(() => expect(page.holds).toHaveLength(1));
    controller.abort();
    await expect(waiting).rejects.toThrow();
    expect(page.purse.spent).toBe(0n);
  });

  it('opens a new session by itself when the server forgot the old one', async () => {
    const page = openPage(100n);
    await page.get(1);
    page.money.sessions.clear();
    await Promise.all([page.get(2), page.get(3)]);
    expect(page.asked.filter((url) => url === '/api/sessions')).toHaveLength(2);
    expect(page.purse.spent).toBe(6n);
  });

  it('keeps a new session when a late refusal of the old one comes in', async () => {
    const page = openPage(100n);
    const old = await page.session.token();
    const fresh = await page.session.renew(old);
    expect(await page.session.renew(old)).toBe(fresh);
    expect(page.asked).toEqual(['/api/sessions', '/api/sessions']);
  });

  it('does not ask again and again when the server will not charge a purse that looks full', async () => {
    const page = openPage(100n);
    await page.session.token();
    page.broken.push(() => refuse('out_of_credit'));
    const key = page.get(1);
    await vi.waitFor(() => expect(page.asked.filter((url) => url === '/api/session').length).toBeGreaterThan(2));
    expect([page.released(), page.purse.spent]).toEqual([0, 0n]);
    page.purse.limit = 200n;
    await key;
    expect([page.released(), page.purse.spent]).toEqual([1, 2n]);
  });

  it('tries again after a lost network, a busy and a broken server', async () => {
    const page = openPage(100n);
    page.broken.push(
      () => null,
      () => refuse('internal'),
    );
    await page.get(1);
    page.broken.push(
      () => null,
      () => refuse('rate_limited'),
      () => new Response('<html>', { status: 502 }),
    );
    await page.get(2);
    expect(page.purse.spent).toBe(4n);
  });

  it('gives up only on keys that are gone', async () => {
    const page = openPage(100n);
    await page.get(1);
    page.broken.push(() => refuse('key_unknown'));
    await expect(page.get(2)).rejects.toMatchObject({ code: 'key_unknown' });
  });

  it('takes another tab’s higher voucher for its own', async () => {
    const page = openPage(100n);
    await page.session.token();
    const other = page.payer.list()[0];
    page.purse.authorized = 50n;
    await page.payer.authorize(other?.id as Hex, 20n);
    expect(page.payer.list()[0]?.authorized).toBe(50n);
  });

  it('does not sign what watching cannot cost', async () => {
    const page = openPage(1_000_000n);
    await page.session.token();
    expect(await page.payer.authorizeKey(page.purse.id, 900_000n)).toBe(false);
    expect(page.purse.authorized).toBe(0n);
  });

  it('signs for a tip before sending it, from a purse that can pay it', async () => {
    const page = openPage(30n);
    await page.session.token();
    expect(await page.payer.authorizeTip(31n)).toBe(false);
    expect(await page.payer.authorizeTip(25n)).toBe(true);
    expect(page.purse.authorized).toBe(30n);
  });

  it('corrects a clock that is off', async () => {
    const page = openPage(10n, { skew: -120_000 });
    await page.get(1);
    expect(page.asked.filter((url) => url === '/api/sessions')).toHaveLength(2);
  });

  it('plays a preview without signing anything', async () => {
    const page = openPage(100n, { previewMs: 60_000 });
    await page.get(1);
    expect([page.purse.spent, page.purse.authorized]).toEqual([0n, 0n]);
  });
});

describe('the key loader', () => {
  it('answers hls.js with the key, an abort with an abort, and asks our own origin', async () => {
    const asked: string[] = [];
    const Loader = keyLoaderFor({
      key: async (path) => {
        asked.push(path);
        return new ArrayBuffer(16);
      },
    });
    const load = (url: string) =>
      new Promise<string>((resolve) => {
        const loader = new Loader({} as never);
        loader.load({ url, responseType: 'arraybuffer' } as never, {} as never, {
          onSuccess: ({ data }) => resolve(`key of ${(data as ArrayBuffer).byteLength}`),
          onError: () => resolve('error'),
          onTimeout: () => resolve('timeout'),
          onAbort: () => resolve('abort'),
        });
        if (url.endsWith('/9')) loader.abort();
      });
    expect(await load('https://cdn.test/x/keys/main/7')).toBe('key of 16');
    expect(await load('https://cdn.test/x/keys/main/9')).toBe('abort');
    expect(await load('https://cdn.test/other')).toBe('error');
    expect(asked[0]).toBe('/keys/main/7');
  });
});

describe('asking', () => {
  it('words refusals as the server does, and knows which may pass', async () => {
    const api = createApi(async () => refuse('unknown_stream', { stream: 'x' }));
    const refusal = await api('getStream', { params: { stream: 'x' } }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'unknown_stream', status: 404, message: expect.stringContaining('“x”') });
    expect(passing(refusal)).toBe(false);
    const gone = createApi(() => Promise.reject(new TypeError()));
    expect(await gone('listStreams', {}).catch(passing)).toBe(true);
    expect(passing(new Refusal('rate_limited', '', 429))).toBe(true);
  });
});

/** A socket held in the hand: `heard` is what the feed listens to. */
function fakeSocket() {
  const heard = new Map<string, (value?: unknown) => void>();
  const follows: { follow: Follow; answer: (answer: FollowAnswer) => void }[] = [];
  let connects = 0;
  return {
    follows,
    connects: () => connects,
    tell: (name: string, value?: unknown) => heard.get(name)?.(value),
    event: (n: number) => heard.get('event')?.({ n, type: 'live', stream: 'main', at: 0, data: {} } as FeedEvent),
    socket: {
      active: false,
      on: (name: string, listener: (value?: never) => void) => heard.set(name, listener as (value?: unknown) => void),
      emit: (_: string, follow: Follow, answer: (answer: FollowAnswer) => void) => follows.push({ follow, answer }),
      connect: () => connects++,
      disconnect: () => {},
    },
  };
}

describe('the feed', () => {
  function open(after?: number) {
    const fake = fakeSocket();
    const shown: number[] = [];
    const starts: number[] = [];
    const refused: string[] = [];
    const feed = followFeed({
      socket: fake.socket,
      who: () => ({ stream: 'main' }),
      after,
      onEvent: (event) => shown.push(event.n),
      onStart: (last) => starts.push(last),
      onRefused: (detail) => refused.push(detail),
      retryMs: 1,
    });
    return { ...fake, shown, starts, refused, feed };
  }

  it('starts now without a number, and catches up from the last one after a break, each event once', () => {
    const page = open();
    page.tell('connect');
    expect(page.follows[0]?.follow).toEqual({ stream: 'main' });
    page.follows[0]?.answer({ ok: true, last: 7 });
    expect(page.starts).toEqual([7]);
    for (const n of [8, 9, 9, 8]) page.event(n);
    page.tell('disconnect');
    page.tell('connect');
    expect(page.follows[1]?.follow.after).toBe(9);
    // A new event overtakes the catching up.
    for (const n of [12, 9, 10, 11]) page.event(n);
    page.follows[1]?.answer({ ok: true, last: 12 });
    page.event(12);
    expect(page.shown).toEqual([8, 9, 10, 11, 12]);
    page.feed.stop();
  });

  it('shows what happens while it is being let in', () => {
    const page = open();
    page.tell('connect');
    page.event(8);
    page.follows[0]?.answer({ ok: true, last: 8 });
    expect([page.starts, page.shown]).toEqual([[7], [8]]);
    page.feed.stop();
  });

  it('begins anew when the server’s numbers did', () => {
    const page = open(50);
    page.tell('connect');
    page.follows[0]?.answer({ ok: true, last: 3 });
    expect(page.follows[1]?.follow.after).toBe(3);
    page.follows[1]?.answer({ ok: true, last: 3 });
    page.event(4);
    expect([page.starts, page.shown]).toEqual([[3], [4]]);
    page.feed.stop();
  });

  it('keeps trying after a refused token and a refused handshake', async () => {
    const page = open(1);
    page.tell('connect');
    page.follows[0]?.answer({ ok: false, code: 'overlay_token_wrong', detail: 'no' });
    await vi.waitFor(() => expect(page.follows.length).toBeGreaterThan(1));
    expect(page.refused).toEqual(['no']);
    const before = page.connects();
    page.tell('connect_error');
    await vi.waitFor(() => expect(page.connects()).toBeGreaterThan(before));
    page.feed.stop();
  });
});
