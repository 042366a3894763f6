// The transcoder that the settings ask for.
import type { TranscoderChoice } from '../../settings.js';
import { createLivepeerGateway, type LivepeerGateway } from './livepeer-gateway.js';
import { createLivepeerStudio } from './livepeer-studio.js';
import { createLocalTranscoder } from './local.js';
import type { Transcoder } from './port.js';
import { createStudioRelay, type Relay } from './studio/relay.js';

interface Chosen {
  /** Null: the source alone. */
  transcoder: Transcoder | null;
  /** What a Livepeer gateway may ask us; null: nothing. */
  webhook: { secret: string; authorize: LivepeerGateway['authorize'] } | null;
  /** Where Livepeer Studio shows the cams itself; null: they are shown by us. */
  relay: Relay | null;
}

export function chooseTranscoder(needs: { ffmpeg: string; choice: TranscoderChoice; publicUrl: string }): Chosen {
  const { ffmpeg, choice } = needs;
  const none = { transcoder: null, webhook: null, relay: null };
  if (choice.kind === 'none') return none;
  const names = choice.renditions;
  if (choice.kind === 'local') return { ...none, transcoder: createLocalTranscoder({ ffmpeg, names }) };
  if (choice.kind === 'livepeer-studio') {
    const { gate, ...account } = choice;
    const needed = { ...account, ffmpeg, names, issuer: needs.publicUrl };
    if (!gate) return { ...none, transcoder: createLivepeerStudio(needed) };
    const relay = createStudioRelay({ ...needed, gate });
    return { ...none, transcoder: relay, relay };
  }
  const { url, deadlineMs, webhookSecret: secret } = choice;
  const transcoder = createLivepeerGateway({ url, names, deadlineMs });
  return { ...none, transcoder, webhook: secret ? { secret, authorize: transcoder.authorize } : null };
}
