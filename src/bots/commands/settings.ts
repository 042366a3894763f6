// /settings: what holds in one community: its usual show, its language, its limits of tips, and whose home it is.
import { sayAmount } from '../amounts.js';
import { type Ask, type Command, type Community, type Given, part } from '../command.js';
import type { CommunitySettings } from '../communities.js';
import { Misread } from '../read.js';
import type { Reply } from '../reply.js';
import { languages } from '../words/index.js';
import type { CommandNeeds } from './needs.js';

const own = 'own';
const tipArgs = { least: { kind: 'amount', optional: true }, most: { kind: 'amount', optional: true } } as const;

export const settings = ({ house, communities, hosts }: CommandNeeds): Command => {
  const say = (amount: bigint): string => sayAmount(amount, house.token);

  function communityOf({ community, words }: Ask): Community {
    if (!community) throw new Misread(words.communityOnly);
    return community;
  }

  async function show(ask: Ask): Promise<Reply> {
    const { words } = ask;
    const of = await communities.settings(communityOf(ask));
    const language = of.language && languages[of.language]?.language;
    const least = of.tipLeast ?? 0n;
    return {
      text: words.settingsShow,
      facts: [
        [words.usualShow, of.stream ?? words.notSet],
        [words.inLanguage, language || words.ownLanguage],
        [words.tipLimits, of.tipMost === null ? words.from(say(least)) : `${say(least)} – ${say(of.tipMost)}`],
        [words.asksAbove, say(of.confirmAbove ?? house.confirmAbove)],
        [words.homeOf, of.home ?? words.notSet],
      ],
    };
  }

  async function change(ask: Ask, set: Partial<CommunitySettings>): Promise<Reply> {
    await communities.set(communityOf(ask), set);
    return show(ask);
  }

  async function setTips(ask: Ask, { least, most }: Given<typeof tipArgs>): Promise<Reply> {
    if (least !== undefined && most !== undefined && most < least) throw new Misread(ask.words.tipsCrossed);
    return change(ask, { tipLeast: least ?? null, tipMost: most ?? null });
  }

  /** Moderators of a home steer the show: that is the host's to give. */
  async function setHome(ask: Ask, home: string | null): Promise<Reply> {
    if (!(await hosts.isHost(ask.person))) throw new Misread(ask.words.hostOnly);
    return change(ask, { home });
  }

  return {
    name: 'settings',
    who: 'moderator',
    parts: {
      show: part({ secret: true, args: {}, run: show }),
      stream: part({
        secret: true,
        args: { stream: { kind: 'stream' } },
        run: (ask, given) => change(ask, { stream: given.stream }),
      }),
      language: part({
        secret: true,
        args: { language: { kind: 'choice', choices: [...Object.keys(languages), own] } },
        run: (ask, { language }) => change(ask, { language: language === own ? null : language }),
      }),
      tips: part({ secret: true, args: tipArgs, run: setTips }),
      confirm: part({
        secret: true,
        args: { amount: { kind: 'amount' } },
        run: (ask, { amount }) => change(ask, { confirmAbove: amount }),
      }),
      home: part({
        secret: true,
        args: { stream: { kind: 'stream' } },
        run: (ask, given) => setHome(ask, given.stream),
      }),
      unhome: part({ secret: true, args: {}, run: (ask) => setHome(ask, null) }),
    },
  };
};
