// A viewer: signs ahead, asks for keys and tips, opens, tops up and closes a channel, repeats himself, and leaves by the chain.
import { encodePaymentSignatureHeader } from '@x402/core/http';
import type { PaymentPayload } from '@x402/core/types';
import { type ChannelFields, channelId, closeDigest, voucherDigest } from '../../../src/payments/typed-data.js';
import type { Hex } from '../../../src/vocabulary/values.js';
import { words } from '../chain/settlement.js';
import type { Request } from '../house/requests.js';
import type { Reply } from '../network.js';
import { signerOf } from './keys.js';
import { type DepositAsked, live, sendDeposit, signDeposit, type Town } from './town.js';

interface Wallet {
  id: Hex;
  limit: bigint;
  /** As the server's answers said. */
  spent: bigint;
  signed: bigint;
}

export type Viewer = ReturnType<typeof createViewer>;

/** `tokens` are what he has to put into a channel; a link, if he has one, is put in by `give`. */
export function createViewer(town: Town, name: string, tokens: bigint) {
  const { random, clock, trace, node, place, terms } = town;
  const signer = signerOf(name);
  const salt: Hex = `0x${'11'.repeat(32)}`;
  const config: ChannelFields = { payer: signer.address, payerAuthorizer: signer.address, ...terms, salt };
  const channel = channelId(config, place.domain);
  const wallets: Wallet[] = [];
  const sent: Request[] = [];
  const deposits: DepositAsked[] = [];
  let session: string | null = null;
  let tips = 0;
  let votes = 0;

  const walletOf = (id: Hex | undefined): Wallet | undefined => wallets.find((wallet) => wallet.id === id);

  function hear(request: Request, reply: Reply): void {
    if (reply.kind === 'answer') {
      const { answer } = reply;
      if (answer.session) session = answer.session;
      const wallet = walletOf(answer.purse);
      if (wallet && answer.spent !== undefined && answer.spent > wallet.spent) wallet.spent = answer.spent;
      if (request.do === 'deposit' && !walletOf(channel)) {
        wallets.push({ id: channel, limit: 0n, spent: answer.spent ?? 0n, signed: answer.authorized ?? 0n });
      }
      const own = request.do === 'deposit' ? walletOf(channel) : undefined;
      if (own && request.do === 'deposit') own.limit += BigInt(request.request.deposit.amount);
    }
    if (reply.kind !== 'refused') return;
    if (reply.code === 'session_needed') session = null;
    const needy = reply.code === 'voucher_needed' && walletOf(reply.facts.purse as Hex);
    if (needy) sign(needy, BigInt(reply.facts.needed ?? 0) + BigInt(random.below(30)));
  }

  function ask(request: Request): void {
    sent.push(request);
    town.ask(name, request, (reply) => hear(request, reply));
  }

  function sign(wallet: Wallet, amount: bigint): void {
    if (amount > wallet.signed) wallet.signed = amount;
    const signature = signer.sign(voucherDigest(wallet.id, amount, place.domain));
    ask({ do: 'voucher', purse: wallet.id, amount, signature });
  }

  /** Ahead of need mostly; now and then less than before, or more than he has. */
  function signMore(): void {
    const wallet = wallets.length > 0 ? random.pick(wallets) : undefined;
    if (!wallet) return;
    const base = wallet.spent > wallet.signed || random.chance(0.4) ? wallet.spent : wallet.signed;
    const wild = random.weighed({ ahead: 12, lower: 1, everything: 1, beyond: 1 });
    if (wild === 'everything') sign(wallet, wallet.limit);
    else if (wild === 'beyond') sign(wallet, wallet.limit + BigInt(random.between(1, 50)));
    else sign(wallet, wild === 'lower' ? base / 2n : base + BigInt(random.between(5, 60)));
  }

  function askKey(): void {
    if (session === null) return void ask({ do: 'session', signer: signer.address });
    if (town.newest().length > 0) ask({ do: 'key', session, signer: signer.address, n: random.pick(town.newest()) });
  }

  function tip(): void {
    if (session === null) return;
    if (tips === 0 || random.chance(0.7)) tips += 1;
    const id = `${name}-${random.between(1, tips)}`;
    ask({ do: 'tip', session, signer: signer.address, id, amount: BigInt(3 + (id.length % 7)) });
  }

  /** Money for a vote, which is set aside until its poll ends. */
  function vote(): void {
    if (session === null) return;
    if (votes === 0 || random.chance(0.8)) votes += 1;
    const id = `${name}-${random.between(1, votes)}`;
    ask({ do: 'vote', session, signer: signer.address, id, amount: BigInt(4 + (id.length % 9)) });
  }

  /** A key by x402, without a session: or the rest back by the same road. */
  function pay(): void {
    const wallet = walletOf(channel);
    if (!wallet || town.newest().length === 0) return;
    const n = random.pick(town.newest());
    const back = random.chance(0.05);
    const cost = town.costOf(n);
    const total = back ? wallet.spent : wallet.spent + cost;
    const signature = signer.sign(voucherDigest(channel, total, place.domain));
    if (total > wallet.signed) wallet.signed = total;
    town.books.heardVoucher(channel, total);
    const voucher = { channelId: channel, maxClaimableAmount: `${total}`, signature };
    const payload = {
      x402Version: 2,
      accepted: {
        ...{ scheme: 'batch-settlement', network: `eip155:${place.domain.chainId}`, asset: terms.token },
        ...{ payTo: terms.receiver, amount: `${cost}`, maxTimeoutSeconds: 300, extra: {} },
      },
      payload: { type: back ? 'refund' : 'voucher', channelConfig: config, voucher },
    };
    const header = encodePaymentSignatureHeader(payload as unknown as PaymentPayload);
    ask({ do: 'pay', header, signer: signer.address, n });
  }

  const free = (): bigint => node.head().state.tokens.get(signer.address) ?? 0n;

  /** Not answered, or answered and then taken back by the chain. */
  const waits = ({ nonce }: DepositAsked): boolean =>
    !town.books.deposits.get(nonce)?.answered || !node.head().state.used.has(`${signer.address} ${nonce}`);

  function putIn(): void {
    const waiting = deposits.find(waits);
    if (waiting) return void ask(waiting);
    if (free() < 20n) return;
    const deposit = signDeposit(town, signer, config, (free() * BigInt(random.between(20, 60))) / 100n);
    deposits.push(deposit);
    if (town.plan.ownDeposits && random.chance(0.3)) sendDeposit(town, deposit);
    ask(deposit);
  }

  function close(): void {
    if (!walletOf(channel)) return;
    const issuedAt = clock.now();
    const signature = signer.sign(closeDigest(channel, issuedAt, place.domain));
    ask({ do: 'close', purse: channel, issuedAt, signature });
  }

  const act = (method: string, args: unknown[], to = place.domain.contract): void => {
    trace.say(`${name} sends to the chain: ${method}`);
    node.send({ who: signer.address, to, method, args });
  };

  /** Takes what is not claimed, as far as the chain knows, and goes on as if nothing had happened. */
  function withdraw(): void {
    const { balance, claimed } = node.head().state.channels.get(channel) ?? { balance: 0n, claimed: 0n };
    const pending = node.head().state.withdrawals.get(channel);
    const waiting = node.waiting().some((tx) => tx.from === signer.address);
    if (waiting || balance === claimed) return;
    const rest = balance - claimed;
    const amount = random.chance(0.7) ? rest : 1n + (rest * BigInt(random.below(100))) / 100n;
    if (!pending) return void act('initiateWithdraw', [words(config), amount < rest ? amount : rest]);
    if (clock.now() / 1000 >= pending.at + config.withdrawDelay) act('finalizeWithdraw', [words(config)]);
  }

  /** Tokens that a deposit was signed for are gone when it is sent. */
  function spendElsewhere(): void {
    if (free() < 20n || !random.chance(0.3)) return;
    act('transfer', [place.collector.replace(/.$/, '9'), 10n], terms.token);
  }

  function again(): void {
    if (sent.length > 0) ask(random.pick(sent));
  }

  const acts = {
    key: askKey,
    sign: signMore,
    tip,
    vote,
    pay,
    deposit: putIn,
    close,
    leave: withdraw,
    again,
    elsewhere: spendElsewhere,
  };
  const haste = random.chance(0.5) ? 1 : 0.5;
  const leave = town.plan.withdrawals ? 14 : 0;
  const weights = {
    key: 40,
    sign: 18,
    tip: 8,
    vote: 5,
    pay: 12,
    deposit: 6,
    close: 1.5,
    again: 8,
    elsewhere: 0.5,
    leave,
  };

  return {
    name,
    ...{ signer, channel, tokens },
    start: () => {
      live(town, name, town.plan.pace * haste, () => acts[random.weighed(weights)]());
      if (random.chance(0.8)) putIn();
    },
    give: (id: Hex, limit: bigint) => wallets.push({ id, limit, spent: 0n, signed: 0n }),
    /** What he still waits for, asked again until it is answered. */
    insist: () => {
      if (deposits.some(waits)) putIn();
    },
  };
}
