// Alerts on the wire: what an overlay is told to put up, and what a host sees and sets of the queue.
import { z } from 'zod';
import { type Look, Receipt, Tier } from './alert-looks.js';
import { Amount, Milliseconds, plainText } from './values.js';

export const AlertFilter = z.enum(['hold', 'skip', 'off']);
export const AlertSettings = z
  .object({
    approve: z.boolean().meta({ description: 'nothing is shown before it is approved' }),
    minimum: Amount.meta({ description: 'smaller tips count, but show no alert' }),
    words: AlertFilter.meta({ description: 'what becomes of alerts with words of the list' }),
    links: AlertFilter,
    ownWords: z
      .array(plainText(40))
      .max(300)
      .meta({ description: 'added to the list; with a minus before it, a word of the list is let through' }),
    tiers: z
      .array(Tier)
      .min(1)
      .max(6)
      .refine((tiers) => tiers.every((tier, i) => i === 0 || BigInt(tier.from) > BigInt(tiers[i - 1]?.from ?? 0)), {
        message: 'tiers rise',
      }),
    receipts: z.boolean().meta({ description: 'alerts say whether their money is authorized or claimed on chain' }),
    gapMs: Milliseconds.min(100).max(30_000),
    mergeFrom: z
      .number()
      .int()
      .min(0)
      .max(1000)
      .meta({ description: 'when so many wait, small ones without a message are shown as one; 0: never' }),
    waitMs: Milliseconds.min(10_000)
      .max(24 * 3_600_000)
      .meta({ description: 'how long alerts wait while no overlay is connected, before they count as missed' }),
  })
  .meta({ id: 'AlertSettings' });
export type AlertSettings = z.infer<typeof AlertSettings>;
export const AlertSettingsPatch = AlertSettings.partial().meta({ id: 'AlertSettingsPatch' });
export type AlertSettingsPatch = z.infer<typeof AlertSettingsPatch>;

export const AlertInfo = z
  .object({
    id: z.number().int(),
    n: z.number().int().nullable().meta({ description: 'the number of the tip’s event; null: a test' }),
    payer: z.string().nullable(),
    name: z.string(),
    message: z.string(),
    amount: Amount,
    at: Milliseconds,
    state: z.enum(['waiting', 'held', 'showing', 'shown', 'skipped', 'missed']),
    why: z.enum(['approval', 'words', 'link', 'small', 'muted', 'host', 'replay']).nullable(),
    with: z.number().int().nullable().meta({ description: 'the alert that it was merged into' }),
    until: Milliseconds.nullable(),
    shownAt: Milliseconds.nullable().meta({ description: 'when an overlay first said that it stands' }),
    overlays: z.number().int().meta({ description: 'how many said so' }),
    receipt: z
      .object({
        state: Receipt,
        transaction: z.string().nullable().meta({ description: 'the claim that covers it, where it is known' }),
      })
      .nullable()
      .meta({ description: 'of this tip alone; null: a test, or a tip from before receipts were kept' }),
  })
  .meta({ id: 'AlertInfo' });
export type AlertInfo = z.infer<typeof AlertInfo>;

export const AlertQueue = z
  .object({
    paused: z.boolean(),
    settings: AlertSettings,
    overlays: z.number().int().meta({ description: 'connected, with the alerts part on' }),
    now: AlertInfo.nullable(),
    together: z
      .object({ tips: z.number().int(), people: z.number().int(), amount: Amount })
      .nullable()
      .meta({ description: 'of the one on stage, with those that were merged into it' }),
    waiting: z.array(AlertInfo).meta({ description: 'the next ones in their order' }),
    held: z.array(AlertInfo),
    past: z.array(AlertInfo).meta({ description: 'newest first' }),
    counts: z.object({ waiting: z.number().int(), held: z.number().int() }),
    muted: z.array(z.object({ member: z.string(), name: z.string() })),
    serverTime: Milliseconds,
  })
  .meta({ id: 'AlertQueue' });
export type AlertQueue = z.infer<typeof AlertQueue>;

const one = z.object({
  act: z.enum(['replay', 'approve', 'reject']),
  id: z.number().int().meta({ description: 'an alert' }),
});
export const AlertAct = z
  .discriminatedUnion('act', [
    z.object({ act: z.enum(['pause', 'resume']) }),
    z.object({
      act: z.literal('test'),
      tier: z.number().int().min(0).max(5).optional().meta({ description: 'from 0; default: the lowest' }),
    }),
    z.object({
      act: z.literal('skip'),
      id: z.number().int().optional().meta({ description: 'default: the one on stage' }),
    }),
    one,
    z.object({
      act: z.enum(['mute', 'unmute']),
      who: z.string().min(1).max(80).meta({ description: 'a payer’s address, a chat account, or a name as shown' }),
    }),
  ])
  .meta({ id: 'AlertAct' });
export type AlertAct = z.infer<typeof AlertAct>;

/** One time of an alert on stage. All overlays put it up, and take it down at `until` by the server's clock. */
export interface Showing {
  /** New for each time: an overlay puts it up once. */
  id: string;
  kind: 'tip' | 'test';
  /** The number of the tip's event, of several the first; 0: a test. */
  n: number;
  name: string;
  message: string;
  amount: string;
  /** More than one: so many tips, of so many people, are shown as one. */
  tips: number;
  people: number;
  /** From 0, by amount. */
  tier: number;
  look: Look;
  /** Of several, claimed only when all are; null: nothing is said of it. */
  receipt: Receipt | null;
  from: number;
  until: number;
}

/** What an overlay says of a showing: put up now, put up before and still there, or put up before and gone. */
export type Seen = 'up' | 'stands' | 'was';
