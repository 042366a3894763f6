// How answers reach people on Discord: in what waits for them, beside what they pressed, or to them directly when it is too late.
import { type APIChannel, type APIMessage, MessageFlags, type REST, Routes } from 'discord.js';
import type { Person } from '../command.js';
import type { Mouth } from '../front.js';
import type { Said } from '../poster.js';
import type { Reply } from '../reply.js';
import { type Answering, type Answers, expired } from './answers.js';
import { type Rendered, render } from './render.js';
import { gone, once } from './rest.js';

/** Where an answer goes. */
export interface Address extends Answering {
  /** `hidden` and `shown`: a message of its own, for the person or for all. `pressed`: the one whose button it was. */
  waits: 'hidden' | 'shown' | 'pressed';
  /** The bot is in that server, and can change the answer later. */
  member: boolean;
}

/** Long enough for acts that speak twice. */
const remembered = 1000;

const lastingOf = ({ id, channel_id, flags }: APIMessage, { member }: Address): Said | null =>
  member && ((flags ?? 0) & MessageFlags.Ephemeral) === 0
    ? { place: { platform: 'discord', chat: channel_id }, message: id }
    : null;

export function createMouth({ rest, answers }: { rest: REST; answers: Answers }): Mouth<Address> {
  /** The answers beside a pressed message, by interaction: what is said next takes their place. */
  const beside = new Map<string, string>();

  async function add(address: Address, rendered: Rendered, secret: boolean): Promise<APIMessage> {
    const before = beside.get(address.id);
    if (before !== undefined) return answers.edit(address, rendered, before);
    const made = await answers.add(address, rendered, secret);
    beside.set(address.id, made.id);
    const [oldest] = beside.keys();
    if (oldest !== undefined && beside.size > remembered) beside.delete(oldest);
    return made;
  }

  async function answer(address: Address, reply: Reply, secret: boolean): Promise<APIMessage> {
    const rendered = render(reply);
    const { waits } = address;
    if (waits === 'pressed') return reply.replaces ? answers.edit(address, rendered) : add(address, rendered, secret);
    if (waits === 'hidden' || !secret) return answers.edit(address, rendered);
    await answers.drop(address);
    return add(address, rendered, true);
  }

  /** Throws Gone where the person takes no messages. */
  async function direct({ user }: Person, reply: Reply): Promise<void> {
    const { body, files } = render(reply);
    const { id } = (await rest.post(Routes.userChannels(), { body: { recipient_id: user } }).catch(gone)) as APIChannel;
    await rest.post(Routes.channelMessages(id), { body: { ...body, ...once() }, files }).catch(gone);
  }

  return {
    async say({ address, person }, reply, secret) {
      try {
        return lastingOf(await answer(address, reply, secret || reply.refused === true), address);
      } catch (error) {
        if (!expired(error)) throw error;
        await direct(person, reply);
        return null;
      }
    },
  };
}
