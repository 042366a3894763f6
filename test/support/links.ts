// A watch link of the stream `main`, as the dashboard makes it: its key never reaches the server.
import { addressOf, randomKey } from '../../src/payments/typed-data.js';
import { keyToText } from '../../src/web/shared/bytes.js';
import type { Dtok } from './dtok.js';

const params = { stream: 'main' };

/** `limit`: base units. */
export async function newLink(dtok: Dtok, limit: bigint) {
  const key = randomKey();
  const [link] = await dtok.api('makeLinks', {
    params,
    body: { links: [{ signer: addressOf(key), limit: `${limit}` }] },
  });
  if (!link) throw new Error('no link');
  const spent = async (): Promise<bigint> => {
    const { links } = await dtok.api('listLinks', { params });
    return BigInt(links.find(({ id }) => id === link.id)?.spent ?? 0);
  };
  return { id: link.id, url: `${dtok.base}/watch/main#k=${keyToText(key)}`, spent };
}
