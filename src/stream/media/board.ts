// What a cam shows: its window, the segment under way, and the playlists of all its renditions, on the shelf and on the storage.
import type { CaptionChannel } from './captions.js';
import type { Mirror } from './mirror.js';
import { type Names, source } from './names.js';
import { type LowLatency, mediaPlaylist, multivariantPlaylist, type Open, type Variant } from './playlist.js';
import type { Head, Shelf } from './shelf.js';
import type { Track } from './track.js';
import { type Copy, extend, filesOf, listedIn, type Part, type Segment, type Window } from './window.js';

export interface BoardNeeds {
  stream: string;
  names: Names;
  shelf: Shelf;
  mirror: Mirror;
  window: Window;
  /** How far back viewers may go. */
  keepMs: number;
  keyUri: (n: number) => string;
  /** Vouches for a playlist of that name. */
  seal: (name: string, text: string) => string;
  /** How far other renditions may be behind the source, ms. */
  lagMs: number;
}

/** The segment under way. */
export type Begun = Omit<Open, 'parts' | 'init'> & { expectedMs: number };

/** Peaks are told in steps, so that the playlist changes seldom. */
const rateStep = 100_000;
/** Of a part target: what players stay behind the last part (RFC 8216 second edition: at least three). */
const partsHeldBack = 3;

const step = (bits: number): number => Math.ceil(bits / rateStep) * rateStep;

export type Board = ReturnType<typeof createBoard>;

export function createBoard(needs: BoardNeeds) {
  const { stream, names, shelf, mirror, keyUri } = needs;
  let { window } = needs;
  let open: Begun | null = null;
  let partTargetMs = 0;
  let captions: readonly CaptionChannel[] = [];
  const tracks = new Map<string, Track>();
  /** Parts of segments that a rendition has not complete, by rendition and id. */
  const parts = new Map<string, Map<number, Part[]>>();
  let told = '';

  const partsOf = (rendition: string, id: number): readonly Part[] => parts.get(rendition)?.get(id) ?? [];

  /** The first segment that this rendition has not complete, with what it has of it. */
  function openIn(rendition: string, complete: number): Open | null {
    const next = window.segments[complete] ?? open;
    const track = tracks.get(rendition);
    const [init, initHash] = [track?.initName() ?? '', track?.initHash() ?? ''];
    const has = next ? partsOf(rendition, next.id) : [];
    if (!next || has.length === 0) return null;
    const { id, n, at, discontinuity, dependent } = next;
    return { id, n, at, discontinuity, ...(dependent && { dependent }), init, initHash, parts: has };
  }

  function headOf(rendition: string): { head: Head; open: Open | null } {
    const complete = listedIn(window, rendition).length;
    const under = openIn(rendition, complete);
    const last = window.sequence + complete - 1;
    return { head: under ? { msn: last + 1, part: under.parts.length - 1 } : { msn: last, part: -1 }, open: under };
  }

  /** The name that the next part will have, as far as can be known. */
  function hintOf(rendition: string, under: Open | null): string {
    if (!under) return names.part(rendition, open?.id ?? window.next, 0);
    const has = under.parts.reduce((sum, part) => sum + part.durationMs, 0);
    const more = open?.id === under.id && has + partTargetMs / 2 < open.expectedMs;
    return more ? names.part(rendition, under.id, under.parts.length) : names.part(rendition, under.id + 1, 0);
  }

  /** Only the source comes in parts. */
  const hinted = (rendition: string): boolean => partTargetMs > 0 && rendition === source;

  function liveOf(rendition: string, skip: boolean): LowLatency {
    const { open: under } = headOf(rendition);
    const others = [...tracks.keys()].filter((name) => name !== rendition && listedIn(window, name).length > 0);
    return {
      partTargetMs: hinted(rendition) ? partTargetMs : 0,
      holdBackMs: partTargetMs * partsHeldBack + (tracks.size > 1 ? needs.lagMs : 0),
      open: under,
      hint: hinted(rendition) ? hintOf(rendition, under) : null,
      skip,
      reports: others.map((name) => {
        const { head } = headOf(name);
        const last = window.segments[head.msn - window.sequence]?.copies[name];
        const parts = hinted(name) ? (last?.parts?.length ?? 0) : 0;
        return { uri: names.playlist(name), msn: head.msn, part: head.part < 0 ? parts - 1 : head.part };
      }),
    };
  }

  const written = (rendition: string): string =>
    needs.seal(names.playlist(rendition), mediaPlaylist({ window, rendition, keyUri }));

  function refresh(rendition: string): void {
    const { head, open: under } = headOf(rendition);
    if (head.msn < window.sequence) return;
    const targetMs = window.targetDuration * 1000;
    // For all who come before the next change, once.
    const texts = new Map<boolean, string>();
    const text = (skip: boolean): string => {
      const make = () => mediaPlaylist({ window, rendition, keyUri, ...liveIf(rendition, skip) });
      const known = texts.get(skip) ?? needs.seal(names.playlist(rendition), make());
      texts.set(skip, known);
      return known;
    };
    const hint = hinted(rendition) ? `${stream}/${hintOf(rendition, under)}` : null;
    shelf.show(`${stream}/${names.playlist(rendition)}`, { head, targetMs, text }, hint);
  }

  const liveIf = (rendition: string, skip: boolean) => (partTargetMs > 0 ? { live: liveOf(rendition, skip) } : {});

  function variantOf(track: Track): Variant | null {
    const init = track.init();
    const { peak, frameRate } = track.rates();
    if (!init || peak === 0) return null;
    const own = listedIn(window, track.rendition).filter((s) => s.init === track.initName());
    const ms = own.reduce((sum, s) => sum + s.durationMs, 0);
    const bits = own.reduce((sum, s) => sum + s.bytes, 0) * 8000;
    const rates = { bandwidth: step(peak), average: step(ms > 0 ? bits / ms : peak) };
    const { codecs, width, height } = init;
    return { uri: names.playlist(track.rendition), ...rates, codecs, width, height, frameRate };
  }

  /** Writes the multivariant playlist when what it says has changed. */
  function announce(): void {
    const variants = [...tracks.values()].flatMap((track) => variantOf(track) ?? []);
    const independent = !window.dependent;
    const rounded = variants.map(({ frameRate, ...v }) => ({ ...v, frameRate: Math.round(frameRate) }));
    const facts = JSON.stringify([rounded, independent, captions]);
    if (variants.length === 0 || facts === told) return;
    told = facts;
    const text = needs.seal(names.multivariant, multivariantPlaylist({ variants, independent, captions }));
    const head = { msn: 0, part: -1 };
    shelf.show(`${stream}/${names.multivariant}`, { head, targetMs: 0, text: () => text }, null);
    mirror.list(names.multivariant, () => text);
  }

  function write(rendition: string): void {
    mirror.list(names.playlist(rendition), () => written(rendition));
  }

  function tidy(dropped: readonly Segment[]): void {
    const used = new Set([...window.segments.flatMap(filesOf), ...[...tracks.values()].map((t) => t.initName())]);
    mirror.removeLater([...new Set(dropped.flatMap(filesOf))].filter((name) => !used.has(name)));
  }

  /** Parts go with what is far from the edge. */
  function forget(): void {
    const old = window.segments.slice(0, -(partsKept + 1));
    for (const copy of old.flatMap((segment) => Object.values(segment.copies))) delete copy.parts;
  }

  const persisted = (): string =>
    JSON.stringify(window, (name, value: unknown) => (name === 'parts' ? undefined : value));

  return {
    window: (): Window => window,
    /** The source first; a rendition that joins shows the source where it has nothing of its own. */
    join(track: Track): void {
      if (tracks.has(track.rendition)) return;
      tracks.set(track.rendition, track);
      for (const { copies } of window.segments) {
        const original = copies[source];
        if (original) copies[track.rendition] ??= original;
      }
    },
    /** Parts are from now on at most this long. */
    setPartTarget(ms: number): void {
      if (ms === partTargetMs) return;
      partTargetMs = ms;
      // What was cut by another measure is told of in whole segments only.
      for (const copy of window.segments.flatMap(({ copies }) => Object.values(copies))) delete copy.parts;
    },
    /** Captions within the pictures of this encoder, so far; told with the next segment. */
    setCaptions(found: readonly CaptionChannel[]): void {
      captions = found;
    },
    begin(segment: Begun): void {
      open = segment;
    },
    addPart(rendition: string, id: number, part: Part): void {
      const of = parts.get(rendition) ?? new Map<number, Part[]>();
      parts.set(rendition, of.set(id, [...(of.get(id) ?? []), part]));
      refresh(rendition);
    },
    partsOf,
    /** The segment under way is complete, in the source. */
    complete(segment: Segment): void {
      const { window: next, dropped } = extend(window, segment, needs.keepMs);
      window = next;
      open = null;
      parts.get(source)?.delete(segment.id);
      forget();
      tidy(dropped);
      for (const rendition of tracks.keys()) refresh(rendition);
      mirror.list(names.window, persisted);
      write(source);
      announce();
    },
    /** The segment under way will not be completed. */
    drop(): void {
      if (open) parts.get(source)?.delete(open.id);
      open = null;
    },
    /** True when it was still wanted. */
    setCopy(id: number, rendition: string, copy: Copy): boolean {
      parts.get(rendition)?.delete(id);
      const segment = window.segments.find((s) => s.id === id);
      if (!segment || segment.copies[rendition]) return false;
      segment.copies[rendition] = copy;
      refresh(rendition);
      mirror.list(names.window, persisted);
      write(rendition);
      announce();
      return true;
    },
    copyOf: (id: number, rendition: string): Copy | undefined =>
      window.segments.find((s) => s.id === id)?.copies[rendition],
    /** Our server tells nothing of it any more; the storage keeps what it has. */
    close(): void {
      for (const rendition of tracks.keys()) shelf.hide(`${stream}/${names.playlist(rendition)}`);
      shelf.hide(`${stream}/${names.multivariant}`);
    },
  };
}

/** Segments whose parts are kept for listing, at least. */
const partsKept = 4;
