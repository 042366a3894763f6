// What people outside know for themselves: what they signed, what reached the server, and what it promised them.
import type { Hex } from '../../src/vocabulary/values.js';
import type { Answer, Request } from './house/requests.js';

export interface Deposit {
  channel: Hex;
  payer: Hex;
  nonce: Hex;
  salt: Hex;
  amount: bigint;
  answered: boolean;
}

export type Books = ReturnType<typeof createBooks>;

export function createBooks() {
  /** Amounts of the vouchers that reached the server, by purse. */
  const vouchers = new Map<Hex, Set<bigint>>();
  const most = new Map<Hex, bigint>();
  /** What links may spend at most, by everything the server was told about them. */
  const limits = new Map<Hex, bigint>();
  const raised = new Set<string>();
  /** What the server has said is taken or given: it can never be less again. */
  const accepted = new Map<Hex, bigint>();
  const served = new Map<string, { payer: Hex; n: number }>();
  const tipped = new Map<string, number>();
  /** Votes that were asked for: whose, and which. */
  const votes = new Map<string, { signer: Hex; id: string }>();
  const deposits = new Map<Hex, Deposit>();
  const seen = { largest: 0n };

  function heardVoucher(purse: Hex, amount: bigint): void {
    const known = vouchers.get(purse) ?? new Set();
    vouchers.set(purse, known.add(amount));
    if (amount > (most.get(purse) ?? 0n)) most.set(purse, amount);
  }

  /** A request has reached the server. */
  function heard(request: Request, linkId: (channel: Hex, signer: Hex) => Hex): void {
    if (request.do === 'voucher') heardVoucher(request.purse, request.amount);
    const given = request.do === 'tip' || request.do === 'vote';
    if (given && request.amount > seen.largest) seen.largest = request.amount;
    if (request.do === 'vote') votes.set(`${request.signer} ${request.id}`, { signer: request.signer, id: request.id });
    if (request.do === 'links') {
      const id = linkId(request.channel, request.signer);
      limits.set(id, (limits.get(id) ?? 0n) > request.limit ? (limits.get(id) ?? 0n) : request.limit);
    }
    if (request.do === 'raise' && !raised.has(request.id)) {
      raised.add(request.id);
      limits.set(request.link, (limits.get(request.link) ?? 0n) + request.amount);
    }
  }

  /** The server has answered; whether that arrives or not, it has said so. */
  function answered(request: Request, answer: Answer): void {
    if (request.do === 'voucher') {
      const before = accepted.get(request.purse) ?? 0n;
      accepted.set(request.purse, before > request.amount ? before : request.amount);
    }
    if (request.do === 'key' || (request.do === 'pay' && answer.purse)) {
      served.set(`${request.signer} watch/main/${request.n}`, { payer: request.signer, n: request.n });
    }
    if (request.do === 'tip') tipped.set(`${request.signer} tip/${request.id}`, answer.event ?? -1);
    const deposit = request.do === 'deposit' && deposits.get(request.nonce);
    if (deposit) deposit.answered = true;
  }

  return { vouchers, most, limits, accepted, served, tipped, votes, deposits, seen, heard, heardVoucher, answered };
}
