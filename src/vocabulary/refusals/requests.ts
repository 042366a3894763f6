// Refusals of the request itself, and of who asks.
import type { Wording } from './wording.js';

export const requestRefusals = {
  bad_request: { status: 400, title: 'Bad request', say: (f) => `That request is not right: ${f.reason}.` },
  not_json: {
    status: 415,
    title: 'Not JSON',
    say: () => 'The body must be JSON in UTF-8. Send it with the header “content-type: application/json”.',
  },
  wrong_method: {
    status: 405,
    title: 'Wrong method',
    say: (f) => `${f.method} means nothing here. Use ${f.allow}.`,
  },
  only_json: { status: 501, title: 'Only JSON', say: () => 'This is to be had as JSON only. Ask for format=json.' },
  bad_range: {
    status: 416,
    title: 'No such range',
    say: () => 'That part of the file is not there. Ask for one within its length.',
  },
  too_large: { status: 413, title: 'Too large', say: () => 'That is more than this server reads at once. Send less.' },
  not_found: {
    status: 404,
    title: 'Not found',
    say: (f) => `There is no ${f.what ?? 'such thing'} here. Check the link.`,
  },
  unknown_stream: {
    status: 404,
    title: 'Unknown stream',
    say: (f) => `There is no stream “${f.stream}” here. Check the link.`,
  },
  unknown_purse: {
    status: 404,
    title: 'Unknown purse',
    say: () => 'This link or channel is not known here. Ask for a new link.',
  },
  stream_exists: {
    status: 409,
    title: 'Stream exists',
    say: (f) => `There already is a stream “${f.stream}”. Choose another id.`,
  },
  unknown_cam: {
    status: 404,
    title: 'Unknown cam',
    say: (f) => `This stream has no cam “${f.cam}”. Add it first.`,
  },
  cam_exists: {
    status: 409,
    title: 'Cam exists',
    say: (f) => `This stream already has a cam “${f.cam}”. Choose another name.`,
  },
  too_many_cams: {
    status: 409,
    title: 'Too many cams',
    say: (f) => `A stream has at most ${f.most} cams.`,
  },
  id_reused: {
    status: 409,
    title: 'Id reused',
    say: () => 'That id was already used for something else. Use a new id for each act.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    say: () => 'Too many requests. Wait a few seconds and try again.',
  },
  host_token_needed: {
    status: 401,
    title: 'Host token needed',
    say: () => 'Only the host may do this. Open the dashboard link that dTok printed at start.',
  },
  session_needed: { status: 401, title: 'Session needed', say: () => 'This session has ended. Reload the page.' },
  wrong_signer: {
    status: 403,
    title: 'Wrong signer',
    say: () => 'The signature is not by the key that owns this purse.',
  },
  clock_off: {
    status: 400,
    title: 'Clock is off',
    say: (f) => `Your device’s clock is off by about ${f.seconds} s. The page corrects for it; reload if it does not.`,
  },
  overlay_token_wrong: {
    status: 403,
    title: 'Wrong overlay token',
    say: () => 'This overlay address is no longer valid. Copy it again from the dashboard.',
  },
} as const satisfies Record<string, Wording>;
