// The shapes of what pages ask about chat accounts: whose code it is, joining, what is joined, topping up.
import { z } from 'zod';
import { Address, Amount, Bytes32, Signature } from './values.js';

export const ChatAccountName = z
  .object({
    platform: z.enum(['discord', 'telegram']),
    user: z
      .string()
      .regex(/^-?[1-9]\d{0,19}$/, 'a chat account is the platform’s number')
      .meta({ description: 'the platform’s own number' }),
  })
  .meta({ id: 'ChatAccountName' });
export type ChatAccountName = z.infer<typeof ChatAccountName>;

const Code = z.string().max(40).meta({ description: 'nine digits, as a person types them', example: '123 456 789' });

export const ChatCodeRequest = z.object({ code: Code }).meta({ id: 'ChatCodeRequest' });
export const ChatCodeHolder = ChatAccountName.extend({
  shownAs: z.string().meta({ description: 'the account’s name, as the chat shows it' }),
  address: Address.meta({ description: 'of the chat purse’s key: what a mandate names' }),
}).meta({ id: 'ChatCodeHolder' });
export type ChatCodeHolder = z.infer<typeof ChatCodeHolder>;

export const ChatMandate = z.object({ channel: Bytes32, limit: Amount, signature: Signature }).meta({
  id: 'ChatMandate',
  description:
    'EIP-712 `ChatLink(bytes32 channelId,address chat,uint128 limit,string code)` by the channel’s key, in the domain ' +
    '("dTok chat", "1", chainId, contract); code is its nine digits',
});
export const ChatLinkRequest = z
  .object({ code: Code, mandate: ChatMandate.nullable() })
  .meta({ id: 'ChatLinkRequest', description: 'mandate null: one person, and each pays from its own' });

export const LinkedChat = ChatAccountName.extend({
  channel: Bytes32.nullable().meta({ description: 'of the page; null when chat spends nothing of it' }),
  limit: Amount,
  spent: Amount,
  left: Amount,
  signed: Amount.meta({ description: 'how much of left the page’s vouchers cover: for the rest the page must sign' }),
}).meta({ id: 'LinkedChat' });
export type LinkedChat = z.infer<typeof LinkedChat>;

export const ChatTopUp = z
  .object({
    address: Address.meta({ description: 'tokens sent here are put into the chat purse' }),
    uri: z.string().meta({ description: 'EIP-681, for wallets and as a QR code' }),
    least: Amount.meta({ description: 'less than this waits at the address for more' }),
    left: Amount.meta({ description: 'unspent in the purse' }),
    waiting: Amount.meta({ description: 'at the address, and not yet in the purse' }),
  })
  .meta({ id: 'ChatTopUp' });
export type ChatTopUp = z.infer<typeof ChatTopUp>;

/** What Telegram gives a Mini App: it proves who has opened it. */
export const TelegramWatchRequest = z
  .object({ initData: z.string().min(1).max(8192), stream: z.string().max(64) })
  .meta({ id: 'TelegramWatchRequest' });
