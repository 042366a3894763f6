// The WHIP desk: who may broadcast by which offer, and what becomes of each broadcast.
import { randomBytes } from 'node:crypto';
import type { Logger } from '../../log.js';
import { sameSecret } from '../../secrets.js';
import { Problem } from '../../vocabulary/problems.js';
import { type Admission, refusals } from '../ingest.js';
import type { Source } from '../media/broadcast.js';
import type { Publishers } from '../publishers.js';
import { takeOffer } from './offer.js';
import { publishByWhip, usualLimits, type WhipLimits, type WhipPublisher, type WhipSettings } from './publisher.js';

export type { WhipSettings } from './publisher.js';

export interface WhipNeeds {
  ffmpeg: string;
  settings: WhipSettings;
  segmentMs: number;
  ingest: {
    byKey(key: string): Admission | { refuse: string };
    publish(place: Admission, source: Source): void;
  };
  publishers: Publishers;
  notice: (stream: string, text: string) => void;
  log: Logger;
  /** Shorter in tests. */
  limits?: Partial<WhipLimits>;
}

/** What a broadcast is asked for by: the address, and what came with it. */
export interface WhipWish {
  stream: string;
  /** Left out: whichever the key opens. */
  cam: string | undefined;
  key: string | undefined;
  sdp: string;
}

export interface WhipSession {
  id: string;
  stream: string;
  cam: string;
  /** The name of the ICE session, which never changes: there are no restarts. */
  etag: string;
  answer: string;
}

interface Kept extends WhipSession {
  key: string;
  publisher: WhipPublisher;
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

export type WhipDesk = ReturnType<typeof createWhipDesk>;

export function createWhipDesk(needs: WhipNeeds) {
  const { ingest, publishers, log } = needs;
  const limits = { ...usualLimits, ...needs.limits };
  const sessions = new Map<string, Kept>();

  /** Problems: stream_key_refused, show_stopped. */
  function admit({ stream, cam, key }: WhipWish): Admission & { key: string } {
    const place = key ? ingest.byKey(key) : { refuse: refusals.keyUnknown };
    if ('refuse' in place) {
      log.warn({ stream, reason: place.refuse }, 'a WHIP broadcast was refused');
      const code = place.refuse === refusals.stopped ? 'show_stopped' : 'stream_key_refused';
      throw new Problem(code, { why: capital(place.refuse) });
    }
    if (place.stream !== stream || (cam !== undefined && place.cam !== cam)) {
      throw new Problem('stream_key_refused', { why: capital(refusals.keyElsewhere) });
    }
    return { ...place, key: key ?? '' };
  }

  /** Problems: bad_request, media_unfit. */
  function taken(stream: string, sdp: string): { sdp: string; ufrag: string } {
    const offer = takeOffer(sdp);
    if (!offer) throw new Problem('bad_request', { reason: 'the body is no SDP offer of a WebRTC sender' });
    if ('sdp' in offer) return offer;
    needs.notice(stream, offer.unfit);
    throw new Problem('media_unfit', { why: offer.unfit.replace(/\.$/, '') });
  }

  /** A session of that address, if the key is its own. Problems: not_found, stream_key_refused. */
  function find(id: string, key: string | undefined): Kept {
    const found = sessions.get(id);
    if (!found) throw new Problem('not_found', { what: 'such WHIP session' });
    if (key && sameSecret(key, found.key)) return found;
    throw new Problem('stream_key_refused', { why: capital(refusals.keyUnknown) });
  }

  return {
    stun: needs.settings.stun,
    /** Problems: stream_key_refused, show_stopped, bad_request, media_unfit, already_on_air. */
    async open(wish: WhipWish): Promise<WhipSession> {
      const { key, ...place } = admit(wish);
      const offer = taken(place.stream, wish.sdp);
      const id = randomBytes(16).toString('base64url');
      const publisher = await publishByWhip({
        ...{ ffmpeg: needs.ffmpeg, settings: needs.settings, limits, segmentMs: needs.segmentMs },
        ...{ offer, place, publishers, log },
        begin: (source) => ingest.publish(place, source),
        notice: (text) => needs.notice(place.stream, text),
        onOver: () => sessions.delete(id),
      });
      const { stream, cam } = place;
      const session = { id, stream, cam, etag: `"${randomBytes(8).toString('hex')}"`, answer: publisher.answer };
      sessions.set(id, { ...session, key, publisher });
      return session;
    },
    /** Candidates that came later. Problems: not_found, stream_key_refused, and those of `match` and of the body. */
    trickle(id: string, key: string | undefined, match: string | undefined, body: string): void {
      const { etag, publisher } = find(id, key);
      if (match === undefined) throw new Problem('precondition_needed');
      if (match.trim() === '*') throw new Problem('no_ice_restart');
      if (match.trim() !== etag) throw new Problem('precondition_failed');
      publisher.trickle(body);
    },
    /** Problems: not_found, stream_key_refused. */
    end: (id: string, key: string | undefined): void => find(id, key).publisher.end(),
    stop: (): void => {
      for (const { publisher } of [...sessions.values()]) publisher.end();
    },
  };
}
