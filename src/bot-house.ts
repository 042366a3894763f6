// What the bots ask of the rest of dTok, out of its parts: shows, chat purses, names, and each person's own watch link.
import { createHmac } from 'node:crypto';
import { type BotSettings, type House, readInitData, type Show } from './bots/index.js';
import type { Feed } from './feed/index.js';
import type { Standings } from './goals/index.js';
import type { MiniApp } from './http/chat-handlers.js';
import type { Chat, ChatUser } from './payments/chat/index.js';
import { addressOf, type Ens, type Payments, watchLink } from './payments/index.js';
import type { Settings } from './settings.js';
import type { Shows } from './stream/index.js';
import { knownChain } from './vocabulary/chains.js';
import { Problem } from './vocabulary/problems.js';
import { Address, type Hex } from './vocabulary/values.js';

/**
 * The key of the watch link that an account has of a stream: the same for the same account, stream and secret, always.
 * A hash that is no key (one in 2^128) would be refused where its address is asked for.
 */
export function createLinkKeys(secret: Hex): House['linkKey'] {
  const master = createHmac('sha256', Buffer.from(secret.slice(2), 'hex'))
    .update('dtok watch links')
    .digest();
  return ({ platform, user }, stream) =>
    `0x${createHmac('sha256', master).update(`${platform}:${user}/${stream}`).digest('hex')}`;
}

/** The path of Telegram's webhook. */
export const telegramPath = '/telegram/updates';

/** What the bots are started with; Telegram shows the webhook's secret with each call. */
export function botSettings({ bots, publicUrl }: Settings, secret: Hex): BotSettings {
  const { drawMs, discord, telegram } = bots;
  if (!telegram?.webhook) return { drawMs, discord, telegram: telegram && { ...telegram, webhook: null } };
  const shown = createHmac('sha256', Buffer.from(secret.slice(2), 'hex')).update('dtok telegram webhook');
  return {
    ...{ drawMs, discord },
    telegram: { ...telegram, webhook: { url: `${publicUrl}${telegramPath}`, secret: shown.digest('hex') } },
  };
}

export function createBotHouse(needs: {
  payments: Payments;
  chat: Chat;
  polls: House['polls'];
  predictions: House['predictions'];
  shows: Shows;
  ens: Pick<Ens, 'find'>;
  feed: Pick<Feed, 'follow' | 'last'>;
  alerts: House['alerts'];
  goals: House['goals'];
  standings: Pick<Standings, 'leaderboard' | 'streaks' | 'showAt'>;
  publicUrl: string;
  hostName: string;
  confirmAbove: bigint;
  linkKey: House['linkKey'];
}): House {
  const { payments, shows, ens } = needs;
  const { chainId, token } = payments.chain;

  const showOf = ({ id, title, price, previewMs, minTip }: ReturnType<Shows['streams']['get']>): Show => ({
    ...{ id, title, price, previewMs, minTip },
    live: shows.state(id) !== 'idle',
    viewers: shows.viewers(id),
  });

  async function resolve(name: string): Promise<Hex | null> {
    const address = Address.safeParse(name);
    if (address.success) return address.data;
    try {
      return (await ens.find(name)).address;
    } catch (error) {
      if (error instanceof Problem && (error.code === 'name_unknown' || error.code === 'ens_off')) return null;
      throw error;
    }
  }

  return {
    token,
    chainName: knownChain(chainId) ?? `chain ${chainId}`,
    publicUrl: needs.publicUrl,
    shows: () => shows.streams.all().map(showOf),
    earned: payments.ledger.earned,
    chat: needs.chat,
    polls: needs.polls,
    predictions: needs.predictions,
    confirmAbove: needs.confirmAbove,
    linkKey: needs.linkKey,
    resolve,
    alerts: needs.alerts,
    goals: needs.goals,
    leaderboard: needs.standings.leaderboard,
    streaks: needs.standings.streaks,
    showAt: needs.standings.showAt,
    feed: needs.feed,
    hostName: needs.hostName,
    picture: async (stream) => {
      const bytes = await shows.picture(stream);
      return bytes && { bytes, type: 'image/jpeg' };
    },
    stage: {
      isOpen: (stream) => shows.streams.get(stream).open,
      setOpen: shows.setOpen,
      change: async (stream, change) => void (await shows.streams.patch(stream, change)),
    },
  };
}

/**
 * A person's own link to a stream, as `/watch` in a private chat hands it out: the one that the person has, or one on
 * the money of the chat purse; without either, the bare page. Problem: unknown_stream.
 */
export function createPersonalLinks({ house, payments }: { house: House; payments: Payments }) {
  const { chat, linkKey, publicUrl } = house;
  const { ledger } = payments;
  const pays = (key: Hex, stream: string): boolean =>
    ledger.pursesOf(addressOf(key), stream).some((purse) => watchLink(purse, Date.now()).state === 'open');

  async function keyFor(user: ChatUser, stream: string): Promise<Hex | null> {
    const held = chat.accountsOf(user).map((account) => linkKey(account, stream));
    const paid = held.find((key) => pays(key, stream));
    if (paid) return paid;
    const { own } = await chat.account(user);
    if (own.left === 0n) return null;
    const key = linkKey(user, stream);
    const signer = addressOf(key);
    await chat.watchLink(user, { stream, signer, limit: own.left });
    await chat.handedOut(user, signer);
    return key;
  }

  return async (user: ChatUser, stream: string): Promise<string> => {
    if (!house.shows().some(({ id }) => id === stream)) throw new Problem('unknown_stream', { stream });
    const page = `${publicUrl}/watch/${stream}`;
    const key = await keyFor(user, stream);
    return key ? `${page}#k=${Buffer.from(key.slice(2), 'hex').toString('base64url')}` : page;
  };
}

/** Null: no Telegram bot. */
export function createMiniApp(needs: {
  telegram: Settings['bots']['telegram'];
  house: House;
  payments: Payments;
}): MiniApp | null {
  const token = needs.telegram?.token;
  if (token === undefined) return null;
  return {
    userOf: (initData) => readInitData(initData, token)?.user ?? null,
    linkFor: createPersonalLinks(needs),
  };
}
