// Where every use of a command arrives, from whichever platform: limits, rights, arguments, the act, and the words for it.
import type { Logger } from '../log.js';
import { Problem } from '../vocabulary/problems.js';
import type { Board } from './board.js';
import type { Ask, Command, Community, Completion, Part, Person } from './command.js';
import type { Communities } from './communities.js';
import type { IsCrew } from './hosts.js';
import type { House } from './house.js';
import { createLimits } from './limits.js';
import { cutLine, Misread, type Reader, readArgs } from './read.js';
import type { Reply } from './reply.js';
import type { Sights } from './sights.js';
import { sayRefusal } from './words/index.js';

export interface Use {
  command: string;
  /** '' where the command has no parts. */
  part: string;
  /** By name, or as one line. */
  given: Readonly<Record<string, string>> | string;
}

export interface Answer {
  reply: Reply;
  /** For the person alone. */
  secret: boolean;
}

const perPerson = { burst: 6, everyMs: 3000 };
const perChat = { burst: 40, everyMs: 300 };

export type Desk = ReturnType<typeof createDesk>;

export function createDesk(needs: {
  house: House;
  commands: readonly Command[];
  isCrew: IsCrew;
  communities: Communities;
  sights: Pick<Sights, 'see'>;
  board: Pick<Board, 'keep'>;
  log: Logger;
  now: () => number;
}) {
  const { house, commands, communities, log, now } = needs;
  const people = createLimits(perPerson, now);
  const chats = createLimits(perChat, now);
  const isStream = (text: string): boolean => house.shows().some(({ id }) => id === text.toLowerCase());

  const reader = (ask: Ask): Reader => ({
    token: house.token,
    words: ask.words,
    stream: (text) => {
      if (!isStream(text)) throw new Problem('unknown_stream', { stream: text });
      return text.toLowerCase();
    },
    address: house.resolve,
  });

  async function find({ command, part }: Use, ask: Ask): Promise<{ command: Command; part: Part }> {
    const known = commands.find(({ name }) => name === command);
    const chosen = known?.parts[part];
    if (!known || !chosen) throw new Misread(ask.words.unknownCommand);
    if (known.who === 'moderator') {
      if (!ask.community) throw new Misread(ask.words.communityOnly);
      if (!ask.person.moderator) throw new Misread(ask.words.moderatorsOnly);
    }
    if (known.who === 'crew' && !(await needs.isCrew(ask))) throw new Misread(ask.words.crewOnly);
    return { command: known, part: chosen };
  }

  async function run(use: Use, ask: Ask): Promise<Reply> {
    const { command, part } = await find(use, ask);
    const texts = typeof use.given === 'string' ? cutLine(part.args, use.given, house.token, isStream) : use.given;
    const given = await readArgs(part.args, texts, reader(ask));
    if (part.args.stream?.kind !== 'stream') return part.run(ask, given as never);
    const stream = (given.stream as string | undefined) ?? (await usual(command, ask));
    // Whichever show it then turns out to be: only the host may leave that open.
    if (command.who === 'crew' && !(await needs.isCrew(ask, stream ?? ''))) throw new Misread(ask.words.crewOnly);
    return part.run(ask, { ...given, ...(stream !== undefined && { stream }) } as never);
  }

  /** The community's own show, where none is named. */
  async function usual({ who }: Command, { community }: Ask): Promise<string | undefined> {
    const { home, stream } = await communities.settings(community);
    const own = (who === 'crew' ? home : null) ?? stream;
    return own !== null && isStream(own) ? own : undefined;
  }

  /** A sentence for whatever went wrong; what nobody expected goes to the log, never to the person. */
  function refusal(error: unknown, { words, person, id }: Ask): Reply {
    if (error instanceof Misread) return { text: error.message, refused: true };
    if (error instanceof Problem && error.status < 500) return { text: sayRefusal(words, error), refused: true };
    log.error({ err: error, platform: person.platform, act: id }, 'a command failed');
    return { text: error instanceof Problem ? sayRefusal(words, error) : words.internal, refused: true };
  }

  /** Streams whose id or title has what was typed so far; at most 25. */
  function streams(typed: string): { name: string; value: string }[] {
    const wanted = typed.trim().toLowerCase();
    return house
      .shows()
      .filter(({ id, title }) => id.includes(wanted) || title.toLowerCase().includes(wanted))
      .slice(0, 25)
      .map(({ id, title }) => ({ name: `${title || id} (${id})`.slice(0, 100), value: id }));
  }

  return {
    commands,
    /** The message goes on with what it is about. */
    keep: needs.board.keep,
    /** What all may read is in the community's language, if it has chosen one; what is for one person, in his. */
    async localeOf({ locale }: Person, community: Community | null, secret: boolean): Promise<string> {
      return (secret ? null : (await communities.settings(community)).language) ?? locale;
    },
    isSecret: ({ command, part }: Pick<Use, 'command' | 'part'>): boolean =>
      commands.find(({ name }) => name === command)?.parts[part]?.secret ?? true,
    /** 0, or how many ms this person, or this chat, has to wait; who has to wait takes nothing from the others there. */
    wait: (person: string, chat: string): number => people.take(person) || chats.take(chat),
    /** Does it, once for each `ask.id`. Never rejects. */
    async answer(use: Use, ask: Ask): Promise<Reply> {
      try {
        await needs.sights.see(ask.person, ask.community);
        return await run(use, ask);
      } catch (error) {
        return refusal(error, ask);
      }
    },
    /** What completes an argument, for who may use the command: names on stage are its crew's. */
    async completions(
      { command, part }: Pick<Use, 'command' | 'part'>,
      arg: string,
      typed: string,
      by: Pick<Ask, 'person' | 'community'>,
    ): Promise<readonly Completion[]> {
      const known = commands.find(({ name }) => name === command);
      const complete = known?.parts[part]?.args[arg]?.complete;
      if (!complete) return streams(typed);
      if (known.who === 'crew' && !(await needs.isCrew(by))) return [];
      return complete(typed, by.community);
    },
    complete: streams,
  };
}
