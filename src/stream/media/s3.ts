// Publishes into S3-compatible storage: few calls, each signed, timed and tried a bounded number of times.
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';
import type { Target } from './folder.js';
import { headersOf } from './kinds.js';

export interface S3Account {
  /** Of the service, without the bucket: https://s3.eu-central-1.amazonaws.com */
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

export interface S3Options {
  account: S3Account;
  bucket: string;
  /** Before each name: empty, or ending in a slash. */
  prefix: string;
  /** Of one try. */
  timeoutMs?: number;
  tries?: number;
  firstRetryMs?: number;
}

/** What the storage says when it refuses; it never has credentials in it. */
function refusal(status: number, body: string): Error {
  const code = /<Code>([\w.]{1,60})<\/Code>/.exec(body)?.[1];
  return Object.assign(new Error(`the storage answered ${status}${code ? ` (${code})` : ''}`), { status });
}

const passing = (status: number): boolean => status >= 500 || status === 429 || status === 408;
const plain = (text: string): string =>
  text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => entities[name] ?? '');
const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

export function s3Target(options: S3Options): Target {
  const { account, bucket, prefix, timeoutMs = 5000, tries = 3, firstRetryMs = 200 } = options;
  const { accessKeyId, secretAccessKey, region } = account;
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 0 });
  const folder = `${account.endpoint.replace(/\/$/, '')}/${bucket}`;

  async function once(method: string, url: string, data?: Buffer, headers?: Record<string, string>): Promise<Response> {
    const hash = createHash('sha256')
      .update(data ?? '')
      .digest('hex');
    const body = data ? { body: new Uint8Array(data) } : {};
    const signed = await client.sign(url, { method, ...body, headers: { ...headers, 'x-amz-content-sha256': hash } });
    const response = await fetch(signed, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
    if (response.ok || response.status === 404) return response;
    throw refusal(response.status, (await response.text()).slice(0, 2000));
  }

  /** Throws what the last try threw; a refusal that will not change is not tried again. */
  async function ask<T>(act: () => Promise<T>): Promise<T> {
    for (let tried = 1; ; tried++) {
      try {
        return await act();
      } catch (error) {
        const { status } = error as { status?: number };
        if (tried >= tries || (status !== undefined && !passing(status))) throw error;
        await pause(firstRetryMs * 2 ** (tried - 1));
      }
    }
  }

  const at = (name: string): string => `${folder}/${prefix}${name}`;

  async function page(token: string | undefined): Promise<{ names: string[]; next: string | undefined }> {
    const query = new URLSearchParams({ 'list-type': '2', prefix, ...(token && { 'continuation-token': token }) });
    const text = await ask(async () => {
      const response = await once('GET', `${folder}?${query}`);
      if (response.status === 404) throw refusal(404, await response.text());
      return response.text();
    });
    const names = [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => plain(key).slice(prefix.length));
    const next = /<NextContinuationToken>([^<]+)</.exec(text)?.[1];
    return { names: names.filter((name) => !name.includes('/')), next: next && plain(next) };
  }

  return {
    async put(name, data) {
      await ask(async () => {
        const response = await once('PUT', at(name), Buffer.from(data), headersOf(name, data));
        const text = await response.text();
        if (!response.ok) throw refusal(response.status, text);
      });
    },
    get: (name) =>
      ask(async () => {
        const response = await once('GET', at(name));
        const data = Buffer.from(await response.arrayBuffer());
        return response.ok ? data : null;
      }),
    async remove(name) {
      await ask(async () => void (await (await once('DELETE', at(name))).arrayBuffer()));
    },
    async list() {
      const all: string[] = [];
      for (let token: string | undefined; ; ) {
        const { names, next } = await page(token);
        all.push(...names);
        if (!next) return all;
        token = next;
      }
    },
  };
}
