// The routes of who watches: streams, sessions, keys’ money, tips.
import { z } from 'zod';
import { PurseState } from '../events.js';
import { RegistryInfo, StreamMetadata } from '../listing.js';
import { StreamInfo } from '../streams.js';
import {
  KeyCosts,
  KeyCostsQuery,
  NativeTicket,
  SessionInfo,
  SessionRequest,
  StudioPasses,
  TipReceipt,
  TipRequest,
  VoucherRequest,
} from '../watching.js';
import { type Route, stream } from './route.js';

export const watchingRoutes = {
  listStreams: {
    method: 'get',
    path: '/api/streams',
    summary: 'All streams',
    who: 'anyone',
    answer: z.array(StreamInfo),
  },
  getStream: {
    method: 'get',
    path: '/api/streams/{stream}',
    summary: 'One stream and how to pay it',
    who: 'anyone',
    params: stream,
    answer: StreamInfo,
  },
  getStreamMetadata: {
    method: 'get',
    path: '/api/streams/{stream}/metadata',
    summary: 'What the stream registry’s metadata URI leads to; any site may read it',
    who: 'anyone',
    params: stream,
    answer: StreamMetadata,
  },
  getRegistry: {
    method: 'get',
    path: '/api/registry',
    summary: 'Where the list of all streams on this chain is read',
    who: 'anyone',
    answer: RegistryInfo,
  },
  openSession: {
    method: 'post',
    path: '/api/sessions',
    summary: 'Prove a key, get a session token for the gate',
    who: 'anyone',
    body: SessionRequest,
    answer: SessionInfo,
  },
  getSession: {
    method: 'get',
    path: '/api/session',
    summary: 'The session’s purses',
    who: 'session',
    answer: SessionInfo,
  },
  getKeyCosts: {
    method: 'get',
    path: '/api/session/keys',
    summary: 'What going back costs: the price of each key that can still be had, and which this payer has',
    who: 'session',
    query: KeyCostsQuery,
    answer: KeyCosts,
  },
  openNative: {
    method: 'post',
    path: '/api/session/native',
    summary: 'A folder of playlists for a player that can send no token, paid for by this session as it is shown more',
    who: 'session',
    answer: NativeTicket,
  },
  openStudio: {
    method: 'post',
    path: '/api/session/studio',
    summary: 'Passes for what Livepeer Studio shows, where gate says so: short-lived, for a session that has paid',
    who: 'session',
    answer: StudioPasses,
  },
  postVoucher: {
    method: 'post',
    path: '/api/vouchers',
    summary: 'Hand in a higher cumulative voucher; repeating it is harmless',
    who: 'anyone',
    body: VoucherRequest,
    answer: PurseState,
  },
  postTip: {
    method: 'post',
    path: '/api/tips',
    summary: 'Tip the session’s stream',
    who: 'session',
    body: TipRequest,
    answer: TipReceipt,
  },
} as const satisfies Record<string, Route>;
