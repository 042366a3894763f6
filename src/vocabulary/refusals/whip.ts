// Refusals of those who broadcast by WHIP.
import type { Wording } from './wording.js';

export const whipRefusals = {
  stream_key_refused: { status: 401, title: 'Stream key refused', say: (f) => `${f.why}.` },
  show_stopped: { status: 403, title: 'The show is stopped', say: (f) => `${f.why}.` },
  already_on_air: {
    status: 409,
    title: 'Already on air',
    say: () => 'This is already being broadcast. End that broadcast first; one that is lost gives way within seconds.',
  },
  media_unfit: { status: 422, title: 'Other codecs needed', say: (f) => `${f.why}.` },
  not_sdp: {
    status: 415,
    title: 'Not SDP',
    say: (f) => `The body must be of the type ${f.type}. Send it with that as its content-type.`,
  },
  no_ice_restart: {
    status: 422,
    title: 'No ICE restart',
    say: () => 'This server takes no ICE restarts. End the session with DELETE and begin a new one with POST.',
  },
  precondition_needed: {
    status: 428,
    title: 'If-Match needed',
    say: () => 'Send If-Match with the ETag that the session began with.',
  },
  precondition_failed: {
    status: 412,
    title: 'Another ETag',
    say: () => 'If-Match is not the ETag that this session began with.',
  },
} as const satisfies Record<string, Wording>;
