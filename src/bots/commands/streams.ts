// /streams and /help: what is on, and what can be done.
import { type Command, part } from '../command.js';
import type { Reply } from '../reply.js';
import { sayPrice, titleOf, watchPage } from '../shows.js';
import { sayGoal } from './goal.js';
import type { CommandNeeds } from './needs.js';

/** Platforms take no more buttons, and people read no more lines. */
const most = 10;

export const streams = ({ house }: CommandNeeds): Command => ({
  name: 'streams',
  who: 'anyone',
  parts: {
    '': part({
      secret: false,
      args: {},
      async run({ words }): Promise<Reply> {
        const goalOf = (stream: string): string[] => {
          const goal = house.goals.get(stream);
          return goal ? [sayGoal(goal, house.token)] : [];
        };
        const shows = [...house.shows()].sort((a, b) => Number(b.live) - Number(a.live)).slice(0, most);
        if (shows.length === 0) return { text: words.noStreams };
        return {
          text: words.about.streams ?? '',
          facts: shows.map((show) => [
            titleOf(show),
            [
              show.live ? words.onAir : words.offAir,
              sayPrice(show, house, words),
              words.viewers(show.viewers),
              ...goalOf(show.id),
            ].join(' · '),
          ]),
          buttons: shows
            .filter(({ live }) => live)
            .slice(0, 5)
            .map((show) => [{ label: `${words.watch}: ${titleOf(show)}`.slice(0, 60), url: watchPage(show, house) }]),
        };
      },
    }),
  },
});

export const help = ({ hosts }: Pick<CommandNeeds, 'hosts'>, commands: () => readonly Command[]): Command => ({
  name: 'help',
  who: 'anyone',
  parts: {
    '': part({
      secret: true,
      args: {},
      async run({ words, person }): Promise<Reply> {
        const host = await hosts.isHost(person);
        const may = { anyone: true, moderator: person.moderator, crew: person.moderator || host };
        const mine = commands().filter(({ who, name }) => name in words.about && may[who]);
        return { text: words.help, facts: mine.map(({ name }) => [`/${name}`, words.about[name] ?? '']) };
      },
    }),
  },
});
