// The watch page's parts, wired: stream, session, payer, gate, player and feed around one state.
import type { SessionInfo, StreamInfo } from '../../vocabulary/api.js';
import type { FeedEvent } from '../../vocabulary/events.js';
import type { Hex } from '../../vocabulary/values.js';
import { createCover } from '../chat/cover.js';
import { type Api, passing, Refusal } from '../shared/api.js';
import { type FeedSocket, followFeed } from '../shared/feed.js';
import type { Keep } from '../shared/keep.js';
import type { PollEar } from '../shared/poll.js';
import type { Store } from '../shared/store.js';
import { backoff, pause } from '../shared/time.js';
import { type Ahead, createAhead } from './ahead.js';
import { createClock } from './clock.js';
import { domainOf } from './deposit.js';
import { createGate, type Gate, type Served } from './gate.js';
import { keyLoaderFor } from './key-loader.js';
import { createMoney, type Money } from './money.js';
import { createPayer, type Payer } from './payer.js';
import { createPlayer, type Player } from './player.js';
import { followPolls } from './poll-ear.js';
import { sentence } from './sentence.js';
import { createSession, type Session } from './session.js';
import { type WatchState, withTip } from './state.js';
import type { Wallet } from './wallet.js';

export interface HouseNeeds {
  api: Api;
  keep: Keep;
  wallet: Wallet;
  stream: string;
  store: Store<WatchState>;
  video: HTMLVideoElement;
  still: HTMLCanvasElement;
  hls: Promise<typeof import('hls.js/light')>;
  socket: () => Promise<FeedSocket>;
}

/** What the page's buttons may do. */
export interface House {
  payer: Payer;
  session: Session;
  /** Takes over what an answer says of the poll. */
  polls: PollEar;
  money: Money;
  gate: Gate;
  ahead: Ahead;
  player: Player | null;
}

const pollMs = 4000;
/** How often what linked chat accounts may spend is signed for anew. */
const coverMs = 10_000;

/** Opens everything and keeps it going until the page is left. Throws `Refusal` when there is nothing to watch. */
export async function openHouse(needs: HouseNeeds): Promise<House> {
  const { api, keep, wallet, stream, store, video, still } = needs;
  const clock = createClock();
  const info = await firstInfo(api, stream);
  clock.sync(info.serverTime);
  const domain = domainOf(info.terms);

  const payer: Payer = createPayer({
    api,
    sign: (purse: Hex, total: bigint) => wallet.voucher(purse, total, domain),
    rate: () => ({ price: BigInt(current().price), keyPeriodMs: current().keyPeriodMs }),
    onChange: () => {
      store.set({ purses: payer.list() });
      house.gate.creditChanged();
    },
  });
  const current = (): StreamInfo => store.get().info ?? info;
  let sessionId: string | undefined;
  let feed: { refollow(): void } | undefined;
  const polls = followPolls({ api, stream, session: () => session, store });
  const onInfo = (answer: SessionInfo) => {
    clock.sync(answer.serverTime);
    payer.learn(answer.purses);
    store.set({ opened: true, previewLeftMs: answer.previewLeftMs });
    if (current().state !== 'idle' && answer.previewLeftMs === 0) payer.keepAhead();
    if (sessionId === answer.session) return;
    sessionId = answer.session;
    feed?.refollow();
  };
  const session = createSession({ api, wallet, stream, domain, clock, onInfo });
  const gate = createGate({
    session,
    payer,
    fetch: (...asked) => fetch(...asked),
    onServed: (served: Served) => store.set({ hold: null, previewLeftMs: served.previewLeftMs }),
    onHold: (hold) => {
      store.set({ hold });
      ahead.drop();
      house.player?.hold();
    },
    onRelease: () => store.get().paused || house.player?.resume(),
  });
  const ahead = createAhead(gate);
  const cover = createCover({ api, keep, session, payer });
  const house: House = {
    payer,
    session,
    polls,
    gate,
    ahead,
    money: createMoney({ api, keep, wallet, terms: info.terms, clock, payer, session, store }),
    player: null,
  };

  store.set({ info });
  session.token().catch((error: unknown) => store.set({ fatal: sentence(error) }));
  house.money.resume();
  const { default: Hls } = await needs.hls;
  if (!Hls.isSupported()) throw new Refusal('internal', 'This browser cannot play this stream. Try a newer one.', 0);
  const player = createPlayer({
    Hls,
    video,
    still,
    keyLoader: keyLoaderFor(ahead),
    onMuted: () => store.set({ muted: true }),
    onMoving: (moving) => store.set(moving ? { moving, everMoved: true } : { moving }),
  });
  house.player = player;
  void follow();
  adopt(info);
  setInterval(poll, pollMs);
  // Watching uses up what is signed: chat may still spend what it was allowed.
  const coverChats = () => void (cover.memory.any() && cover.sign().catch(() => {}));
  coverChats();
  setInterval(coverChats, coverMs);
  setInterval(() => store.get().moving && store.set({ watchedMs: store.get().watchedMs + 1000 }), 1000);

  /** Takes over what the server says about the stream; starts and stops the picture with it. */
  function adopt(next: StreamInfo): void {
    const before = store.get().info;
    store.set({ info: next, viewers: next.viewers });
    const onAir = next.state !== 'idle';
    const came = before?.state === 'idle' && onAir && !store.get().moving;
    const movedHouse = before?.media.join() !== next.media.join();
    if (onAir && !gate.isHeld() && !store.get().paused && (!player.isStarted() || came || movedHouse)) {
      player.start(next.media.map((base) => `${base.replace(/\/?$/, '/')}live.m3u8`));
    }
    if (!onAir && player.isStarted() && !store.get().moving) player.stop();
  }

  async function poll(): Promise<void> {
    const next = await api('getStream', { params: { stream } }).catch(() => null);
    if (!next) return;
    clock.sync(next.serverTime);
    adopt(next);
  }

  function hear(event: FeedEvent): void {
    if (event.type === 'tip') store.set({ tips: withTip(store.get().tips, event) });
    else if (event.type === 'poll') polls.hear(event);
    else void poll();
  }

  async function follow(): Promise<void> {
    const socket = await needs.socket();
    socket.on('goal', (goal) => store.set({ goal }));
    feed = followFeed({
      socket,
      who: () => (sessionId ? { stream, session: sessionId } : { stream }),
      after: Math.max(0, info.lastEvent - 100),
      onEvent: hear,
      polls,
      onPurse: (state) => payer.learn([state]),
      onViewers: (viewers) => store.set({ viewers }),
    });
  }

  return house;
}

async function firstInfo(api: Api, stream: string): Promise<StreamInfo> {
  const waits = backoff(300, 4000);
  for (;;) {
    try {
      return await api('getStream', { params: { stream } });
    } catch (error) {
      if (!passing(error)) throw error;
      await pause(waits.next());
    }
  }
}
