// Brings a stream's files from whichever address has them right: believes other servers nothing that ours has not vouched for.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { hashesIn, isSealed } from '../../vocabulary/seal.js';
import { pause } from '../shared/time.js';
import type { Carriers } from './carriers.js';

export interface Answer {
  status: number;
  data: Uint8Array;
}

export interface DeliveryNeeds {
  stream: string;
  carriers: Carriers;
  /** What playlists from elsewhere are checked by, hex. */
  mediaKey: string;
  /** By the server's clock. */
  now: () => number;
  /** Rejects when nothing comes within its patience. */
  ask: (url: string, signal: AbortSignal) => Promise<Answer>;
}

/** What went wrong with one address. */
export class Fault extends Error {
  constructor(
    message: string,
    readonly status = 0,
  ) {
    super(message);
    this.name = 'Fault';
  }
}

/** How far behind the clock a playlist's end may be, beside two of its longest segments, before another is asked: players hold three. */
const lateMs = 1500;
/** By so much another's playlist must be newer to prove that this one is stale. */
const newerMs = 3000;
const mostHashes = 20_000;
/** An answer that is held back until there is something new may be a silence: after this, the next one is asked as well. */
const quietMs = 2500;
/** Whose answer comes so much later than the next one's was silent. */
const graceMs = 500;

/** When the last that a playlist lists ends, and how late that may be; null for a multivariant playlist. */
export function edgeOf(text: string): { at: number; lateMs: number } | null {
  let at = Number.NaN;
  let parts = 0;
  let longest = 0;
  for (const line of text.split('\n')) {
    const [, date, whole, part] =
      /^#EXT(?:-X-PROGRAM-DATE-TIME:(.+)|INF:([\d.]+)|-X-PART:DURATION=([\d.]+))/.exec(line) ?? [];
    if (date) [at, parts] = [Date.parse(date), 0];
    else if (whole) [at, parts, longest] = [at + Number(whole) * 1000, 0, Math.max(longest, Number(whole) * 1000)];
    else if (part) parts += Number(part) * 1000;
  }
  return Number.isNaN(at) ? null : { at: at + parts, lateMs: 2 * longest + lateMs };
}

/** Whether a playlist of a server that waits does not show what it was asked for: it has given up waiting, or is stale. */
export function misses(text: string, query: string): boolean {
  const asked = new URLSearchParams(query);
  const msn = asked.get('_HLS_msn');
  if (msn === null || !text.includes('CAN-BLOCK-RELOAD=YES')) return false;
  let next = 0;
  let parts = 0;
  for (const line of text.split('\n')) {
    const [, tag, value] =
      /^#(EXT-X-MEDIA-SEQUENCE:|EXT-X-SKIP:SKIPPED-SEGMENTS=|EXTINF|EXT-X-PART:)(\d*)/.exec(line) ?? [];
    if (tag === 'EXT-X-PART:') parts += 1;
    else if (tag === 'EXTINF') [next, parts] = [next + 1, 0];
    else if (tag) next += Number(value);
  }
  if (Number(msn) < next) return false;
  return Number(msn) > next || parts <= Number(asked.get('_HLS_part') ?? parts);
}

async function hashOf(data: Uint8Array): Promise<string> {
  // Only in secure contexts is there one of the browser's own.
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (!subtle) return bytesToHex(sha256(data));
  return bytesToHex(new Uint8Array(await subtle.digest('SHA-256', data as Uint8Array<ArrayBuffer>)));
}

export type Delivery = ReturnType<typeof createDelivery>;

export function createDelivery(needs: DeliveryNeeds) {
  const { carriers, stream } = needs;
  const hashes = new Map<string, string>();
  /** Whose playlist has listed a file last. */
  const listedBy = new Map<string, string>();

  function learn(text: string, base: string): void {
    for (const [name, hash] of hashesIn(text)) {
      hashes.delete(name);
      hashes.set(name, hash);
      listedBy.delete(name);
      listedBy.set(name, base);
    }
    for (const map of [hashes, listedBy]) {
      for (const name of map.keys()) {
        if (map.size <= mostHashes) break;
        map.delete(name);
      }
    }
  }

  async function ask(base: string, name: string, signal: AbortSignal): Promise<Uint8Array> {
    const { status, data } = await needs.ask(`${base}${name}`, signal);
    if (status !== 200) throw new Fault(`it answered ${status}`, status);
    return data;
  }

  /** Throws a Fault unless our server says that this is that file. */
  async function check(base: string, name: string, data: Uint8Array): Promise<void> {
    if (carriers.own(base)) return;
    if ((await hashOf(data)) !== hashes.get(name)) throw new Fault('it is not what was published');
  }

  /** Who listed it last is asked first, as long as it is not at rest; others only for what is vouched for. */
  function whoHas(name: string): string[] {
    const order = carriers.order().filter((base) => hashes.has(name) || carriers.own(base));
    const lister = listedBy.get(name);
    if (!lister || carriers.rests(lister)) return order;
    return [lister, ...order.filter((base) => base !== lister)];
  }

  async function media(name: string, signal: AbortSignal): Promise<Uint8Array> {
    const failed: string[] = [];
    let last: unknown = new Fault('there is nowhere to ask');
    for (const base of whoHas(name)) {
      try {
        const data = await ask(base, name, signal);
        await check(base, name, data);
        carriers.praise(base);
        for (const other of failed) carriers.blame(other);
        return data;
      } catch (error) {
        if (signal.aborted) throw error;
        last = error;
        // What it never listed it may lack.
        const may = error instanceof Fault && error.status === 404 && listedBy.get(name) !== base;
        if (!may) failed.push(base);
      }
    }
    throw last;
  }

  interface Found {
    base: string;
    data: Uint8Array;
    text: string;
    at: number;
    stale: boolean;
  }

  async function read(base: string, name: string, query: string, signal: AbortSignal): Promise<Found> {
    const data = await ask(base, `${name}${query}`, signal);
    const text = new TextDecoder().decode(data);
    if (!carriers.own(base) && !isSealed(stream, name, text, needs.mediaKey)) throw new Fault('it is not our playlist');
    const edge = edgeOf(text);
    const stale = edge !== null && (needs.now() - edge.at > edge.lateMs || misses(text, query));
    return { base, data, text, at: edge?.at ?? 0, stale };
  }

  /** A playlist that `base` may hold back; after a silence `next` is asked too, and whoever has it first is taken. */
  async function readHeld(
    base: string,
    next: string,
    name: string,
    query: string,
    signal: AbortSignal,
  ): Promise<Found> {
    const over = new AbortController();
    const stop = (): void => over.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    const first = read(base, name, query, over.signal);
    const second = pause(quietMs, over.signal).then(() => read(next, name, query, over.signal));
    const end = (): void => {
      signal.removeEventListener('abort', stop);
      over.abort();
    };
    try {
      const found = await Promise.race([first, second.catch(() => first)]);
      if (found.base === base) end();
      else {
        const inTime = Promise.race([first.then(() => true), pause(graceMs).then(() => false)]).catch(() => false);
        void inTime.then((well) => (well || signal.aborted ? null : carriers.blame(base))).then(end);
      }
      return found;
    } catch (error) {
      end();
      throw error;
    }
  }

  /** The first that is up to date; the newest there is when none is: then it is the show that stands still. */
  async function playlist(name: string, query: string, signal: AbortSignal): Promise<Uint8Array> {
    const failed: string[] = [];
    const stale: Found[] = [];
    let last: unknown = new Fault('there is nowhere to ask');
    const order = carriers.order();
    for (const [i, base] of order.entries()) {
      const next = query.includes('_HLS_msn') ? order[i + 1] : undefined;
      try {
        const found = await (next ? readHeld(base, next, name, query, signal) : read(base, name, query, signal));
        if (!found.stale) return take(found, failed, stale);
        stale.push(found);
      } catch (error) {
        if (signal.aborted) throw error;
        last = error;
        failed.push(base);
      }
    }
    const [newest] = stale.sort((a, b) => b.at - a.at);
    if (!newest) throw last;
    return take(newest, [], stale);
  }

  function take(found: Found, failed: readonly string[], stale: readonly Found[]): Uint8Array {
    for (const base of failed) carriers.blame(base);
    for (const { base, at } of stale) if (found.at - at > newerMs) carriers.blame(base);
    carriers.praise(found.base);
    learn(found.text, found.base);
    return found.data;
  }

  return {
    /** A playlist or media by its plain name. Throws a Fault, or what the signal aborts with. */
    load: (name: string, query: string, signal: AbortSignal): Promise<Uint8Array> =>
      name.endsWith('.m3u8') ? playlist(name, query, signal) : media(name, signal),
  };
}
