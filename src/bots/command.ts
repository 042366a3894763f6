// What a command is: a name, typed arguments, who may use it, and what it does; platforms only render it.
import type { ChatUser } from '../payments/chat/index.js';
import type { Hex } from '../vocabulary/values.js';
import type { Reply } from './reply.js';
import type { Words } from './words/index.js';

export type Platform = ChatUser['platform'];

interface Kinds {
  /** Base units of the token. */
  amount: bigint;
  /** All that follows. */
  text: string;
  stream: string;
  /** An address, looked up where a name was given. */
  address: Hex;
  whole: number;
  /** One of the argument's `choices`. */
  choice: string;
  /** As in `90s`, `5m`, `2h`, `3d`; ms. */
  duration: number;
  flag: boolean;
  /** One word, as it is. */
  word: string;
  /** The platform's id; Discord only. */
  role: string;
  /** The platform's id of a channel or chat. */
  channel: string;
}
export type Kind = keyof Kinds;

export interface Arg {
  kind: Kind;
  optional?: true;
  /** Of whole numbers. */
  least?: number;
  most?: number;
  /** Of texts, in characters. */
  longest?: number;
  choices?: readonly string[];
  /** In a line: an optional word is known by this beginning. */
  begins?: string;
  /** In a line: only where that argument is given too. */
  after?: string;
  /** What there is to choose, or what fits what was typed so far. Shows complete themselves. */
  complete?: (typed: string, community: Community | null) => readonly Completion[] | Promise<readonly Completion[]>;
}

export interface Completion {
  name: string;
  value: string;
}
export type Args = Readonly<Record<string, Arg>>;

export type Given<A extends Args> = {
  [K in keyof A]: A[K] extends { optional: true } ? Kinds[A[K]['kind']] | undefined : Kinds[A[K]['kind']];
};

/** A Discord server, or a Telegram group. */
export interface Community {
  platform: Platform;
  id: string;
  title: string;
}

export interface Person extends ChatUser {
  /** As the platform shows it. */
  name: string;
  /** BCP 47, as the platform says it. */
  locale: string;
  /** When the account was made, ms; null where the platform does not tell. */
  born: number | null;
  /** Since when in the community, ms; null where that is not known. */
  joined: number | null;
  /** Of the community; empty on Telegram. */
  roles: readonly string[];
  moderator: boolean;
  /** Whose server or group it is; absent: not he, or not known. */
  owner?: boolean;
}

/** Where something is said: a channel, a chat or a thread of one. */
export interface Place {
  platform: Platform;
  chat: string;
  /** A topic of a Telegram group; Discord's threads are chats. */
  thread?: string;
}

/** One use of a command. */
export interface Ask {
  /** The platform's own, of the interaction or update: the same one again is the same act. */
  id: string;
  person: Person;
  /** Null in a private chat. */
  community: Community | null;
  place: Place;
  /** The person has pressed "yes". */
  confirmed: boolean;
  words: Words;
}

export interface Part<A extends Args = Args> {
  args: A;
  /** Only the person sees the answer. */
  secret: boolean;
  run: (ask: Ask, given: Given<A>) => Promise<Reply>;
}

export interface Command {
  name: string;
  /**
   * `moderator`: of the community it is said in, for what concerns that community alone. `crew`: what is seen on stage;
   * the host's own accounts anywhere, and moderators of communities that the host has made a home of his streams.
   */
  who: 'anyone' | 'moderator' | 'crew';
  /** By name; '' for a command without parts. */
  parts: Readonly<Record<string, Part>>;
}

/** One act, typed by its arguments. */
export const part = <const A extends Args>(made: Part<A>): Part => made as unknown as Part;
