// People of both platforms in front of stand-ins for them: what they say to a bot, and when they are heard and answered.
import { type DiscordStandIn, startDiscordStandIn, type User } from '../../test/support/discord/index.js';
import { startTelegramStandIn, type TelegramStandIn } from '../../test/support/telegram/index.js';

export const kinds = { tip: 70, balance: 20, vote: 10 } as const;
export type Kind = keyof typeof kinds;
export type Way = 'discord' | 'telegram' | 'page';

/** One use of a command; times are ms since the process began, null: it never came. */
export interface Told {
  way: Way;
  kind: Kind;
  /** The tip's id on the feed; '' where there is none. */
  tip: string;
  at: number;
  /** The platform knows that the bot has it; to be asked a moment after the answer. */
  taken: () => number | null;
  /** The person reads the answer. */
  answered: number | null;
}

export interface Speaker {
  way: Way;
  say: (kind: Kind) => Promise<Told>;
}

type Writer = ReturnType<TelegramStandIn['addUser']>;

export type Crowd = Awaited<ReturnType<typeof openCrowd>>;

/** The desk has a limit for each chat too: so many share a channel. */
const perChannel = 5;
const fundedAtOnce = 10;
const amount = '0.01';
const message = 'great solo';

/** `count` people: one half in the channels of a Discord server, the other each in a private chat of Telegram. */
export async function openCrowd(count: number) {
  const discord = await startDiscordStandIn({ judged: false });
  const telegram = await startTelegramStandIn({ judged: false, limits: null });
  const guild = discord.addGuild();
  const half = Math.ceil(count / 2);
  const channels = Array.from({ length: Math.ceil(half / perChannel) }, () => discord.addChannel(guild));
  const members = Array.from({ length: half }, (_, i) => {
    const user = discord.addUser({ global_name: `Ann ${i}` });
    discord.join(guild, user);
    return { user, channel: channels[i % channels.length] as (typeof channels)[number] };
  });
  const writers = Array.from({ length: count - half }, (_, i) => telegram.addUser({ name: `Bob ${i}` }));

  const typed = { tip: { amount, message }, balance: {}, vote: { option: '2' } } as const;
  const lines = { tip: `/tip ${amount} ${message}`, balance: '/balance', vote: '/vote 2' } as const;

  async function onDiscord(where: (typeof members)[number], kind: Kind): Promise<Told> {
    const at = performance.now();
    const seen = await discord.use(kind, typed[kind], where).catch(() => null);
    const answered = seen?.message ? performance.now() : null;
    const taken = () => seen && takenOnDiscord(discord, seen.id);
    return { way: 'discord', kind, at, taken, answered, tip: seen ? `discord-${seen.id}` : '' };
  }

  async function onTelegram(user: Writer, kind: Kind): Promise<Told> {
    const at = performance.now();
    const saying = telegram.say(user, user, lines[kind], { withinMs: 15_000 });
    const update = telegram.lastUpdate();
    const answered = await saying.then(() => performance.now()).catch(() => null);
    const tip = `telegram-${telegram.bot.id}-${update}`;
    return { way: 'telegram', kind, at, taken: () => takenOnTelegram(telegram, update), answered, tip };
  }

  return {
    discord,
    telegram,
    /** By turns of the two platforms. */
    speakers: members.flatMap((member, i): Speaker[] => {
      const writer = writers[i];
      return [
        { way: 'discord', say: (kind) => onDiscord(member, kind) },
        ...(writer ? [{ way: 'telegram', say: (kind: Kind) => onTelegram(writer, kind) } as const] : []),
      ];
    }),
    /** All ask the bot for test tokens, some at a time, by its own buttons. */
    async fund(): Promise<void> {
      const wishes = [
        ...members.map((member) => () => fundOnDiscord(discord, member)),
        ...writers.map((user) => () => fundOnTelegram(telegram, user)),
      ];
      const work = async (): Promise<void> => {
        for (let wish = wishes.pop(); wish; wish = wishes.pop()) await wish();
      };
      await Promise.all(Array.from({ length: fundedAtOnce }, work));
    },
    stop: async (): Promise<void> => void (await Promise.all([discord.stop(), telegram.stop()])),
  };
}

/** Its first answer within the three seconds. */
const takenOnDiscord = ({ asked }: DiscordStandIn, id: string): number | null =>
  asked.findLast(({ path, status }) => path.startsWith(`/interactions/${id}/`) && status === 204)?.at ?? null;

/** Telegram forgets what is below the offset of a poll. */
const takenOnTelegram = ({ calls }: TelegramStandIn, update: number): number | null =>
  calls.find(({ method, params }) => method === 'getUpdates' && Number(params.offset ?? 0) > update)?.at ?? null;

async function fundOnDiscord(discord: DiscordStandIn, where: { user: User }): Promise<void> {
  const { message: shown } = await discord.use('topup', {}, where);
  if (!shown) throw new Error('Discord: no answer to /topup');
  const given = await discord.press(shown, 'do:faucet', where.user);
  if (!given.message) throw new Error('Discord: no test tokens');
}

async function fundOnTelegram(telegram: TelegramStandIn, user: Writer): Promise<void> {
  const shown = await telegram.say(user, user, '/topup');
  await telegram.press(shown, 'do:faucet', user, 15_000);
}
