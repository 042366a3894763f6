// /announce: where a community hears that a show begins, whom that pings, and in which words.
import type { Announcement } from '../announcements.js';
import { type Ask, type Command, type Community, type Given, type Place, part } from '../command.js';
import { Misread } from '../read.js';
import type { Reply } from '../reply.js';
import { liveCard, pictured, strangeField } from '../show-card.js';
import { chooseShow, titleOf } from '../shows.js';
import type { Words } from '../words/index.js';
import type { CommandNeeds } from './needs.js';

const longestTemplate = 300;

const hereArgs = {
  stream: { kind: 'stream', optional: true },
  role: { kind: 'role', optional: true },
  template: { kind: 'text', optional: true, longest: longestTemplate },
} as const;

/** As the platform links it. */
const sayPlace = ({ platform, chat, thread }: Place, words: Words): string =>
  platform === 'discord' ? `<#${chat}>` : thread === undefined ? words.thisGroup : words.thisTopic(thread);

export const announce = ({ house, communities, announcements, follow }: CommandNeeds): Command => {
  function communityOf({ community, words }: Ask): Community {
    if (!community) throw new Misread(words.communityOnly);
    return community;
  }

  /** Everybody's role has the server's own number. */
  function checkRole({ words }: Ask, { platform, id }: Community, role: string | undefined): string | null {
    if (role === undefined) return null;
    if (platform !== 'discord') throw new Misread(words.rolesOnDiscord);
    if (role === id) throw new Misread(words.notEveryone);
    return role;
  }

  async function here(ask: Ask, given: Given<typeof hereArgs>): Promise<Reply> {
    const { words, person, place } = ask;
    const community = communityOf(ask);
    const show = chooseShow(house, words, given.stream);
    const role = checkRole(ask, community, given.role);
    const template = given.template ?? '';
    const strange = strangeField(template);
    if (strange !== null) throw new Misread(words.strangeField(strange));
    const { language } = await communities.settings(community);
    await announcements.set({
      ...{ community, stream: show.id, place, role, template },
      locale: language ?? person.locale,
    });
    await follow(show.id);
    return { text: words.announceOn(titleOf(show)), facts: [[words.announceTry, '/announce test']] };
  }

  async function test(ask: Ask, stream: string | undefined): Promise<Reply> {
    const { words } = ask;
    const all = await announcements.of(communityOf(ask));
    const one = all.find((some) => stream === undefined || some.stream === stream);
    const show = chooseShow(house, words, stream ?? one?.stream);
    return pictured(liveCard(one?.template ?? '', show, house, words), show, house);
  }

  async function off(ask: Ask, stream: string | undefined): Promise<Reply> {
    const { words } = ask;
    const dropped = await announcements.drop(communityOf(ask), stream);
    return { text: dropped > 0 ? words.announceOff : words.announceNone };
  }

  const line = ({ place, role, template }: Announcement, words: Words): string =>
    [sayPlace(place, words), ...(role === null ? [] : [`<@&${role}>`]), ...(template ? [`“${template}”`] : [])].join(
      ' · ',
    );

  async function show(ask: Ask): Promise<Reply> {
    const { words } = ask;
    const all = await announcements.of(communityOf(ask));
    if (all.length === 0) return { text: words.announceNone };
    return { text: words.announceShow, facts: all.map((one) => [one.stream, line(one, words)]) };
  }

  const named = { stream: { kind: 'stream', optional: true } } as const;
  return {
    name: 'announce',
    who: 'moderator',
    parts: {
      here: part({ secret: true, args: hereArgs, run: here }),
      test: part({ secret: true, args: named, run: (ask, { stream }) => test(ask, stream) }),
      off: part({ secret: true, args: named, run: (ask, { stream }) => off(ask, stream) }),
      show: part({ secret: true, args: {}, run: show }),
    },
  };
};
