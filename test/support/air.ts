// Streams on air within a test: real encoders, keys whose opening is seen, and what is published at the wire, held to the rules.
import { execFileSync } from 'node:child_process';
import { createDecipheriv } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createBroadcasts } from '../../src/stream/media/broadcast.js';
import { folderTarget } from '../../src/stream/media/folder.js';
import { createMediaPath } from '../../src/stream/media/http.js';
import { createShelf } from '../../src/stream/media/shelf.js';
import type { Transcoder } from '../../src/stream/transcode/port.js';
import { changes, type ListedPart, type MediaPlaylist, readMedia } from './hls-validator.js';
import { silent } from './payments.js';
import { type PictureOptions, startSource } from './publisher.js';

export interface AirOptions {
  folder: string;
  keyPeriodMs?: number;
  segmentMs?: number;
  partMs?: number;
  dvrMs?: number;
  transcoder?: Transcoder;
}

export const keyOf = (n: number): Buffer => Buffer.alloc(16, n);
export const keyNumber = (uri: string): number => Number(/\/keys\/main\/(\d+)$/.exec(uri)?.[1]);

/** What a player does with a resource that a playlist lists under that key and IV. */
export function unlock(data: Buffer, key: string, iv: string): Buffer {
  const decipher = createDecipheriv('aes-128-cbc', keyOf(keyNumber(key)), Buffer.from(iv.slice(2), 'hex'));
  return Buffer.concat([decipher.update(data), decipher.final()]);
}

export interface Packet {
  codec_type: string;
  pts_time: string;
  flags: string;
}

/** What ffprobe finds in an initialization and media behind it; it complains of nothing. */
export function probe(folder: string, parts: readonly Buffer[]): { packets: Packet[]; width: number; height: number } {
  const file = join(folder, 'probe.mp4');
  writeFileSync(file, Buffer.concat(parts));
  const args = ['-v', 'error', '-show_streams', '-show_packets', '-of', 'json', file];
  const found = JSON.parse(execFileSync('ffprobe', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }));
  const picture = found.streams.find((s: { codec_type: string }) => s.codec_type === 'video');
  return { packets: found.packets, width: picture?.width, height: picture?.height };
}

export const pictures = (packets: readonly Packet[]): Packet[] => packets.filter((p) => p.codec_type === 'video');
export const times = (packets: readonly Packet[]): number[] => packets.map((p) => Number(p.pts_time));

export async function openAir(options: AirOptions) {
  const { folder } = options;
  const opened: { n: number; durationMs: number }[] = [];
  const states: string[] = [];
  const notices: string[] = [];
  const faults: unknown[] = [];
  const shelf = createShelf();
  const broadcasts = createBroadcasts({
    ffmpeg: 'ffmpeg',
    keys: {
      open: async (_stream, durationMs) => {
        const n = opened.length + 1;
        opened.push({ n, durationMs });
        return n;
      },
      bytes: (_stream, n) => keyOf(n),
    },
    target: () => folderTarget(folder),
    keyPeriodMs: () => options.keyPeriodMs ?? 2000,
    packaging: {
      segmentMs: options.segmentMs ?? 1000,
      partMs: options.partMs ?? 500,
      dvrMs: options.dvrMs ?? 0,
    },
    shelf,
    transcoder: options.transcoder ?? null,
    keyBase: 'http://gate.example',
    reconnectMs: 2000,
    onState: (_stream, state) => states.push(state),
    onSegment: () => {},
    onNotice: (_stream, text) => notices.push(text),
    log: silent,
  });
  const path = createMediaPath({ shelf, onError: (error) => faults.push(error) });
  const server = createServer((req, res) => void (path(req, res) || res.writeHead(404).end())).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/media/main`;
  const last = new Map<string, MediaPlaylist>();
  const sources: { stop(): Promise<void> }[] = [];

  return {
    ...{ broadcasts, opened, states, notices, faults, shelf, base, folder },
    publish(picture: PictureOptions = {}, cam?: string) {
      const source = startSource(picture);
      sources.push(source);
      broadcasts.begin('main', source.source, cam);
      return source;
    },
    /** A playlist from the wire. Throws when it breaks a rule, by itself or after what it was before. */
    async playlist(name: string, query = ''): Promise<MediaPlaylist> {
      const response = await fetch(`${base}/${name}.m3u8${query}`);
      const text = await response.text();
      if (response.status !== 200) throw new Error(`${name}: ${response.status} ${text}`);
      const { problems, playlist } = readMedia(text);
      const before = last.get(name);
      const wrong = [...problems, ...(before ? changes(before, playlist) : [])];
      if (wrong.length > 0) throw new Error(`${wrong.join('\n')}\n${text}`);
      if (playlist.skipped === 0) last.set(name, playlist);
      return playlist;
    },
    /** Media from the wire, or where it is older than that, from the folder. */
    async media(uri: string): Promise<Buffer> {
      const response = await fetch(`${base}/${uri}`);
      return response.ok ? Buffer.from(await response.arrayBuffer()) : readFileSync(join(folder, uri));
    },
    async stop(): Promise<void> {
      for (const source of sources) await source.stop();
      await broadcasts.stop();
      server.closeAllConnections();
      server.close();
    },
  };
}

export type Air = Awaited<ReturnType<typeof openAir>>;

/** Follows a playlist as a player at the edge does, asking for each next part, until `enough`; what it was told at each step. */
export async function follow(air: Air, name: string, enough: (p: MediaPlaylist) => boolean): Promise<MediaPlaylist[]> {
  const seen: MediaPlaylist[] = [];
  let playlist = await air.playlist(name);
  for (let i = 0; i < 60 && !enough(playlist); i++) {
    seen.push(playlist);
    const { msn, part } = next(playlist);
    playlist = await air.playlist(name, `?_HLS_msn=${msn}&_HLS_part=${part}`);
  }
  if (!enough(playlist)) throw new Error(`${name} does not get there`);
  return [...seen, playlist];
}

function next({ segments, open, sequence }: MediaPlaylist): { msn: number; part: number } {
  const msn = (segments.at(-1)?.msn ?? sequence - 1) + 1;
  return { msn, part: open.parts.length };
}

export const partsOf = ({ segments, open }: MediaPlaylist): ListedPart[] => [
  ...segments.flatMap(({ parts }) => parts),
  ...open.parts,
];
