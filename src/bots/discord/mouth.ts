// How answers reach people on Discord: in what waits for them, beside what they pressed, or to them directly when it is too late.
import { type APIMessage, MessageFlags, type REST, Routes } from 'discord.js';
import type { Person } from '../command.js';
import type { Mouth } from '../front.js';
import type { Said } from '../poster.js';
import type { Reply } from '../reply.js';
import { type Answering, type Answers, expired } from './answers.js';
import { render } from './render.js';
import { once } from './rest.js';

/** Where an answer goes. */
export interface Address extends Answering {
  /** `hidden` and `shown`: a message of its own, for the person or for all. `pressed`: the one whose button it was. */
  waits: 'hidden' | 'shown' | 'pressed';
  /** The bot is in that server, and can change the answer later. */
  member: boolean;
}

const lastingOf = ({ id, channel_id, flags }: APIMessage, { member }: Address): Said | null =>
  member && ((flags ?? 0) & MessageFlags.Ephemeral) === 0
    ? { place: { platform: 'discord', chat: channel_id }, message: id }
    : null;

export function createMouth({ rest, answers }: { rest: REST; answers: Answers }): Mouth<Address> {
  async function answer(address: Address, reply: Reply, secret: boolean): Promise<APIMessage> {
    const rendered = render(reply);
    const { waits } = address;
    if (waits === 'pressed')
      return reply.replaces ? answers.edit(address, rendered) : answers.add(address, rendered, secret);
    if (waits === 'hidden' || !secret) return answers.edit(address, rendered);
    await answers.drop(address);
    return answers.add(address, rendered, true);
  }

  async function direct({ user }: Person, reply: Reply): Promise<void> {
    const { body, files } = render(reply);
    const { id } = (await rest.post(Routes.userChannels(), { body: { recipient_id: user } })) as { id: string };
    await rest.post(Routes.channelMessages(id), { body: { ...body, ...once() }, files });
  }

  return {
    async say({ address, person }, reply, secret) {
      try {
        return lastingOf(await answer(address, reply, secret), address);
      } catch (error) {
        if (!expired(error)) throw error;
        await direct(person, reply);
        return null;
      }
    },
  };
}
