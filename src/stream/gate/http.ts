// The key path over bare HTTP, in front of everything else: one look-up, one charge, sixteen bytes.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ProblemBody } from '../../vocabulary/problems.js';
import { Problem } from '../../vocabulary/problems.js';
import type { Gate, KeyAnswer, TakePayment } from './gate.js';

const path = /^\/keys\/([a-z0-9][a-z0-9-]{0,31})\/(\d{1,12})(?:\?|$)/;

const bearer = /^Bearer +(\S+)$/i;

const shared = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'dtok-purse, dtok-spent, dtok-authorized, dtok-charged, dtok-preview-left, payment-required, payment-response',
  'cache-control': 'no-store',
};

export interface KeyPathNeeds {
  gate: Gate;
  /** The x402 `PAYMENT-REQUIRED` header for a key that costs `amount`. */
  paymentRequired: (url: string, amount: bigint) => string;
  /** Takes the payment in x402's `PAYMENT-SIGNATURE`; not called for a request without one. */
  pay: TakePayment;
  /** Hears of every answer: its status and how long it took (s). */
  onAnswer: (status: number, seconds: number) => void;
  onError: (error: unknown) => void;
}

/** Returns a handler that answers key requests and tells whether the request was one. */
export function createKeyPath(needs: KeyPathNeeds): (req: IncomingMessage, res: ServerResponse) => boolean {
  const { gate } = needs;

  function give(res: ServerResponse, answer: KeyAnswer, headers?: Record<string, string>): void {
    const { key, purse, charged, previewLeftMs } = answer;
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
      ...headers,
    });
    res.end(key);
  }

  async function answer(req: IncomingMessage, res: ServerResponse, stream: string, n: number): Promise<void> {
    const payment = req.headers['payment-signature'];
    if (typeof payment === 'string') return answerPayment(res, payment, req.url ?? '', stream, n);
    const { authorization } = req.headers;
    const token = authorization === undefined ? undefined : (bearer.exec(authorization)?.[1] ?? '');
    give(res, await gate.key(token, stream, n));
  }

  async function answerPayment(res: ServerResponse, header: string, url: string, stream: string, n: number) {
    const outcome = await gate.buy({ header, url }, stream, n, needs.pay);
    const { headers } = outcome;
    if (outcome.kind === 'refused') return refuse(res, outcome.problem, headers);
    if (outcome.kind === 'paid') return give(res, { ...outcome, previewLeftMs: 0 }, headers);
    res.writeHead(200, { ...shared, 'content-type': 'application/json', ...headers });
    res.end(JSON.stringify(outcome.body));
  }

  function refuse(res: ServerResponse, problem: Problem, headers: Record<string, string>): void {
    const body: ProblemBody = problem.body();
    const wait = problem.status === 429 ? { 'retry-after': '1' } : {};
    res.writeHead(problem.status, { ...shared, 'content-type': 'application/problem+json', ...wait, ...headers });
    res.end(JSON.stringify(body));
  }

  /** A 402 says how to pay. */
  const terms = (problem: Problem, url: string, amount: bigint): Record<string, string> =>
    problem.status === 402 ? { 'payment-required': needs.paymentRequired(url, amount) } : {};

  return (req, res) => {
    const match = path.exec(req.url ?? '');
    const [, stream, digits] = match ?? [];
    if (!stream || !digits) return false;
    const started = performance.now();
    res.once('finish', () => needs.onAnswer(res.statusCode, (performance.now() - started) / 1000));
    if (req.method === 'OPTIONS') {
      const allow = {
        // The official client sends the last one, though it is no header of requests.
        'access-control-allow-headers': 'authorization, payment-signature, access-control-expose-headers',
        'access-control-max-age': '86400',
      };
      res.writeHead(204, { ...shared, ...allow }).end();
    } else if (req.method !== 'GET') {
      refuse(res, new Problem('bad_request', { reason: 'a key is asked for with GET' }), {});
    } else {
      const n = Number(digits);
      answer(req, res, stream, n).catch((error) => {
        if (!(error instanceof Problem)) needs.onError(error);
        if (res.headersSent) return;
        const problem = error instanceof Problem ? error : new Problem('internal');
        refuse(res, problem, terms(problem, req.url ?? '', gate.costOf(stream, n)));
      });
    }
    return true;
  };
}
