// The way to the node: ethers' HTTP calls, slow, lost, failing or answered in vain, as the schedule says.
import { FetchRequest, type GetUrlResponse } from 'ethers';
import type { Random } from '../../support/random.js';
import type { Clock } from '../clock.js';
import type { Trace } from '../trace.js';
import { RpcError } from './rpc.js';

/** How the node's line is: as it should be, refusing, or silent until the caller gives up. */
export type Line = 'up' | 'down' | 'silent';

export interface WireFaults {
  line: Line;
  /** Share of calls that are lost before, or after, the node has done them, or answered with status 500. */
  lost: number;
  slow: number;
}

/** ethers gives up after this long. */
const patienceMs = 300_000;

interface Body {
  id: number;
  method: string;
  params: unknown[];
}

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const reply = (statusCode: number, body: unknown): GetUrlResponse => ({
  statusCode,
  statusMessage: statusCode === 200 ? 'OK' : 'Internal Server Error',
  headers: { 'content-type': 'application/json' },
  body: bytes(body),
});

let getUrl: (request: FetchRequest) => Promise<GetUrlResponse> = () => Promise.reject(new Error('no chain'));
let registered = false;

/** Every call of a server goes through `point` first: a server that has died makes none, and hears nothing. */
export function layWire(needs: {
  clock: Clock;
  random: Random;
  trace: Trace;
  faults: WireFaults;
  answer: (method: string, params: readonly unknown[]) => unknown;
  alive: (url: string) => boolean;
  point: (url: string) => boolean;
  /** The model of the node itself failed. */
  onBug: (error: unknown) => void;
}): () => void {
  const { clock, random, trace, faults, answer } = needs;
  const never = new Promise<never>(() => {});

  /** Not a step of the server's: what is on its way arrives, also when the server has died meanwhile. */
  const later = <T>(ms: number, label: string, act: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      const step = () => {
        try {
          resolve(act());
        } catch (error) {
          reject(error);
        }
      };
      clock.after(ms, label, step, { quiet: true });
    });

  const unreachable = (): never => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  };

  function perform({ id, method, params }: Body): GetUrlResponse {
    try {
      return reply(200, { jsonrpc: '2.0', id, result: answer(method, params) });
    } catch (error) {
      if (!(error instanceof RpcError)) {
        needs.onBug(error);
        throw error;
      }
      const { code, message, data } = error;
      return reply(200, { jsonrpc: '2.0', id, error: { code, message, ...(data && { data }) } });
    }
  }

  /** The call reaches the node, or not; the answer comes back, or not. */
  async function travel(body: Body): Promise<GetUrlResponse> {
    const { method } = body;
    const there = random.wait(2, faults.slow);
    if (faults.line === 'down') return later(there, `${method} refused`, unreachable);
    if (faults.line === 'silent') return later(patienceMs, `${method} timed out`, unreachable);
    if (random.chance(faults.lost)) return lose(body, there);
    const answered = await later(there, method, () => perform(body));
    // Mostly nothing happens meanwhile.
    if (random.chance(0.7)) return answered;
    return later(random.wait(2, faults.slow), `${method} answered`, () => answered);
  }

  async function lose(body: Body, there: number): Promise<GetUrlResponse> {
    const { method } = body;
    const how = random.pick(['before', 'after', 'error'] as const);
    if (method === 'eth_sendRawTransaction') trace.say(`the chain's line fails ${how} ${method}`);
    if (how === 'error') return later(there, `${method} failed`, () => reply(500, {}));
    if (how === 'after') await later(there, method, () => perform(body));
    return later(there, `${method} lost`, unreachable);
  }

  getUrl = async (request) => {
    if (!needs.point(request.url)) return never;
    const response = await travel(JSON.parse(new TextDecoder().decode(request.body ?? new Uint8Array())) as Body);
    return needs.alive(request.url) ? response : never;
  };
  if (!registered) FetchRequest.registerGetUrl((request) => getUrl(request));
  registered = true;

  const realFetch = globalThis.fetch;
  /** Only the first question of all is asked by `fetch`. */
  globalThis.fetch = (async (url: string) => {
    if (!needs.point(url)) return never;
    await later(random.wait(2, faults.slow), 'the first call', faults.line === 'up' ? () => {} : unreachable);
    return { ok: true, status: 200 };
  }) as unknown as typeof fetch;
  return () => {
    globalThis.fetch = realFetch;
  };
}
