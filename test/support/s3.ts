// A small S3: a bucket in memory that checks every signature by the documented algorithm (SigV4), with faults on order.
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface Asked {
  method: string;
  /** As on the wire, with its query. */
  url: string;
  headers: Record<string, string | undefined>;
  body: Buffer;
}

const sha = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const mac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** The signature that a request of those signed headers must have, in that scope: `20130524/us-east-1/s3/aws4_request`. */
export function signatureOf({ method, url, headers }: Asked, signed: readonly string[], scope: string, secret: string) {
  const { pathname, searchParams } = new URL(url, 'http://any');
  const path = pathname.split('/').map((part) => escaped(decodeURIComponent(part)));
  const query = [...searchParams].map(([name, value]) => `${escaped(name)}=${escaped(value)}`).sort();
  const lines = signed.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`);
  const hash = headers['x-amz-content-sha256'] ?? '';
  const canonical = [method, path.join('/'), query.join('&'), lines.join(''), signed.join(';'), hash].join('\n');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha(canonical)].join('\n');
  const [day = '', region = '', service = '', end = ''] = scope.split('/');
  return mac(mac(mac(mac(mac(`AWS4${secret}`, day), region), service), end), text).toString('hex');
}

/** Null when the request is signed as it must be; else S3's code for what is wrong. */
export function checkSignature(asked: Asked, account: { accessKeyId: string; secretAccessKey: string }): string | null {
  const head = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/;
  const [, id, scope = '', names = '', signature] = head.exec(asked.headers.authorization ?? '') ?? [];
  if (!signature) return 'MissingSecurityHeader';
  if (id !== account.accessKeyId) return 'InvalidAccessKeyId';
  const signed = names.split(';');
  if (!signed.includes('host') || !signed.includes('x-amz-date')) return 'AccessDenied';
  if (asked.headers['x-amz-content-sha256'] !== sha(asked.body)) return 'XAmzContentSHA256Mismatch';
  return signatureOf(asked, signed, scope, account.secretAccessKey) === signature ? null : 'SignatureDoesNotMatch';
}

export const account = { accessKeyId: 'AKIDTEST', secretAccessKey: 'secret/with+signs', region: 'eu-test-1' };

export interface Stored {
  data: Buffer;
  type: string | undefined;
  cache: string | undefined;
}

/** A bucket named `shows`. `fault`: a status to answer with, or `hang`; null for what is right. `open`: anybody may read, from any page. */
export async function startS3({ open = false } = {}) {
  const objects = new Map<string, Stored>();
  const order: string[] = [];
  let fault: (asked: Asked) => number | 'hang' | null = () => null;
  function error(res: ServerResponse, status: number, code: string): void {
    res.writeHead(status).end(`<?xml version="1.0"?><Error><Code>${code}</Code></Error>`);
  }

  function list(res: ServerResponse, query: URLSearchParams): void {
    const all = [...objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '')).sort();
    const from = Number(query.get('continuation-token')?.slice('a&b'.length) ?? 0);
    // Pages of two, so that they are gone through.
    const keys = all.slice(from, from + 2).map((key) => `<Contents><Key>${key}</Key></Contents>`);
    const more = from + 2 < all.length ? `<NextContinuationToken>a&amp;b${from + 2}</NextContinuationToken>` : '';
    res.end(`<ListBucketResult>${keys.join('')}${more}</ListBucketResult>`);
  }

  function serve(asked: Asked, res: ServerResponse): void {
    const { pathname, searchParams } = new URL(asked.url, 'http://any');
    const [, bucket, ...rest] = decodeURIComponent(pathname).split('/');
    const key = rest.join('/');
    order.push(`${asked.method} ${key}`);
    const found = objects.get(key);
    if (bucket !== 'shows') error(res, 404, 'NoSuchBucket');
    else if (asked.method === 'GET' && key === '') list(res, searchParams);
    else if (asked.method === 'PUT') {
      const { 'content-type': type, 'cache-control': cache } = asked.headers;
      objects.set(key, { data: asked.body, type, cache });
      res.end();
    } else if (asked.method === 'DELETE') {
      objects.delete(key);
      res.writeHead(204).end();
    } else if (found) res.end(found.data);
    else error(res, 404, 'NoSuchKey');
  }

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of req) pieces.push(piece as Buffer);
    const { method = '', url = '' } = req;
    const asked = { method, url, headers: req.headers as Asked['headers'], body: Buffer.concat(pieces) };
    const wrong = fault(asked);
    if (wrong === 'hang') return;
    const anonymous = open && method === 'GET' && asked.headers.authorization === undefined;
    if (anonymous) res.setHeader('access-control-allow-origin', '*');
    const refused = anonymous ? null : checkSignature(asked, account);
    if (wrong !== null) error(res, wrong, wrong === 403 ? 'AccessDenied' : 'SlowDown');
    else if (refused) error(res, 403, refused);
    else serve(asked, res);
  }

  const server = createServer((req, res) => void answer(req, res)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    objects,
    order,
    setFault(next: (asked: Asked) => number | 'hang' | null): void {
      fault = next;
    },
    stop(): void {
      server.closeAllConnections();
      server.close();
    },
  };
}
