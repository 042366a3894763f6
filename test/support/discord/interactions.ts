// Interactions from the click to the answer: three seconds for the first word, a quarter of an hour for the rest, one answer each.
import { randomBytes } from 'node:crypto';
import { checkChoices, checkModal } from './forms.js';
import type { Messages, Sent } from './messages.js';
import { refusals } from './refusals.js';
import { type Channel, type Component, flag, type Json, type Message, type User, type World } from './world.js';

export const kinds = { command: 2, component: 3, complete: 4, modal: 5 } as const;
export const answer = { message: 4, defer: 5, hush: 6, update: 7, choices: 8, modal: 9 } as const;
/** Which answers each kind takes. */
const taken: Record<number, readonly number[]> = {
  [kinds.command]: [answer.message, answer.defer, answer.modal],
  [kinds.component]: [answer.message, answer.defer, answer.hush, answer.update, answer.modal],
  [kinds.complete]: [answer.choices],
  [kinds.modal]: [answer.message, answer.defer, answer.hush, answer.update],
};
const firstWordMs = 3000;
const tokenMs = 15 * 60_000;

export interface Form {
  custom_id: string;
  title: string;
  components: {
    label: string;
    description?: string;
    component: Component & { required?: boolean; max_length?: number };
  }[];
}

/** What a person saw of one use of the app. */
export interface Seen {
  /** Of the interaction. */
  id: string;
  /** "The application did not respond". */
  failed: boolean;
  deferred: boolean;
  /** The answer, or the message that was changed; the same object as it is now. */
  message: Message | null;
  /** Nobody else sees the answer. */
  hidden: boolean;
  followUps: Message[];
  form: Form | null;
  choices: { name: string; value: string }[] | null;
}

export interface Interaction {
  id: string;
  kind: number;
  token: string;
  at: number;
  channel: Channel;
  user: User;
  payload: Json;
  acknowledged: boolean;
  /** What `@original` is. */
  original: Message | null;
  seen: Seen;
  settle: () => void;
}

export type Interactions = ReturnType<typeof createInteractions>;

export function createInteractions({ world, messages }: { world: World; messages: Messages }) {
  const byToken = new Map<string, Interaction>();

  /** `settled` resolves when the person sees something that is more than "thinking", or that nothing came. */
  function begin(
    about: Pick<Interaction, 'kind' | 'channel' | 'user' | 'payload'> & { source: Message | null; late: number },
  ) {
    const { source, late, ...rest } = about;
    const at = world.now() - late;
    const id = world.newId(at);
    const seen: Seen = {
      id,
      failed: false,
      deferred: false,
      message: null,
      hidden: false,
      followUps: [],
      form: null,
      choices: null,
    };
    const token = randomBytes(48).toString('base64url');
    let settle = (): void => {};
    const settled = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const one: Interaction = { ...rest, id, token, at, acknowledged: false, original: source, seen, settle };
    one.payload = { ...rest.payload, id, token };
    byToken.set(token, one);
    const silence = setTimeout(() => fail(one), Math.max(0, firstWordMs - late));
    void settled.then(() => clearTimeout(silence));
    return { interaction: one, settled: settled.then(() => seen) };
  }

  function fail(one: Interaction): void {
    if (one.acknowledged) return;
    one.seen.failed = true;
    one.settle();
  }

  function show(one: Interaction, message: Message): void {
    one.seen.message = message;
    one.seen.hidden = message.only !== null;
    one.settle();
  }

  const onlyFor = (one: Interaction, data: Json | undefined): User | null =>
    (Number(data?.flags ?? 0) & flag.ephemeral) !== 0 ? one.user : null;

  const acts: Record<number, (one: Interaction, sent: Sent) => void> = {
    [answer.message]: (one, sent) => {
      one.original = messages.make(one.channel, sent, onlyFor(one, sent.body));
      show(one, one.original);
    },
    [answer.defer]: (one, { body }) => {
      one.original = messages.think(one.channel, onlyFor(one, body));
      one.seen.deferred = true;
      one.seen.hidden = one.original.only !== null;
    },
    [answer.hush]: (one) => {
      one.seen.deferred = true;
    },
    [answer.update]: (one, sent) => {
      if (one.original) show(one, messages.change(one.original, sent));
    },
    [answer.choices]: (one, { body }) => {
      checkChoices(body.choices);
      one.seen.choices = body.choices as Seen['choices'];
      one.settle();
    },
    [answer.modal]: (one, { body }) => {
      checkModal(body);
      one.seen.form = body as unknown as Form;
      one.original = null;
      one.settle();
    },
  };

  return {
    begin,
    fail,
    find: (id: string): Interaction | undefined => [...byToken.values()].find((one) => one.id === id),
    /** The first answer. */
    callback(id: string, token: string, { body, files }: Sent): void {
      const one = byToken.get(token);
      if (!one || one.id !== id) throw refusals.unknownInteraction();
      if (one.acknowledged) throw refusals.answeredBefore();
      if (world.now() - one.at > firstWordMs) {
        fail(one);
        throw refusals.unknownInteraction();
      }
      const type = Number(body.type);
      const act = taken[one.kind]?.includes(type) ? acts[type] : undefined;
      if (!act) throw refusals.unknownInteraction();
      act(one, { body: (body.data ?? {}) as Json, files });
      one.acknowledged = true;
    },
    /** By its token, after the first answer and for a quarter of an hour. */
    open(token: string): Interaction {
      const one = byToken.get(token);
      if (!one?.acknowledged) throw refusals.unknownWebhook();
      if (world.now() - one.at > tokenMs) throw refusals.oldToken();
      return one;
    },
    /** `@original`, or one that it has added. */
    messageOf(one: Interaction, id: string): Message {
      const found = id === '@original' ? one.original : one.seen.followUps.find((message) => message.id === id);
      if (!found || !world.messages.has(found.id)) throw refusals.unknownMessage();
      return found;
    },
    edit(one: Interaction, message: Message, sent: Sent): Message {
      const changed = messages.change(message, sent);
      show(one, changed);
      return changed;
    },
    add(one: Interaction, sent: Sent): Message {
      const message = messages.make(one.channel, sent, onlyFor(one, sent.body));
      one.seen.followUps.push(message);
      show(one, one.seen.message ?? message);
      return message;
    },
  };
}
