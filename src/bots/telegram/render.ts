// A reply as Telegram takes it: HTML text, an inline keyboard; links that a button may not have are written out.
import type { InlineKeyboardButton, InlineKeyboardMarkup } from 'telegraf/types';
import type { Button, Reply } from '../reply.js';

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** Telegram opens no button for a machine of one's own. */
const openable = (url: string): boolean => URL.canParse(url) && new URL(url).hostname.includes('.');

const longest = 64;

function buttonOf(button: Button): InlineKeyboardButton {
  const text = button.label.slice(0, longest);
  return 'url' in button ? { text, url: button.url } : { text, callback_data: button.press };
}

export interface Rendered {
  text: string;
  keyboard: InlineKeyboardMarkup | undefined;
}

export function render({ text, facts = [], buttons = [] }: Reply): Rendered {
  const links = buttons.flat().filter((button) => 'url' in button && !openable(button.url));
  const lines = [
    escaped(text),
    ...facts.map(([name, value]) => `<b>${escaped(name)}</b>: ${escaped(value)}`),
    ...links.map((button) => ('url' in button ? `${escaped(button.label)}: ${escaped(button.url)}` : '')),
  ];
  const rows = buttons.map((row) => row.filter((button) => !links.includes(button)).map(buttonOf));
  const kept = rows.filter((row) => row.length > 0);
  return { text: lines.join('\n'), keyboard: kept.length > 0 ? { inline_keyboard: kept } : undefined };
}
