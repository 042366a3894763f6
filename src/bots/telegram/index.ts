// The Telegram bot: telegraf at the edge, the desk behind it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Telegraf, TelegramError } from 'telegraf';
import type { Message, Update } from 'telegraf/types';
import type { Logger } from '../../log.js';
import type { Acts } from '../acts.js';
import type { Community, Person } from '../command.js';
import type { Desk } from '../desk.js';
import { createFront, type Mouth } from '../front.js';
import type { Reply } from '../reply.js';
import { TokenRefused } from '../trying.js';
import { wordsFor } from '../words/index.js';
import { setMenus } from './menu.js';
import { render } from './render.js';
import { patiently, unchanged, unreachable } from './send.js';
import {
  type Address,
  actId,
  addressOf,
  communityOf,
  personOf,
  placeOf,
  pressOf,
  readCommand,
  readStart,
  watchPayload,
} from './updates.js';

export interface TelegramNeeds {
  token: string;
  /** Telegram's own, or another server that speaks its protocol. */
  apiRoot: string;
  /** Where Telegram brings updates, with a secret that only it and we know; null: the bot asks for them. */
  webhook: { url: string; secret: string } | null;
  desk: Desk;
  acts: Acts;
  log: Logger;
}

const updates = ['message', 'callback_query'] as const;

/** For the webhook's path. */
export type WebhookHandler = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

async function setWebhook(bot: Telegraf, { url, secret }: NonNullable<TelegramNeeds['webhook']>) {
  const { host, pathname } = new URL(url);
  const hook = { domain: host, path: pathname, secret_token: secret, allowed_updates: updates };
  return bot.createWebhook(hook as unknown as Parameters<Telegraf['createWebhook']>[0]);
}

/** Throws an Error whose message says what to do when the token is refused. */
export async function startTelegram(
  needs: TelegramNeeds,
): Promise<{ username: string; webhook: WebhookHandler | null; stop: () => Promise<void> }> {
  const { desk, log } = needs;
  const bot = new Telegraf(needs.token, {
    telegram: { apiRoot: needs.apiRoot },
    // What takes long goes on by itself.
    handlerTimeout: Number.POSITIVE_INFINITY,
  });
  const ending = new AbortController();
  const me = await bot.telegram.getMe().catch((error) => {
    if (!(error instanceof TelegramError) || (error.code !== 401 && error.code !== 404)) throw error;
    throw new TokenRefused('Telegram refuses TELEGRAM_TOKEN. Copy it again from @BotFather, or leave it empty.');
  });
  bot.botInfo = me;
  const send = <T>(act: () => Promise<T>): Promise<T> => patiently(act, ending.signal);

  const plain = { parse_mode: 'HTML', link_preview_options: { is_disabled: true } } as const;

  async function post(chat: number | string, reply: Reply, thread?: number): Promise<void> {
    const { text, keyboard } = render(reply);
    const where = { ...(thread !== undefined && { message_thread_id: thread }) };
    await send(() =>
      bot.telegram.sendMessage(chat, text, { ...plain, ...where, ...(keyboard && { reply_markup: keyboard }) }),
    );
  }

  async function replace({ chat, message }: Address, reply: Reply): Promise<void> {
    const { text, keyboard } = render(reply);
    const edit = () =>
      bot.telegram.editMessageText(chat, message, undefined, text, {
        ...plain,
        ...(keyboard && { reply_markup: keyboard }),
      });
    await send(edit).catch((error) => {
      if (!unchanged(error)) throw error;
    });
  }

  /** In a group, what is for one person goes to the chat with that person. */
  async function whisper(address: Address, person: Person, community: Community, reply: Reply): Promise<void> {
    const words = wordsFor(person.locale);
    try {
      await post(person.user, reply);
      await post(address.chat, { text: words.sentPrivately }, address.thread);
    } catch (error) {
      if (!unreachable(error)) throw error;
      const url = `https://t.me/${me.username}?start=${watchPayload(community)}`;
      const open = { text: words.openMe(person.name), buttons: [[{ label: words.openMeButton, url }]] };
      await post(address.chat, open, address.thread);
    }
  }

  const mouth: Mouth<Address> = {
    async say({ address, person, community }, reply, secret) {
      const inGroup = `${address.chat}` !== person.user;
      if (reply.replaces && address.query !== undefined) await replace(address, reply);
      else if (secret && inGroup && community) await whisper(address, person, community, reply);
      else await post(address.chat, reply, address.thread);
      return null;
    },
  };
  const front = createFront({ desk, acts: needs.acts, mouth, log });

  async function isModerator(chat: number | string, user: number): Promise<boolean> {
    const { status } = await send(() => bot.telegram.getChatMember(chat, user));
    return status === 'creator' || status === 'administrator';
  }

  /** Of a community that a deep link names: only for its members. */
  async function memberOf(id: string, user: number): Promise<Community | null> {
    try {
      const { status } = await send(() => bot.telegram.getChatMember(id, user));
      if (status === 'left' || status === 'kicked') return null;
      return communityOf(await send(() => bot.telegram.getChat(id)));
    } catch (error) {
      if (error instanceof TelegramError) return null;
      throw error;
    }
  }

  async function heard(id: string, message: Message.TextMessage): Promise<void> {
    const { from, chat } = message;
    const use = from && readCommand(message, me.username, desk.commands);
    if (!from || !use) return;
    const community = communityOf(chat);
    const rest = { id, place: placeOf(message), address: addressOf(message) };
    if (use.command === 'start') {
      const start = readStart(use);
      const about = start && (await memberOf(start.community, from.id));
      const wanted = { command: about ? 'watch' : 'help', part: '', given: '' };
      return front.take({ ...rest, use: wanted, person: personOf(from, false), community: about });
    }
    const moderated = desk.commands.find(({ name }) => name === use.command)?.who === 'moderator';
    const moderator = community !== null && moderated && (await isModerator(chat.id, from.id));
    return front.take({ ...rest, use, person: personOf(from, moderator), community });
  }

  bot.on('message', async (ctx) => {
    if ('text' in ctx.message) await heard(actId(ctx), ctx.message as Message.TextMessage);
  });
  bot.on('callback_query', async (ctx) => {
    const pressed = pressOf(ctx.callbackQuery);
    const quiet = () => send(() => ctx.answerCbQuery()).catch((error) => log.debug({ err: error }, 'a late button'));
    if (pressed) {
      const { message, press } = pressed;
      const address = { ...addressOf(message), query: ctx.callbackQuery.id };
      const person = personOf(ctx.callbackQuery.from, false);
      const community = communityOf(message.chat);
      await front.press({ id: actId(ctx), press, person, community, place: placeOf(message), address });
    }
    await quiet();
  });
  bot.catch((error, ctx) => {
    log.error({ err: error, update: ctx.update.update_id }, 'an update could not be taken');
  });

  await send(() => setMenus(bot.telegram, desk.commands));
  const allowedUpdates = updates as unknown as Exclude<keyof Update, 'update_id'>[];
  const webhook =
    needs.webhook && (await send(() => setWebhook(bot, needs.webhook as NonNullable<typeof needs.webhook>)));
  const polling = webhook ? Promise.resolve() : bot.launch({ allowedUpdates });
  polling.catch((error) => log.error({ err: error }, 'the Telegram bot has stopped'));
  await front.resume();
  return {
    username: me.username,
    webhook,
    stop: async () => {
      if (!webhook) bot.stop();
      await polling.catch(() => {});
      await front.idle();
      ending.abort();
    },
  };
}
