// What front ends of the stream registry ask: where the list is, and what a stream's entry leads to.
import { registry } from '../chain/index.js';
import type { StreamInfo } from '../vocabulary/streams.js';
import type { Handlers } from './mount.js';

export function createListingHandlers(needs: {
  info: (stream: string) => StreamInfo;
  publicUrl: string;
  chainId: number;
  /** The node that visitors' browsers may ask. */
  rpcUrl: string | null;
}): Pick<Handlers, 'getStreamMetadata' | 'getRegistry'> {
  const { publicUrl, chainId, rpcUrl } = needs;
  return {
    getStreamMetadata: async ({ params }) => {
      const { id, title, host, state, price, previewMs, media, terms } = needs.info(params.stream);
      const { address, symbol, decimals } = terms.token;
      const playlists = media.map((folder) => new URL('live.m3u8', new URL(folder, publicUrl)).href);
      return {
        ...{ id, title, host, state, price, previewMs },
        token: { chainId, address, symbol, decimals },
        watch: `${publicUrl}/watch/${id}`,
        gate: `${publicUrl}/keys/${id}`,
        cams: [{ id: 'main', playlists }],
      };
    },
    getRegistry: async () => ({ chainId, registry: registry.address, rpcUrl }),
  };
}
