// A dTok with bots in a process of its own, an overlay on its feed, pages that tip over HTTP; and the bare bots.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { io, type Socket } from 'socket.io-client';
import { addressOf, randomKey, sessionDigest, sign, voucherDigest } from '../../src/payments/typed-data.js';
import type { ClientToServer, ServerToClient } from '../../src/vocabulary/events.js';
import { type Dtok, removeFolder, startDtok } from '../../test/support/dtok.js';
import type { Crowd, Speaker } from './bots-crowd.js';

const stream = 'main';
const params = { stream };
const tipped = 10n ** 16n;

/** Its data is on the disk that the project is on: a folder in memory would take no time to write to. */
export async function openDtok(root: string, { discord, telegram }: Crowd) {
  const cache = join(root, '.cache');
  mkdirSync(cache, { recursive: true });
  const data = mkdtempSync(join(cache, 'bench-'));
  process.once('exit', () => removeFolder(data));
  const bots = {
    ...{ DISCORD_TOKEN: discord.token, DISCORD_API: discord.url },
    ...{ TELEGRAM_TOKEN: telegram.token, TELEGRAM_API_ROOT: telegram.apiRoot },
  };
  // Looking every two seconds at each address that asked for a top-up takes CPU that is no command's.
  const quiet = {
    CHAIN_POLL_SECONDS: '60',
    TEST_CARD: 'off',
    LOG_LEVEL: 'warn',
    MIN_TIP: '0.01',
    RATE_LIMIT: '1000000',
  };
  const dtok = await startDtok({ env: { ...quiet, ...bots }, data });
  await discord.until(() => discord.commandsOf().length > 0);
  const options = ['Red', 'Blue', 'Green'];
  await dtok.api('createPoll', {
    params,
    body: { id: 'bench-poll', question: 'Which light?', options, durationMs: 3_600_000 },
  });
  return dtok;
}

/** ms of CPU since it began, of all its threads, and the kernel's for it. */
export async function cpuOf({ base }: Dtok): Promise<number> {
  const text = await (await fetch(`${base}/metrics`)).text();
  return 1000 * Number(/^process_cpu_seconds_total ([\d.e+-]+)/m.exec(text)?.[1] ?? Number.NaN);
}

/** When each tip came to an overlay, by its id. */
export async function openOverlay({ base }: Dtok) {
  const socket: Socket<ServerToClient, ClientToServer> = io(base, { transports: ['websocket'] });
  const shown = new Map<string, number>();
  socket.on('event', (event) => {
    if (event.type === 'tip') shown.set(event.data.id, performance.now());
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  const answer = await socket.emitWithAck('follow', params);
  if (!answer.ok) throw new Error(answer.detail);
  return { shown, close: () => void socket.disconnect() };
}

/** Viewers with a watch link each, a voucher for all of it, and a session. */
export async function openPages(dtok: Dtok, count: number): Promise<Speaker[]> {
  const { terms } = await dtok.api('getStream', { params });
  const domain = { chainId: terms.chainId, contract: terms.contract };
  const limit = 10n ** 18n;
  async function open(): Promise<Speaker> {
    const key = randomKey();
    const signer = addressOf(key);
    const [link] = await dtok.api('makeLinks', { params, body: { links: [{ signer, limit: `${limit}` }] } });
    if (!link) throw new Error('no link');
    const signature = sign(voucherDigest(link.id, limit, domain), key);
    await dtok.api('postVoucher', { body: { channelId: link.id, maxClaimableAmount: `${limit}`, signature } });
    const issuedAt = Date.now();
    const proof = { stream, signer, issuedAt, signature: sign(sessionDigest(stream, issuedAt, domain), key) };
    const { session } = await dtok.api('openSession', { body: proof });
    const headers = { authorization: `Bearer ${session}`, 'content-type': 'application/json' };
    let made = 0;
    return {
      way: 'page',
      async say() {
        const tip = `page-${signer}-${made++}`;
        const body = JSON.stringify({ id: tip, amount: `${tipped}`, name: 'Eve', message: 'great solo' });
        const at = performance.now();
        const response = await fetch(`${dtok.base}/api/tips`, { method: 'POST', headers, body });
        await response.arrayBuffer();
        const done = response.ok ? performance.now() : null;
        return { way: 'page', kind: 'tip', tip, at, taken: () => done, answered: done };
      },
    };
  }
  const pages: Speaker[] = [];
  while (pages.length < count) pages.push(await open());
  return pages;
}

/** The bare bots, in a process of their own too. */
export async function openEcho({ discord, telegram }: Crowd) {
  const file = fileURLToPath(new URL('bots-echo.ts', import.meta.url));
  const given = [discord.url, discord.token, telegram.apiRoot, telegram.token];
  const child = fork(file, given, { execArgv: ['--import', 'tsx'] });
  const ended = once(child, 'exit').then(() => {
    throw new Error('the bare bots ended');
  });
  ended.catch(() => {});
  await Promise.race([once(child, 'message'), ended]);
  return {
    async cpu(): Promise<number> {
      child.send('cpu');
      const [usage] = (await Promise.race([once(child, 'message'), ended])) as [NodeJS.CpuUsage];
      return (usage.user + usage.system) / 1000;
    },
    close: (): void => child.disconnect(),
  };
}
