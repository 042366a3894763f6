// One segment to a Livepeer gateway and its renditions back, over HTTP: tried again within a limit, and every refusal worded.
import { setTimeout as pause } from 'node:timers/promises';
import { parseMultipartStream } from '@remix-run/multipart-parser';
import type { Configuration } from './livepeer-profiles.js';

export interface Push {
  /** Of the gateway; user and password in it are sent as such. */
  gateway: URL;
  configuration: Configuration;
  /** The place of the segment in its manifest. */
  n: number;
  ts: Buffer;
  durationMs: number;
  width: number;
  height: number;
  /** Ends it, whatever it is at. */
  signal: AbortSignal;
}

/** What the host is told when there are no renditions. */
export class PushError extends Error {
  constructor(
    message: string,
    /** `again`: at once. `next`: not of this segment. `never`: not until something is changed. */
    readonly worth: 'again' | 'next' | 'never',
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'PushError';
  }
}

const mostTries = 3;
const firstPauseMs = 200;
/** Of a rendition; far more than any segment has. */
const largest = 32 * 1024 * 1024;

function refused(status: number): PushError {
  if (status === 401) {
    const what = 'wants a user and a password (401): put them into LIVEPEER_GATEWAY_URL, as http://user:password@host';
    return new PushError(`The Livepeer gateway ${what}.`, 'never');
  }
  if (status === 403) {
    const what =
      'refuses the video (403): its -authWebhookUrl must be PUBLIC_URL/livepeer/auth/ and LIVEPEER_WEBHOOK_SECRET';
    return new PushError(`The Livepeer gateway ${what}.`, 'never');
  }
  if (status === 422) {
    const what = 'cannot read the video (422): send H.264 without B-frames, a keyframe every 1 or 2 s, and AAC';
    return new PushError(`The Livepeer gateway ${what}.`, 'next');
  }
  if (status === 503) {
    const what = 'has no orchestrator for the video (503): look at its deposit and its highest price';
    return new PushError(`The Livepeer gateway ${what}.`, 'again');
  }
  if (status >= 500) return new PushError(`The Livepeer gateway failed (${status}): look at its log.`, 'again');
  return new PushError(`The Livepeer gateway does not take the video (${status}): look at its log.`, 'next');
}

const broken = (why: string, cause?: unknown): PushError =>
  new PushError(`The Livepeer gateway’s answer cannot be used: ${why}.`, 'again', { cause });

/** The renditions of an answer, by name. */
async function renditionsOf(response: Response): Promise<Map<string, Buffer>> {
  const type = response.headers.get('content-type') ?? '';
  const boundary = /^multipart\/mixed\s*;.*?boundary="?([^";]+)/i.exec(type)?.[1];
  if (!boundary || !response.body) {
    await response.body?.cancel();
    throw broken(`it is “${type}”, not multipart/mixed`);
  }
  const found = new Map<string, Buffer>();
  for await (const part of parseMultipartStream(response.body, { boundary, maxFileSize: largest, maxParts: 16 })) {
    const name = part.headers['rendition-name'];
    if (part.mediaType?.toLowerCase() === 'application/vnd+livepeer.uri')
      throw broken('it has addresses in place of media, so the gateway must not have an -objectStore');
    if (name) found.set(name, Buffer.from(part.bytes));
  }
  return found;
}

function request({ gateway, configuration, n, durationMs, width, height }: Push): { url: URL; headers: Headers } {
  const url = new URL(`${gateway.pathname.replace(/\/$/, '')}/live/${configuration.manifestID}/${n}.ts`, gateway);
  const headers = new Headers({
    accept: 'multipart/mixed',
    'content-type': 'video/mp2t',
    'content-duration': `${Math.round(durationMs)}`,
    'content-resolution': `${width}x${height}`,
    // For a gateway that has no webhook; with one, both say the same.
    'livepeer-transcode-configuration': JSON.stringify(configuration),
  });
  if (gateway.username) {
    const pair = `${decodeURIComponent(gateway.username)}:${decodeURIComponent(gateway.password)}`;
    headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`);
  }
  return { url, headers };
}

async function once(push: Push): Promise<Map<string, Buffer>> {
  const { url, headers } = request(push);
  const { signal } = push;
  const response = await fetch(url, { method: 'POST', headers, body: new Uint8Array(push.ts), signal }).catch(
    (cause) => {
      throw new PushError(`The Livepeer gateway at ${url.host} cannot be reached.`, 'again', { cause });
    },
  );
  if (response.status !== 200) {
    // Read to its end, so that the connection can be used again.
    await response.arrayBuffer().catch(() => {});
    throw refused(response.status);
  }
  return renditionsOf(response).catch((cause) => {
    throw cause instanceof PushError ? cause : broken('it broke off', cause);
  });
}

/** Resolves with what came, by name. Throws a PushError; whatever the signal ended, with `ended`. */
export async function pushSegment(push: Push, ended: () => PushError): Promise<Map<string, Buffer>> {
  for (let tries = 1; ; tries++) {
    try {
      return await once(push);
    } catch (error) {
      if (push.signal.aborted) throw ended();
      if (!(error instanceof PushError) || error.worth !== 'again' || tries === mostTries) throw error;
    }
    await pause(firstPauseMs * tries, undefined, { signal: push.signal }).catch(() => {
      throw ended();
    });
  }
}
