// How requests to Discord survive connections that break: discord.js sends them again, and nothing is posted twice.
import { randomUUID } from 'node:crypto';
import { DefaultRestOptions, type RESTOptions } from 'discord.js';

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
