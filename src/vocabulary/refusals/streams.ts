// Refusals of streams, their stage, and what a host brings for it.
import type { Wording } from './wording.js';

export const streamRefusals = {
  not_live: {
    status: 409,
    title: 'Not live',
    say: () => 'The stream is not on air. It starts by itself when the host goes live.',
  },
  gate_busy: {
    status: 503,
    title: 'Gate busy',
    say: () =>
      'More viewers want keys than this server can charge at this moment. Nothing was charged; try again in a second.',
  },
  key_unknown: {
    status: 404,
    title: 'Key not available',
    say: () => 'That part of the stream is over or not yet there.',
  },
  unknown_alert: {
    status: 404,
    title: 'Unknown alert',
    say: () => 'There is no such alert here. Look at the queue again.',
  },
  no_alert_on_stage: {
    status: 409,
    title: 'Nothing on stage',
    say: () => 'No alert is on stage right now. There is nothing to skip.',
  },
  unknown_person: {
    status: 404,
    title: 'Unknown person',
    say: (f) => `Nobody called “${f.who}” has tipped here. Write the name as it stood on the alert, or the account.`,
  },
  asset_wrong_kind: {
    status: 415,
    title: 'Not a picture or sound',
    say: () =>
      'That file cannot be shown or played. Pictures are PNG, JPEG, GIF, WebP or WebM; sounds are MP3, OGG or WAV.',
  },
  asset_too_large: {
    status: 413,
    title: 'File too large',
    say: (f) => `That file is too large for an overlay. Bring one of at most ${f.most}.`,
  },
  assets_full: {
    status: 409,
    title: 'No more room',
    say: (f) => `There is room for ${f.files} files and ${f.most}. Delete one that is not used any more.`,
  },
  asset_in_use: {
    status: 409,
    title: 'In use',
    say: (f) => `The alerts of the stream ${f.stream} use “${f.name}”. Choose another there and save, then delete it.`,
  },
  unknown_asset: {
    status: 404,
    title: 'No such upload',
    say: () => 'That upload is not there any more. Choose another.',
  },
  no_goal: {
    status: 404,
    title: 'No goal',
    say: () => 'No goal is set for this stream. Set one first.',
  },
  unknown_show: {
    status: 404,
    title: 'Unknown show',
    say: () => 'There is no such show of this stream. Check the link.',
  },
} as const satisfies Record<string, Wording>;
