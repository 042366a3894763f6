// Discord's HTTP API: who may, how often, in what form, and the routes that a bot like ours uses.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Request, type Response } from 'express';
import type { Contract } from './contract.js';
import { checkCommands, type Option } from './forms.js';
import type { Interactions } from './interactions.js';
import { createLimits } from './limits.js';
import type { Messages, Sent, Upload } from './messages.js';
import { Refused, refusals } from './refusals.js';
import { channelShape, messageShape, userShape } from './shapes.js';
import type { Guild, Json, World } from './world.js';

export interface Command extends Option {
  id: string;
  contexts?: number[] | null;
  integration_types?: number[];
  default_member_permissions: string | null;
}

/** One request, as a test can ask about it. */
export interface Asked {
  method: string;
  path: string;
  status: number;
  body: Json | undefined;
  /** When it was answered, ms since the process began. */
  at: number;
}

/** What a test wants to go wrong. */
export interface Trouble {
  method?: string;
  path: RegExp;
  /** How often; once. */
  times?: number;
  /** Discord's answer; `reset` breaks the connection, `lost` does it and answers 502; `hold` breaks it when that resolves. */
  with:
    | { status: number; code?: number; message?: string }
    | { retryAfter: number; global: boolean }
    | 'reset'
    | 'lost'
    | { hold: Promise<unknown> };
}

type Handler = (request: Request<Record<string, string>>, sent: Sent) => unknown;

async function readSent(request: Request): Promise<Sent> {
  const raw = request.body as Buffer;
  if (!Buffer.isBuffer(raw) || raw.length === 0) return { body: {}, files: [] };
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return { body: parse(`${raw}`), files: [] };
  const form = await new globalThis.Response(new Uint8Array(raw), { headers: { 'content-type': type } }).formData();
  const files: Upload[] = [];
  for (const [key, value] of form)
    if (/^files\[\d+\]$/.test(key) && typeof value !== 'string')
      files.push({ name: value.name, type: value.type, bytes: Buffer.from(await value.arrayBuffer()) });
  return { body: parse(`${form.get('payload_json') ?? '{}'}`), files };
}

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    throw refusals.badJson();
  }
}

export type Rest = Awaited<ReturnType<typeof openRest>>;

export async function openRest(needs: {
  world: World;
  messages: Messages;
  interactions: Interactions;
  contract: Contract | null;
  token: () => string;
  shards: () => number;
}) {
  const { world, messages, interactions, contract } = needs;
  const { app } = world;
  const limits = createLimits(world.now);
  const troubles: (Trouble & { times: number; met: () => void })[] = [];
  const asked: Asked[] = [];
  const violations: string[] = [];
  const commands = new Map<string, Command[]>();
  const web = express().disable('x-powered-by').disable('etag');
  const server = createServer(web);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  /** Throws what the test wants to go wrong with this one; true when only the answer is to get lost. */
  async function stumble(method: string, path: string): Promise<boolean> {
    const found = troubles.find((one) => one.times > 0 && one.path.test(path) && (one.method ?? method) === method);
    if (!found) return false;
    found.times -= 1;
    found.met();
    const how = found.with;
    if (how === 'lost') return true;
    if (how === 'reset') throw new Error('reset');
    if ('hold' in how) {
      await how.hold;
      throw new Error('reset');
    }
    if ('retryAfter' in how) limits.refuse(how.retryAfter, how.global, {});
    else throw new Refused(how.status, how.code ?? 0, how.message ?? 'Refused by the test');
    return false;
  }

  function note(what: string | null, where: string): void {
    if (what !== null) violations.push(`${where}: ${what}`);
  }

  function reply(response: Response, status: number, body: unknown, about: Omit<Asked, 'status' | 'at'>): void {
    asked.push({ ...about, status, at: performance.now() });
    world.news.emit('change');
    const judged = status < 500 ? contract?.answer(about.method, about.path, status, body) : null;
    note(judged ?? null, `${about.method} ${about.path} answered`);
    if (body === undefined) response.status(status).end();
    else response.status(status).json(body);
  }

  async function serve(request: Request, response: Response, handler: Handler, byBot: boolean): Promise<void> {
    const method = request.method.toLowerCase();
    const path = decodeURIComponent(request.path);
    const about: Omit<Asked, 'status' | 'at'> = { method, path, body: undefined };
    try {
      const lost = await stumble(method, path);
      if (byBot && request.headers.authorization !== `Bot ${needs.token()}`) throw refusals.unauthorized();
      response.set(limits.pass(method, path, byBot));
      const sent = await readSent(request);
      about.body = sent.body;
      const body = Buffer.isBuffer(request.body) && request.body.length > 0 ? sent.body : undefined;
      const wrong = contract?.request(method, path, body) ?? null;
      const made = await handler(request as Request<Record<string, string>>, sent);
      note(wrong, `${method} ${path} asked`);
      if (lost) throw new Refused(502, 0, '502: Bad Gateway');
      reply(response, made === undefined ? 204 : 200, made, about);
    } catch (error) {
      if (!(error instanceof Refused)) return void request.socket.destroy();
      response.set(error.headers);
      reply(response, error.status, { message: error.message, code: error.code, ...error.more }, about);
    }
  }

  function on(method: 'get' | 'post' | 'put' | 'patch' | 'delete', path: string, handler: Handler, byBot = true): void {
    contract?.prepare(method, path.replace(/:\w+/g, '1'));
    web[method](path, express.raw({ type: () => true, limit: '25mb' }), (request, response) =>
      serve(request, response, handler, byBot),
    );
  }
  web.use((request, response, next) => {
    const [, rest] = /^\/api\/v10(\/.*)$/.exec(request.url) ?? [];
    if (rest === undefined) return void response.status(404).json({ message: '404: Not Found', code: 0 });
    // Libraries write it with and without the sign.
    request.url = rest.replace('%40original', '@original');
    next();
  });

  const told = (message: Parameters<typeof messageShape>[0]) => messageShape(message, app.id);

  on('get', '/gateway/bot', () => ({
    url: `ws://127.0.0.1:${port}/gateway`,
    shards: needs.shards(),
    session_start_limit: { total: 1000, remaining: 999, reset_after: 14_400_000, max_concurrency: 16 },
  }));
  on('get', '/users/@me', () => userShape(app));

  const keyOf = ({ guild }: Record<string, string>): string => {
    if (guild && !world.guilds.get(guild)?.bot) throw refusals.missingAccess();
    return guild ?? '';
  };
  for (const path of ['/applications/:app/commands', '/applications/:app/guilds/:guild/commands']) {
    on('get', path, ({ params }) => commands.get(keyOf(params)) ?? []);
    on('put', path, ({ params }, { body }) => {
      const key = keyOf(params);
      checkCommands(body);
      const fresh = (body as unknown as Command[]).map((one) => ({
        ...{ type: 1, nsfw: false, contexts: null, integration_types: [0], name_localizations: null },
        ...{
          description_localizations: null,
          ...one,
          id: world.newId(),
          application_id: app.id,
          version: world.newId(),
        },
        ...(key && { guild_id: key }),
      }));
      commands.set(key, fresh);
      return fresh;
    });
  }

  on(
    'post',
    '/interactions/:id/:token/callback',
    ({ params }, sent) => {
      interactions.callback(`${params.id}`, `${params.token}`, sent);
    },
    false,
  );
  on(
    'post',
    '/webhooks/:app/:token',
    ({ params }, sent) => {
      return told(interactions.add(interactions.open(`${params.token}`), sent));
    },
    false,
  );
  const hook = '/webhooks/:app/:token/messages/:message';
  const hooked = ({ token, message }: Record<string, string>) => {
    const one = interactions.open(`${token}`);
    return { one, message: interactions.messageOf(one, `${message}`) };
  };
  on('get', hook, ({ params }) => told(hooked(params).message), false);
  on('delete', hook, ({ params }) => world.remove(hooked(params).message), false);
  on(
    'patch',
    hook,
    ({ params }, sent) => {
      const { one, message } = hooked(params);
      return told(interactions.edit(one, message, sent));
    },
    false,
  );

  on('post', '/users/@me/channels', (_, { body }) => {
    const person = world.users.get(`${body.recipient_id}`);
    if (!person) throw refusals.unknownUser();
    return channelShape(world.direct(person));
  });
  on('post', '/channels/:channel/messages', ({ params }, sent) =>
    told(messages.make(messages.channelOf(`${params.channel}`, true), sent)),
  );
  on('get', '/channels/:channel/messages/:message', ({ params }) =>
    told(messages.messageOf(messages.channelOf(`${params.channel}`, false), `${params.message}`)),
  );
  on('patch', '/channels/:channel/messages/:message', ({ params }, sent) => {
    const message = messages.messageOf(messages.channelOf(`${params.channel}`, false), `${params.message}`);
    if (message.author !== app) throw refusals.notTheAuthor();
    return told(messages.change(message, sent));
  });
  on('delete', '/channels/:channel/messages/:message', ({ params }) => {
    world.remove(messages.messageOf(messages.channelOf(`${params.channel}`, false), `${params.message}`));
  });
  web.use((request, response) =>
    serve(
      request,
      response,
      () => {
        throw refusals.notFound();
      },
      false,
    ),
  );

  return {
    server,
    port,
    asked,
    violations,
    /** Those of a server go before those of everywhere. */
    commandOf: (name: string, guild: Guild | null): Command | undefined =>
      [...(commands.get(guild?.id ?? '-') ?? []), ...(commands.get('') ?? [])].find((one) => one.name === name),
    commandsOf: (guild: string | null): readonly Command[] => commands.get(guild ?? '') ?? [],
    /** Resolves when it has met a request. */
    refuse: (trouble: Trouble): Promise<void> =>
      new Promise((met) => void troubles.push({ times: 1, ...trouble, met })),
    mend(): void {
      troubles.length = 0;
    },
    stop: (): Promise<void> =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
