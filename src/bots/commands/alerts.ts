// /alerts: the queue of what is shown on stage: pause, resume, skip, mute, test, and what is waiting.
import type { AlertAct, AlertQueue } from '../../vocabulary/alerts.js';
import { sayAmount } from '../amounts.js';
import { type Ask, type Command, type Part, part } from '../command.js';
import type { Reply } from '../reply.js';
import { chooseShow } from '../shows.js';
import { fitting } from './completing.js';
import type { CommandNeeds } from './needs.js';

/** A mention or a bare number is an account of this platform; anything else is a name as it stood on an alert. */
function whoOf(text: string, { person }: Ask): string {
  const [, id] = /^<?@?!?(\d{4,20})>?$/.exec(text.trim()) ?? [];
  return id === undefined ? text.trim().replace(/^@/, '') : `${person.platform}:${id}`;
}

export const alerts = ({ house }: CommandNeeds): Command => {
  function act(wish: AlertAct, said: (ask: Ask, queue: AlertQueue) => string): Part {
    return part({
      secret: true,
      args: { stream: { kind: 'stream', optional: true } },
      async run(ask, { stream }): Promise<Reply> {
        const { id } = chooseShow(house, ask.words, stream);
        return { text: said(ask, await house.alerts.act(id, wish)) };
      },
    });
  }

  /** Names of the newest tips, of all shows. */
  async function tippers(typed: string) {
    const queues = await Promise.all(house.shows().map(({ id }) => house.alerts.queue(id)));
    const tips = queues.flatMap(({ now, waiting, held, past }) => [
      ...(now ? [now] : []),
      ...waiting,
      ...held,
      ...past,
    ]);
    const names = tips.sort((a, b) => b.at - a.at).flatMap(({ n, name }) => (n === null || !name ? [] : name));
    return fitting(
      typed,
      [...new Set(names)].map((name) => ({ name, value: name })),
    );
  }

  function person(what: 'mute' | 'unmute', said: (ask: Ask, who: string) => string): Part {
    return part({
      secret: true,
      args: {
        stream: { kind: 'stream', optional: true },
        who: { kind: 'text', longest: 80, ...(what === 'mute' && { complete: tippers }) },
      },
      async run(ask, { stream, who }): Promise<Reply> {
        await house.alerts.act(chooseShow(house, ask.words, stream).id, { act: what, who: whoOf(who, ask) });
        return { text: said(ask, who) };
      },
    });
  }

  async function show({ words }: Ask, stream: string): Promise<Reply> {
    const queue = await house.alerts.queue(stream);
    const { now, waiting, counts, overlays, paused } = queue;
    const line = ({ name, amount, message }: (typeof waiting)[number]): string =>
      [name || words.anonymous, sayAmount(BigInt(amount), house.token), message]
        .filter(Boolean)
        .join(' · ')
        .slice(0, 200);
    return {
      text: paused ? words.alertsPaused : words.alertsQueue,
      facts: [
        ...(now ? [[words.alertNow, line(now)] as const] : []),
        ...(waiting[0] ? [[words.alertNext, line(waiting[0])] as const] : []),
        [words.alertsWaiting, `${counts.waiting}`],
        [words.alertsHeld, `${counts.held}`],
        [words.overlays, `${overlays}`],
      ],
    };
  }

  return {
    name: 'alerts',
    who: 'crew',
    parts: {
      show: part({
        secret: true,
        args: { stream: { kind: 'stream', optional: true } },
        run: async (ask, { stream }) => show(ask, chooseShow(house, ask.words, stream).id),
      }),
      pause: act({ act: 'pause' }, ({ words }) => words.alertsPaused),
      resume: act({ act: 'resume' }, ({ words }, { counts }) => words.alertsResumed(counts.waiting)),
      skip: act({ act: 'skip' }, ({ words }) => words.alertSkipped),
      mute: person('mute', ({ words }, who) => words.muted(who)),
      unmute: person('unmute', ({ words }, who) => words.unmuted(who)),
      test: act({ act: 'test' }, ({ words }, { overlays }) => words.alertTest(overlays)),
    },
  };
};
