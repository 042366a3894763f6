// What a page that broadcasts must know, for pages too: nothing else comes along.
export const broadcastSocketPath = '/broadcast-socket';

/** One media message is at most this long, bytes. */
export const mostInMessage = 256 * 1024;
