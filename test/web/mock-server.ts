// A stand-in for the server, for looking at the built pages alone: `npx tsx test/web/mock-server.ts [port]`.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Server } from 'socket.io';
import type { ClientToServer, FeedEvent, ServerToClient } from '../../src/vocabulary/events.js';
import { Problem } from '../../src/vocabulary/problems.js';
import type { StreamInfo } from '../../src/vocabulary/streams.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { createMockMedia } from './mock-media.js';
import { createMockMoney, mockTerms, sponsor, stateOf } from './mock-money.js';

const web = fileURLToPath(new URL('../../dist/web/', import.meta.url));
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
const pages: [RegExp, string][] = [
  [/^\/$/, 'index.html'],
  [/^\/watch\//, 'watch/index.html'],
  [/^\/host$/, 'host/index.html'],
  [/^\/overlay\//, 'overlay/index.html'],
];
export const hostToken = 'mock-host-token';
export const overlayToken = 'mock-overlay-token';
const one = 10n ** 18n;

async function bodyOf(request: IncomingMessage) {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString() || '{}');
}

/** Opens the mock on 127.0.0.1; steer it by what it returns. */
export async function startMock(needs: { port?: number; previewMs?: number } = {}) {
  const settings = { title: 'Night Session: Hanna Weiss Trio', price: one / 2000n, previewMs: needs.previewMs ?? 0 };
  const state = {
    stream: 'live' as StreamInfo['state'],
    overlays: 0,
    open: true,
    chatAccounts: [{ platform: 'discord', user: '80351110224678912', name: 'Hanna of the cellar', at: Date.now() }],
  };
  const media = createMockMedia();
  const money = createMockMoney({
    price: () => settings.price,
    previewMs: () => settings.previewMs,
    keyPeriodMs: 2000,
  });
  const feed: FeedEvent[] = [];
  let n = 100;
  const server = createServer((request, response) => void answer(request, response));
  const io = new Server<ClientToServer, ServerToClient>(server);

  const info = (): StreamInfo => ({
    id: 'main',
    title: settings.title,
    host: '0x1111111111111111111111111111111111111111',
    price: `${settings.price}`,
    previewMs: settings.previewMs,
    keyPeriodMs: 2000,
    minTip: `${one / 10n}`,
    state: state.stream,
    viewers: money.sessions.size,
    media: ['/media/main/'],
    gate: 'keys',
    mediaKey: '',
    startsAt: null,
    dvrMs: 0,
    cams: [{ id: 'main', title: '', state: state.stream, playlist: 'live.m3u8', qualities: 1, studio: null }],
    lastEvent: n,
    communities: [],
    terms: mockTerms,
    serverTime: Date.now(),
  });

  function tell(type: FeedEvent['type'], data: object): FeedEvent {
    const event = { n: ++n, stream: 'main', at: Date.now(), type, data } as FeedEvent;
    feed.push(event);
    io.to('main').emit('event', event);
    if (event.type === 'tip') io.to('main').emit('tips', [{ n: event.n, at: event.at, ...event.data }], true);
    return event;
  }

  io.on('connection', (socket) => {
    socket.on('follow', (follow, done) => {
      if (follow.overlay !== undefined && follow.overlay !== overlayToken) {
        const { code, message } = new Problem('overlay_token_wrong');
        return done({ ok: false, code, detail: message });
      }
      if (follow.overlay) state.overlays++;
      for (const event of feed) if (follow.after !== undefined && event.n > follow.after) socket.emit('event', event);
      void socket.join('main');
      if (follow.session) void socket.join(`signer ${money.sessions.get(follow.session)}`);
      done({ ok: true, last: n });
    });
  });

  const hostStream = () => {
    const { watched, tipped } = money.earned();
    return {
      info: info(),
      settings: {
        title: settings.title,
        price: `${settings.price}`,
        previewMs: settings.previewMs,
        keyPeriodMs: 2000,
        minTip: `${one / 10n}`,
        mediaBase: '',
        discord: '',
        telegram: '',
        startsAt: null,
      },
      open: state.open,
      earnings: {
        watched: `${watched}`,
        tipped: `${tipped}`,
        claimed: '0',
        settled: '0',
        unclaimed: `${watched + tipped}`,
      },
      rtmpUrl: 'rtmp://127.0.0.1:1935/live',
      streamKey: 'mock-stream-key-7f31',
      streamKeys: { main: 'mock-stream-key-7f31' },
      overlayUrl: `http://127.0.0.1/overlay/main#t=${overlayToken}`,
      overlays: state.overlays,
      notices: [{ at: Date.now() - 200_000, text: 'The broadcast was gone for 4 s and is back.' }],
      sponsor: {
        channel: sponsor,
        sponsor,
        balance: `${100n * one}`,
        spent: `${watched}`,
        promised: `${20n * one}`,
        overcommitted: false,
        links: links().length,
        online: true,
      },
      sponsors: [],
      hostBalance: `${12n * one}`,
      predictions: { on: true, token: true, feeBps: 0 },
    };
  };
  const links = () =>
    [...money.purses.values()]
      .filter((p) => p.kind === 'pass')
      .map((p) => ({
        ...stateOf(p),
        signer: p.signer,
        label: p.label,
        createdAt: p.createdAt,
        expiresAt: null,
        revokedAt: null,
        state: 'open',
      }));

  // biome-ignore lint/suspicious/noExplicitAny: a mock trusts what pages send
  async function act(name: string, body: any, session: string): Promise<unknown> {
    if (name === 'GET /api/streams')
      return [info(), { ...info(), id: 'late', title: 'Late Talk', state: 'idle', viewers: 0 }];
    if (/^GET \/api\/streams\/main$/.test(name)) return info();
    if (/^GET \/api\/streams\//.test(name)) throw new Problem('unknown_stream', { stream: name.split('/')[3] });
    if (name === 'POST /api/vouchers') return money.voucher(body);
    if (name === 'POST /api/faucet') return { amount: `${5n * one}`, transaction: '0x' };
    if (name === 'POST /api/sessions' || name === 'GET /api/session') {
      const id = name.startsWith('POST') ? money.open(body) : session;
      const signer = money.signer(id);
      return {
        session: id,
        stream: 'main',
        signer,
        purses: money.of(signer).map(stateOf),
        previewLeftMs: money.previewLeft(signer),
        serverTime: Date.now(),
      };
    }
    if (name === 'POST /api/tips') {
      const done = money.tip(money.signer(session), body.id, BigInt(body.amount));
      const event = done.again
        ? { n }
        : tell('tip', { id: body.id, name: body.name, message: body.message, amount: body.amount });
      return { ...body, n: event.n, at: Date.now(), purse: done.purse && stateOf(done.purse) };
    }
    if (name === 'POST /api/channels') return { purse: stateOf(money.deposit(body)), transaction: '0x' };
    if (name.startsWith('GET /api/addresses/')) return { token: '0', coin: '0' };
    const channel = money.purses.get((/^GET \/api\/channels\/(0x\w+)$/.exec(name)?.[1] ?? '0x') as Hex);
    if (channel) {
      const { id, config, limit } = channel;
      return { id, config, balance: `${limit}`, claimed: '0', withdrawing: '0', withdrawableAt: null };
    }
    const closing = /^POST \/api\/channels\/(0x\w+)\/close$/.exec(name);
    if (closing) {
      const rest = money.close(closing[1] as Hex, body.issuedAt, body.signature);
      return { claimed: '0', refunded: `${rest}`, to: info().host, transaction: '0x' };
    }
    if (name.includes('/api/host/') && session !== hostToken) throw new Problem('host_token_needed');
    if (name === 'POST /api/host/chat-code') return { code: '7QK2-M9RX-4TBD', expiresAt: Date.now() + 600_000 };
    if (name === 'GET /api/host/chat-accounts') return state.chatAccounts;
    if (name === 'POST /api/host/chat-accounts/remove') {
      state.chatAccounts = [];
      return [];
    }
    if (name.startsWith('PATCH')) {
      if (body.open !== undefined) state.open = body.open;
      Object.assign(settings, body, body.price ? { price: BigInt(body.price) } : {});
      return hostStream();
    }
    if (name === 'GET /api/host/report') {
      const none = { watched: '0', tipped: '0', claimed: '0', paidMs: 0, freeMs: 0, tips: 0 };
      return { lines: [], count: 0, total: none };
    }
    if (name === 'POST /api/host/settle') return { claims: [], refunds: [], settled: `${one / 3n}`, transaction: '0x' };
    const topUp = /^POST \/api\/host\/links\/(0x\w+)\/top-up$/.exec(name);
    const purse = topUp && money.purses.get(topUp[1] as Hex);
    if (purse) {
      purse.limit += BigInt(body.amount);
      io.to(`signer ${purse.signer}`).emit('purse', stateOf(purse));
      return links()[0];
    }
    if (name.startsWith('POST') && name.endsWith('/links')) {
      for (const link of body.links) money.pass(link.signer.toLowerCase(), BigInt(link.limit), link.label);
      return links();
    }
    if (name.endsWith('/links')) return { links: links().reverse(), total: links().length };
    if (name.startsWith('GET /api/host/streams/')) return hostStream();
    throw new Problem('not_found');
  }

  function giveKey(session: string, path: string, response: ServerResponse): void {
    const number = Number(path.split('/')[3]);
    if (number > media.newest() || number < media.newest() - 20) throw new Problem('key_unknown');
    const signer = money.signer(session);
    const { purse, amount } = money.key(signer, number);
    response.setHeader('dtok-charged', `${amount}`);
    response.setHeader('dtok-preview-left', `${money.previewLeft(signer)}`);
    if (purse) {
      response.setHeader('dtok-purse', purse.id);
      response.setHeader('dtok-spent', `${purse.spent}`);
      response.setHeader('dtok-authorized', `${purse.authorized}`);
    }
    response.end(media.key(number));
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://mock');
    const session = (request.headers.authorization ?? '').replace('Bearer ', '');
    try {
      if (pathname.startsWith('/keys/')) return giveKey(session, pathname, response);
      if (pathname.startsWith('/api/')) {
        const body = await bodyOf(request);
        const said = await act(`${request.method} ${pathname}`, body, session);
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(said));
        return;
      }
      if (pathname.endsWith('.m3u8')) {
        if (state.stream === 'idle') throw new Problem('not_live');
        return void response.end(media.playlist('http://keys.invalid/keys/main'));
      }
      if (pathname.endsWith('.ts')) return void response.end(media.segment(Number(/(\d+)\.ts/.exec(pathname)?.[1])));
      const file = pages.find(([path]) => path.test(pathname))?.[1] ?? normalize(pathname);
      response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream');
      response.end(readFileSync(join(web, file)));
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem('not_found');
      response.writeHead(problem.status, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify(problem.body()));
    }
  }

  await new Promise<void>((resolve) => server.listen(needs.port ?? 0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    money,
    settings,
    tell,
    setState(next: StreamInfo['state']): void {
      state.stream = next;
      if (next !== 'reconnecting') tell(next === 'live' ? 'live' : 'ended', {});
    },
    push(purse: Parameters<typeof stateOf>[0] & { signer: Hex }): void {
      io.to(`signer ${purse.signer}`).emit('purse', stateOf(purse));
    },
    close: () => io.close(),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await startMock({ port: Number(process.argv[2] ?? 8499) });
  process.stdout.write(`${url}/ ${url}/watch/main ${url}/host#t=${hostToken} ${url}/overlay/main#t=${overlayToken}\n`);
}
