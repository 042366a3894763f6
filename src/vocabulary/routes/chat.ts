// The routes of chat purses and chat accounts.
import { z } from 'zod';
import { TransferReceipt, TransferRequest } from '../channels.js';
import {
  ChatAccountName,
  ChatCodeHolder,
  ChatCodeRequest,
  ChatLinkRequest,
  ChatTopUp,
  LinkedChat,
  TelegramWatchRequest,
} from '../chat.js';
import { HostChatAccount } from '../streams.js';
import { Address, Milliseconds } from '../values.js';
import type { Route } from './route.js';

export const chatRoutes = {
  chatAccountOfCode: {
    method: 'post',
    path: '/api/chat/codes',
    summary: 'Whose one-time code it is, which /link in chat gave; wrong ones are counted',
    who: 'session',
    body: ChatCodeRequest,
    answer: ChatCodeHolder,
  },
  linkedChats: {
    method: 'get',
    path: '/api/chat/links',
    summary: 'The chat accounts that are linked to the session’s key',
    who: 'session',
    answer: z.array(LinkedChat),
  },
  linkChat: {
    method: 'post',
    path: '/api/chat/links',
    summary: 'Link the account of a code to the session’s key; with a mandate, chat spends from its channel',
    who: 'session',
    body: ChatLinkRequest,
    answer: LinkedChat,
  },
  unlinkChat: {
    method: 'post',
    path: '/api/chat/links/end',
    summary: 'End a link of the session’s key: from then on chat spends nothing of it',
    who: 'session',
    body: ChatAccountName,
    answer: z.object({ ended: z.boolean() }).meta({ id: 'ChatLinkEnded' }),
  },
  chatTopUp: {
    method: 'get',
    path: '/api/chat/purses/{address}',
    summary: 'A chat purse: where to send tokens, and what has come; what arrives is looked for from then on',
    who: 'anyone',
    params: z.object({ address: Address }),
    answer: ChatTopUp,
  },
  payIntoChat: {
    method: 'post',
    path: '/api/chat/purses/{address}/transfers',
    summary: 'Tokens of anybody’s into a chat purse by an EIP-3009 signature; the server pays the gas',
    who: 'anyone',
    params: z.object({ address: Address }),
    body: TransferRequest,
    answer: TransferReceipt,
  },
  telegramWatch: {
    method: 'post',
    path: '/api/telegram/watch',
    summary: 'The own watch link of whoever has opened the Telegram Mini App',
    who: 'anyone',
    body: TelegramWatchRequest,
    answer: z.object({ url: z.url() }).meta({ id: 'TelegramWatchLink' }),
  },
  issueChatCode: {
    method: 'post',
    path: '/api/host/chat-code',
    summary: 'A one-time code: who sends /host with it to the bot may steer the shows from chat',
    who: 'host',
    answer: z.object({ code: z.string(), expiresAt: Milliseconds }).meta({ id: 'ChatCode' }),
  },
  listChatAccounts: {
    method: 'get',
    path: '/api/host/chat-accounts',
    summary: 'The chat accounts that are the host’s',
    who: 'host',
    answer: z.array(HostChatAccount),
  },
  removeChatAccount: {
    method: 'post',
    path: '/api/host/chat-accounts/remove',
    summary: 'Makes a chat account nobody special again; the rest is the answer',
    who: 'host',
    body: HostChatAccount.pick({ platform: true, user: true }),
    answer: z.array(HostChatAccount),
  },
} as const satisfies Record<string, Route>;
