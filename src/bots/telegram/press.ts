// Pressed buttons: each is answered, whatever it leads to.
import type { CallbackQuery } from 'telegraf/types';
import type { Desk } from '../desk.js';
import type { Front } from '../front.js';
import { wordsFor } from '../words/index.js';
import type { Aside } from './aside.js';
import type { Chats } from './chats.js';
import type { Forms } from './forms.js';
import type { Hearing } from './hear.js';
import type { Toasts } from './toasts.js';
import { type Address, addressOf, placeOf, pressOf, useOf } from './updates.js';

export function createPresses(needs: {
  desk: Desk;
  front: Front<Address>;
  forms: Forms;
  toasts: Toasts;
  hearing: Hearing;
  chats: Chats;
  aside: Aside;
}) {
  const { desk, front, forms, toasts, hearing, chats, aside } = needs;

  async function press(id: string, query: CallbackQuery): Promise<void> {
    const pressed = pressOf(query);
    const { from } = query;
    const tooOld = () => void toasts.answer(query.id, { text: wordsFor(from.language_code ?? 'en').tooOld });
    if (!pressed) return tooOld();
    const { press, message } = pressed;
    const [, kind = '', line = ''] = /^(do|form):(.*)$/s.exec(press) ?? [];
    if (kind === 'form') {
      const form = forms.find(line);
      if (!form) return tooOld();
      aside.go(() => forms.ask(form, from, message));
      return void toasts.answer(query.id);
    }
    const community = await chats.communityOf(message.chat);
    // Of a "yes" only the act that it is about says which command it is.
    const person = await hearing.personFor(kind ? useOf(line, desk.commands) : anyUse, from, message.chat);
    const how = { query: query.id, pressed: kind === 'do' ? 'do' : 'answer' } as const;
    const address = { ...addressOf(id, message), ...how };
    await front.press({ id, press, person, community, place: placeOf(message), address });
  }

  return async (id: string, query: CallbackQuery): Promise<void> => {
    toasts.expect(query.id);
    await press(id, query);
  };
}

/** Told from the rights that any command may need. */
const anyUse = { command: 'help', part: '', given: '' };
