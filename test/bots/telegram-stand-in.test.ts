// The stand-in for Telegram refuses what Telegram refuses; and another one, not ours, agrees with the bot as far as it reaches.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { User } from 'telegraf/types';
import telegramTestApi from 'telegram-test-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command, openFakes, startBot } from '../support/telegram/bot.js';
import { type Msg, startTelegramStandIn, type TelegramStandIn } from '../support/telegram/index.js';

describe('the stand-in', () => {
  let standIn: TelegramStandIn;
  let ann: User;
  let group: { id: number };
  beforeAll(async () => {
    standIn = await startTelegramStandIn({ limits: null, queryLifeMs: 200 });
    ann = standIn.addUser();
    group = standIn.addGroup({ members: [ann], forum: true });
  });
  afterAll(() => standIn.stop());

  interface Told {
    ok: boolean;
    result: Msg;
    description?: string;
    error_code?: number;
    parameters?: object;
  }
  async function tell(method: string, body: object, token = standIn.token): Promise<Told> {
    const headers = { 'content-type': 'application/json' };
    const res = await fetch(`${standIn.apiRoot}/bot${token}/${method}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return (await res.json()) as Told;
  }
  const send = (more: object) => tell('sendMessage', { chat_id: ann.id, text: 'x', ...more });
  const refused = async (told: Promise<Told>) => (await told).description ?? 'taken';

  it('knows the bot by its token alone, and only methods that there are', async () => {
    expect(await tell('getMe', {}, '7000001:other')).toMatchObject({ ok: false, error_code: 401 });
    expect(await tell('getMe', {}, 'other')).toMatchObject({ ok: false, error_code: 404 });
    expect(await tell('getNothing', {})).toMatchObject({ ok: false, error_code: 404 });
  });

  it.each([
    ['<b>x', 'Can\'t find end tag corresponding to start tag "b"'],
    ['<b>x</i>', 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'],
    ['ü<script>x</script>', 'Unsupported start tag "script" at byte offset 2'],
    ['a < b', 'Unclosed start tag at byte offset 2'],
    ['x</b>', 'Unexpected end tag at byte offset 1'],
    ['<b></b>', 'message text is empty'],
    ['x'.repeat(4097), 'message is too long'],
  ])('refuses %.20s', async (text, why) => {
    expect(await refused(send({ text, parse_mode: 'HTML' }))).toContain(why);
  });

  it('reads HTML as Telegram does', async () => {
    const text = '&lt;<b>b<i>ü</i></b>&amp;&#39; &c <a href="https://x.example/?a&amp;b">l</a> ';
    expect((await send({ text, parse_mode: 'HTML' })).result).toMatchObject({
      text: "<bü&' &c l",
      entities: [
        { type: 'bold', offset: 1, length: 2 },
        { type: 'italic', offset: 2, length: 1 },
        { type: 'text_link', offset: 9, length: 1, url: 'https://x.example/?a&b' },
      ],
    });
  });

  it.each([
    [{ text: 'x', callback_data: 'x'.repeat(65) }, 'BUTTON_DATA_INVALID'],
    [{ text: 'x', callback_data: '' }, 'BUTTON_DATA_INVALID'],
    [{ text: '', url: 'https://x.example' }, 'BUTTON_TEXT_EMPTY'],
    [{ text: 'x' }, 'Text buttons are unallowed'],
    [{ text: 'x', url: 'http://localhost:8080' }, "URL 'http://localhost:8080' is invalid: Wrong HTTP URL"],
    [{ text: 'x', url: 'javascript:alert(1)' }, 'Unsupported URL protocol'],
    [{ text: 'x', web_app: { url: 'http://x.example' } }, 'Only HTTPS links are allowed'],
  ])('refuses the button %j', async (button, why) => {
    expect(await refused(send({ reply_markup: { inline_keyboard: [[button]] } }))).toContain(why);
  });

  it('opens Mini Apps in private chats only', async () => {
    const reply_markup = { inline_keyboard: [[{ text: 'x', web_app: { url: 'https://x.example' } }]] };
    expect(await refused(send({ reply_markup }))).toBe('taken');
    expect(await refused(send({ chat_id: group.id, reply_markup }))).toContain('BUTTON_TYPE_INVALID');
  });

  it('refuses chats, people and topics that are not there for the bot', async () => {
    const [away, shut] = [standIn.addUser({ started: false }), standIn.addUser()];
    standIn.setBot(shut, 'blocked');
    expect(await refused(send({ chat_id: 1 }))).toBe('Bad Request: chat not found');
    expect(await refused(send({ chat_id: away.id }))).toBe("Forbidden: bot can't initiate conversation with a user");
    expect(await refused(send({ chat_id: shut.id }))).toBe('Forbidden: bot was blocked by the user');
    expect(await refused(send({ chat_id: group.id, message_thread_id: 99 }))).toContain('message thread not found');
    expect(await refused(send({ reply_parameters: { message_id: 999 } }))).toContain('message to be replied not found');
  });

  it('refuses edits that change nothing, of nothing, of others, or of another kind', async () => {
    const { message_id } = (await send({ text: 'one' })).result;
    const edit = (method: string, more: object) => refused(tell(method, { chat_id: ann.id, message_id, ...more }));
    expect(await edit('editMessageText', { text: 'one' })).toContain('message is not modified');
    expect(await edit('editMessageText', { text: 'two' })).toBe('taken');
    expect(await edit('editMessageText', { text: 'three', message_id: 999 })).toContain('message to edit not found');
    expect(await edit('editMessageCaption', { caption: 'three' })).toContain('there is no caption');
    const theirs = standIn.write(ann, ann, 'mine');
    expect(await edit('editMessageText', { text: 'x', message_id: theirs.message_id })).toContain("can't be edited");
    expect(await refused(tell('sendPhoto', { chat_id: ann.id, photo: 'unknown' }))).toContain('wrong file identifier');
  });

  it('takes the answer to a pressed button once, and soon', async () => {
    const card = await send({ reply_markup: { inline_keyboard: [[{ text: 'Go', callback_data: 'go' }]] } });
    const press = async () => {
      const pressed = standIn.press(card.result, 'Go', ann, 1000);
      const updates = (await tell('getUpdates', {})).result as unknown as { callback_query?: { id: string } }[];
      return { pressed, id: updates.findLast((one) => one.callback_query)?.callback_query?.id };
    };
    const { pressed, id } = await press();
    const answer = (more: object = {}, query = id) =>
      refused(tell('answerCallbackQuery', { callback_query_id: query, ...more }));
    expect(await answer({ text: 'x'.repeat(201) })).toContain('MESSAGE_TOO_LONG');
    expect(await answer({ url: 'https://evil.example' })).toContain('URL_INVALID');
    expect(await answer({ text: 'done' })).toBe('taken');
    expect(await answer()).toContain('query is too old');
    expect(await pressed).toEqual({ text: 'done', message: null });
    const late = await press();
    await expect(late.pressed).rejects.toThrow('never answered');
    expect(await answer({}, late.id)).toContain('query is too old');
  });

  it('lets one program poll, and none beside a webhook', async () => {
    await tell('getUpdates', { offset: 2 ** 31 });
    const first = tell('getUpdates', { timeout: 20, offset: 0 });
    const second = tell('getUpdates', { timeout: 20, offset: 0 });
    const both = await Promise.race([first, second]);
    expect(both).toMatchObject({ error_code: 409 });
    expect(await refused(tell('setWebhook', { url: 'http://x.example' }))).toContain('An HTTPS URL must be provided');
    expect(await refused(tell('setWebhook', { url: 'https://x.example', secret_token: 'ü' }))).toContain('unallowed');
    expect(await refused(tell('setWebhook', { url: 'https://x.example' }))).toBe('taken');
    expect((await Promise.all([first, second])).map((one) => one.error_code)).toEqual([409, 409]);
    expect(await refused(tell('getUpdates', {}))).toContain('while webhook is active');
    await tell('deleteWebhook', {});
  });

  it('judges by the published description, where that is at hand', async (context) => {
    if (!standIn.judged) context.skip('telegram-bot-api.json is not there');
    expect(standIn.violations).toEqual([]);
    expect(await refused(send({ colour: 'red' }))).toContain('sendMessage.colour is unknown');
    expect(await refused(send({ text: 5 }))).toContain('sendMessage.text is no String');
    expect(await refused(tell('sendMessage', { chat_id: 1 }))).toContain('sendMessage.text is missing');
    expect(standIn.violations.length).toBe(3);
  });

  it('says how long to wait where too much is said', async () => {
    const strict = await startTelegramStandIn({ limits: { everyMs: 60_000, perMinute: 20 } });
    const bob = strict.addUser();
    const url = `${strict.apiRoot}/bot${strict.token}/sendMessage?chat_id=${bob.id}&text=x`;
    expect((await fetch(url)).status).toBe(200);
    const told = await (await fetch(url)).json();
    expect(told).toMatchObject({ error_code: 429, parameters: { retry_after: 60 } });
    await strict.stop();
  });
});

describe('telegram-test-api', () => {
  const token = '7000001:other';
  // What it exports is not what its types say.
  const TelegramServer = telegramTestApi as unknown as typeof import('telegram-test-api').default;
  let server: InstanceType<typeof TelegramServer>;
  let fakes: Awaited<ReturnType<typeof openFakes>>;
  let bot: Awaited<ReturnType<typeof startBot>>;

  async function freePort(): Promise<number> {
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => probe.once('listening', resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }

  beforeAll(async () => {
    server = new TelegramServer({ host: '127.0.0.1', port: await freePort() });
    await server.start();
    fakes = await openFakes([
      command('watch', {
        args: { of: { kind: 'text', optional: true } },
        run: async (_, { of }) => ({ text: `watch ${of}` }),
      }),
      command('ask', {
        run: async ({ id, confirmed }) => ({
          text: confirmed ? 'done' : 'Sure?',
          buttons: [[{ label: 'Yes', press: `yes:${id}` }]],
        }),
      }),
    ]);
    bot = await startBot({ token, apiRoot: server.config.apiURL }, fakes);
  });
  afterAll(async () => {
    await bot.stop();
    await server.stop();
    await fakes.stop();
  });

  it('hears commands, deep links and pressed buttons answered, and sees the edit', async () => {
    const client = server.getClient(token, { timeout: 5000, interval: 20 });
    const heard = async () =>
      (await client.getUpdates()).result.map((update) => 'message' in update && update.message).at(-1);
    await client.sendCommand(client.makeCommand('/watch late'));
    expect(await heard()).toMatchObject({ chat_id: '1', text: 'watch late' });
    await client.sendCommand(client.makeCommand('/start w_main'));
    expect(await heard()).toMatchObject({ text: 'watch main' });
    await client.sendCommand(client.makeCommand('/ask'));
    const question = (await client.getUpdates()).result.at(-1);
    const keyboard = question?.message.reply_markup as { inline_keyboard: { callback_data: string }[][] } | undefined;
    const data = keyboard?.inline_keyboard[0]?.[0]?.callback_data ?? '';
    const edited = server.waitBotEdits();
    const at = { message: { message_id: question?.messageId, chat: { id: 1 }, date: 1 } };
    await client.sendCallback(client.makeCallbackQuery(data, at as never));
    await edited;
    const history = (await client.getUpdatesHistory()) as { message: { text?: string } }[];
    expect(history.map(({ message }) => message?.text)).toContain('done');
    expect(history.map(({ message }) => message?.text)).not.toContain('Sure?');
  });
});
