// Every refusal, worded once: a code, its HTTP status, and a sentence that says what to do.

import { sayPaymentReason } from './payment-reasons.js';

/** Facts a sentence may use. */
export type Facts = Readonly<Record<string, string | number | undefined>>;

interface Wording {
  status: number;
  title: string;
  /** A sentence for the person: what happened and what to do. */
  say: (facts: Facts) => string;
}

const wordings = {
  // the request itself
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
  // who asks
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
  // money
  voucher_wrong_signature: {
    status: 403,
    title: 'Voucher not signed by the purse’s key',
    say: (f) => `The voucher is not signed by this purse’s key for chain ${f.chainId} and this contract.`,
  },
  voucher_over_limit: {
    status: 409,
    title: 'Voucher over the limit',
    say: (f) => `The voucher promises ${f.amount}, but this purse holds ${f.limit}. Top it up or sign less.`,
  },
  voucher_too_low: {
    status: 409,
    title: 'Voucher too low',
    say: (f) => `A voucher for ${f.authorized} is already accepted. Sign a higher total.`,
  },
  voucher_needed: { status: 402, title: 'Voucher needed', say: () => 'Sign a voucher for a higher total to go on.' },
  payment_needed: {
    status: 402,
    title: 'Payment needed',
    say: () => 'This part of the stream is paid for. Open its watch page, or pay with an x402 client.',
  },
  payment_refused: {
    status: 402,
    title: 'Payment refused',
    say: (f) => `This payment cannot be taken: ${sayPaymentReason(String(f.reason))}.`,
  },
  out_of_credit: {
    status: 402,
    title: 'Out of credit',
    say: () => 'The credit is used up. Top up, or open another watch link.',
  },
  sponsor_unavailable: {
    status: 402,
    title: 'Sponsor unavailable',
    say: () => 'Whoever funds this link has stopped paying for now. Top up yourself, or ask for another link.',
  },
  sponsor_unfunded: {
    status: 409,
    title: 'Nothing behind the links',
    say: (f) =>
      `No money is behind the watch links of “${f.stream}” yet, so no link was made. Send ${f.symbol} to the sponsor’s ` +
      `address ${f.sponsor} on this chain, then make them again: what has arrived there is put behind them.`,
  },
  link_expired: {
    status: 402,
    title: 'Watch link expired',
    say: () => 'This watch link has expired. Ask for a new one, or pay from a purse of your own.',
  },
  link_revoked: {
    status: 402,
    title: 'Watch link revoked',
    say: () => 'Whoever gave out this watch link has taken it back. Ask for another, or pay from a purse of your own.',
  },
  not_sponsor: {
    status: 403,
    title: 'Not the sponsor',
    say: () => 'The signature is not by the sponsor whose channel this is.',
  },
  purse_closing: {
    status: 409,
    title: 'Purse closing',
    say: () => 'This purse is being paid out. Wait for it, then open a new channel.',
  },
  charge_refused: { status: 409, title: 'Charge refused', say: (f) => `This could not be charged: ${f.reason}.` },
  tip_too_small: { status: 400, title: 'Tip too small', say: (f) => `The smallest tip here is ${f.minimum}.` },
  channel_not_ours: {
    status: 400,
    title: 'Channel does not pay this host',
    say: (f) => `This channel cannot be used here: its ${f.field} is not the one this stream asks for.`,
  },
  chain_refused: {
    status: 409,
    title: 'Refused by the chain',
    say: (f) => `The chain refused this: ${f.reason}. Nothing was taken.`,
  },
  nothing_to_refund: { status: 409, title: 'Nothing to refund', say: () => 'Nothing is left in this channel.' },
  faucet_off: {
    status: 403,
    title: 'No faucet',
    say: () => 'There is no faucet on this chain: send real tokens instead.',
  },
  transfer_not_ours: {
    status: 403,
    title: 'Not from a channel here',
    say: () => 'Only money that was in a channel here can be sent on without gas. Put it into your balance first.',
  },
  ens_off: {
    status: 409,
    title: 'Names are not looked up',
    say: () => 'Names are not looked up on this chain. Use the address: 0x and 40 letters and digits.',
  },
  name_unknown: {
    status: 404,
    title: 'Name unknown',
    say: (f) => `The name “${f.name}” leads to no address. Check its spelling, or use the address.`,
  },
  // chat purses: amounts come worded, with the token's symbol
  chat_top_up_needed: {
    status: 402,
    title: 'Not enough in the chat purse',
    say: (f) => `That costs ${f.amount}, and you have ${f.left} here. Top up with /topup, then try again.`,
  },
  chat_over_command: {
    status: 403,
    title: 'Over the limit for one command',
    say: (f) => `One command may spend at most ${f.most}. Spend less, or raise your limit with /settings.`,
  },
  chat_over_day: {
    status: 403,
    title: 'Over the limit for a day',
    say: (f) =>
      `You spend at most ${f.most} in 24 hours, and ${f.spent} is spent. Wait, or raise your limit with /settings.`,
  },
  chat_link_unsigned: {
    status: 402,
    title: 'Not signed by the linked page',
    say: () => 'Your linked page has not signed for that much yet. Open the page once, or top up here with /topup.',
  },
  chat_code_wrong: {
    status: 404,
    title: 'Wrong code',
    say: () => 'That code is wrong, used, or older than ten minutes. Get a new one in chat with /link.',
  },
  chat_linked_already: {
    status: 409,
    title: 'Linked already',
    say: () => 'This chat account is linked to another page. Unlink it there or in chat with /link, then try again.',
  },
  chat_withdrawing: {
    status: 409,
    title: 'Being paid out',
    say: () => 'Your chat purse is being paid out. Wait a minute, then try again.',
  },
  chat_nothing_left: {
    status: 409,
    title: 'Nothing to withdraw',
    say: () =>
      'There is nothing of yours in this chat purse to withdraw. What a sponsor allows you stays the sponsor’s.',
  },
  telegram_off: {
    status: 404,
    title: 'No Telegram bot',
    say: () => 'No Telegram bot runs here. Open the show by its web address.',
  },
  telegram_unproven: {
    status: 401,
    title: 'Not opened in Telegram',
    say: () => 'Telegram does not vouch for this any more. Close it, and open it again from the chat.',
  },
  css_refused: {
    status: 400,
    title: 'CSS refused',
    say: (f) => `This CSS cannot be used: ${f.reason}. The overlay stays as it was.`,
  },
  // polls: amounts come worded where people read them
  poll_unknown: { status: 404, title: 'No such poll', say: () => 'There is no such poll here. It may be over.' },
  poll_running: {
    status: 409,
    title: 'A poll is running',
    say: () => 'A poll of this stream is running. Close or cancel it first.',
  },
  poll_wrong: { status: 400, title: 'Not a poll', say: (f) => `This poll cannot be opened: ${f.reason}.` },
  poll_closed: { status: 409, title: 'Poll closed', say: () => 'This poll is closed: no more votes are taken.' },
  poll_secret: {
    status: 409,
    title: 'Votes are secret',
    say: () => 'The votes of this poll are secret until it closes.',
  },
  vote_no_option: { status: 400, title: 'No such option', say: () => 'This poll has no such option.' },
  vote_final: {
    status: 409,
    title: 'Voted already',
    say: () => 'You have voted, and votes in this poll cannot be changed.',
  },
  vote_costs: { status: 402, title: 'Votes are paid for', say: () => 'A vote in this poll is paid for. Say how much.' },
  vote_free_only: {
    status: 400,
    title: 'Votes are free',
    say: () => 'Votes in this poll are free: one for each person, and none can be bought.',
  },
  vote_amount: {
    status: 400,
    title: 'Not a price of votes',
    say: (f) =>
      f.least
        ? `A vote here costs ${f.price} or more.`
        : `A vote here costs ${f.price}: pay that, or a whole number of times that.`,
  },
  vote_needs_purse: {
    status: 403,
    title: 'A purse is needed',
    say: () => 'To vote here, put money in or open a watch link: every purse is one person. Voting itself may be free.',
  },
  vote_too_young: {
    status: 403,
    title: 'Account too young',
    say: (f) =>
      `Votes in this poll need a chat account that is at least ${f.days} days old and says so. Vote in chat, or link ` +
      'this page with your chat account.',
  },
  // predictions: amounts come worded
  predictions_off: {
    status: 403,
    title: 'No predictions',
    say: () => 'Predictions are off here. The host can turn them on with PREDICTIONS=on, where the law allows them.',
  },
  escrow_missing: {
    status: 409,
    title: 'No escrow contract',
    say: () =>
      'The prediction escrow is not on this chain yet. “dtok escrow” prints the transaction that puts it there.',
  },
  prediction_unknown: {
    status: 404,
    title: 'No such prediction',
    say: () => 'There is no such prediction here. It may be over.',
  },
  prediction_running: {
    status: 409,
    title: 'A prediction is running',
    say: () => 'A prediction of this stream is running. Resolve or cancel it first.',
  },
  prediction_not_opened: {
    status: 409,
    title: 'Not opened',
    say: () => 'The prediction could not be opened on chain in time. Nothing was staked; open another.',
  },
  prediction_locked: {
    status: 409,
    title: 'Stakes are closed',
    say: () => 'This prediction is locked: no more stakes are taken. Nothing was taken from you.',
  },
  prediction_open: {
    status: 409,
    title: 'Stakes are still taken',
    say: () => 'Stakes are still taken. Lock the prediction first, before the outcome can be known.',
  },
  prediction_over: {
    status: 409,
    title: 'Decided already',
    say: () => 'This prediction is decided: its result holds and cannot be changed.',
  },
  prediction_corrected: {
    status: 409,
    title: 'Corrected already',
    say: () => 'A result is corrected once. Cancel the prediction to give all stakes back.',
  },
  prediction_no_option: {
    status: 400,
    title: 'No such option',
    say: () => 'This prediction has no such option.',
  },
  prediction_crew: {
    status: 403,
    title: 'Not for who decides',
    say: () => 'Who opens or decides a prediction may not stake in it.',
  },
  prediction_staked: {
    status: 403,
    title: 'Not for who staked',
    say: () => 'You have staked in this prediction, so somebody else has to decide it.',
  },
  stake_too_small: { status: 400, title: 'Stake too small', say: (f) => `The smallest stake here is ${f.minimum}.` },
  stake_pending: {
    status: 503,
    title: 'Stake on its way',
    say: () => 'The chain does not answer. Your stake is kept and goes on by itself: do not stake again.',
  },
  stake_failed: {
    status: 409,
    title: 'Stake not taken',
    say: () => 'That stake was not taken. The money is still yours; stake again.',
  },
  // the stream
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
  // the stage
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
  // what a host brings for it
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
  // OBS
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
  // the machine
  chain_unavailable: {
    status: 503,
    title: 'Chain unavailable',
    say: () => 'The chain cannot be reached right now. Nothing is lost; try again in a minute.',
  },
  token_unusable: {
    status: 500,
    title: 'Token cannot be used',
    say: (f) => `The token ${f.address} cannot be used: ${f.why}. Set TOKEN_ADDRESS to another one.`,
  },
  relayer_empty: {
    status: 503,
    title: 'No gas money',
    say: (f) =>
      `This server has no money left for gas. The host must send some to ${f.relayer}; then it goes on by itself.`,
  },
  storage_unavailable: {
    status: 503,
    title: 'Storage unavailable',
    say: () => 'The server cannot write to its disk. Nothing was charged; the host must free some space.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong',
    say: () => 'Something went wrong here. Nothing was charged twice; try again.',
  },
} as const satisfies Record<string, Wording>;

export type ProblemCode = keyof typeof wordings;

export const problemCodes = Object.keys(wordings) as ProblemCode[];

/** RFC 9457 problem details; `code` is what programs go by, `detail` what people read. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  code: ProblemCode;
  detail: string;
  facts?: Facts;
}

/** A refusal: thrown anywhere, worded here, rendered at the edge. */
export class Problem extends Error {
  readonly status: number;
  constructor(
    readonly code: ProblemCode,
    readonly facts: Facts = {},
    options?: { cause?: unknown },
  ) {
    const wording: Wording = wordings[code];
    super(wording.say(facts), options);
    this.name = 'Problem';
    this.status = wording.status;
  }

  /** The body of an `application/problem+json` answer. */
  body(): ProblemBody {
    return {
      type: `urn:dtok:problem:${this.code}`,
      title: wordings[this.code].title,
      status: this.status,
      code: this.code,
      detail: this.message,
      ...(Object.keys(this.facts).length > 0 ? { facts: this.facts } : {}),
    };
  }
}
