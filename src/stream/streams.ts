// The streams of this host: their settings in the store, their secrets, and what changed of them.
import type { Selectable } from 'kysely';
import type { Feed } from '../feed/index.js';
import type { Store, Trx } from '../store/index.js';
import type { StreamRow } from '../store/rows/streams.js';
import { createTurns } from '../turns.js';
import { Problem } from '../vocabulary/problems.js';
import { type Cam, mainCam, newSecret, openCams } from './cams.js';

export interface Stream {
  readonly id: string;
  readonly title: string;
  /** Base units for one second. */
  readonly price: bigint;
  readonly previewMs: number;
  readonly keyPeriodMs: number;
  readonly minTip: bigint;
  /** Where viewers fetch media instead of this server: addresses, best first, with spaces between; empty for this server. */
  readonly mediaBase: string;
  /** Invitations to its communities; empty: none. */
  readonly discord: string;
  readonly telegram: string;
  /** When the next show is said to begin, ms; null: nothing is said. */
  readonly startsAt: number | null;
  /** Of its cam `main`; empty when it is revoked. */
  readonly streamKey: string;
  readonly overlayToken: string;
  /** False: nobody may broadcast to it. */
  readonly open: boolean;
}

export type StreamChange = Partial<Omit<Stream, 'id' | 'streamKey' | 'overlayToken' | 'open'>>;

export type Streams = Awaited<ReturnType<typeof openStreams>>;

const fromRow = (row: Selectable<StreamRow>, streamKey: string): Stream => ({
  id: row.id,
  title: row.title,
  price: BigInt(row.price),
  previewMs: row.preview_ms,
  keyPeriodMs: row.key_period_ms,
  minTip: BigInt(row.min_tip),
  mediaBase: row.media_base,
  discord: row.discord,
  telegram: row.telegram,
  startsAt: row.starts_at,
  streamKey,
  overlayToken: row.overlay_token,
  open: row.open !== 0,
});

const changing = (stream: Stream) => ({
  title: stream.title,
  price: stream.price.toString(),
  preview_ms: stream.previewMs,
  key_period_ms: stream.keyPeriodMs,
  min_tip: stream.minTip.toString(),
  media_base: stream.mediaBase,
  discord: stream.discord,
  telegram: stream.telegram,
  starts_at: stream.startsAt,
});

export async function openStreams(needs: {
  store: Store;
  feed: Feed;
  defaults: Required<StreamChange>;
  now: () => number;
}) {
  const { store, feed, defaults, now } = needs;
  const streams = new Map<string, Stream>();
  const turn = createTurns<string>();
  const cams = await openCams({ store, now, onKey });
  for (const row of await store.db.selectFrom('streams').selectAll().orderBy('created_at').execute()) {
    streams.set(row.id, fromRow(row, keyOf(row.id)));
  }

  function keyOf(stream: string): string {
    return cams.of(stream).find(({ id }) => id === mainCam)?.streamKey ?? '';
  }

  function onKey({ stream: id, id: cam }: Cam): void {
    const stream = streams.get(id);
    if (stream && cam === mainCam) put(stream);
  }

  /** The key may have changed while the rest was written. */
  function put(stream: Stream): void {
    streams.set(stream.id, { ...stream, streamKey: keyOf(stream.id) });
  }

  /** Problem: unknown_stream. */
  function get(id: string): Stream {
    const stream = streams.get(id);
    if (!stream) throw new Problem('unknown_stream', { stream: id });
    return stream;
  }

  async function insert(trx: Trx, stream: Stream): Promise<void> {
    const { overlayToken, id } = stream;
    const fixed = { id, stream_key: id, overlay_token: overlayToken, created_at: now() };
    const counters = { next_key: 1, watched: '0', tipped: '0' };
    await trx
      .insertInto('streams')
      .values({ ...fixed, ...counters, ...changing(stream) })
      .execute();
  }

  async function createNow(id: string, wish: StreamChange): Promise<Stream> {
    if (streams.has(id)) throw new Problem('stream_exists', { stream: id });
    const cam: Cam = { stream: id, id: mainCam, title: '', streamKey: newSecret() };
    const secrets = { streamKey: cam.streamKey ?? '', overlayToken: newSecret() };
    const stream: Stream = { ...defaults, ...wish, id, ...secrets, open: true };
    await store.write(async (trx) => {
      await insert(trx, stream);
      await cams.insert(trx, cam);
    });
    streams.set(id, stream);
    cams.keep(cam);
    return stream;
  }

  async function patchNow(id: string, change: StreamChange): Promise<Stream> {
    const stream = { ...get(id), ...change };
    const { title, price, previewMs } = stream;
    await store.write(async (trx) => {
      await trx.updateTable('streams').set(changing(stream)).where('id', '=', id).execute();
      await feed.append(trx, { stream: id, type: 'changed', data: { title, price: price.toString(), previewMs } });
    });
    put(stream);
    feed.announce();
    return stream;
  }

  async function renewNow(id: string): Promise<Stream> {
    const stream = { ...get(id), overlayToken: newSecret() };
    const set = { overlay_token: stream.overlayToken };
    await store.write(async (trx) => void (await trx.updateTable('streams').set(set).where('id', '=', id).execute()));
    put(stream);
    return stream;
  }

  async function setOpenNow(id: string, open: boolean): Promise<void> {
    const stream = get(id);
    await store.write(async (trx) => {
      await trx
        .updateTable('streams')
        .set({ open: open ? 1 : 0 })
        .where('id', '=', id)
        .execute();
    });
    put({ ...stream, open });
  }

  return {
    get,
    /** Gives it a new overlay token: the old one opens nothing any more. */
    renewOverlayToken: (id: string): Promise<Stream> => turn(id, () => renewNow(id)),
    /** Problem: stream_exists. */
    create: (id: string, wish: StreamChange): Promise<Stream> => turn(id, () => createNow(id, wish)),
    /** Changes settings; a new price counts from the next key on. Readers of the feed hear of it. */
    patch: (id: string, change: StreamChange): Promise<Stream> => turn(id, () => patchNow(id, change)),
    setOpen: (id: string, open: boolean): Promise<void> => turn(id, () => setOpenNow(id, open)),
    all: (): Stream[] => [...streams.values()],
    cams,
  };
}
