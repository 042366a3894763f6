// Streams on air: the publisher and the packager of each cam, through losses and returns.
import type { Logger } from '../../log.js';
import { mainCam } from '../cams.js';
import type { Transcoder } from '../transcode/port.js';
import { createFeeder, type Feeder } from './feeder.js';
import type { Target } from './folder.js';
import { createKeyClock, type KeyClock, type KeySource } from './key-clock.js';
import { openPackager, type Packager, type Packaging } from './packager.js';
import type { Shelf } from './shelf.js';

export type StreamState = 'live' | 'reconnecting' | 'idle';

/** A publisher, whatever it came by. */
export interface Source {
  /** FLV: the 13-byte header first, then whole tags, the codecs' configuration before any frame. */
  onData(listener: (flv: Buffer) => void): void;
  onEnd(listener: () => void): void;
  /** Ends it at once. */
  refuse(reason: string): void;
}

export interface BroadcastNeeds {
  ffmpeg: string;
  keys: KeySource;
  packaging: Packaging;
  shelf: Shelf;
  /** Null: nothing beside the source. */
  transcoder: Transcoder | null;
  target: (stream: string) => Target;
  keyPeriodMs: (stream: string) => number;
  keyBase: string;
  /** Vouches for a playlist of a stream. Left out: nobody does. */
  seal?: (stream: string, name: string, text: string) => string;
  /** How long a lost publisher is waited for. */
  reconnectMs: number;
  /** Of all its cams together. */
  onState: (stream: string, state: StreamState) => void;
  /** Of the cam that leads. */
  onSegment: (stream: string) => void;
  /** A sentence for the host's dashboard. */
  onNotice: (stream: string, text: string) => void;
  log: Logger;
}

interface OnAir {
  stream: string;
  cam: string;
  state: StreamState;
  source: Source | null;
  packager: Promise<Packager>;
  /** Ends what the last source left, before the next one begins. */
  ending: Promise<void>;
  waiting: NodeJS.Timeout | undefined;
}

const nameOf = (stream: string, cam: string): string => `${stream}/${cam}`;

export type Broadcasts = ReturnType<typeof createBroadcasts>;

export function createBroadcasts(needs: BroadcastNeeds) {
  const { log } = needs;
  const onAir = new Map<string, OnAir>();
  const clocks = new Map<string, KeyClock>();
  const told = new Map<string, StreamState>();

  const camsOf = (stream: string): OnAir[] => [...onAir.values()].filter((on) => on.stream === stream);

  /** One cam is enough to be live. */
  function stateOf(stream: string): StreamState {
    const states = camsOf(stream).map(({ state }) => state);
    return states.includes('live') ? 'live' : states.includes('reconnecting') ? 'reconnecting' : 'idle';
  }

  function setState(on: OnAir, state: StreamState): void {
    on.state = state;
    const { stream } = on;
    const now = stateOf(stream);
    if (now === (told.get(stream) ?? 'idle')) return;
    told.set(stream, now);
    needs.onState(stream, now);
  }

  function clockOf(stream: string): KeyClock {
    const known = clocks.get(stream);
    const keyPeriodMs = (): number => needs.keyPeriodMs(stream);
    const clock = known ?? createKeyClock({ stream, keys: needs.keys, keyPeriodMs });
    clocks.set(stream, clock);
    return clock;
  }

  function openAir(stream: string, cam: string): OnAir {
    const clock = clockOf(stream);
    const packager = openPackager({
      ...needs.packaging,
      stream,
      cam,
      clock,
      target: needs.target(stream),
      shelf: needs.shelf,
      transcoder: needs.transcoder,
      keyBase: needs.keyBase,
      seal: (name, text) => needs.seal?.(stream, name, text) ?? text,
      onPublished: () => {
        if (clock.isLead(cam)) needs.onSegment(stream);
        if (made.source) setState(made, 'live');
      },
      onNotice: (text) => needs.onNotice(stream, cam === mainCam ? text : `Cam ${cam}: ${text}`),
      log,
    });
    const ending = Promise.resolve();
    const made: OnAir = { stream, cam, state: 'idle', source: null, packager, ending, waiting: undefined };
    return made;
  }

  async function endFeeding(on: OnAir, feeder: Feeder | null): Promise<void> {
    await feeder?.end();
    (await on.packager).leave();
  }

  function lost(on: OnAir, source: Source, feeder: Feeder | null): void {
    if (on.source !== source) return;
    on.source = null;
    if (on.state === 'live') setState(on, 'reconnecting');
    on.waiting = setTimeout(() => setState(on, 'idle'), needs.reconnectMs);
    on.ending = endFeeding(on, feeder);
    on.ending.catch(() => {});
  }

  async function run(on: OnAir, source: Source): Promise<void> {
    const { stream } = on;
    let feeder: Feeder | null = null;
    const early: Buffer[] = [];
    source.onData((flv) => (feeder ? feeder.write(flv) : early.push(flv)));
    source.onEnd(() => lost(on, source, feeder));
    await on.ending;
    const packager = await on.packager;
    if (on.source !== source) return;
    const onTrouble = (sentence: string): void => {
      needs.onNotice(stream, sentence);
      source.refuse(sentence);
    };
    feeder = createFeeder({ stream, ffmpeg: needs.ffmpeg, packager, onTrouble, log });
    for (const flv of early.splice(0)) feeder.write(flv);
  }

  /** Puts a source on air; the ingest sees to it that there is one at a time for a cam. */
  function begin(stream: string, source: Source, cam = mainCam): void {
    const name = nameOf(stream, cam);
    const on = onAir.get(name) ?? openAir(stream, cam);
    onAir.set(name, on);
    clearTimeout(on.waiting);
    on.source = source;
    log.info({ stream, cam }, 'a broadcast begins');
    run(on, source).catch((error) => {
      log.error({ err: error, stream, cam }, 'a broadcast failed');
      needs.onNotice(stream, 'The media folder cannot be used: see the log.');
      onAir.delete(name);
      source.refuse('this server cannot write its media');
    });
  }

  function endCam(on: OnAir, reason: string): void {
    on.source?.refuse(reason);
    clearTimeout(on.waiting);
    setState(on, 'idle');
  }

  async function close(on: OnAir): Promise<void> {
    on.source?.refuse('the server stops');
    clearTimeout(on.waiting);
    await on.ending.catch(() => {});
    await (await on.packager.catch(() => null))?.close();
  }

  return {
    begin,
    /** Ends what is on air for good, or one cam of it; the next broadcast is another show. */
    end(stream: string, reason: string, cam?: string): void {
      for (const on of camsOf(stream)) if (cam === undefined || on.cam === cam) endCam(on, reason);
    },
    state: stateOf,
    camState: (stream: string, cam: string): StreamState => onAir.get(nameOf(stream, cam))?.state ?? 'idle',
    /** A moment of what is on air, of one cam or of the first, to be decoded by itself; null when nothing is. */
    newest: async (stream: string, cam?: string): Promise<Buffer | null> => {
      const on = camsOf(stream).find((one) => one.state === 'live' && (cam === undefined || one.cam === cam));
      return on ? (await on.packager).newest() : null;
    },
    stop: async (): Promise<void> => {
      for (const on of onAir.values()) await close(on);
    },
  };
}
