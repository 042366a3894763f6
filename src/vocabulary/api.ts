// What a person or program may ask over HTTP: every route with its shapes, defined once.
import { z } from 'zod';
import { PurseState } from './events.js';
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
    faucet: z.boolean().meta({ description: 'true on a development chain: POST /api/faucet gives test tokens' }),
  })
  .meta({ id: 'PaymentTerms' });

export const StreamState = z.enum(['live', 'reconnecting', 'idle']);

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
    /** Absolute or root-relative folders that hold the stream's media; each has `live.m3u8`. */
    media: z.array(z.string()),
    lastEvent: z.number().int(),
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
    withdrawDelay: z.number().int(),
    salt: Bytes32,
  })
  .meta({ id: 'ChannelConfig' });
export type ChannelConfig = z.infer<typeof ChannelConfig>;

const WholeSeconds = z.string().regex(/^\d{1,15}$/);
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

export const StreamSettings = z
  .object({
    title: plainText(120),
    price: Amount,
    previewMs: Milliseconds.max(3_600_000),
    keyPeriodMs: Milliseconds.min(1000).max(10_000),
    minTip: Amount,
    mediaBase: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]),
  })
  .meta({
    id: 'StreamSettings',
    description: 'mediaBase: where viewers fetch media instead of this server; empty for this server',
  });
export type StreamSettings = z.infer<typeof StreamSettings>;
export const StreamPatch = StreamSettings.partial().meta({ id: 'StreamPatch' });
export type StreamPatch = z.infer<typeof StreamPatch>;
export const StreamCreate = StreamPatch.extend({ id: StreamId }).meta({ id: 'StreamCreate' });

/** What was earned, in base units. */
export const Earnings = z
  .object({ watched: Amount, tipped: Amount, claimed: Amount, settled: Amount, unclaimed: Amount })
  .meta({
    id: 'Earnings',
    description: 'watched and tipped are this stream’s; claimed, settled and unclaimed are the host’s',
  });
export type Earnings = z.infer<typeof Earnings>;

export const HostStream = z
  .object({
    info: StreamInfo,
    settings: StreamSettings,
    earnings: Earnings,
    rtmpUrl: z.string(),
    streamKey: z.string(),
    overlayUrl: z.string(),
    overlays: z.number().int(),
    notices: z.array(z.object({ at: Milliseconds, text: z.string() })),
    sponsor: z.object({ channel: Bytes32, balance: Amount, spent: Amount, promised: Amount }).nullable(),
    hostBalance: Amount.nullable(),
  })
  .meta({ id: 'HostStream' });
export type HostStream = z.infer<typeof HostStream>;

export const WatchLink = PurseState.extend({
  signer: Address,
  label: z.string(),
  createdAt: Milliseconds,
}).meta({
  id: 'WatchLink',
  description: 'A pass purse. Its key is made by whoever makes the link and is never sent here.',
});
export type WatchLink = z.infer<typeof WatchLink>;
export const LinksRequest = z
  .object({
    links: z
      .array(z.object({ signer: Address, limit: Amount, label: plainText(80).default('') }))
      .min(1)
      .max(10_000),
  })
  .meta({ id: 'LinksRequest' });
export const TopUpRequest = z.object({ id: IdempotencyId, amount: Amount }).meta({ id: 'TopUpRequest' });

export const SettleRequest = z
  .object({
    refund: z
      .boolean()
      .default(false)
      .meta({ description: 'also give every channel’s unspent rest back to its payer' }),
  })
  .meta({ id: 'SettleRequest' });
export const SettleReport = z
  .object({
    claims: z.array(z.object({ channel: Bytes32, amount: Amount, transaction: z.string() })),
    refunds: z.array(z.object({ channel: Bytes32, to: Address, amount: Amount, transaction: z.string() })),
    settled: Amount.meta({ description: 'moved to the host’s address by this call' }),
    transaction: z.string().nullable(),
  })
  .meta({ id: 'SettleReport' });
export type SettleReport = z.infer<typeof SettleReport>;

export interface Route {
  method: 'get' | 'post' | 'patch';
  /** OpenAPI form: `/api/streams/{stream}`. */
  path: string;
  summary: string;
  /** Who may: anyone, the holder of a session token, the host. */
  who: 'anyone' | 'session' | 'host';
  params?: z.ZodObject;
  body?: z.ZodType;
  answer: z.ZodType;
}

const stream = z.object({ stream: StreamId });
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
  postDeposit: {
    method: 'post',
    path: '/api/channels',
    summary: 'Open or top up a channel by an x402 deposit payload; the server pays the gas',
    who: 'anyone',
    body: DepositRequest,
    answer: DepositReceipt,
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
  makeLinks: {
    method: 'post',
    path: '/api/host/streams/{stream}/links',
    summary: 'Make watch links for keys that the caller made',
    who: 'host',
    params: stream,
    body: LinksRequest,
    answer: z.array(WatchLink),
  },
  listLinks: {
    method: 'get',
    path: '/api/host/streams/{stream}/links',
    summary: 'Watch links and what each spent',
    who: 'host',
    params: stream,
    answer: z.array(WatchLink),
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
  settle: {
    method: 'post',
    path: '/api/host/settle',
    summary: 'Claim and pay out now',
    who: 'host',
    body: SettleRequest,
    answer: SettleReport,
  },
} as const satisfies Record<string, Route>;
export type RouteName = keyof typeof routes;

type Out<T> = T extends z.ZodType ? z.infer<T> : undefined;
type In<T> = T extends z.ZodType ? z.input<T> : undefined;
type Shape<N extends RouteName, K extends string> = (typeof routes)[N] extends Record<K, infer T> ? T : undefined;
/** Parsed path parameters, parsed body and answer of a route; `Sent` is the body as a client writes it. */
export type Params<N extends RouteName> = Out<Shape<N, 'params'>>;
export type Body<N extends RouteName> = Out<Shape<N, 'body'>>;
export type Sent<N extends RouteName> = In<Shape<N, 'body'>>;
export type Answer<N extends RouteName> = z.infer<(typeof routes)[N]['answer']>;
