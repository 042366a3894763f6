// What a sponsor is told of a server that it does not understand.
import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createServer } from '../../src/sponsor/server.js';

const http = createHttp((_, res) => res.setHeader('content-type', 'application/json').end('{"id":"main"}'));
let base: string;

beforeAll(async () => {
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterAll(() => http.close());

it('that the server may be of another version, not a list of fields', async () => {
  const asked = createServer(base).ask('getStream', { params: { stream: 'main' } });
  await expect(asked).rejects.toThrow(`What ${base} answers is not understood. It may be of another version`);
});
