// Puts the routes of the vocabulary on express: parses, asks who, calls, and renders refusals as problem details.
import type { NextFunction, Request, RequestHandler, Response, Router } from 'express';
import express from 'express';
import type { ZodError } from 'zod';
import type { Logger } from '../log.js';
import { type Answer, type Body, type Params, type Query, type RouteName, routes } from '../vocabulary/api.js';
import { Problem } from '../vocabulary/problems.js';
import type { Route } from '../vocabulary/routes/route.js';

/** What a handler gets: parsed parameters and body, the bearer token, and whence the request came. */
export interface Call<N extends RouteName> {
  params: Params<N>;
  body: Body<N>;
  query: Query<N>;
  token: string | undefined;
  /** By the Accept header, of a route that answers CSV too. */
  wantsCsv: boolean;
}

/** A table, answered instead of JSON. */
export class CsvFile {
  constructor(
    readonly name: string,
    readonly text: string,
  ) {}
}

type Table<N extends RouteName> = (typeof routes)[N] extends { csv: true } ? CsvFile : never;
export type Handlers = { [N in RouteName]: (call: Call<N>) => Promise<Answer<N> | Table<N>> };

const small = express.json({ limit: '64kb' });
/** Ten thousand links in one request. */
const large = express.json({ limit: '4mb' });

const fileReader = (limit: number): RequestHandler => express.raw({ type: () => true, limit });

export const bearer = (req: Request): string | undefined => /^Bearer (\S+)$/.exec(req.headers.authorization ?? '')?.[1];

/** What zod says of a field that is not there. */
const missing = { error: (issue: { input?: unknown }) => (issue.input === undefined ? 'it is missing' : undefined) };

function explain(error: ZodError): Problem {
  const issue = error.issues[0];
  const where = issue?.path.join('.') ?? '';
  return new Problem('bad_request', { reason: `${where ? `${where}: ` : ''}${issue?.message ?? 'not understood'}` });
}

/** What express and its parts throw at a request that is not right; null for a fault of ours. */
function requestFault(error: Error, read: boolean): Problem | null {
  const { status, type } = error as { status?: unknown; type?: unknown };
  if (typeof status !== 'number' || status < 400 || status >= 500) return null;
  if (status === 403 || status === 404) return new Problem('not_found', { what: 'such page' });
  if (status === 413) return new Problem('too_large');
  if (status === 415) return new Problem('not_json');
  if (status === 416) return new Problem('bad_range');
  if (type === 'entity.parse.failed') return new Problem('bad_request', { reason: 'the body is not valid JSON' });
  return new Problem('bad_request', { reason: read ? 'the address is not valid' : 'the body cannot be read' });
}

/** Turns anything thrown into a Problem that may be shown. */
function presentable(error: unknown, read: boolean): Problem | null {
  if (error instanceof Problem) return error;
  if (error instanceof URIError) return new Problem('bad_request', { reason: 'the address is not valid' });
  return error instanceof Error ? requestFault(error, read) : null;
}

export function problemRenderer(log: Logger) {
  return (error: unknown, req: Request, res: Response, next: NextFunction): void => {
    const known = presentable(error, req.method === 'GET' || req.method === 'HEAD');
    if (!known || known.status >= 500) log.error({ err: error }, 'a request failed');
    if (res.headersSent) {
      next(error);
      return;
    }
    const problem = known ?? new Problem('internal');
    res.status(problem.status).set('cache-control', 'no-store').type('application/problem+json');
    res.send(JSON.stringify(problem.body()));
  };
}

/** The schemas of a route make exactly the values its handler is typed for. */
function handle(route: Route, handler: (call: unknown) => Promise<unknown>): RequestHandler {
  return async (req, res) => {
    const params = route.params?.safeParse(req.params, missing);
    if (params?.error) throw explain(params.error);
    const parsed = route.body?.safeParse(req.body ?? {}, missing);
    if (parsed?.error) throw explain(parsed.error);
    const body = route.file ? bytesOf(req) : parsed?.data;
    const query = route.query?.safeParse(req.query, missing);
    if (query?.error) throw explain(query.error);
    const wantsCsv = route.csv === true && req.accepts(['json', 'csv']) === 'csv';
    const call = { params: params?.data, body, query: query?.data, token: bearer(req), wantsCsv };
    const answer = await handler(call);
    res.set('cache-control', 'no-store');
    if (answer instanceof CsvFile) res.attachment(answer.name).type('text/csv').send(answer.text);
    else res.json(answer);
  };
}

/** Of a route that takes a file; none sent is an empty one. */
const bytesOf = ({ body }: Request): Uint8Array => (body instanceof Uint8Array ? body : new Uint8Array());

const sentAsJson: RequestHandler = (req, _res, next) => {
  if (req.headers['content-length'] !== '0' && req.is('application/json') === false) throw new Problem('not_json');
  next();
};

/** Refuses what no route of a path is for. */
function onlyTheseMethods(router: Router, paths: Map<string, string[]>): void {
  for (const [path, methods] of paths) {
    const allow = methods.join(', ');
    router.all(path, (req, res) => {
      res.set('allow', allow);
      throw new Problem('wrong_method', { method: req.method, allow });
    });
  }
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
  const paths = new Map<string, string[]>();
  for (const name of Object.keys(routes) as RouteName[]) {
    const route: Route = routes[name];
    const path = route.path.replace(/\{(\w+)\}/g, ':$1');
    const readers = route.file ? [fileReader(route.file)] : [sentAsJson, route.large ? large : small];
    const guards = [route.who === 'host' ? hostOnly : needs.limiter, ...readers];
    router[route.method](path, ...guards, handle(route, handlers[name] as (call: unknown) => Promise<unknown>));
    paths.set(path, [...(paths.get(path) ?? []), route.method.toUpperCase()]);
  }
  onlyTheseMethods(router, paths);
  router.use('/api', () => {
    throw new Problem('not_found', { what: 'such call (/api/openapi.json lists them all)' });
  });
}
