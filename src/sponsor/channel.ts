// The sponsor's channel: pinned to the terms it was opened with, and funded by signed deposits that the server sends.
import { sponsorDeposit, sponsorSalt } from '../payments/sponsor-deposit.js';
import { channelId } from '../payments/typed-data.js';
import type { DepositRequest } from '../vocabulary/channels.js';
import type { StreamInfo } from '../vocabulary/streams.js';
import type { Hex } from '../vocabulary/values.js';
import type { Book, Place } from './book.js';
import { Refused, type SponsorServer } from './server.js';

const mostFaucetCalls = 50n;

/** The channel that this sponsor would have for a stream, by the server's present terms. */
function placeBy(info: StreamInfo, server: string, book: Book): Place {
  const { terms } = info;
  const { payTo: receiver, receiverAuthorizer, withdrawDelay, contract, chainId, token } = terms;
  const payer = book.address;
  return {
    server,
    stream: info.id,
    domain: { chainId, contract: contract as Hex },
    config: {
      payer,
      payerAuthorizer: payer,
      receiver: receiver as Hex,
      receiverAuthorizer: receiverAuthorizer as Hex,
      token: token.address as Hex,
      withdrawDelay,
      salt: sponsorSalt(info.id),
    },
    token: { symbol: token.symbol, decimals: token.decimals },
  };
}

export const channelOf = (place: Place): Hex => channelId(place.config, place.domain);

/** Fixes where this sponsor pays; a server whose terms differ from then on is refused. */
export function settlePlace(book: Book, info: StreamInfo, server: string): Place {
  const now = placeBy(info, server, book);
  const before = book.place();
  if (before && channelOf(before) !== channelOf(now)) {
    throw new Error('The server asks for other payment terms than before (receiver, key, token, delay or stream).');
  }
  book.setPlace(now);
  return now;
}

async function faucet(server: SponsorServer, address: Hex, missing: bigint): Promise<void> {
  let given = 0n;
  for (let call = 0n; given < missing && call < mostFaucetCalls; call++) {
    given += BigInt((await server.ask('postFaucet', { body: { address } })).amount);
  }
}

async function send(book: Book, server: SponsorServer, request: DepositRequest): Promise<void> {
  try {
    await server.ask('postDeposit', { body: request });
  } catch (error) {
    // Refused for good: it was not mined and never will be, for its time is short.
    if (error instanceof Refused && error.code === 'chain_refused') book.dropDeposit(request);
    throw error;
  }
  book.depositDone(request);
}

/** Deposits until the channel was given `total` in all; what a crash left under way is finished first. */
export async function fundTo(book: Book, server: SponsorServer, info: StreamInfo, total: bigint): Promise<void> {
  const place = settlePlace(book, info, server.base);
  for (const request of book.openDeposits()) await send(book, server, request);
  const missing = total - book.funded();
  if (missing <= 0n) return;
  if (info.terms.faucet) await faucet(server, book.address, missing);
  const { depositCollector, token } = info.terms;
  const request = sponsorDeposit({
    key: book.key,
    config: place.config,
    amount: missing,
    domain: place.domain,
    depositCollector: depositCollector as Hex,
    token: { ...token, address: token.address as Hex },
    now: info.serverTime,
  });
  book.addDeposit(request);
  await send(book, server, request).catch((error: unknown) => {
    if (!(error instanceof Refused) || error.code !== 'chain_refused') throw error;
    throw new Error(`${error.message} Send ${token.symbol} to the sponsor’s address ${book.address} first.`);
  });
}
