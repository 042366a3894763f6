// The door of the stream registry: this host's streams are in the list on chain, and stay as they are here.

import { streamRegistry } from '../chain/contracts.js';
import { registry as deployed } from '../chain/index.js';
import type { Logger } from '../log.js';
import type { Chain } from '../payments/index.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import { type Entry, entryId, fitTitle, nameOf, nextStep, type Registered } from './entry.js';

export interface RegistryNeeds {
  chain: Pick<Chain, 'read' | 'write' | 'code' | 'relayer'>;
  streams: () => readonly { id: string; title: string }[];
  /** The host's own address. */
  payout: Hex;
  publicUrl: string;
  everyMs: number;
  log: Logger;
}

export type Registry = ReturnType<typeof createRegistry>;

const { address } = deployed;

/**
 * The relayer's account registers, and pays the gas. Once a stream is in the list as it is here, the chain is not asked
 * about it again until it changes here: two houses with one account and one stream id do not write over each other for
 * ever.
 */
export function createRegistry(needs: RegistryNeeds) {
  const { chain, log } = needs;
  const settled = new Map<string, string>();
  let stopped = false;
  let deployedHere: boolean | null = null;

  const wish = ({ id, title }: { id: string; title: string }): Entry => ({
    ...{ name: nameOf(id), payout: needs.payout, title: fitTitle(title, id) },
    metadataURI: `${needs.publicUrl}/api/streams/${id}/metadata`,
  });

  async function find(id: Hex): Promise<Registered> {
    const call = { address, abi: streamRegistry.abi, functionName: 'streams', args: [id] };
    const { host, closed, payout, title, metadataURI } = (await chain.read(call)) as Registered;
    return { host: host.toLowerCase() as Hex, closed, payout: payout.toLowerCase() as Hex, title, metadataURI };
  }

  async function put(stream: { id: string; title: string }): Promise<void> {
    const entry = wish(stream);
    const wanted = JSON.stringify(entry);
    if (settled.get(stream.id) === wanted) return;
    const id = entryId(chain.relayer, entry.name);
    const step = nextStep(entry, await find(id), chain.relayer);
    if (step.do === 'nothing') {
      if (step.why !== 'same') log.info({ stream: stream.id, entry: id, why: step.why }, 'not ours to list');
    } else {
      const about = [entry.payout, entry.title, entry.metadataURI];
      const args = step.do === 'register' ? [entry.name, ...about] : [id, ...about];
      await chain.write(`registry/${id}`, { address, abi: streamRegistry.abi, functionName: step.do, args });
      log.info({ stream: stream.id, entry: id }, step.do === 'register' ? 'listed on chain' : 'its entry is changed');
      // One that was under way already may have said something else.
      return put(stream);
    }
    settled.set(stream.id, wanted);
  }

  async function isDeployed(): Promise<boolean> {
    const first = deployedHere === null;
    deployedHere ||= (await chain.code(address)) !== '0x';
    if (!deployedHere && first)
      log.warn('the stream registry is not on this chain: `dtok registry` says how to put it there');
    return deployedHere;
  }

  /** Lists what is not listed, and corrects what has changed. Problems: chain_unavailable, relayer_empty, chain_refused. */
  async function sync(): Promise<void> {
    if (!(await isDeployed())) return;
    const refused: unknown[] = [];
    for (const stream of needs.streams()) {
      if (stopped) return;
      await put(stream).catch((error) => refused.push(error));
    }
    if (refused.length > 0) throw refused[0];
  }

  return {
    address,
    sync,
    /** Goes on until it is stopped; what fails is tried again. */
    start(): { stop: () => Promise<void> } {
      let said = '';
      let timer: NodeJS.Timeout | undefined;
      const round = async (): Promise<void> => {
        try {
          await sync();
          said = '';
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          if (!stopped && error.code !== said) log.warn({ err: error }, 'a stream could not be listed on chain yet');
          said = error.code;
        }
      };
      const again = (): void => {
        if (stopped) return;
        timer = setTimeout(() => (running = round().catch(unexpected).then(again)), needs.everyMs);
      };
      const unexpected = (error: unknown) => log.error({ err: error }, 'listing streams failed');
      let running = round().catch(unexpected).then(again);
      return {
        stop: async () => {
          stopped = true;
          clearTimeout(timer);
          await running;
        },
      };
    },
  };
}
