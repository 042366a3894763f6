// Telegram on loopback, for tests: the Bot API at the wire, which refuses what Telegram refuses; and people to use it.
import type { User } from 'telegraf/types';
import { type Called, type Params, serve } from './http.js';
import { createSpeed, type Limits, telegramLimits } from './limits.js';
import { about } from './methods/about.js';
import { editing } from './methods/editing.js';
import { queries } from './methods/queries.js';
import { sending } from './methods/sending.js';
import { createPeople } from './people.js';
import { bad, Refusal } from './refusal.js';
import { openSpec } from './spec.js';
import { createUpdates } from './updates.js';
import { createWorld, type Room } from './world.js';

export type { Pressed } from './people.js';
export { Refusal } from './refusal.js';
export type { Msg } from './world.js';

export interface StandInOptions {
  /** Null: no limits. */
  limits?: Limits | null;
  /** How long a pressed button waits for its answer. */
  queryLifeMs?: number;
  /** Whether bodies are held against the published description, which takes time that a benchmark may not have. */
  judged?: boolean;
}

interface Planned {
  method: string;
  /** What happens instead; never answered when it is null. */
  refusal: Refusal | null;
  left: number;
}

/** One call of the bot. */
export interface Call {
  method: string;
  params: Params;
  /** ms since the process began. */
  at: number;
  /** 200, or as it was refused. */
  code: number;
}

const limited = new Set([
  ...[
    'sendMessage',
    'sendPhoto',
    'editMessageText',
    'editMessageCaption',
    'editMessageMedia',
    'editMessageReplyMarkup',
  ],
]);
const jsonFields = ['reply_markup', 'reply_parameters', 'media', 'link_preview_options'];

/** Telegram takes objects written as text, too. */
function unfold(params: Params): Params {
  const written = jsonFields.filter((name) => typeof params[name] === 'string');
  return { ...params, ...Object.fromEntries(written.map((name) => [name, JSON.parse(params[name] as string)])) };
}

export type TelegramStandIn = Awaited<ReturnType<typeof startTelegramStandIn>>;

export async function startTelegramStandIn({
  limits = telegramLimits,
  queryLifeMs = 15_000,
  judged = true,
}: StandInOptions = {}) {
  const bot = { id: 7_000_001, is_bot: true, first_name: 'dTok', username: 'dtok_bot' } as User & { username: string };
  const me = { ...bot, can_join_groups: true, can_read_all_group_messages: false, supports_inline_queries: true };
  const token = `${bot.id}:AAstandin_token-0123456789`;
  const spec = judged ? openSpec() : null;
  const world = createWorld(bot);
  const roads = new Map<string, string>();
  const violations: string[] = [];
  const fault = (found: string | null | undefined): void => void (found && violations.push(found));
  const updates = createUpdates({
    reach: (url) => roads.get(url) ?? url,
    judge: (update) => fault(spec?.update(update)),
  });
  const asked = queries(world, queryLifeMs);
  const people = createPeople({ world, updates, queries: asked });
  const speed = createSpeed(limits);
  const calls: Call[] = [];
  let planned: Planned[] = [];

  const methods: Record<string, (body: never, gone: Called['gone']) => unknown> = {
    ...{ ...sending(world), ...editing(world), ...asked.methods, ...about(world), ...updates.methods },
    getMe: () => me,
  };

  function plannedFor(method: string): Planned | undefined {
    const plan = planned.find((one) => one.method === method && one.left > 0);
    if (plan) plan.left -= 1;
    return plan;
  }

  /** A group that became another says where it went. */
  function checkMoved(chat: unknown): void {
    const room = world.rooms.get(Number(chat));
    if (room?.bot !== 'moved') return;
    const parameters = { migrate_to_chat_id: Number(room.movedTo) };
    throw new Refusal(400, 'Bad Request: group chat was upgraded to a supergroup chat', parameters);
  }

  async function perform({ method, params: sent, gone }: Called): Promise<unknown> {
    const act = methods[method];
    if (!act) throw new Refusal(404, 'Not Found: method not found');
    const params = unfold(sent);
    const { attached, ...judged } = params;
    const wrong = spec?.request(method, judged);
    fault(wrong);
    if (wrong) throw bad(wrong);
    const plan = plannedFor(method);
    if (plan && !plan.refusal) return new Promise(() => {});
    if (plan?.refusal) throw plan.refusal;
    checkMoved(params.chat_id);
    if (limited.has(method)) speed(Number(params.chat_id));
    const result = await act(params as never, gone);
    const unlike = spec?.answer(method, result);
    fault(unlike);
    return result;
  }

  async function noted(called: Called): Promise<unknown> {
    const call = { method: called.method, params: called.params, at: performance.now(), code: 200 };
    calls.push(call);
    try {
      return await perform(called);
    } catch (error) {
      call.code = error instanceof Refusal ? error.code : 500;
      throw error;
    }
  }

  const server = await serve(token, noted);

  return {
    apiRoot: server.apiRoot,
    token,
    bot,
    ...people,
    /** False where the published description is not at hand; `violations` is empty then. */
    judged: spec !== null,
    /** How bodies differ from the published description. */
    violations,
    calls,
    /** Of one method, the newest last. */
    callsOf: (method: string): Call[] => calls.filter((call) => call.method === method),
    /** The next calls of a method are refused; null: they are never answered. */
    refuse(method: string, refusal: Refusal | null, times = 1): void {
      planned.push({ method, refusal, left: times });
    },
    /** Answers again. */
    relent(): void {
      planned = [];
    },
    /** Webhooks need a public address: here is where it leads. */
    route: (url: string, to: string): void => void roads.set(url, to),
    webhookInfo: () => updates.methods.getWebhookInfo(),
    pending: updates.pending,
    /** The group becomes a supergroup of another id; the bot is told by these of the two chats, in that order. */
    upgrade(group: { id: number }, to: { id: number }, tellers: readonly ('old' | 'new')[] = []): void {
      const [old, grown] = [world.rooms.get(group.id) as Room, world.rooms.get(to.id) as Room];
      Object.assign(old, { bot: 'moved', movedTo: to.id });
      const said = { old: { in: old, migrate_to_chat_id: to.id }, new: { in: grown, migrate_from_chat_id: group.id } };
      for (const teller of tellers) {
        const { in: room, ...moved } = said[teller];
        people.push({ message: world.add(room, moved as never) });
      }
    },
    async stop(): Promise<void> {
      updates.stop();
      await server.stop();
    },
  };
}
