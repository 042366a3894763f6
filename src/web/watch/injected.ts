// Wallets that browsers bring along: found by EIP-6963, and what this page asks of one.
import type { ReceiveAuthorization, TokenDomain } from '../../payments/typed-data.js';
import { knownChain } from '../../vocabulary/chains.js';
import type { Hex } from '../../vocabulary/values.js';
import { pause } from '../shared/time.js';

/** EIP-1193. */
export interface Provider {
  request(asked: { method: string; params?: unknown[] }): Promise<unknown>;
}

export interface FoundWallet {
  id: string;
  name: string;
  /** A data URL, or '' when it gave none that may be shown. */
  icon: string;
  provider: Provider;
}

interface Announcement {
  info?: { uuid?: unknown; name?: unknown; icon?: unknown };
  provider?: Provider;
}

/** Asks all wallets to say that they are there; `onFound` hears of each once. Returns how to stop listening. */
export function findWallets(page: EventTarget, onFound: (wallet: FoundWallet) => void): () => void {
  const known = new Set<string>();
  const hear = (event: Event) => {
    const { info, provider } = ((event as CustomEvent).detail ?? {}) as Announcement;
    const id = `${info?.uuid ?? ''}`;
    if (!id || known.has(id) || typeof provider?.request !== 'function') return;
    known.add(id);
    // An address on the net would tell somebody who watches what.
    const icon = /^data:image\//.test(`${info?.icon}`) ? `${info?.icon}` : '';
    onFound({ id, name: `${info?.name || 'A wallet'}`.slice(0, 40), icon, provider });
  };
  page.addEventListener('eip6963:announceProvider', hear);
  page.dispatchEvent(new Event('eip6963:requestProvider'));
  return () => page.removeEventListener('eip6963:announceProvider', hear);
}

/** What a wallet would not do; `message` is for people. */
export class WalletTrouble extends Error {
  constructor(
    readonly why: 'refused' | 'wrong_chain' | 'busy' | 'failed',
    message: string,
  ) {
    super(message);
    this.name = 'WalletTrouble';
  }
}

function troubleOf(error: unknown, chain: string): WalletTrouble {
  const { code, message = '' } = (error ?? {}) as { code?: unknown; message?: string };
  if (code === 4001) return new WalletTrouble('refused', 'You said no in the wallet. Nothing was paid.');
  if (code === 4902) {
    const say = `Your wallet does not know the ${chain}. Add it in the wallet’s settings, then try again.`;
    return new WalletTrouble('wrong_chain', say);
  }
  if (code === -32002)
    return new WalletTrouble('busy', 'The wallet is still asking something. Open it and answer there.');
  return new WalletTrouble('failed', `The wallet could not do that${message ? `: ${message.slice(0, 160)}` : '.'}`);
}

/** The chain in words. */
export function chainName(chainId: number): string {
  const known = knownChain(chainId);
  if (known) return `${known} chain`;
  return chainId === 31337 ? 'test chain 31337' : `chain ${chainId}`;
}

const typed = (names: string) => names.split(', ').map((one) => ({ type: one.split(' ')[0], name: one.split(' ')[1] }));

type Kind = 'ReceiveWithAuthorization' | 'TransferWithAuthorization';

/** The EIP-712 message of an EIP-3009 deposit, or of a transfer that anyone may send on, as wallets show it. */
export function receiveTypedData(a: ReceiveAuthorization, token: TokenDomain, kind: Kind = 'ReceiveWithAuthorization') {
  return {
    types: {
      EIP712Domain: typed('string name, string version, uint256 chainId, address verifyingContract'),
      [kind]: typed('address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce'),
    },
    primaryType: kind,
    domain: { name: token.name, version: token.version, chainId: token.chainId, verifyingContract: token.address },
    message: {
      ...{ from: a.from, to: a.to, nonce: a.nonce, value: `${a.value}` },
      ...{ validAfter: `${a.validAfter}`, validBefore: `${a.validBefore}` },
    },
  };
}

/** Some wallets number the two kinds of a signature from 0. */
export function plainSignature(given: string): Hex {
  const v = Number.parseInt(given.slice(-2), 16);
  return `${given.slice(0, -2)}${(v < 27 ? v + 27 : v).toString(16)}`.toLowerCase() as Hex;
}

export type Connected = Awaited<ReturnType<typeof connectWallet>>;

const receiptMs = 1500;
const patienceMs = 300_000;

/** The wallet's chosen account, on the chain that is asked for. Throws `WalletTrouble`. */
export async function connectWallet({ provider, name }: FoundWallet, chainId: number) {
  const chain = chainName(chainId);
  const ask = (method: string, ...params: unknown[]) =>
    provider.request({ method, params }).catch((error: unknown) => Promise.reject(troubleOf(error, chain)));
  const current = async () => Number(await ask('eth_chainId'));

  async function beOnChain(): Promise<void> {
    if ((await current()) === chainId) return;
    await ask('wallet_switchEthereumChain', { chainId: `0x${chainId.toString(16)}` });
    if ((await current()) === chainId) return;
    throw new WalletTrouble('wrong_chain', `${name} is on another chain. Switch it to the ${chain}, then try again.`);
  }

  const accounts = (await ask('eth_requestAccounts')) as string[];
  const address = accounts[0]?.toLowerCase() as Hex | undefined;
  if (!address) throw new WalletTrouble('failed', `${name} gave no account.`);
  await beOnChain();

  /** Resolves when it is mined. */
  async function send(to: Hex, data: Hex): Promise<Hex> {
    await beOnChain();
    const hash = (await ask('eth_sendTransaction', { from: address, to, data })) as Hex;
    for (const limit = Date.now() + patienceMs; Date.now() < limit; await pause(receiptMs)) {
      const receipt = (await ask('eth_getTransactionReceipt', hash)) as { status?: string } | null;
      if (receipt && Number(receipt.status) === 1) return hash;
      if (receipt) throw new WalletTrouble('failed', 'The chain refused the transaction. Nothing was moved.');
    }
    throw new WalletTrouble('failed', 'The transaction is not mined yet. Look at it in the wallet.');
  }

  async function signed(authorization: ReceiveAuthorization, token: TokenDomain, kind: Kind): Promise<Hex> {
    await beOnChain();
    const message = JSON.stringify(receiveTypedData(authorization, token, kind));
    return plainSignature((await ask('eth_signTypedData_v4', address, message)) as string);
  }

  return {
    name,
    address,
    send,
    /** The chain's time, ms: its newest block's. */
    time: async (): Promise<number> => {
      const block = (await ask('eth_getBlockByNumber', 'latest', false)) as { timestamp: string } | null;
      return Number(block?.timestamp ?? 0) * 1000;
    },
    call: async (to: Hex, data: Hex): Promise<Hex> => {
      await beOnChain();
      return (await ask('eth_call', { to, data }, 'latest')) as Hex;
    },
    receive: (authorization: ReceiveAuthorization, token: TokenDomain) =>
      signed(authorization, token, 'ReceiveWithAuthorization'),
    transfer: (authorization: ReceiveAuthorization, token: TokenDomain) =>
      signed(authorization, token, 'TransferWithAuthorization'),
  };
}
