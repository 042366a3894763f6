// Names for addresses (ENS): found both ways, and a host's name pinned to the address that it had first.
import { Contract, ensNormalize, isError, JsonRpcProvider, namehash, ZeroAddress } from 'ethers';
import type { Logger } from '../log.js';
import type { Store } from '../store/index.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import type { ContractCall } from './chain.js';

/** Where Ethereum's own registry is; other chains have none that is known. */
const mainnet = { chainId: 1, registry: '0x00000000000c2e074ec69a0dfb2997ba6c7d2e1e' } as const;

export const registryOf = (chainId: number, given: Hex | null): Hex | null =>
  given ?? (chainId === mainnet.chainId ? mainnet.registry : null);

const registryAbi = ['function resolver(bytes32) view returns (address)'];
const resolverAbi = ['function addr(bytes32) view returns (address)', 'function name(bytes32) view returns (string)'];

/** A name and where it leads; `primary` is what the address calls itself, when that leads back to it. */
export interface Named {
  name: string;
  address: Hex;
  primary: string | null;
}

export type Ens = ReturnType<typeof createEns>;

/**
 * `read` asks the chain; `registry` null: names are off. Names that a resolver answers from off the chain, or for a
 * whole branch, are not known here. Every call may throw the Problem chain_unavailable.
 */
export function createEns({
  read,
  registry,
}: {
  read: (call: ContractCall) => Promise<unknown>;
  registry: Hex | null;
}) {
  /** What a contract answers; null when it has no answer. */
  async function ask(address: Hex, abi: readonly string[], functionName: string, node: string): Promise<string | null> {
    try {
      return (await read({ address, abi, functionName, args: [node] })) as string;
    } catch (error) {
      if (error instanceof Problem && error.code === 'chain_refused') return null;
      throw error;
    }
  }

  const known = (address: string | null): Hex | null =>
    address === null || address === ZeroAddress ? null : (address.toLowerCase() as Hex);

  /** What the resolver of a node says. */
  async function resolved(node: string, functionName: 'addr' | 'name'): Promise<string | null> {
    if (!registry) throw new Problem('ens_off');
    const resolver = known(await ask(registry, registryAbi, 'resolver', node));
    return resolver && ask(resolver, resolverAbi, functionName, node);
  }

  const lookUp = async (name: string): Promise<Hex | null> => known(await resolved(namehash(name), 'addr'));

  /** The name that an address has given itself, if that name leads back to it. Problem: ens_off. */
  async function nameOf(address: Hex): Promise<string | null> {
    const name = await resolved(namehash(`${address.slice(2)}.addr.reverse`), 'name');
    if (!name || normal(name) !== name) return null;
    return (await lookUp(name)) === address ? name : null;
  }

  return {
    on: registry !== null,
    nameOf,
    /** Problems: ens_off, name_unknown. */
    async find(given: string): Promise<Named> {
      if (!registry) throw new Problem('ens_off');
      const name = normal(given);
      const address = name && (await lookUp(name));
      if (!name || !address) throw new Problem('name_unknown', { name: given });
      return { name, address, primary: await nameOf(address) };
    },
  };
}

/** As ENS writes it; null for what can be no name, such as one with letters that look like others. */
function normal(name: string): string | null {
  try {
    return ensNormalize(name);
  } catch {
    return null;
  }
}

/** Names on the chain at `rpcUrl`, before anything else is open; `close` it after use. */
export async function connectEns({ rpcUrl, registry }: { rpcUrl: string; registry: Hex | null }) {
  const provider = new JsonRpcProvider(rpcUrl, undefined, { staticNetwork: true, cacheTimeout: -1 });
  const read = async ({ address, abi, functionName, args = [] }: ContractCall): Promise<unknown> => {
    try {
      return await new Contract(address, abi as string[], provider).getFunction(functionName).staticCall(...args);
    } catch (error) {
      const refused = isError(error, 'CALL_EXCEPTION') || isError(error, 'BAD_DATA');
      throw new Problem(refused ? 'chain_refused' : 'chain_unavailable', { reason: 'no answer' }, { cause: error });
    }
  };
  const chainId = await answersSoon(provider);
  const ens = createEns({ read, registry: registryOf(chainId, registry) });
  return { ...ens, close: () => provider.destroy() };
}

/** ethers waits for ever for a node that is not there. */
async function answersSoon(provider: JsonRpcProvider): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Problem('chain_unavailable')), 10_000);
  });
  try {
    return Number(await Promise.race([provider.send('eth_chainId', []), late]));
  } catch (error) {
    provider.destroy();
    throw error instanceof Problem ? error : new Problem('chain_unavailable', {}, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

export interface Verdict {
  /** Where the money goes. */
  pay: Hex;
  /** The name leads elsewhere now, and nobody has confirmed that. */
  elsewhere: Hex | null;
}

/** A pinned address stays until the host confirms the very one that the name leads to now. Pure. */
export function judgePin(pinned: Hex | null, found: Hex, confirmed: Hex | null): Verdict {
  if (pinned === null || found === pinned || found === confirmed) return { pay: found, elsewhere: null };
  return { pay: pinned, elsewhere: found };
}

export type HostName = Awaited<ReturnType<typeof openHostName>>;

/**
 * The address that a host's name is pinned to: looked up at the first start, kept in the store, compared at every
 * later look. Throws the Problem of the look-up when nothing is pinned yet.
 */
export async function openHostName(needs: {
  name: string;
  /** The new address as the host has confirmed it. */
  confirmed: Hex | null;
  find: Ens['find'];
  store: Store;
  log: Logger;
}) {
  const { name, confirmed, find, store, log } = needs;
  const key = `host name ${name}`;
  let notice: string | null = null;
  let primary: string | null = null;

  async function pinned(): Promise<Hex | null> {
    const row = await store.db.selectFrom('meta').select('value').where('name', '=', key).executeTakeFirst();
    return (row?.value as Hex | undefined) ?? null;
  }

  async function pin(value: Hex): Promise<void> {
    await store.write(async (trx) => {
      const row = trx.insertInto('meta').values({ name: key, value });
      await row.onConflict((c) => c.column('name').doUpdateSet({ value })).execute();
    });
  }

  function warn(text: string): void {
    if (notice !== text) log.error(text);
    notice = text;
  }

  /** What to pay now; a name that cannot be looked up changes nothing. */
  async function look(before: Hex | null): Promise<Hex> {
    const found = await find(name).catch((error: unknown) => {
      if (before === null) throw error;
      const gone = error instanceof Problem && error.code === 'name_unknown';
      if (gone) warn(`${name} leads to no address any more. You are still paid at ${before}.`);
      else log.warn({ err: error }, `${name} could not be looked up; you are paid at ${before} as before`);
      return null;
    });
    if (!found) return before as Hex;
    primary = found.primary;
    const { pay, elsewhere } = judgePin(before, found.address, confirmed);
    if (elsewhere) {
      warn(
        `${name} now leads to ${elsewhere}. You are still paid at ${pay}. If this change is yours, set HOST_ADDRESS_CONFIRMED=${elsewhere} and start again; if not, somebody else has your name.`,
      );
    } else {
      notice = null;
      if (pay !== before) await pin(pay);
    }
    return pay;
  }

  const address = await look(await pinned());
  log.info({ primary }, `${name} is ${address}${primary === name ? ', which calls itself the same' : ''}`);
  return {
    name,
    address,
    /** What the host must know; null when all is well. */
    notice: (): string | null => notice,
    /** Looks again; whoever is paid stays the same until the next start. */
    check: async (): Promise<void> => void (await look(address)),
  };
}
