// The door of the bots: one desk of commands, and a mouth for each platform whose token is set.
import type { Logger } from '../log.js';
import type { Store } from '../store/index.js';
import { createActs } from './acts.js';
import { createCommands } from './commands/index.js';
import { createCommunities } from './communities.js';
import { createDesk } from './desk.js';
import { createHandouts } from './handouts.js';
import type { House } from './house.js';

export type { House, Show } from './house.js';

export interface BotSettings {
  /** Null: that bot is off. */
  discord: { token: string; api: string; guild: string | null } | null;
  telegram: { token: string; apiRoot: string } | null;
}

/**
 * Starts the bots that have a token; the platforms' libraries are loaded only then. Throws an Error whose message says
 * what to do when a token is refused.
 */
export async function startBots(needs: {
  settings: BotSettings;
  house: House;
  store: Store;
  log: Logger;
  now?: () => number;
}): Promise<{ stop: () => Promise<void> }> {
  const { settings, house, store, log, now = Date.now } = needs;
  const communities = createCommunities({ store, now });
  const handouts = createHandouts({ store, now });
  const desk = createDesk({
    house,
    commands: createCommands({ house, communities, handouts }),
    isCrew: async () => false,
    log,
    now,
  });
  const actsOf = (platform: 'discord' | 'telegram') => createActs({ store, platform, now });
  const running: { stop: () => Promise<void> }[] = [];
  const stop = async (): Promise<void> => void (await Promise.all(running.map((bot) => bot.stop())));
  try {
    if (settings.discord) {
      const { startDiscord } = await import('./discord/index.js');
      const bot = await startDiscord({ ...settings.discord, desk, acts: actsOf('discord'), log });
      running.push(bot);
      log.info({ bot: bot.tag }, 'the Discord bot is there');
    }
    if (settings.telegram) {
      const { startTelegram } = await import('./telegram/index.js');
      const bot = await startTelegram({ ...settings.telegram, desk, acts: actsOf('telegram'), log });
      running.push(bot);
      log.info({ bot: bot.username }, 'the Telegram bot is there');
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}
