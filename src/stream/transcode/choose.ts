// The transcoder that the settings ask for.
import type { TranscoderChoice } from '../../settings.js';
import { createLivepeerGateway, type LivepeerGateway } from './livepeer-gateway.js';
import { createLivepeerStudio } from './livepeer-studio.js';
import { createLocalTranscoder } from './local.js';
import type { Transcoder } from './port.js';

interface Chosen {
  /** Null: the source alone. */
  transcoder: Transcoder | null;
  /** What a Livepeer gateway may ask us; null: nothing. */
  webhook: { secret: string; authorize: LivepeerGateway['authorize'] } | null;
}

export function chooseTranscoder(needs: { ffmpeg: string; choice: TranscoderChoice; publicUrl: string }): Chosen {
  const { ffmpeg, choice } = needs;
  if (choice.kind === 'none') return { transcoder: null, webhook: null };
  const names = choice.renditions;
  if (choice.kind === 'local') return { transcoder: createLocalTranscoder({ ffmpeg, names }), webhook: null };
  if (choice.kind === 'livepeer-studio') {
    const transcoder = createLivepeerStudio({ ...choice, ffmpeg, names, issuer: needs.publicUrl });
    return { transcoder, webhook: null };
  }
  const { url, deadlineMs, webhookSecret: secret } = choice;
  const transcoder = createLivepeerGateway({ url, names, deadlineMs });
  return { transcoder, webhook: secret ? { secret, authorize: transcoder.authorize } : null };
}
