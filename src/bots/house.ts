// What the bots ask of the rest of dTok.

import type { Feed } from '../feed/index.js';
import type { Goals, Standings } from '../goals/index.js';
import type { Alerts } from '../overlay/index.js';
import type { Chat, ChatUser } from '../payments/chat/index.js';
import type { Polls } from '../polls/index.js';
import type { Predictions } from '../polls/predictions/index.js';
import type { Hex } from '../vocabulary/values.js';
import type { Unit } from './amounts.js';

export interface Show {
  id: string;
  title: string;
  live: boolean;
  viewers: number;
  /** Base units for a second. */
  price: bigint;
  previewMs: number;
  minTip: bigint;
}

/** Steering a show. */
export interface Stage {
  /** Whether it may be broadcast to. */
  isOpen: (stream: string) => boolean;
  /** False ends the broadcast, and lets none in. */
  setOpen: (stream: string, open: boolean) => Promise<void>;
  /** The price in base units for a second. */
  change: (stream: string, change: { title?: string; price?: bigint }) => Promise<void>;
}

export interface House {
  token: Unit;
  /** As people call it. */
  chainName: string;
  publicUrl: string;
  shows: () => readonly Show[];
  /** What a stream has earned in all, base units. */
  earned: (stream: string) => { watched: bigint; tipped: bigint };
  chat: Pick<
    Chat,
    | 'account'
    | 'tip'
    | 'topUp'
    | 'fromFaucet'
    | 'withdraw'
    | 'issueCode'
    | 'watchLink'
    | 'handedOut'
    | 'accountsOf'
    | 'personOf'
    | 'setCaps'
    | 'linkOf'
    | 'takeBack'
  >;
  polls: Pick<Polls, 'create' | 'vote' | 'close' | 'cancel' | 'view' | 'own' | 'current' | 'running'>;
  predictions: Pick<
    Predictions,
    'open' | 'lock' | 'resolve' | 'cancel' | 'stakeFromChat' | 'view' | 'current' | 'onChange'
  >;
  /** A tip above this is asked about once more, base units. */
  confirmAbove: bigint;
  /** The key of the watch link that an account has of a stream: the same for the same account, always. */
  linkKey: (account: ChatUser, stream: string) => Hex;
  /** Null when a name leads nowhere. */
  resolve: (name: string) => Promise<Hex | null>;
  alerts: Pick<Alerts, 'act' | 'queue'>;
  goals: Pick<Goals, 'get' | 'set' | 'clear'>;
  leaderboard: Standings['leaderboard'];
  streaks: Standings['streaks'];
  showAt: Standings['showAt'];
  feed: Pick<Feed, 'follow' | 'last'>;
  /** Of the host, as announcements call him. */
  hostName: string;
  /** What a show looks like right now; null when there is no picture. */
  picture: (stream: string) => Promise<{ bytes: Uint8Array; type: 'image/png' | 'image/jpeg' } | null>;
  stage: Stage;
}
