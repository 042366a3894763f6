// The door of the overlay: readers of the feed over socket.io, each from its own last number on, and the overlays' stage.
import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { Feed } from '../feed/index.js';
import { sameSecret } from '../secrets.js';
import type { Receipt } from '../vocabulary/alert-looks.js';
import type { Seen, Showing } from '../vocabulary/alerts.js';
import {
  type AiredTip,
  type ClientToServer,
  Follow,
  type FollowAnswer,
  type PurseState,
  type ServerToClient,
} from '../vocabulary/events.js';
import type { Goal, Span } from '../vocabulary/goals.js';
import type { Look } from '../vocabulary/looks.js';
import type { PollView, TallyMessage } from '../vocabulary/polls.js';
import type { OddsMessage, PredictionMessage } from '../vocabulary/predictions.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import type { Alerts } from './alerts/index.js';
import { partsOn } from './looks/index.js';
import { createPartNews, type PartNewsNeeds } from './part-news.js';

export { type Alerts, defaultSettings, openAlerts, type Stage } from './alerts/index.js';
export { type Assets, openAssets } from './assets/index.js';
export { type Looks, openLooks } from './looks/index.js';
export { createTicker } from './ticker.js';

interface ReaderData {
  overlay?: string;
  /** What the overlay shows. */
  parts?: ReadonlySet<string>;
  /** Its address says what it shows, and not the look. */
  asked?: boolean;
  /** Which leaderboard it shows. */
  board?: Span;
  /** The last wish to follow: they are met one after the other. */
  turn?: Promise<void>;
}
type Reader = Socket<ClientToServer, ServerToClient, Record<string, never>, ReaderData>;

export interface OverlayNeeds extends PartNewsNeeds {
  http: HttpServer;
  feed: Feed;
  /** The overlay token of a stream. Problem: unknown_stream. */
  overlayToken: (stream: string) => string;
  /** Whose session this is. */
  payerOf: (session: string) => Hex | undefined;
  viewers: (stream: string) => number;
  /** The poll that runs, or has ended lately. */
  poll: (stream: string) => PollView | null;
  /** The prediction that runs, or was over lately. */
  prediction: (stream: string) => Omit<PredictionMessage, 'n'>;
  alerts: Pick<Alerts, 'current' | 'seen' | 'overlaysChanged' | 'aired'>;
  look: (stream: string) => Look;
  goal: (stream: string) => Goal | null;
  now?: () => number;
}

const viewersEveryMs = 2000;

const payerRoom = (payer: Hex): string => `payer/${payer}`;
const streamRoom = (stream: string): string => `stream/${stream}`;
/** Of those who have caught up: an event is made into bytes once for all of them. */
const feedRoom = (stream: string): string => `feed/${stream}`;
const seenWords: readonly unknown[] = ['up', 'stands', 'was'] satisfies Seen[];

export type Overlay = ReturnType<typeof startOverlay>;

export function startOverlay(needs: OverlayNeeds) {
  const { feed, log, now = Date.now } = needs;
  const io = new Server<ClientToServer, ServerToClient, Record<string, never>, ReaderData>(needs.http, {
    serveClient: false,
    maxHttpBufferSize: 16_384,
    cors: { origin: '*' },
  });

  const news = createPartNews(io, needs);
  const overlaysOf = (stream: string): Reader[] =>
    [...io.of('/').sockets.values()].filter(({ data }) => data.overlay === stream && data.parts?.has('alerts'));

  function put(socket: Reader, stream: string, showing: Showing): void {
    socket.emit('show', { ...showing, now: now() }, (what) => {
      if (!seenWords.includes(what)) return;
      needs.alerts
        .seen(stream, showing.id, socket.id, what)
        .catch((error) => log.error({ err: error, stream }, 'it could not be noted that an alert was shown'));
    });
  }

  /** What an overlay is told as these parts of it come. */
  async function welcome(socket: Reader, stream: string, parts: ReadonlySet<string>): Promise<void> {
    await news.welcome(socket, stream, { parts, board: socket.data.board ?? 'show' });
    if (!parts.has('alerts')) return;
    const showing = needs.alerts.current(stream);
    if (showing) put(socket, stream, showing);
    changed(stream);
  }

  function changed(stream: string): void {
    needs.alerts
      .overlaysChanged(stream)
      .catch((error) => log.error({ err: error, stream }, 'the alert queue did not hear of an overlay'));
  }

  /** What it shows changes while it is connected, unless its address says what that is. */
  async function relook(socket: Reader, stream: string): Promise<void> {
    const { overlay, parts: had = new Set(), asked } = socket.data;
    if (overlay !== stream) return;
    const look = needs.look(stream);
    socket.emit('look', look);
    if (asked) return;
    const on = partsOn(look);
    socket.data.parts = new Set(on);
    await welcome(socket, stream, new Set(on.filter((name) => !had.has(name))));
    await news.leave(
      socket,
      stream,
      [...had].filter((name) => !on.some((one) => one === name)),
    );
    if (!had.has('alerts') || on.includes('alerts')) return;
    const showing = needs.alerts.current(stream);
    if (showing) socket.emit('hide', showing.id);
    changed(stream);
  }

  /** Its wishes, and changes of its look, are met one after the other. */
  function inTurn(socket: Reader, act: () => Promise<void>): void {
    const before = socket.data.turn ?? Promise.resolve();
    socket.data.turn = before
      .then(act)
      .catch((error) => log.error({ err: error }, 'a reader was not told what it should be'));
  }

  /** What an earlier wish was for is over. */
  async function leave(socket: Reader): Promise<void> {
    const { overlay, parts } = socket.data;
    delete socket.data.overlay;
    delete socket.data.parts;
    delete socket.data.asked;
    for (const room of socket.rooms) if (room !== socket.id) await socket.leave(room);
    if (overlay !== undefined && parts?.has('alerts')) changed(overlay);
  }

  function check({ stream, overlay }: Follow): void {
    const token = needs.overlayToken(stream);
    if (overlay !== undefined && !sameSecret(overlay, token)) throw new Problem('overlay_token_wrong');
  }

  async function follow(socket: Reader, wish: Follow): Promise<number> {
    check(wish);
    await leave(socket);
    // It may have been changed meanwhile.
    check(wish);
    if (wish.overlay !== undefined) {
      socket.data.overlay = wish.stream;
      socket.data.parts = new Set(wish.parts ?? partsOn(needs.look(wish.stream)));
      socket.data.asked = wish.parts !== undefined;
      socket.data.board = wish.board ?? 'show';
      socket.emit('look', needs.look(wish.stream));
    }
    const payer = wish.session === undefined ? undefined : needs.payerOf(wish.session);
    if (payer) await socket.join(payerRoom(payer));
    await socket.join(streamRoom(wish.stream));
    await feed.catchUp(
      wish.stream,
      wish.after,
      (event) => socket.emit('event', event),
      () => void socket.join(feedRoom(wish.stream)),
    );
    socket.emit('viewers', needs.viewers(wish.stream));
    socket.emit('poll', { poll: needs.poll(wish.stream), n: feed.last() });
    socket.emit('prediction', { ...needs.prediction(wish.stream), n: feed.last() });
    socket.emit('goal', needs.goal(wish.stream));
    if (socket.data.parts) await welcome(socket, wish.stream, socket.data.parts);
    else socket.emit('tips', await needs.alerts.aired(wish.stream), false);
    return feed.last();
  }

  async function answer(socket: Reader, raw: unknown): Promise<FollowAnswer> {
    try {
      const wish = Follow.safeParse(raw);
      if (!wish.success) throw new Problem('bad_request', { reason: 'follow needs a stream' });
      return { ok: true, last: await follow(socket, wish.data) };
    } catch (error) {
      if (!(error instanceof Problem)) log.error({ err: error }, 'a reader could not follow');
      const problem = error instanceof Problem ? error : new Problem('internal');
      return { ok: false, code: problem.code, detail: problem.message };
    }
  }

  io.on('connection', (socket: Reader) => {
    socket.on('follow', (wish, reply) => {
      inTurn(socket, async () => {
        const result = await answer(socket, wish);
        if (typeof reply === 'function') reply(result);
      });
    });
    socket.on('clock', (reply) => typeof reply === 'function' && reply(now()));
    socket.on('disconnect', () => {
      if (socket.data.overlay !== undefined && socket.data.parts?.has('alerts')) changed(socket.data.overlay);
    });
  });

  const passing = feed.listen((event) => io.to(feedRoom(event.stream)).emit('event', event));

  const told = new Map<string, number>();
  const telling = setInterval(() => {
    for (const room of io.of('/').adapter.rooms.keys()) {
      if (!room.startsWith('stream/')) continue;
      const count = needs.viewers(room.slice('stream/'.length));
      if (told.get(room) === count) continue;
      told.set(room, count);
      io.to(room).emit('viewers', count);
    }
  }, viewersEveryMs);

  return {
    /** Tells a purse's owner what it is worth now. */
    purse: (payer: Hex, state: PurseState) => io.to(payerRoom(payer)).emit('purse', state),
    /** Tells everybody how a stream's poll stands. */
    tally: (stream: string, message: TallyMessage) => io.to(streamRoom(stream)).emit('tally', message),
    /** Tells everybody how a stream's prediction stands. */
    odds: (stream: string, message: OddsMessage) => io.to(streamRoom(stream)).emit('odds', message),
    /** Tells everybody of a tip that may be seen. */
    aired: (stream: string, tip: AiredTip) => io.to(streamRoom(stream)).emit('tips', [tip], true),
    /** Connected overlays, of one stream or of all. */
    overlays: (stream?: string): number =>
      [...io.of('/').sockets.values()].filter((s) => s.data.overlay && (!stream || s.data.overlay === stream)).length,
    /** The overlays of a stream that show alerts. */
    stage: {
      overlays: (stream: string): number => overlaysOf(stream).length,
      show: (stream: string, showing: Showing): void => {
        for (const socket of overlaysOf(stream)) put(socket, stream, showing);
      },
      receipt: (stream: string, showing: string, receipt: Receipt): void => {
        for (const socket of overlaysOf(stream)) socket.emit('receipt', showing, receipt);
      },
      hide: (stream: string, showing: string): void => {
        for (const socket of overlaysOf(stream)) socket.emit('hide', showing);
      },
    },
    goal: (stream: string, goal: Goal | null) => io.to(streamRoom(stream)).emit('goal', goal),
    leaderboardMoved: news.leaderboardMoved,
    /** Tells a stream's overlays how they look from now on. */
    lookChanged(stream: string): void {
      for (const socket of io.of('/').sockets.values())
        if (socket.data.overlay === stream) inTurn(socket, () => relook(socket, stream));
    },
    /** Ends the overlays of a stream: their token is no longer the one. */
    drop(stream: string): void {
      for (const socket of io.of('/').sockets.values()) if (socket.data.overlay === stream) socket.disconnect(true);
    },
    stop: async () => {
      passing();
      clearInterval(telling);
      await news.stop();
      await io.close();
    },
  };
}
