// The key path over bare HTTP, in front of everything else: one look-up, one charge, sixteen bytes.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ProblemBody } from '../../vocabulary/problems.js';
import { Problem } from '../../vocabulary/problems.js';
import type { Wait } from './coming.js';
import type { Gate, KeyAnswer, TakePayment } from './gate.js';
import { addressOf, createAddressLimit } from './limits.js';

const path = /^\/keys\/([a-z0-9][a-z0-9-]{0,31})\/(\d{1,12})(?:\?|$)/;

const bearer = /^Bearer +(\S+)$/i;

/** RFC 7240: how many seconds the asker would wait for a key that comes next. */
const preferred = /(?:^|[,;\s])wait=(\d{1,4})/i;
const longestWaitMs = 10_000;

const shared = [
  ...['access-control-allow-origin', '*'],
  'access-control-expose-headers',
  'dtok-purse, dtok-spent, dtok-authorized, dtok-charged, dtok-preview-left, retry-after, payment-required, payment-response',
  ...['cache-control', 'no-store'],
];

export interface KeyPathNeeds {
  gate: Gate;
  /** The x402 `PAYMENT-REQUIRED` header for a key that costs `amount`. */
  paymentRequired: (url: string, amount: bigint) => string;
  /** Takes the payment in x402's `PAYMENT-SIGNATURE`; not called for a request without one. */
  pay: TakePayment;
  /** Hears of every answer: its status and how long it took (s). */
  onAnswer: (status: number, seconds: number) => void;
  onError: (error: unknown) => void;
  /** How many proxies of our own are in front: they say who asks. */
  proxies?: number;
  /** Key requests a second from one address, over some seconds. */
  perAddress?: number;
}

const preflight = {
  // The official client sends the last one, though it is no header of requests.
  'access-control-allow-headers': 'authorization, prefer, payment-signature, access-control-expose-headers',
  'access-control-max-age': '86400',
};

/** Which key, and since when the gate is at it. */
interface Asked {
  stream: string;
  n: number;
  from: { at: number };
}

/** Returns a handler that answers key requests and tells whether the request was one. */
export function createKeyPath(needs: KeyPathNeeds): (req: IncomingMessage, res: ServerResponse) => boolean {
  const { gate, proxies = 0, perAddress = 1000 } = needs;
  const mustWait = createAddressLimit({ perSecond: perAddress, now: () => performance.now() });

  /** Names and values by turns: Node sends those as they are. */
  function send(
    res: ServerResponse,
    status: number,
    headers: string[],
    body = '',
    more?: Record<string, string>,
  ): void {
    if (more) for (const name in more) headers.push(name, more[name] ?? '');
    res.writeHead(status, headers);
    // Sent together with the headers, because it is text to Node.
    res.end(body, 'latin1');
  }

  function give(res: ServerResponse, answer: KeyAnswer, more?: Record<string, string>): void {
    const { key, purse, charged, previewLeftMs } = answer;
    const headers = [...shared, 'content-type', 'application/octet-stream', 'content-length', '16'];
    headers.push('dtok-charged', charged.toString(), 'dtok-preview-left', previewLeftMs.toString());
    if (purse) {
      headers.push('dtok-purse', purse.id, 'dtok-spent', purse.spent.toString());
      headers.push('dtok-authorized', purse.authorized.toString());
    }
    send(res, 200, headers, key.toString('latin1'), more);
  }

  async function answer(req: IncomingMessage, res: ServerResponse, { stream, n, from }: Asked): Promise<void> {
    const payment = req.headers['payment-signature'];
    if (typeof payment === 'string') return answerPayment(res, payment, req.url ?? '', stream, n);
    const { authorization, prefer } = req.headers;
    const token = authorization === undefined ? undefined : (bearer.exec(authorization)?.[1] ?? '');
    const wait = prefer === undefined ? undefined : waitOf(`${prefer}`, res, from);
    give(res, await gate.key(token, stream, n, wait));
  }

  /** The time spent waiting is not the gate's. */
  function waitOf(prefer: string, res: ServerResponse, from: Asked['from']): Wait | undefined {
    const ms = Math.min(longestWaitMs, 1000 * Number(preferred.exec(prefer)?.[1] ?? 0));
    const over = () => {
      from.at = performance.now();
    };
    return ms > 0 ? { ms, over, gone: (then) => void res.once('close', then) } : undefined;
  }

  async function answerPayment(res: ServerResponse, header: string, url: string, stream: string, n: number) {
    const outcome = await gate.buy({ header, url }, stream, n, needs.pay);
    const { headers } = outcome;
    if (outcome.kind === 'refused') return refuse(res, outcome.problem, headers);
    if (outcome.kind === 'paid') return give(res, { ...outcome, previewLeftMs: 0 }, headers);
    send(res, 200, [...shared, 'content-type', 'application/json'], utf8(outcome.body), headers);
  }

  function refuse(res: ServerResponse, problem: Problem, more: Record<string, string>): void {
    const body: ProblemBody = problem.body();
    send(res, problem.status, [...shared, 'content-type', 'application/problem+json'], utf8(body), more);
  }

  /** What goes with a refusal: a 402 says how to pay, others when to come back. */
  function terms({ status }: Problem, url: string, stream: string, n: number): Record<string, string> {
    if (status === 402) return { 'payment-required': needs.paymentRequired(url, gate.costOf(stream, n)) };
    const again = status === 429 || status === 503 || (status === 404 && gate.isNext(stream, n));
    return again ? { 'retry-after': '1' } : {};
  }

  /** Answers any other way of asking. */
  function unasked(req: IncomingMessage, res: ServerResponse): void {
    const { method = '' } = req;
    const allow = 'GET, OPTIONS';
    if (method === 'OPTIONS') send(res, 204, [...shared], '', preflight);
    else refuse(res, new Problem('wrong_method', { method, allow }), { allow });
  }

  return (req, res) => {
    const match = path.exec(req.url ?? '');
    const [, stream, digits] = match ?? [];
    if (!stream || !digits) return false;
    const from = { at: performance.now() };
    const told = () => needs.onAnswer(res.statusCode, (performance.now() - from.at) / 1000);
    const seconds = mustWait(addressOf(req, proxies));
    const n = Number(digits);
    const failed = (error: unknown): void => {
      if (!(error instanceof Problem)) needs.onError(error);
      if (res.headersSent) return;
      const problem = error instanceof Problem ? error : new Problem('internal');
      refuse(res, problem, terms(problem, req.url ?? '', stream, n));
    };
    if (seconds > 0) refuse(res, new Problem('rate_limited'), { 'retry-after': `${seconds}` });
    else if (req.method !== 'GET') unasked(req, res);
    else {
      void answer(req, res, { stream, n, from }).catch(failed).then(told);
      return true;
    }
    told();
    return true;
  };
}

/** As text of which each character is a byte. */
const utf8 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('latin1');
