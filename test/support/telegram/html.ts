// Telegram's reading of HTML: a few tags, well nested, or none of it is sent.
import type { MessageEntity } from 'telegraf/types';
import { bad } from './refusal.js';

const tags: Readonly<Record<string, MessageEntity['type']>> = {
  ...{ b: 'bold', strong: 'bold', i: 'italic', em: 'italic', u: 'underline', ins: 'underline' },
  ...{ s: 'strikethrough', strike: 'strikethrough', del: 'strikethrough', code: 'code', pre: 'pre' },
  ...{ a: 'text_link', blockquote: 'blockquote', 'tg-spoiler': 'spoiler', span: 'spoiler' },
};

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };

const decoded = (text: string): string =>
  text.replace(/&(?:(lt|gt|amp|quot)|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi, (_, name, dec, hex) =>
    name ? (named[name.toLowerCase()] ?? '') : String.fromCodePoint(dec ? Number(dec) : Number.parseInt(hex, 16)),
  );

export interface Formatted {
  text: string;
  entities: MessageEntity[];
}

interface Open {
  tag: string;
  offset: number;
  href: string | null;
}

const no = (text: string) => bad(`can't parse entities: ${text}`);

function entityOf({ tag, offset, href }: Open, end: number): MessageEntity | null {
  const about = { offset, length: end - offset };
  if (about.length === 0) return null;
  const [, user] = /^tg:\/\/user\?id=(\d+)$/.exec(href ?? '') ?? [];
  if (user) return { ...about, type: 'text_mention', user: { id: Number(user), is_bot: false, first_name: '' } };
  if (tag === 'a') return href ? { ...about, type: 'text_link', url: href } : null;
  return { ...about, type: tags[tag] } as MessageEntity;
}

/** Throws a Refusal with Telegram's words. */
export function readHtml(html: string): Formatted {
  const open: Open[] = [];
  const entities: MessageEntity[] = [];
  let text = '';
  let at = 0;
  const bytes = () => Buffer.byteLength(html.slice(0, at));
  while (at < html.length) {
    const next = html.indexOf('<', at);
    text += decoded(html.slice(at, next < 0 ? undefined : next));
    if (next < 0) break;
    at = next;
    const close = html.indexOf('>', at);
    if (close < 0) throw no(`Unclosed start tag at byte offset ${bytes()}`);
    const [, slash, name = '', rest = ''] = /^<(\/?)([a-z-]*)([^>]*)>/i.exec(html.slice(at, close + 1)) ?? [];
    const tag = name.toLowerCase();
    if (slash) {
      const last = open.pop();
      if (!last) throw no(`Unexpected end tag at byte offset ${bytes()}`);
      if (tag && tag !== last.tag)
        throw no(`Unmatched end tag at byte offset ${bytes()}, expected "</${last.tag}>", found "</${tag}>"`);
      const entity = entityOf(last, text.length);
      if (entity) entities.push(entity);
    } else {
      if (!(tag in tags)) throw no(`Unsupported start tag "${tag}" at byte offset ${bytes()}`);
      const [, quoted, bare] = /\shref=(?:"([^"]*)"|([^\s>]*))/i.exec(rest) ?? [];
      open.push({ tag, offset: text.length, href: decoded(quoted ?? bare ?? '') || null });
    }
    at = close + 1;
  }
  const left = open.pop();
  if (left) throw no(`Can't find end tag corresponding to start tag "${left.tag}"`);
  return { text, entities: entities.sort((a, b) => a.offset - b.offset || b.length - a.length) };
}

/** As Telegram does for what people type. */
export function findCommands(text: string): MessageEntity[] {
  return [...text.matchAll(/(?<![\w/])\/[a-z0-9_]{1,32}(?:@\w{3,32})?/gi)].map(({ 0: { length }, index }) => ({
    type: 'bot_command',
    offset: index,
    length,
  }));
}
