// The Telegram bot's own rules: how often it speaks in a chat, which buttons it answers, what it believes of a Mini App.
import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { type Telegram, TelegramError } from 'telegraf';
import type { Update } from 'telegraf/types';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Call, createCall, Refused, Unreached } from '../../src/bots/telegram/api.js';
import { readInitData } from '../../src/bots/telegram/init-data.js';
import { createPatience } from '../../src/bots/telegram/patience.js';
import { createQueue, telegramPace } from '../../src/bots/telegram/queue.js';
import { createTaking, poll } from '../../src/bots/telegram/receive.js';
import { cut } from '../../src/bots/telegram/render.js';
import { createToasts } from '../../src/bots/telegram/toasts.js';
import { silent } from '../support/payments.js';

const group = '-100';
let ending: AbortController;
/** What was sent, and when. */
let sent: [string, number][];
let began: number;
const act = (name: string) => async () => void sent.push([name, Math.round(performance.now() - began)]);

beforeEach(() => {
  vi.useFakeTimers();
  ending = new AbortController();
  sent = [];
  began = performance.now();
});
afterEach(() => {
  ending.abort();
  vi.useRealTimers();
});

describe('what is said in a chat', () => {
  const open = () => createQueue({ pace: telegramPace, ending: ending.signal });

  it('goes out in its order, a second apart; chats do not wait for each other', async () => {
    const { say } = open();
    const all = [say('1', act('a')), say('1', act('b')), say('1', act('c')), say('2', act('d'))];
    await vi.runAllTimersAsync();
    await Promise.all(all);
    expect(sent).toEqual([
      ['a', 0],
      ['d', 0],
      ['b', 1000],
      ['c', 2000],
    ]);
  });

  it('in a group is at most twenty a minute', async () => {
    const { say } = open();
    for (let i = 0; i < 45; i++) void say(group, act(`${i}`));
    await vi.advanceTimersByTimeAsync(180_000);
    expect(sent.length).toBe(45);
    const times = sent.map(([, at]) => at);
    times.forEach(
      (at, i) => void expect((times[i + 20] ?? Number.POSITIVE_INFINITY) - at).toBeGreaterThanOrEqual(60_000),
    );
  });

  it('comes before edits, of which only the newest of each message is made', async () => {
    const { say, refresh } = open();
    const first = say(group, act('first'));
    const edits = [1, 2, 3].map((i) => refresh(group, 'poll', act(`poll ${i}`)));
    edits.push(refresh(group, 'card', act('card')));
    const second = say(group, act('second'));
    await vi.runAllTimersAsync();
    await Promise.all([first, second, ...edits]);
    expect(sent.map(([name]) => name)).toEqual(['first', 'second', 'poll 3', 'card']);
  });

  it('finds room in a group whose messages change all the time', async () => {
    const { say, refresh } = open();
    const keepOn = setInterval(() => void refresh(group, 'poll', act('poll')).catch(() => {}), 500);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent.length).toBeGreaterThanOrEqual(14);
    expect(sent.length).toBeLessThanOrEqual(16);
    const at = performance.now();
    for (let i = 0; i < 3; i++) await Promise.all([say(group, act('answer')), vi.advanceTimersByTimeAsync(1500)]);
    expect(performance.now() - at).toBeLessThan(5000);
    clearInterval(keepOn);
  });

  it('goes on after what could not be sent, and ends with the bot', async () => {
    const { say, refresh } = open();
    const failed = expect(say('1', async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const after = say('1', act('after'));
    await vi.runAllTimersAsync();
    await Promise.all([failed, after]);
    const late = [say('1', act('late')), refresh('1', 'm', act('late'))];
    const dropped = Promise.all(late.map((one) => expect(one).rejects.toThrow('stopping')));
    ending.abort();
    await dropped;
    await expect(say('1', act('late'))).rejects.toThrow('stopping');
    expect(sent.map(([name]) => name)).toEqual(['after']);
  });
});

describe('an error', () => {
  it('carries neither the token nor what was sent, in whatever it is written', async () => {
    const failing = (error: unknown) => ({ callApi: async () => Promise.reject(error) }) as unknown as Telegram;
    const from = async (error: unknown) =>
      createCall(failing(error), ending.signal)('getMe', {}).catch((thrown) => `${inspect(thrown)} ${thrown.stack}`);
    const description = "inline keyboard button URL 'https://x.example/#k=secret' is invalid: Wrong HTTP URL";
    const told = await from(new TelegramError({ error_code: 400, description }, { payload: { text: 'secret' } }));
    expect(told).toContain("getMe: inline keyboard button URL '…' is invalid");
    const fetching = new Error('request to https://api.example/bot7:secret/getMe failed');
    const lost = await from(Object.assign(fetching, { code: 'ECONNREFUSED' }));
    expect(lost).toContain('Telegram cannot be reached for getMe: ECONNREFUSED');
    const down = await from(new TelegramError({ error_code: 502, description: 'Bad Gateway' }, { text: 'secret' }));
    expect(down).toContain('Telegram has trouble with getMe: 502');
    expect(`${told}${lost}${down}`).not.toContain('secret');
  });
});

describe('patience', () => {
  it('waits as long as Telegram says, tries again what did not reach it, and takes a no for a no', async () => {
    const patiently = createPatience(ending.signal);
    const run = async (...errors: Error[]) => {
      let calls = 0;
      const done = patiently(async () => {
        calls += 1;
        const error = errors.shift();
        if (error) throw error;
      }).then(
        () => 'done',
        (error: Error) => error.message,
      );
      const at = performance.now();
      await vi.runAllTimersAsync();
      return [await done, calls, Math.round(performance.now() - at)];
    };
    expect(await run(new Refused(429, 'slow', 7, null))).toEqual(['done', 2, 7000]);
    expect(await run(new Unreached('away'), new Unreached('away'))).toEqual(['done', 3, 3000]);
    expect(await run(new Refused(400, 'bad', null, null))).toEqual(['bad', 1, 0]);
    expect(await run(new Refused(429, 'very slow', 4000, null))).toEqual(['very slow', 1, 0]);
    expect((await run(...Array.from({ length: 9 }, () => new Unreached('away'))))[1]).toBe(5);
  });
});

describe('a pressed button', () => {
  it('is answered once, with what there is by then, or with nothing after five seconds', async () => {
    const answered: object[] = [];
    const call = (async (_: string, body: object) => answered.push(body) > 0) as unknown as Call;
    const toasts = createToasts({ call, log: silent });
    for (const query of ['1', '2', '3']) toasts.expect(query);
    expect(await toasts.answer('1', { text: 'short' })).toBe(true);
    expect(await toasts.answer('1', { text: 'again' })).toBe(false);
    expect(await toasts.answer('4', { text: 'of an earlier run' })).toBe(false);
    await toasts.answer('2', { text: 'x'.repeat(61) });
    await vi.advanceTimersByTimeAsync(4999);
    expect(answered.length).toBe(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(answered.length).toBe(3);
    toasts.expect('5');
    await toasts.stop();
    expect(answered).toEqual([
      { callback_query_id: '1', text: 'short' },
      { callback_query_id: '2', text: 'x'.repeat(61), show_alert: true },
      { callback_query_id: '3' },
      { callback_query_id: '5' },
    ]);
  });
});

it('a text is cut between characters, to no more than was asked', () => {
  for (let most = 0; most < 8; most++) {
    const text = cut('🎷🎷🎷🎷', most);
    expect(text.length).toBeLessThanOrEqual(most);
    expect(text).toMatch(/^(🎷)*…?$/u);
  }
});

describe('updates', () => {
  const update = (id: number) => ({ update_id: id }) as Update;

  /** What is asked for with which offset, when the updates in `failing` fail as often as that. */
  async function run(failing: Map<number, number>, all: number[]) {
    const took: number[] = [];
    const offsets: number[] = [];
    const taking = createTaking(async ({ update_id: id }) => {
      const left = failing.get(id) ?? 0;
      failing.set(id, left - 1);
      if (left > 0) throw new Error('not now');
      took.push(id);
    }, silent);
    const listen = (async (_: string, { offset }: { offset: number }) => {
      offsets.push(offset);
      const there = all.filter((id) => id >= offset).map(update);
      if (there.length === 0) await new Promise((resolve) => ending.signal.addEventListener('abort', resolve));
      return there;
    }) as unknown as Call;
    const call = (async () => []) as unknown as Call;
    const ended = poll({ listen, call, taking, ending: ending.signal, log: silent });
    await vi.advanceTimersByTimeAsync(60_000);
    ending.abort();
    await ended;
    return { took, offsets };
  }

  it('are acknowledged up to the first that was not taken, which comes again', async () => {
    const { took, offsets } = await run(new Map([[6, 2]]), [5, 6, 7]);
    expect(offsets).toEqual([0, 6, 6, 8]);
    expect(took).toEqual([5, 7, 7, 6, 7]);
  });

  it('that can never be taken are given up, and the rest goes on', async () => {
    const { took, offsets } = await run(new Map([[6, 99]]), [6, 7]);
    expect(offsets).toEqual([0, 6, 6, 6, 6, 8]);
    expect(new Set(took)).toEqual(new Set([7]));
  });
});

describe('a Mini App’s word', () => {
  const token = '7000001:secret';
  const now = 1_700_000_000_000;
  const user = JSON.stringify({ id: 42, first_name: 'Ann', last_name: 'B & C', language_code: 'de' });
  const fields = { auth_date: `${now / 1000 - 60}`, query_id: 'AAE', user, signature: 'third-party' };

  function sign(given: Record<string, string>, key = token): string {
    const lines = Object.entries(given).map(([name, value]) => `${name}=${value}`);
    const secret = createHmac('sha256', 'WebAppData').update(key).digest();
    const hash = createHmac('sha256', secret).update(lines.sort().join('\n')).digest('hex');
    return new URLSearchParams({ ...given, hash }).toString();
  }
  const read = (text: string, options = { now }) => readInitData(text, token, options);

  it('is believed when this bot’s Telegram signed it lately', () => {
    expect(read(sign(fields))).toEqual({
      user: { platform: 'telegram', user: '42', name: 'Ann B & C', locale: 'de' },
      authDate: now - 60_000,
    });
  });

  it('is not, when anything in it was changed, added, left out, or signed for another bot', () => {
    const good = sign(fields);
    expect(read(good.replace('42', '43'))).toBeNull();
    expect(read(`${good}&admin=1`)).toBeNull();
    expect(read(`${good}&hash=00`)).toBeNull();
    expect(read(`${good}&user=${encodeURIComponent(user.replace('42', '43'))}`)).toBeNull();
    expect(read(good.replace('query_id=AAE&', ''))).toBeNull();
    expect(read(good.replace(/hash=../, 'hash=00'))).toBeNull();
    expect(read(good.replace(/hash=\w+/, 'hash='))).toBeNull();
    expect(read(sign(fields, '7000002:secret'))).toBeNull();
    for (const text of ['', 'hash', 'user=x', 'hash=%ff', '\u0000', good.repeat(2)]) expect(read(text)).toBeNull();
  });

  it('is not, when it is old, of the future, or about nobody', () => {
    const at = (seconds: number) => sign({ ...fields, auth_date: `${now / 1000 + seconds}` });
    expect(read(at(-3600))).not.toBeNull();
    expect(read(at(-3601))).toBeNull();
    expect(read(at(60))).not.toBeNull();
    expect(read(at(61))).toBeNull();
    expect(read(sign({ ...fields, auth_date: 'now' }))).toBeNull();
    for (const one of ['', '{}', '{"id":"42"}', '{"id":-1}', '{"id":1,"is_bot":true}', '[]', 'null'])
      expect(read(sign({ ...fields, user: one }))).toBeNull();
  });
});
