// How much one address may ask of the gate, and which address it is that asks.
import type { IncomingMessage } from 'node:http';
import { ipKeyGenerator } from 'express-rate-limit';

/** Viewers behind one router ask in the same moment: only the sum over some seconds tells. */
const windowMs = 10_000;
const mostAddresses = 100_000;

/**
 * Returns how many seconds an address that asks now must wait: 0 when it need not. Addresses of one IPv6 network count
 * as one.
 */
export function createAddressLimit({ perSecond, now }: { perSecond: number; now: () => number }) {
  const most = (perSecond * windowMs) / 1000;
  const asked = new Map<string, { times: number }>();
  let until = 0;

  function countOf(address: string): { times: number } {
    const network = ipKeyGenerator(address);
    const count = asked.get(network) ?? { times: 0 };
    // By the address too: telling its network takes longer than all else.
    asked.set(network, count).set(address, count);
    return count;
  }

  return (address: string): number => {
    const at = now();
    if (at >= until || asked.size > mostAddresses) {
      asked.clear();
      until = at + windowMs;
    }
    const count = asked.get(address) ?? countOf(address);
    count.times += 1;
    return count.times > most ? Math.max(1, Math.ceil((until - at) / 1000)) : 0;
  };
}

export type Asking = { headers: IncomingMessage['headers']; socket: { remoteAddress?: string | undefined } };

/** Who asks, behind so many proxies of our own, each of which has added whom it saw to `X-Forwarded-For`. */
export function addressOf({ headers, socket }: Asking, proxies: number): string {
  const seen = proxies > 0 ? headers['x-forwarded-for'] : undefined;
  const list = typeof seen === 'string' ? seen.split(',') : [];
  return list[Math.max(0, list.length - proxies)]?.trim() || socket.remoteAddress || '';
}
