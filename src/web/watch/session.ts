// The session with the gate: opened by a proof, opened again by itself when the server forgot it.
import type { Domain } from '../../payments/typed-data.js';
import type { StreamInfo } from '../../vocabulary/streams.js';
import type { SessionInfo } from '../../vocabulary/watching.js';
import { type Api, passing, Refusal } from '../shared/api.js';
import { backoff, pause } from '../shared/time.js';
import type { Clock } from './clock.js';
import type { Wallet } from './wallet.js';

export interface SessionNeeds {
  api: Api;
  wallet: Wallet;
  stream: string;
  domain: Domain;
  clock: Clock;
  /** Every answer about the session: at opening, at renewal, at refresh. */
  onInfo: (info: SessionInfo) => void;
  firstRetryMs?: number;
}

export type Session = ReturnType<typeof createSession>;

export function createSession({ api, wallet, stream, domain, clock, onInfo, firstRetryMs = 500 }: SessionNeeds) {
  let current: Promise<string> | null = null;
  let latest: string | null = null;

  async function prove(): Promise<SessionInfo> {
    const issuedAt = clock.now();
    const signature = wallet.session(stream, issuedAt, domain);
    return api('openSession', { body: { stream, signer: wallet.address, issuedAt, signature } });
  }

  /** Sets the clock by the server; true when asking again may help. */
  async function correct(error: unknown): Promise<boolean> {
    if (!(error instanceof Refusal) || error.code !== 'clock_off') return false;
    const told = Number(error.facts.serverTime);
    const info: Pick<StreamInfo, 'serverTime'> =
      told > 0 ? { serverTime: told } : await api('getStream', { params: { stream } });
    clock.sync(info.serverTime);
    return true;
  }

  async function open(): Promise<string> {
    const waits = backoff(firstRetryMs, 5000);
    let corrected = false;
    for (;;) {
      try {
        const info = await prove();
        latest = info.session;
        onInfo(info);
        return info.session;
      } catch (error) {
        if (!corrected && (await correct(error).catch(() => false))) corrected = true;
        else if (passing(error)) await pause(waits.next());
        else throw error;
      }
    }
  }

  function token(): Promise<string> {
    if (!current) {
      current = open();
      current.catch(() => {
        current = null;
      });
    }
    return current;
  }

  /** A new session, unless somebody has already replaced `stale`. */
  function renew(stale: string): Promise<string> {
    if (latest === stale) {
      latest = null;
      current = null;
    }
    return token();
  }

  return {
    token,
    renew,
    /** Asks for the purses now. */
    async refresh(): Promise<void> {
      const used = await token();
      try {
        onInfo(await api('getSession', { token: used }));
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== 'session_needed') throw error;
        await renew(used);
      }
    },
    /** Runs `act` with a session, once more with a new one when the server forgot it. */
    async with<T>(act: (token: string) => Promise<T>): Promise<T> {
      const used = await token();
      try {
        return await act(used);
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== 'session_needed') throw error;
        return act(await renew(used));
      }
    },
  };
}
