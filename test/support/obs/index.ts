// An OBS to test against, as its websocket server is on the wire: the handshake with its password, requests, events, faults.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type WebSocket, WebSocketServer } from 'ws';
import { createRequests, Refused } from './requests.js';
import { createWorld, type ObsWorld } from './world.js';

export { addSource, type ObsWorld } from './world.js';

const protocol = 'obswebsocket.json';
const supportedRpc = 1;

export interface ObsOptions {
  port?: number;
  /** Null: it asks for none. */
  password?: string | null;
  /** Speaks first, as obs-websocket 5 does; `silent` says nothing, `old` knows no such protocol, `newer` no such version. */
  as?: 'obs' | 'silent' | 'old' | 'newer';
  world?: ObsWorld;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('base64');

interface Frame {
  op: number;
  d: Record<string, unknown>;
}

export type FakeObs = Awaited<ReturnType<typeof startObs>>;

export async function startObs({ port = 0, password = 'secret', as = 'obs', world = createWorld() }: ObsOptions = {}) {
  const handleProtocols = (offered: Set<string>): string | false =>
    as !== 'old' && offered.has(protocol) ? protocol : false;
  const server = new WebSocketServer({ port, host: '127.0.0.1', handleProtocols });
  await once(server, 'listening');
  const address = server.address();
  const usedPort = typeof address === 'object' && address ? address.port : 0;
  const requests: { type: string; data: Record<string, unknown> }[] = [];
  const identified = new Set<WebSocket>();
  /** What it does not answer, as when it hangs. */
  const deaf = new Set<string>();
  /** What it refuses, with which code and comment. */
  const failing = new Map<string, [number, string]>();
  const send = (socket: WebSocket, op: number, d: object): void => socket.send(JSON.stringify({ op, d }));
  const tell = (eventType: string, eventData: Record<string, unknown>): void => {
    for (const socket of identified) send(socket, 5, { eventType, eventIntent: 4, eventData });
  };
  const answers = createRequests(world, tell);

  function identify(socket: WebSocket, d: Frame['d'], challenge: { salt: string; challenge: string }): void {
    if (as === 'newer' || d.rpcVersion !== supportedRpc) {
      socket.close(4010, 'Your requested RPC version is not supported by this server.');
      return;
    }
    const expected = password === null ? undefined : hash(hash(password + challenge.salt) + challenge.challenge);
    if (expected !== undefined && d.authentication !== expected) {
      socket.close(4009, 'Authentication failed.');
      return;
    }
    identified.add(socket);
    send(socket, 2, { negotiatedRpcVersion: supportedRpc });
  }

  function respond(socket: WebSocket, { requestType, requestId, requestData }: Frame['d']): void {
    const type = String(requestType);
    const data = (requestData ?? {}) as Record<string, unknown>;
    requests.push({ type, data });
    if (deaf.has(type)) return;
    const reply = (requestStatus: object, responseData?: object): void =>
      send(socket, 7, { requestType: type, requestId, requestStatus, responseData });
    try {
      const fault = failing.get(type);
      if (fault) throw new Refused(...fault);
      const act = answers[type];
      if (!act) throw new Refused(204, 'Your request type is not valid.');
      reply({ result: true, code: 100 }, act(data));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      reply({ result: false, code: error.code, comment: error.message });
    }
  }

  server.on('connection', (socket) => {
    if (as === 'silent' || as === 'old') return;
    const challenge = { salt: randomBytes(16).toString('base64'), challenge: randomBytes(16).toString('base64') };
    send(socket, 0, {
      ...{ obsWebSocketVersion: '5.5.2', rpcVersion: supportedRpc },
      ...(password === null ? {} : { authentication: challenge }),
    });
    socket.on('message', (raw) => {
      const { op, d } = JSON.parse(String(raw)) as Frame;
      if (op === 1) identify(socket, d, challenge);
      else if (op === 6 && identified.has(socket)) respond(socket, d);
      else socket.close(4007, 'You attempted to send a non-Identify message before identifying.');
    });
    socket.on('close', () => identified.delete(socket));
  });

  return {
    world,
    port: usedPort,
    address: `ws://127.0.0.1:${usedPort}`,
    password: password ?? '',
    /** All that was asked of it, in its order. */
    requests,
    deaf,
    failing,
    /** What could change something. */
    changes: () => requests.filter(({ type }) => !type.startsWith('Get')).map(({ type }) => type),
    connected: () => identified.size,
    tell,
    /** Its user switches a scene. */
    userSwitches(scene: string): void {
      world.scene = scene;
      tell('CurrentProgramSceneChanged', { sceneName: scene });
    },
    /** “Kick” in its settings. */
    kick(): void {
      for (const socket of identified) socket.close(4011, 'Your session has been invalidated.');
    },
    /** It is gone, as when its process is killed. */
    async stop(): Promise<void> {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
