// How the bots speak unasked, and change what they said: announcements, live polls, results.
import type { Place } from './command.js';
import type { Reply } from './reply.js';

/** One message that was said. */
export interface Said {
  place: Place;
  message: string;
}

/** The message, the chat, or the bot's place in it is no more: nothing further can be said there. */
export class Gone extends Error {}

/** What the log is told of a platform's error: its address, in the stack, may hold the bot's token. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** One for each platform. Its calls wait out the platform's limits, keep the order of one chat, and may throw Gone. */
export interface Poster {
  post(place: Place, reply: Reply): Promise<Said>;
  /** As good as done when nothing would change. */
  edit(said: Said, reply: Reply): Promise<void>;
}
