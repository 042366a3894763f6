// Asks the gate for keys and pays for them; while nothing can pay, every key is held and nothing is asked.
import type { Hex } from '../../vocabulary/values.js';
import { Refusal, refusalOf } from '../shared/api.js';
import { backoff, pause } from '../shared/time.js';
import type { Payer } from './payer.js';
import type { Session } from './session.js';

/** What came with a key. */
/** Refusals that new credit ends, and nothing else. */
const holding: ReadonlySet<string> = new Set(['out_of_credit', 'sponsor_unavailable', 'link_expired', 'link_revoked']);

export interface Served {
  purse: Hex | null;
  charged: bigint;
  previewLeftMs: number;
}

export interface Hold {
  code: string;
  detail: string;
}

export interface GateNeeds {
  session: Pick<Session, 'token' | 'renew' | 'refresh'>;
  payer: Pick<Payer, 'report' | 'authorizeKey' | 'keepAhead' | 'ready' | 'balance' | 'canWatch'>;
  fetch: typeof globalThis.fetch;
  onServed: (served: Served) => void;
  onHold: (hold: Hold) => void;
  onRelease: () => void;
  /** What pays is for a moment busy with something else, such as a stake: nothing is used up. */
  isMoving?: () => boolean;
  /** How often to look for new credit that nobody told of. */
  watchMs?: number;
  firstRetryMs?: number;
}

export type Gate = ReturnType<typeof createGate>;

export function createGate(needs: GateNeeds) {
  const { session, payer, fetch, onServed, isMoving = () => false, watchMs = 5000, firstRetryMs = 400 } = needs;
  let held: { credit: bigint; until: Promise<void>; release: () => void } | null = null;

  function hold(refusal: Refusal): void {
    if (held) return;
    let resolve = () => {};
    const until = new Promise<void>((done) => {
      resolve = done;
    });
    const looking = setInterval(() => look(refusal.code), watchMs);
    const release = () => {
      clearInterval(looking);
      held = null;
      payer.keepAhead();
      needs.onRelease();
      resolve();
    };
    held = { credit: payer.balance(), until, release };
    needs.onHold({ code: refusal.code, detail: refusal.message });
  }

  /** A sponsor may be back without any purse changing, so that is simply tried again. */
  function look(code: string): void {
    if (code === 'sponsor_unavailable') held?.release();
    else session.refresh().catch(() => {});
  }

  function served(response: Response): void {
    const head = (name: string) => response.headers.get(`dtok-${name}`);
    const purse = head('purse') as Hex | null;
    if (purse) {
      const known = payer.report(purse, BigInt(head('spent') ?? 0), BigInt(head('authorized') ?? 0));
      if (!known) session.refresh().catch(() => {});
    }
    const previewLeftMs = Number(head('preview-left') ?? 0);
    onServed({ purse, charged: BigInt(head('charged') ?? 0), previewLeftMs });
    if (previewLeftMs < 10_000) payer.keepAhead();
  }

  /** Does what the refusal asks for; throws it when nothing can be done. */
  async function comply(refusal: Refusal, token: string, wait: () => Promise<void>): Promise<void> {
    const { code, facts } = refusal;
    if (code === 'session_needed') {
      await session.renew(token);
    } else if (code === 'voucher_needed') {
      const { purse, needed } = facts;
      const ask = () => payer.authorizeKey(`${purse}` as Hex, BigInt(needed ?? 0));
      if (await ask()) return;
      await session.refresh();
      if (!(await ask())) await wait();
    } else if (holding.has(code) && !isMoving()) {
      hold(refusal);
    } else if (refusal.status === 404) {
      throw refusal;
    } else {
      await wait();
    }
  }

  /**
   * The 16 bytes of one key, however long payment takes. Throws when aborted, and `Refusal` when the key is gone, or
   * does not come within `waitSeconds`.
   */
  async function key(path: string, signal: AbortSignal, waitSeconds = 0): Promise<ArrayBuffer> {
    const waits = backoff(firstRetryMs, 5000);
    const wait = () => pause(waits.next(), signal);
    for (;;) {
      if (held) await untilAborted(held.until, signal);
      signal.throwIfAborted();
      const token = await session.token();
      await payer.ready();
      const headers = { authorization: `Bearer ${token}`, ...(waitSeconds > 0 && { prefer: `wait=${waitSeconds}` }) };
      const response = await fetch(path, { headers, signal, cache: 'no-store' }).catch(() => null);
      signal.throwIfAborted();
      const bytes = response?.ok ? await response.arrayBuffer().catch(() => null) : null;
      if (response && bytes?.byteLength === 16) {
        served(response);
        return bytes;
      }
      if (!response || response.ok) await wait();
      else
        await comply(await refusalOf(response), token, wait).catch(async (error) => {
          if (error instanceof Refusal && error.status !== 404) await wait();
          else throw error;
        });
    }
  }

  return {
    key,
    isHeld: () => held !== null,
    /** To be told whenever a purse changed: ends the hold once there is other credit than before; less, when a channel gave some. */
    creditChanged(): void {
      if (held && payer.balance() !== held.credit && payer.canWatch()) held.release();
    },
    /** For a player that asks for its keys by itself: does what its refusal asks for. */
    async refused(refusal: Refusal): Promise<void> {
      if (held) return;
      await comply(refusal, await session.token(), async () => {});
    },
    /** For the viewer who asks to try again. */
    release: () => held?.release(),
  };
}

/** Rejects when aborted before. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve).finally(() => signal.removeEventListener('abort', stop));
  });
}
