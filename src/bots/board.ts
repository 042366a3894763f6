// Living messages: what was said about a show, a poll or a prediction, edited as it changes, until it is over.
import type { Selectable } from 'kysely';
import type { Logger } from '../log.js';
import type { Store } from '../store/index.js';
import type { BotMessageRow } from '../store/rows/bots.js';
import { Problem } from '../vocabulary/problems.js';
import { Gone, reasonOf, type Said } from './poster.js';
import type { Posters } from './posters.js';
import type { Living, Reply } from './reply.js';
import { type Words, wordsFor } from './words/index.js';

/** How it looks now; `over`: and from now on. Null: there is no such thing any more. */
export type Renderer = (id: string, words: Words) => Promise<{ reply: Reply; over: boolean } | null>;
export type Renderers = Partial<Record<Living['kind'], Renderer>>;

interface Message {
  said: Said;
  living: Living;
  locale: string;
  /** It may look different by now. */
  stale: boolean;
  busy: boolean;
  timer: NodeJS.Timeout | undefined;
  /** No edit before this, ms. */
  notBefore: number;
  failures: number;
  /** As last edited. */
  shown: string;
}

const longestPauseMs = 5 * 60_000;

const nameOf = ({ place: { platform, chat }, message }: Said): string => `${platform}/${chat}/${message}`;

const fromRow = (row: Selectable<BotMessageRow>): Pick<Message, 'said' | 'living' | 'locale'> => {
  const { platform, chat, thread, message, kind, of, locale } = row;
  const place = { platform, chat, ...(thread !== null && { thread }) };
  return { said: { place, message }, living: { kind, id: of }, locale };
};

/** There is no such thing any more. */
function unlessUnknown(error: unknown): null {
  if (error instanceof Problem && error.status === 404) return null;
  throw error;
}

export type Board = ReturnType<typeof createBoard>;

export function createBoard(needs: {
  store: Store;
  posters: Posters;
  renderers: Renderers;
  log: Logger;
  now: () => number;
  /** Between two edits of one message, ms. */
  everyMs?: number;
}) {
  const { store, posters, renderers, log, now, everyMs = 2500 } = needs;
  const messages = new Map<string, Message>();
  const underWay = new Set<Promise<void>>();
  let stopped = false;

  function remember(of: Pick<Message, 'said' | 'living' | 'locale'>, notBefore: number): Message {
    const name = nameOf(of.said);
    const fresh = { stale: false, busy: false, timer: undefined, failures: 0, shown: '' };
    const message = messages.get(name) ?? { ...of, ...fresh, notBefore };
    Object.assign(message, of);
    messages.set(name, message);
    return message;
  }

  function wake(message: Message): void {
    message.stale = true;
    if (stopped || message.busy || message.timer || !posters.of(message.said.place.platform)) return;
    message.timer = setTimeout(
      () => {
        message.timer = undefined;
        const run: Promise<void> = renew(message).finally(() => underWay.delete(run));
        underWay.add(run);
      },
      Math.max(0, message.notBefore - now()),
    );
  }

  async function forget(message: Message): Promise<void> {
    const name = nameOf(message.said);
    messages.delete(name);
    const { place, message: id } = message.said;
    const drop = store.write(async (trx) => {
      // Kept again meanwhile.
      if (messages.has(name)) return;
      const rows = trx.deleteFrom('bot_messages').where('platform', '=', place.platform);
      await rows.where('chat', '=', place.chat).where('message', '=', id).execute();
    });
    await drop.catch((error) => {
      if (!messages.has(name)) messages.set(name, message);
      throw error;
    });
  }

  async function edit(message: Message): Promise<void> {
    const { living, locale, said } = message;
    const render = renderers[living.kind];
    const poster = posters.of(said.place.platform);
    if (!render || !poster) return;
    const look = await render(living.id, wordsFor(locale)).catch(unlessUnknown);
    if (!look) return forget(message);
    const { reply, over } = look;
    const shown = JSON.stringify(reply);
    if (shown !== message.shown) {
      message.notBefore = now() + everyMs;
      await poster.edit(said, reply);
      message.shown = shown;
    }
    // What changed meanwhile is its last state.
    if (over && !message.stale) await forget(message);
  }

  async function renew(message: Message): Promise<void> {
    message.busy = true;
    message.stale = false;
    try {
      await edit(message);
      message.failures = 0;
    } catch (error) {
      await fail(message, error);
    }
    message.busy = false;
    if (message.stale && messages.get(nameOf(message.said)) === message) wake(message);
  }

  async function fail(message: Message, error: unknown): Promise<void> {
    if (error instanceof Gone) {
      await forget(message).catch((err) => log.error({ err }, 'a message that is gone could not be forgotten'));
      return;
    }
    const { place } = message.said;
    log.warn({ reason: reasonOf(error), ...place }, 'a message could not be brought up to date; trying again');
    const pause = Math.min(longestPauseMs, everyMs * 2 ** message.failures);
    message.failures += 1;
    message.notBefore = now() + pause;
    message.stale = true;
  }

  /** What changed while nobody could be told. */
  posters.onConnect((platform) => {
    for (const message of messages.values()) if (message.said.place.platform === platform) wake(message);
  });

  return {
    /** Takes up what an earlier run was keeping; it may have changed meanwhile. */
    async start(): Promise<void> {
      const rows = await store.db.selectFrom('bot_messages').selectAll().orderBy('at').execute();
      for (const row of rows) wake(remember(fromRow(row), 0));
    },
    /** The message follows what it is about from now on; durable when it resolves. */
    async keep(living: Living, said: Said, locale: string): Promise<void> {
      const { platform, chat, thread = null } = said.place;
      const row = { platform, chat, thread, message: said.message, kind: living.kind, of: living.id, locale };
      const message = remember({ said, living, locale }, now() + everyMs);
      await store.write(async (trx) => {
        await trx
          .insertInto('bot_messages')
          .values({ ...row, at: now() })
          .onConflict((c) => c.columns(['platform', 'chat', 'message']).doUpdateSet(row))
          .execute();
      });
      // It may have changed between being put into words and now.
      wake(message);
    },
    /** It has changed: its messages do too, soon. */
    touch({ kind, id }: Living): void {
      for (const message of messages.values()) {
        if (message.living.kind === kind && message.living.id === id) wake(message);
      }
    },
    async stop(): Promise<void> {
      stopped = true;
      for (const { timer } of messages.values()) clearTimeout(timer);
      await Promise.all(underWay);
    },
  };
}
