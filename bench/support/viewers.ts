// Viewers as a server sees them, thousands in this process: a session, a key a period, vouchers ahead of need, an ear for events.
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import { addressOf, randomKey, sessionDigest, voucherDigest } from '../../src/payments/typed-data.js';
import type { ClientToServer, ServerToClient } from '../../src/vocabulary/events.js';
import type { Hex } from '../../src/vocabulary/values.js';
import type { Dtok } from '../../test/support/dtok.js';
import { native } from './vouchers.js';

const stream = 'main';
const params = { stream };
const limit = 10n ** 18n;
/** As the page does: signed for so many keys ahead. */
const keysAhead = 5n;
const tipped = 10n ** 14n;
/** A show that has no new key for so long is over. */
const longestMs = 30_000;

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Viewer {
  /** Resolves to how long the answer took (ms); signs ahead when it must. */
  key(path: string): Promise<number>;
  tip(): Promise<void>;
  events(): number;
  close(): void;
}

/** By the native library: a page signs for itself, this process for all. */
function signerOf(key: Hex) {
  const secret = Buffer.from(key.slice(2), 'hex');
  return (digest: Uint8Array): Hex => {
    const { signature, recid } = native.ecdsaSign(digest, secret);
    return `0x${Buffer.from(signature).toString('hex')}${(27 + recid).toString(16)}`;
  };
}

function sender(base: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const send = (method: string, path: string, headers: Record<string, string>, body?: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const asking = request(`${base}${path}`, { method, agent, headers }, (res) => {
        let text = '';
        res.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
        res.once('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, body: text }));
      });
      asking.once('error', reject).end(body);
    });
  return { send, close: () => agent.destroy() };
}

interface Link {
  secret: Hex;
  purse: Hex;
}

export async function makeLinks(dtok: Dtok, count: number): Promise<Link[]> {
  const secrets = Array.from({ length: count }, randomKey);
  const links = secrets.map((secret) => ({ signer: addressOf(secret), limit: `${limit}` }));
  const made = await dtok.api('makeLinks', { params, body: { links } });
  return secrets.map((secret, i) => ({ secret, purse: made[i]?.id ?? '0x' }));
}

export async function openViewers(dtok: Dtok, links: readonly Link[]): Promise<Viewer[]> {
  const { terms } = await dtok.api('getStream', { params });
  const domain = { chainId: terms.chainId, contract: terms.contract };
  const viewers: Viewer[] = [];
  for (let i = 0; i < links.length; i += 50) {
    viewers.push(...(await Promise.all(links.slice(i, i + 50).map(open))));
  }
  return viewers;

  async function open({ secret, purse }: Link): Promise<Viewer> {
    const sign = signerOf(secret);
    const { send, close } = sender(dtok.base);
    const json = { 'content-type': 'application/json' };
    const issuedAt = Date.now();
    const proof = {
      stream,
      signer: addressOf(secret),
      issuedAt,
      signature: sign(sessionDigest(stream, issuedAt, domain)),
    };
    const opened = await send('POST', '/api/sessions', json, JSON.stringify(proof));
    if (opened.status !== 200) throw new Error(opened.body);
    const { session } = JSON.parse(opened.body) as { session: string };
    const headers = { authorization: `Bearer ${session}` };
    const socket: Socket<ServerToClient, ClientToServer> = io(dtok.base, { transports: ['websocket'], forceNew: true });
    let events = 0;
    socket.on('event', () => events++);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('connect_error', reject);
    });
    const following = await socket.emitWithAck('follow', { stream, session });
    if (!following.ok) throw new Error(following.detail);
    let signed = 0n;

    async function authorize(amount: bigint): Promise<void> {
      signed = amount;
      const signature = sign(voucherDigest(purse, amount, domain));
      const body = JSON.stringify({ channelId: purse, maxClaimableAmount: `${amount}`, signature });
      const answer = await send('POST', '/api/vouchers', { ...headers, ...json }, body);
      if (answer.status !== 200) throw new Error(answer.body);
    }

    return {
      async key(path) {
        for (;;) {
          const from = performance.now();
          const answer = await send('GET', path, headers);
          const took = performance.now() - from;
          if (answer.status === 402) {
            const { facts } = JSON.parse(answer.body) as { facts: { needed: string } };
            await authorize(BigInt(facts.needed) * (keysAhead + 1n));
          } else if (answer.status !== 200) {
            throw new Error(answer.body);
          } else {
            const spent = BigInt(`${answer.headers['dtok-spent']}`);
            const charged = BigInt(`${answer.headers['dtok-charged']}`);
            if (signed < spent + 2n * charged) await authorize(spent + keysAhead * charged);
            return took;
          }
        }
      },
      async tip() {
        const id = `tip-${randomKey().slice(2, 34)}`;
        const wish = { id, amount: `${tipped}`, name: 'Eve', message: 'great solo' };
        await authorize(signed + tipped);
        const answer = await send('POST', '/api/tips', { ...headers, ...json }, JSON.stringify(wish));
        if (answer.status !== 200) throw new Error(answer.body);
      },
      events: () => events,
      close() {
        socket.disconnect();
        close();
      },
    };
  }
}

/** Where the newest key of the show is, told from its playlist; waits for one that is not `after`. */
export async function newestKey({ base }: Dtok, after: string): Promise<string> {
  const media = `${base}/media/${stream}/`;
  const text = async (name: string): Promise<string> => (await fetch(media + name)).text();
  for (const until = Date.now() + longestMs; Date.now() < until; await pause(100)) {
    const variant = /^[^#\s]+\.m3u8$/m.exec(await text('live.m3u8'))?.[0];
    const paths = variant ? (await text(variant)).match(/\/keys\/[\w-]+\/\d+/g) : null;
    const path = paths?.at(-1);
    if (path && path !== after) return path;
  }
  throw new Error('the show has no new key');
}
