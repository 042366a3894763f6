// One rendition's files: encrypted, named, on the shelf at once and on the storage soon.
import { createCipheriv, createHash } from 'node:crypto';
import type { Init } from './fragments.js';
import type { Mirror } from './mirror.js';
import type { Names } from './names.js';
import type { Shelf } from './shelf.js';
import type { Copy, Part } from './window.js';

export interface TrackNeeds {
  stream: string;
  rendition: string;
  names: Names;
  shelf: Shelf;
  mirror: Mirror;
  keyBytes: (n: number) => Buffer;
  now: () => number;
}

/** A segment's id and key. */
export interface Lock {
  id: number;
  n: number;
}

function ivOf(id: number): Buffer {
  const iv = Buffer.alloc(16);
  iv.writeBigUInt64BE(BigInt(id), 8);
  return iv;
}

/** AES-128-CBC with PKCS7 padding over the whole resource (RFC 8216, 4.3.2.4). */
export function encrypt(data: Buffer, key: Buffer, id: number): Buffer {
  const cipher = createCipheriv('aes-128-cbc', key, ivOf(id));
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

const hashOf = (file: Buffer): string => createHash('sha256').update(file).digest('hex');

export type Track = ReturnType<typeof createTrack>;

export function createTrack(needs: TrackNeeds) {
  const { stream, rendition, names, shelf, mirror } = needs;
  let init: { data: Init; name: string; hash: string; stored: boolean } | null = null;
  /** Bits a second of the heaviest segment, and frames a second. */
  let peak = 0;
  let frameRate = 0;

  function store(of: { data: Init; name: string; stored: boolean }): void {
    of.stored = true;
    mirror.put(of.name, of.data.data, () => {
      of.stored = false;
    });
  }

  function lock({ id, n }: Lock, data: Buffer): Buffer {
    return encrypt(data, needs.keyBytes(n), id);
  }

  return {
    rendition,
    /** A new encoder's output: what follows stands on its own. */
    begin(data: Init): void {
      if (init?.data.data.equals(data.data)) return;
      init = { data, name: names.init(rendition, needs.now()), hash: hashOf(data.data), stored: false };
      shelf.put(`${stream}/${init.name}`, data.data);
      store(init);
      peak = 0;
    },
    init: (): Init | null => init?.data ?? null,
    initName: (): string => init?.name ?? '',
    initHash: (): string => init?.hash ?? '',
    part(of: Lock, index: number, piece: { data: Buffer; durationMs: number; independent: boolean }): Part {
      const uri = names.part(rendition, of.id, index);
      const file = lock(of, piece.data);
      shelf.put(`${stream}/${uri}`, file);
      return { uri, durationMs: piece.durationMs, independent: piece.independent, hash: hashOf(file) };
    },
    whole(of: Lock, data: Buffer, facts: { durationMs: number; samples: number; parts: readonly Part[] }): Copy {
      if (!init) throw new Error('media before its initialization');
      if (!init.stored) {
        shelf.put(`${stream}/${init.name}`, init.data.data);
        store(init);
      }
      const uri = names.segment(rendition, of.id);
      const file = lock(of, data);
      const hashes = { hash: hashOf(file), initHash: init.hash };
      const copy: Copy = { uri, init: init.name, bytes: file.length, parts: facts.parts, ...hashes };
      shelf.put(`${stream}/${uri}`, file);
      mirror.put(uri, file, () => {
        copy.lost = true;
      });
      peak = Math.max(peak, Math.ceil((file.length * 8000) / Math.max(1, facts.durationMs)));
      if (facts.samples > 0) frameRate = (facts.samples * 1000) / Math.max(1, facts.durationMs);
      return copy;
    },
    rates: () => ({ peak, frameRate }),
  };
}
