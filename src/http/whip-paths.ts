// Where encoders broadcast by WHIP (RFC 9725): an endpoint for each stream and cam, and the sessions that begin there.
import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import type { WhipDesk } from '../stream/index.js';
import { Problem } from '../vocabulary/problems.js';
import { bearer } from './mount.js';

export const whipPath = '/whip';

const sdpType = 'application/sdp';
const fragmentType = 'application/trickle-ice-sdpfrag';
const endpoints = ['/:stream', '/:stream/:cam'];
const session = '/:stream/:cam/:id';

/** A page of any site may broadcast: the stream key is in no cookie. */
const forAnySite = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'location, etag, link, accept-patch, www-authenticate, retry-after',
  'access-control-allow-headers': 'authorization, content-type, if-match',
  'access-control-max-age': '86400',
  'cache-control': 'no-store',
};

const text = (type: string) => [
  express.text({ type, limit: '64kb' }),
  (req: Request, _res: Response, next: NextFunction) => {
    if (typeof req.body !== 'string') throw new Problem('not_sdp', { type });
    next();
  },
];

/** Tells what may be asked, and refuses everything else. */
function only(router: Router, path: string | string[], methods: string, more: Record<string, string>): void {
  router.all(path, (req, res) => {
    res.set({ allow: methods, 'access-control-allow-methods': methods, ...more });
    if (req.method !== 'OPTIONS') throw new Problem('wrong_method', { method: req.method, allow: methods });
    res.status(200).end();
  });
}

const param = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

export function whipPaths(desk: WhipDesk): Router {
  const router = express.Router();
  router.use((_req, res, next) => {
    res.set(forAnySite);
    next();
  });

  router.post(endpoints, ...text(sdpType), async (req, res) => {
    const [stream = '', cam] = [param(req.params.stream), param(req.params.cam)];
    const begun = await desk.open({ stream, cam, key: bearer(req), sdp: req.body });
    const place = [begun.stream, begun.cam, begun.id].map(encodeURIComponent).join('/');
    res.status(201).location(`${req.baseUrl}/${place}`);
    res.set({ etag: begun.etag, 'accept-patch': fragmentType });
    if (desk.stun) res.set('link', `<${desk.stun}>; rel="ice-server"`);
    res.type(sdpType).send(begun.answer);
  });
  only(router, endpoints, 'POST, OPTIONS', { 'accept-post': sdpType });

  router.patch(session, ...text(fragmentType), (req, res) => {
    desk.trickle(param(req.params.id) ?? '', bearer(req), req.get('if-match'), req.body);
    res.status(204).end();
  });
  router.delete(session, (req, res) => {
    desk.end(param(req.params.id) ?? '', bearer(req));
    res.status(200).end();
  });
  only(router, session, 'PATCH, DELETE, OPTIONS', { 'accept-patch': fragmentType });

  router.use((error: unknown, _req: Request, res: Response, next: NextFunction) => {
    if (error instanceof Problem && error.status === 401) res.set('www-authenticate', 'Bearer');
    next(error);
  });
  return router;
}
