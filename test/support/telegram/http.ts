// The Bot API on the wire: /bot<token>/<method>, parameters as JSON, in the query, or as a form with files.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Upload } from './methods/sending.js';
import { Refusal } from './refusal.js';

export type Params = Record<string, unknown> & { attached?: Record<string, Upload> };

export interface Called {
  method: string;
  params: Params;
  /** Calls back when the caller hangs up. */
  gone: (hungUp: () => void) => void;
}

async function bytesOf(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Forms and queries write everything as text. */
function read(text: string): unknown {
  if (!/^([[{]|-?\d{1,15}$|true$|false$)/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const asText = new Set([
  'text',
  'caption',
  'callback_query_id',
  'inline_query_id',
  'url',
  'secret_token',
  'parse_mode',
]);

async function formOf(type: string, bytes: Buffer): Promise<Params> {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  const params: Params = {};
  const attached: Record<string, Upload> = {};
  for (const [name, value] of form) {
    if (typeof value === 'string') params[name] = asText.has(name) ? value : read(value);
    else attached[name] = { file: value.name, bytes: Buffer.from(await value.arrayBuffer()) };
  }
  for (const [name, file] of Object.entries(attached))
    if (!JSON.stringify(params.media ?? '').includes(`attach://${name}`)) params[name] = file;
  // telegraf says it twice.
  delete params.method;
  return { ...params, attached };
}

async function paramsOf(req: IncomingMessage, url: URL): Promise<Params> {
  const type = req.headers['content-type'] ?? '';
  const bytes = await bytesOf(req);
  const query: Params = Object.fromEntries([...url.searchParams].map(([name, value]) => [name, read(value)]));
  if (bytes.length === 0) return query;
  if (type.startsWith('application/json')) return { ...query, ...JSON.parse(bytes.toString('utf8')) };
  return { ...query, ...(await formOf(type, bytes)) };
}

function answer(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function refuse(res: ServerResponse, error: unknown): void {
  const { code, description, parameters } =
    error instanceof Refusal ? error : new Refusal(500, `Internal Server Error: ${(error as Error).stack}`);
  answer(res, code, { ok: false, error_code: code, description, ...(parameters && { parameters }) });
}

/** `perform` answers, or throws a Refusal; never answering is its right. */
export async function serve(token: string, perform: (called: Called) => Promise<unknown>) {
  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '', 'http://stand-in');
    const [, shown, method = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(url.pathname) ?? [];
    if (shown === undefined || !/^\d+:[\w-]+$/.test(shown)) throw new Refusal(404, 'Not Found');
    if (shown !== token) throw new Refusal(401, 'Unauthorized');
    const params = await paramsOf(req, url);
    const gone = (hungUp: () => void) => void res.on('close', () => !res.writableEnded && hungUp());
    answer(res, 200, { ok: true, result: await perform({ method, params, gone }) });
  }
  const server = createServer((req, res) => {
    handle(req, res).catch((error) => !res.destroyed && refuse(res, error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    apiRoot: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
