// What the stream registry's metadata URI leads to: how a stream is watched and paid, for any front end.
import { z } from 'zod';
import { Address, Amount, Milliseconds, StreamId } from './values.js';

export const StreamMetadata = z
  .object({
    id: StreamId,
    title: z.string(),
    host: z.string(),
    state: z.enum(['live', 'reconnecting', 'idle']),
    /** Base units of the token for one second. */
    price: Amount,
    previewMs: Milliseconds,
    token: z.object({ chainId: z.number().int(), address: Address, symbol: z.string(), decimals: z.number().int() }),
    watch: z.url().meta({ description: 'the page where it is watched' }),
    gate: z.url().meta({ description: 'where keys are bought: x402 v2 batch-settlement, GET <gate>/<key number>' }),
    cams: z.array(z.object({ id: z.string(), playlists: z.array(z.url()) })),
  })
  .meta({ id: 'StreamMetadata' });
export type StreamMetadata = z.infer<typeof StreamMetadata>;

/** Where front ends read the list of streams. `rpcUrl` is null where this house names no node for them. */
export const RegistryInfo = z
  .object({ chainId: z.number().int(), registry: Address, rpcUrl: z.url().nullable() })
  .meta({ id: 'RegistryInfo' });
export type RegistryInfo = z.infer<typeof RegistryInfo>;
