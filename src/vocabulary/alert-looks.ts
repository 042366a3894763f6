// How an alert of one tier looks and sounds: its words, sound, picture, animation, and what is read aloud.
import { z } from 'zod';
import { Amount, Milliseconds, plainText } from './values.js';

export const sounds = ['none', 'chime', 'coin', 'bell', 'fanfare', 'sparkle', 'drum'] as const;
export const pictures = ['none', 'coin', 'heart', 'star', 'rocket', 'party'] as const;
export const animations = ['slide', 'pop', 'drop', 'rise', 'sweep', 'flip'] as const;
export type Animation = (typeof animations)[number];

/** The kinds of files a host may bring, by the end of their names here. */
export const assetTypes = {
  png: 'image/png',
  jpg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  webm: 'video/webm',
  mp3: 'audio/mpeg',
  ogg: 'audio/ogg',
  wav: 'audio/wav',
} as const;
export type AssetEnd = keyof typeof assetTypes;
export const assetLimits = { bytes: 5 * 1024 * 1024, files: 100, allBytes: 150 * 1024 * 1024 };
export const assetFolder = '/uploads/';

const hash = '[0-9a-f]{64}';
const soundFile = new RegExp(`^${hash}\\.(mp3|ogg|wav)$`);
const pictureFile = new RegExp(`^${hash}\\.(png|jpg|gif|webp|webm)$`);
export const isSoundFile = (name: string): boolean => soundFile.test(name);
export const isPictureFile = (name: string): boolean => pictureFile.test(name);
export const isVideoFile = (name: string): boolean => name.endsWith('.webm');

export const AssetId = z
  .string()
  .refine((name) => isSoundFile(name) || isPictureFile(name), 'an upload is named by 64 hex digits and its kind')
  .meta({ type: 'string', description: 'SHA-256 of what is in it, and its kind', example: `${'0'.repeat(64)}.png` });

export const Asset = z
  .object({
    id: AssetId,
    kind: z.enum(['sound', 'picture']),
    name: z.string().meta({ description: 'as the host’s file was called' }),
    bytes: z.number().int(),
    at: Milliseconds,
    url: z.string().meta({ description: 'where overlays load it from' }),
  })
  .meta({ id: 'Asset' });
export type Asset = z.infer<typeof Asset>;
export const AssetList = z.object({ assets: z.array(Asset) }).meta({ id: 'AssetList' });

/** One of ours, or a file the host brought. */
const oneOf = (ours: readonly string[], isFile: (name: string) => boolean, what: string) =>
  z
    .string()
    .refine((name) => ours.includes(name) || isFile(name), `${what} is one of ${ours.join(', ')}, or an upload’s id`)
    .meta({ type: 'string', description: `${ours.join(', ')}, or an upload’s id` });

export const defaultText = '{name} tipped {amount}';
/** Characters of a message that are read aloud at most. */
export const mostRead = 200;

export const Speech = z
  .object({
    read: z.enum(['off', 'tip', 'message']).default('off').meta({ description: 'tip: who and how much' }),
    from: Amount.default('0').meta({ description: 'messages of smaller tips are not read' }),
  })
  .meta({ id: 'AlertSpeech' });
export type Speech = z.infer<typeof Speech>;

export const Tier = z
  .object({
    from: Amount.meta({ description: 'the smallest amount of this tier' }),
    standMs: Milliseconds.min(1000).max(60_000).meta({ description: 'how long it stands while nobody waits' }),
    text: plainText(80).default(defaultText).meta({ description: '{name} and {amount} stand for who and how much' }),
    sound: oneOf(sounds, isSoundFile, 'a sound').default('none'),
    volume: z.number().int().min(0).max(100).default(60).meta({ description: 'percent, of sound and speech' }),
    picture: oneOf(pictures, isPictureFile, 'a picture').default('none'),
    animation: z.enum(animations).default('slide'),
    speech: Speech.default({ read: 'off', from: '0' }),
  })
  .meta({ id: 'AlertTier' });
export type Tier = z.infer<typeof Tier>;

/** What an overlay is told of a showing's tier; `say` is what is to be read aloud, '' nothing. */
export type Look = Pick<Tier, 'text' | 'sound' | 'volume' | 'picture' | 'animation'> & { say: string };

/** How far the money behind an alert is: signed and on our disk, or claimed on chain. */
export const Receipt = z.enum(['authorized', 'claimed']).meta({
  id: 'ReceiptState',
  description: 'authorized: vouchers for it are on disk; claimed: the channel behind it is claimed up to it on chain',
});
export type Receipt = z.infer<typeof Receipt>;

/** A tier's text in its pieces: `{name}`, `{amount}`, and what stands around them. */
export const textPieces = (text: string): string[] =>
  text.split(/(\{name\}|\{amount\})/).filter((piece) => piece !== '');
