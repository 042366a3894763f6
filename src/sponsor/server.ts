// The server as a sponsor asks it: typed by the vocabulary, patient where asking again is harmless.
import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, type RouteName, routes, type Sent } from '../vocabulary/api.js';
import type { ProblemBody } from '../vocabulary/problems.js';
import type { Route } from '../vocabulary/routes/route.js';

/** A refusal by the server; `message` is for people. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const tries = 4;

export type SponsorServer = ReturnType<typeof createServer>;

export function createServer(base: string) {
  async function once(url: string, init: RequestInit): Promise<Response> {
    for (let left = tries; ; left--) {
      try {
        const response = await fetch(url, { ...init, signal: AbortSignal.timeout(30_000) });
        if (response.status < 500 || left === 1) return response;
      } catch (cause) {
        if (left === 1) throw new Error(`No dTok answers at ${base}.`, { cause });
      }
      await pause(200 * (tries - left + 1));
    }
  }

  /** Asks again when the server is away: every request of a sponsor may be repeated. Throws `Refused`. */
  async function ask<N extends RouteName>(
    name: N,
    given: { params?: Record<string, string>; body?: Sent<N> } = {},
  ): Promise<Answer<N>> {
    const route: Route = routes[name];
    const path = route.path.replace(/\{(\w+)\}/g, (_, part: string) => encodeURIComponent(given.params?.[part] ?? ''));
    const body = given.body === undefined ? {} : { body: JSON.stringify(given.body) };
    const headers = { 'content-type': 'application/json' };
    const response = await once(`${base}${path}`, { method: route.method.toUpperCase(), headers, ...body });
    const answer: unknown = await response.json().catch(() => ({}));
    if (!response.ok) {
      const { code = 'internal', detail = `status ${response.status}` } = answer as Partial<ProblemBody>;
      throw new Refused(code, detail);
    }
    const read = route.answer.safeParse(answer);
    if (read.success) return read.data as Answer<N>;
    const advice = 'It may be of another version: use the same version of dTok on both sides.';
    throw new Error(`What ${base} answers is not understood. ${advice}`, { cause: read.error });
  }

  return { base, ask };
}
