// Puts the routes of the vocabulary on express: parses, asks who, calls, and renders refusals as problem details.
import type { NextFunction, Request, RequestHandler, Response, Router } from 'express';
import express from 'express';
import type { ZodError } from 'zod';
import type { Logger } from '../log.js';
import { type Answer, type Body, type Params, type Route, type RouteName, routes } from '../vocabulary/api.js';
import { Problem } from '../vocabulary/problems.js';

/** What a handler gets: parsed parameters and body, the bearer token, and whence the request came. */
export interface Call<N extends RouteName> {
  params: Params<N>;
  body: Body<N>;
  token: string | undefined;
}

export type Handlers = { [N in RouteName]: (call: Call<N>) => Promise<Answer<N>> };

const small = express.json({ limit: '64kb' });
/** Ten thousand links in one request. */
const large = express.json({ limit: '4mb' });

const bearer = (req: Request): string | undefined => /^Bearer (\S+)$/.exec(req.headers.authorization ?? '')?.[1];

function explain(error: ZodError): Problem {
  const issue = error.issues[0];
  const where = issue?.path.join('.') ?? '';
  return new Problem('bad_request', { reason: `${where ? `${where}: ` : ''}${issue?.message ?? 'not understood'}` });
}

/** Turns anything thrown into a Problem that may be shown. */
function presentable(error: unknown): Problem | null {
  if (error instanceof Problem) return error;
  const type = (error as { type?: unknown }).type;
  if (type === 'entity.too.large') return new Problem('too_large');
  if (type === 'entity.parse.failed') return new Problem('bad_request', { reason: 'the body is not valid JSON' });
  if (error instanceof URIError) return new Problem('bad_request', { reason: 'the address is not valid' });
  return null;
}

export function problemRenderer(log: Logger) {
  return (error: unknown, _req: Request, res: Response, next: NextFunction): void => {
    const known = presentable(error);
    if (!known || known.status >= 500) log.error({ err: error }, 'a request failed');
    if (res.headersSent) {
      next(error);
      return;
    }
    const problem = known ?? new Problem('internal');
    res.status(problem.status).type('application/problem+json').send(JSON.stringify(problem.body()));
  };
}

/** The schemas of a route make exactly the values its handler is typed for. */
function handle(route: Route, handler: (call: unknown) => Promise<unknown>): RequestHandler {
  return async (req, res) => {
    const params = route.params?.safeParse(req.params);
    if (params?.error) throw explain(params.error);
    const body = route.body?.safeParse(req.body ?? {});
    if (body?.error) throw explain(body.error);
    const call = { params: params?.data, body: body?.data, token: bearer(req) };
    res.set('cache-control', 'no-store').json(await handler(call));
  };
}

/** Adds every route; `isHost` judges the host's token before a body is read. */
export function mountRoutes(
  router: Router,
  handlers: Handlers,
  needs: { isHost: (token: string | undefined) => boolean; limiter: RequestHandler },
): void {
  const hostOnly: RequestHandler = (req, _res, next) => {
    if (!needs.isHost(bearer(req))) throw new Problem('host_token_needed');
    next();
  };
  for (const name of Object.keys(routes) as RouteName[]) {
    const route: Route = routes[name];
    const path = route.path.replace(/\{(\w+)\}/g, ':$1');
    const guards = route.who === 'host' ? [hostOnly, large] : [needs.limiter, small];
    router[route.method](path, ...guards, handle(route, handlers[name] as (call: unknown) => Promise<unknown>));
  }
  router.use('/api', () => {
    throw new Problem('not_found', { what: 'such call; /api/openapi.json lists them all' });
  });
}
