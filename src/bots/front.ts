// What every platform's adapter does the same way: limits, each delivery once, buttons, and what a restart left unanswered.
import type { Logger } from '../log.js';
import type { Acts } from './acts.js';
import type { Community, Person, Place } from './command.js';
import type { Desk, Use } from './desk.js';
import { Gone, reasonOf, type Said } from './poster.js';
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

/** An answer that could not be delivered is tried again after so long; then only by the next start. */
const pausesMs = [1000, 5000, 30_000];
/** What a question was about may have changed after that. */
const questionMs = 10 * 60_000;

/** `vote 7 2`: the command, then its arguments. */
function useOf(line: string): Use {
  const [command = '', ...rest] = line.split(' ');
  return { command, part: '', given: rest.join(' ') };
}

/** One act, however often it is pressed. */
const yesTo = (about: string): string => `yes ${about}`;

/** What a yes does again is what was asked, by whom and where it was asked: a question may have been moved to a private chat. */
function confirmed<Address>(asked: Delivery<Address>, { address }: Press<Address>): Delivery<Address> {
  const { id, use, person, community, place } = asked;
  return { id: yesTo(id), address, use, person, community, place, confirms: id };
}

export type Front<Address> = ReturnType<typeof createFront<Address>>;

export function createFront<Address>(needs: {
  desk: Desk;
  acts: Acts;
  mouth: Mouth<Address>;
  log: Logger;
  now?: () => number;
}) {
  const { desk, acts, mouth, log, now = Date.now } = needs;

  const underWay = new Set<Promise<void>>();
  const timers = new Set<NodeJS.Timeout>();
  /** What this run has begun itself, by id, until it has taken up what an earlier one left. */
  let fresh: Map<string, Promise<boolean>> | null = new Map();
  let stopped = false;

  /** Goes on by itself: nothing depends on it, and a platform may make it wait. */
  function tell(to: Pick<Delivery<Address>, 'address' | 'person' | 'community'>, reply: Reply): void {
    const told: Promise<void> = mouth
      .say(to, reply, true)
      .then(() => {})
      .catch((error) => log.warn({ reason: reasonOf(error) }, 'a person could not be told'))
      .finally(() => underWay.delete(told));
    underWay.add(told);
  }

  function go(delivery: Delivery<Address>, again: boolean, failures = 0): Promise<void> {
    const run: Promise<void> = finish(delivery, again)
      .catch((error) => {
        log.warn({ reason: reasonOf(error), act: delivery.id }, 'an answer could not be delivered');
        const pause = pausesMs[failures];
        if (pause !== undefined) later(pause, () => go(delivery, again, failures + 1));
      })
      .finally(() => underWay.delete(run));
    underWay.add(run);
    return run;
  }

  /** Unless it ends before: then it is for the next start. */
  function later(ms: number, act: () => Promise<void>): void {
    if (stopped) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void act();
    }, ms);
    timers.add(timer);
  }

  function beginOnce(delivery: Delivery<Address>): Promise<boolean> {
    const { id } = delivery;
    const begun = acts.begin(id, JSON.stringify(delivery));
    const before = fresh?.get(id) ?? Promise.resolve(false);
    const mine = Promise.all([before, begun.catch(() => false)]).then(([earlier, now]) => earlier || now);
    fresh?.set(id, mine);
    return begun;
  }

  /** Goes on by itself: who delivered it need only know that it is on disk. */
  async function begin(delivery: Delivery<Address>): Promise<void> {
    const { id } = delivery;
    try {
      if (!(await beginOnce(delivery))) return;
    } catch (error) {
      log.error({ err: error, act: id }, 'an act could not be written down');
      return tell(delivery, { text: wordsFor(delivery.person.locale).internal });
    }
    void go(delivery, false);
  }

  const name = ({ platform, user }: Person): string => `${platform}:${user}`;

  async function finish(delivery: Delivery<Address>, again: boolean): Promise<void> {
    const waitMs = await perform(delivery, again);
    if (waitMs === null) await acts.answered(delivery.id);
    else later(waitMs, () => go(delivery, true));
  }

  /** Null when that was its last word; else after how many ms to do it again. `again`: what it said before needs no repeating. */
  async function perform(delivery: Delivery<Address>, again: boolean): Promise<number | null> {
    const { id, use, person, community, place, confirms } = delivery;
    const secret = desk.isSecret(use);
    const locale = await desk.localeOf(person, community, secret);
    const words = wordsFor(locale);
    const ask = { id: confirms ?? id, person, community, place, confirmed: confirms !== undefined, words };
    const { againInMs = null, ...reply } = await desk.answer(use, ask);
    if (again && againInMs !== null) return againInMs;
    await say(delivery, confirms === undefined ? reply : { ...reply, replaces: true }, secret, locale);
    return againInMs;
  }

  async function say(delivery: Delivery<Address>, reply: Reply, secret: boolean, locale: string): Promise<void> {
    try {
      const said = await mouth.say(delivery, reply, secret);
      if (said && reply.living) await desk.keep(reply.living, said, locale);
    } catch (error) {
      // Nobody is there to hear it, now or later.
      if (!(error instanceof Gone)) throw error;
      log.info({ act: delivery.id }, 'there is nobody to answer any more');
    }
  }

  /** True when it is too soon for this person or chat, who is told so, unless this delivery was taken before. */
  async function tooSoon(delivery: Omit<Delivery<Address>, 'use'>): Promise<boolean> {
    const { person, place } = delivery;
    const wait = desk.wait(name(person), `${place.platform}:${place.chat}`);
    if (wait === 0) return false;
    if (await acts.find(delivery.id)) return true;
    await tell(delivery, { text: wordsFor(person.locale).slowDown(Math.ceil(wait / 1000)) });
    return true;
  }

  /** Resolves when it is on disk; it is done and answered once, however often it is delivered. */
  async function take(delivery: Delivery<Address>): Promise<void> {
    if (!(await tooSoon(delivery))) await begin(delivery);
  }

  async function confirm(pressed: Press<Address>, about: string, yes: boolean): Promise<void> {
    const words = wordsFor(pressed.person.locale);
    const row = await acts.find(about);
    const asked = row && row.at > now() - questionMs && (JSON.parse(row.ask) as Delivery<Address>);
    if (!asked) return tell(pressed, { text: words.tooOld, replaces: true });
    if (name(asked.person) !== name(pressed.person)) return tell(pressed, { text: words.notYours });
    // A no that comes after a yes changes nothing.
    if (!yes && (await acts.find(yesTo(about)))) return;
    if (!yes) return tell(pressed, { text: words.cancelled, replaces: true });
    await begin(confirmed(asked, pressed));
  }

  return {
    take,
    /** Any press but `form:`, which is the adapter's. */
    async press(pressed: Press<Address>): Promise<void> {
      const { press, ...rest } = pressed;
      const [, kind, about = ''] = /^(yes|no|do):(.+)$/s.exec(press) ?? [];
      if (kind === 'do') return take({ ...rest, use: useOf(about) });
      if (!kind) return tell(pressed, { text: wordsFor(pressed.person.locale).tooOld });
      if (!(await tooSoon(rest))) await confirm(pressed, about, kind === 'yes');
    },
    /** When all that was begun is answered; what was to be done again later is left to the next start. */
    async idle(): Promise<void> {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(underWay);
    },
    /**
     * Does again, which pays nothing twice, what was begun before a restart, and answers it. Once, at any time: what
     * this run has begun itself is left alone. Resolves when all of it is answered, or has failed and is in the log.
     */
    async resume(): Promise<void> {
      const left = await acts.unanswered();
      const own = fresh ?? new Map<string, Promise<boolean>>();
      fresh = null;
      const mine = await Promise.all(left.map(({ id }) => own.get(id) ?? false));
      const before = left.filter((_, i) => !mine[i]);
      await Promise.all(before.map(({ ask }) => go(JSON.parse(ask) as Delivery<Address>, true)));
    },
  };
}
