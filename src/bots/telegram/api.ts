// Calls to Telegram. Errors carry neither the token nor what was sent: links in it are as good as money.
import { type Telegram, TelegramError } from 'telegraf';
import type { Telegram as Methods, Opts } from 'telegraf/types';

/** Telegram understood, and will not. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** How long to wait before the same is tried again, s. */
    readonly waitS: number | null,
    /** The group has become another chat. */
    readonly movedTo: number | null,
  ) {
    super(message);
  }
}

/** Telegram could not be reached, or was not itself. */
export class Unreached extends Error {}

const longestMs = 30_000;

export type Call = <M extends keyof Methods>(
  method: M,
  payload: Opts<M>,
  within?: number,
) => Promise<ReturnType<Methods[M]>>;

function cleaned(method: string, error: unknown): Error {
  if (!(error instanceof TelegramError)) {
    const { code, name } = error as { code?: string; name?: string };
    return new Unreached(`Telegram cannot be reached for ${method}: ${code ?? name}`);
  }
  const { code, description, parameters } = error;
  if (code >= 500) return new Unreached(`Telegram has trouble with ${method}: ${code}`);
  const { retry_after: waitS = null, migrate_to_chat_id: movedTo = null } = parameters ?? {};
  // Telegram repeats an address that it refuses.
  const said = description.replace(/[a-z]+:\/\/[^\s']+/gi, '…');
  return new Refused(code, `${method}: ${said}`, waitS, movedTo);
}

/** `act` with a signal that ends it with `ending`, or when its time is over. */
async function limited<T>(ms: number, ending: AbortSignal, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const one = new AbortController();
  const end = () => one.abort();
  if (ending.aborted) end();
  const timer = setTimeout(end, ms);
  ending.addEventListener('abort', end);
  try {
    return await act(one.signal);
  } finally {
    clearTimeout(timer);
    ending.removeEventListener('abort', end);
  }
}

/** Each call has its time, and ends with `ending`. Throws Refused, and Unreached. */
export const createCall =
  (telegram: Telegram, ending: AbortSignal): Call =>
  async (method, payload, within = longestMs) => {
    try {
      return await limited(within, ending, (signal) => telegram.callApi(method, payload, { signal: signal as never }));
    } catch (error) {
      throw cleaned(method, error);
    }
  };

/** This person has no chat with the bot, or wants none. */
export const isUnreachable = (error: unknown): boolean =>
  error instanceof Refused && (error.status === 403 || error.message.includes('chat not found'));

const goneFor = [
  'chat not found',
  'message to edit not found',
  "message can't be edited",
  'MESSAGE_ID_INVALID',
  'message thread not found',
  'TOPIC_',
  'not enough rights',
  'have no rights to send',
  'CHAT_WRITE_FORBIDDEN',
];

/** The message, the chat, or the bot's place in it is no more. */
export const isGone = (error: unknown): boolean =>
  error instanceof Refused &&
  (error.status === 403 || error.movedTo !== null || goneFor.some((text) => error.message.includes(text)));

/** This picture, or any in this chat. */
export const isPictureRefused = (error: unknown): boolean =>
  error instanceof Refused && error.status === 400 && /photo|image|file/i.test(error.message.replace('sendPhoto', ''));

/** Nothing would change: as good as done. */
export const isUnchanged = (error: unknown): boolean =>
  error instanceof Refused && error.message.includes('message is not modified');
