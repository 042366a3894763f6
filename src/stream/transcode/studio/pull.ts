// Follows a stream's HLS at Livepeer Studio: each new segment of the source and of the renditions wished for, in order.
import { setTimeout as pause } from 'node:timers/promises';
import type { Rung } from '../port.js';
import { type StudioApi, StudioError } from './api.js';
import { type Listed, readSegments, readVariants } from './playlists.js';

export interface PullNeeds {
  api: StudioApi;
  playbackId: string;
  rungs: readonly Rung[];
  sourceHeight: number;
  /** Null: of the source. */
  onSegment: (rung: string | null, ts: Buffer) => Promise<void>;
  /** Whether segments of the source are still of use. */
  wantsSource: () => boolean;
  /** Its clock may be another from here on. */
  onAnew: () => void;
  onTrouble: (error: unknown) => void;
  signal: AbortSignal;
}

const everyMs = 500;
/** The first playlist takes its time, and so does what is broken. */
const slowlyMs = 2000;
const answerMs = 8000;

interface Followed {
  url: string;
  /** Null: the source. */
  rung: string | null;
  /** The next segment's place; null before the first look. */
  next: number | null;
}

export async function pull(needs: PullNeeds): Promise<void> {
  const { api, playbackId, signal } = needs;
  let token = { text: '', at: Number.NEGATIVE_INFINITY };

  async function get(url: string): Promise<Buffer | null> {
    // Half of its life.
    if (performance.now() - token.at > 300_000) token = { text: await api.token(playbackId), at: performance.now() };
    const headers = { 'livepeer-jwt': token.text };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(answerMs) });
    const body = Buffer.from(await response.arrayBuffer());
    if (response.status === 401 || response.status === 403) {
      const what =
        'does not let us play our own stream: check LIVEPEER_STUDIO_SIGNING_KEY and LIVEPEER_STUDIO_PUBLIC_KEY';
      throw new StudioError(`Livepeer Studio ${what}.`);
    }
    return response.ok ? body : null;
  }

  /** The playlists to follow, once they are there. */
  async function find(): Promise<Followed[] | null> {
    const url = await api.playlist(playbackId);
    const text = url && (await get(url));
    if (!url || !text) return null;
    const variants = readVariants(text.toString(), url);
    const of = (height: number, rung: string | null): Followed[] => {
      const variant = variants.find((v) => v.height === height);
      return variant ? [{ url: variant.url, rung, next: null }] : [];
    };
    const found = [...of(needs.sourceHeight, null), ...needs.rungs.flatMap(({ name, height }) => of(height, name))];
    return found.length === needs.rungs.length + 1 ? found : null;
  }

  async function look(followed: Followed): Promise<void> {
    const text = await get(followed.url);
    if (!text) return;
    const listed = readSegments(text.toString(), followed.url);
    const fresh = listed.filter(({ sequence }) => sequence >= (followed.next ?? 0));
    for (const segment of fresh) await take(followed, segment);
  }

  async function take(followed: Followed, segment: Listed): Promise<void> {
    if (segment.discontinuity && followed.next !== null) needs.onAnew();
    followed.next = segment.sequence + 1;
    if (followed.rung === null && !needs.wantsSource()) return;
    const ts = await get(segment.url);
    if (ts && !signal.aborted) await needs.onSegment(followed.rung, ts);
  }

  let followed: Followed[] | null = null;
  while (!signal.aborted) {
    let waitMs = everyMs;
    try {
      followed ??= await find();
      if (!followed) waitMs = slowlyMs;
      // The source first: by it the others are placed.
      for (const one of followed ?? []) await look(one);
    } catch (error) {
      waitMs = slowlyMs;
      if (!signal.aborted) needs.onTrouble(error);
    }
    await pause(waitMs, undefined, { signal }).catch(() => {});
  }
}
