// What Discord delivers, taken to the front: put off within its three seconds, whatever comes of it later.
import type {
  AutocompleteInteraction,
  ChatInputCommandInteraction,
  Interaction,
  ModalSubmitInteraction,
} from 'discord.js';
import type { Logger } from '../../log.js';
import type { Desk, Use } from '../desk.js';
import type { Front } from '../front.js';
import { wordsFor } from '../words/index.js';
import { type Answers, answeredBefore } from './answers.js';
import { formOf, useOfForm } from './form.js';
import {
  answeringOf,
  communityOf,
  completionsOf,
  isHidden,
  isMember,
  type Pressed,
  personOf,
  placeOf,
  pressOf,
  type Told,
  useOf,
} from './interactions.js';
import type { Address } from './mouth.js';

export function createEar(needs: { desk: Desk; answers: Answers; front: Front<Address>; log: Logger }) {
  const { desk, answers, front, log } = needs;

  const about = (told: Told, waits: Address['waits']) => ({
    id: told.id,
    person: personOf(told),
    community: communityOf(told),
    place: placeOf(told),
    address: { ...answeringOf(told), waits, member: isMember(told) },
  });

  /** Within the three seconds that Discord gives. When that fails, the answer still finds the person. */
  const soon = (told: Told, said: Promise<void>): Promise<void> =>
    said.catch((error) => {
      if (answeredBefore(error)) log.debug({ act: told.id }, 'Discord delivered this before');
      else log.warn({ err: error, act: told.id }, 'Discord took no answer in time; it goes to the person directly');
    });

  async function take(told: ChatInputCommandInteraction | ModalSubmitInteraction, use: Use): Promise<void> {
    const secret = desk.isSecret(use);
    await soon(told, answers.wait(answeringOf(told), secret));
    await front.take({ ...about(told, secret ? 'hidden' : 'shown'), use });
  }

  /** What is everybody's stays as it is: who presses there is answered beside it. */
  async function press(pressed: Pressed): Promise<void> {
    const asked = pressOf(pressed);
    const to = answeringOf(pressed);
    const form = asked.startsWith('form:') ? formOf(asked, desk, wordsFor(pressed.locale)) : null;
    if (form) return soon(pressed, answers.form(to, form));
    const act = asked.replace(/^form:/, 'do:');
    const beside = act.startsWith('do:') && !isHidden(pressed);
    await soon(pressed, beside ? answers.wait(to, true) : answers.hush(to));
    await front.press({ ...about(pressed, beside ? 'hidden' : 'pressed'), press: act });
  }

  const complete = (asked: AutocompleteInteraction): Promise<void> =>
    completionsOf(asked, desk)
      .then((found) => answers.complete(answeringOf(asked), found))
      .catch((error) => log.debug({ err: error }, 'a word was not completed'));

  return async function hear(interaction: Interaction): Promise<void> {
    if (interaction.isAutocomplete()) return complete(interaction);
    if (interaction.isChatInputCommand()) return take(interaction, useOf(interaction));
    if (interaction.isModalSubmit()) {
      const use = useOfForm(interaction, desk);
      return take(interaction, use ?? { command: interaction.customId, part: '', given: {} });
    }
    if (interaction.isButton() || interaction.isStringSelectMenu()) return press(interaction);
  };
}
