// What an upload is, by what is in it: what it is called and sent as says nothing.
import { fileTypeFromBuffer } from 'file-type';
import { type AssetEnd, assetTypes } from '../../vocabulary/alert-looks.js';

const ends = new Map<string, AssetEnd>([
  ...Object.entries(assetTypes).map(([end, type]) => [type, end as AssetEnd] as const),
  ['image/apng', 'png'],
]);

/** Null: nothing that can be shown or played. */
export async function endOf(bytes: Uint8Array): Promise<AssetEnd | null> {
  const found = await fileTypeFromBuffer(bytes).catch(() => undefined);
  // Ogg says which codec, too.
  return ends.get(found?.mime.split(';')[0] ?? '') ?? null;
}
