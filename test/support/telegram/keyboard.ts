// Which keyboards Telegram takes.
import type { InlineKeyboardButton } from 'telegraf/types';
import { bad } from './refusal.js';

const actions = [
  'url',
  'callback_data',
  'web_app',
  'login_url',
  'switch_inline_query',
  'switch_inline_query_current_chat',
];

function checkUrl(url: string, what: string, httpsOnly: boolean): void {
  const no = (why: string) => bad(`inline keyboard button ${what} '${url}' is invalid: ${why}`);
  if (/^tg:\/\//.test(url) && !httpsOnly) return;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw no('Unsupported URL protocol');
  const { protocol, hostname } = new URL(url);
  if (httpsOnly && protocol !== 'https:') throw no('Only HTTPS links are allowed');
  if (!hostname.includes('.') && !hostname.startsWith('[')) throw no('Wrong HTTP URL');
}

function checkButton(button: InlineKeyboardButton, alone: boolean): void {
  if (!button.text?.trim()) throw bad('BUTTON_TEXT_EMPTY');
  if (actions.filter((action) => action in button).length !== 1)
    throw bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
  if ('callback_data' in button) {
    const bytes = Buffer.byteLength(button.callback_data);
    if (bytes < 1 || bytes > 64) throw bad('BUTTON_DATA_INVALID');
  }
  if ('url' in button) checkUrl(button.url, 'URL', false);
  if ('web_app' in button) {
    if (!alone) throw bad('BUTTON_TYPE_INVALID');
    checkUrl(button.web_app.url, 'Web App URL', true);
  }
}

export interface Markup {
  inline_keyboard?: InlineKeyboardButton[][];
  force_reply?: true;
  selective?: boolean;
  input_field_placeholder?: string;
}

/** `alone`: in a private chat. What is kept of it on the message. */
export function checkMarkup(
  markup: Markup | undefined,
  alone: boolean,
): Pick<Required<Markup>, 'inline_keyboard'> | null {
  if (!markup) return null;
  if ((markup.input_field_placeholder?.length ?? 0) > 64) throw bad('input field placeholder is too long');
  const buttons = markup.inline_keyboard?.flat() ?? [];
  if (buttons.length > 100) throw bad('REPLY_MARKUP_TOO_LONG');
  for (const button of buttons) checkButton(button, alone);
  const rows = markup.inline_keyboard?.filter((row) => row.length > 0) ?? [];
  return rows.length > 0 ? { inline_keyboard: rows } : null;
}
