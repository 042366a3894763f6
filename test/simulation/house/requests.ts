// What a server is asked: each request as its HTTP handler serves it, and what the answer says to who asked.
import type { DepositRequest } from '../../../src/vocabulary/channels.js';
import type { Hex } from '../../../src/vocabulary/values.js';
import type { House } from './open.js';

export type Request =
  | { do: 'session'; signer: Hex }
  | { do: 'voucher'; purse: Hex; amount: bigint; signature: Hex }
  | { do: 'key'; session: string; signer: Hex; n: number }
  | { do: 'pay'; header: string; signer: Hex; n: number }
  | { do: 'tip'; session: string; signer: Hex; id: string; amount: bigint }
  | { do: 'vote'; session: string; signer: Hex; id: string; amount: bigint }
  | { do: 'count'; signer: Hex; id: string; takes: boolean }
  | { do: 'deposit'; request: DepositRequest; id: Hex; nonce: Hex }
  | { do: 'close'; purse: Hex; issuedAt: number; signature: Hex }
  | { do: 'links'; channel: Hex; signer: Hex; limit: bigint; label: string; expiresAt: number | null }
  | { do: 'raise'; id: string; link: Hex; amount: bigint }
  | { do: 'revoke'; channel: Hex; link: Hex }
  | { do: 'fund'; amount: bigint }
  | { do: 'settle'; refund: boolean; dryRun: boolean };

/** What a page learns; all of it from the answer. */
export interface Answer {
  session?: string;
  purse?: Hex;
  spent?: bigint;
  authorized?: bigint;
  charged?: bigint;
  event?: number;
  done?: boolean;
}

export const stream = 'main';
type Of<Name extends Request['do']> = Extract<Request, { do: Name }>;
const told = (purse: Readonly<{ id: Hex; spent: bigint; authorized: bigint }> | null): Answer =>
  purse ? { purse: purse.id, spent: purse.spent, authorized: purse.authorized } : {};

async function pay(house: House, { header, n }: Of<'pay'>): Promise<Answer> {
  const outcome = await house.gate.buy({ header, url: `/keys/${stream}/${n}` }, stream, n, house.payments.pay);
  if (outcome.kind === 'refused') throw outcome.problem;
  return outcome.kind === 'paid' ? { ...told(outcome.purse), charged: outcome.charged } : { done: true };
}

/** Votes have rows of their own; here is only their money. */
const nothing = async (): Promise<void> => {};

const serving: { [Name in Request['do']]: (house: House, request: Of<Name>) => Promise<Answer> } = {
  async session({ payments, sessions }, { signer }) {
    await payments.ledger.warm(signer);
    return { session: sessions.open(stream, signer) };
  },
  voucher: async ({ payments }, { purse, amount, signature }) =>
    told(await payments.ledger.acceptVoucher(purse, amount, signature)),
  async key({ gate }, { session, n }) {
    const { purse, charged } = await gate.key(session, stream, n);
    return { ...told(purse), charged };
  },
  pay,
  async tip({ tips }, { signer, id, amount }) {
    const tip = await tips.tip({ payer: signer, stream, id, amount, name: 'a', message: 'b' });
    return { ...told(tip.purse), event: tip.n };
  },
  async vote({ payments }, { signer, id, amount }) {
    const wish = { payer: signer, reason: `vote/${id}`, stream, kind: 'vote', amount, durationMs: 0 } as const;
    return told((await payments.ledger.hold(wish)).purse);
  },
  /** Of a poll that ends: what is held for a vote is taken, or let go when it is called off. */
  async count({ payments }, { signer, id, takes }) {
    const { capture, release } = payments.ledger;
    const reason = `vote/${id}`;
    return { done: takes ? await capture(signer, reason, nothing) : await release(signer, reason, nothing) };
  },
  async deposit({ payments }, { request }) {
    const { purse, transaction } = await payments.channels.deposit(request);
    return { ...told(purse), done: transaction !== '' };
  },
  async close({ payments }, { purse, issuedAt, signature }) {
    await payments.close(purse, issuedAt, signature);
    return { done: true };
  },
  async links({ payments }, { channel, signer, limit, label, expiresAt }) {
    const [link] = await payments.links.make(stream, channel, [{ signer, limit, label, expiresAt, once: true }]);
    return told(link ?? null);
  },
  raise: async ({ payments }, { id, link, amount }) => told(await payments.links.topUp(id, link, amount)),
  async revoke({ payments }, { channel, link }) {
    await payments.links.revoke(channel, [link]);
    return { done: true };
  },
  async fund({ payments }, { amount }) {
    await payments.sponsor.fund(stream, amount);
    return { done: true };
  },
  async settle({ payments }, { refund, dryRun }) {
    await payments.settle({ refund, dryRun });
    return { done: true };
  },
};

export const serve = (house: House, request: Request): Promise<Answer> =>
  (serving[request.do] as (house: House, request: Request) => Promise<Answer>)(house, request);

export function inWords(request: Request): string {
  const { do: name } = request;
  if ('n' in request) return `${name} ${request.n}`;
  if ('amount' in request) return `${name} ${request.amount}`;
  return name === 'deposit' ? `deposit ${request.request.deposit.amount}` : name;
}
