// Starts a bot whose platform may be out of reach: tried again and again beside everything else, until it is there or stopped.
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../log.js';

/** The platform knows no such token. `message` says which setting to mend. */
export class TokenRefused extends Error {}

export interface Running {
  stop: () => Promise<void>;
}

/** A start waits this long for a platform; then the rest goes on without it. */
const patienceMs = 5000;
const mostMs = 60_000;

/**
 * Resolves when the bot is there, or is left to be tried again while the rest goes on. Throws TokenRefused, when that
 * is known in time; later it is said in the log.
 */
export async function keepTrying(needs: {
  platform: string;
  start: () => Promise<Running>;
  log: Logger;
  firstMs?: number;
}): Promise<Running> {
  const { platform, start, log, firstMs = 2000 } = needs;
  const ending = new AbortController();
  let bot: Running | null = null;

  async function once(wait: number): Promise<boolean> {
    try {
      const started = await start();
      if (ending.signal.aborted) await started.stop();
      else bot = started;
      return true;
    } catch (error) {
      if (error instanceof TokenRefused) throw error;
      // Not the whole error: Telegram's address, in its stack, holds the token.
      const reason = error instanceof Error ? error.message : String(error);
      log.warn({ reason }, `${platform} cannot be reached; trying again in ${wait / 1000} s`);
      return false;
    }
  }

  let onTried = (): void => {};
  const tried = new Promise<void>((resolve) => {
    onTried = resolve;
  });

  async function run(): Promise<void> {
    for (let wait = firstMs; !ending.signal.aborted; wait = Math.min(mostMs, wait * 2)) {
      if (await once(wait)) return;
      onTried();
      await pause(wait, undefined, { signal: ending.signal }).catch(() => {});
    }
  }

  const running = run();
  const late = pause(patienceMs, undefined, { signal: ending.signal, ref: false }).catch(() => {});
  await Promise.race([running, tried, late]);
  running.catch((error: Error) => log.error({ reason: error.message }, `the ${platform} bot stays off`));
  return {
    stop: async () => {
      ending.abort();
      await bot?.stop();
    },
  };
}
