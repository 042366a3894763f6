// Every pressed button is answered once and in time: with a short text over the chat, with a link, or with nothing.
import type { Logger } from '../../log.js';
import type { Call } from './api.js';

/** Telegram shows no more. */
export const longestToast = 200;
/** Longer ones stay until they are read. */
const glance = 60;
/** The button shows that it waits; Telegram forgets it soon after. */
const patienceMs = 5000;

export type Toasts = ReturnType<typeof createToasts>;

export function createToasts({ call, log }: { call: Call; log: Logger }) {
  const open = new Map<string, NodeJS.Timeout>();
  const underWay = new Set<Promise<boolean>>();

  /** False when nobody saw it: answered before, pressed too long ago, or in an earlier run. */
  async function answer(query: string, shown: { text?: string; url?: string } = {}): Promise<boolean> {
    const timer = open.get(query);
    if (!timer) return false;
    clearTimeout(timer);
    open.delete(query);
    const alert = (shown.text?.length ?? 0) > glance && { show_alert: true };
    const sent: Promise<boolean> = call('answerCallbackQuery', { callback_query_id: query, ...shown, ...alert })
      .catch((error) => {
        log.debug({ err: error }, 'a button was pressed too long ago');
        return false;
      })
      .finally(() => underWay.delete(sent));
    underWay.add(sent);
    return sent;
  }

  return {
    /** From when a press arrives. */
    expect(query: string): void {
      open.set(query, setTimeout(() => void answer(query), patienceMs).unref());
    },
    answer,
    /** Answers what is left with nothing. */
    async stop(): Promise<void> {
      for (const query of [...open.keys()]) void answer(query);
      await Promise.all(underWay);
    },
  };
}
