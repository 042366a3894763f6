// Commands that a test makes up, a server to use them in, and a mouth to speak with: what tests of the Discord bot share.
import { REST } from 'discord.js';
import { type Ask, type Command, type Community, type Person, part } from '../../../src/bots/command.js';
import { createAnswers } from '../../../src/bots/discord/answers.js';
import { type Address, createMouth } from '../../../src/bots/discord/mouth.js';
import type { Reply } from '../../../src/bots/reply.js';
import { person } from '../bots.js';
import type { DiscordStandIn, Message, Seen } from './index.js';
import type { Component } from './world.js';

export const png = Buffer.from('89504e470d0a1a0a', 'hex');

/** What the commands below answer, and what they were given; each test sets its own. */
export const said: { reply: Reply; given: unknown[]; by: Person | null; in: Community | null } = {
  ...{ reply: { text: '' }, given: [], by: null, in: null },
};
const answer = async (ask: Ask, given: unknown): Promise<Reply> => {
  said.given.push(given);
  said.by = ask.person;
  said.in = ask.community;
  return said.reply;
};

export const commands: readonly Command[] = [
  { name: 'streams', who: 'anyone', parts: { '': part({ secret: false, args: {}, run: answer }) } },
  { name: 'balance', who: 'anyone', parts: { '': part({ secret: true, args: {}, run: answer }) } },
  {
    name: 'tip',
    who: 'anyone',
    parts: {
      '': part({
        secret: true,
        args: {
          stream: { kind: 'stream', optional: true },
          amount: { kind: 'amount' },
          message: { kind: 'text', optional: true, longest: 280 },
        },
        run: async (ask, given) => {
          if (given.amount > 10n ** 19n && !ask.confirmed)
            return {
              text: 'Sure?',
              buttons: [
                [
                  { label: 'Yes', press: `yes:${ask.id}`, style: 'go' },
                  { label: 'No', press: `no:${ask.id}`, style: 'stop' },
                ],
              ],
            };
          return answer(ask, given);
        },
      }),
    },
  },
  {
    name: 'announce',
    who: 'moderator',
    parts: {
      here: part({
        secret: true,
        args: {
          stream: {
            kind: 'text',
            complete: (typed, community) => [{ name: `${typed} in ${community?.title}`, value: 'x' }],
          },
          channel: { kind: 'channel' },
          role: { kind: 'role', optional: true },
          quiet: { kind: 'flag', optional: true },
          every: { kind: 'duration', optional: true },
          times: { kind: 'whole', least: 2, most: 9, optional: true },
          style: { kind: 'choice', choices: ['short', 'long'], optional: true },
        },
        run: answer,
      }),
      off: part({ secret: true, args: {}, run: answer }),
    },
  },
  {
    name: 'poll',
    who: 'crew',
    parts: {
      create: part({ secret: false, args: { duration: { kind: 'duration', optional: true } }, run: answer }),
    },
  },
  {
    name: 'leaderboard',
    who: 'anyone',
    parts: { '': part({ secret: false, args: { amount: { kind: 'amount' } }, run: answer }) },
  },
];

/** A server with a channel, somebody in it and a moderator. */
export function sceneOn(discord: DiscordStandIn) {
  const guild = discord.addGuild();
  const channel = discord.addChannel(guild);
  const ann = discord.addUser({ username: 'ann', global_name: 'Ann' });
  const mod = discord.addUser({ username: 'mod' });
  discord.join(guild, ann);
  discord.join(guild, mod, { nick: 'The Mod', roles: [discord.addRole(guild, { permissions: 1n << 5n })] });
  return { guild, channel, ann, mod };
}

/** A mouth that speaks to what a person has used before. */
export function mouthFor(discord: DiscordStandIn, { id }: Seen, change: Partial<Address>) {
  const rest = new REST({ api: discord.url }).setToken(discord.token);
  const { say } = createMouth({ rest, answers: createAnswers(discord.url) });
  const asked = discord.asked.find(({ path }) => path.startsWith(`/interactions/${id}/`));
  const token = asked?.path.split('/')[3] ?? '';
  const address = { id, token, application: discord.app.id, waits: 'hidden', member: false, ...change } as const;
  return { say, to: { address, person: person(), community: null } };
}

export const buttonsOf = (message: Message | null): Component[] =>
  message?.components.flatMap((row) => row.components ?? []) ?? [];
