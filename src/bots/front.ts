// What every platform's adapter does the same way: limits, each delivery once, buttons, and what a restart left unanswered.
import type { Logger } from '../log.js';
import type { Acts } from './acts.js';
import type { Community, Person, Place } from './command.js';
import type { Desk, Use } from './desk.js';
import type { Said } from './poster.js';
import type { Reply } from './reply.js';
import { wordsFor } from './words/index.js';

/** A command as the platform delivered it; all of it is kept until it is answered. */
export interface Delivery<Address> {
  /** The platform's: of the interaction or update. */
  id: string;
  use: Use;
  person: Person;
  community: Community | null;
  /** Where it was said. */
  place: Place;
  /** Where the answer goes. */
  address: Address;
  /** The act that a pressed "yes" is about: what it does has that one's id. */
  confirms?: string;
}

/** A pressed button. */
export type Press<Address> = Omit<Delivery<Address>, 'use' | 'confirms'> & { press: string };

export interface Mouth<Address> {
  /** Says it where the delivery came from; `secret`: to that person alone. Resolves to the message, where it can be edited later. */
  say: (
    delivery: Pick<Delivery<Address>, 'address' | 'person' | 'community'>,
    reply: Reply,
    secret: boolean,
  ) => Promise<Said | null>;
}

/** `vote 7 2`: the command, then its arguments. */
function useOf(line: string): Use {
  const [command = '', ...rest] = line.split(' ');
  return { command, part: '', given: rest.join(' ') };
}

export type Front<Address> = ReturnType<typeof createFront<Address>>;

export function createFront<Address>(needs: { desk: Desk; acts: Acts; mouth: Mouth<Address>; log: Logger }) {
  const { desk, acts, mouth, log } = needs;

  const underWay = new Set<Promise<void>>();

  /** Goes on by itself: nothing depends on it, and a platform may make it wait. */
  function tell(to: Pick<Delivery<Address>, 'address' | 'person' | 'community'>, reply: Reply): void {
    const told: Promise<void> = mouth
      .say(to, reply, true)
      .then(() => {})
      .catch((error) => log.warn({ err: error }, 'a person could not be told'))
      .finally(() => underWay.delete(told));
    underWay.add(told);
  }

  /** Goes on by itself: who delivered it need only know that it is on disk. */
  async function begin(delivery: Delivery<Address>): Promise<void> {
    const { id } = delivery;
    try {
      if (!(await acts.begin(id, JSON.stringify(delivery)))) return;
    } catch (error) {
      log.error({ err: error, act: id }, 'an act could not be written down');
      return tell(delivery, { text: wordsFor(delivery.person.locale).internal });
    }
    const run: Promise<void> = perform(delivery)
      .then(() => acts.answered(id))
      .catch((error) => log.warn({ err: error, act: id }, 'an answer could not be delivered'))
      .finally(() => underWay.delete(run));
    underWay.add(run);
  }

  const name = ({ platform, user }: Person): string => `${platform}:${user}`;

  async function perform(delivery: Delivery<Address>): Promise<void> {
    const { id, use, person, community, place, confirms } = delivery;
    const words = wordsFor(person.locale);
    const ask = { id: confirms ?? id, person, community, place, confirmed: confirms !== undefined, words };
    const reply = await desk.answer(use, ask);
    await mouth.say(delivery, confirms ? { ...reply, replaces: true } : reply, desk.isSecret(use));
  }

  /** Resolves when it is on disk; it is done and answered once, however often it is delivered. */
  async function take(delivery: Delivery<Address>): Promise<void> {
    const { person } = delivery;
    const wait = desk.wait(name(person), `${delivery.place.platform}:${delivery.place.chat}`);
    const known = wait > 0 && (await acts.find(delivery.id)) !== null;
    if (known) return;
    if (wait > 0) {
      tell(delivery, { text: wordsFor(person.locale).slowDown(Math.ceil(wait / 1000)) });
      return;
    }
    await begin(delivery);
  }

  async function confirm(pressed: Press<Address>, about: string, yes: boolean): Promise<void> {
    const { press, ...rest } = pressed;
    const words = wordsFor(pressed.person.locale);
    const row = await acts.find(about);
    const before = row && (JSON.parse(row.ask) as Delivery<Address>);
    if (!before) return tell(pressed, { text: words.tooOld, replaces: true });
    if (name(before.person) !== name(pressed.person)) return tell(pressed, { text: words.notYours });
    if (!yes) return tell(pressed, { text: words.cancelled, replaces: true });
    await begin({ ...rest, use: before.use, confirms: about });
  }

  return {
    take,
    /** Any press but `form:`, which is the adapter's. */
    async press(pressed: Press<Address>): Promise<void> {
      const { press, ...rest } = pressed;
      const [, kind, about = ''] = /^(yes|no|do):(.+)$/s.exec(press) ?? [];
      if (kind === 'do') return take({ ...rest, use: useOf(about) });
      if (kind) return confirm(pressed, about, kind === 'yes');
      return tell(pressed, { text: wordsFor(pressed.person.locale).tooOld });
    },
    /** When all that was begun is answered. */
    idle: async (): Promise<void> => void (await Promise.all(underWay)),
    /** Does again, which pays nothing twice, what was begun before a restart, and answers it. */
    async resume(): Promise<void> {
      for (const { id, ask } of await acts.unanswered()) {
        try {
          await perform(JSON.parse(ask) as Delivery<Address>);
          await acts.answered(id);
        } catch (error) {
          log.warn({ err: error, act: id }, 'an answer from before the restart could not be delivered');
        }
      }
    },
  };
}
