// Asks the server's HTTP API, typed by the vocabulary; refusals come as `Refusal`.
import type { Answer, Params, RouteName, routes, Sent } from '../../vocabulary/api.js';
import type { ProblemBody, ProblemCode } from '../../vocabulary/problems.js';
import type { Facts } from '../../vocabulary/refusals/wording.js';

type Routes = typeof routes;
const table: { [N in RouteName]: `${Routes[N]['method']} ${Routes[N]['path']}` } = {
  listStreams: 'get /api/streams',
  getStream: 'get /api/streams/{stream}',
  getStreamMetadata: 'get /api/streams/{stream}/metadata',
  getRegistry: 'get /api/registry',
  openSession: 'post /api/sessions',
  getSession: 'get /api/session',
  getKeyCosts: 'get /api/session/keys',
  openNative: 'post /api/session/native',
  openStudio: 'post /api/session/studio',
  postVoucher: 'post /api/vouchers',
  postTip: 'post /api/tips',
  getPoll: 'get /api/streams/{stream}/poll',
  postVote: 'post /api/polls/{poll}/votes',
  getPrediction: 'get /api/streams/{stream}/prediction',
  postStake: 'post /api/predictions/{prediction}/stakes',
  getStakes: 'get /api/predictions/{prediction}/stakes/{address}',
  postDeposit: 'post /api/channels',
  getChannel: 'get /api/channels/{purse}',
  getAddress: 'get /api/addresses/{address}',
  postTransfer: 'post /api/transfers',
  getName: 'get /api/names/{name}',
  closeChannel: 'post /api/channels/{purse}/close',
  postFaucet: 'post /api/faucet',
  chatAccountOfCode: 'post /api/chat/codes',
  linkedChats: 'get /api/chat/links',
  linkChat: 'post /api/chat/links',
  unlinkChat: 'post /api/chat/links/end',
  chatTopUp: 'get /api/chat/purses/{address}',
  payIntoChat: 'post /api/chat/purses/{address}/transfers',
  telegramWatch: 'post /api/telegram/watch',
  createStream: 'post /api/host/streams',
  hostStream: 'get /api/host/streams/{stream}',
  patchStream: 'patch /api/host/streams/{stream}',
  renewOverlayToken: 'post /api/host/streams/{stream}/overlay-token',
  changeStreamKey: 'post /api/host/streams/{stream}/cams/{cam}/key',
  getAlerts: 'get /api/host/streams/{stream}/alerts',
  actOnAlerts: 'post /api/host/streams/{stream}/alerts',
  patchAlerts: 'patch /api/host/streams/{stream}/alerts',
  listAssets: 'get /api/host/assets',
  addAsset: 'post /api/host/assets',
  removeAsset: 'post /api/host/assets/remove',
  getLook: 'get /api/host/streams/{stream}/look',
  patchLook: 'patch /api/host/streams/{stream}/look',
  getObs: 'get /api/host/streams/{stream}/obs',
  connectObs: 'post /api/host/streams/{stream}/obs',
  allowObs: 'patch /api/host/streams/{stream}/obs',
  forgetObs: 'post /api/host/streams/{stream}/obs/forget',
  planObs: 'post /api/host/streams/{stream}/obs/plan',
  setUpObs: 'post /api/host/streams/{stream}/obs/setup',
  actInObs: 'post /api/host/streams/{stream}/obs/acts',
  putObsRule: 'post /api/host/streams/{stream}/obs/rules',
  removeObsRule: 'post /api/host/streams/{stream}/obs/rules/remove',
  tryObsRule: 'post /api/host/streams/{stream}/obs/rules/try',
  getGoal: 'get /api/streams/{stream}/goal',
  setGoal: 'post /api/host/streams/{stream}/goal',
  clearGoal: 'post /api/host/streams/{stream}/goal/clear',
  getLeaderboard: 'get /api/streams/{stream}/leaderboard',
  getStreaks: 'get /api/streams/{stream}/streaks',
  getShow: 'get /api/streams/{stream}/shows/{show}',
  listShows: 'get /api/host/streams/{stream}/shows',
  patchShows: 'patch /api/host/streams/{stream}/shows',
  hostShow: 'get /api/host/streams/{stream}/shows/{show}',
  issueChatCode: 'post /api/host/chat-code',
  listChatAccounts: 'get /api/host/chat-accounts',
  removeChatAccount: 'post /api/host/chat-accounts/remove',
  makeLinks: 'post /api/host/streams/{stream}/links',
  listLinks: 'get /api/host/streams/{stream}/links',
  revokeLinks: 'post /api/host/streams/{stream}/links/revoke',
  topUpLink: 'post /api/host/links/{purse}/top-up',
  sponsorLinks: 'post /api/sponsors/{stream}/links',
  sponsorRevoke: 'post /api/sponsors/{stream}/revoke',
  sponsorTopUp: 'post /api/sponsors/{stream}/top-up',
  sponsorAccount: 'post /api/sponsors/{stream}/account',
  createPoll: 'post /api/host/streams/{stream}/polls',
  listPolls: 'get /api/host/streams/{stream}/polls',
  closePoll: 'post /api/host/polls/{poll}/close',
  cancelPoll: 'post /api/host/polls/{poll}/cancel',
  pollVotes: 'get /api/host/polls/{poll}/votes',
  openPrediction: 'post /api/host/streams/{stream}/predictions',
  listPredictions: 'get /api/host/streams/{stream}/predictions',
  lockPrediction: 'post /api/host/predictions/{prediction}/lock',
  resolvePrediction: 'post /api/host/predictions/{prediction}/resolve',
  cancelPrediction: 'post /api/host/predictions/{prediction}/cancel',
  settle: 'post /api/host/settle',
  report: 'get /api/host/report',
  verify: 'post /api/host/verify',
};

/** A refusal by the server, or `offline` when it cannot be reached. `message` is for people. */
export class Refusal extends Error {
  constructor(
    readonly code: ProblemCode | 'offline',
    message: string,
    readonly status: number,
    readonly facts: Facts = {},
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

/** True when asking again later may help. */
export const passing = (error: unknown): boolean =>
  error instanceof Refusal && (error.code === 'offline' || error.status === 429 || error.status >= 500);

const offline = () => new Refusal('offline', 'The server cannot be reached. Trying again…', 0);

/** The refusal in a response that is not ok. */
export async function refusalOf(response: Response): Promise<Refusal> {
  try {
    const body = (await response.json()) as Partial<ProblemBody>;
    if (body.code && body.detail) return new Refusal(body.code, body.detail, response.status, body.facts);
  } catch {
    // Not ours: a proxy's page, perhaps.
  }
  return new Refusal('internal', `The server answered ${response.status}.`, response.status);
}

type With<K extends string, T> = [T] extends [undefined] ? unknown : Record<K, T>;
type Needs<N extends RouteName> = With<'params', Params<N>> &
  With<'body', Sent<N>> & { query?: Record<string, string | number>; token?: string };
export type Api = <N extends RouteName>(name: N, needs: Needs<N>) => Promise<Answer<N>>;

/** `fetch` is the browser's; answers are trusted to have the vocabulary's shape. Throws `Refusal`. */
export function createApi(fetch: typeof globalThis.fetch = (...a) => globalThis.fetch(...a)): Api {
  return async <N extends RouteName>(name: N, needs: Needs<N>): Promise<Answer<N>> => {
    const {
      params = {},
      query = {},
      body,
      token,
    } = needs as {
      params?: Record<string, string>;
      query?: Record<string, string | number>;
      body?: unknown;
      token?: string;
    };
    const [method = '', path = ''] = table[name].split(' ');
    const asked = `${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))}`;
    const place = path.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(params[key] ?? ''));
    const url = asked ? `${place}?${asked}` : place;
    const headers: Record<string, string> = { accept: 'application/json' };
    if (token) headers.authorization = `Bearer ${token}`;
    const file = body instanceof Uint8Array ? (body as Uint8Array<ArrayBuffer>) : null;
    if (body !== undefined) headers['content-type'] = file ? 'application/octet-stream' : 'application/json';
    const init: RequestInit = { method: method.toUpperCase(), headers, cache: 'no-store' };
    if (body !== undefined) init.body = file ?? JSON.stringify(body);
    const response = await fetch(url, init).catch(() => Promise.reject(offline()));
    if (!response.ok) throw await refusalOf(response);
    return (await response.json().catch(() => Promise.reject(offline()))) as Answer<N>;
  };
}
