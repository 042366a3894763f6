// What a person or program may ask over HTTP: every route with its shapes, defined once.
import { z } from 'zod';
import { Asset, AssetId, AssetList, assetLimits } from './alert-looks.js';
import { AlertAct, AlertQueue, AlertSettingsPatch } from './alerts.js';
import {
  ChatAccountName,
  ChatCodeHolder,
  ChatCodeRequest,
  ChatLinkRequest,
  ChatTopUp,
  LinkedChat,
  TelegramWatchRequest,
} from './chat.js';
import { PurseState } from './events.js';
import { Goal, GoalWish, Leaderboard, LeaderboardQuery, Streaks, StreaksQuery } from './goals.js';
import { RegistryInfo, StreamMetadata } from './listing.js';
import { Look, LookPatch } from './looks.js';
import { mediaBases } from './media-base.js';
import {
  ObsAct,
  ObsAllowPatch,
  ObsConnect,
  ObsPlan,
  ObsPlanWish,
  ObsRuleId,
  ObsRuleWish,
  ObsSetUp,
  ObsView,
  ObsWatch,
} from './obs.js';
import { OwnVote, PollView, PollVoteLine, PollWish, VoteRequest } from './polls.js';
import {
  AddressStakes,
  PredictionView,
  PredictionWish,
  predictionLimits,
  StakeReceipt,
  StakeRequest,
} from './predictions.js';
import { HostShowQuery, ShowList, ShowName, ShowSettings, ShowSettingsPatch, ShowSummary } from './shows.js';
import { Address, Amount, Bytes32, IdempotencyId, Milliseconds, plainText, Signature, StreamId } from './values.js';

export const Token = z
  .object({ address: Address, symbol: z.string(), decimals: z.number().int(), name: z.string(), version: z.string() })
  .meta({ id: 'Token', description: 'name and version are the token’s EIP-712 domain (EIP-3009, ERC-2612)' });

/** How to pay this stream: enough to open an x402 batch-settlement channel. */
export const PaymentTerms = z
  .object({
    network: z.string().meta({ example: 'eip155:31337' }),
    chainId: z.number().int(),
    contract: Address,
    depositCollector: Address,
    payTo: Address,
    receiverAuthorizer: Address,
    withdrawDelay: z.number().int().meta({ description: 'seconds' }),
    token: Token,
    payToName: z.string().nullable().meta({ description: 'the host’s ENS name, pinned to payTo' }),
    gasless: z
      .boolean()
      .meta({ description: 'the token takes EIP-3009 signatures: deposits and payouts need no gas of the viewer' }),
    names: z.boolean().meta({ description: 'GET /api/names answers' }),
    faucet: z.boolean().meta({ description: 'true on a development chain: POST /api/faucet gives test tokens' }),
  })
  .meta({ id: 'PaymentTerms' });

export const StreamState = z.enum(['live', 'reconnecting', 'idle']);

/** An invitation on the platform's own site: people are sent nowhere else by its name. */
const invitation = (platform: string, hostname: RegExp) =>
  z.union([
    z.literal(''),
    z
      .url({ protocol: /^https$/, hostname, error: `it is no https link to ${platform}` })
      .max(200)
      .refine((text) => new URL(text).username === '', `it is no https link to ${platform}`),
  ]);

/** One feed of a stream. `main` is the first. */
export const CamInfo = z
  .object({
    id: z.string(),
    title: z.string(),
    state: StreamState,
    playlist: z.string().meta({ description: 'its multivariant playlist, in each of the media folders' }),
  })
  .meta({ id: 'CamInfo' });
export type CamInfo = z.infer<typeof CamInfo>;

export const StreamInfo = z
  .object({
    id: StreamId,
    title: z.string(),
    host: z.string(),
    price: Amount.meta({ description: 'base units for one second' }),
    previewMs: Milliseconds,
    keyPeriodMs: Milliseconds,
    minTip: Amount,
    state: StreamState,
    viewers: z.number().int(),
    /** Absolute or root-relative folders that hold the stream's media; each has the playlists of all cams. */
    media: z.array(z.string()).meta({ description: 'folders of its media, best first; the last is this server' }),
    mediaKey: z.string().meta({ description: 'secp256k1 public key, hex: seals the playlists (docs/delivery.md)' }),
    cams: z.array(CamInfo),
    startsAt: Milliseconds.nullable().meta({ description: 'when the next show is said to begin; null: not said' }),
    lastEvent: z.number().int(),
    communities: z
      .array(z.object({ platform: z.enum(['discord', 'telegram']), url: z.url() }))
      .meta({ description: 'where the host’s people talk' }),
    terms: PaymentTerms,
    serverTime: Milliseconds,
  })
  .meta({ id: 'StreamInfo' });
export type StreamInfo = z.infer<typeof StreamInfo>;

/** Proof that the caller holds a key: EIP-712 `Session(string stream,uint64 issuedAt)`, issuedAt in ms by the server's clock. */
export const SessionRequest = z
  .object({ stream: StreamId, signer: Address, issuedAt: Milliseconds, signature: Signature })
  .meta({ id: 'SessionRequest' });

export const SessionInfo = z
  .object({
    session: z.string(),
    stream: StreamId,
    signer: Address,
    purses: z.array(PurseState),
    previewLeftMs: Milliseconds,
    serverTime: Milliseconds,
  })
  .meta({ id: 'SessionInfo' });
export type SessionInfo = z.infer<typeof SessionInfo>;

/** For players that can send no token: playlists and keys below `folder`, for the session that asked for it. */
export const NativeTicket = z
  .object({ folder: z.string().meta({ description: 'root-relative; has each cam’s playlist, and `state.json`' }) })
  .meta({ id: 'NativeTicket' });

/** Cumulative: "up to `maxClaimableAmount` in total", EIP-712 `Voucher(bytes32 channelId,uint128 maxClaimableAmount)`. */
export const VoucherRequest = z
  .object({ channelId: Bytes32, maxClaimableAmount: Amount, signature: Signature })
  .meta({ id: 'VoucherRequest', description: 'channelId is the purse’s id: a channel’s, or a watch link’s' });

export const TipRequest = z
  .object({ id: IdempotencyId, amount: Amount, name: plainText(40), message: plainText(280) })
  .meta({ id: 'TipRequest' });
export const TipReceipt = z
  .object({
    id: z.string(),
    n: z.number().int(),
    amount: Amount,
    name: z.string(),
    message: z.string(),
    at: Milliseconds,
    purse: PurseState,
  })
  .meta({ id: 'TipReceipt' });
export type TipReceipt = z.infer<typeof TipReceipt>;

export const ChannelConfig = z
  .object({
    payer: Address,
    payerAuthorizer: Address,
    receiver: Address,
    receiverAuthorizer: Address,
    token: Address,
    withdrawDelay: z
      .number()
      .int()
      .min(0)
      .max(2 ** 40 - 1),
    salt: Bytes32,
  })
  .meta({ id: 'ChannelConfig' });
export type ChannelConfig = z.infer<typeof ChannelConfig>;

const WholeSeconds = z.string().regex(/^\d{1,15}$/);
const Uint256 = z.string().regex(/^\d{1,78}$/);
/** Longer than a key's: a contract wallet judges its own. */
const WalletSignature = z
  .string()
  .regex(/^0x(?:[0-9a-fA-F]{2}){65,1024}$/)
  .transform((text) => text.toLowerCase() as `0x${string}`)
  .meta({ type: 'string', pattern: '^0x(?:[0-9a-fA-F]{2}){65,1024}$' });

/** The `deposit` of an x402 payload by EIP-3009, as any client may sign it. */
export const SignedDeposit = z.object({
  amount: Amount,
  authorization: z.object({
    erc3009Authorization: z.object({
      validAfter: WholeSeconds,
      validBefore: WholeSeconds,
      salt: Bytes32,
      signature: WalletSignature,
    }),
  }),
});
/** The same by Permit2. */
export const Permit2Deposit = z.object({
  amount: Amount,
  authorization: z.object({
    permit2Authorization: z.object({
      from: Address,
      permitted: z.object({ token: Address, amount: Amount }),
      spender: Address,
      nonce: Uint256,
      deadline: WholeSeconds,
      witness: z.object({ channelId: Bytes32 }),
      signature: WalletSignature,
    }),
  }),
});

/** The x402 `deposit` payload with an EIP-3009 authorization (the nonce is keccak256(abi.encode(channelId, salt))). */
export const DepositRequest = z
  .object({
    type: z.literal('deposit'),
    channelConfig: ChannelConfig,
    voucher: VoucherRequest,
    deposit: z.object({
      amount: Amount,
      authorization: z.object({
        erc3009Authorization: z.object({
          validAfter: WholeSeconds,
          validBefore: WholeSeconds,
          salt: Bytes32,
          signature: Signature,
        }),
      }),
    }),
  })
  .meta({ id: 'DepositRequest' });
export type DepositRequest = z.infer<typeof DepositRequest>;
export const DepositReceipt = z.object({ purse: PurseState, transaction: z.string() }).meta({ id: 'DepositReceipt' });

/** Proof by the purse's key, EIP-712 `Close(bytes32 channelId,uint64 issuedAt)`. */
export const CloseRequest = z.object({ issuedAt: Milliseconds, signature: Signature }).meta({ id: 'CloseRequest' });
export const CloseReceipt = z
  .object({ claimed: Amount, refunded: Amount, to: Address, transaction: z.string() })
  .meta({ id: 'CloseReceipt' });

/** What a channel is, and what of it is on chain as last seen. */
export const ChannelInfo = z
  .object({
    id: Bytes32,
    config: ChannelConfig,
    balance: Amount,
    claimed: Amount,
    withdrawing: Amount,
    withdrawableAt: Milliseconds.nullable().meta({ description: 'when the withdrawal under way can be finished' }),
  })
  .meta({ id: 'ChannelInfo' });
export type ChannelInfo = z.infer<typeof ChannelInfo>;

export const AddressMoney = z
  .object({ token: Amount, coin: z.string().regex(/^\d+$/).meta({ description: 'wei of the chain’s own coin' }) })
  .meta({ id: 'AddressMoney', description: 'what is at an address now' });

/** An EIP-3009 `TransferWithAuthorization` by a channel's payer; the server pays the gas. */
export const TransferRequest = z
  .object({
    from: Address,
    to: Address,
    value: Amount,
    validAfter: WholeSeconds,
    validBefore: WholeSeconds,
    nonce: Bytes32,
    signature: Signature,
  })
  .meta({ id: 'TransferRequest' });
export type TransferRequest = z.infer<typeof TransferRequest>;
export const TransferReceipt = z.object({ transaction: z.string() }).meta({ id: 'TransferReceipt' });

export const Named = z
  .object({
    name: z.string(),
    address: Address,
    primary: z.string().nullable().meta({ description: 'the name that the address gives itself, if it leads back' }),
  })
  .meta({ id: 'Named' });

export const StreamSettings = z
  .object({
    title: plainText(120),
    price: Amount,
    previewMs: Milliseconds.max(3_600_000),
    keyPeriodMs: Milliseconds.min(1000).max(10_000),
    minTip: Amount,
    mediaBase: z
      .string()
      .max(1000)
      .regex(mediaBases, 'is up to four addresses such as https://cdn.example.org/main/, with spaces between'),
    discord: invitation('Discord', /^(www\.)?(discord\.gg|discord\.com)$/i),
    telegram: invitation('Telegram', /^(www\.)?(t\.me|telegram\.me)$/i),
    startsAt: Milliseconds.nullable(),
  })
  .meta({
    id: 'StreamSettings',
    description:
      'mediaBase: where viewers fetch media instead of this server, best first, with spaces between; empty for this server. discord, telegram: invitations to the stream’s communities; empty for none. startsAt: when the next show begins; null to say nothing',
  });
export type StreamSettings = z.infer<typeof StreamSettings>;
export const StreamPatch = StreamSettings.partial()
  .extend({ open: z.boolean().optional().meta({ description: 'false ends the broadcast and lets none in' }) })
  .meta({ id: 'StreamPatch' });
export type StreamPatch = z.infer<typeof StreamPatch>;
export const StreamCreate = StreamSettings.partial().extend({ id: StreamId }).meta({ id: 'StreamCreate' });

/** A Discord or Telegram account that has proved to be the host's. */
export const HostChatAccount = z
  .object({
    platform: z.enum(['discord', 'telegram']),
    user: z.string().regex(/^\d{1,20}$/, 'the platform’s number for the user'),
    name: z.string(),
    at: Milliseconds.meta({ description: 'since when' }),
  })
  .meta({ id: 'HostChatAccount' });
export type HostChatAccount = z.infer<typeof HostChatAccount>;

/** What was earned, in base units. */
export const Earnings = z
  .object({ watched: Amount, tipped: Amount, claimed: Amount, settled: Amount, unclaimed: Amount })
  .meta({
    id: 'Earnings',
    description: 'watched and tipped are this stream’s; claimed, settled and unclaimed are the host’s',
  });
export type Earnings = z.infer<typeof Earnings>;

/** What a sponsor's channel holds, beside what its open links may still spend of it. */
export const SponsorState = z
  .object({
    channel: Bytes32,
    sponsor: Address,
    balance: Amount,
    spent: Amount,
    promised: Amount.meta({ description: 'what open links have left, together' }),
    overcommitted: z.boolean().meta({ description: 'more is promised than is left in the channel' }),
    links: z.number().int(),
    online: z.boolean().meta({ description: 'there to sign: without it, its links wait' }),
  })
  .meta({ id: 'SponsorState' });
export type SponsorState = z.infer<typeof SponsorState>;

export const HostStream = z
  .object({
    info: StreamInfo,
    settings: StreamSettings,
    open: z.boolean().meta({ description: 'whether it may be broadcast to' }),
    earnings: Earnings,
    rtmpUrl: z.string(),
    streamKey: z.string(),
    streamKeys: z
      .record(z.string(), z.string().nullable())
      .meta({ description: 'of each cam; null where it is revoked' }),
    overlayUrl: z.string(),
    overlays: z.number().int(),
    notices: z.array(z.object({ at: Milliseconds, text: z.string() })),
    sponsor: SponsorState.nullable().meta({ description: 'our own, behind the links made here' }),
    sponsors: z.array(SponsorState).meta({ description: 'others, who sign in processes of their own' }),
    hostBalance: Amount.nullable(),
    predictions: z
      .object({
        on: z.boolean(),
        token: z.boolean().meta({ description: 'false: the token takes no EIP-3009 signatures, so they cannot be on' }),
        feeBps: z.number().int(),
      })
      .meta({ description: 'whether they are on here, and the host’s part of what the losers staked' }),
  })
  .meta({ id: 'HostStream' });
export type HostStream = z.infer<typeof HostStream>;

export const StreamKeyChange = z
  .object({
    change: z.enum(['renew', 'revoke']).meta({ description: 'revoked, a cam has no key until it is renewed' }),
  })
  .meta({ id: 'StreamKeyChange' });

export const LinkState = z.enum(['open', 'used_up', 'expired', 'revoked']);
export type LinkState = z.infer<typeof LinkState>;
export const WatchLink = PurseState.extend({
  signer: Address,
  label: z.string(),
  createdAt: Milliseconds,
  expiresAt: Milliseconds.nullable(),
  revokedAt: Milliseconds.nullable(),
  state: LinkState,
}).meta({
  id: 'WatchLink',
  description: 'A pass purse. Its key is made by whoever makes the link and is never sent here.',
});
export type WatchLink = z.infer<typeof WatchLink>;
export const LinkWish = z
  .object({
    signer: Address,
    limit: Amount,
    label: plainText(80).default(''),
    expiresAt: Milliseconds.nullable().default(null).meta({ description: 'the last moment at which it pays' }),
    once: z
      .boolean()
      .default(false)
      .meta({ description: 'the label names a person, who gets one link: asked again, the answer is the first one' }),
  })
  .refine((wish) => !wish.once || wish.label !== '', 'a link for one person needs a label that names the person')
  .meta({ id: 'LinkWish' });
export type LinkWish = z.infer<typeof LinkWish>;
const LinkWishes = z.array(LinkWish).min(1).max(10_000);
export const LinksRequest = z.object({ links: LinkWishes }).meta({ id: 'LinksRequest' });
export const LinksQuery = z.object({
  search: z.string().max(120).default('').meta({ description: 'a part of the label, or the start of id or signer' }),
  state: LinkState.optional(),
  sort: z.enum(['newest', 'spent', 'left', 'label']).default('newest'),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
export type LinksQuery = z.infer<typeof LinksQuery>;
export const LinkPage = z
  .object({ links: z.array(WatchLink), total: z.number().int().meta({ description: 'of all pages' }) })
  .meta({ id: 'LinkPage' });
export type LinkPage = z.infer<typeof LinkPage>;
export const RevokeRequest = z
  .object({
    links: z.array(Bytes32).max(10_000).default([]),
    label: plainText(80).optional().meta({ description: 'all with exactly this label' }),
    search: z.string().min(1).max(120).optional().meta({ description: 'all that this search finds' }),
  })
  .refine((r) => r.links.length > 0 || r.label !== undefined || r.search !== undefined, 'say which links')
  .meta({ id: 'RevokeRequest' });
export const RevokeReceipt = z
  .object({ revoked: z.number().int(), freed: Amount.meta({ description: 'unspent, and the sponsor’s again' }) })
  .meta({ id: 'RevokeReceipt' });

/** Proof by the sponsor's key over the request (EIP-712 in the domain `dTok sponsor`, see src/payments/sponsor-data.ts). */
const bySponsor = { channel: Bytes32, issuedAt: Milliseconds, signature: Signature };
export const SponsorLinksRequest = z.object({ ...bySponsor, links: LinkWishes }).meta({ id: 'SponsorLinksRequest' });
export const SponsorRevokeRequest = z
  .object({ ...bySponsor, links: z.array(Bytes32).min(1).max(10_000) })
  .meta({ id: 'SponsorRevokeRequest' });
export const SponsorTopUpRequest = z
  .object({ ...bySponsor, id: IdempotencyId, link: Bytes32, amount: Amount })
  .meta({ id: 'SponsorTopUpRequest', description: 'the same id again, newly signed, raises nothing more' });
export const SponsorReadRequest = z
  .object({
    ...bySponsor,
    offset: z.number().int().min(0).default(0),
    limit: z.number().int().min(1).max(1000).default(1000),
  })
  .meta({ id: 'SponsorReadRequest' });
/** A link with its highest voucher: what its holder signed for. */
export const SponsoredLink = WatchLink.extend({ signature: Signature.nullable() }).meta({ id: 'SponsoredLink' });
export type SponsoredLink = z.infer<typeof SponsoredLink>;
export const SponsorAccount = z
  .object({
    channel: z.object({
      id: Bytes32,
      config: ChannelConfig,
      balance: Amount,
      authorized: Amount,
      signature: Signature.nullable(),
      spent: Amount,
      claimed: Amount,
    }),
    links: z.array(SponsoredLink).meta({ description: 'oldest first' }),
    total: z.number().int(),
  })
  .meta({ id: 'SponsorAccount', description: 'what a sponsor needs to check that it was never overcharged' });
export type SponsorAccount = z.infer<typeof SponsorAccount>;
export const TopUpRequest = z.object({ id: IdempotencyId, amount: Amount }).meta({ id: 'TopUpRequest' });

export const SettleRequest = z
  .object({
    refund: z
      .boolean()
      .default(false)
      .meta({ description: 'also give every channel’s unspent rest back to its payer' }),
    dryRun: z.boolean().default(false).meta({ description: 'only say what would be done: no transaction has a hash' }),
  })
  .meta({ id: 'SettleRequest' });
export const SettleReport = z
  .object({
    claims: z.array(z.object({ channel: Bytes32, amount: Amount, transaction: z.string().nullable() })),
    refunds: z.array(z.object({ channel: Bytes32, to: Address, amount: Amount, transaction: z.string().nullable() })),
    settled: Amount.meta({ description: 'moved to the host’s address by this call' }),
    transaction: z.string().nullable(),
  })
  .meta({ id: 'SettleReport' });
export type SettleReport = z.infer<typeof SettleReport>;

const Day = z.iso.date().transform((day) => Date.parse(day));
export const ReportQuery = z.object({
  by: z.enum(['stream', 'day', 'payer']).default('day'),
  from: Day.optional().meta({ description: 'a day (UTC): 2026-11-01' }),
  to: Day.optional().meta({ description: 'the first day that is not included' }),
  limit: z.coerce.number().int().min(1).max(1000).default(1000).meta({ description: 'lines of JSON; CSV has all' }),
  format: z.enum(['json', 'csv']).optional().meta({ description: 'goes before the Accept header' }),
});
export type ReportQuery = z.infer<typeof ReportQuery>;
const reportSums = {
  watched: Amount,
  tipped: Amount,
  claimed: Amount.meta({ description: 'the part of both that is claimed on chain by now; the oldest charges first' }),
  paidMs: z.number().int(),
  freeMs: z.number().int(),
  tips: z.number().int(),
};
export const ReportLine = z
  .object({
    of: z.string().meta({ description: 'the stream’s id, the day (UTC), or the payer’s address' }),
    label: z.string().meta({ description: 'the stream’s title, or what the payer’s watch link is for' }),
    ...reportSums,
  })
  .meta({ id: 'ReportLine' });
export type ReportLine = z.infer<typeof ReportLine>;
export const Report = z
  .object({
    lines: z.array(ReportLine).meta({ description: 'days in order, streams and payers with the most first' }),
    count: z.number().int().meta({ description: 'of all lines, also those beyond the limit' }),
    total: z.object(reportSums),
  })
  .meta({ id: 'Report' });
export type Report = z.infer<typeof Report>;

const count = z.number().int();
export const Verification = z
  .object({
    checked: z.object({ charges: count, purses: count, vouchers: count, tips: count, votes: count, channels: count }),
    findings: z.array(z.object({ what: z.string(), where: z.string(), expected: z.string(), found: z.string() })),
  })
  .meta({ id: 'Verification', description: 'where the ledger, its charges and vouchers, and the chain do not match' });

export interface Route {
  method: 'get' | 'post' | 'patch';
  /** OpenAPI form: `/api/streams/{stream}`. */
  path: string;
  summary: string;
  /** Who may: anyone, the holder of a session token, the host. */
  who: 'anyone' | 'session' | 'host';
  params?: z.ZodObject;
  query?: z.ZodObject;
  /** Its body may be megabytes. */
  large?: true;
  /** Answers `text/csv` too, to whoever asks for it. */
  csv?: true;
  body?: z.ZodType;
  /** Its body is a file of at most so many bytes, whatever it is sent as. */
  file?: number;
  answer: z.ZodType;
}

const VoteReceipt = PollVoteLine.pick({ option: true, amount: true, state: true, at: true })
  .extend({ id: z.string(), poll: PollView, own: OwnVote, purses: z.array(PurseState) })
  .meta({ id: 'VoteReceipt' });

const stream = z.object({ stream: StreamId });
const camOfStream = z.object({ stream: StreamId, cam: z.string().max(16) });
const poll = z.object({ poll: z.string().regex(/^\d{1,15}$/, 'a poll’s id is a number') });
const prediction = z.object({ prediction: z.string().regex(/^\d{1,15}$/, 'a prediction’s id is a number') });
const purse = z.object({ purse: Bytes32 });

export const routes = {
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
  openNative: {
    method: 'post',
    path: '/api/session/native',
    summary: 'A folder of playlists for a player that can send no token, paid for by this session as it is shown more',
    who: 'session',
    answer: NativeTicket,
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
  postDeposit: {
    method: 'post',
    path: '/api/channels',
    summary: 'Open or top up a channel by an x402 deposit payload; the server pays the gas',
    who: 'anyone',
    body: DepositRequest,
    answer: DepositReceipt,
  },
  getChannel: {
    method: 'get',
    path: '/api/channels/{purse}',
    summary: 'A channel and what of it is on chain',
    who: 'anyone',
    params: purse,
    answer: ChannelInfo,
  },
  getAddress: {
    method: 'get',
    path: '/api/addresses/{address}',
    summary: 'The tokens at an address, so that a page can see them arrive',
    who: 'anyone',
    params: z.object({ address: Address }),
    answer: AddressMoney,
  },
  postTransfer: {
    method: 'post',
    path: '/api/transfers',
    summary: 'Send on what came back from a channel, by its payer’s EIP-3009 signature; the server pays the gas',
    who: 'anyone',
    body: TransferRequest,
    answer: TransferReceipt,
  },
  getName: {
    method: 'get',
    path: '/api/names/{name}',
    summary: 'The address that an ENS name leads to',
    who: 'anyone',
    params: z.object({ name: z.string().min(3).max(255) }),
    answer: Named,
  },
  closeChannel: {
    method: 'post',
    path: '/api/channels/{purse}/close',
    summary: 'Claim what is spent and refund the rest to the payer',
    who: 'anyone',
    params: purse,
    body: CloseRequest,
    answer: CloseReceipt,
  },
  postFaucet: {
    method: 'post',
    path: '/api/faucet',
    summary: 'Test tokens, on a development chain only',
    who: 'anyone',
    body: z.object({ address: Address }).meta({ id: 'FaucetRequest' }),
    answer: z.object({ amount: Amount, transaction: z.string() }).meta({ id: 'FaucetReceipt' }),
  },
  chatAccountOfCode: {
    method: 'post',
    path: '/api/chat/codes',
    summary: 'Whose one-time code it is, which /link in chat gave; wrong ones are counted',
    who: 'session',
    body: ChatCodeRequest,
    answer: ChatCodeHolder,
  },
  linkedChats: {
    method: 'get',
    path: '/api/chat/links',
    summary: 'The chat accounts that are linked to the session’s key',
    who: 'session',
    answer: z.array(LinkedChat),
  },
  linkChat: {
    method: 'post',
    path: '/api/chat/links',
    summary: 'Link the account of a code to the session’s key; with a mandate, chat spends from its channel',
    who: 'session',
    body: ChatLinkRequest,
    answer: LinkedChat,
  },
  unlinkChat: {
    method: 'post',
    path: '/api/chat/links/end',
    summary: 'End a link of the session’s key: from then on chat spends nothing of it',
    who: 'session',
    body: ChatAccountName,
    answer: z.object({ ended: z.boolean() }).meta({ id: 'ChatLinkEnded' }),
  },
  chatTopUp: {
    method: 'get',
    path: '/api/chat/purses/{address}',
    summary: 'A chat purse: where to send tokens, and what has come; what arrives is looked for from then on',
    who: 'anyone',
    params: z.object({ address: Address }),
    answer: ChatTopUp,
  },
  payIntoChat: {
    method: 'post',
    path: '/api/chat/purses/{address}/transfers',
    summary: 'Tokens of anybody’s into a chat purse by an EIP-3009 signature; the server pays the gas',
    who: 'anyone',
    params: z.object({ address: Address }),
    body: TransferRequest,
    answer: TransferReceipt,
  },
  telegramWatch: {
    method: 'post',
    path: '/api/telegram/watch',
    summary: 'The own watch link of whoever has opened the Telegram Mini App',
    who: 'anyone',
    body: TelegramWatchRequest,
    answer: z.object({ url: z.url() }).meta({ id: 'TelegramWatchLink' }),
  },
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
  getAlerts: {
    method: 'get',
    path: '/api/host/streams/{stream}/alerts',
    summary: 'The alert queue: on stage, waiting, held for approval, over; its settings and who is muted',
    who: 'host',
    params: stream,
    answer: AlertQueue,
  },
  actOnAlerts: {
    method: 'post',
    path: '/api/host/streams/{stream}/alerts',
    summary: 'Pause, resume, skip, replay, approve, reject, mute, unmute, test',
    who: 'host',
    params: stream,
    body: AlertAct,
    answer: AlertQueue,
  },
  patchAlerts: {
    method: 'patch',
    path: '/api/host/streams/{stream}/alerts',
    summary: 'Change what is shown, for how long, and what is held back',
    who: 'host',
    params: stream,
    body: AlertSettingsPatch,
    answer: AlertQueue,
  },
  listAssets: {
    method: 'get',
    path: '/api/host/assets',
    summary: 'The sounds and pictures that the host brought for alerts',
    who: 'host',
    answer: AssetList,
  },
  addAsset: {
    method: 'post',
    path: '/api/host/assets',
    summary: 'Bring a sound (MP3, OGG, WAV) or a picture (PNG, JPEG, GIF, WebP, WebM) for alerts; the body is the file',
    who: 'host',
    query: z.object({ name: plainText(120).meta({ description: 'what the host calls it' }) }),
    // A little more, so that it is told in the words for files.
    file: assetLimits.bytes + 64 * 1024,
    answer: Asset,
  },
  removeAsset: {
    method: 'post',
    path: '/api/host/assets/remove',
    summary: 'Delete a sound or picture that no alert uses',
    who: 'host',
    body: z.object({ id: AssetId }),
    answer: AssetList,
  },
  getLook: {
    method: 'get',
    path: '/api/host/streams/{stream}/look',
    summary: 'How the overlay looks: theme, own CSS, and which parts are on and where',
    who: 'host',
    params: stream,
    answer: Look,
  },
  patchLook: {
    method: 'patch',
    path: '/api/host/streams/{stream}/look',
    summary: 'Change how the overlay looks; open overlays change at once',
    who: 'host',
    params: stream,
    body: LookPatch,
    large: true,
    answer: Look,
  },
  getObs: {
    method: 'get',
    path: '/api/host/streams/{stream}/obs',
    summary: 'The stream’s OBS: how it is connected, what it shows, what dTok may do there, and the rules',
    who: 'host',
    params: stream,
    query: ObsWatch,
    answer: ObsView,
  },
  connectObs: {
    method: 'post',
    path: '/api/host/streams/{stream}/obs',
    summary: 'Connect this server to OBS; address and password are kept when it works',
    who: 'host',
    params: stream,
    body: ObsConnect,
    answer: ObsView,
  },
  allowObs: {
    method: 'patch',
    path: '/api/host/streams/{stream}/obs',
    summary: 'What dTok may do in OBS',
    who: 'host',
    params: stream,
    body: ObsAllowPatch,
    answer: ObsView,
  },
  forgetObs: {
    method: 'post',
    path: '/api/host/streams/{stream}/obs/forget',
    summary: 'End the connection, and forget address and password; OBS stays as it is',
    who: 'host',
    params: stream,
    answer: ObsView,
  },
  planObs: {
    method: 'post',
    path: '/api/host/streams/{stream}/obs/plan',
    summary: 'What setting OBS up would make and change; changes nothing',
    who: 'host',
    params: stream,
    body: ObsPlanWish,
    answer: ObsPlan,
  },
  setUpObs: {
    method: 'post',
    path: '/api/host/streams/{stream}/obs/setup',
    summary: 'Do what a plan shows, no more; answers what is left of it',
    who: 'host',
    params: stream,
    body: ObsSetUp,
    answer: ObsPlan,
  },
  actInObs: {
    method: 'post',
    path: '/api/host/streams/{stream}/obs/acts',
    summary: 'Start or stop OBS’s stream to here, or switch its scene',
    who: 'host',
    params: stream,
    body: ObsAct,
    answer: ObsView,
  },
  putObsRule: {
    method: 'post',
    path: '/api/host/streams/{stream}/obs/rules',
    summary: 'A new rule, or a changed one: what OBS does when something happens',
    who: 'host',
    params: stream,
    body: ObsRuleWish,
    answer: ObsView,
  },
  removeObsRule: {
    method: 'post',
    path: '/api/host/streams/{stream}/obs/rules/remove',
    summary: 'Take a rule away',
    who: 'host',
    params: stream,
    body: ObsRuleId,
    answer: ObsView,
  },
  tryObsRule: {
    method: 'post',
    path: '/api/host/streams/{stream}/obs/rules/try',
    summary: 'Do now what a rule does, with made-up words',
    who: 'host',
    params: stream,
    body: ObsRuleId,
    answer: ObsView,
  },
  getGoal: {
    method: 'get',
    path: '/api/streams/{stream}/goal',
    summary: 'The stream’s goal and how near it is',
    who: 'anyone',
    params: stream,
    answer: z.object({ goal: Goal.nullable() }).meta({ id: 'GoalAnswer' }),
  },
  setGoal: {
    method: 'post',
    path: '/api/host/streams/{stream}/goal',
    summary: 'Set a goal, in place of the one there was; it counts from now on',
    who: 'host',
    params: stream,
    body: GoalWish,
    answer: Goal,
  },
  clearGoal: {
    method: 'post',
    path: '/api/host/streams/{stream}/goal/clear',
    summary: 'Take the goal away',
    who: 'host',
    params: stream,
    answer: z.object({ goal: z.null() }).meta({ id: 'NoGoal' }),
  },
  getLeaderboard: {
    method: 'get',
    path: '/api/streams/{stream}/leaderboard',
    summary: 'Who tipped most in this show, in the last hour, today, or ever',
    who: 'anyone',
    params: stream,
    query: LeaderboardQuery,
    csv: true,
    answer: Leaderboard,
  },
  getStreaks: {
    method: 'get',
    path: '/api/streams/{stream}/streaks',
    summary: 'Who was there in how many shows in a row',
    who: 'anyone',
    params: stream,
    query: StreaksQuery,
    csv: true,
    answer: Streaks,
  },
  getShow: {
    method: 'get',
    path: '/api/streams/{stream}/shows/{show}',
    summary: 'How a show goes or went: the number of one, or the last',
    who: 'anyone',
    params: stream.extend({ show: ShowName }),
    answer: ShowSummary,
  },
  listShows: {
    method: 'get',
    path: '/api/host/streams/{stream}/shows',
    summary: 'The newest thirty shows with what each earned, and what everybody may know of them',
    who: 'host',
    params: stream,
    answer: ShowList,
  },
  patchShows: {
    method: 'patch',
    path: '/api/host/streams/{stream}/shows',
    summary: 'Say whether summaries of shows name who tipped, and tell what was earned',
    who: 'host',
    params: stream,
    body: ShowSettingsPatch,
    answer: ShowSettings,
  },
  hostShow: {
    method: 'get',
    path: '/api/host/streams/{stream}/shows/{show}',
    summary: 'How a show went, with all that the host may know; as CSV by payer or by minute',
    who: 'host',
    params: stream.extend({ show: ShowName }),
    query: HostShowQuery,
    csv: true,
    answer: ShowSummary,
  },
  issueChatCode: {
    method: 'post',
    path: '/api/host/chat-code',
    summary: 'A one-time code: who sends /host with it to the bot may steer the shows from chat',
    who: 'host',
    answer: z.object({ code: z.string(), expiresAt: Milliseconds }).meta({ id: 'ChatCode' }),
  },
  listChatAccounts: {
    method: 'get',
    path: '/api/host/chat-accounts',
    summary: 'The chat accounts that are the host’s',
    who: 'host',
    answer: z.array(HostChatAccount),
  },
  removeChatAccount: {
    method: 'post',
    path: '/api/host/chat-accounts/remove',
    summary: 'Makes a chat account nobody special again; the rest is the answer',
    who: 'host',
    body: HostChatAccount.pick({ platform: true, user: true }),
    answer: z.array(HostChatAccount),
  },
  makeLinks: {
    method: 'post',
    path: '/api/host/streams/{stream}/links',
    summary: 'Make watch links for keys that the caller made, up to ten thousand at once',
    who: 'host',
    large: true,
    params: stream,
    body: LinksRequest,
    answer: z.array(WatchLink),
  },
  listLinks: {
    method: 'get',
    path: '/api/host/streams/{stream}/links',
    summary: 'Watch links and what each spent, a page at a time',
    who: 'host',
    params: stream,
    query: LinksQuery,
    answer: LinkPage,
  },
  revokeLinks: {
    method: 'post',
    path: '/api/host/streams/{stream}/links/revoke',
    summary: 'Take watch links back, from the next key on; what they did not spend is the sponsor’s again',
    who: 'host',
    large: true,
    params: stream,
    body: RevokeRequest,
    answer: RevokeReceipt,
  },
  topUpLink: {
    method: 'post',
    path: '/api/host/links/{purse}/top-up',
    summary: 'Raise a link’s limit',
    who: 'host',
    params: purse,
    body: TopUpRequest,
    answer: WatchLink,
  },
  sponsorLinks: {
    method: 'post',
    path: '/api/sponsors/{stream}/links',
    summary: 'Make watch links on the sponsor’s own channel',
    who: 'anyone',
    large: true,
    params: stream,
    body: SponsorLinksRequest,
    answer: z.array(WatchLink),
  },
  sponsorRevoke: {
    method: 'post',
    path: '/api/sponsors/{stream}/revoke',
    summary: 'Take watch links of the sponsor’s own channel back',
    who: 'anyone',
    large: true,
    params: stream,
    body: SponsorRevokeRequest,
    answer: z.array(WatchLink),
  },
  sponsorTopUp: {
    method: 'post',
    path: '/api/sponsors/{stream}/top-up',
    summary: 'Raise the limit of a watch link of the sponsor’s own channel, once for each id',
    who: 'anyone',
    params: stream,
    body: SponsorTopUpRequest,
    answer: WatchLink,
  },
  sponsorAccount: {
    method: 'post',
    path: '/api/sponsors/{stream}/account',
    summary: 'The sponsor’s channel and its links with their vouchers',
    who: 'anyone',
    params: stream,
    body: SponsorReadRequest,
    answer: SponsorAccount,
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
export type RouteName = keyof typeof routes;

type Out<T> = T extends z.ZodType ? z.infer<T> : undefined;
type In<T> = T extends z.ZodType ? z.input<T> : undefined;
type Shape<N extends RouteName, K extends string> = (typeof routes)[N] extends Record<K, infer T> ? T : undefined;
/** Parsed path parameters, parsed body and answer of a route; `Sent` is the body as a client writes it. */
export type Params<N extends RouteName> = Out<Shape<N, 'params'>>;
export type Body<N extends RouteName> = (typeof routes)[N] extends { file: number }
  ? Uint8Array
  : Out<Shape<N, 'body'>>;
export type Query<N extends RouteName> = Out<Shape<N, 'query'>>;
export type Sent<N extends RouteName> = (typeof routes)[N] extends { file: number } ? Uint8Array : In<Shape<N, 'body'>>;
export type Answer<N extends RouteName> = z.infer<(typeof routes)[N]['answer']>;
