// An RTMP client driven by hand: it hides nothing of what the server does to its socket.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import amf from 'node-media-server/src/protocol/amf.js';
import { vi } from 'vitest';

const limitMs = 5000;

/** A message in one chunk (type 0), for chunk sizes that are large enough. */
function message(type: number, stream: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 3;
  header.writeUIntBE(payload.length, 4, 3);
  header[7] = type;
  header.writeUInt32LE(stream, 8);
  return Buffer.concat([header, payload]);
}

const chunkSize = (): Buffer => {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(65_536);
  return message(1, 0, payload);
};

export async function rtmpClient(port: number) {
  const socket: Socket = connect(port, '127.0.0.1');
  let received = Buffer.alloc(0);
  let closed = false;
  socket.on('data', (bytes) => {
    received = Buffer.concat([received, bytes]);
  });
  socket.on('error', () => {});
  socket.once('close', () => {
    closed = true;
  });
  await once(socket, 'connect');

  const command = (cmd: string, fields: Record<string, unknown>, stream = 0): void => {
    socket.write(message(20, stream, amf.encodeAmf0Cmd({ cmd, ...fields })));
  };
  const until = (test: () => boolean, what: string): Promise<void> =>
    vi.waitFor(
      () => {
        if (!test()) throw new Error(`still waiting for ${what}; got ${received.subarray(3073).toString('latin1')}`);
      },
      { timeout: limitMs, interval: 5 },
    );
  const hears = (text: string): Promise<void> => until(() => received.includes(text), text);

  return {
    socket,
    command,
    hears,
    heard: (text: string): boolean => received.includes(text),
    bytes: (): number => received.length,
    isClosed: (): boolean => closed,
    closes: (): Promise<void> => until(() => closed, 'the end of the connection'),
    media: (type: 8 | 9, payload: Buffer): void => {
      socket.write(message(type, 1, payload));
    },
    async handshake(): Promise<void> {
      const c1 = Buffer.alloc(1536, 7);
      socket.write(Buffer.concat([Buffer.from([3]), c1]));
      await until(() => received.length >= 3073, 'the handshake');
      socket.write(Buffer.concat([c1, chunkSize()]));
    },
    async connected(app = 'live', tcUrl = `rtmp://127.0.0.1/${app}`): Promise<void> {
      await this.handshake();
      command('connect', { transId: 1, cmdObj: { app, tcUrl } });
      await hears('NetConnection.Connect.Success');
      command('createStream', { transId: 2, cmdObj: null });
    },
    async publishes(name: string): Promise<void> {
      await this.connected();
      command('publish', { transId: 3, cmdObj: null, streamName: name, type: 'live' }, 1);
    },
    destroy: (): void => {
      socket.destroy();
    },
  };
}
