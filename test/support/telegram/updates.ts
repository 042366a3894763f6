// How updates leave Telegram: kept until they are acknowledged, by a poll's offset or by a webhook's 200.
import type { Update } from 'telegraf/types';
import { bad, conflict } from './refusal.js';

interface Poll {
  limit: number;
  allowed: readonly string[] | null;
  answer: (updates: Update[]) => void;
  end: (error: Error) => void;
  timer: NodeJS.Timeout;
}

interface Hook {
  url: string;
  secret: string | null;
  lastError: { last_error_date: number; last_error_message: string } | null;
}

/** Goes on from one stand-in to the next, as it does for one bot. */
let lastId = 500_000_000;

const again = (tries: number) => Math.min(2000, 50 * 2 ** tries);

/** `reach` turns a public address into one that this machine has; `judge` sees every update. */
export function createUpdates({ reach, judge }: { reach: (url: string) => string; judge: (update: Update) => void }) {
  let waiting: Update[] = [];
  let poll: Poll | null = null;
  let hook: Hook | null = null;
  let allowed: readonly string[] | null = null;
  let delivering = false;
  let stopped = false;
  const sent = new Map<number, Update>();

  const wanted = (update: Update): boolean => !allowed || allowed.some((kind) => kind in update);

  function flush(): void {
    if (hook) return void deliver();
    const now = waiting.filter(wanted);
    if (!poll || now.length === 0) return;
    const { answer, limit, timer } = poll;
    clearTimeout(timer);
    poll = null;
    answer(now.slice(0, limit));
  }

  async function bring({ url, secret }: Hook, update: Update): Promise<string | null> {
    const headers = {
      'content-type': 'application/json',
      ...(secret && { 'x-telegram-bot-api-secret-token': secret }),
    };
    try {
      const { ok, status, statusText } = await fetch(reach(url), {
        method: 'POST',
        headers,
        body: JSON.stringify(update),
      });
      return ok ? null : `Wrong response from the webhook: ${status} ${statusText}`;
    } catch {
      return 'Connection refused';
    }
  }

  async function deliver(): Promise<void> {
    if (delivering) return;
    delivering = true;
    for (let tries = 0; hook && waiting[0] && !stopped; ) {
      const [update] = waiting;
      const fault = wanted(update) ? await bring(hook, update) : null;
      if (fault === null) {
        waiting = waiting.filter((one) => one !== update);
        tries = 0;
        continue;
      }
      if (hook) hook.lastError = { last_error_date: Math.floor(Date.now() / 1000), last_error_message: fault };
      await new Promise((resolve) => setTimeout(resolve, again(tries++)).unref());
    }
    delivering = false;
  }

  return {
    /** The updates that were ever there, by id. */
    sent,
    pending: (): number => waiting.length,
    push(body: Omit<Update, 'update_id'>): Update {
      lastId += 1;
      const update = { update_id: lastId, ...body } as Update;
      judge(update);
      sent.set(lastId, update);
      waiting.push(update);
      flush();
      return update;
    },
    /** Once more, as if it had never been acknowledged. */
    redeliver(id: number): void {
      const update = sent.get(id);
      if (!update) throw new Error(`there was no update ${id}`);
      waiting = [update, ...waiting.filter(({ update_id }) => update_id !== id)];
      flush();
    },
    stop(): void {
      stopped = true;
      poll?.end(new Error('stopped'));
    },
    methods: {
      /** `gone` calls back when the asking program hangs up. */
      getUpdates(
        body: { offset?: number; limit?: number; timeout?: number; allowed_updates?: string[] },
        gone: (hungUp: () => void) => void,
      ): Promise<Update[]> {
        if (hook)
          throw conflict(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
          );
        poll?.end(conflict('terminated by other getUpdates request; make sure that only one bot instance is running'));
        const { offset = 0, limit = 100, timeout = 0 } = body;
        if (body.allowed_updates) allowed = body.allowed_updates.length > 0 ? body.allowed_updates : null;
        waiting = waiting.filter(({ update_id }) => update_id >= offset);
        return new Promise((resolve, reject) => {
          const forget = (): void => {
            clearTimeout(timer);
            if (poll === mine) poll = null;
          };
          const timer = setTimeout(() => mine.answer([]), Math.min(timeout, 50) * 1000).unref();
          const mine: Poll = {
            limit,
            allowed,
            timer,
            answer: (updates) => {
              forget();
              resolve(updates);
            },
            end: (error) => {
              forget();
              reject(error);
            },
          };
          poll = mine;
          gone(() => mine.end(new Error('hung up')));
          flush();
        });
      },
      setWebhook(body: {
        url: string;
        secret_token?: string;
        allowed_updates?: string[];
        drop_pending_updates?: boolean;
      }): true {
        const { url, secret_token: secret = null } = body;
        if (url && !url.startsWith('https://')) throw bad('bad webhook: An HTTPS URL must be provided for webhook');
        if (secret !== null && !/^[A-Za-z0-9_-]{1,256}$/.test(secret))
          throw bad('secret token contains unallowed characters');
        if (body.drop_pending_updates) waiting = [];
        if (body.allowed_updates) allowed = body.allowed_updates.length > 0 ? body.allowed_updates : null;
        hook = url ? { url, secret, lastError: null } : null;
        if (hook) poll?.end(conflict('terminated by setWebhook request'));
        flush();
        return true;
      },
      deleteWebhook({ drop_pending_updates }: { drop_pending_updates?: boolean }): true {
        if (drop_pending_updates) waiting = [];
        hook = null;
        return true;
      },
      getWebhookInfo: () => ({
        url: hook?.url ?? '',
        has_custom_certificate: false,
        pending_update_count: waiting.length,
        ...(hook?.lastError ?? {}),
        ...(allowed && { allowed_updates: [...allowed] }),
      }),
    },
  };
}
export type Updates = ReturnType<typeof createUpdates>;
