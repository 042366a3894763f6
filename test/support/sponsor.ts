// Runs `dtok sponsor` as its users do, in processes of their own, and viewers who spend through its links.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { addressOf, type Domain, passId, sessionDigest, sign, voucherDigest } from '../../src/payments/typed-data.js';
import { readCsv } from '../../src/sponsor/wishes.js';
import type { StreamInfo } from '../../src/vocabulary/streams.js';
import type { Hex } from '../../src/vocabulary/values.js';

const cli = fileURLToPath(new URL('../../dist/server/cli.js', import.meta.url));
const limitMs = 20_000;

/** Runs one command to its end. */
export async function dtokSponsor(data: string, ...args: string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [cli, 'sponsor', ...args, '--data', data], { cwd: data });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const [code] = (await once(child, 'close', { signal: AbortSignal.timeout(limitMs) })) as [number | null];
  return { code, said };
}

export interface SponsorProcess {
  process: ChildProcess;
  output: () => string;
  /** Resolves once it has said this since it started, `times` times. */
  said(text: string, times?: number): Promise<void>;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a sponsor that signs until it is killed; resolves when it does. */
export async function startSponsor(data: string, ...args: string[]): Promise<SponsorProcess> {
  const child = spawn(process.execPath, [cli, 'sponsor', ...args, '--data', data], { cwd: data });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const exit = once(child, 'exit');
  async function said(text: string, times = 1): Promise<void> {
    for (const limit = Date.now() + limitMs; output.split(text).length <= times; await pause(10)) {
      if (child.exitCode !== null || Date.now() > limit) throw new Error(`it did not say “${text}”:\n${output}`);
    }
  }
  await said('Signing as links spend');
  return {
    process: child,
    output: () => output,
    said,
    kill: async (signal = 'SIGKILL') => {
      child.kill(signal);
      await exit;
    },
  };
}

/** The links of a CSV, by label. */
export function linksIn(file: string): { label: string; key: Hex }[] {
  const [, ...rows] = readCsv(readFileSync(file, 'utf8'));
  return rows.map(([label = '', , , url = '']) => {
    const key = Buffer.from(url.split('#k=')[1] ?? '', 'base64url').toString('hex');
    return { label, key: `0x${key}` as Hex };
  });
}

export interface Viewer {
  signer: Hex;
  id: Hex;
  /** Signs up to what was tipped and `amount`, and tips that; resolves to 200 or the problem's code. */
  tip(amount: bigint): Promise<number | string>;
  /** Signs ahead without spending. */
  sign(total: bigint): Promise<number | string>;
  signed: () => bigint;
}

/** Somebody who opened a watch link of `channel`. */
export async function openLink(base: string, info: StreamInfo, channel: Hex, key: Hex): Promise<Viewer> {
  const domain: Domain = { chainId: info.terms.chainId, contract: info.terms.contract as Hex };
  const signer = addressOf(key);
  const id = passId(channel, signer, domain);
  let session = '';
  let tips = 0;
  let spent = 0n;
  let signed = 0n;

  async function post(path: string, body: object): Promise<{ status: number; answer: Record<string, string> }> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${session}` };
    const response = await fetch(`${base}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: response.status, answer: (await response.json()) as Record<string, string> };
  }

  async function enter(): Promise<void> {
    const issuedAt = Date.now();
    const signature = sign(sessionDigest(info.id, issuedAt, domain), key);
    session = (await post('/api/sessions', { stream: info.id, signer, issuedAt, signature })).answer.session ?? '';
  }

  async function signUpTo(total: bigint): Promise<number | string> {
    const signature = sign(voucherDigest(id, total, domain), key);
    const { status, answer } = await post('/api/vouchers', {
      channelId: id,
      maxClaimableAmount: `${total}`,
      signature,
    });
    if (status === 200) signed = total;
    return status === 200 ? 200 : (answer.code ?? status);
  }

  await enter();
  return {
    signer,
    id,
    signed: () => signed,
    sign: signUpTo,
    async tip(amount) {
      if (spent + amount > signed) {
        const refused = await signUpTo(spent + amount);
        if (refused !== 200) return refused;
      }
      tips += 1;
      const body = { id: `tip-${tips}-${signer.slice(2, 12)}`, amount: `${amount}`, name: 'a', message: 'b' };
      let { status, answer } = await post('/api/tips', body);
      if (answer.code === 'session_needed') {
        await enter();
        ({ status, answer } = await post('/api/tips', body));
      }
      if (status !== 200) return answer.code ?? status;
      spent += amount;
      return 200;
    },
  };
}

export const ledgerFile = (data: string): string => join(data, 'dtok.sqlite');
