// One WHIP broadcast: a WebRTC connection whose packets become FLV for a cam, until either is gone.
import type { Logger } from '../../log.js';
import { Problem } from '../../vocabulary/problems.js';
import type { Source } from '../media/broadcast.js';
import type { Place, Publisher, Publishers } from '../publishers.js';
import { flvHeader } from '../rtmp/flv.js';
import { createSource } from '../source.js';
import { createMedia } from './media.js';
import { announce, readFragment } from './offer.js';
import { type IceSettings, openPeer, type Peer } from './peer.js';

export interface WhipSettings extends IceSettings {
  /** The address that a router in front passes on to this machine; null: it has none. */
  address: string | null;
}

export interface WhipLimits {
  /** From the answer to the first packet, ms. */
  connectMs: number;
  /** Without a packet, ms: it is lost. */
  silenceMs: number;
  /** Without a packet, ms: it gives way to whoever comes, which is most likely the same encoder again. */
  quietMs: number;
}

export const usualLimits: WhipLimits = { connectMs: 10_000, silenceMs: 6000, quietMs: 2000 };

export interface WhipPublisherNeeds {
  ffmpeg: string;
  settings: WhipSettings;
  limits: WhipLimits;
  /** How far keyframes shall be apart. */
  segmentMs: number;
  offer: { sdp: string; ufrag: string };
  place: Place;
  publishers: Publishers;
  begin: (source: Source) => void;
  /** A sentence for the dashboard. */
  notice: (sentence: string) => void;
  onOver: () => void;
  log: Logger;
}

export interface WhipPublisher {
  place: Place;
  /** SDP. */
  answer: string;
  /** Candidates that came later. Problems: bad_request, no_ice_restart. */
  trickle(fragment: string): void;
  /** The client is done. */
  end(): void;
}

/** How often gaps and silence are looked at. */
const lookMs = 20;

/** Problems: already_on_air, bad_request. All of it ends with the connection. */
export async function publishByWhip(needs: WhipPublisherNeeds): Promise<WhipPublisher> {
  const { publishers, log, limits } = needs;
  const place: Place = { stream: needs.place.stream, cam: needs.place.cam };
  let since = Date.now();
  let looking: NodeJS.Timeout | undefined;
  let heard: number | null = null;
  let over = false;
  let peer: Peer | null = null;
  const feed = createSource((reason) => refuse(reason), flvHeader);

  const publisher: Publisher = {
    get givesWay() {
      return Date.now() - (heard ?? since) > limits.quietMs;
    },
    refuse: (reason) => refuse(reason),
  };

  function leave(): void {
    over = true;
    clearInterval(looking);
    media.end();
    peer?.close();
    publishers.leave(place, publisher);
    feed.end();
    needs.onOver();
  }

  function refuse(reason: string): void {
    if (over) return;
    log.warn({ ...place, reason }, 'a WHIP broadcast was refused');
    leave();
  }

  function gone(how: string): void {
    if (over) return;
    log.info({ ...place, how }, 'a WHIP broadcast is over');
    leave();
  }

  function look(): void {
    const now = Date.now();
    media.look(now);
    if (heard === null && now - since > limits.connectMs) gone('no media came: is its UDP let through?');
    else if (heard !== null && now - heard > limits.silenceMs) gone('no media for too long');
  }

  /** It is on air from its first packet on. */
  function hear(now: number): void {
    const first = heard === null;
    heard = now;
    if (first) needs.begin(feed.source);
  }

  if (!publishers.enter(place, publisher)) throw new Problem('already_on_air');
  const media = createMedia({
    ffmpeg: needs.ffmpeg,
    segmentMs: needs.segmentMs,
    hasSound: /^m=audio /m.test(needs.offer.sdp),
    onFlv: feed.give,
    onTrouble: (sentence) => {
      needs.notice(sentence);
      refuse(sentence);
    },
    askKeyframe: () => peer?.askKeyframe(),
    allow: () => peer?.allow(),
    askAgain: (missing) => peer?.askAgain(missing),
  });

  async function open(): Promise<Peer> {
    try {
      return await openPeer({
        ...needs.settings,
        offer: needs.offer.sdp,
        onPacket: (kind, packet) => {
          const now = Date.now();
          if (!over) hear(now);
          if (!over) media.packet(kind, packet, now);
        },
        onReport: (kind, ntp, timestamp) => over || media.report(kind, ntp, timestamp),
        onGone: () => gone('the connection was closed'),
      });
    } catch (error) {
      gone('its offer was not understood');
      throw new Problem('bad_request', { reason: 'the SDP offer is not understood' }, { cause: error });
    }
  }

  const opened = await open();
  peer = opened;
  if (over) {
    opened.close();
    throw new Problem('already_on_air');
  }
  since = Date.now();
  looking = setInterval(look, lookMs);
  log.info({ ...place }, 'a WHIP broadcast was accepted');
  const { address } = needs.settings;
  return {
    place,
    answer: address ? announce(opened.answer, address) : opened.answer,
    trickle(text) {
      const trickled = readFragment(text);
      if (!trickled) throw new Problem('bad_request', { reason: 'it is no fragment of SDP with an ice-ufrag' });
      if (trickled.ufrag !== needs.offer.ufrag) throw new Problem('no_ice_restart');
      for (const { candidate, mid } of trickled.candidates) opened.addCandidate(candidate, mid);
    },
    end: () => gone('its encoder ended it'),
  };
}
