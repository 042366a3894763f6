// Polls in chat: opened in one line or in fields, voted in by button, paid after a question, shown as bars that move.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { bar, createPollReply, sayLeft } from '../../src/bots/commands/poll-reply.js';
import type { Reply } from '../../src/bots/reply.js';
import { wordsFor } from '../../src/bots/words/index.js';
import { pollsOn } from '../polls/house.js';
import { ask, botHouse, openDesk, person } from '../support/bots.js';
import { dai, type House, startHouse } from '../support/chat-house.js';

let running: Awaited<ReturnType<typeof startHouse>>;
let house: House;
let room: Awaited<ReturnType<typeof pollsOn>>;
let desk: ReturnType<typeof openDesk>['desk'];
const mod = person({ moderator: true });
beforeAll(async () => {
  running = await startHouse();
  house = await running.open();
  room = await pollsOn(house);
  ({ desk } = openDesk(house, { polls: room.polls }));
});
afterAll(async () => {
  room.polls.stop();
  await running.stop();
});
afterEach(async () => {
  for (const { id } of room.polls.running()) await room.polls.cancel(id);
});

const create = (line: string | Record<string, string>, who = mod) =>
  desk.answer({ command: 'poll', part: 'create', given: line }, ask(who));
const moderate = (part: string) => desk.answer({ command: 'poll', part, given: {} }, ask(mod));
const presses = ({ buttons = [], choices }: Reply): string[] => [
  ...buttons.flat().flatMap((one) => ('press' in one ? [one.press] : [])),
  ...(choices?.options.map(({ press }) => press) ?? []),
];
const press = (text: string, who: ReturnType<typeof person>, change: Parameters<typeof ask>[1] = {}) =>
  desk.answer({ command: 'vote', part: '', given: text.replace('do:vote ', '') }, ask(who, change));
const rows = ({ facts = [] }: Reply) => facts.map(([name, value]) => `${name}: ${value}`);
const reply = (id: string, locale = 'en') =>
  createPollReply({ ...botHouse(house), polls: room.polls })(id, wordsFor(locale));
const left = async (who: ReturnType<typeof person>) => (await house.chat.account(who)).own.left;

it('one line makes a poll; its message has a button for each option, and lives with it', async () => {
  const made = await create('2m Which song? | Blue moon | Red');
  const id = made.living?.id ?? '';
  expect(made.text).toMatch(/^Which song\?\nOne vote for each person\. 2 min left, until \d\d:\d\d UTC\.$/);
  expect(made.living).toEqual({ kind: 'poll', id });
  expect(presses(made)).toEqual([`do:vote #${id} 1`, `do:vote #${id} 2`]);
  expect(rows(made)).toEqual(['1 · Blue moon: ▱▱▱▱▱ 0 % · 0 votes', '2 · Red: ▱▱▱▱▱ 0 % · 0 votes', 'Have voted: 0']);
  expect((await create('Another? | a | b')).text).toContain('A poll of this stream is running.');
  expect((await moderate('show')).living?.id).toBe(id);
});

it('says what is wrong with a poll, and lets only those open one who have a word on stage', async () => {
  expect((await create('2m Which song? | Blue', mod)).text).toContain('“b” is missing');
  expect((await create(`Which? | Blue | ${'x'.repeat(61)}`)).text).toContain('at most 60 characters');
  expect((await create(`Which? | ${[...'abcdefghijk'].join(' | ')}`)).text).toContain('“k” is too much');
  expect((await create('5s Which? | Blue | Red')).text).toContain('10 seconds to 24 hours');
  expect((await create('extra Which? | Blue | Red')).text).toContain('need a price');
  expect((await create('2m Which song? | Blue | Red', person())).text).toContain('Only the host');
  expect((await moderate('close')).text).toBe('No poll is running.');
});

it('fields make the same poll as a line, with kinds, price and secrecy', async () => {
  const fields = {
    question: 'Which?',
    a: 'Blue',
    b: 'Red',
    votes: 'extra',
    price: '0.5',
    duration: '5m',
    results: 'secret',
  };
  const made = await create(fields);
  const seen = await room.polls.view(made.living?.id ?? '');
  await moderate('cancel');
  const again = await create('5m extra 0.5 secret Which? | Blue | Red');
  const line = await room.polls.view(again.living?.id ?? '');
  const terms = ({ question, options, votes, price, secret, openedAt, closesAt }: typeof seen) => {
    return { question, options, votes, price, secret, ms: closesAt - openedAt };
  };
  await moderate('cancel');
  const bare = await create('5 best songs? | Blue | Red');
  expect(await room.polls.view(bare.living?.id ?? '')).toMatchObject({ question: '5 best songs?', price: '0' });
  expect(terms(line)).toEqual(terms(seen));
  expect(terms(line)).toMatchObject({ votes: 'extra', price: `${dai / 2n}`, secret: true, ms: 300_000 });
  expect(again.text).toContain('One free vote for each person; every further one is 0.5 DAI. Secret until it closes.');
  expect(rows(again)[0]).toBe('1 · Blue: ▱▱▱▱▱');
});

it('votes by button and by word, once for each press, and the bars move', async () => {
  const { living } = await create('1m Which song? | Blue | Red | Green');
  const id = living?.id ?? '';
  const [ann, bob, eva] = [person(), person({ platform: 'telegram' }), person({ locale: 'es' })];
  const same = { id: 'the-same-press' };
  for (let i = 0; i < 2; i++) expect((await press(`#${id} 2`, ann, same)).text).toContain('Your vote is for “Red”');
  expect((await press('red', bob)).text).toContain('“Red”');
  expect((await press('1', eva)).text).toBe('Tu voto es para «Blue». Puedes cambiarlo hasta el cierre.');
  expect((await press('7', eva)).text).toBe('Esa opción no existe. Usa uno de los números.');
  const now = await reply(id);
  expect([now.over, rows(now.reply)]).toEqual([
    false,
    [
      '1 · Blue: ▰▰▱▱▱ 33 % · 1 vote',
      '2 · Red: ▰▰▰▱▱ 67 % · 2 votes',
      '3 · Green: ▱▱▱▱▱ 0 % · 0 votes',
      'Have voted: 3',
    ],
  ]);
  const closed = await moderate('close');
  expect(closed.text).toBe('Which song?\nClosed. Red wins.');
  expect(rows(closed)[1]).toContain('2 · Red ✓');
  expect([presses(closed), closed.living]).toEqual([[], undefined]);
  expect((await reply(id, 'de')).reply.text).toContain('Red gewinnt.');
  expect((await press(`#${id} 1`, ann)).text).toContain('This poll is closed');
});

it('asks before it takes money: a further vote, a weighed one, a large one; a yes pays once', async () => {
  const { living } = await create('1m extra 0.5 Which song? | Blue | Red');
  const id = living?.id ?? '';
  const ann = person();
  await house.chat.fromFaucet(ann);
  expect((await press(`#${id} 2`, ann)).text).toContain('Your vote is for “Red”');
  const asked = { id: 'a-further-vote' };
  const question = await press(`#${id} 2`, ann, asked);
  expect(question.text).toContain('Vote for “Red” with 0.5 DAI?');
  expect(presses(question)).toEqual(['yes:a-further-vote', 'no:a-further-vote']);
  expect(await left(ann)).toBe(5n * dai);
  for (let i = 0; i < 2; i++) {
    expect((await press(`#${id} 2`, ann, { ...asked, confirmed: true })).text).toContain('“Red” has 0.5 DAI from you');
  }
  expect((await press('2 1.5', ann)).text).toContain('“Red” has 2 DAI from you');
  expect((await press('2 0.7', ann)).text).toContain('A vote here costs 0.5 DAI: pay that');
  expect((await press('2 5', ann)).text).toMatch(/costs 5 DAI, and you have 3 DAI here/);
  expect((await press('2 12', ann)).text).toContain('with 12 DAI?');
  expect(await left(ann)).toBe(3n * dai);
  expect(rows((await reply(id)).reply)[1]).toBe('2 · Red: ▰▰▰▰▰ 100 % · 5 votes · 1 person · 2 DAI');
  expect((await moderate('cancel')).text).toContain('called off');
  expect(await left(ann)).toBe(5n * dai);
  const paid = (await create('1m paid 1 Which song? | Blue | Red')).living?.id;
  expect((await press(`#${paid} 1`, ann)).text).toContain('with 1 DAI?');
});

it('more options than buttons become a list; a tie is called one', async () => {
  const made = await create(`Which? | ${[...'abcdefgh'].join(' | ')}`);
  expect([made.buttons, made.choices?.options.length]).toEqual([undefined, 8]);
  for (const option of ['1', '4']) await press(`#${made.living?.id} ${option}`, person());
  expect((await moderate('close')).text).toContain('A tie: a, d.');
  const none = await create('Which? | a | b');
  expect((await press('', person())).choices?.options).toHaveLength(2);
  expect((await moderate('close')).text).toContain('Nobody voted.');
  expect((await reply(none.living?.id ?? '')).over).toBe(true);
});

it('bars and times are short and right', () => {
  expect([bar(0n, 0n), bar(1n, 10n), bar(1n, 2n), bar(99n, 100n)]).toEqual(['▱▱▱▱▱', '▰▱▱▱▱', '▰▰▰▱▱', '▰▰▰▰▰']);
  expect([sayLeft(900), sayLeft(80_000), sayLeft(7_500_000), sayLeft(60_000)]).toEqual([
    ...['1 s', '1 min 20 s'],
    ...['2 h 5 min', '1 min'],
  ]);
});
