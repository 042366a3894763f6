// /host: makes this chat account one of the host's, by the code that the dashboard shows.
import { type Command, part } from '../command.js';
import type { Proved } from '../hosts.js';
import { Misread } from '../read.js';
import type { Reply } from '../reply.js';
import type { CommandNeeds } from './needs.js';

export const host = ({ hosts }: CommandNeeds): Command => ({
  name: 'host',
  who: 'anyone',
  parts: {
    '': part({
      secret: true,
      args: { code: { kind: 'text', longest: 40 } },
      async run({ person, words }, { code }): Promise<Reply> {
        const say: Record<Exclude<Proved, 'linked'>, string> = {
          wrong: words.hostCodeWrong,
          too_many: words.hostTooMany,
        };
        const proved = await hosts.prove(person, [...person.name].slice(0, 40).join(''), code);
        if (proved !== 'linked') throw new Misread(say[proved]);
        return { text: words.hostLinked };
      },
    }),
  },
});
