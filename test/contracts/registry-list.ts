// The list of streams rebuilt from the registry's events alone, as any front end may do it.
import type { Log } from 'ethers';
import { Interface } from 'ethers';
import { streamRegistry } from '../../src/chain/contracts.js';

/** A stream as the registry keeps it; addresses as ethers writes them. */
export interface ListedStream {
  id: string;
  host: string;
  closed: boolean;
  payout: string;
  offeredTo: string;
  name: string;
  title: string;
  metadataURI: string;
}

const zero = '0x0000000000000000000000000000000000000000';
const registry = new Interface(streamRegistry.abi);

/** What each event changes. */
const changes: Record<string, (args: Record<string, string>) => object> = {
  StreamRegistered: (a) => ({ ...a, closed: false, offeredTo: zero }),
  StreamUpdated: ({ payout, title, metadataURI }) => ({ payout, title, metadataURI }),
  HandOverOffered: ({ to }) => ({ offeredTo: to }),
  StreamHandedOver: ({ to, payout }) => ({ host: to, payout, offeredTo: zero }),
  StreamClosed: () => ({ closed: true, offeredTo: zero }),
};

/** All streams ever registered, oldest first, closed ones included; `logs` in their order. */
export function rebuildList(logs: readonly Pick<Log, 'topics' | 'data'>[]): ListedStream[] {
  const streams = new Map<string, ListedStream>();
  for (const log of logs) {
    const event = registry.parseLog(log);
    const change = event && changes[event.name];
    if (!change) continue;
    const args = event.args.toObject() as Record<string, string>;
    const id = args.id ?? '';
    streams.set(id, { ...streams.get(id), ...change(args) } as ListedStream);
  }
  return [...streams.values()];
}
