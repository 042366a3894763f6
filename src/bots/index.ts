// The door of the bots: one desk of commands, and a mouth for each platform whose token is set.
import type { Logger } from '../log.js';
import type { Store } from '../store/index.js';
import type { Platform } from './command.js';
import type { House } from './house.js';
import { createMiddle } from './middle.js';
import type { Poster } from './poster.js';
import type { Living } from './reply.js';
import type { WebhookHandler } from './telegram/index.js';
import { keepTrying, type Running } from './trying.js';

export { createHosts, type Hosts } from './hosts.js';
export type { House, Show, Stage } from './house.js';
export { readInitData } from './telegram/init-data.js';

export interface BotSettings {
  /** In a crowd, everybody's turn to get a link comes within this long. */
  drawMs: number;
  /** Null: that bot is off. */
  discord: { token: string; api: string; guild: string | null } | null;
  telegram: { token: string; apiRoot: string; webhook: { url: string; secret: string } | null } | null;
}

export interface Bots {
  /** What Telegram brings to the webhook's address; 503 while its bot is not there, and it brings it again. */
  webhook: WebhookHandler;
  /** It has changed: the messages that live with it do too, soon. */
  touch: (living: Living) => void;
  stop: () => Promise<void>;
}

/**
 * Starts the bots that have a token; the platforms' libraries are loaded only then. Throws TokenRefused, whose message
 * says what to do; a platform that cannot be reached is tried again beside everything else.
 */
export async function startBots(needs: {
  settings: BotSettings;
  house: House;
  store: Store;
  log: Logger;
  now?: () => number;
}): Promise<Bots> {
  const { settings, house, store, log, now = Date.now } = needs;
  const middle = createMiddle({ house, store, drawMs: settings.drawMs, log, now });
  const { desk, actsOf, moves } = middle;
  const running: Running[] = [middle];
  let webhook: WebhookHandler = async (_req, res) => void res.writeHead(503).end();
  const stop = async (): Promise<void> => void (await Promise.all(running.map((bot) => bot.stop())));
  const speaks = (platform: Platform, { poster }: { poster?: Poster; stop: unknown }): void => {
    if (poster) middle.posters.connect(platform, poster);
  };

  async function discord(needs: NonNullable<BotSettings['discord']>): Promise<Running> {
    const { startDiscord } = await import('./discord/index.js');
    const bot = await startDiscord({ ...needs, desk, acts: actsOf('discord'), log });
    log.info({ bot: bot.tag }, 'the Discord bot is there');
    speaks('discord', bot);
    return bot;
  }
  async function telegram(needs: NonNullable<BotSettings['telegram']>): Promise<Running> {
    const { startTelegram } = await import('./telegram/index.js');
    const bot = await startTelegram({ ...needs, desk, acts: actsOf('telegram'), moves, house, log });
    log.info({ bot: bot.username }, 'the Telegram bot is there');
    webhook = bot.webhook ?? webhook;
    speaks('telegram', bot);
    return bot;
  }
  const begin = async (platform: string, start: () => Promise<Running>): Promise<void> =>
    void running.push(await keepTrying({ platform, start, log }));

  const { discord: d, telegram: t } = settings;
  const begun = await Promise.allSettled([
    d && begin('Discord', () => discord(d)),
    t && begin('Telegram', () => telegram(t)),
    (d || t) && middle.start(),
  ]);
  const refused = begun.find((one) => one.status === 'rejected');
  if (refused) {
    await stop().catch((error: Error) => log.warn({ reason: error.message }, 'a bot did not stop cleanly'));
    throw refused.reason;
  }
  return { webhook: (req, res) => webhook(req, res), touch: middle.board.touch, stop };
}
