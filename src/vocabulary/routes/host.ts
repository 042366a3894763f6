// The routes of a host about a stream: settings, keys, show, money.
import { Report, ReportQuery, SettleReport, SettleRequest, Verification } from '../books.js';
import { HostStream, StreamCreate, StreamKeyChange, StreamPatch } from '../streams.js';
import { camOfStream, type Route, stream } from './route.js';

export const hostRoutes = {
  createStream: {
    method: 'post',
    path: '/api/host/streams',
    summary: 'Create a stream',
    who: 'host',
    body: StreamCreate,
    answer: HostStream,
  },
  hostStream: {
    method: 'get',
    path: '/api/host/streams/{stream}',
    summary: 'Everything the dashboard shows',
    who: 'host',
    params: stream,
    answer: HostStream,
  },
  patchStream: {
    method: 'patch',
    path: '/api/host/streams/{stream}',
    summary: 'Change title, price, preview, key period, delivery',
    who: 'host',
    params: stream,
    body: StreamPatch,
    answer: HostStream,
  },
  renewOverlayToken: {
    method: 'post',
    path: '/api/host/streams/{stream}/overlay-token',
    summary: 'A new overlay address; overlays of the old one are dropped',
    who: 'host',
    params: stream,
    answer: HostStream,
  },
  changeStreamKey: {
    method: 'post',
    path: '/api/host/streams/{stream}/cams/{cam}/key',
    summary: 'Give a cam another stream key, or take its key away; whoever broadcasts to it is shown out at once',
    who: 'host',
    params: camOfStream,
    body: StreamKeyChange,
    answer: HostStream,
  },
  settle: {
    method: 'post',
    path: '/api/host/settle',
    summary: 'Claim and pay out now',
    who: 'host',
    body: SettleRequest,
    answer: SettleReport,
  },
  report: {
    method: 'get',
    path: '/api/host/report',
    summary: 'What was earned, by stream, day or payer, summed from every charge',
    who: 'host',
    query: ReportQuery,
    csv: true,
    answer: Report,
  },
  verify: {
    method: 'post',
    path: '/api/host/verify',
    summary: 'Derive the ledger once more from charges, vouchers and the chain, and compare',
    who: 'host',
    answer: Verification,
  },
} as const satisfies Record<string, Route>;
