// Cams shown by Livepeer Studio itself, behind its own gate: each is pushed there as it is, and viewers play it from there.
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { smallerThan } from '../ladder.js';
import { configurationOf } from '../livepeer-profiles.js';
import { onceAMinute } from '../once.js';
import type { Job, Transcoder, Transcoding } from '../port.js';
import { createStudioApi, type PlaybackPolicy, type StudioApi, StudioError, type StudioNeeds } from './api.js';
import { startPush } from './push.js';

/** By what Studio lets a viewer in. */
export type StudioGate = { type: 'jwt' } | { type: 'webhook'; url: string; secret: string };

export interface RelayNeeds extends StudioNeeds {
  ffmpeg: string;
  rtmp: string;
  /** Of the smaller pictures that Studio makes. */
  names: readonly string[];
  gate: StudioGate;
  /** How often Studio looks at each viewer again, s. */
  refreshSeconds?: number;
}

/** A cam that plays at Studio. */
export interface Shown {
  stream: string;
  cam: string;
  playbackId: string;
  /** Of its multivariant playlist. */
  url: string;
}

/** Studio's own default is ten minutes. */
const defaultRefreshSeconds = 30;
const lookMs = 1000;
const answerMs = 8000;
const ownKeysKept = 100;
const unseen = 'Viewers wait, and pay nothing.';

export const headers = { jwt: 'Livepeer-Jwt', webhook: 'Livepeer-Access-Key' } as const;

export type Relay = ReturnType<typeof createStudioRelay>;

export function createStudioRelay(needs: RelayNeeds) {
  const { gate, refreshSeconds: refreshInterval = defaultRefreshSeconds } = needs;
  const api = createStudioApi(needs);
  const shown = new Map<string, Shown>();
  const ownKeys = new Set<string>();

  async function policyFor(stream: string): Promise<PlaybackPolicy> {
    if (gate.type === 'jwt') return { type: 'jwt', refreshInterval };
    const webhookId = await api.accessWebhook(gate.url, gate.secret);
    return { type: 'webhook', webhookId, webhookContext: { stream }, refreshInterval };
  }

  /** Each is used once: Studio remembers a refusal for minutes. */
  function ownKey(): string {
    const key = randomBytes(32).toString('base64url');
    ownKeys.add(key);
    const [oldest] = ownKeys;
    if (ownKeys.size > ownKeysKept && oldest) ownKeys.delete(oldest);
    return key;
  }

  /** Its multivariant playlist's address, once there is something to play; null before. */
  async function look(playbackId: string): Promise<string | null> {
    const url = await api.playlist(playbackId);
    if (!url) return null;
    const pass = gate.type === 'jwt' ? await api.token(playbackId) : ownKey();
    const response = await fetch(url, {
      headers: { [headers[gate.type]]: pass },
      signal: AbortSignal.timeout(answerMs),
    });
    const text = await response.text();
    if (response.status === 401 || response.status === 403) throw new StudioError(closed[gate.type]);
    return response.ok && text.includes('#EXT-X-STREAM-INF') ? url : null;
  }

  function start(job: Job): Transcoding {
    const { stream, cam, log } = job;
    const over = new AbortController();
    const say = onceAMinute((text) => job.onNotice(`${text} ${unseen}`));
    const early: Buffer[] = [job.source.data];
    let push: ReturnType<typeof startPush> | null = null;

    function trouble(error: unknown): void {
      if (error instanceof StudioError) say(error.message);
      else log.warn({ err: error, stream, cam }, 'Livepeer Studio: no answer of use');
    }

    function end(reason: string): void {
      if (over.signal.aborted) return;
      over.abort();
      job.onEnd(reason);
    }

    async function untilShown(playbackId: string): Promise<void> {
      while (!over.signal.aborted) {
        const url = await look(playbackId).catch(trouble);
        if (url && !over.signal.aborted) return void shown.set(`${stream}/${cam}`, { stream, cam, playbackId, url });
        await pause(lookMs, undefined, { signal: over.signal }).catch(() => {});
      }
    }

    async function run(): Promise<void> {
      const { profiles } = configurationOf('', smallerThan(needs.names, job.source), job.source);
      const made = await api.create(`dtok ${stream} ${cam}`, profiles, await policyFor(stream));
      const { streamKey: secret } = made;
      try {
        if (over.signal.aborted) return;
        push = startPush({ ffmpeg: needs.ffmpeg, url: `${needs.rtmp}/${secret}`, secret, onEnd: end });
        for (const data of early.splice(0)) push.write(data);
        await untilShown(made.playbackId);
        await ended(over.signal);
      } finally {
        shown.delete(`${stream}/${cam}`);
        await push?.end();
        await api.end(made.id).catch((error) => log.warn({ err: error, id: made.id }, forgotten));
      }
    }

    const running = run().catch((error) => {
      trouble(error);
      end(error instanceof Error ? error.message : String(error));
    });

    return {
      push({ fragments }): void {
        for (const { data } of fragments) push ? push.write(data) : early.push(data);
      },
      complete: () => {},
      async end(): Promise<void> {
        over.abort();
        await running;
      },
    };
  }

  const transcoder: Transcoder = { lateMs: 0, lagMs: 0, showsItself: true, rungs: () => [], start };
  return {
    ...transcoder,
    gate: gate.type,
    /** What Studio signs its questions with; null where it asks none. */
    secret: gate.type === 'webhook' ? gate.secret : null,
    /** What of a stream plays at Studio now. */
    shown: (stream: string): Shown[] => [...shown.values()].filter((one) => one.stream === stream),
    token: (playbackId: string, until: number): ReturnType<StudioApi['token']> => api.token(playbackId, until),
    /** Whether we ourselves look by that access key. */
    isOwn: (accessKey: string): boolean => ownKeys.has(accessKey),
  };
}

const ended = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

const forgotten = 'a stream could not be ended at Livepeer Studio: end it in its dashboard';
const closed = {
  jwt: 'Livepeer Studio does not let us play our own stream: check LIVEPEER_STUDIO_SIGNING_KEY and LIVEPEER_STUDIO_PUBLIC_KEY.',
  webhook:
    'Livepeer Studio does not let us play our own stream: it must reach PUBLIC_URL, and get an answer within 2 s.',
} as const;
