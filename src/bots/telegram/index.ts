// The Telegram bot: telegraf at the edge, the desk behind it.
import { setTimeout as pause } from 'node:timers/promises';
import { type Context, Telegraf } from 'telegraf';
import type { UserFromGetMe } from 'telegraf/types';
import type { Logger } from '../../log.js';
import type { Acts } from '../acts.js';
import type { Desk } from '../desk.js';
import { createFront } from '../front.js';
import type { Moves } from '../moves.js';
import type { Poster } from '../poster.js';
import { TokenRefused } from '../trying.js';
import { type Call, createCall, Refused } from './api.js';
import { createAside } from './aside.js';
import { createChats } from './chats.js';
import { createForms } from './forms.js';
import { createHearing } from './hear.js';
import { createInline, type Shows } from './inline.js';
import { setMenus } from './menu.js';
import { createMessages } from './messages.js';
import { createMouth } from './mouth.js';
import { createPatience } from './patience.js';
import { createPoster } from './poster.js';
import { createPresses } from './press.js';
import { createQueue, type Pace, telegramPace } from './queue.js';
import { createTaking, createWebhook, poll, updateKinds, type WebhookHandler } from './receive.js';
import { rest } from './rest.js';
import { createRights } from './rights.js';
import { createToasts } from './toasts.js';
import type { Address } from './updates.js';

export interface TelegramNeeds {
  token: string;
  /** Telegram's own, or another server that speaks its protocol. */
  apiRoot: string;
  /** Where Telegram brings updates, with a secret only it and we know; null: the bot asks for them. */
  webhook: { url: string; secret: string } | null;
  desk: Desk;
  acts: Acts;
  moves: Moves;
  house: Shows;
  log: Logger;
  pace?: Pace;
}

export type { WebhookHandler } from './receive.js';

export interface TelegramBot {
  username: string;
  poster: Poster;
  /** For the webhook's path; null where there is none. */
  webhook: WebhookHandler | null;
  stop: () => Promise<void>;
}

/** What an earlier run left goes first, but holds nobody up who writes now. */
const headStartMs = 1000;
/** What is not answered by then, the next run answers. */
const graceMs = 2000;

async function introduce(call: Call): Promise<UserFromGetMe> {
  try {
    return await call('getMe', {});
  } catch (error) {
    if (!(error instanceof Refused) || (error.status !== 401 && error.status !== 404)) throw error;
    throw new TokenRefused('Telegram refuses TELEGRAM_TOKEN. Copy it again from @BotFather, or leave it empty.');
  }
}

async function setDelivery(call: Call, webhook: TelegramNeeds['webhook']): Promise<void> {
  if (!webhook) return void (await call('deleteWebhook', {}));
  const { url, secret: secret_token } = webhook;
  await call('setWebhook', { url, secret_token, allowed_updates: updateKinds });
}

/** Throws TokenRefused. */
export async function startTelegram(needs: TelegramNeeds): Promise<TelegramBot> {
  const { desk, acts, house, log, token, pace = telegramPace } = needs;
  const ending = new AbortController();
  const listening = new AbortController();
  // What takes long goes on by itself.
  const bot = new Telegraf(token, { telegram: { apiRoot: needs.apiRoot }, handlerTimeout: Number.POSITIVE_INFINITY });
  const call = createCall(bot.telegram, ending.signal);
  const patiently = createPatience(ending.signal);
  const user = await introduce(call);
  const me = user.username;
  bot.botInfo = user;

  const queue = createQueue({ pace, ending: ending.signal });
  const aside = createAside(log);
  const chats = createChats(needs.moves);
  const messages = createMessages({ call, chats, patiently, queue });
  const toasts = createToasts({ call, log });
  const mouth = createMouth({ messages, toasts, call, me, log });
  const front = createFront<Address>({ desk, acts, mouth, log });
  const forms = createForms({ messages, call, commands: desk.commands, me: user });
  const rights = createRights({ call, chats, patiently });
  const hearing = createHearing({ desk, acts, front, mouth, messages, forms, rights, chats, aside, me });
  const press = createPresses({ desk, front, forms, toasts, hearing, chats, aside });
  const answerInline = createInline({ house, call, me });

  /** Update ids begin anew with another bot. */
  const actId = ({ update }: Context): string => `${user.id}-${update.update_id}`;
  bot.on('message', (ctx) => hearing.hear(actId(ctx), ctx.message));
  bot.on('callback_query', (ctx) => press(actId(ctx), ctx.callbackQuery));
  bot.on('inline_query', (ctx) =>
    answerInline(ctx.inlineQuery).catch((error) => log.debug({ err: error }, 'an inline query went unanswered')),
  );
  bot.catch((error) => {
    throw error;
  });

  if (!user.supports_inline_queries)
    log.info('to share shows from any chat, let @BotFather turn on inline mode for the bot: /setinline');
  await setMenus(call, desk.commands).catch((error) => log.warn({ err: error }, 'the menus could not be set'));
  await setDelivery(call, needs.webhook);
  const resumed = front
    .resume()
    .catch((error) => log.error({ err: error }, 'what an earlier run left could not be answered'));
  const ready = Promise.race([resumed, rest(headStartMs, ending.signal)]);
  const taking = createTaking(async (update) => {
    await ready;
    await bot.handleUpdate(update);
  }, log);
  const listen = createCall(bot.telegram, listening.signal);
  const polling = needs.webhook ? null : poll({ listen, call, taking, ending: listening.signal, log });
  return {
    username: me,
    poster: createPoster(messages),
    webhook: needs.webhook && createWebhook({ secret: needs.webhook.secret, taking }),
    stop: async () => {
      listening.abort();
      await Promise.race([
        Promise.all([polling, front.idle(), aside.idle()]),
        pause(graceMs, undefined, { ref: false }),
      ]);
      await toasts.stop();
      ending.abort();
    },
  };
}
