// One connection to OBS: made or refused in words, its calls answered or ended in time, and its end told once.
import type { OBSEventTypes, OBSRequestTypes, OBSResponseTypes, OBSWebSocket as Socket } from 'obs-websocket-js/json';
import { Problem } from '../../vocabulary/problems.js';
import { dialTrouble, lostTrouble, saidNo } from './troubles.js';

export type Requests = OBSRequestTypes;
export type Responses = OBSResponseTypes;
export type Events = OBSEventTypes;

/** An open connection. */
export interface Line {
  call<N extends keyof Requests>(name: N, data?: Requests[N]): Promise<Responses[N]>;
  on<E extends keyof Events & string>(name: E, heard: (data: Events[E]) => void): void;
  /** Why it ended. */
  closed: Promise<Problem>;
  hangUp(): void;
}

/** How long OBS may take to greet, and to answer. */
export const usualLimits = { helloMs: 5000, answerMs: 5000 };
export type Dial = (address: string, password: string | null) => Promise<Line>;

const rpcVersion = 1;

/** What it hears of: scenes, inputs, scene items, the stream; not the meters that come many times a second. */
const subscriptions = 1 | 2 | 4 | 8 | 64 | 128;

/** Ends at once, also when the other side is no longer there to say goodbye to. */
function end(socket: Socket): void {
  const inner = (socket as unknown as { socket?: { terminate?(): void; on?(name: 'error', heard: () => void): void } })
    .socket;
  // Ending it before it is open is an error of its own, which nobody waits for.
  inner?.on?.('error', () => {});
  inner?.terminate?.();
}

function inTime<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}

/** Problems: those of `dialTrouble`. */
export async function dial(address: string, password: string | null, limits = usualLimits): Promise<Line> {
  const { helloMs, answerMs } = limits;
  const { OBSWebSocket } = await import('obs-websocket-js/json');
  const socket: Socket = new OBSWebSocket();
  let opened = false;
  socket.on('ConnectionOpened', () => {
    opened = true;
  });
  const asking = new Set<(problem: Problem) => void>();
  const closed = new Promise<Problem>((resolve) => {
    socket.once('ConnectionClosed', (error) => resolve(lostTrouble(error.code)));
  });
  void closed.then((problem) => {
    for (const give of asking) give(problem);
  });
  const params = { rpcVersion, eventSubscriptions: subscriptions };
  try {
    const silence = (): Error => new Problem(opened ? 'obs_too_old' : 'obs_silent', { address });
    await inTime(socket.connect(address, password ?? undefined, params), helloMs, silence);
  } catch (error) {
    end(socket);
    throw dialTrouble(error, address, password !== null);
  }
  return {
    closed,
    call(name, data) {
      let give = (_: Problem): void => {};
      const lost = new Promise<never>((_, reject) => {
        give = reject;
        asking.add(give);
      });
      const silent = (): Error => {
        end(socket);
        return new Problem('obs_gone');
      };
      const asked = socket.call(name, data).catch((error) => Promise.reject(saidNo(error)));
      return inTime(Promise.race([asked, lost]), answerMs, silent).finally(() => asking.delete(give));
    },
    on: (name, heard) => void socket.on(name, heard as never),
    hangUp: () => end(socket),
  };
}
