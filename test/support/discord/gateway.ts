// Discord's gateway: who is connected, what each session was told, and what it is told again when it resumes.
import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { channelShape, guildShape, roleShape, userShape } from './shapes.js';
import type { Guild, Role, World } from './world.js';

const op = { dispatch: 0, heartbeat: 1, identify: 2, resume: 6, reconnect: 7, invalid: 9, hello: 10, ack: 11 };
const closed = { unknown: 4000, decode: 4002, notAuthenticated: 4003, badToken: 4004, intents: 4014 };
/** Members, presences, and what messages say: only where Discord has allowed it. */
const privileged = (1 << 1) | (1 << 8) | (1 << 15);
const heartbeatMs = 41_250;

interface Packet {
  op: number;
  d: Record<string, unknown> | null;
  s: number | null;
  t: string | null;
}

interface Session {
  id: string;
  shard: number;
  shards: number;
  sent: Packet[];
  socket: WebSocket | null;
}

export type Gateway = ReturnType<typeof openGateway>;

export function openGateway(needs: { server: Server; world: World; token: () => string; url: () => string }) {
  const { world, token } = needs;
  const sockets = new WebSocketServer({ server: needs.server, path: '/gateway' });
  const sessions = new Map<string, Session>();
  const log: string[] = [];
  function note(what: string): void {
    log.push(what);
    world.news.emit('change');
  }

  const send = (socket: WebSocket, code: number, d: unknown = null): void =>
    socket.send(JSON.stringify({ op: code, d, s: null, t: null }));

  /** Kept for those that are away, and told when they resume. */
  function tell(session: Session, t: string, d: unknown): void {
    const packet: Packet = { op: op.dispatch, d: d as Packet['d'], s: session.sent.length + 1, t };
    session.sent.push(packet);
    session.socket?.send(JSON.stringify(packet));
  }

  const shardOf = (guild: Guild | null, shards: number): number =>
    guild?.bot ? Number((BigInt(guild.id) >> 22n) % BigInt(shards)) : 0;
  const mine = (session: Session, guild: Guild | null): boolean => shardOf(guild, session.shards) === session.shard;

  function dispatch(t: string, d: unknown, guild: Guild | null): void {
    for (const session of sessions.values()) if (mine(session, guild)) tell(session, t, d);
  }

  function greet(session: Session): void {
    const guilds = [...world.guilds.values()].filter((guild) => guild.bot && mine(session, guild));
    const { app } = world;
    tell(session, 'READY', {
      ...{ v: 10, user: userShape(app), application: { id: app.id, flags: 0 }, session_id: session.id },
      resume_gateway_url: needs.url(),
      guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
      shard: [session.shard, session.shards],
    });
    for (const guild of guilds) tell(session, 'GUILD_CREATE', guildShape(guild, world));
  }

  function identify(socket: WebSocket, d: Record<string, unknown>): Session | null {
    note('identify');
    if (d.token !== token()) socket.close(closed.badToken, 'Authentication failed.');
    else if ((Number(d.intents) & privileged) !== 0) socket.close(closed.intents, 'Disallowed intent(s).');
    else {
      const [shard = 0, shards = 1] = (d.shard ?? []) as number[];
      const session = { id: world.newId(), shard, shards, sent: [], socket };
      sessions.set(session.id, session);
      greet(session);
      return session;
    }
    return null;
  }

  function resume(socket: WebSocket, d: Record<string, unknown>): Session | null {
    note('resume');
    const session = sessions.get(`${d.session_id}`);
    if (d.token !== token()) socket.close(closed.badToken, 'Authentication failed.');
    else if (!session) send(socket, op.invalid, false);
    else {
      session.socket = socket;
      for (const packet of session.sent) if ((packet.s ?? 0) > Number(d.seq)) socket.send(JSON.stringify(packet));
      tell(session, 'RESUMED', {});
      return session;
    }
    return null;
  }

  sockets.on('connection', (socket) => {
    let session: Session | null = null;
    let alive = setTimeout(() => socket.close(closed.unknown), heartbeatMs * 2);
    function hear(packet: Packet): void {
      if (packet.op === op.heartbeat) {
        clearTimeout(alive);
        alive = setTimeout(() => socket.close(closed.unknown), heartbeatMs * 2);
        send(socket, op.ack);
      } else if (packet.op === op.identify) session = identify(socket, packet.d ?? {});
      else if (packet.op === op.resume) session = resume(socket, packet.d ?? {});
      else if (!session) socket.close(closed.notAuthenticated, 'Not authenticated.');
    }
    socket.on('message', (data) => {
      try {
        hear(JSON.parse(`${data}`));
      } catch {
        socket.close(closed.decode, 'Error while decoding payload.');
      }
    });
    socket.on('close', (code) => {
      clearTimeout(alive);
      if (!session || session.socket !== socket) return;
      session.socket = null;
      // Who says goodbye does not come back to that session.
      if (code === 1000 || code === 1001) sessions.delete(session.id);
    });
    socket.on('error', () => {});
    send(socket, op.hello, { heartbeat_interval: heartbeatMs });
  });

  const shapes: Record<string, (about: never, guild: Guild) => unknown> = {
    GUILD_CREATE: (guild: Guild) => guildShape(guild, world),
    CHANNEL_CREATE: channelShape,
    THREAD_CREATE: channelShape,
    GUILD_ROLE_CREATE: (role: Role, { id }) => ({ guild_id: id, role: roleShape(role) }),
  };
  world.news.on('event', (t: string, about: unknown, guild: Guild) =>
    dispatch(t, shapes[t]?.(about as never, guild), guild),
  );

  const connected = (): WebSocket[] => [...sessions.values()].flatMap(({ socket }) => socket ?? []);

  return {
    dispatch,
    /** `identify` and `resume`, as they came. */
    log,
    shards: (): number[] => [...sessions.values()].map(({ shard }) => shard),
    /** As when a cable is pulled. */
    dropSockets: (): void => {
      for (const socket of connected()) socket.terminate();
    },
    /** "Come again": the session goes on. */
    askToReconnect: (): void => {
      for (const socket of connected()) send(socket, op.reconnect);
    },
    /** The session is over; what was missed is missed. */
    invalidate: (): void => {
      const all = connected();
      sessions.clear();
      for (const socket of all) send(socket, op.invalid, false);
    },
    stop: (): void => {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}
