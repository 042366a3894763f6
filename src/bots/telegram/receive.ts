// How updates arrive: asked for in long polls, or brought to a webhook. None is acknowledged before it is taken.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Update } from 'telegraf/types';
import type { Logger } from '../../log.js';
import { type Call, Refused } from './api.js';
import { rest } from './rest.js';

/** Edited messages are not among them: an edit is no second use. */
export const updateKinds = ['message', 'callback_query', 'inline_query'] as const;

export type Take = (update: Update) => Promise<void>;

const pollS = 50;
const networkMs = 15_000;
const mostWaitMs = 30_000;
const mostTries = 5;
const largestBody = 1_000_000;

/** Takes each once, or gives it up after several tries, so that one bad update does not stop the rest. */
export function createTaking(take: Take, log: Logger) {
  const tries = new Map<number, number>();
  /** False: it has to come again. */
  return async (update: Update): Promise<boolean> => {
    const { update_id: id } = update;
    try {
      await take(update);
      tries.delete(id);
      return true;
    } catch (error) {
      const count = (tries.get(id) ?? 0) + 1;
      log.error({ err: error, update: id, tries: count }, 'an update could not be taken');
      tries.set(id, count);
      if (count < mostTries) return false;
      tries.delete(id);
      return true;
    }
  };
}

type Taking = ReturnType<typeof createTaking>;

/** Ends with `ending`, with which `listen` ends too. */
export async function poll(needs: {
  listen: Call;
  call: Call;
  taking: Taking;
  ending: AbortSignal;
  log: Logger;
}): Promise<void> {
  const { listen, call, taking, ending, log } = needs;
  let offset = 0;
  let failures = 0;

  async function round(): Promise<void> {
    const asked = { timeout: pollS, offset, allowed_updates: updateKinds };
    const updates = await listen('getUpdates', asked, pollS * 1000 + networkMs);
    const taken = await Promise.all(updates.map(taking));
    // Telegram forgets all below the offset: never past one that is not taken.
    const missed = updates[taken.indexOf(false)];
    offset = missed?.update_id ?? (updates.at(-1)?.update_id ?? offset - 1) + 1;
    if (missed) throw new Error('an update has to come again');
  }

  function waitAfter(error: unknown): number {
    failures += 1;
    const asked = error instanceof Refused ? (error.waitS ?? 0) * 1000 : 0;
    const wait = Math.max(asked, Math.min(mostWaitMs, 250 * 2 ** failures));
    const say = failures === 1 ? 'warn' : 'debug';
    if (error instanceof Refused && error.status === 409)
      log[say]('another program asks Telegram for the same bot’s messages: only one of them may run');
    else log[say]({ err: error }, 'Telegram gives no updates; trying again');
    return wait;
  }

  while (!ending.aborted) {
    try {
      await round();
      failures = 0;
    } catch (error) {
      if (!ending.aborted) await rest(waitAfter(error), ending);
    }
  }
  // What is taken need not come again.
  if (offset > 0) await call('getUpdates', { timeout: 0, offset, limit: 1 }).catch(() => {});
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

async function bodyOf(req: IncomingMessage & { body?: unknown }): Promise<unknown> {
  if (req.body !== undefined) return req.body;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req) {
    size += (chunk as Buffer).length;
    if (size > largestBody) throw new Error('too large');
    chunks.push(chunk as Buffer);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

const isUpdate = (body: unknown): body is Update =>
  typeof body === 'object' && body !== null && Number.isSafeInteger((body as Update).update_id);

/** For any server with Node's requests, its body parsed or not. */
export type WebhookHandler = (req: IncomingMessage & { body?: unknown }, res: ServerResponse) => Promise<void>;

export function createWebhook({ secret, taking }: { secret: string; taking: Taking }): WebhookHandler {
  const wanted = digest(secret);
  const end = (res: ServerResponse, status: number): void => void res.writeHead(status).end();
  return async (req, res) => {
    const shown = req.headers['x-telegram-bot-api-secret-token'];
    if (typeof shown !== 'string' || !timingSafeEqual(digest(shown), wanted)) return end(res, 401);
    const body = await bodyOf(req).catch(() => null);
    if (!isUpdate(body)) return end(res, 400);
    end(res, (await taking(body)) ? 200 : 500);
  };
}
