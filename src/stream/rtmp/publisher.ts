// One RTMP connection: from its handshake, over being let in or refused, to the end of its broadcast.
import type { Socket } from 'node:net';
import type { Logger } from '../../log.js';
import type { Admission } from '../ingest.js';
import type { Source } from '../media/broadcast.js';
import { alreadyOn, type Publisher, type Publishers } from '../publishers.js';
import { createSource } from '../source.js';
import { flvHeader, flvTag } from './flv.js';
import { RtmpProtocol } from './protocol.js';

export interface PublisherNeeds {
  authorize: (app: string, key: string) => Promise<Admission | { refuse: string }>;
  publish: (place: Admission, source: Source) => void;
  publishers: Publishers;
  limits: { publishMs: number; silenceMs: number };
  log: Logger;
}

/** After a stream key: this publisher makes room for any other (the test card). */
export const givesWayQuery = '?gives-way';

/** A refused client has this long to read why, ms. */
const readTheReasonMs = 1000;
/** A client that does not read its answers. */
const mostUnread = 256 * 1024;

/** Never throws; all of it ends with the socket. */
export function connectPublisher(socket: Socket, needs: PublisherNeeds): void {
  const { publishers, limits } = needs;
  const from = `${socket.remoteAddress}:${socket.remotePort}`;
  const log = (reason: string): void => needs.log.warn({ from, reason }, 'RTMP connection refused');
  let phase: 'opening' | 'asking' | 'publishing' | 'over' = 'opening';
  let unpublish = (): void => {};

  const protocol = new RtmpProtocol({
    send: (bytes) => {
      if (!socket.writable) return;
      if (socket.writableLength > mostUnread) socket.destroy();
      else socket.write(bytes);
    },
    onPublish: (app, name) => {
      if (phase !== 'opening') throw new Error('it asked to publish twice');
      phase = 'asking';
      ask(app, name).catch((error) => {
        needs.log.error({ err: error }, 'a publisher could not be let in');
        refuse('the server has trouble; see its log');
      });
    },
    onPlay: () => refuse('this server is for broadcasting only: watch by the watch link', 'NetStream.Play.Failed'),
    onUnpublish: () => {
      if (phase === 'publishing') close();
    },
    onMedia: (type, time, payload) => feed.give(flvTag(type, time, payload)),
  });
  const feed = createSource((reason) => refuse(reason), flvHeader);

  async function ask(app: string, name: string): Promise<void> {
    const [key = '', query] = name.split('?', 2);
    const answer = await needs.authorize(app, key);
    if (phase !== 'asking') return;
    if ('refuse' in answer) return refuse(answer.refuse);
    const givesWay = `?${query}` === givesWayQuery;
    const publisher: Publisher = { givesWay, refuse };
    if (!publishers.enter(answer, publisher)) return refuse(alreadyOn);
    begin(answer, publisher);
  }

  function begin(place: Admission, publisher: Publisher): void {
    phase = 'publishing';
    clearTimeout(opening);
    socket.setTimeout(limits.silenceMs, () => drop('no data for too long'));
    unpublish = () => {
      publishers.leave(place, publisher);
      feed.end();
    };
    needs.log.info({ from, stream: place.stream, cam: place.cam }, 'RTMP publisher accepted');
    needs.publish(place, feed.source);
    if (phase === 'publishing') protocol.accept();
  }

  /** Says why, then closes. */
  function refuse(reason: string, code = 'NetStream.Publish.BadName'): void {
    if (phase === 'over') return;
    log(reason);
    protocol.refuse(code, reason);
    close();
  }

  /** Lets what is written go out, then closes for good; the broadcast ends now. */
  function close(): void {
    over();
    socket.end();
    // Until then it goes on being read: a reset would take the reason away from the client.
    const timer = setTimeout(() => socket.destroy(), readTheReasonMs);
    socket.once('close', () => clearTimeout(timer));
  }

  function over(): void {
    phase = 'over';
    clearTimeout(opening);
    const end = unpublish;
    unpublish = () => {};
    end();
  }

  function drop(reason: string): void {
    if (phase !== 'over') log(reason);
    over();
    socket.destroy();
  }

  const opening = setTimeout(() => drop('it did not begin to broadcast in time'), limits.publishMs);
  socket.setNoDelay(true);
  socket.on('data', (bytes) => {
    if (phase === 'over') return;
    try {
      protocol.parserData(bytes);
    } catch (error) {
      drop(`it sent what is no RTMP (${error instanceof Error ? error.message : error})`);
    }
  });
  socket.on('error', () => {});
  socket.once('close', over);
}
