// A viewer without a screen: the watch page's own parts for session, purses, keys and addresses, and a player that decrypts what it gets.
import { createDecipheriv } from 'node:crypto';
import type { StreamInfo } from '../../src/vocabulary/streams.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { createApi, Refusal } from '../../src/web/shared/api.js';
import { createKeep } from '../../src/web/shared/keep.js';
import { backoff, pause } from '../../src/web/shared/time.js';
import { createAhead } from '../../src/web/watch/ahead.js';
import { ask } from '../../src/web/watch/ask.js';
import { createCarriers } from '../../src/web/watch/carriers.js';
import { createClock } from '../../src/web/watch/clock.js';
import { createDelivery, Fault } from '../../src/web/watch/delivery.js';
import { createDeposits, domainOf } from '../../src/web/watch/deposit.js';
import { createGate, untilAborted } from '../../src/web/watch/gate.js';
import { keyPath } from '../../src/web/watch/key-loader.js';
import { createPayer } from '../../src/web/watch/payer.js';
import { createSession } from '../../src/web/watch/session.js';
import { createWallet } from '../../src/web/watch/wallet.js';
import { type MediaPlaylist, readMedia } from '../support/hls-validator.js';
import { edgeOf, joinAt, type Piece, type Place, piecesFrom } from './loading.js';
import { createPlayhead, type Stall } from './playhead.js';

const stream = 'main';
const params = { stream };
const tickMs = 100;
const mostAheadMs = 12_000;
/** Whatever is under way is let go within this. */
const leaveMs = 10_000;

export interface ViewerNeeds {
  base: string;
  key: Hex;
  /** A rendition's playlist. */
  playlist: string;
  onStall: (stall: Stall) => void;
  /** Something that must never be: media that do not open with their key, a playlist against the rules. */
  onWrong: (what: string) => void;
}

export type Viewer = Awaited<ReturnType<typeof openViewer>>;

/** An API that asks this server, from anywhere. */
export const apiOf = (base: string) => createApi((path, init) => fetch(`${base}${path}`, init));

const keyNumber = (uri: string): number => Number(/\/keys\/main\/(\d+)$/.exec(uri)?.[1] ?? Number.NaN);

/** The media of a piece; null when they do not open with that key, or are none. */
function unlock(data: Uint8Array, key: ArrayBuffer, iv: string): Buffer | null {
  try {
    const decipher = createDecipheriv('aes-128-cbc', Buffer.from(key), Buffer.from(iv.slice(2), 'hex'));
    const clear = Buffer.concat([decipher.update(data), decipher.final()]);
    return ['moof', 'styp'].includes(clear.toString('latin1', 4, 8)) ? clear : null;
  } catch {
    return null;
  }
}

const quietStorage = (): Storage => {
  throw new Error('nothing is kept');
};

export async function openViewer(needs: ViewerNeeds) {
  const api = apiOf(needs.base);
  const wallet = createWallet(needs.key);
  const clock = createClock();
  const info: StreamInfo = await api('getStream', { params });
  clock.sync(info.serverTime);
  const domain = domainOf(info.terms);
  const leaving = new AbortController();
  const keys = new Map<number, ArrayBuffer>();
  /** Media opened, ms by key. */
  const opened = new Map<number, number>();
  const playhead = createPlayhead(needs.onStall);
  let withholding = false;
  let onHold = (_code: string): void => {};
  let playlistName = needs.playlist;
  let place: Place | null = null;
  let lateMs = 0;
  let edge = 0;
  let backMs = 3000;
  let round = new AbortController();

  const payer = createPayer({
    api,
    sign(purse, total) {
      if (withholding) throw new Refusal('internal', 'not signed any more', 500);
      return wallet.voucher(purse, total, domain);
    },
    rate: () => ({ price: BigInt(info.price), keyPeriodMs: info.keyPeriodMs }),
    onChange: () => gate.creditChanged(),
  });
  const session = createSession({
    ...{ api, wallet, stream, domain, clock },
    onInfo(answer) {
      clock.sync(answer.serverTime);
      payer.learn(answer.purses);
      if (answer.previewLeftMs === 0) payer.keepAhead();
    },
  });
  const gate = createGate({
    ...{ session, payer },
    fetch: (path, init) => fetch(`${needs.base}${path}`, init),
    onServed: () => {},
    onHold({ code }) {
      ahead.drop();
      playhead.unwant(Date.now());
      // What it was about to load waits for a key that nobody pays for.
      if (!withholding) round.abort();
      onHold(code);
    },
    onRelease: () => !leaving.signal.aborted && !withholding && join(),
  });
  const note = { key: async (...asked: Parameters<typeof gate.key>) => noted(asked[0], await gate.key(...asked)) };
  const ahead = createAhead(note);
  const carriers = createCarriers(clock.now);
  const delivery = createDelivery({ stream, carriers, mediaKey: info.mediaKey, now: clock.now, ask });
  carriers.use(info.media.map((base) => new URL(base.replace(/\/?$/, '/'), needs.base).href));
  const deposits = createDeposits({ api, wallet, terms: info.terms, keep: createKeep(quietStorage), clock });

  function noted(path: string, bytes: ArrayBuffer): ArrayBuffer {
    keys.set(Number(path.slice(path.lastIndexOf('/') + 1)), bytes);
    return bytes;
  }

  /** From the edge, as the page's player begins anew. */
  function join(): void {
    place = null;
    playhead.want(Date.now());
    round.abort();
  }

  const behind = (): number => edge - playhead.shownAt() - backMs;

  const ticking = setInterval(() => {
    if (!playhead.tick(Date.now(), behind())) return;
    playhead.drop();
    place = null;
  }, tickMs);

  async function keyOf(piece: Piece, signal: AbortSignal): Promise<ArrayBuffer> {
    const path = keyPath(piece.key) ?? '';
    const known = keys.get(keyNumber(piece.key));
    return known ?? (await ahead.key(path, signal));
  }

  async function show(piece: Piece, signal: AbortSignal): Promise<void> {
    const [data, key] = await Promise.all([delivery.load(piece.uri, '', signal), keyOf(piece, signal)]);
    const n = keyNumber(piece.key);
    if (!unlock(data, key, piece.iv)) return needs.onWrong(`${piece.uri} does not open with key ${n}`);
    opened.set(n, (opened.get(n) ?? 0) + piece.ms);
    playhead.add(piece.shownMs, piece.at + piece.ms - piece.shownMs);
  }

  const heldBack = (text: string, targetMs: number): number => {
    const told = Number(/(?:PART-)?HOLD-BACK=([\d.]+)/.exec(text)?.[1] ?? Number.NaN) * 1000;
    return Number.isNaN(told) ? 3 * targetMs : told;
  };

  async function look(query: string, signal: AbortSignal): Promise<{ text: string; playlist: MediaPlaylist }> {
    const text = new TextDecoder().decode(await delivery.load(playlistName, query, signal));
    const { problems, playlist } = readMedia(text);
    for (const problem of problems) needs.onWrong(`${playlistName}: ${problem}`);
    edge = Math.max(edge, edgeOf(playlist));
    backMs = heldBack(text, playlist.targetMs);
    return { text, playlist };
  }

  /** Everything that one playlist lists and he has not seen; resolves to what to ask for next, and how soon. */
  async function follow(query: string, signal: AbortSignal): Promise<string> {
    const { text, playlist } = await look(query, signal);
    if (!place) {
      const joined = joinAt(playlist, backMs);
      [place, lateMs] = [joined.place, joined.lateMs];
    }
    const { pieces, next } = piecesFrom(playlist, place);
    for (const piece of pieces) {
      const late = Math.min(lateMs, piece.ms);
      lateMs -= late;
      await show({ ...piece, shownMs: Math.max(0, piece.shownMs - late) }, signal);
      while (playhead.aheadMs() > mostAheadMs) await pause(tickMs, signal);
    }
    if (!place) return '';
    place = next;
    if (!text.includes('CAN-BLOCK-RELOAD=YES')) {
      await pause(pieces.length > 0 ? playlist.targetMs : playlist.targetMs / 2, signal);
      return '';
    }
    if (pieces.length === 0) await pause(tickMs, signal);
    return `?_HLS_msn=${next.msn}${playlist.partTargetMs > 0 ? `&_HLS_part=${next.part}` : ''}`;
  }

  async function watch(): Promise<void> {
    const waits = backoff(500, 5000);
    let query = '';
    let failures = 0;
    while (!leaving.signal.aborted) {
      if (gate.isHeld() && !withholding) {
        await pause(tickMs);
        continue;
      }
      round = new AbortController();
      const signal = AbortSignal.any([leaving.signal, round.signal]);
      try {
        query = await follow(query, signal);
        waits.reset();
        failures = 0;
      } catch (error) {
        query = '';
        if (leaving.signal.aborted) return;
        if (signal.aborted) continue;
        failures += 1;
        // What cannot be had is passed over, as the page does by beginning anew.
        if (failures >= 3 || (error instanceof Refusal && error.status === 404)) [place, failures] = [null, 0];
        if (!(error instanceof Fault) && !(error instanceof Refusal) && !passingError(error)) needs.onWrong(`${error}`);
        await pause(waits.next());
      }
    }
  }

  playhead.want(Date.now());
  const watching = watch();

  return {
    address: wallet.address,
    ...{ keys, opened, payer, session, deposits, api },
    info,
    isHeld: gate.isHeld,
    /** Called with the refusal's code each time that nothing pays. */
    whenHeld(listener: (code: string) => void): void {
      onHold = listener;
    },
    /** Another quality, from the next segment on. */
    choose(name: string): void {
      playlistName = name;
      place = null;
      playhead.drop();
    },
    /** Signs nothing any more, and goes on asking. */
    withhold(): void {
      withholding = true;
      playhead.unwant(Date.now());
    },
    playhead,
    behindMs: (): number => edge - playhead.shownAt(),
    async leave(): Promise<void> {
      playhead.unwant(Date.now());
      leaving.abort();
      ahead.drop();
      clearInterval(ticking);
      const late = AbortSignal.timeout(leaveMs);
      await untilAborted(watching, late).catch(() => late.aborted && needs.onWrong('he could not leave'));
      gate.release();
    },
  };
}

/** Of a line that failed. */
const passingError = (error: unknown): boolean => error instanceof TypeError || error instanceof DOMException;
