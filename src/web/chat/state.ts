// What the chat page knows: the purse it tops up, a code and whose it is, the accounts that are linked.

import type { ChatAccountName, ChatCodeHolder, ChatTopUp, LinkedChat } from '../../vocabulary/chat.js';
import type { StreamInfo } from '../../vocabulary/streams.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Toast } from '../shared/toasts.js';
import type { FoundWallet } from '../watch/injected.js';
import { engaged, higher, lower, type Purse, room } from '../watch/purses.js';

/** A linked account, and what this browser remembers of it. */
export interface Linked extends LinkedChat {
  /** As the chat shows it; '' where another browser linked it. */
  name: string;
  /** What was allowed here, base units: the page signs no further by itself. */
  allowed: bigint;
}

export interface ChatState {
  /** What makes the page useless, in a sentence. */
  fatal: string | null;
  terms: StreamInfo['terms'] | null;
  stream: string;
  toasts: readonly Toast[];
  busy: 'code' | 'link' | 'end' | 'sign' | 'wallet' | 'faucet' | null;
  /** Of the purse that is topped up; null when the page was opened for something else. */
  address: Hex | null;
  topUp: ChatTopUp | null;
  topUpTrouble: string | null;
  /** What was in the purse when the page was opened, base units. */
  before: bigint | null;
  wallets: readonly FoundWallet[];
  walletStep: 'connecting' | 'signing' | 'sending' | null;
  walletTrouble: string | null;
  /** Of this browser's key; null until the server has told them. */
  purses: readonly Purse[] | null;
  code: string;
  holder: ChatCodeHolder | null;
  codeTrouble: string | null;
  linked: readonly Linked[] | null;
}

export const initialState: ChatState = {
  fatal: null,
  terms: null,
  stream: '',
  toasts: [],
  busy: null,
  address: null,
  topUp: null,
  topUpTrouble: null,
  before: null,
  wallets: [],
  walletStep: null,
  walletTrouble: null,
  purses: null,
  code: '',
  holder: null,
  codeTrouble: null,
  linked: null,
};

export const platforms: Record<ChatAccountName['platform'], string> = { discord: 'Discord', telegram: 'Telegram' };

/** What the page was opened for. */
export function readFragment(fragment: string): { address: Hex | null; code: string } {
  const asked = new URLSearchParams(fragment.replace(/^#/, ''));
  const address = /^0x[0-9a-fA-F]{40}$/.exec(asked.get('topup') ?? '')?.[0].toLowerCase() ?? null;
  return { address: address as Hex | null, code: (asked.get('code') ?? '').replace(/\D/g, '').slice(0, 9) };
}

/** The channel that chat may be let pay from: the one with the most in it. */
export const payingChannel = (purses: readonly Purse[] | null): Purse | null =>
  (purses ?? [])
    .filter((purse) => purse.kind === 'channel' && room(purse) > 0n)
    .sort((a, b) => Number(room(b) - room(a)))[0] ?? null;

/** How far a channel's voucher must reach so that what chat may still spend is covered; by `most`, what was allowed here. */
export function coverOf(channel: Purse, linked: readonly Linked[], most: (one: Linked) => bigint): bigint {
  const mine = linked.filter((one) => one.channel === channel.id);
  const due = mine.reduce((sum, one) => sum + lower(BigInt(one.left), most(one)), 0n);
  return lower(higher(channel.authorized, engaged(channel) + due), channel.limit);
}
