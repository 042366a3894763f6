// How the bot speaks unasked on Discord: by its own token, in the order of each channel.
import { createHash } from 'node:crypto';
import { type REST, Routes } from 'discord.js';
import { createTurns } from '../../turns.js';
import type { Poster, Said } from '../poster.js';
import type { Reply } from '../reply.js';
import { type Rendered, render } from './render.js';
import { gone, once } from './rest.js';

const remembered = 1000;

/** discord.js waits out the limits. */
export function createPoster(rest: REST): Poster {
  const turns = createTurns<string>();
  /** As each message was last seen: an edit that changes nothing costs no request. */
  const last = new Map<string, string>();

  function unchanged(message: string, { body, files }: Rendered): boolean {
    const hash = createHash('sha256').update(JSON.stringify(body));
    for (const { data } of files) hash.update(data as Buffer);
    const now = hash.digest('base64');
    const same = last.get(message) === now;
    last.delete(message);
    last.set(message, now);
    const [oldest] = last.keys();
    if (oldest !== undefined && last.size > remembered) last.delete(oldest);
    return same;
  }

  async function post(place: Said['place'], reply: Reply): Promise<Said> {
    const rendered = render(reply);
    const body = { ...rendered.body, ...once() };
    const made = await rest.post(Routes.channelMessages(place.chat), { body, files: rendered.files }).catch(gone);
    const { id } = made as { id: string };
    unchanged(id, rendered);
    return { place, message: id };
  }

  async function edit({ place, message }: Said, reply: Reply): Promise<void> {
    const rendered = render(reply);
    if (unchanged(message, rendered)) return;
    try {
      await rest.patch(Routes.channelMessage(place.chat, message), rendered).catch(gone);
    } catch (error) {
      last.delete(message);
      throw error;
    }
  }

  return {
    post: (place, reply) => turns(place.chat, () => post(place, reply)),
    edit: (said, reply) => turns(said.place.chat, () => edit(said, reply)),
  };
}
