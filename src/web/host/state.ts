// What the dashboard knows.

import type { FeedEvent } from '../../vocabulary/events.js';
import type { Goal } from '../../vocabulary/goals.js';
import type { LinkPage, LinksQuery } from '../../vocabulary/links.js';
import type { PollView } from '../../vocabulary/polls.js';
import type { PredictionView } from '../../vocabulary/predictions.js';
import type { HostStream, StreamInfo } from '../../vocabulary/streams.js';
import type { LivePoll } from '../shared/poll.js';
import type { LivePrediction } from '../shared/prediction.js';
import type { Toast } from '../shared/toasts.js';
import type { MadeLink } from './links.js';
import { firstWish, type Report, type ReportWish } from './report.js';

export interface HostState {
  /** No token, or a wrong one: what to do about it. */
  shut: string | null;
  streams: readonly StreamInfo[];
  stream: string | null;
  shown: HostStream | null;
  /** The page of links that was asked for. */
  links: LinkPage | null;
  query: Pick<LinksQuery, 'search' | 'sort' | 'offset'>;
  /** Made in this visit; their keys are nowhere else. */
  made: { links: readonly MadeLink[]; credit: string } | null;
  /** Why no link could be made: nothing is behind them; and where to send what should be. */
  unfunded: { text: string; sponsor: string } | null;
  goal: Goal | null;
  tips: readonly Extract<FeedEvent, { type: 'tip' }>[];
  /** What was earned: the wish, and what was answered to which (`of`). */
  report: { wish: ReportWish; data: Report | null; of: ReportWish; loading: boolean };
  /** The poll that runs or has just ended, and those before. */
  poll: LivePoll | null;
  polls: readonly PollView[];
  /** The prediction that runs or was over lately, and those before. */
  prediction: LivePrediction | null;
  predictions: readonly PredictionView[];
  toasts: readonly Toast[];
  busy: string | null;
}

export const initialState: HostState = {
  shut: null,
  streams: [],
  stream: null,
  shown: null,
  links: null,
  query: { search: '', sort: 'newest', offset: 0 },
  made: null,
  unfunded: null,
  goal: null,
  tips: [],
  report: { wish: firstWish, data: null, of: firstWish, loading: false },
  poll: null,
  polls: [],
  prediction: null,
  predictions: [],
  toasts: [],
  busy: null,
};
