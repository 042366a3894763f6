// The menu of commands that Telegram shows: per scope and language, set only when it differs.
import type { Telegram } from 'telegraf';
import type { BotCommand, BotCommandScope } from 'telegraf/types';
import type { Command } from '../command.js';
import { languages, wordsFor } from '../words/index.js';

const scopes: readonly { scope: BotCommandScope; who: readonly Command['who'][] }[] = [
  { scope: { type: 'all_private_chats' }, who: ['anyone'] },
  { scope: { type: 'all_group_chats' }, who: ['anyone'] },
  { scope: { type: 'all_chat_administrators' }, who: ['anyone', 'moderator'] },
];

const menuOf = (commands: readonly Command[], locale: string): BotCommand[] =>
  commands.flatMap(({ name }) => {
    const description = wordsFor(locale).about[name];
    return description ? [{ command: name, description }] : [];
  });

const same = (a: readonly BotCommand[], b: readonly BotCommand[]): boolean =>
  a.length === b.length &&
  a.every(({ command, description }, i) => b[i]?.command === command && b[i]?.description === description);

/** English goes to everybody whose language is not spoken here. */
export async function setMenus(telegram: Telegram, commands: readonly Command[]): Promise<void> {
  for (const { scope, who } of scopes) {
    for (const locale of Object.keys(languages)) {
      const menu = menuOf(
        commands.filter((command) => who.includes(command.who)),
        locale,
      );
      const about = { scope, ...(locale !== 'en' && { language_code: locale }) };
      if (!same(await telegram.getMyCommands(about), menu)) await telegram.setMyCommands(menu, about);
    }
  }
}
