// What is said to interactions, by their own tokens: they count against no limit of the bot, so they have a line of their own.
import {
  type APIMessage,
  type APIModalInteractionResponseCallbackData,
  DiscordAPIError,
  InteractionResponseType,
  MessageFlags,
  REST,
  Routes,
} from 'discord.js';
import type { Completion } from '../command.js';
import type { Rendered } from './render.js';
import { restOptions } from './rest.js';

/** How to answer one interaction; Discord keeps the token for a quarter of an hour. */
export interface Answering {
  id: string;
  application: string;
  token: string;
}

const codeOf = (error: unknown): number => (error instanceof DiscordAPIError ? Number(error.code) : 0);

/** It was not answered in time, or is a quarter of an hour old, or its answer was taken away. */
export const expired = (error: unknown): boolean => [10008, 10015, 10062, 50027].includes(codeOf(error));

/** Delivered again, or to another process as well. */
export const answeredBefore = (error: unknown): boolean => codeOf(error) === 40060;

export type Answers = ReturnType<typeof createAnswers>;

export function createAnswers(api: string) {
  const rest = new REST({ ...restOptions(api), globalRequestsPerSecond: Number.POSITIVE_INFINITY });
  const hidden = { flags: MessageFlags.Ephemeral };

  const callback = async ({ id, token }: Answering, type: InteractionResponseType, data?: unknown): Promise<void> =>
    void (await rest.post(Routes.interactionCallback(id, token), { body: { type, data }, auth: false }));
  const original = ({ application, token }: Answering) => Routes.webhookMessage(application, token, '@original');

  return {
    /** "Thinking …": a message of its own, to be filled in. */
    wait: (to: Answering, secret: boolean) =>
      callback(to, InteractionResponseType.DeferredChannelMessageWithSource, secret ? hidden : {}),
    /** Nothing to be seen: the pressed message stays as it is until it is edited. */
    hush: (to: Answering) => callback(to, InteractionResponseType.DeferredMessageUpdate),
    form: (to: Answering, form: APIModalInteractionResponseCallbackData) =>
      callback(to, InteractionResponseType.Modal, form),
    complete: (to: Answering, choices: readonly Completion[]) =>
      callback(to, InteractionResponseType.ApplicationCommandAutocompleteResult, { choices }),
    /** The message that waits, or that was pressed; or one that was added. */
    edit: async (to: Answering, { body, files }: Rendered, message = '@original'): Promise<APIMessage> =>
      (await rest.patch(Routes.webhookMessage(to.application, to.token, message), {
        ...{ body, files, auth: false },
      })) as APIMessage,
    add: async (to: Answering, { body, files }: Rendered, secret: boolean): Promise<APIMessage> =>
      (await rest.post(Routes.webhook(to.application, to.token), {
        body: { ...body, ...(secret && hidden) },
        files,
        auth: false,
      })) as APIMessage,
    /** As good as done when it is gone already. */
    drop: async (to: Answering): Promise<void> => {
      await rest.delete(original(to), { auth: false }).catch((error) => {
        if (codeOf(error) !== 10008) throw error;
      });
    },
  };
}
