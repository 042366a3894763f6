// Refusals of OBS.
import type { Wording } from './wording.js';

export const obsRefusals = {
  obs_off: { status: 409, title: 'OBS is not connected', say: () => 'OBS is not connected. Connect it first.' },
  obs_refused: {
    status: 409,
    title: 'OBS does not answer',
    say: (f) =>
      `Nothing listens at ${f.address}. Start OBS there, and turn its server on: Tools → WebSocket Server Settings → ` +
      'Enable WebSocket server. Its port stands there too.',
  },
  obs_silent: {
    status: 409,
    title: 'OBS does not answer',
    say: (f) =>
      `No answer from ${f.address}. Is the address right, is that machine on, and does its firewall let this server ` +
      'in? docs/obs.md says how OBS is reached on another machine.',
  },
  obs_host_unknown: {
    status: 409,
    title: 'No such machine',
    say: (f) => `The name in ${f.address} leads to no machine. Check it, or write the number: ws://192.168.1.20:4455.`,
  },
  obs_password_needed: {
    status: 409,
    title: 'OBS asks for its password',
    say: () =>
      'OBS asks for a password. It is in OBS under Tools → WebSocket Server Settings → Show Connect Info: copy it here.',
  },
  obs_password_wrong: {
    status: 409,
    title: 'Wrong password',
    say: () =>
      'OBS does not take that password. Copy it from OBS: Tools → WebSocket Server Settings → Show Connect Info.',
  },
  obs_too_old: {
    status: 409,
    title: 'OBS is too old',
    say: (f) =>
      `What answers at ${f.address} is not the server that OBS has since version 28. Update OBS; with OBS 27, install ` +
      'the obs-websocket plug-in 5. If OBS is new, check the port.',
  },
  obs_no_tls: {
    status: 409,
    title: 'No safe connection',
    say: (f) =>
      `No encrypted connection to ${f.address} could be made: ${f.why}. OBS itself only speaks ws://; wss:// needs a ` +
      'proxy with a certificate before it.',
  },
  obs_gone: {
    status: 409,
    title: 'OBS is gone',
    say: () => 'The connection to OBS broke: it was closed, or its machine or network went away.',
  },
  obs_kicked: {
    status: 409,
    title: 'Sent away by OBS',
    say: () => 'Somebody pressed “Kick” in OBS’s WebSocket settings. Press Connect to come back.',
  },
  obs_said_no: {
    status: 409,
    title: 'OBS said no',
    say: (f) => `OBS could not do that: ${`${f.why}`.replace(/\.$/, '')}. Look in OBS, then try again.`,
  },
  obs_missing: {
    status: 409,
    title: 'Not in OBS',
    say: (f) => `OBS has no ${f.what} “${f.name}” any more. Choose another.`,
  },
  obs_not_allowed: {
    status: 403,
    title: 'Not allowed in OBS',
    say: (f) => `You have not allowed dTok to ${f.what} in OBS. Tick it first.`,
  },
  obs_plan_old: {
    status: 409,
    title: 'OBS has changed',
    say: () => 'OBS, or what dTok may do there, has changed since you looked. Look again what would be done.',
  },
  obs_elsewhere: {
    status: 409,
    title: 'OBS streams elsewhere',
    say: (f) =>
      `OBS is set to stream to ${f.where}, not to this stream, so dTok neither starts nor stops it. Set it up first.`,
  },
  obs_not_started: {
    status: 409,
    title: 'OBS did not start',
    say: () =>
      'OBS did not start to stream: it could not reach this server, or was refused. Its own window says why; the ' +
      'notices here too.',
  },
  obs_rule_unknown: {
    status: 404,
    title: 'No such rule',
    say: () => 'There is no such rule any more. Look at the list again.',
  },
  obs_many_rules: { status: 409, title: 'Many rules', say: (f) => `There are ${f.most} rules: remove one first.` },
} as const satisfies Record<string, Wording>;
