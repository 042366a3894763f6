// The cams of each stream: its feeds (front, stage, screen), each with a stream key that can be renewed and revoked.
import { createHash, randomBytes } from 'node:crypto';
import type { Store, Trx } from '../store/index.js';
import { createTurns } from '../turns.js';
import { Problem } from '../vocabulary/problems.js';

export interface Cam {
  readonly stream: string;
  readonly id: string;
  /** For people; empty where the id says enough. */
  readonly title: string;
  /** Null: revoked. */
  readonly streamKey: string | null;
}

/** Every stream has it; its files have the stream's plain names. */
export const mainCam = 'main';
/** It becomes a part of file names, where `init` has a meaning. */
const idPattern = /^(?!init$)[a-z][a-z0-9]{0,15}$/;
const mostCams = 8;

export const newSecret = (): string => randomBytes(24).toString('base64url');
const hash = (key: string): string => createHash('sha256').update(key).digest('base64url');

export type Cams = Awaited<ReturnType<typeof openCams>>;

/** `onKey` hears of every key that a cam is given or loses. */
export async function openCams(needs: { store: Store; now: () => number; onKey: (cam: Cam) => void }) {
  const { store, now } = needs;
  const cams = new Map<string, Map<string, Cam>>();
  const byKey = new Map<string, Cam>();
  const retired = new Map<string, { stream: string; cam: string }>();
  const turn = createTurns<string>();

  function keep(cam: Cam): void {
    const of = cams.get(cam.stream) ?? new Map<string, Cam>();
    const before = of.get(cam.id)?.streamKey;
    if (before) byKey.delete(before);
    if (cam.streamKey) byKey.set(cam.streamKey, cam);
    cams.set(cam.stream, of.set(cam.id, cam));
    needs.onKey(cam);
  }

  for (const row of await store.db.selectFrom('cams').selectAll().orderBy('created_at').execute()) {
    keep({ stream: row.stream, id: row.id, title: row.title, streamKey: row.stream_key });
  }
  for (const { hash, stream, cam } of await store.db.selectFrom('retired_stream_keys').selectAll().execute()) {
    retired.set(hash, { stream, cam });
  }

  /** Problem: unknown_cam. */
  function get(stream: string, id: string): Cam {
    const cam = cams.get(stream)?.get(id);
    if (!cam) throw new Problem('unknown_cam', { cam: id });
    return cam;
  }

  /** Writes a new cam; `keep` it when the transaction is done. */
  async function insert(trx: Trx, cam: Cam): Promise<void> {
    const { stream, id, title, streamKey } = cam;
    await trx.insertInto('cams').values({ stream, id, title, stream_key: streamKey, created_at: now() }).execute();
  }

  async function addNow(stream: string, id: string, title: string): Promise<Cam> {
    if (!idPattern.test(id)) throw new Problem('bad_request', { reason: 'a cam’s name is 1 to 16 letters and digits' });
    if (cams.get(stream)?.has(id)) throw new Problem('cam_exists', { cam: id });
    if ((cams.get(stream)?.size ?? 0) >= mostCams) throw new Problem('too_many_cams', { most: `${mostCams}` });
    const cam: Cam = { stream, id, title, streamKey: newSecret() };
    await store.write((trx) => insert(trx, cam));
    keep(cam);
    return cam;
  }

  async function setKeyNow(stream: string, id: string, streamKey: string | null): Promise<Cam> {
    const before = get(stream, id);
    const old = before.streamKey && hash(before.streamKey);
    await store.write(async (trx) => {
      const change = trx.updateTable('cams').set({ stream_key: streamKey });
      await change.where('stream', '=', stream).where('id', '=', id).execute();
      if (!old) return;
      await trx.insertInto('retired_stream_keys').values({ hash: old, stream, cam: id, at: now() }).execute();
    });
    const cam = { ...before, streamKey };
    keep(cam);
    if (old) retired.set(old, { stream, cam: id });
    return cam;
  }

  return {
    get,
    insert,
    keep,
    of: (stream: string): Cam[] => [...(cams.get(stream)?.values() ?? [])],
    byStreamKey: (key: string): Cam | undefined => byKey.get(key),
    /** Whose key this was before it was renewed or revoked. */
    retired: (key: string): { stream: string; cam: string } | undefined => retired.get(hash(key)),
    /** Problems: bad_request, cam_exists, too_many_cams. */
    add: (stream: string, id: string, title = ''): Promise<Cam> => turn(stream, () => addNow(stream, id, title)),
    /** Gives it a new key; the old one lets nobody in any more. Problem: unknown_cam. */
    renewKey: (stream: string, id: string): Promise<Cam> => turn(stream, () => setKeyNow(stream, id, newSecret())),
    /** Takes its key away until it is renewed. Problem: unknown_cam. */
    revokeKey: (stream: string, id: string): Promise<Cam> => turn(stream, () => setKeyNow(stream, id, null)),
  };
}
