// What is said of a stream: to everybody, and to its host.
import { z } from 'zod';
import { SponsorState } from './links.js';
import { mediaBases } from './media-base.js';
import { Address, Amount, Milliseconds, plainText, StreamId } from './values.js';

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
    qualities: z.number().int().meta({
      description: 'how many there are in that playlist; more come where somebody else makes them',
    }),
    studio: z.string().nullable().meta({
      description: 'its multivariant playlist at Livepeer Studio, once it plays there; null where it does not',
    }),
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
    gate: z
      .enum(['keys', 'webhook', 'jwt'])
      .meta({ description: 'keys: this server, for each key. Else Livepeer Studio, for each viewer that has a pass' }),
    mediaKey: z.string().meta({ description: 'secp256k1 public key, hex: seals the playlists (docs/delivery.md)' }),
    cams: z.array(CamInfo),
    dvrMs: Milliseconds.meta({ description: 'how far back viewers may go; 0: not at all' }),
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

export const HostStream = z
  .object({
    info: StreamInfo,
    settings: StreamSettings,
    open: z.boolean().meta({ description: 'whether it may be broadcast to' }),
    earnings: Earnings,
    rtmpUrl: z.string(),
    whipUrl: z.string().meta({ description: 'for encoders that speak WHIP, with a stream key as the bearer token' }),
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
