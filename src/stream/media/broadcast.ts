// A stream on air: its publisher and its packager, through losses and returns.
import type { Logger } from '../../log.js';
import { createFeeder, type Feeder } from './feeder.js';
import type { Target } from './folder.js';
import { type KeySource, openPackager, type Packager } from './packager.js';

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
  target: (stream: string) => Target;
  keyPeriodMs: (stream: string) => number;
  keyBase: string;
  /** How long a lost publisher is waited for. */
  reconnectMs: number;
  onState: (stream: string, state: StreamState) => void;
  onSegment: (stream: string) => void;
  /** A sentence for the host's dashboard. */
  onNotice: (stream: string, text: string) => void;
  log: Logger;
}

interface OnAir {
  state: StreamState;
  source: Source | null;
  packager: Promise<Packager>;
  /** Ends what the last source left, before the next one begins. */
  ending: Promise<void>;
  waiting: NodeJS.Timeout | undefined;
}

export type Broadcasts = ReturnType<typeof createBroadcasts>;

export function createBroadcasts(needs: BroadcastNeeds) {
  const { log } = needs;
  const streams = new Map<string, OnAir>();

  function setState(stream: string, on: OnAir, state: StreamState): void {
    if (on.state === state) return;
    on.state = state;
    needs.onState(stream, state);
  }

  function openAir(stream: string): OnAir {
    const packager = openPackager({
      stream,
      target: needs.target(stream),
      keys: needs.keys,
      keyPeriodMs: () => needs.keyPeriodMs(stream),
      keyBase: needs.keyBase,
      onPublished: () => {
        needs.onSegment(stream);
        if (made.source) setState(stream, made, 'live');
      },
      onNotice: (text) => needs.onNotice(stream, text),
      log,
    });
    const made: OnAir = { state: 'idle', source: null, packager, ending: Promise.resolve(), waiting: undefined };
    return made;
  }

  function lost(stream: string, on: OnAir, source: Source, feeder: Feeder | null): void {
    if (on.source !== source) return;
    on.source = null;
    if (on.state === 'live') setState(stream, on, 'reconnecting');
    on.waiting = setTimeout(() => setState(stream, on, 'idle'), needs.reconnectMs);
    on.ending = feeder?.end() ?? Promise.resolve();
  }

  async function run(stream: string, on: OnAir, source: Source): Promise<void> {
    let feeder: Feeder | null = null;
    const early: Buffer[] = [];
    source.onData((flv) => (feeder ? feeder.write(flv) : early.push(flv)));
    source.onEnd(() => lost(stream, on, source, feeder));
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

  /** Puts a source on air; the ingest sees to it that there is one at a time for a stream. */
  function begin(stream: string, source: Source): void {
    const on = streams.get(stream) ?? openAir(stream);
    streams.set(stream, on);
    clearTimeout(on.waiting);
    on.source = source;
    log.info({ stream }, 'a broadcast begins');
    run(stream, on, source).catch((error) => {
      log.error({ err: error, stream }, 'a broadcast failed');
      needs.onNotice(stream, 'The media folder cannot be used: see the log.');
      streams.delete(stream);
      source.refuse('this server cannot write its media');
    });
  }

  /** Ends what is on air for good; the next broadcast is another show. */
  function end(stream: string, reason: string): void {
    const on = streams.get(stream);
    if (!on) return;
    on.source?.refuse(reason);
    clearTimeout(on.waiting);
    setState(stream, on, 'idle');
  }

  return {
    begin,
    end,
    state: (stream: string): StreamState => streams.get(stream)?.state ?? 'idle',
    /** A moment of what is on air, to be decoded by itself; null when nothing is. */
    newest: async (stream: string): Promise<Buffer | null> => {
      const on = streams.get(stream);
      return on?.state === 'live' ? (await on.packager).newest() : null;
    },
    stop: async (): Promise<void> => {
      for (const on of streams.values()) {
        on.source?.refuse('the server stops');
        clearTimeout(on.waiting);
        await on.ending;
        await (await on.packager.catch(() => null))?.close();
      }
    },
  };
}
