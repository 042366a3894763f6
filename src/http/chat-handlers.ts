// What the routes of chat accounts do: codes, links to a page's key, top-ups, and the Telegram Mini App.
import type { Chat, ChatUser, Linked } from '../payments/chat/index.js';
import type { LinkedChat } from '../vocabulary/chat.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import type { Handlers } from './mount.js';

type Routes = Pick<
  Handlers,
  'chatAccountOfCode' | 'linkedChats' | 'linkChat' | 'unlinkChat' | 'chatTopUp' | 'payIntoChat' | 'telegramWatch'
>;

/** What a Mini App is answered with. */
export interface MiniApp {
  /** Who has opened it, by what Telegram signed; null when Telegram did not, or too long ago. */
  userOf: (initData: string) => ChatUser | null;
  /** Problem: unknown_stream. */
  linkFor: (user: ChatUser, stream: string) => Promise<string>;
}

function linkedChat({ platform, user, ...linked }: ChatUser & Linked): LinkedChat {
  const { channel, limit, spent, left, signed } = linked;
  return { platform, user, channel, limit: `${limit}`, spent: `${spent}`, left: `${left}`, signed: `${signed}` };
}

export function createChatHandlers(needs: {
  chat: Chat;
  /** Null: no Telegram bot. */
  miniApp: MiniApp | null;
  /** Whose session it is. Problem: session_needed. */
  payerOf: (token: string | undefined) => Hex;
}): Routes {
  const { chat, miniApp, payerOf } = needs;
  return {
    chatAccountOfCode: ({ body, token }) => chat.lookUp(body.code, payerOf(token)),
    linkedChats: async ({ token }) => chat.linkedTo(payerOf(token)).map(linkedChat),
    linkChat: async ({ body: { code, mandate }, token }) => {
      const payer = payerOf(token);
      const given = mandate && { ...mandate, limit: BigInt(mandate.limit) };
      return linkedChat(await chat.link({ code, payer, mandate: given }));
    },
    unlinkChat: async ({ body, token }) => ({ ended: await chat.unlinkFrom(payerOf(token), body) }),
    chatTopUp: async ({ params }) => {
      const { address, uri, least, left, waiting } = await chat.standing(params.address);
      return { address, uri, least: `${least}`, left: `${left}`, waiting: `${waiting}` };
    },
    payIntoChat: async ({ params, body: { signature, value, validAfter, validBefore, ...rest } }) => {
      const times = { validAfter: BigInt(validAfter), validBefore: BigInt(validBefore) };
      const transfer = { ...rest, ...times, value: BigInt(value) };
      return { transaction: await chat.payIn(params.address, transfer, signature) };
    },
    telegramWatch: async ({ body: { initData, stream } }) => {
      if (!miniApp) throw new Problem('telegram_off');
      const user = miniApp.userOf(initData);
      if (!user) throw new Problem('telegram_unproven');
      return { url: await miniApp.linkFor(user, stream) };
    },
  };
}
