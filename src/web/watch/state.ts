// What the watch page knows, and what it therefore is: one state, one phase. Pure.
import type { ChannelInfo } from '../../vocabulary/channels.js';
import type { AiredTip } from '../../vocabulary/events.js';
import type { Goal } from '../../vocabulary/goals.js';
import type { OwnVote } from '../../vocabulary/polls.js';
import type { AddressStakes, PredictionView } from '../../vocabulary/predictions.js';
import type { StreamInfo } from '../../vocabulary/streams.js';
import type { Hex } from '../../vocabulary/values.js';
import { onAir } from '../shared/cams.js';
import type { LivePoll } from '../shared/poll.js';
import type { LivePrediction } from '../shared/prediction.js';
import type { Toast } from '../shared/toasts.js';
import type { Arrival } from './arrivals.js';
import type { CashOut } from './cash-out.js';
import type { Fare } from './fares.js';
import type { Flash } from './flashes.js';
import type { Hold } from './gate.js';
import type { FoundWallet } from './injected.js';
import type { Place } from './place.js';
import type { Purse } from './purses.js';
import type { Quality } from './qualities.js';
import type { Stretch } from './timeline.js';

export type Phase = 'connecting' | 'waiting' | 'live' | 'paused' | 'reconnecting' | 'out-of-credit' | 'error';

/** A prediction in which this page's address has staked; `heard` on this page's steady clock. */
export interface Staked {
  prediction: PredictionView;
  heard: number;
  mine: AddressStakes;
}

export interface WatchState {
  /** What makes watching impossible, in a sentence. */
  fatal: string | null;
  info: StreamInfo | null;
  /** The session is open: `purses` is what the server says. */
  opened: boolean;
  purses: readonly Purse[];
  viewers: number;
  previewLeftMs: number;
  /** The gate waits for credit. */
  hold: Hold | null;
  moving: boolean;
  everMoved: boolean;
  paused: boolean;
  /** The browser refused sound. */
  muted: boolean;
  watchedMs: number;
  /** The cam that the viewer chose, null: the first on air; and the one that gets ready behind what is seen. */
  cam: string | null;
  camComing: string | null;
  qualities: readonly Quality[];
  /** The height chosen; null: by itself. */
  quality: number | null;
  captions: { there: boolean; on: boolean };
  /** Where the viewer is in what can be watched again; null: there is no going back. */
  dvr: Dvr | null;
  /** Where he went last, and what it costs to watch from there to where he was. */
  went: { behind: number; fare: Fare | null } | null;
  tips: readonly AiredTip[];
  /** What is over the picture now, and what the viewer wants to see there and beside it. */
  flashes: readonly Flash[];
  shows: Shows;
  /** The poll that runs or has just ended, and how this person has voted in it. */
  poll: LivePoll | null;
  own: { poll: string; vote: OwnVote } | null;
  /** The prediction that runs or was over lately, and the newest that this page has staked in. */
  prediction: LivePrediction | null;
  staked: Staked | null;
  goal: Goal | null;
  toasts: readonly Toast[];
  /** What the page is busy with on behalf of a click. */
  busy: 'topup' | 'tip' | 'close' | 'wallet' | 'send' | 'leave' | 'vote' | 'stake' | null;
  /** Which part of the money dialog is open. */
  panel: Panel | null;
  /** This page's own address, and whether its key came with a link that others may hold too. */
  me: { address: Hex; fromLink: boolean } | null;
  /** Tokens are waited for at the address. */
  arrival: Arrival | null;
  wallets: readonly FoundWallet[];
  walletStep: 'connecting' | 'signing' | 'paying-in' | null;
  /** What went wrong with a wallet, in a sentence, until the next try. */
  walletTrouble: string | null;
  /** Own channels as last read, and tokens that lie at the page's address. */
  channels: readonly ChannelInfo[];
  lying: bigint;
  /** A payout under way. */
  cashOut: CashOut | null;
}

export interface Dvr extends Place {
  /** What he had keys for. */
  seen: readonly Stretch[];
}

/** `over`: tips and results over the picture. `beside`: poll, prediction and goal. */
export interface Shows {
  over: boolean;
  beside: boolean;
}

export type Panel = 'in' | 'out' | 'key';

export const initialState: WatchState = {
  fatal: null,
  info: null,
  opened: false,
  purses: [],
  viewers: 0,
  previewLeftMs: 0,
  hold: null,
  moving: false,
  everMoved: false,
  paused: false,
  muted: false,
  watchedMs: 0,
  cam: null,
  camComing: null,
  qualities: [],
  quality: null,
  captions: { there: false, on: false },
  dvr: null,
  went: null,
  tips: [],
  flashes: [],
  shows: { over: true, beside: true },
  poll: null,
  own: null,
  prediction: null,
  staked: null,
  goal: null,
  toasts: [],
  busy: null,
  panel: null,
  me: null,
  arrival: null,
  wallets: [],
  walletStep: null,
  walletTrouble: null,
  channels: [],
  lying: 0n,
  cashOut: null,
};

/** The first that applies. A held stream plays on while what is already decrypted lasts. */
export function phaseOf(state: WatchState): Phase {
  if (state.fatal) return 'error';
  if (!state.info) return 'connecting';
  if (state.moving) return 'live';
  if (state.hold) return 'out-of-credit';
  if (state.paused) return 'paused';
  if (state.info.state === 'idle') return 'waiting';
  return state.everMoved || state.info.state === 'reconnecting' ? 'reconnecting' : 'connecting';
}

/** The cam to show: the one chosen while it is on, else the first that is. */
export function camOf(cams: StreamInfo['cams'], chosen: string | null): StreamInfo['cams'][number] | undefined {
  const on = onAir(cams);
  return on.find(({ id }) => id === chosen) ?? on.find(({ state }) => state === 'live') ?? on[0] ?? cams[0];
}

/** Tips newest first, each once, at most `most`. */
export function withTip<T extends { n: number }>(tips: readonly T[], tip: T, most = 30): readonly T[] {
  if (tips.some((known) => known.n === tip.n)) return tips;
  return [tip, ...tips].sort((a, b) => b.n - a.n).slice(0, most);
}
