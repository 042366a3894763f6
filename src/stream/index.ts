// The door of the stream part: streams, their keys, the gate, and the broadcast that fills them.
import type { Feed } from '../feed/index.js';
import type { Logger } from '../log.js';
import type { Store } from '../store/index.js';
import type { Recording } from '../vocabulary/broadcast.js';
import type { Hex } from '../vocabulary/values.js';
import { type BrowserLine, publishFromBrowser } from './browser/publisher.js';
import { type Books, createFares } from './gate/fares.js';
import { type Cashier, createGate } from './gate/gate.js';
import { createSessions } from './gate/sessions.js';
import { createIngest, refusals } from './ingest.js';
import { openKeys } from './keys.js';
import { createBroadcasts } from './media/broadcast.js';
import { namesOf } from './media/names.js';
import type { Packaging } from './media/packager.js';
import { takePicture } from './media/picture.js';
import { variantsIn } from './media/playlist.js';
import { createPublisher, type Place } from './media/publisher.js';
import { createShelf } from './media/shelf.js';
import { createTickets } from './native/tickets.js';
import { createPublishers } from './publishers.js';
import { startRtmp } from './rtmp/server.js';
import { createSeals } from './seals.js';
import { openStreams, type StreamChange } from './streams.js';
import { createPasses } from './studio/passes.js';
import { startTestCard } from './test-card.js';
import type { Transcoder } from './transcode/port.js';
import type { Relay } from './transcode/studio/relay.js';
import { createWhipDesk, type WhipSettings } from './whip/desk.js';

export type { BrowserLine } from './browser/publisher.js';
export { mainCam } from './cams.js';
export { createKeyAnswers } from './gate/answers.js';
export { createKeyDoor } from './gate/door.js';
export { createKeyPath } from './gate/http.js';
export { createMediaPath } from './media/http.js';
export type { Place } from './media/publisher.js';
export { createNativePath } from './native/http.js';
export type { Stream, StreamChange } from './streams.js';
export type { WhipDesk, WhipSettings } from './whip/desk.js';

/** Notices kept for the dashboard, by stream. */
const noticesKept = 20;

/** Who goes on air this long before an announced start has begun that show. */
const earlyMs = 15 * 60_000;
/** Pictures of a stream are taken this seldom. */
const pictureMs = 10_000;

export interface ShowNeeds {
  store: Store;
  feed: Feed;
  /** Who takes the money for keys. */
  cashier: Cashier & Books;
  /** Told when a payer has no session left. */
  onPayerGone: (payer: Hex) => void;
  onSegment: (stream: string) => void;
  defaults: Required<StreamChange>;
  master: Buffer;
  ffmpeg: string;
  mediaFolder: string;
  /** Where it is published to beside that folder. */
  places?: readonly Place[];
  /** Where the playlists say that keys are. */
  keyBase: string;
  rtmp: { host: string; port: number; publicHost: string };
  whip: WhipSettings;
  reconnectMs: number;
  packaging: Packaging;
  /** Null: the source alone. */
  transcoder: Transcoder | null;
  /** Null: all video is shown by us. */
  relay?: Relay | null;
  log: Logger;
  now?: () => number;
}

export interface BrowserWish {
  line: BrowserLine;
  who: { key: string } | { stream: string; cam: string };
  visit: string;
  recording: Recording;
}

export type Shows = Awaited<ReturnType<typeof startShows>>;

/** Starts the ingest; the returned `stop` ends everything this started. */
export async function startShows(needs: ShowNeeds) {
  const { store, feed, log, now = Date.now } = needs;
  const streams = await openStreams({ store, feed, defaults: needs.defaults, now });
  const keys = await openKeys({ store, streams, master: needs.master, now, dvrMs: needs.packaging.dvrMs });
  const sessions = createSessions({ now, onEnd: needs.onPayerGone });
  const gate = createGate({ streams, keys, sessions, cashier: needs.cashier, now });
  const notices = new Map<string, { at: number; text: string }[]>();
  const said = new Map<string, boolean>();

  function notice(stream: string, text: string): void {
    log.warn({ stream }, text);
    const before = notices.get(stream) ?? [];
    const others = before[0]?.text === text ? before.slice(1) : before;
    notices.set(stream, [{ at: now(), text }, ...others].slice(0, noticesKept));
  }

  /** What was announced has come; a try long before it is not that. */
  function forgetStart(stream: string): void {
    const { startsAt } = streams.get(stream);
    if (!startsAt || startsAt > now() + earlyMs) return;
    streams
      .patch(stream, { startsAt: null })
      .catch((error) => log.error({ err: error, stream }, 'could not take the announced start back'));
  }

  /** The feed hears of the show's beginning and end, not of short losses. */
  function onState(stream: string, state: 'live' | 'reconnecting' | 'idle'): void {
    log.info({ stream, state }, 'stream state');
    if (state === 'reconnecting' || said.get(stream) === (state === 'live')) return;
    said.set(stream, state === 'live');
    if (state === 'live') forgetStart(stream);
    feed
      .say({ stream, type: state === 'live' ? 'live' : 'ended', data: {} })
      .catch((error) => log.error({ err: error }, 'could not write to the feed'));
  }

  const shelf = createShelf();
  const seals = createSeals(needs.master);
  const { mediaFolder, places = [] } = needs;
  const outlets = createPublisher({ mediaFolder, places, onNotice: notice, log });
  const tickets = createTickets({ shelf, gate, keys, sessions, streams, base: needs.keyBase, now });
  const passes = needs.relay ? createPasses({ relay: needs.relay, keys, sessions, now }) : null;
  const broadcasts = createBroadcasts({
    ffmpeg: needs.ffmpeg,
    keys,
    packaging: needs.packaging,
    shelf,
    transcoder: needs.transcoder,
    target: outlets.target,
    seal: seals.seal,
    keyPeriodMs: (stream) => streams.get(stream).keyPeriodMs,
    keyBase: needs.keyBase,
    reconnectMs: needs.reconnectMs,
    onState,
    onSegment: needs.onSegment,
    onNotice: notice,
    log,
  });

  const publishers = createPublishers();
  const ingest = createIngest({ streams, notice, begin: broadcasts.begin });
  const rtmp = await startRtmp({
    host: needs.rtmp.host,
    port: needs.rtmp.port,
    authorize: async (app, name) =>
      app === 'live' ? ingest.byKey(name) : { refuse: `the server path must end in /live, not /${app}` },
    publish: ingest.publish,
    publishers,
    log,
  });

  const { ffmpeg, packaging } = needs;
  const whip = createWhipDesk({
    ...{ ffmpeg, settings: needs.whip, segmentMs: packaging.segmentMs, ingest, publishers, notice, log },
  });

  /** Puts a browser on air: by a stream key, or where the host wants. Says why not. */
  function fromBrowser(wish: BrowserWish): { refuse: string } | null {
    const { line, who, visit, recording } = wish;
    const place = 'key' in who ? ingest.byKey(who.key) : ingest.byHost(who.stream, who.cam);
    if ('refuse' in place) return place;
    publishFromBrowser({
      ...{ ffmpeg: needs.ffmpeg, line, place, visit, recording, publishers, log },
      begin: (source) => ingest.publish(place, source),
      state: () => broadcasts.camState(place.stream, place.cam),
    });
    return null;
  }

  const pictures = new Map<string, { at: number; picture: Promise<Buffer | null> }>();

  async function takeNow(stream: string, cam: string | undefined): Promise<Buffer | null> {
    const mp4 = await broadcasts.newest(stream, cam);
    const { price, previewMs } = streams.get(stream);
    return mp4 && takePicture({ ffmpeg: needs.ffmpeg, mp4, blurred: price > 0n && previewMs === 0 });
  }

  /**
   * What is on air, as JPEG, at most some seconds old, of one cam or of the first; blurred where nothing of it is free;
   * null when nothing is on. Problem: unknown_cam.
   */
  async function picture(stream: string, cam?: string): Promise<Buffer | null> {
    if (cam !== undefined) streams.cams.get(stream, cam);
    const name = `${stream}/${cam ?? ''}`;
    const known = pictures.get(name);
    if (known && now() - known.at < pictureMs) return known.picture;
    const taken = { at: now(), picture: takeNow(stream, cam) };
    pictures.set(name, taken);
    return taken.picture;
  }

  const url = (host: string): string => `rtmp://${host}:${rtmp.port}/live`;

  return {
    streams,
    sessions,
    gate,
    fares: createFares({ keys, books: needs.cashier }),
    state: broadcasts.state,
    /** Lets broadcasts in, or ends the one on air and lets none in; durable. Problem: unknown_stream. */
    async setOpen(stream: string, open: boolean): Promise<void> {
      await streams.setOpen(stream, open);
      if (!open) broadcasts.end(stream, refusals.stopped);
    },
    shelf,
    tickets,
    /** For what Livepeer Studio shows; null where we show all. */
    passes,
    fromBrowser,
    whip,
    /** What pages check playlists from elsewhere by. */
    mediaKey: seals.publicKey,
    /** How each copy of each stream is. */
    copies: outlets.copies,
    /** Every cam of a stream, how it is with each, and where it is to be seen. */
    cams: (stream: string) =>
      streams.cams.of(stream).map((cam) => ({
        ...cam,
        state: broadcasts.camState(stream, cam.id),
        playlist: namesOf(cam.id).multivariant,
        qualities: variantsIn(shelf.playlist(`${stream}/${namesOf(cam.id).multivariant}`)?.text(false) ?? ''),
        studio: passes?.shown(stream).find((one) => one.cam === cam.id)?.url ?? null,
      })),
    /** Gives a cam another stream key, or takes its key away; whoever broadcasts by the old one is shown out. */
    async changeKey(stream: string, cam: string, change: 'renew' | 'revoke'): Promise<void> {
      await (change === 'renew' ? streams.cams.renewKey(stream, cam) : streams.cams.revokeKey(stream, cam));
      broadcasts.end(stream, refusals.keyRetired, cam);
    },
    viewers: (stream: string): number => sessions.watching(stream, streams.get(stream).keyPeriodMs * 4),
    picture,
    notices: (stream: string) => notices.get(stream) ?? [],
    rtmpUrl: url(needs.rtmp.publicHost),
    /** Puts the test card on air through the real ingest. */
    startTestCard: (stream: string) =>
      startTestCard({ ffmpeg: needs.ffmpeg, url: () => `${url('127.0.0.1')}/${streams.get(stream).streamKey}`, log }),
    stop: async () => {
      whip.stop();
      await rtmp.stop();
      await broadcasts.stop();
      await outlets.stop();
      sessions.stop();
    },
  };
}
