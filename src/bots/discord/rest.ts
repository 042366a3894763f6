// Requests to Discord: sent again when a connection breaks, posted once, and told apart where nobody is there any more.
import { randomUUID } from 'node:crypto';
import { DefaultRestOptions, DiscordAPIError, type RESTOptions } from 'discord.js';
import { Gone } from '../poster.js';

/** discord.js tries again after a connection that was reset; one that was closed in the midst is no different. */
const makeRequest: RESTOptions['makeRequest'] = async (...args) => {
  try {
    return await DefaultRestOptions.makeRequest(...args);
  } catch (error) {
    if ((error as { code?: string } | null)?.code !== 'UND_ERR_SOCKET') throw error;
    throw Object.assign(new Error('the connection was closed', { cause: error }), { code: 'ECONNRESET' });
  }
};

export const restOptions = (api: string): Partial<RESTOptions> => ({ api, makeRequest });

/** A message that is sent again with these is the same message. */
export const once = () => ({ nonce: randomUUID().slice(0, 25), enforce_nonce: true });

/** No such channel or message, no access, no right to write, nobody who takes it, a thread that is closed. */
const goneFor = [10003, 10008, 50001, 50013, 50007, 50083, 160005];

export function gone(error: unknown): never {
  if (error instanceof DiscordAPIError && goneFor.includes(Number(error.code)))
    throw new Gone(error.message, { cause: error });
  throw error;
}
