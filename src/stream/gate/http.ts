// The key path over bare HTTP, in front of everything else: one look-up, one charge, sixteen bytes.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ProblemBody } from '../../vocabulary/problems.js';
import { Problem } from '../../vocabulary/problems.js';
import type { Gate } from './gate.js';

const path = /^\/keys\/([a-z0-9][a-z0-9-]{0,31})\/(\d{1,12})(?:\?|$)/;

const shared = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'dtok-purse, dtok-spent, dtok-authorized, dtok-charged, dtok-preview-left, payment-required',
  'cache-control': 'no-store',
};

export interface KeyPathNeeds {
  gate: Gate;
  /** The x402 `PAYMENT-REQUIRED` header for a key that costs `amount`. */
  paymentRequired: (url: string, amount: bigint) => string;
  /** Hears of every answer: its status and how long it took (s). */
  onAnswer: (status: number, seconds: number) => void;
  onError: (error: unknown) => void;
}

/** Returns a handler that answers key requests and tells whether the request was one. */
export function createKeyPath(needs: KeyPathNeeds): (req: IncomingMessage, res: ServerResponse) => boolean {
  const { gate } = needs;

  async function answer(req: IncomingMessage, res: ServerResponse, stream: string, n: number): Promise<void> {
    const token = req.headers.authorization?.replace(/^Bearer /, '');
    const { key, purse, charged, previewLeftMs } = await gate.key(token, stream, n);
    res.writeHead(200, {
      ...shared,
      'content-type': 'application/octet-stream',
      'content-length': 16,
      'dtok-charged': charged.toString(),
      'dtok-preview-left': previewLeftMs,
      ...(purse && {
        'dtok-purse': purse.id,
        'dtok-spent': purse.spent.toString(),
        'dtok-authorized': purse.authorized.toString(),
      }),
    });
    res.end(key);
  }

  function refuse(res: ServerResponse, problem: Problem, stream: string, n: number, url: string): void {
    const body: ProblemBody = problem.body();
    res.writeHead(problem.status, {
      ...shared,
      'content-type': 'application/problem+json',
      ...(problem.status === 402 && { 'payment-required': needs.paymentRequired(url, gate.costOf(stream, n)) }),
    });
    res.end(JSON.stringify(body));
  }

  return (req, res) => {
    const match = path.exec(req.url ?? '');
    const [, stream, digits] = match ?? [];
    if (!stream || !digits) return false;
    const started = performance.now();
    res.once('finish', () => needs.onAnswer(res.statusCode, (performance.now() - started) / 1000));
    if (req.method === 'OPTIONS') {
      const allow = {
        'access-control-allow-headers': 'authorization, payment-signature',
        'access-control-max-age': '86400',
      };
      res.writeHead(204, { ...shared, ...allow }).end();
    } else if (req.method !== 'GET') {
      refuse(res, new Problem('bad_request', { reason: 'a key is asked for with GET' }), stream, 0, req.url ?? '');
    } else {
      const n = Number(digits);
      answer(req, res, stream, n).catch((error) => {
        if (!(error instanceof Problem)) needs.onError(error);
        if (!res.headersSent) {
          refuse(res, error instanceof Problem ? error : new Problem('internal'), stream, n, req.url ?? '');
        }
      });
    }
    return true;
  };
}
