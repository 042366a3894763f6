// The real socket for a feed: websocket first, tried again for ever.
import { io, type Socket } from 'socket.io-client';
import type { ClientToServer, ServerToClient } from '../../vocabulary/events.js';

/** Not connected yet: the feed does that. */
export function openSocket(): Socket<ServerToClient, ClientToServer> {
  return io({
    autoConnect: false,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 5000,
  });
}
