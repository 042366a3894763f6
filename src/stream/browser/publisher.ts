// One browser on air: what its recorder writes goes through ffmpeg into a cam, until either is gone.
import type { Logger } from '../../log.js';
import type { BroadcastSaid, Recording } from '../../vocabulary/broadcast.js';
import type { Source, StreamState } from '../media/broadcast.js';
import { flvTags, isFlvHeader, type Tag, timeOf } from '../media/flv.js';
import { alreadyOn, type Place, type Publisher, type Publishers } from '../publishers.js';
import { createSource } from '../source.js';
import { copiesPictures, startConverter } from './converter.js';

/** The connection, as little of it as is needed. */
export interface BrowserLine {
  say(what: BroadcastSaid): void;
  onBytes(listener: (bytes: Buffer) => void): void;
  onGone(listener: () => void): void;
  /** Whether to stop reading for now. */
  hold(on: boolean): void;
  /** Hears nothing more, lets what was said go out, and closes for good. */
  end(): void;
}

export interface BrowserPublisherNeeds {
  ffmpeg: string;
  line: BrowserLine;
  place: Place;
  visit: string;
  recording: Recording;
  publishers: Publishers;
  begin: (source: Source) => void;
  state: () => StreamState;
  log: Logger;
  /** How long ffmpeg may be behind, ms; shorter in tests. */
  behindLimitMs?: number;
}

type Next = Extract<BroadcastSaid, { type: 'refused' }>['next'];

const stateEveryMs = 1000;
/** Pictures that are copied have keyframes at least this often, or are encoded anew. */
const keyframeLimitMs = 4000;
const behindLimitMs = 10_000;
const tooSlow =
  'this computer cannot keep up with the pictures: choose a smaller size, or a browser that records H.264';
const rare = 'its pictures have keyframes too seldom: the server encodes them anew';

/** Says true once keyframes have stayed away for too long. */
function createKeyframeWatch() {
  let last: number | null = null;
  return (tag: Tag): boolean => {
    if (tag.type !== 'video' || tag.config) return false;
    const time = timeOf(tag);
    if (tag.keyframe || last === null) last = time;
    return time - last > keyframeLimitMs;
  };
}

/** Never throws; all of it ends with the line. */
export function publishFromBrowser(needs: BrowserPublisherNeeds): void {
  const { line, publishers, log } = needs;
  const place: Place = { stream: needs.place.stream, cam: needs.place.cam };
  let over = false;
  let received = 0;
  const feed = createSource((reason) => refuse(reason));
  let behind: NodeJS.Timeout | undefined;
  const publisher: Publisher = { givesWay: false, visit: needs.visit, refuse: (reason) => refuse(reason) };
  const isRare = copiesPictures(needs.recording) ? createKeyframeWatch() : () => false;

  function leave(): void {
    over = true;
    clearInterval(telling);
    clearTimeout(behind);
    converter?.kill();
    publishers.leave(place, publisher);
    feed.end();
  }

  function refuse(reason: string, next: Next = 'stop'): void {
    if (over) return;
    log.warn({ ...place, reason }, 'a browser’s broadcast was refused');
    leave();
    line.say({ type: 'refused', reason, next });
    line.end();
  }

  function take(flv: Buffer): void {
    if (!isFlvHeader(flv) && flvTags(flv).some(isRare)) refuse(rare, 'transcode');
    else feed.give(flv);
  }

  function hold(): void {
    line.hold(true);
    behind ??= setTimeout(() => refuse(tooSlow), needs.behindLimitMs ?? behindLimitMs);
  }

  function goOn(): void {
    clearTimeout(behind);
    behind = undefined;
    line.hold(false);
  }

  const telling = setInterval(() => line.say({ type: 'state', state: needs.state(), received }), stateEveryMs);
  const entered = publishers.enter(place, publisher);
  const converter = entered
    ? startConverter({
        ...{ ffmpeg: needs.ffmpeg, recording: needs.recording, onFlv: take, onDrain: goOn },
        onEnd: (reason) => refuse(`the video could not be read (${reason})`, 'again'),
      })
    : null;
  if (!converter) {
    refuse(alreadyOn);
    return;
  }
  line.onBytes((bytes) => {
    if (over) return;
    received += bytes.length;
    if (!converter.write(bytes)) hold();
  });
  line.onGone(() => over || leave());
  line.say({ type: 'accepted', ...place });
  log.info({ ...place, ...needs.recording }, 'a browser’s broadcast was accepted');
  needs.begin(feed.source);
}
