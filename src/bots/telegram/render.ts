// A reply as Telegram takes it: HTML text, an inline keyboard; links that a button may not have are written out.
import type { InlineKeyboardButton, InlineKeyboardMarkup } from 'telegraf/types';
import type { Button, Reply } from '../reply.js';

/** Characters that are shown, of a text and of a picture's caption. */
export const longestText = 4096;
export const longestCaption = 1024;
const longestLabel = 64;
/** Short choices go two by two. */
const shortLabel = 16;

type Link = Extract<Button, { url: string }>;

export const escaped = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

/** With an ellipsis where it had to be cut; never inside a character. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, Math.max(0, most - 1)).replace(/[\ud800-\udbff]$/, '');
  return most > 0 ? `${kept}…` : '';
}

/** Telegram opens no button for a machine of one's own. */
const openable = (url: string): boolean =>
  URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) && /[.\]]/.test(new URL(url).hostname);

const isLink = (button: Button): button is Link => 'url' in button;

/** Mini Apps open in private chats only, and over https. */
function buttonsOf(button: Button, alone: boolean): InlineKeyboardButton[] {
  const text = cut(button.label, longestLabel);
  if (!isLink(button)) return [{ text, callback_data: button.press }];
  const { url, app } = button;
  if (!alone || !app?.url.startsWith('https:')) return [{ text, url }];
  return [
    { text, url },
    { text: cut(app.label, longestLabel), web_app: { url: app.url } },
  ];
}

function choiceRows({ options }: NonNullable<Reply['choices']>): Button[][] {
  const across = options.every(({ label }) => label.length <= shortLabel) ? 2 : 1;
  return options.flatMap((_, i) => (i % across === 0 ? [options.slice(i, i + across)] : []));
}

/** Lines of plain text, some with a bold name before it, within so many characters. */
function lines(parts: readonly (readonly [bold: string, plain: string])[], most: number): string {
  let left = most;
  const taken = (text: string): string => {
    const part = cut(text, left);
    left -= part.length;
    return escaped(part);
  };
  const made = parts.map(([bold, plain]) => {
    if (left <= 0) return '';
    const name = bold && `<b>${taken(bold)}</b>`;
    const line = name + taken(bold ? `: ${plain}` : plain);
    left -= 1;
    return line;
  });
  return made.filter(Boolean).join('\n');
}

export interface Rendered {
  text: string;
  keyboard: InlineKeyboardMarkup | undefined;
}

/** `alone`: for a private chat. */
export function render({ text, facts = [], buttons = [], choices, picture }: Reply, alone: boolean): Rendered {
  const written = buttons.flat().filter((button): button is Link => isLink(button) && !openable(button.url));
  const links = written.map(({ label, url }) => `${label}: ${url}`).join('\n');
  const most = (picture ? longestCaption : longestText) - (links ? links.length + 1 : 0);
  const parts = [['', text] as const, ...facts, ['', choices?.prompt ?? ''] as const];
  const rows = [
    ...buttons.map((row) => row.filter((one) => !written.includes(one as Link))),
    ...choiceRows(choices ?? none),
  ];
  const kept = rows.filter((row) => row.length > 0).map((row) => row.flatMap((button) => buttonsOf(button, alone)));
  return {
    text: [lines(parts, most), escaped(links)].filter(Boolean).join('\n'),
    keyboard: kept.length > 0 ? { inline_keyboard: kept } : undefined,
  };
}

const none = { prompt: '', options: [] };
