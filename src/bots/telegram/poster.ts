// How the bot speaks unasked in Telegram, and keeps what it said up to date.
import { Gone, type Poster } from '../poster.js';
import { isGone } from './api.js';
import type { Messages } from './messages.js';

async function orGone<T>(act: Promise<T>): Promise<T> {
  try {
    return await act;
  } catch (error) {
    if (!isGone(error)) throw error;
    throw new Gone((error as Error).message);
  }
}

export const createPoster = (messages: Messages): Poster => ({
  post: ({ chat, thread }, reply) => orGone(messages.post({ chat, ...(thread !== undefined && { thread }) }, reply)),
  edit: (said, reply) => orGone(messages.refresh(said, reply)),
});
