// The watch page's parts, wired: stream, session, payer, gate, player and feed around one state.
import type HlsType from 'hls.js';
import type { AiredTip, FeedEvent } from '../../vocabulary/events.js';
import type { StreamInfo } from '../../vocabulary/streams.js';
import type { Hex } from '../../vocabulary/values.js';
import type { SessionInfo } from '../../vocabulary/watching.js';
import { createCover } from '../chat/cover.js';
import { type Api, passing, Refusal } from '../shared/api.js';
import { type FeedSocket, followFeed } from '../shared/feed.js';
import type { Keep } from '../shared/keep.js';
import type { PollEar } from '../shared/poll.js';
import type { Store } from '../shared/store.js';
import { backoff, pause } from '../shared/time.js';
import { toast } from '../shared/toasts.js';
import { type Ahead, createAhead } from './ahead.js';
import type { Player } from './any-player.js';
import { ask } from './ask.js';
import { createCarriers } from './carriers.js';
import { createClock } from './clock.js';
import { createDelivery } from './delivery.js';
import { domainOf } from './deposit.js';
import { flash, freshMs, ofEvent, ofTip } from './flashes.js';
import { createGate, type Gate, type Served } from './gate.js';
import { createGoingBack, type GoingBack } from './going-back.js';
import { keyLoaderFor } from './key-loader.js';
import { mediaLoaderFor } from './media-loader.js';
import { createMoney, type Money } from './money.js';
import { createMoreQualities } from './more-qualities.js';
import { createNativePlayer, playsHls } from './native-player.js';
import { createPayer, type Payer } from './payer.js';
import { createPlayer } from './player.js';
import { followPolls } from './poll-ear.js';
import { followPredictions, type Predictions } from './prediction-ear.js';
import { sentence } from './sentence.js';
import { createSession, type Session } from './session.js';
import { createStaker, type Staker } from './stake-out.js';
import { camOf, type WatchState, withTip } from './state.js';
import { createStudio } from './studio.js';
import type { Wallet } from './wallet.js';

export interface HouseNeeds {
  api: Api;
  keep: Keep;
  wallet: Wallet;
  stream: string;
  store: Store<WatchState>;
  videos: readonly [HTMLVideoElement, HTMLVideoElement];
  still: HTMLCanvasElement;
  hls: Promise<typeof import('hls.js')>;
  socket: () => Promise<FeedSocket>;
}

/** What the page's buttons may do. */
export interface House {
  payer: Payer;
  session: Session;
  /** Takes over what an answer says of the poll. */
  polls: PollEar;
  predictions: Predictions;
  staker: Staker;
  /** Sends what was signed for a stake until there is an answer. */
  goOnStaking: () => Promise<void>;
  money: Money;
  gate: Gate;
  ahead: Ahead;
  player: Player | null;
  goingBack: GoingBack;
  /** The cam that the state says. */
  showCam: () => void;
}

const pollMs = 4000;
/** How often what linked chat accounts may spend is signed for anew. */
const coverMs = 10_000;

/** Opens everything and keeps it going until the page is left. Throws `Refusal` when there is nothing to watch. */
export async function openHouse(needs: HouseNeeds): Promise<House> {
  const { api, keep, wallet, stream, store } = needs;
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
  let goingOn = false;
  let camShown: string | null = null;
  const moreQualities = createMoreQualities({
    show: () => player.show(playlists(current())),
    may: () => !store.get().paused && !gate.isHeld() && store.get().moving && !store.get().camComing,
  });
  let sessionId: string | undefined;
  let feed: { refollow(): void } | undefined;
  const polls = followPolls({ api, stream, session: () => session, store });
  const predictions = followPredictions({
    ...{ api, keep, stream, store, address: wallet.address },
    onPaid: () => void house.money.look().catch(() => {}),
  });
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
    isMoving: () => house.staker.unfinished() !== null,
  });
  const goingBack = createGoingBack({
    ...{ store, player: () => house.player },
    ask: (from, to) => session.with((token) => api('getKeyCosts', { query: { from, to }, token })),
    usual: () => ({ cost: payer.keyCost(), durationMs: current().keyPeriodMs }),
  });
  const ahead = createAhead(goingBack.noting(gate), goingBack.isNewest);
  const cover = createCover({ api, keep, session, payer });
  const house: House = {
    payer,
    session,
    polls,
    predictions,
    staker: createStaker({ api, keep, wallet, terms: info.terms }),
    goOnStaking,
    gate,
    ahead,
    money: createMoney({ api, keep, wallet, terms: info.terms, clock, payer, session, store }),
    player: null,
    goingBack,
    showCam,
  };

  store.set({ info });
  session.token().catch((error: unknown) => store.set({ fatal: sentence(error) }));
  house.money.resume();
  void goOnStaking();
  if (house.staker.hasStaked())
    session
      .token()
      .then(house.money.look)
      .catch(() => {});
  const { default: Hls } = await needs.hls;
  const carriers = createCarriers(clock.now);
  const player = openPlayer(Hls);
  house.player = player;
  void follow();
  adopt(info);
  setInterval(poll, pollMs);
  // Watching uses up what is signed: chat may still spend what it was allowed.
  const coverChats = () => void (cover.memory.any() && cover.sign().catch(() => {}));
  coverChats();
  setInterval(coverChats, coverMs);
  setInterval(() => store.get().moving && store.set({ watchedMs: store.get().watchedMs + 1000 }), 1000);

  /** One at a time; what is refused for good is said. */
  async function goOnStaking(): Promise<void> {
    if (goingOn) return;
    goingOn = true;
    const waits = backoff(1000, 15_000);
    while (house.staker.unfinished()) {
      try {
        const receipt = await house.staker.finish();
        if (receipt) await predictions.lookAt(receipt.prediction);
        await house.money.look();
      } catch (error) {
        if (!passing(error)) toast(store, 'bad', sentence(error));
        await pause(waits.next());
      }
    }
    goingOn = false;
    gate.release();
  }

  /** Takes over what the server says about the stream; starts and stops the picture with it. */
  function adopt(next: StreamInfo): void {
    const before = store.get().info;
    store.set({ info: next, viewers: next.viewers });
    const onAir = next.state !== 'idle' && playlists(next).length > 0;
    const came = before?.state === 'idle' && onAir && !store.get().moving;
    // A change of addresses takes effect at the next request.
    carriers.use(next.media.map((base) => base.replace(/\/?$/, '/')));
    // Another broadcast is elsewhere at Livepeer Studio.
    const moved = before !== null && onAir && player.isStarted() && studioOf(next) !== studioOf(before);
    if (moved && studioOf(next)) player.aim(playlists(next));
    if (onAir && !gate.isHeld() && !store.get().paused && (!player.isStarted() || came)) {
      camShown = camOf(next.cams, store.get().cam)?.id ?? null;
      moreQualities.loaded(qualitiesOf(next));
      player.start(playlists(next));
    } else if (onAir) {
      showCam();
      // Others play what they like of a playlist, and look at it by themselves.
      if (info.gate === 'keys' && Hls.isSupported()) moreQualities.look(qualitiesOf(next));
    }
    if (!onAir && player.isStarted() && !store.get().moving) player.stop();
  }

  /** Browsers that have hls.js take it, also where they claim to play HLS by themselves. */
  function openPlayer(Hls: typeof HlsType): Player {
    const { videos, still } = needs;
    const onMuted = () => store.set({ muted: true });
    const onMoving = (moving: boolean) => store.set(moving ? { moving, everMoved: true } : { moving });
    if (Hls.isSupported()) {
      const studio = info.gate === 'keys' ? null : createStudio({ Hls, stream, key: ahead.key, open: openStudio });
      const delivery = createDelivery({ stream, carriers, mediaKey: info.mediaKey, now: clock.now, ask });
      const made = createPlayer({
        ...{ Hls, videos, still, keyLoader: keyLoaderFor(ahead), onMuted, onMoving },
        mediaLoader: studio?.loader ?? mediaLoaderFor(delivery),
        ...{ dvrMs: info.dvrMs, onPlace: goingBack.show, onFell: goingBack.fell },
        onQualities: (qualities) => store.set({ qualities }),
        onCaptions: (there) => store.set({ captions: { ...store.get().captions, there } }),
      });
      return studio ? studio.paid(made) : made;
    }
    const [video] = videos;
    if (!playsHls(video)) throw new Refusal('internal', 'This browser cannot play this stream. Try a newer one.', 0);
    return createNativePlayer({
      ...{ video, still, onMuted, onMoving },
      fetch: (...asked) => fetch(...asked),
      folder: () => session.with(async (token) => (await api('openNative', { token })).folder),
      onHeld: ({ code, detail, status, facts }) =>
        void gate.refused(new Refusal(code, detail, status, facts)).catch(() => {}),
      onLook: () => void session.refresh().catch(() => {}),
    });
  }

  function openStudio() {
    return session.with((token) => api('openStudio', { token }));
  }

  /** Where the cam is at Livepeer Studio, of a stream that is shown from there to browsers that can show a pass. */
  function studioOf(of: StreamInfo): string | null {
    return camOf(of.cams, store.get().cam)?.studio ?? null;
  }

  function qualitiesOf(of: StreamInfo): number {
    return camOf(of.cams, store.get().cam)?.qualities ?? 0;
  }

  /** Those of this server: which address they come from is the loader's. None while Livepeer Studio has none yet. */
  function playlists(of: StreamInfo): string[] {
    if (info.gate !== 'keys' && Hls.isSupported()) return [studioOf(of) ?? []].flat();
    const file = camOf(of.cams, store.get().cam)?.playlist ?? 'live.m3u8';
    return of.media.slice(-1).map((base) => new URL(`${base.replace(/\/?$/, '/')}${file}`, location.href).href);
  }

  /** Shows another cam, when another is chosen, or the one that is seen has left. */
  function showCam(): void {
    const cam = camOf(current().cams, store.get().cam);
    if (!cam || cam.id === camShown || !house.player?.isStarted()) return;
    const before = camShown;
    camShown = cam.id;
    moreQualities.loaded(cam.qualities);
    if (store.get().paused || gate.isHeld()) {
      house.player.aim(playlists(current()));
      return;
    }
    store.set({ camComing: cam.id });
    void house.player.show(playlists(current())).then((plays) => {
      if (camShown !== cam.id) return;
      store.set({ camComing: null });
      if (plays) return;
      // Called off: it is what plays when the picture goes on.
      if (store.get().paused || gate.isHeld()) return house.player?.aim(playlists(current()));
      camShown = before;
      store.set({ cam: before });
      toast(store, 'bad', 'That cam does not play. You still see the one before.');
    });
  }

  async function poll(): Promise<void> {
    const next = await api('getStream', { params: { stream } }).catch(() => null);
    if (!next) return;
    clock.sync(next.serverTime);
    adopt(next);
  }

  function hear(event: FeedEvent): void {
    const seen = clock.now() - event.at < freshMs && ofEvent(event, current().terms.token);
    if (seen) flash(store, seen);
    if (event.type === 'tip') return;
    if (event.type === 'poll') polls.hear(event);
    else if (event.type === 'prediction') predictions.hear(event);
    else void poll();
  }

  /** The newest on following, then each as it comes; those that the host holds back are not among them. */
  function seeTips(tips: readonly AiredTip[], now: boolean): void {
    for (const tip of [...tips].sort((a, b) => a.n - b.n)) {
      const known = store.get().tips.some(({ n }) => n === tip.n);
      if (!known && now) flash(store, ofTip(tip, current().terms.token));
      store.set({ tips: withTip(store.get().tips, tip) });
    }
  }

  async function follow(): Promise<void> {
    const socket = await needs.socket();
    socket.on('goal', (goal) => store.set({ goal }));
    socket.on('tips', seeTips);
    feed = followFeed({
      socket,
      who: () => (sessionId ? { stream, session: sessionId } : { stream }),
      after: Math.max(0, info.lastEvent - 100),
      onEvent: hear,
      polls,
      predictions,
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
