// Somebody with a watch link and a key of his own, who tips a running server over HTTP.
import { addressOf, randomKey, sessionDigest, sign, voucherDigest } from '../../src/payments/typed-data.js';
import type { Dtok } from '../support/dtok.js';

/** `limit` base units on his link; a tip rejects when it is refused. */
export async function openTipper(house: Dtok, limit: bigint) {
  const key = randomKey();
  const signer = addressOf(key);
  const params = { stream: 'main' };
  const { terms } = await house.api('getStream', { params });
  const domain = { chainId: terms.chainId, contract: terms.contract };
  const [link] = await house.api('makeLinks', { params, body: { links: [{ signer, limit: `${limit}` }] } });
  if (!link) throw new Error('no link');
  const signature = sign(voucherDigest(link.id, limit, domain), key);
  await house.api('postVoucher', { body: { channelId: link.id, maxClaimableAmount: `${limit}`, signature } });
  let made = 0;
  return {
    key,
    async tip(name: string, amount: bigint, message = '', at = house): Promise<number> {
      const issuedAt = Date.now();
      const proof = { stream: 'main', signer, issuedAt, signature: sign(sessionDigest('main', issuedAt, domain), key) };
      const { session } = await at.api('openSession', { body: proof });
      const response = await fetch(`${at.base}/api/tips`, {
        method: 'POST',
        headers: { authorization: `Bearer ${session}`, 'content-type': 'application/json' },
        body: JSON.stringify({ id: `tip-${signer.slice(2, 10)}-${made++}`, amount: `${amount}`, name, message }),
      });
      const receipt = (await response.json()) as { n: number };
      if (!response.ok) throw new Error(JSON.stringify(receipt));
      return receipt.n;
    },
  };
}
