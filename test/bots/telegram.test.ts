// The Telegram bot on the wire: real telegraf against a stand-in that refuses what Telegram refuses.
import type { User } from 'telegraf/types';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Ask } from '../../src/bots/command.js';
import { Gone } from '../../src/bots/poster.js';
import type { Reply } from '../../src/bots/reply.js';
import { languages } from '../../src/bots/words/index.js';
import { show } from '../support/bots.js';
import { command, openFakes, shows, startBot } from '../support/telegram/bot.js';
import { type Msg, Refusal, startTelegramStandIn, type TelegramStandIn } from '../support/telegram/index.js';

let standIn: TelegramStandIn;
let fakes: Awaited<ReturnType<typeof openFakes>>;
let bot: Awaited<ReturnType<typeof startBot>>;
/** What the commands were used with. */
const asked: { ask: Ask; given: Record<string, unknown> }[] = [];
/** What `/reply` and `/whisper` answer. */
let next: Reply = { text: '' };

const png = (side: number): Buffer => {
  const bytes = Buffer.alloc(64, side);
  Buffer.from('89504e470d0a1a0a', 'hex').copy(bytes);
  bytes.writeUInt32BE(side, 16);
  bytes.writeUInt32BE(side, 20);
  return bytes;
};
const picture = (side = 8) => ({ file: 'now.png', bytes: png(side), type: 'image/png' as const });

const answering = (secret: boolean) => ({
  secret,
  args: { rest: { kind: 'text', optional: true } as const },
  run: async (ask: Ask, given: object): Promise<Reply> => {
    asked.push({ ask, given: given as Record<string, unknown> });
    return next;
  },
});

const commands = [
  command('tip', answering(true)),
  command('streams', answering(false)),
  command('goal', answering(false), 'crew'),
  command('sponsor', answering(true), 'moderator'),
  command('watch', answering(true)),
  command('help', answering(true)),
];

beforeAll(async () => {
  standIn = await startTelegramStandIn({ limits: null });
  fakes = await openFakes(commands);
  const all = [show(), show({ id: 'late', title: 'Jazz & <Blues>', live: false, price: 0n })];
  bot = await startBot(standIn, fakes, { house: shows(all) });
});
afterAll(async () => {
  await bot.stop();
  await standIn.stop();
  await fakes.stop();
});
afterEach(() => {
  expect(standIn.violations).toEqual([]);
  asked.length = 0;
});

const texts = (chat: User | { id: number }): (string | undefined)[] =>
  standIn.messages(chat as User).map(({ text, caption }) => text ?? caption);
const labels = ({ reply_markup }: Msg) => reply_markup?.inline_keyboard.map((row) => row.map(({ text }) => text));
const linkIn = ({ reply_markup }: Msg): string => {
  const button = reply_markup?.inline_keyboard.flat().find((one) => 'url' in one);
  return button && 'url' in button ? button.url : '';
};
const last = () => asked.at(-1);

it('is judged by the published description, where that is at hand', (context) => {
  if (!standIn.judged) context.skip('telegram-bot-api.json is not there: bodies are not judged by it');
  expect(standIn.calls.length).toBeGreaterThan(0);
});

describe('the menus', () => {
  it('name the commands for each scope and language, and are set again only when they change', async () => {
    const sets = standIn.callsOf('setMyCommands').map(({ params }) => params);
    expect(sets.length).toBe(9);
    const german = sets.find(
      (one) => one.language_code === 'de' && JSON.stringify(one.scope).includes('administrators'),
    );
    expect(german?.commands).toContainEqual({ command: 'tip', description: languages.de?.about.tip });
    expect(german?.commands).toContainEqual({ command: 'sponsor', description: languages.de?.about.sponsor });
    const everybody = sets.find((one) => !one.language_code && JSON.stringify(one.scope).includes('private'));
    expect(JSON.stringify(everybody?.commands)).not.toContain('sponsor');
    const again = await startBot(standIn, fakes);
    await again.stop();
    expect(standIn.callsOf('setMyCommands').length).toBe(9);
    expect(standIn.callsOf('setMyDescription').length).toBe(3);
  });
});

describe('a command', () => {
  it('is answered in the chat where it was used', async () => {
    const ann = standIn.addUser();
    next = { text: 'on its way', facts: [['Left', '5 DAI']] };
    const said = await standIn.say(ann, ann, '/tip 5 great solo');
    expect(said).toMatchObject({ chat: { id: ann.id }, text: 'on its way\nLeft: 5 DAI' });
    expect(said.entities).toEqual([{ type: 'bold', offset: 11, length: 4 }]);
    expect(last()).toMatchObject({ given: { rest: '5 great solo' } });
    expect(last()?.ask).toMatchObject({ community: null, place: { platform: 'telegram', chat: `${ann.id}` } });
  });

  it('for another bot, of another bot, passed on, edited or of a topic’s chatter is none', async () => {
    const ann = standIn.addUser();
    const group = standIn.addGroup({ members: [ann] });
    next = { text: 'here' };
    standIn.write(ann, group, '/streams@other_bot');
    standIn.write(ann, group, '/roll 6');
    standIn.write({ ...ann, is_bot: true }, group, '/streams');
    standIn.write(ann, group, 'nothing /streams');
    const origin = { type: 'user', date: 1, sender_user: ann } as const;
    standIn.write(ann, group, '/streams', { more: { forward_origin: origin } as never });
    standIn.write(ann, group, '/streams', { more: { via_bot: standIn.bot } });
    const mine = await standIn.say(ann, group, '/streams@dTok_Bot');
    standIn.edit(mine, '/streams');
    expect(mine).toMatchObject({ chat: { id: group.id }, text: 'here' });
    await standIn.say(ann, group, '/streams');
    expect(asked.length).toBe(2);
    expect(texts(group).filter((text) => text === 'here').length).toBe(2);
  });

  it('that is not known is said so in private; what is no command gets help', async () => {
    const eva = standIn.addUser({ language: 'de' });
    next = { text: 'helped' };
    expect((await standIn.say(eva, eva, '/nonsense')).text).toBe(languages.de?.unknownCommand);
    expect((await standIn.say(eva, eva, 'hello?')).text).toBe('helped');
    expect((await standIn.say(eva, eva, '/start')).text).toBe('helped');
  });

  it('of moderators is theirs: Telegram is asked who they are, once for a flood', async () => {
    const [ann, mod, owner] = [standIn.addUser(), standIn.addUser(), standIn.addUser()];
    const group = standIn.addGroup({ members: [ann], admins: [owner, mod] });
    next = { text: 'done' };
    expect((await standIn.say(ann, group, '/sponsor')).text).toBe(languages.en?.moderatorsOnly);
    const goal = await standIn.say(ann, group, '/goal');
    expect(goal).toMatchObject({ chat: { id: group.id }, text: languages.en?.crewOnly });
    expect(await standIn.say(mod, group, '/sponsor')).toMatchObject({ chat: { id: mod.id }, text: 'done' });
    expect((await standIn.say(mod, group, '/goal')).text).toBe('done');
    await standIn.say(owner, group, '/goal');
    expect(asked.map(({ ask: { person } }) => person.owner)).toEqual([false, false, true]);
    expect(standIn.callsOf('getChatAdministrators').length).toBe(1);
  });

  it('of somebody nameless is refused: an anonymous moderator’s purse would be everybody’s', async () => {
    const nobody = { id: 1087968824, is_bot: true, first_name: 'Group', username: 'GroupAnonymousBot' };
    const group = standIn.addGroup();
    const message = await standIn.say(nobody, group, '/tip 5', { more: { sender_chat: group } });
    expect(message.text).toBe(languages.en?.nameless);
    expect(asked).toEqual([]);
  });

  it('in a topic is answered in that topic', async () => {
    const ann = standIn.addUser();
    const group = standIn.addGroup({ members: [ann], forum: true });
    const thread = standIn.addTopic(group, 'Music');
    next = { text: 'there' };
    const said = await standIn.say(ann, group, '/streams', { thread });
    expect(said).toMatchObject({ message_thread_id: thread, is_topic_message: true, text: 'there' });
    expect(last()?.ask.place).toEqual({ platform: 'telegram', chat: `${group.id}`, thread: `${thread}` });
  });
});

describe('what is secret', () => {
  it('is said privately, and the group sees a nod', async () => {
    const ann = standIn.addUser();
    const group = standIn.addGroup({ members: [ann] });
    next = { text: 'the key', buttons: [[{ label: 'Watch', url: 'https://show.example/watch/main#k=secret' }]] };
    const asking = standIn.watch();
    const said = await standIn.say(ann, group, '/watch');
    expect(said.chat.id).toBe(ann.id);
    await asking.until(({ kind }) => kind === 'reacted', 5000);
    asking.end();
    expect(texts(group)).toEqual(['/watch']);
    const [message] = standIn.messages(group);
    expect(message && standIn.reactionTo(message)).toBe('👌');
    expect(JSON.stringify(standIn.calls.filter(({ params }) => params.chat_id === `${group.id}`))).not.toContain(
      'secret',
    );
  });

  it('waits for whoever has no chat with the bot, and comes by the link into it, for nobody else', async () => {
    const [bob, eve] = [standIn.addUser({ name: 'Bob', started: false }), standIn.addUser({ name: 'Eve' })];
    const group = standIn.addGroup({ members: [bob, eve] });
    next = { text: 'your link' };
    const invited = await standIn.say(bob, group, '/tip 5');
    expect(invited).toMatchObject({ chat: { id: group.id }, text: languages.en?.openMe('Bob') });
    const start = standIn.open(linkIn(invited), bob);
    next = { text: 'help for Eve' };
    expect((await standIn.say(eve, eve, start)).text).toBe('help for Eve');
    next = { text: 'your link' };
    expect((await standIn.say(bob, bob, start)).text).toBe('your link');
    const acts = asked.filter(({ ask }) => ask.person.user === `${bob.id}`);
    expect(acts.map(({ ask }) => ask.id)).toEqual([acts[0]?.ask.id, acts[0]?.ask.id]);
    expect(acts[1]?.ask.community?.id).toBe(`${group.id}`);
  });

  it('is not done again by that link where it takes a right, which may be gone by then', async () => {
    const mod = standIn.addUser({ started: false });
    const group = standIn.addGroup({ admins: [mod] });
    next = { text: 'set' };
    const invited = await standIn.say(mod, group, '/sponsor set 5');
    next = { text: 'helped' };
    expect((await standIn.say(mod, mod, standIn.open(linkIn(invited), mod))).text).toBe('helped');
    expect(asked.filter(({ ask }) => ask.community).length).toBe(1);
  });

  it('goes to nobody who has blocked the bot, and the next one is served', async () => {
    const [bob, ann] = [standIn.addUser(), standIn.addUser()];
    next = { text: 'hello' };
    standIn.setBot(bob, 'blocked');
    const gone = standIn.watch();
    standIn.write(bob, bob, '/tip 5');
    expect((await standIn.say(ann, ann, '/tip 5')).text).toBe('hello');
    gone.end();
    expect(gone.seen.filter(({ chat }) => chat === bob.id)).toEqual([]);
  });
});

describe('a deep link', () => {
  it('watches on the money of a group for its members, and a stream for anybody', async () => {
    const [ann, eve] = [standIn.addUser(), standIn.addUser({ language: 'es' })];
    const group = standIn.addGroup({ title: 'Jazz', members: [ann] });
    next = { text: 'watch' };
    await standIn.say(ann, ann, `/start w_${group.id}`);
    expect(last()).toMatchObject({ given: {}, ask: { community: { id: `${group.id}`, title: 'Jazz' } } });
    await standIn.say(ann, ann, `/start w_${group.id}_late`);
    expect(last()).toMatchObject({ given: { rest: 'late' }, ask: { community: { id: `${group.id}` } } });
    await standIn.say(eve, eve, '/start w_late');
    expect(last()).toMatchObject({ given: { rest: 'late' }, ask: { community: null } });
    expect((await standIn.say(eve, eve, `/start w_${group.id}`)).text).toBe(languages.es?.notInGroup);
    expect((await standIn.say(eve, eve, '/start w_-1999')).text).toBe(languages.es?.notInGroup);
  });
});

describe('a button', () => {
  it('of a question is answered in its place, once', async () => {
    const ann = standIn.addUser();
    next = { text: 'Sure?', buttons: [[{ label: 'Yes', press: 'yes:x' }], [{ label: 'No', press: 'no:x' }]] };
    const asking = await standIn.say(ann, ann, '/tip 50');
    const act = last()?.ask.id;
    next = { text: 'Sure?', buttons: [[{ label: 'Yes', press: `yes:${act}` }], [{ label: 'No', press: `no:${act}` }]] };
    const question = await standIn.say(ann, ann, '/tip 50');
    next = { text: 'paid' };
    const { message } = await standIn.press(question, 'Yes', ann);
    expect(message).toMatchObject({ message_id: question.message_id, text: 'paid' });
    expect(message?.reply_markup).toBeUndefined();
    expect(last()?.ask).toMatchObject({ id: act, confirmed: true });
    expect((await standIn.press(asking, 'Yes', ann)).message?.text).toBe(languages.en?.tooOld);
  });

  it('for everybody answers whom pressed it, over the chat where that is short, and leaves the message as it is', async () => {
    const [ann, eva] = [standIn.addUser(), standIn.addUser({ started: false })];
    const group = standIn.addGroup({ members: [ann, eva] });
    next = {
      text: 'Live',
      buttons: [
        [
          { label: 'Tip 1', press: 'do:tip 1' },
          { label: 'Shows', press: 'do:streams' },
        ],
      ],
    };
    const card = await standIn.say(ann, group, '/streams');
    next = { text: 'thanks', replaces: true };
    expect(await standIn.press(card, 'Tip 1', ann)).toEqual({ text: 'thanks', message: null });
    expect(last()).toMatchObject({ given: { rest: '1' }, ask: { community: { id: `${group.id}` } } });
    next = { text: 'a long thing. '.repeat(30) };
    const long = await standIn.press(card, 'Shows', ann);
    expect(long).toMatchObject({ text: languages.en?.sentPrivately, message: { chat: { id: ann.id } } });
    expect((await standIn.press(card, 'Shows', eva)).url).toMatch(/^https:\/\/t\.me\/dtok_bot\?start=a_/);
    expect(texts(group)).toEqual(['/streams', 'Live']);
    expect(standIn.messages(group)[1]?.edit_date).toBeUndefined();
  });

  it('of somebody else’s question, or of one long past, says so to whom pressed it alone', async () => {
    const [mod, eve] = [standIn.addUser(), standIn.addUser({ name: 'Eve' })];
    const group = standIn.addGroup({ admins: [mod], members: [eve] });
    next = { text: 'x' };
    await standIn.say(mod, group, '/goal');
    const act = last()?.ask.id;
    next = {
      text: 'End it?',
      buttons: [[{ label: 'Yes', press: `yes:${act}` }], [{ label: 'Old', press: 'no:gone' }]],
    };
    const question = await standIn.say(mod, group, '/goal');
    expect(await standIn.press(question, 'Yes', eve)).toMatchObject({ text: languages.en?.notYours, message: null });
    next = { text: 'ended' };
    expect((await standIn.press(question, 'Yes', mod)).message).toMatchObject({
      text: 'ended',
      chat: { id: group.id },
    });
    next = { text: 'End it?', buttons: [[{ label: 'Old', press: 'no:gone' }]] };
    const old = await standIn.say(mod, group, '/goal');
    expect(await standIn.press(old, 'Old', eve)).toMatchObject({ text: languages.en?.tooOld });
    const there = standIn.messages(group).find(({ message_id }) => message_id === old.message_id);
    expect(there?.text).toBe('End it?');
    expect(there?.reply_markup).toBeUndefined();
  });

  it('that nobody knows any more is answered all the same', async () => {
    const ann = standIn.addUser();
    next = {
      text: 'Live',
      buttons: [
        [
          { label: 'Odd', press: 'what' },
          { label: 'Ask', press: 'form:gone' },
        ],
      ],
    };
    const card = await standIn.say(ann, ann, '/streams');
    expect((await standIn.press(card, 'Odd', ann)).message?.text).toBe(languages.en?.tooOld);
    expect((await standIn.press(card, 'Ask', ann)).text).toBe(languages.en?.tooOld);
  });

  it('that was pressed too long ago is answered by a message', async () => {
    const ann = standIn.addUser();
    const group = standIn.addGroup({ members: [ann] });
    next = { text: 'Live', buttons: [[{ label: 'Tip', press: 'do:tip 1' }]] };
    const card = await standIn.say(ann, group, '/streams');
    next = { text: 'thanks' };
    const seen = standIn.watch();
    const old = 'Bad Request: query is too old and response timeout expired or query ID is invalid';
    standIn.refuse('answerCallbackQuery', new Refusal(400, old));
    await expect(standIn.press(card, 'Tip', ann, 300)).rejects.toThrow('never answered');
    expect((await seen.until(({ chat }) => chat === ann.id, 1000))?.message?.text).toBe('thanks');
    seen.end();
  });

  it('of a form asks for the arguments, and takes them from whom it asked', async () => {
    const [ann, eve] = [standIn.addUser(), standIn.addUser({ name: '<Eve>' })];
    const group = standIn.addGroup({ members: [ann, eve] });
    next = { text: 'Live', buttons: [[{ label: 'Tip…', press: 'form:tip' }]] };
    const card = await standIn.say(ann, group, '/streams');
    const { message: form } = await standIn.press(card, 'Tip…', eve);
    if (!form) throw new Error('no form');
    expect(form.text).toContain('/tip · <Eve>, answer this message with: [rest]');
    expect(standIn.forcedBy(form)).toMatchObject({ force_reply: true, selective: true });
    next = { text: 'thanks' };
    standIn.write(ann, group, '7', { answers: form });
    await standIn.say(eve, group, '5 hello', { answers: form });
    expect(asked.slice(1)).toMatchObject([{ given: { rest: '5 hello' }, ask: { person: { user: `${eve.id}` } } }]);
    const alone = await standIn.say(ann, ann, '/tip 1');
    next = { text: 'Live', buttons: [[{ label: 'Tip…', press: 'form:tip' }]] };
    const other = await standIn.say(ann, ann, '/streams');
    const { message: mine } = await standIn.press(other, 'Tip…', ann);
    if (!mine) throw new Error('no form');
    expect((await standIn.say(ann, ann, '9', { answers: mine })).chat).toEqual(alone.chat);
    expect(last()).toMatchObject({ given: { rest: '9' } });
  });

  it('of a choice stands in rows', async () => {
    const ann = standIn.addUser();
    const options = ['One', 'Two', 'Three'].map((label, i) => ({ label, press: `do:tip ${i}` }));
    next = { text: 'Which?', choices: { prompt: 'Choose one', options } };
    const said = await standIn.say(ann, ann, '/streams');
    expect(said.text).toBe('Which?\nChoose one');
    expect(labels(said)).toEqual([['One', 'Two'], ['Three']]);
  });

  it('opens a Mini App in private over https, else a page; and is written out where Telegram has no such button', async () => {
    const ann = standIn.addUser();
    const group = standIn.addGroup({ members: [ann] });
    next = {
      text: 'Watch',
      buttons: [
        [{ label: 'Here', url: 'https://show.example/watch', app: true }],
        [{ label: 'Mine', url: 'http://localhost:8080/watch?a=1&b=2', app: true }],
      ],
    };
    const alone = await standIn.say(ann, ann, '/streams');
    expect(alone.reply_markup?.inline_keyboard).toEqual([
      [{ text: 'Here', web_app: { url: 'https://show.example/watch' } }],
    ]);
    expect(alone.text).toBe('Watch\nMine: http://localhost:8080/watch?a=1&b=2');
    const among = await standIn.say(ann, group, '/streams');
    expect(among.reply_markup?.inline_keyboard).toEqual([[{ text: 'Here', url: 'https://show.example/watch' }]]);
  });
});

describe('text', () => {
  it('of people stays text', async () => {
    const ann = standIn.addUser();
    const nasty = '<b>bold</b> <a href="https://evil.example">x</a> &lt;i&gt; </code> a < b && "c" <script>';
    next = { text: nasty, facts: [[nasty, nasty]] };
    const said = await standIn.say(ann, ann, '/streams');
    expect(said.text).toBe(`${nasty}\n${nasty}: ${nasty}`);
    expect(said.entities).toEqual([{ type: 'bold', offset: nasty.length + 1, length: nasty.length }]);
  });

  it('that is too long is cut, never inside a character, and keeps its links', async () => {
    const ann = standIn.addUser();
    next = { text: '🎷<&'.repeat(1500), buttons: [[{ label: 'Mine', url: 'http://localhost/x' }]] };
    const { text = '' } = await standIn.say(ann, ann, '/streams');
    expect(text.length).toBeLessThanOrEqual(4096);
    expect(text).toMatch(/…\nMine: http:\/\/localhost\/x$/);
    expect(text).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
  });
});

describe('the poster', () => {
  const place = (chat: { id: number }) => ({ platform: 'telegram', chat: `${chat.id}` }) as const;

  it('says and keeps up to date a text, and a picture with its caption, sent up once', async () => {
    const group = standIn.addGroup();
    const text = await bot.poster.post(place(group), { text: 'one' });
    await bot.poster.edit(text, { text: 'two', picture: picture() });
    await bot.poster.edit(text, { text: 'two' });
    const photo = await bot.poster.post(place(group), { text: 'a'.repeat(2000), picture: picture() });
    await bot.poster.edit(photo, { text: 'new caption', picture: picture() });
    await bot.poster.edit(photo, { text: 'other picture', picture: picture(9) });
    await bot.poster.edit(photo, { text: 'no picture' });
    expect(texts(group)).toEqual(['two', 'no picture']);
    const [, message] = standIn.messages(group);
    expect(message?.photo?.[0]).toMatchObject({ width: 9 });
    await bot.poster.post(place(group), { text: 'again', picture: picture(9) });
    const sent = standIn.callsOf('sendPhoto').map(({ params }) => typeof params.photo);
    expect(sent).toEqual(['object', 'string']);
  });

  it('goes without the picture where pictures are refused', async () => {
    const group = standIn.addGroup();
    standIn.refuse('sendPhoto', new Refusal(400, 'Bad Request: not enough rights to send photos to the chat'));
    const said = await bot.poster.post(place(group), { text: 'on air', picture: picture(7) });
    await bot.poster.edit(said, { text: 'over', picture: picture(7) });
    expect(texts(group)).toEqual(['over']);
  });

  it('keeps to a topic, and follows a group that became another', async () => {
    const group = standIn.addGroup({ forum: true });
    const thread = standIn.addTopic(group, 'Shows');
    const said = await bot.poster.post({ ...place(group), thread: `${thread}` }, { text: 'here' });
    expect(said.place).toEqual({ ...place(group), thread: `${thread}` });
    const [old, grown] = [standIn.addGroup({ type: 'group' }), standIn.addGroup()];
    standIn.upgrade(old, grown);
    expect((await bot.poster.post(place(old), { text: 'moved' })).place).toEqual(place(grown));
    await expect(bot.poster.edit({ place: place(old), message: '1' }, { text: 'x' })).rejects.toBeInstanceOf(Gone);
  });

  it('says when there is nobody and nothing left', async () => {
    const group = standIn.addGroup();
    const said = await bot.poster.post(place(group), { text: 'one' });
    await expect(bot.poster.edit({ ...said, message: '999' }, { text: 'two' })).rejects.toThrow('not found');
    await expect(bot.poster.post({ platform: 'telegram', chat: '-5' }, { text: 'x' })).rejects.toThrow(
      'chat not found',
    );
    standIn.setBot(group, 'kicked');
    await expect(bot.poster.post(place(group), { text: 'x' })).rejects.toBeInstanceOf(Gone);
    await expect(bot.poster.edit(said, { text: 'x' })).rejects.toBeInstanceOf(Gone);
  });
});

describe('inline mode', () => {
  it('offers the shows that fit as cards to share, in the words of who asks', async () => {
    const eva = standIn.addUser({ language: 'de' });
    const all = await standIn.ask(eva, '');
    expect(all.map(({ id }) => id)).toEqual(['main', 'late']);
    const [found, ...more] = await standIn.ask(eva, 'blues');
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      title: 'Jazz & <Blues>',
      description: expect.stringContaining(languages.de?.free ?? ''),
    });
    expect(found?.input_message_content).toMatchObject({
      message_text: expect.stringContaining('Jazz &amp; &lt;Blues&gt;'),
    });
    expect(found?.reply_markup?.inline_keyboard).toEqual([
      [{ text: languages.de?.watch, url: 'https://show.example/watch/late' }],
      [{ text: languages.de?.ownLink, url: 'https://t.me/dtok_bot?start=w_late' }],
    ]);
    expect(await standIn.ask(eva, 'nothing like it')).toEqual([]);
  });
});
