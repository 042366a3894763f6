// Every setting, typed: read from the environment and `.env`; `.env.example` explains each.
import { createPrivateKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { parseUnits } from 'ethers';
import { z } from 'zod';
import { basesOf, mediaBases } from './vocabulary/media-base.js';
import { Address, type Hex, StreamId } from './vocabulary/values.js';

const port = z.coerce.number().int().min(0).max(65_535);
const seconds = (fallback: number, min = 0) => z.coerce.number().min(min).default(fallback);
const decimal = (fallback: string) =>
  z
    .string()
    .regex(/^\d{1,12}(\.\d{1,18})?$/, 'is a decimal number such as 0.0005')
    .default(fallback);
const flag = (fallback: 'on' | 'off') =>
  z
    .enum(['on', 'off'])
    .default(fallback)
    .transform((text) => text === 'on');
const key = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, 'is a private key: 0x and 64 hex digits')
  .transform((text) => text.toLowerCase() as Hex);

const NameOrAddress = z.union([
  Address,
  z.string().regex(/^[^\s/]+\.[^\s/.]{2,}$/, 'is an address, or a name such as hanna.eth'),
]);

const Env = z.object({
  PORT: port.default(8402),
  HOST: z.string().default('0.0.0.0'),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  RTMP_PORT: port.optional(),
  WHIP_UDP_PORTS: z
    .string()
    .regex(/^\d{4,5}-\d{4,5}$/, 'is a range such as 40000-40019')
    .optional(),
  WHIP_ADDRESS: z.union([z.ipv4(), z.ipv6()], 'is an IP address').optional(),
  WHIP_STUN: z
    .string()
    .regex(/^stun:[\w.-]+(:\d{1,5})?$/, 'is an address such as stun:stun.example.org:3478')
    .optional(),
  DATA_DIR: z.string().default('data'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  FFMPEG: z.string().optional(),
  TEST_CARD: flag('on'),
  HOST_NAME: z.string().max(40).default('Your show'),
  STREAM_ID: StreamId.default('main'),
  STREAM_TITLE: z.string().max(120).default('My first paid show'),
  PRICE_PER_SECOND: decimal('0.0005'),
  MIN_TIP: decimal('0.1'),
  PREVIEW_SECONDS: seconds(10),
  KEY_PERIOD_SECONDS: seconds(2, 1),
  SEGMENT_SECONDS: seconds(1, 0.5).pipe(z.number().max(10)),
  PART_SECONDS: seconds(0.5).pipe(z.number().max(1)),
  DVR_SECONDS: seconds(0).pipe(z.number().max(7200)),
  RENDITIONS: z
    .string()
    .regex(/^(720p|480p|360p)(,(720p|480p|360p))*$/, 'is a list such as 720p,480p,360p')
    .optional(),
  TRANSCODER: z.enum(['none', 'local', 'livepeer-gateway', 'livepeer-studio']).optional(),
  LIVEPEER_GATEWAY_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:9935'),
  LIVEPEER_STUDIO_API_KEY: z.string().optional(),
  LIVEPEER_STUDIO_SIGNING_KEY: z.string().optional(),
  LIVEPEER_STUDIO_PUBLIC_KEY: z.string().optional(),
  LIVEPEER_STUDIO_API: z.url({ protocol: /^https?$/ }).default('https://livepeer.studio/api'),
  LIVEPEER_STUDIO_RTMP: z.url({ protocol: /^rtmps?$/ }).default('rtmp://rtmp.livepeer.com/live'),
  STUDIO_GATE: z.enum(['keys', 'webhook', 'jwt']).default('keys'),
  LIVEPEER_DEADLINE_SECONDS: seconds(8, 1).pipe(z.number().max(12)),
  LIVEPEER_WEBHOOK_SECRET: z
    .string()
    .regex(/^[A-Za-z0-9_-]{20,100}$/, 'is 20 to 100 letters and digits that nobody can guess')
    .optional(),
  CAMS: z
    .string()
    .regex(/^[a-z][a-z0-9]{0,15}(,[a-z][a-z0-9]{0,15}){0,6}$/, 'is a list of names such as stage,screen')
    .optional(),
  MEDIA_BASE: z.string().regex(mediaBases, 'is up to four addresses, with spaces between').default(''),
  PUBLISH_TO: z.string().optional(),
  S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  S3_REGION: z.string().default('us-east-1'),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  RECONNECT_SECONDS: seconds(15, 1),
  FIRST_LINK_CREDIT: decimal('5'),
  RPC_URL: z.url({ protocol: /^https?$/ }).optional(),
  PUBLIC_RPC_URL: z.url({ protocol: /^https?$/ }).optional(),
  LIST_STREAMS: flag('on'),
  CHAIN_PORT: port.optional(),
  TOKEN_ADDRESS: Address.optional(),
  HOST_ADDRESS: NameOrAddress.optional(),
  HOST_ADDRESS_CONFIRMED: Address.optional(),
  ENS_REGISTRY: Address.optional(),
  RELAYER_KEY: key.optional(),
  CHAIN_POLL_SECONDS: seconds(2, 0.1),
  CHAIN_CONFIRMATIONS: z.coerce.number().int().min(1).max(64).default(3),
  WITHDRAW_DELAY_SECONDS: z.coerce.number().int().min(900).max(2_592_000).default(86_400),
  SETTLE_AFTER_SECONDS: seconds(3600, 1),
  SETTLE_MINIMUM: decimal('5'),
  GAS_COIN_PRICE: decimal('0'),
  SETTLE_MAX_COST_PERCENT: z.coerce.number().int().min(1).max(100).default(5),
  PREDICTIONS: flag('off'),
  PREDICTION_FEE_PERCENT: z
    .string()
    .regex(/^(20(\.0{1,2})?|1?\d(\.\d{1,2})?)$/, 'is a percentage from 0 to 20, such as 2.5')
    .default('0'),
  PROXIES: z.coerce.number().int().min(0).max(10).default(0),
  RATE_LIMIT: z.coerce.number().int().min(1).default(600),
  KEY_RATE_LIMIT: z.coerce.number().int().min(1).default(1000),
  CHAT_COMMAND_CAP: decimal('50'),
  CHAT_DAY_CAP: decimal('100'),
  CHAT_MIN_DEPOSIT: decimal('0.1'),
  CONFIRM_TIP_ABOVE: decimal('10'),
  LINK_DRAW_SECONDS: seconds(60, 1),
  DISCORD_TOKEN: z.string().optional(),
  DISCORD_GUILD: z
    .string()
    .regex(/^\d{5,20}$/, 'is a server’s id: digits only')
    .optional(),
  DISCORD_API: z.url({ protocol: /^https?$/ }).default('https://discord.com/api'),
  TELEGRAM_TOKEN: z.string().optional(),
  TELEGRAM_API_ROOT: z.url({ protocol: /^https?$/ }).default('https://api.telegram.org'),
  TELEGRAM_WEBHOOK: flag('off'),
});

export type Settings = ReturnType<typeof readSettings>;

/** What a public chain needs; none of it has a default. */
function publicChain(env: z.infer<typeof Env>) {
  if (!env.RPC_URL) return null;
  const { TOKEN_ADDRESS: token, HOST_ADDRESS: host, RELAYER_KEY: relayerKey } = env;
  if (!token || !host || !relayerKey) {
    throw new Error(
      'RPC_URL is set, so TOKEN_ADDRESS, HOST_ADDRESS and RELAYER_KEY must be set too (see .env.example).',
    );
  }
  const address = Address.safeParse(host);
  return { rpcUrl: env.RPC_URL, token, relayerKey, host: address.data ?? null, hostEns: address.success ? null : host };
}

/** Null: that bot is off. */
function botsOf(env: z.infer<typeof Env>) {
  if (env.TELEGRAM_WEBHOOK && !env.PUBLIC_URL?.startsWith('https://')) {
    throw new Error('TELEGRAM_WEBHOOK is on, so PUBLIC_URL must be set, with https: Telegram calls that address.');
  }
  const { DISCORD_TOKEN: discord, TELEGRAM_TOKEN: telegram } = env;
  return {
    drawMs: env.LINK_DRAW_SECONDS * 1000,
    discord: discord ? { token: discord, api: env.DISCORD_API, guild: env.DISCORD_GUILD ?? null } : null,
    telegram: telegram ? { token: telegram, apiRoot: env.TELEGRAM_API_ROOT, webhook: env.TELEGRAM_WEBHOOK } : null,
  };
}

function packagingOf(env: z.infer<typeof Env>) {
  const ms = (value: number): number => Math.round(value * 1000);
  const packaging = { segmentMs: ms(env.SEGMENT_SECONDS), partMs: ms(env.PART_SECONDS), dvrMs: ms(env.DVR_SECONDS) };
  if (ms(env.KEY_PERIOD_SECONDS) % packaging.segmentMs !== 0) {
    throw new Error('KEY_PERIOD_SECONDS must be a whole number of SEGMENT_SECONDS (see .env.example).');
  }
  return packaging;
}

/** Studio is half a minute behind, and viewers of what it makes with it. */
const studioLeastDvr = 60;

function studioOf(env: z.infer<typeof Env>) {
  const apiKey = env.LIVEPEER_STUDIO_API_KEY;
  const signingKey = env.LIVEPEER_STUDIO_SIGNING_KEY;
  const publicKey = env.LIVEPEER_STUDIO_PUBLIC_KEY;
  if (!apiKey || !signingKey || !publicKey) {
    const needed = 'LIVEPEER_STUDIO_API_KEY, LIVEPEER_STUDIO_SIGNING_KEY and LIVEPEER_STUDIO_PUBLIC_KEY';
    throw new Error(`TRANSCODER is livepeer-studio, so ${needed} must be set too (see .env.example).`);
  }
  if (!isSigningKey(signingKey)) {
    throw new Error('LIVEPEER_STUDIO_SIGNING_KEY is the private key as Studio shows it once: a PEM in base64.');
  }
  if (env.STUDIO_GATE === 'keys' && env.DVR_SECONDS < studioLeastDvr) {
    throw new Error(
      `TRANSCODER is livepeer-studio, so DVR_SECONDS must be ${studioLeastDvr} or more: it is that far behind.`,
    );
  }
  const url = (text: string): string => text.replace(/\/$/, '');
  const [api, rtmp] = [url(env.LIVEPEER_STUDIO_API), url(env.LIVEPEER_STUDIO_RTMP)];
  return { apiKey, signingKey, publicKey, api, rtmp, gate: studioGateOf(env) };
}

/** By what Studio itself lets viewers in; null: it never sees one. */
function studioGateOf(env: z.infer<typeof Env>) {
  const { STUDIO_GATE: type, LIVEPEER_WEBHOOK_SECRET: secret, PUBLIC_URL: base } = env;
  if (type === 'keys') return null;
  if (type === 'jwt') return { type };
  if (!secret || !base) {
    throw new Error(
      'STUDIO_GATE is webhook, so PUBLIC_URL and LIVEPEER_WEBHOOK_SECRET must be set: Studio calls the one, and signs with the other.',
    );
  }
  return { type, secret, url: `${base.replace(/\/$/, '')}/livepeer/access` };
}

function isSigningKey(text: string): boolean {
  try {
    return createPrivateKey(Buffer.from(text, 'base64')).asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

/** Each broadcast takes a port for each address of this machine. */
const fewestPorts = 4;

function whipOf(env: z.infer<typeof Env>) {
  const { WHIP_ADDRESS: address = null, WHIP_STUN: stun = null } = env;
  if (!env.WHIP_UDP_PORTS) return { ports: null, address, stun };
  const [first = 0, last = 0] = env.WHIP_UDP_PORTS.split('-').map(Number);
  if (first < 1024 || last > 65_535 || last - first < fewestPorts - 1) {
    throw new Error(`WHIP_UDP_PORTS must be ${fewestPorts} ports or more from 1024 to 65535, such as 40000-40019.`);
  }
  return { ports: [first, last] as [number, number], address, stun };
}

/** What makes the renditions, with what it needs. */
export type TranscoderChoice = ReturnType<typeof transcoderOf>;

function transcoderOf(env: z.infer<typeof Env>) {
  const kind = env.TRANSCODER ?? (env.RENDITIONS ? 'local' : 'none');
  if (kind === 'none') return { kind };
  if (!env.RENDITIONS) {
    throw new Error(
      `TRANSCODER is ${kind}, so RENDITIONS must say what it makes, such as 720p,360p (see .env.example).`,
    );
  }
  const renditions = [...new Set(env.RENDITIONS.split(','))];
  if (kind === 'local') return { kind, renditions };
  if (kind === 'livepeer-studio') return { kind, renditions, ...studioOf(env) };
  const { LIVEPEER_GATEWAY_URL: url, LIVEPEER_WEBHOOK_SECRET: webhookSecret = null } = env;
  return { kind, renditions, url, webhookSecret, deadlineMs: Math.round(env.LIVEPEER_DEADLINE_SECONDS * 1000) };
}

/** What every copy in S3-compatible storage needs; the bucket is said by each. */
function accountOf(env: z.infer<typeof Env>) {
  const { S3_REGION: region, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (!accessKeyId || !secretAccessKey) {
    throw new Error('PUBLISH_TO has an s3:// place, so S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY must be set.');
  }
  const endpoint = env.S3_ENDPOINT ?? `https://s3.${region}.amazonaws.com`;
  return { endpoint, region, accessKeyId, secretAccessKey };
}

/** Where media go beside our own folder. */
function placesOf(env: z.infer<typeof Env>) {
  const places = env.PUBLISH_TO?.split(',').map((text) => text.trim()) ?? [];
  return places.map((place) => {
    const [, bucket, path = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w./-]*))?$/.exec(place) ?? [];
    if (bucket) return { bucket, prefix: path.replace(/([^/])$/, '$1/'), account: accountOf(env) };
    if (isAbsolute(place)) return { folder: place };
    throw new Error(`PUBLISH_TO: ${place} is neither a whole path nor s3://bucket/folder (see .env.example).`);
  });
}

/** Throws an Error with one line for each setting that is wrong. */
export function readSettings(source: NodeJS.ProcessEnv) {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const parsed = Env.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`These settings are not right:\n${lines.join('\n')}\nSee .env.example.`);
  }
  const env = parsed.data;
  const data = resolve(env.DATA_DIR);
  return {
    port: env.PORT,
    host: env.HOST,
    publicUrl: (env.PUBLIC_URL ?? `http://localhost:${env.PORT}`).replace(/\/$/, ''),
    // 1935 is RTMP's own; a second dTok on another port takes the one beside it.
    rtmpPort: env.RTMP_PORT ?? (env.PORT === 8402 ? 1935 : env.PORT + 1),
    whip: whipOf(env),
    data,
    logLevel: env.LOG_LEVEL,
    ffmpeg: env.FFMPEG,
    testCard: env.TEST_CARD,
    hostName: env.HOST_NAME,
    stream: {
      id: env.STREAM_ID,
      title: env.STREAM_TITLE,
      previewMs: Math.round(env.PREVIEW_SECONDS * 1000),
      keyPeriodMs: Math.round(env.KEY_PERIOD_SECONDS * 1000),
    },
    /** In tokens, as people write them: base units once the token's decimals are known. */
    amounts: {
      price: env.PRICE_PER_SECOND,
      minTip: env.MIN_TIP,
      firstLink: env.FIRST_LINK_CREDIT,
      settleMinimum: env.SETTLE_MINIMUM,
      gasCoinPrice: env.GAS_COIN_PRICE,
      chatCommandCap: env.CHAT_COMMAND_CAP,
      chatDayCap: env.CHAT_DAY_CAP,
      chatMinDeposit: env.CHAT_MIN_DEPOSIT,
      confirmTipAbove: env.CONFIRM_TIP_ABOVE,
    },
    /** Of the first stream. */
    mediaBase: basesOf(env.MEDIA_BASE).join(' '),
    publishTo: placesOf(env),
    reconnectMs: env.RECONNECT_SECONDS * 1000,
    packaging: packagingOf(env),
    transcoder: transcoderOf(env),
    /** Cams of the first stream beside `main`. */
    cams: [...new Set(env.CAMS?.split(',') ?? [])],
    /** Null: a development chain of our own. */
    chain: publicChain(env),
    /** Null: Ethereum's own registry on Ethereum, none elsewhere. */
    ensRegistry: env.ENS_REGISTRY ?? null,
    /** The address that a changed host name may lead to. */
    hostConfirmed: env.HOST_ADDRESS_CONFIRMED ?? null,
    /** The node that visitors' browsers may ask; null: none on a public chain. */
    publicRpcUrl: env.PUBLIC_RPC_URL ?? null,
    /** Nobody else could open what is listed with an address of this machine. */
    listStreams: env.LIST_STREAMS && (!env.RPC_URL || env.PUBLIC_URL !== undefined),
    /** 0: any free one. */
    chainPort: env.CHAIN_PORT ?? 0,
    chainPollMs: env.CHAIN_POLL_SECONDS * 1000,
    /** Nobody rewrites our own development chain. */
    confirmations: env.RPC_URL ? env.CHAIN_CONFIRMATIONS : 1,
    withdrawDelay: env.WITHDRAW_DELAY_SECONDS,
    settleAfterMs: env.SETTLE_AFTER_SECONDS * 1000,
    settleMaxCostPercent: BigInt(env.SETTLE_MAX_COST_PERCENT),
    predictions: { on: env.PREDICTIONS, feeBps: Math.round(Number(env.PREDICTION_FEE_PERCENT) * 100) },
    proxies: env.PROXIES,
    rateLimit: env.RATE_LIMIT,
    keyRateLimit: env.KEY_RATE_LIMIT,
    bots: botsOf(env),
  };
}

/** Reads `.env` if there is one; what the environment says goes first. */
export function loadEnvFile(path = '.env'): void {
  if (existsSync(path)) process.loadEnvFile(path);
}

/** Base units of a decimal amount. Throws when it has more decimals than the token. */
export const toUnits = (amount: string, decimals: number): bigint => parseUnits(amount, decimals);
