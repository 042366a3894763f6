// The sounds and pictures that a host brought: named by what is in them, kept in a folder, listed in the store.
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '../../store/index.js';
import type { AssetRow } from '../../store/rows/overlay.js';
import { type Asset, assetFolder, assetLimits, isSoundFile } from '../../vocabulary/alert-looks.js';
import { Problem } from '../../vocabulary/problems.js';
import { endOf } from './kinds.js';

export type Assets = Awaited<ReturnType<typeof openAssets>>;

const mebibytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`;
const infoOf = ({ id, kind, name, bytes, at }: AssetRow): Asset => ({
  ...{ id, kind, name, bytes, at },
  url: `${assetFolder}${id}`,
});

/** On disk, under its own name only when it is whole. */
async function write(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const part = join(folder, `.${name}.part`);
  const file = await open(part, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, join(folder, name));
}

export async function openAssets(needs: {
  store: Store;
  folder: string;
  /** The stream that shows it; null: none. */
  usedBy: (id: string) => string | null;
  now?: () => number;
}) {
  const { store, folder, usedBy, now = Date.now } = needs;
  await mkdir(folder, { recursive: true });
  const rows = (): Promise<AssetRow[]> =>
    store.db.selectFrom('assets').selectAll().orderBy('at').orderBy('id').execute();

  // What a crash left half done.
  const known = new Set((await rows()).map(({ id }) => id));
  for (const name of await readdir(folder)) if (!known.has(name)) await rm(join(folder, name), { force: true });

  /** The same file again is the one that is there. Problems: asset_too_large, asset_wrong_kind, assets_full. */
  async function add(name: string, bytes: Uint8Array): Promise<Asset> {
    const most = mebibytes(assetLimits.bytes);
    if (bytes.length > assetLimits.bytes) throw new Problem('asset_too_large', { most });
    const end = await endOf(bytes);
    if (!end) throw new Problem('asset_wrong_kind');
    const id = `${createHash('sha256').update(bytes).digest('hex')}.${end}`;
    const before = await rows();
    const same = before.find((row) => row.id === id);
    if (same) return infoOf(same);
    const all = before.reduce((sum, row) => sum + row.bytes, bytes.length);
    if (before.length >= assetLimits.files || all > assetLimits.allBytes)
      throw new Problem('assets_full', { files: assetLimits.files, most: mebibytes(assetLimits.allBytes) });
    const kind = isSoundFile(id) ? 'sound' : 'picture';
    const row: AssetRow = { id, kind, name, bytes: bytes.length, at: now() };
    await write(folder, id, bytes);
    await store.write(async (trx) => {
      const into = trx.insertInto('assets').values(row);
      await into.onConflict((c) => c.doNothing()).execute();
    });
    return infoOf(row);
  }

  /** Problems: unknown_asset, asset_in_use. */
  async function remove(id: string): Promise<void> {
    const row = (await rows()).find((one) => one.id === id);
    if (!row) throw new Problem('unknown_asset');
    const stream = usedBy(id);
    if (stream !== null) throw new Problem('asset_in_use', { name: row.name, stream });
    await store.write(async (trx) => void (await trx.deleteFrom('assets').where('id', '=', id).execute()));
    await rm(join(folder, id), { force: true });
  }

  return { list: async (): Promise<Asset[]> => (await rows()).map(infoOf), add, remove };
}
