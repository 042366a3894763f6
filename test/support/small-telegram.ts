// Telegram on loopback, as small as can be: enough for a person to write to the bot in private and read what it answers.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { vi } from 'vitest';

export const goodToken = '42:good-token-of-the-small-telegram';

interface Said {
  chat_id: number | string;
  text: string;
  reply_markup?: { inline_keyboard: { text: string; url?: string; callback_data?: string }[][] };
}

export type SmallTelegram = Awaited<ReturnType<typeof startTelegram>>;

/** Where updates are to be brought. */
export interface Hook {
  url: string;
  secret_token: string;
}

/** Knows one token, and nobody else's. */
export async function startTelegram(port = 0) {
  let hook: Hook | null = null;
  const waiting: ServerResponse[] = [];
  const updates: { update_id: number }[] = [];
  const said: Said[] = [];
  let last = 0;

  const answer = (res: ServerResponse, result: unknown) => {
    res.setHeader('content-type', 'application/json').end(JSON.stringify({ ok: true, result }));
  };
  const results: Record<string, (body: Said) => unknown> = {
    getMe: () => ({ id: 42, is_bot: true, first_name: 'dTok', username: 'dtok_test_bot' }),
    getMyCommands: () => [],
    setWebhook(body) {
      hook = body as unknown as Hook;
      return true;
    },
    sendMessage(body) {
      said.push(body);
      return { message_id: said.length, date: 0, chat: { id: body.chat_id, type: 'private' }, text: body.text };
    },
  };
  const deliver = () => {
    const res = updates.length > 0 ? waiting.shift() : undefined;
    if (res) answer(res, updates.splice(0));
  };

  const server = createServer(async (req, res) => {
    let text = '';
    for await (const chunk of req) text += chunk;
    const [, token, method = ''] = /^\/bot([^/]+)\/(\w+)/.exec(req.url ?? '') ?? [];
    if (token !== goodToken) {
      res.statusCode = 401;
      res.end(JSON.stringify({ ok: false, error_code: 401, description: 'Unauthorized' }));
    } else if (method === 'getUpdates') {
      // Without a timeout it is not waited for: so the library says what it has had, before it ends.
      if ((JSON.parse(text) as { timeout?: number }).timeout) waiting.push(res);
      else answer(res, []);
      deliver();
    } else answer(res, results[method]?.(JSON.parse(text)) ?? true);
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;

  function updateOf(user: number, name: string, line: string) {
    const from = { id: user, is_bot: false, first_name: name, language_code: 'en' };
    const chat = { id: user, type: 'private', first_name: name };
    const command = { type: 'bot_command', offset: 0, length: line.split(' ')[0]?.length ?? 0 };
    last += 1;
    const message = { message_id: last, date: 0, chat, from, text: line, entities: [command] };
    return { update_id: last, message };
  }

  /** What the bot says to a person after `act`. */
  async function answerTo(user: number, act: () => unknown): Promise<Said> {
    const before = said.length;
    await act();
    const find = () => {
      const found = said.slice(before).find(({ chat_id }) => `${chat_id}` === `${user}`);
      if (!found) throw new Error('the bot does not answer');
      return found;
    };
    return vi.waitFor(find, { timeout: 30_000, interval: 20 });
  }

  /** Writes to the bot in private; resolves to its answer. */
  const write = (user: number, name: string, line: string): Promise<Said> =>
    answerTo(user, () => {
      updates.push(updateOf(user, name, line));
      deliver();
    });

  return {
    env: { TELEGRAM_TOKEN: goodToken, TELEGRAM_API_ROOT: url },
    write,
    updateOf,
    answerTo,
    hook: (): Hook | null => hook,
    /** The nine digits of a fresh code. */
    code: async (user: number, name: string): Promise<string> =>
      /\d{3} \d{3} \d{3}/.exec((await write(user, name, '/link')).text)?.[0] ?? '',
    async stop(): Promise<void> {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
