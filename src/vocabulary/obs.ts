// OBS on the wire: what the host's dashboard sees of it, what dTok may do there, what it would make, and the rules.
import { z } from 'zod';
import { Amount, Milliseconds, plainText } from './values.js';

/** Where OBS listens when nobody changed it. */
export const usualObsAddress = 'ws://127.0.0.1:4455';

export const ObsAddress = z
  .string()
  .trim()
  .max(200)
  .refine(
    (text) => {
      const url = URL.canParse(text) ? new URL(text) : null;
      return url !== null && /^wss?:$/.test(url.protocol) && url.username === '' && url.hash === '';
    },
    { message: 'it starts with ws:// or wss://, like ws://192.168.1.20:4455' },
  );

/** Everything that dTok can change in OBS; each is asked for on its own, and off until it is allowed. */
export const ObsAllow = z
  .object({
    scene: z.boolean().meta({ description: 'make a scene with the overlay and a camera, and mend these' }),
    service: z.boolean().meta({ description: 'set where OBS streams to' }),
    encoder: z.boolean().meta({ description: 'set the keyframe interval, and no B-frames' }),
    stream: z.boolean().meta({ description: 'start and stop the stream' }),
    switch: z.boolean().meta({ description: 'switch scenes' }),
    show: z.boolean().meta({ description: 'show sources, and hide them again' }),
    media: z.boolean().meta({ description: 'play media' }),
    text: z.boolean().meta({ description: 'change texts' }),
  })
  .meta({ id: 'ObsAllow' });
export type ObsAllow = z.infer<typeof ObsAllow>;
export type ObsMay = keyof ObsAllow;
export const ObsAllowPatch = ObsAllow.partial().meta({ id: 'ObsAllowPatch' });

export const ObsConnect = z
  .object({
    address: ObsAddress,
    password: z
      .string()
      .max(200)
      .optional()
      .meta({ description: 'absent: the one that is known, while the address is the same' }),
  })
  .meta({ id: 'ObsConnect' });
export type ObsConnect = z.infer<typeof ObsConnect>;

const name = z.string().min(1).max(300);
const seconds = z.number().int().min(1).max(3600);

export const ObsTrigger = z
  .discriminatedUnion('on', [
    z.object({ on: z.literal('tip'), from: Amount.meta({ description: 'the smallest tip that counts' }) }),
    z.object({ on: z.enum(['poll', 'goal', 'prediction']) }),
  ])
  .meta({ id: 'ObsTrigger', description: 'a tip; a poll that closes; the goal reached; a prediction resolved' });
export type ObsTrigger = z.infer<typeof ObsTrigger>;

export const ObsDeed = z
  .discriminatedUnion('act', [
    z.object({
      act: z.literal('switch'),
      scene: name,
      seconds: seconds.nullable().meta({ description: 'then back, if nobody switched meanwhile; null: it stays' }),
    }),
    z.object({ act: z.literal('show'), scene: name, source: name, seconds }),
    z.object({ act: z.literal('media'), source: name }),
    z.object({
      act: z.literal('text'),
      source: name,
      text: plainText(300).meta({ description: '{name}, {amount} and {message} are filled in' }),
      seconds: seconds.nullable().meta({ description: 'then as it was; null: it stays' }),
    }),
  ])
  .meta({ id: 'ObsDeed' });
export type ObsDeed = z.infer<typeof ObsDeed>;

export const ObsRule = z
  .object({
    when: ObsTrigger,
    deed: ObsDeed,
    coolSeconds: z.number().int().min(0).max(86_400).meta({ description: 'it does not act again for so long' }),
    on: z.boolean(),
  })
  .meta({ id: 'ObsRule' });
export type ObsRule = z.infer<typeof ObsRule>;
export const ObsRuleWish = ObsRule.extend({
  id: z.number().int().optional().meta({ description: 'of the rule to change; absent: a new one' }),
}).meta({ id: 'ObsRuleWish' });

export const ObsRuleInfo = ObsRule.extend({
  id: z.number().int(),
  allowed: z.boolean().meta({ description: 'whether dTok may do that' }),
  last: z
    .object({ at: Milliseconds, ok: z.boolean(), text: z.string() })
    .nullable()
    .meta({ description: 'what came of it the last time' }),
}).meta({ id: 'ObsRuleInfo' });
export type ObsRuleInfo = z.infer<typeof ObsRuleInfo>;

export const ObsSight = z
  .object({
    version: z.string(),
    scene: z.string().meta({ description: 'on air' }),
    scenes: z.array(z.object({ name: z.string(), sources: z.array(z.string()) })),
    media: z.array(z.string()),
    texts: z.array(z.string()),
    cameras: z.array(z.string()).meta({ description: 'kinds of camera input that it has' }),
    browser: z.boolean().meta({ description: 'whether it has browser sources' }),
    streaming: z.enum(['off', 'starting', 'on', 'reconnecting', 'stopping']),
    here: z.boolean().meta({ description: 'whether it is set to stream to this server and stream' }),
    stats: z.object({
      fps: z.number(),
      cpu: z.number(),
      durationMs: Milliseconds,
      frames: z.number().int(),
      dropped: z.number().int().meta({ description: 'frames that the network did not take' }),
      kbps: z.number().int(),
    }),
  })
  .meta({ id: 'ObsSight', description: 'what OBS is and has' });
export type ObsSight = z.infer<typeof ObsSight>;

export const ObsView = z
  .object({
    address: z.string().nullable().meta({ description: 'null: never connected, or forgotten' }),
    hasPassword: z.boolean(),
    state: z.enum(['off', 'connecting', 'connected', 'waiting']),
    problem: z.string().nullable().meta({ description: 'why it is not connected, and what to do' }),
    obs: ObsSight.nullable(),
    allow: ObsAllow,
    rules: z.array(ObsRuleInfo),
    seen: z.number().int().meta({ description: 'rises with every change' }),
  })
  .meta({ id: 'ObsView' });
export type ObsView = z.infer<typeof ObsView>;

export const ObsWatch = z.object({
  seen: z.coerce
    .number()
    .int()
    .optional()
    .meta({ description: 'of the view that is known: the answer comes when there is a newer one, or after 20 s' }),
});

export const ObsStep = z
  .object({
    part: z.enum(['scene', 'overlay', 'camera', 'service', 'encoder']),
    does: z.enum(['make', 'change', 'fine', 'cannot', 'forbidden']),
    text: z.string(),
  })
  .meta({ id: 'ObsStep' });
export type ObsStep = z.infer<typeof ObsStep>;
export const ObsPlan = z
  .object({ id: z.string(), steps: z.array(ObsStep), failed: z.array(z.string()) })
  .meta({ id: 'ObsPlan', description: 'what setting OBS up would do now; `failed`: what did not work just now' });
export type ObsPlan = z.infer<typeof ObsPlan>;

const camera = z
  .string()
  .max(100)
  .nullable()
  .default(null)
  .meta({ description: 'a kind of camera input; null: a plain surface to put the camera in place of' });
export const ObsPlanWish = z.object({ camera }).meta({ id: 'ObsPlanWish' });
export const ObsSetUp = z
  .object({ camera, plan: z.string().max(100).meta({ description: 'the id of the plan that the host has seen' }) })
  .meta({ id: 'ObsSetUp' });

export const ObsAct = z
  .discriminatedUnion('act', [
    z.object({ act: z.enum(['start', 'stop']) }),
    z.object({ act: z.literal('switch'), scene: name }),
  ])
  .meta({ id: 'ObsAct' });
export type ObsAct = z.infer<typeof ObsAct>;
export const ObsRuleId = z.object({ id: z.number().int() }).meta({ id: 'ObsRuleId' });
