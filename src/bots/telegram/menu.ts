// What Telegram shows of the bot: the menu of commands for each scope and language, and what it says about itself; sent only when it differs.
import type { BotCommand, BotCommandScope } from 'telegraf/types';
import type { Command } from '../command.js';
import { languages, wordsFor } from '../words/index.js';
import type { Call } from './api.js';

const scopes: readonly { scope: BotCommandScope; who: readonly Command['who'][] }[] = [
  { scope: { type: 'all_private_chats' }, who: ['anyone'] },
  { scope: { type: 'all_group_chats' }, who: ['anyone'] },
  { scope: { type: 'all_chat_administrators' }, who: ['anyone', 'moderator', 'crew'] },
];

const longestShort = 120;

const menuOf = (commands: readonly Command[], locale: string): BotCommand[] =>
  commands.flatMap(({ name }) => {
    const description = wordsFor(locale).about[name];
    return description ? [{ command: name, description }] : [];
  });

const same = (a: readonly BotCommand[], b: readonly BotCommand[]): boolean =>
  a.length === b.length &&
  a.every(({ command, description }, i) => b[i]?.command === command && b[i]?.description === description);

/** English goes to everybody whose language is not spoken here. */
const inLanguage = (locale: string) => (locale === 'en' ? {} : { language_code: locale });

async function setMenu(call: Call, scope: BotCommandScope, menu: BotCommand[], locale: string): Promise<void> {
  const about = { scope, ...inLanguage(locale) };
  if (!same(await call('getMyCommands', about), menu)) await call('setMyCommands', { commands: menu, ...about });
}

/** Never in place of the host's own words. */
async function setAbout(call: Call, locale: string): Promise<void> {
  const language = inLanguage(locale);
  const { help } = wordsFor(locale);
  const { description } = await call('getMyDescription', language);
  if (!description) await call('setMyDescription', { description: help, ...language });
  const { short_description } = await call('getMyShortDescription', language);
  if (!short_description && help.length <= longestShort)
    await call('setMyShortDescription', { short_description: help, ...language });
}

export async function setMenus(call: Call, commands: readonly Command[]): Promise<void> {
  for (const locale of Object.keys(languages)) {
    for (const { scope, who } of scopes) {
      const theirs = commands.filter((command) => who.includes(command.who));
      await setMenu(call, scope, menuOf(theirs, locale), locale);
    }
    await setAbout(call, locale);
  }
}
