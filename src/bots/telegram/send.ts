// Sends to Telegram, waiting out its limits; says whether a person cannot be written to.
import { setTimeout as pause } from 'node:timers/promises';
import { TelegramError } from 'telegraf';

const mostTries = 4;
const longestWaitS = 60;

/** Telegram's refusals that mean: this person has no chat with the bot. */
export const unreachable = (error: unknown): boolean => error instanceof TelegramError && error.code === 403;

/** Nothing would change: as good as done. */
export const unchanged = (error: unknown): boolean =>
  error instanceof TelegramError && error.description.includes('message is not modified');

/** Does it again when Telegram says how long to wait. */
export async function patiently<T>(send: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await send();
    } catch (error) {
      const wait = error instanceof TelegramError ? error.parameters?.retry_after : undefined;
      if (wait === undefined || wait > longestWaitS || tries === mostTries) throw error;
      await pause(wait * 1000, undefined, { signal });
    }
  }
}
