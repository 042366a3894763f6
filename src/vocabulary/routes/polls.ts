// The routes of polls and predictions.
import { z } from 'zod';
import { PurseState } from '../events.js';
import { OwnVote, PollView, PollVoteLine, PollWish, VoteRequest } from '../polls.js';
import {
  AddressStakes,
  PredictionView,
  PredictionWish,
  predictionLimits,
  StakeReceipt,
  StakeRequest,
} from '../predictions.js';
import { Address } from '../values.js';
import { poll, prediction, type Route, stream } from './route.js';

const VoteReceipt = PollVoteLine.pick({ option: true, amount: true, state: true, at: true })
  .extend({ id: z.string(), poll: PollView, own: OwnVote, purses: z.array(PurseState) })
  .meta({ id: 'VoteReceipt' });

export const pollRoutes = {
  getPoll: {
    method: 'get',
    path: '/api/streams/{stream}/poll',
    summary: 'The poll that runs or has just ended, and, with a session, how its person voted',
    who: 'anyone',
    params: stream,
    answer: z.object({ poll: PollView.nullable(), own: OwnVote.nullable() }).meta({ id: 'CurrentPoll' }),
  },
  postVote: {
    method: 'post',
    path: '/api/polls/{poll}/votes',
    summary: 'Vote; what is paid is set aside until the poll closes, and let go when it is cancelled',
    who: 'session',
    params: poll,
    body: VoteRequest,
    answer: VoteReceipt,
  },
  getPrediction: {
    method: 'get',
    path: '/api/streams/{stream}/prediction',
    summary: 'The newest prediction: how it stands, or how it ended',
    who: 'anyone',
    params: stream,
    answer: z.object({ prediction: PredictionView.nullable() }).meta({ id: 'CurrentPrediction' }),
  },
  postStake: {
    method: 'post',
    path: '/api/predictions/{prediction}/stakes',
    summary: 'Stake: what is signed goes to the escrow contract, all of it or nothing; this server pays the gas',
    who: 'anyone',
    params: prediction,
    body: StakeRequest,
    answer: StakeReceipt,
  },
  getStakes: {
    method: 'get',
    path: '/api/predictions/{prediction}/stakes/{address}',
    summary: 'What an address has staked in a prediction, and what it was paid; all of it is public on chain',
    who: 'anyone',
    params: prediction.extend({ address: Address }),
    answer: AddressStakes,
  },
  createPoll: {
    method: 'post',
    path: '/api/host/streams/{stream}/polls',
    summary: 'Open a poll; one of a stream runs at a time',
    who: 'host',
    params: stream,
    body: PollWish,
    answer: PollView,
  },
  listPolls: {
    method: 'get',
    path: '/api/host/streams/{stream}/polls',
    summary: 'The newest fifty polls and how they stand or ended',
    who: 'host',
    params: stream,
    answer: z.array(PollView),
  },
  closePoll: {
    method: 'post',
    path: '/api/host/polls/{poll}/close',
    summary: 'Close a poll before its time; again, the same result',
    who: 'host',
    params: poll,
    answer: PollView,
  },
  cancelPoll: {
    method: 'post',
    path: '/api/host/polls/{poll}/cancel',
    summary: 'Call a poll off: nothing counts, nothing is paid',
    who: 'host',
    params: poll,
    answer: PollView,
  },
  pollVotes: {
    method: 'get',
    path: '/api/host/polls/{poll}/votes',
    summary: 'Every vote as it was cast, by people without names',
    who: 'host',
    params: poll,
    query: z.object({ format: z.enum(['json', 'csv']).optional() }),
    csv: true,
    answer: z.array(PollVoteLine),
  },
  openPrediction: {
    method: 'post',
    path: '/api/host/streams/{stream}/predictions',
    summary: 'Open a prediction; one of a stream runs at a time',
    who: 'host',
    params: stream,
    body: PredictionWish,
    answer: PredictionView,
  },
  listPredictions: {
    method: 'get',
    path: '/api/host/streams/{stream}/predictions',
    summary: 'The newest fifty predictions',
    who: 'host',
    params: stream,
    answer: z.array(PredictionView),
  },
  lockPrediction: {
    method: 'post',
    path: '/api/host/predictions/{prediction}/lock',
    summary: 'Take no more stakes; again, the same answer',
    who: 'host',
    params: prediction,
    answer: PredictionView,
  },
  resolvePrediction: {
    method: 'post',
    path: '/api/host/predictions/{prediction}/resolve',
    summary: 'Say what happened; another option later corrects it, once and before it holds',
    who: 'host',
    params: prediction,
    body: z
      .object({
        option: z
          .number()
          .int()
          .min(0)
          .max(predictionLimits.options.most - 1),
      })
      .meta({ id: 'PredictionResult' }),
    answer: PredictionView,
  },
  cancelPrediction: {
    method: 'post',
    path: '/api/host/predictions/{prediction}/cancel',
    summary: 'Call it off: all stakes go back',
    who: 'host',
    params: prediction,
    answer: PredictionView,
  },
} as const satisfies Record<string, Route>;
