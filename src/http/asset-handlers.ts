// The host's own sounds and pictures: brought, listed and deleted by him, loaded by overlays.
import type { Express, Request, Response } from 'express';
import express from 'express';
import type { Assets } from '../overlay/index.js';
import { type AssetEnd, AssetId, assetFolder, assetTypes } from '../vocabulary/alert-looks.js';
import { Problem } from '../vocabulary/problems.js';
import type { Handlers } from './mount.js';

type Names = 'listAssets' | 'addAsset' | 'removeAsset';

export function createAssetHandlers({ assets }: { assets: Assets }): Pick<Handlers, Names> {
  return {
    listAssets: async () => ({ assets: await assets.list() }),
    addAsset: async ({ query, body }) => assets.add(query.name, body),
    removeAsset: async ({ body }) => {
      await assets.remove(body.id);
      return { assets: await assets.list() };
    },
  };
}

/** Files for overlays: what is in one never changes, and it is nothing but a picture or a sound. */
export function serveAssets(app: Express, folder: string): void {
  const setHeaders = (res: Response, path: string): void => {
    const end = path.slice(path.lastIndexOf('.') + 1) as AssetEnd;
    res.type(assetTypes[end]).set('content-security-policy', "default-src 'none'; sandbox");
  };
  const files = {
    index: false,
    redirect: false,
    immutable: true,
    maxAge: '1y',
    setHeaders,
    dotfiles: 'ignore',
  } as const;
  app.use(assetFolder, (req: Request, _res, next) => {
    if (!AssetId.safeParse(req.path.slice(1)).success) throw new Problem('not_found', { what: 'such file' });
    next();
  });
  app.use(assetFolder, express.static(folder, files));
}
