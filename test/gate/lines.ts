// Two servers of one gate, with the door in front and without, and clients that write bytes and keep what comes back.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import express from 'express';
import { listen } from '../../src/http/server.js';
import type { KeyAnswers } from '../../src/stream/gate/answers.js';
import { createKeyDoor } from '../../src/stream/gate/door.js';
import { createKeyPath } from '../../src/stream/gate/http.js';
import type { GateHouse } from './house.js';

export interface Side {
  server: Server;
  port: number;
  /** How many requests node:http has read. */
  read: () => number;
  /** How many the door has taken to the gate. */
  own: () => number;
}

/** Says what it was asked, to the last header and byte. */
function echo(req: IncomingMessage, res: ServerResponse): void {
  const bytes: Buffer[] = [];
  req.on('error', () => {});
  req.on('data', (chunk: Buffer) => bytes.push(chunk));
  req.once('end', () => {
    const { method, url, rawHeaders } = req;
    res.end(JSON.stringify({ method, url, rawHeaders, body: Buffer.concat(bytes).toString('latin1') }));
  });
}

export async function openSide(house: Pick<GateHouse, 'answers'>, withDoor: boolean): Promise<Side> {
  let [own, read] = [0, 0];
  const answers: KeyAnswers = (...request) => {
    own += 1;
    return house.answers(...request);
  };
  const keyPath = createKeyPath(house.answers);
  const server = await listen({
    ...{ host: '127.0.0.1', port: 0, app: express() },
    door: withDoor ? createKeyDoor(answers) : () => {},
    keyPath(req, res) {
      read += 1;
      if (!keyPath(req, res)) echo(req, res);
      return true;
    },
  });
  return { server, port: (server.address() as AddressInfo).port, read: () => read, own: () => own };
}

/** What was answered, whatever the time was. */
const timeless = (bytes: Buffer): string => bytes.toString('latin1').replaceAll(/Date: [^\r]*GMT/g, 'Date: now');

export interface Line {
  socket: Socket;
  heard: () => string;
  /** Resolves when there is this much that matches. */
  until: (what: RegExp, times?: number) => Promise<string>;
  closed: Promise<string>;
}

export async function dial({ port }: Pick<Side, 'port'>): Promise<Line> {
  const socket = connect(port, '127.0.0.1').setNoDelay();
  const bytes: Buffer[] = [];
  const heard = (): string => timeless(Buffer.concat(bytes));
  socket.on('error', () => {});
  socket.on('data', (chunk) => bytes.push(chunk));
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(heard())));
  const until = async (what: RegExp, times = 1): Promise<string> => {
    while ((heard().match(new RegExp(what, 'g')) ?? []).length < times) {
      const more = new Promise<'more'>((resolve) => socket.once('data', () => resolve('more')));
      if ((await Promise.race([more, closed])) !== 'more') throw new Error(`closed after: ${heard()}`);
    }
    return heard();
  };
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return { socket, heard, until, closed };
}

/** Writes it piece by piece, says no more, and resolves to all that came back. */
export async function talk(side: Side, pieces: readonly (string | Buffer)[]): Promise<string> {
  const { socket, closed } = await dial(side);
  for (const piece of pieces) {
    await new Promise((resolve) => socket.write(piece, 'latin1', resolve));
    // A connection is taken in one turn, and read in the next.
    for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end();
  return closed;
}

/** A request's text: its first line, then its headers. */
export const requestOf = (line: string, ...headers: string[]): string =>
  `${[`${line} HTTP/1.1`, 'Host: show.test', ...headers].join('\r\n')}\r\n\r\n`;
