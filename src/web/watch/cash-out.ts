// Everything that is this page's own, sent to another address: channels closed, then one signed transfer, over any reload.
import type { ReceiveAuthorization } from '../../payments/typed-data.js';
import type { TransferRequest } from '../../vocabulary/channels.js';
import type { StreamInfo } from '../../vocabulary/streams.js';
import type { Hex } from '../../vocabulary/values.js';
import { type Api, Refusal } from '../shared/api.js';
import { randomHex } from '../shared/bytes.js';
import type { Keep } from '../shared/keep.js';
import type { Clock } from './clock.js';
import type { Wallet } from './wallet.js';

/** What is under way; `transfer` once it is signed: from then on only that one is sent. */
export interface CashOut {
  to: Hex;
  /** As the viewer wrote it, when that was a name. */
  name: string | null;
  transfer: TransferRequest | null;
}

/** Refusals after which the same transfer can never happen. */
const final: readonly Refusal['code'][] = ['chain_refused', 'bad_request', 'wrong_signer', 'transfer_not_ours'];
const validSeconds = 3600;
const isAddress = (text: string): boolean => /^0x[0-9a-fA-F]{40}$/.test(text);

export type CashOuts = ReturnType<typeof createCashOuts>;

export function createCashOuts(needs: {
  api: Api;
  keep: Keep;
  wallet: Wallet;
  terms: StreamInfo['terms'];
  clock: Clock;
  /** Closes every channel whose rest comes to this page's address. */
  closeOwn: () => Promise<void>;
}) {
  const { api, keep, wallet, terms, clock } = needs;
  const slot = `cashout.${wallet.address}.${terms.chainId}.${terms.token.address}`;
  let running: Promise<{ amount: bigint; to: Hex }> | null = null;

  function kept(): CashOut | null {
    const text = keep.get(slot);
    return text === null ? null : (JSON.parse(text) as CashOut);
  }
  const remember = (value: CashOut | null) => keep.set(slot, value && JSON.stringify(value));

  async function sign(to: Hex): Promise<TransferRequest> {
    const { token } = await api('getAddress', { params: { address: wallet.address } });
    if (BigInt(token) === 0n) throw new Refusal('nothing_to_refund', 'There is nothing of your own to send.', 409);
    const validBefore = BigInt(Math.floor(clock.now() / 1000) + validSeconds);
    const times = { validAfter: 0n, validBefore };
    const authorization: ReceiveAuthorization = {
      ...{ from: wallet.address, to, value: BigInt(token), nonce: randomHex(32) },
      ...times,
    };
    const { name, version, address } = terms.token;
    const signature = wallet.transfer(authorization, { name, version, address, chainId: terms.chainId });
    return { ...authorization, value: token, validAfter: '0', validBefore: `${validBefore}`, signature };
  }

  async function step(wish: CashOut): Promise<{ amount: bigint; to: Hex }> {
    if (!wish.transfer) await needs.closeOwn();
    const transfer = wish.transfer ?? (await sign(wish.to));
    remember({ ...wish, transfer });
    try {
      await api('postTransfer', { body: transfer });
    } catch (error) {
      // Signed anew at the next try: this one can move nothing any more, or never could.
      const over = error instanceof Refusal && final.includes(error.code);
      if (over) remember({ ...wish, transfer: null });
      throw error;
    }
    remember(null);
    return { amount: BigInt(transfer.value), to: wish.to };
  }

  /** A second asking while one is under way joins it. Throws `Refusal`. */
  function run(wish: CashOut): Promise<{ amount: bigint; to: Hex }> {
    remember(wish);
    running ??= step(wish)
      .catch((error: unknown) => {
        // Nothing is there to send: there is nothing to go on with.
        if (error instanceof Refusal && error.code === 'nothing_to_refund') remember(null);
        throw error;
      })
      .finally(() => {
        running = null;
      });
    return running;
  }

  return {
    kept,
    /** Where a name or an address leads. Throws `Refusal`. */
    async where(text: string): Promise<{ to: Hex; name: string | null; primary: string | null }> {
      const given = text.trim();
      if (isAddress(given)) {
        const to = given.toLowerCase() as Hex;
        const ours: string[] = [wallet.address, terms.contract, terms.token.address, terms.depositCollector];
        if (/^0x0+$/.test(to) || ours.includes(to)) {
          throw new Refusal('bad_request', 'Money cannot be sent to that address. Use another one.', 400);
        }
        return { to, name: null, primary: null };
      }
      const shaped = /^[^\s/]+\.[^\s/.]{2,}$/.test(given);
      if (!shaped) throw new Refusal('bad_request', wrongText(terms.names), 400);
      const { name, address, primary } = await api('getName', { params: { name: given } });
      return { to: address, name, primary };
    },
    send: (to: Hex, name: string | null) => run({ to, name, transfer: null }),
    /** Goes on with what an earlier visit began. */
    resume(): Promise<{ amount: bigint; to: Hex }> | null {
      const wish = kept();
      return wish && run(wish);
    },
    /** Nothing more is tried; what was signed and sent may still happen. */
    giveUp: () => remember(null),
  };
}

const wrongText = (names: boolean): string =>
  names
    ? 'Write an address (0x and 40 letters and digits) or a name such as hanna.eth.'
    : 'Write an address: 0x and 40 letters and digits.';
