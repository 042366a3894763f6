// What a key request is answered, whatever way it came: one look-up, one charge, sixteen bytes.
import type { IncomingMessage } from 'node:http';
import { Problem } from '../../vocabulary/problems.js';
import type { Wait } from './coming.js';
import type { Gate, KeyAnswer, TakePayment } from './gate.js';
import { type Asking, addressOf, createAddressLimit } from './limits.js';

const path = /^\/keys\/([a-z0-9][a-z0-9-]{0,31})\/(\d{1,12})(?:\?|$)/;

const bearer = /^Bearer +(\S+)$/i;

/** RFC 7240: how many seconds the asker would wait for a key that comes next. */
const preferred = /(?:^|[,;\s])wait=(\d{1,4})/i;
const longestWaitMs = 10_000;

/** Headers that are the same in all answers of a kind: as names and values by turns, and as they are sent. */
export interface Common {
  readonly pairs: readonly string[];
  readonly lines: string;
}

export function linesOf(pairs: readonly string[]): string {
  let lines = '';
  for (let i = 0; i < pairs.length; i += 2) lines += `${pairs[i]}: ${pairs[i + 1]}\r\n`;
  return lines;
}

function common(...more: string[]): Common {
  const exposed =
    'dtok-purse, dtok-spent, dtok-authorized, dtok-charged, dtok-preview-left, retry-after, payment-required, payment-response';
  const all = ['access-control-allow-origin', '*', 'access-control-expose-headers', exposed];
  const pairs = [...all, 'cache-control', 'no-store', ...more];
  return { pairs, lines: linesOf(pairs) };
}

const ofKey = common('content-type', 'application/octet-stream', 'content-length', '16');
const ofProblem = common('content-type', 'application/problem+json');
const ofJson = common('content-type', 'application/json');
const ofPreflight = common();

/** What is asked of a request: Node's own has it. */
export type Asked = Pick<IncomingMessage, 'method' | 'url'> & Asking;

export interface Answer {
  status: number;
  common: Common;
  /** Names and values by turns, behind the common ones. */
  more: readonly string[];
  /** Each character is a byte. */
  body: string;
}

/** Undefined when that is no key request; `gone` is called with what to do when nobody waits any more. */
export type KeyAnswers = (asked: Asked, gone: Wait['gone']) => Answer | Promise<Answer> | undefined;

export interface KeyAnswersNeeds {
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

/** Which key, who asks for it, and since when the gate is at it. */
interface Visit {
  asked: Asked;
  gone: Wait['gone'];
  url: string;
  stream: string;
  n: number;
  at: number;
}

const pairsOf = (headers: Record<string, string> = {}): string[] => Object.entries(headers).flat();

/** As text of which each character is a byte. */
const utf8 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('latin1');

function json(status: number, common: Common, value: unknown, headers: Record<string, string>): Answer {
  const body = utf8(value);
  return { status, common, more: ['content-length', `${body.length}`, ...pairsOf(headers)], body };
}

const refusal = (problem: Problem, headers: Record<string, string>): Answer =>
  json(problem.status, ofProblem, problem.body(), headers);

function given({ key, purse, charged, previewLeftMs }: KeyAnswer, headers?: Record<string, string>): Answer {
  const more = ['dtok-charged', charged.toString(), 'dtok-preview-left', previewLeftMs.toString()];
  if (purse) {
    more.push('dtok-purse', purse.id, 'dtok-spent', purse.spent.toString());
    more.push('dtok-authorized', purse.authorized.toString());
  }
  if (headers) more.push(...pairsOf(headers));
  return { status: 200, common: ofKey, more, body: key.toString('latin1') };
}

/** To any other way of asking. */
function unasked(method = ''): Answer {
  const allow = 'GET, OPTIONS';
  if (method === 'OPTIONS') return { status: 204, common: ofPreflight, more: pairsOf(preflight), body: '' };
  return refusal(new Problem('wrong_method', { method, allow }), { allow });
}

/** The time spent waiting is not the gate's. */
function waitOf(prefer: string, visit: Visit): Wait | undefined {
  const ms = Math.min(longestWaitMs, 1000 * Number(preferred.exec(prefer)?.[1] ?? 0));
  const over = () => {
    visit.at = performance.now();
  };
  return ms > 0 ? { ms, over, gone: visit.gone } : undefined;
}

export function createKeyAnswers(needs: KeyAnswersNeeds): KeyAnswers {
  const { gate, proxies = 0, perAddress = 1000 } = needs;
  const mustWait = createAddressLimit({ perSecond: perAddress, now: () => performance.now() });

  async function answerPayment(header: string, { url, stream, n }: Visit): Promise<Answer> {
    const outcome = await gate.buy({ header, url }, stream, n, needs.pay);
    const { headers } = outcome;
    if (outcome.kind === 'refused') return refusal(outcome.problem, headers);
    if (outcome.kind === 'paid') return given({ ...outcome, previewLeftMs: 0 }, headers);
    return json(200, ofJson, outcome.body, headers);
  }

  function answer(visit: Visit): Answer | Promise<Answer> {
    const { authorization, prefer, 'payment-signature': payment } = visit.asked.headers;
    if (typeof payment === 'string') return answerPayment(payment, visit);
    const token = authorization === undefined ? undefined : (bearer.exec(authorization)?.[1] ?? '');
    const wait = prefer === undefined ? undefined : waitOf(`${prefer}`, visit);
    const key = gate.ask(token, visit.stream, visit.n, wait);
    return key instanceof Promise ? key.then((it) => given(it)) : given(key);
  }

  /** What goes with a refusal: a 402 says how to pay, others when to come back. */
  function terms({ status }: Problem, { url, stream, n }: Visit): Record<string, string> {
    if (status === 402) return { 'payment-required': needs.paymentRequired(url, gate.costOf(stream, n)) };
    const again = status === 429 || status === 503 || (status === 404 && gate.isNext(stream, n));
    return again ? { 'retry-after': '1' } : {};
  }

  function failed(error: unknown, visit: Visit): Answer {
    if (!(error instanceof Problem)) needs.onError(error);
    const problem = error instanceof Problem ? error : new Problem('internal');
    return refusal(problem, terms(problem, visit));
  }

  return (asked, gone) => {
    const { url = '' } = asked;
    const [, stream, digits] = path.exec(url) ?? [];
    if (!stream || !digits) return undefined;
    const visit: Visit = { asked, gone, url, stream, n: Number(digits), at: performance.now() };
    const told = (answer: Answer): Answer => {
      needs.onAnswer(answer.status, (performance.now() - visit.at) / 1000);
      return answer;
    };
    const seconds = mustWait(addressOf(asked, proxies));
    if (seconds > 0) return told(refusal(new Problem('rate_limited'), { 'retry-after': `${seconds}` }));
    if (asked.method !== 'GET') return told(unasked(asked.method));
    try {
      const answered = answer(visit);
      return answered instanceof Promise ? answered.catch((error) => failed(error, visit)).then(told) : told(answered);
    } catch (error) {
      return told(failed(error, visit));
    }
  };
}
