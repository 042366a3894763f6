// What the dashboard knows.
import type { HostStream, LinkPage, LinksQuery, StreamInfo } from '../../vocabulary/api.js';
import type { FeedEvent } from '../../vocabulary/events.js';
import type { Toast } from '../shared/toasts.js';
import type { MadeLink } from './links.js';

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
  tips: readonly Extract<FeedEvent, { type: 'tip' }>[];
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
  tips: [],
  toasts: [],
  busy: null,
};
