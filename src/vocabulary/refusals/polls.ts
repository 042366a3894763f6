// Refusals of polls and predictions. Amounts come worded.
import type { Wording } from './wording.js';

export const pollRefusals = {
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
} as const satisfies Record<string, Wording>;
