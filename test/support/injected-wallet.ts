// A wallet in the page as browsers bring them: announced by EIP-6963, signing with a real key on a real chain.
import { type JsonRpcProvider, Wallet } from 'ethers';
import type { Page } from 'playwright-core';
import type { Hex } from '../../src/vocabulary/values.js';

interface TypedData {
  domain: Record<string, unknown>;
  types: Record<string, { name: string; type: string }[]>;
  message: Record<string, unknown>;
}

const icon =
  'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 8 8%22%3E%3Crect width=%228%22 height=%228%22 fill=%22%236cf%22/%3E%3C/svg%3E';

/** Steer it by what it returns; it must be there before the page is opened. */
export async function injectWallet(needs: { page: Page; key: Hex; chain: JsonRpcProvider; name: string }) {
  const { page, key, chain, name } = needs;
  const signer = new Wallet(key, chain);
  const no = new Set<string>();
  const holds = new Map<string, { reach: () => void; until: Promise<void> }>();
  const wallet = {
    chainId: 31337,
    /** The chains that it can be switched to. */
    knows: [31337],
    /** Every method that was asked. */
    asked: [] as string[],
    /** Its user says no, once. */
    refuse: (method: string): void => void no.add(method),
    /** The next call waits until it is released, as for its user. */
    hold(method: string): { reached: Promise<void>; release: () => void } {
      let release = () => {};
      let reach = () => {};
      const until = new Promise<void>((done) => {
        release = done;
      });
      const reached = new Promise<void>((done) => {
        reach = done;
      });
      holds.set(method, { reach, until });
      return { reached, release };
    },
  };

  async function answer(method: string, params: unknown[]): Promise<unknown> {
    const held = holds.get(method);
    holds.delete(method);
    held?.reach();
    await held?.until;
    if (no.delete(method)) throw { code: 4001, message: 'User rejected the request.' };
    if (method === 'eth_requestAccounts') return [signer.address];
    if (method === 'eth_chainId') return `0x${wallet.chainId.toString(16)}`;
    if (method === 'wallet_switchEthereumChain') {
      const { chainId } = params[0] as { chainId: string };
      if (!wallet.knows.includes(Number(chainId))) throw { code: 4902, message: 'Unrecognized chain' };
      wallet.chainId = Number(chainId);
      return null;
    }
    if (method === 'eth_signTypedData_v4') {
      const { domain, types, message } = JSON.parse(`${params[1]}`) as TypedData;
      const { EIP712Domain: _, ...own } = types;
      return signer.signTypedData(domain, own, message);
    }
    if (method === 'eth_sendTransaction') {
      const { to, data } = params[0] as { to: string; data: string };
      return (await signer.sendTransaction({ to, data })).hash;
    }
    return chain.send(method, params);
  }

  await page.exposeFunction('walletAsk', async (method: string, params: unknown[]) => {
    wallet.asked.push(method);
    try {
      return { result: await answer(method, params) };
    } catch (error) {
      const { code, message } = error as { code?: unknown; message?: string };
      return { error: { code: typeof code === 'number' ? code : -32603, message } };
    }
  });
  await page.addInitScript(
    (info) => {
      type Ask = (method: string, params: unknown[]) => Promise<{ result?: unknown; error?: unknown }>;
      const provider = {
        async request({ method, params = [] }: { method: string; params?: unknown[] }) {
          const { result, error } = await (window as unknown as { walletAsk: Ask }).walletAsk(method, params);
          if (error) throw error;
          return result;
        },
      };
      const announce = () => {
        const detail = Object.freeze({ info, provider });
        window.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }));
      };
      window.addEventListener('eip6963:requestProvider', announce);
      announce();
    },
    { uuid: '350670db-19fa-4704-a166-e52e178b59d2', name, icon, rdns: 'test.wallet' },
  );
  return wallet;
}
