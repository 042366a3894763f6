// Who has opened the Mini App, as Telegram vouches for it: https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Person } from '../command.js';

export interface Opened {
  user: Pick<Person, 'platform' | 'user' | 'name' | 'locale'>;
  /** ms. */
  authDate: number;
}

const hourMs = 3_600_000;
/** Telegram's clock may be ahead of ours. */
const aheadMs = 60_000;

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

function isSigned(fields: URLSearchParams, token: string): boolean {
  const hash = fields.get('hash') ?? '';
  const names = [...fields.keys()];
  if (!/^[0-9a-f]{64}$/.test(hash) || new Set(names).size !== names.length) return false;
  const checked = [...fields].filter(([name]) => name !== 'hash').map(([name, value]) => `${name}=${value}`);
  return timingSafeEqual(hmac(hmac('WebAppData', token), checked.sort().join('\n')), Buffer.from(hash, 'hex'));
}

function userIn(text: string | null): Opened['user'] | null {
  try {
    const { id, first_name, last_name, language_code, is_bot } = JSON.parse(text ?? '');
    if (!Number.isSafeInteger(id) || id <= 0 || is_bot) return null;
    const name = [first_name, last_name].filter((part) => typeof part === 'string' && part).join(' ');
    return { platform: 'telegram', user: `${id}`, name, locale: `${language_code ?? 'en'}` };
  } catch {
    return null;
  }
}

/** Null for what this bot's Telegram did not sign, or signed too long ago. `token` is the bot's. */
export function readInitData(
  initData: string,
  token: string,
  { now = Date.now(), maxAgeMs = hourMs }: { now?: number; maxAgeMs?: number } = {},
): Opened | null {
  const fields = new URLSearchParams(initData);
  if (!isSigned(fields, token)) return null;
  const seconds = fields.get('auth_date') ?? '';
  const authDate = /^\d{1,12}$/.test(seconds) ? Number(seconds) * 1000 : Number.NaN;
  const isFresh = now - authDate <= maxAgeMs && authDate - now <= aheadMs;
  const user = isFresh ? userIn(fields.get('user')) : null;
  return user && { user, authDate };
}
