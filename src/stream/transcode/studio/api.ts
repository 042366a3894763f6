// Livepeer Studio's API, as far as a transcoder needs it: streams made and ended, where they play, and tokens to pull them.
// By plain HTTP: the npm package `livepeer` (3.5.0) installs a test runner with all that it needs.
import { createPrivateKey } from 'node:crypto';
import { SignJWT } from 'jose';
import { z } from 'zod';
import type { Configuration } from '../livepeer-profiles.js';

export interface StudioNeeds {
  /** Such as `https://livepeer.studio/api`. */
  api: string;
  apiKey: string;
  /** A signing key of the account: PEM in base64, as Studio gives it. */
  signingKey: string;
  publicKey: string;
  /** Who signs. */
  issuer: string;
}

/** Who lets viewers in to what Studio shows: whoever bears a token of ours, or whoever our webhook says. */
export type PlaybackPolicy =
  | { type: 'jwt'; refreshInterval?: number }
  | { type: 'webhook'; webhookId: string; webhookContext: { stream: string }; refreshInterval: number };

const Made = z.object({ id: z.string().min(1), streamKey: z.string().min(1), playbackId: z.string().min(1) });
export type StudioStream = z.infer<typeof Made>;
const Webhook = z.object({ id: z.string().min(1), url: z.string(), sharedSecret: z.string().optional() });
const Playback = z.object({ meta: z.object({ source: z.array(z.object({ type: z.string(), url: z.url() })) }) });

const answerMs = 10_000;
const tokenMs = 600_000;

/** What the host is told. */
export class StudioError extends Error {}

function refused(status: number): StudioError {
  if (status === 401 || status === 403)
    return new StudioError(`Livepeer Studio refuses the API key (${status}): check LIVEPEER_STUDIO_API_KEY.`);
  if (status === 429) return new StudioError('Livepeer Studio takes no more requests for now (429).');
  return new StudioError(`Livepeer Studio failed (${status}): see its status page, and your plan’s limits.`);
}

export type StudioApi = ReturnType<typeof createStudioApi>;

export function createStudioApi(needs: StudioNeeds) {
  const key = createPrivateKey(Buffer.from(needs.signingKey, 'base64'));

  async function call(method: string, path: string, body?: object): Promise<unknown> {
    const headers = { authorization: `Bearer ${needs.apiKey}`, 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(answerMs);
    const request = { method, headers, signal, ...(body ? { body: JSON.stringify(body) } : {}) };
    const response = await fetch(`${needs.api}${path}`, request).catch((cause) => {
      throw new StudioError('Livepeer Studio cannot be reached.', { cause });
    });
    const text = await response.text();
    if (response.status === 404) return null;
    if (!response.ok) throw refused(response.status);
    return text ? JSON.parse(text) : null;
  }

  return {
    create: async (
      name: string,
      profiles: Configuration['profiles'],
      playbackPolicy: PlaybackPolicy,
    ): Promise<StudioStream> =>
      Made.parse(await call('POST', '/stream', { name, profiles, record: false, playbackPolicy })),
    /** The id of the webhook that asks us who may watch; made where there is none like it. */
    async accessWebhook(url: string, sharedSecret: string): Promise<string> {
      const known = z.array(Webhook).parse((await call('GET', '/webhook')) ?? []);
      const ours = known.find((one) => one.url === url && one.sharedSecret === sharedSecret);
      const wish = { name: 'dtok access control', events: ['playback.accessControl'], url, sharedSecret };
      return (ours ?? Webhook.parse(await call('POST', '/webhook', wish))).id;
    },
    /** Shows its publisher out, and forgets it. */
    async end(id: string): Promise<void> {
      // Refused when nobody publishes.
      await call('DELETE', `/stream/${encodeURIComponent(id)}/terminate`).catch(() => {});
      await call('DELETE', `/stream/${encodeURIComponent(id)}`);
    },
    /** Of its multivariant playlist; null while there is none. */
    async playlist(playbackId: string): Promise<string | null> {
      const found = await call('GET', `/playback/${encodeURIComponent(playbackId)}`);
      return found === null
        ? null
        : (Playback.parse(found).meta.source.find(({ type }) => type.includes('mpegurl'))?.url ?? null);
    },
    /** Lets its bearer play that until then, ms; for ten minutes when that is left out. */
    token: (playbackId: string, until = Date.now() + tokenMs): Promise<string> =>
      new SignJWT({ action: 'pull', pub: needs.publicKey, video: 'none' })
        .setProtectedHeader({ alg: 'ES256', typ: 'JWT' })
        .setIssuer(needs.issuer)
        .setSubject(playbackId)
        .setIssuedAt()
        .setExpirationTime(Math.floor(until / 1000))
        .sign(key),
  };
}
