// The real socket for a feed: websocket first, tried again for ever.
import { io } from 'socket.io-client';
import type { FeedSocket } from './feed.js';

/** Not connected yet: the feed does that. */
export function openSocket(): FeedSocket {
  return io({
    autoConnect: false,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 5000,
  });
}
