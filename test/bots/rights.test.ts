// Who may do what: the host by a code of the dashboard, crews of homes, moderators, owners; and what they set holds.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ask, Community, Person } from '../../src/bots/command.js';
import { createHosts } from '../../src/bots/hosts.js';
import type { Stage } from '../../src/bots/house.js';
import { cutLine } from '../../src/bots/read.js';
import type { Reply } from '../../src/bots/reply.js';
import { languages } from '../../src/bots/words/index.js';
import { addressOf } from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { ask, botHouse, openMiddle, person, server, show } from '../support/bots.js';
import { dai, type House, startHouse } from '../support/chat-house.js';

let running: Awaited<ReturnType<typeof startHouse>>;
let house: House;
beforeAll(async () => {
  running = await startHouse();
  house = await running.open();
});
afterAll(() => running.stop());

const shows = [show({ price: dai / 600n }), show({ id: 'other', title: 'Other' })];
let last = 40;
const community = (): Community => ({ ...server, id: `6${++last}` });

function open(change: Partial<Stage> = {}) {
  const { stage } = botHouse(house);
  const middle = openMiddle(house, {
    shows: () => shows,
    now: running.now,
    change: { stage: { ...stage, ...change } },
  });
  const say = async (
    line: string,
    who: Person,
    here: Community | null = null,
    more: Partial<Ask> = {},
  ): Promise<Reply> => {
    const [command = '', part = '', ...rest] = line.split(' ');
    const whole = middle.desk.commands.find(({ name }) => name === command)?.parts[''];
    const use = whole
      ? { command, part: '', given: [part, ...rest].join(' ') }
      : { command, part, given: rest.join(' ') };
    return middle.desk.answer(use, ask(who, { community: here, ...more }));
  };
  return { ...middle, say };
}

async function host(change: Partial<Person> = {}): Promise<Person> {
  const one = person(change);
  const { hosts } = open();
  expect(await hosts.prove(one, one.name, (await hosts.issue()).code)).toBe('linked');
  return one;
}

describe('the host in chat', () => {
  it('is who sends the dashboard’s code: once, for ten minutes, however it is typed', async () => {
    const { say, hosts } = open();
    const hanna = person({ name: 'Hanna' });
    const { code, expiresAt } = await hosts.issue();
    expect(code).toMatch(/^[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}$/);
    expect(expiresAt - running.now()).toBeGreaterThan(9.9 * 60_000);
    expect((await say(`host ${code.toLowerCase().replaceAll('-', ' ')}`, hanna)).text).toContain('the host’s now');
    expect((await say(`host ${code}`, hanna)).text).toContain('the host’s now');
    expect((await say(`host ${code}`, person())).text).toContain('wrong or too old');
    expect(await hosts.list()).toMatchObject([{ platform: 'discord', user: hanna.user, name: 'Hanna' }]);
    const stale = (await hosts.issue()).code;
    running.clock.ahead += 10 * 60_000 + 1000;
    expect((await say(`host ${stale}`, person())).text).toContain('wrong or too old');
    const [first, second] = [(await hosts.issue()).code, (await hosts.issue()).code];
    expect((await say(`host ${first}`, person())).text).toContain('wrong or too old');
    await hosts.remove(hanna);
    expect([await hosts.isHost(hanna), await hosts.list()]).toEqual([false, []]);
    expect((await say(`host ${second}`, hanna)).text).toContain('the host’s now');
    await hosts.remove(hanna);
  });

  it('cannot be guessed: five wrong codes an hour for an account, over restarts', async () => {
    const mallory = person();
    const { code } = await open().hosts.issue();
    for (let i = 0; i < 5; i++) expect((await open().say('host AAAA-AAAA-AAAA', mallory)).text).toContain('wrong');
    for (const tried of [code, 'AAAA-AAAA-AAAB']) {
      expect((await open().say(`host ${tried}`, mallory)).text).toContain('in an hour');
    }
    running.clock.ahead += 3_600_001;
    const fresh = (await open().hosts.issue()).code;
    expect((await open().say(`host ${fresh}`, mallory)).text).toContain('the host’s now');
    await createHosts({ store: house.store, now: running.now }).remove(mallory);
  });

  it('steers the show from anywhere; moderators do where the host has made a home of it, and that show alone', async () => {
    const changes: string[] = [];
    const stage = { setOpen: async (stream: string, open: boolean) => void changes.push(`${stream} ${open}`) };
    const { say } = open(stage);
    const hanna = await host();
    expect((await say('help', hanna)).facts?.map(([name]) => name)).toContain('/stream');
    const [home, elsewhere] = [community(), community()];
    const mod = person({ moderator: true });
    const refused = 'Only the host of the show';
    expect((await say('stream stop main', mod, home)).text).toContain(refused);
    expect((await say('settings home main', mod, home)).text).toContain('Only the host may do that');
    expect((await say('settings home main', { ...hanna, moderator: false }, home)).text).toContain('Only moderators');
    await say('settings home main', { ...hanna, moderator: true }, home);
    expect((await say('stream stop other', mod, home)).text).toContain(refused);
    expect((await say('stream stop main', mod, elsewhere)).text).toContain(refused);
    expect((await say('stream stop main', mod, null)).text).toContain(refused);
    expect((await say('stream stop main', person(), home)).text).toContain(refused);
    expect(changes).toEqual([]);
    // The home's show is the one that is meant.
    expect((await say('stream stop', mod, home)).text).toContain('Late show is stopped');
    await say('stream start', mod, home);
    await say('stream stop other', hanna);
    expect(changes).toEqual(['main false', 'main true', 'other false']);
    await say('settings unhome', { ...hanna, moderator: true }, home);
    expect((await say('stream stop', mod, home)).text).toContain(refused);
  });

  it('gets no crew a show that the home is not of, when the home’s own is no more', async () => {
    const { say, communities } = open();
    const home = community();
    await communities.set(home, { home: 'gone' });
    expect((await say('stream stop', person({ moderator: true }), home)).text).toContain('Only the host of the show');
  });
});

describe('/stream', () => {
  it('sets price and title, and asks before a price leaps', async () => {
    const changes: unknown[] = [];
    const { say } = open({ change: async (stream, change) => void changes.push([stream, change]) });
    const hanna = await host();
    expect((await say('stream price main 0.5 dai', hanna)).text).toBe(
      'Late show costs 0.5 DAI a minute from the next seconds on.',
    );
    const asked = { id: 'price-1' };
    const leap = await say('stream price main 5', hanna, null, asked);
    expect(leap.text).toContain('costs 0.1 DAI a minute now. Make it 5 DAI a minute?');
    expect(leap.buttons?.flat()).toMatchObject([{ press: 'yes:price-1' }, { press: 'no:price-1' }]);
    expect((await say('stream price main 0.005', hanna)).buttons).toBeDefined();
    expect((await say('stream price main 0.000000000000000001', hanna)).text).toContain('smallest price');
    await say('stream price main 5', hanna, null, { ...asked, confirmed: true });
    await say('stream title main  A \u202e new   title', hanna);
    expect(changes).toEqual([
      ['main', { price: (dai / 2n + 30n) / 60n }],
      ['main', { price: (5n * dai + 30n) / 60n }],
      ['main', { title: 'A new title' }],
    ]);
    const look = await open({ isOpen: () => false }).say('stream show other', hanna);
    expect(look.facts?.[0]).toEqual(['Now', 'On air']);
  });
});

describe('/settings', () => {
  it('are the community’s: its usual show, its language for all, its tips, and when it asks', async () => {
    const { say, desk } = open();
    const here = community();
    const mod = person({ moderator: true });
    const ann = person({ locale: 'es' });
    for (let i = 0; i < 2; i++) await house.chat.fromFaucet(ann);
    expect((await say('tip 1', ann, here)).text).toContain('main, other');
    await say('settings stream other', mod, here);
    expect((await say('tip 1', ann, here)).text).toContain('Other');
    expect((await say('settings tips 5 2', mod, here)).text).toContain('at least the smallest');
    await say('settings tips 0.5 2', mod, here);
    expect((await say('tip 0.4', ann, here)).text).toBe('La propina menor desde aquí es 0.5 DAI.');
    expect((await say('tip 2.1', ann, here)).text).toBe('La propina mayor desde aquí es 2 DAI.');
    await say('settings confirm 1.5', mod, here);
    expect((await say('tip 1.6', ann, here)).buttons).toBeDefined();
    const shown = await say('settings language de', mod, here);
    expect(Object.fromEntries(shown.facts ?? [])).toMatchObject({
      'Usual show': 'other',
      Tips: '0.5 DAI – 2 DAI',
      Language: 'Deutsch',
    });
    expect([await desk.localeOf(ann, here, false), await desk.localeOf(ann, here, true)]).toEqual(['de', 'es']);
    await say('settings language own', mod, here);
    expect(await desk.localeOf(ann, here, false)).toBe('es');
    await say('settings tips', mod, here);
    expect((await say('tip 0.4', ann, here)).text).toContain('Other');
    expect((await say('settings show', person(), here)).text).toContain('Only moderators');
    expect((await house.chat.account(ann)).own.spent).toBe((14n * dai) / 10n);
  });
});

it('/limits are a person’s own, and hold', async () => {
  const { say } = open();
  const ann = person();
  for (let i = 0; i < 2; i++) await house.chat.fromFaucet(ann);
  expect((await say('limits 2 1', ann)).text).toContain('at least');
  expect((await say('limits 2', ann)).text).toContain('“day” is missing');
  expect((await say('limits 1 1.5', ann)).facts).toEqual([
    ['At most at once', '1 DAI'],
    ['At most in 24 hours', '1.5 DAI'],
  ]);
  await say('tip main 1', ann);
  await say('tip main 0.9', ann);
  expect((await house.chat.account(ann)).own.spent).toBe(dai);
});

describe('/sponsor', () => {
  async function sponsored() {
    const opened = open();
    const here = community();
    await house.chat.fromFaucet({ platform: 'discord', user: here.id });
    await opened.communities.sponsor(here, {
      each: dai / 10n,
      days: 0,
      memberDays: 0,
      role: null,
      hourly: null,
      daily: null,
    });
    return { ...opened, here, mod: person({ moderator: true }) };
  }
  const keyIn = ({ buttons }: Reply): Hex => {
    const [button] = buttons?.flat() ?? [];
    const url = button && 'url' in button ? button.url : '';
    return `0x${Buffer.from(url.split('#k=')[1] ?? '', 'base64url').toString('hex')}`;
  };
  const purseOf = (key: Hex) => house.payments.ledger.pursesOf(addressOf(key), 'main')[0];

  it('takes a person’s links back, whichever account they were got with, and reports who got what', async () => {
    const { say, here, mod } = await sponsored();
    const [ann, bob] = [person({ name: 'Ann' }), person({ name: 'Bob' })];
    const other = person({ platform: 'telegram' });
    for (const account of [ann, other]) {
      const { code } = await house.chat.issueCode(account, 'Ann');
      await house.chat.link({ code, payer: `0x${'cd'.repeat(20)}`, mandate: null });
    }
    const keys: Hex[] = [];
    for (const who of [ann, bob]) keys.push(keyIn(await say('watch main', who, here)));
    expect((await say('sponsor revoke <@x>', mod, here)).text).toContain('no such thing');
    expect((await say(`sponsor revoke <@${ann.user}>`, mod, here)).text).toBe('1 link is taken back.');
    expect(keys.map((key) => !!purseOf(key)?.revokedAt)).toEqual([true, false]);
    for (const who of [ann, other]) {
      const again = await say('watch main', who, here);
      expect(again.text).toContain('was taken back');
      expect(JSON.stringify(again.buttons)).not.toContain('#k=');
    }
    const report = await say('sponsor report', mod, here);
    expect(report.text).toBe('2 links, 0.2 DAI in all; newest first, page 1 of 1');
    const lines = Object.fromEntries(report.facts ?? []);
    expect(lines[`Ann (${ann.user})`]).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d UTC · main · 0\.1 DAI · Spent 0 DAI · taken back$/,
    );
    expect(lines[`Bob (${bob.user})`]).toMatch(/Spent 0 DAI$/);
    const asked = { id: 'all-1' };
    expect((await say('sponsor revoke all', mod, here, asked)).buttons?.flat()[0]).toMatchObject({
      press: 'yes:all-1',
    });
    expect(purseOf(keys[1] as Hex)?.revokedAt).toBeFalsy();
    expect((await say('sponsor revoke all', mod, here, { ...asked, confirmed: true })).text).toContain('2 links');
    expect(purseOf(keys[1] as Hex)?.revokedAt).toBeTruthy();
  });

  it('leaves no link open that is taken back while it is made', async () => {
    const { say, here, mod } = await sponsored();
    const ann = person();
    const { chat } = house;
    const real = chat.watchLink;
    let key: Hex = '0x';
    const during = openMiddle(house, {
      shows: () => shows,
      change: {
        chat: {
          ...chat,
          watchLink: async (payer, wish) => {
            expect((await say(`sponsor revoke ${ann.user}`, mod, here)).text).toBe('1 link is taken back.');
            return real(payer, wish);
          },
        },
        linkKey: (account, stream) => {
          key = botHouse(house).linkKey(account, stream);
          return key;
        },
      },
    });
    const use = { command: 'watch', part: '', given: 'main' };
    expect((await during.desk.answer(use, ask(ann, { community: here }))).text).toContain('was taken back');
    expect(purseOf(key)?.revokedAt).toBeTruthy();
  });

  it('sets who may claim, and roles only where there are some', async () => {
    const { say, here, mod } = await sponsored();
    const set = await say('sponsor set 0.1 7 5 2 3 <@&77>', mod, here);
    expect(Object.fromEntries(set.facts ?? [])).toEqual({
      ...{ 'For each person': '0.1 DAI', 'Accounts at least': '7 days', 'Here for at least': '3 days' },
      ...{ 'Only with the role': '<@&77>', 'At most in an hour': '2 DAI', 'At most in 24 hours, together': '5 DAI' },
    });
    const claim = (change: Partial<Person>) => say('watch main', person({ roles: ['77'], ...change }), here);
    expect((await claim({ roles: [] })).text).toContain('certain role');
    expect((await claim({ joined: running.now() })).text).toContain('at least 3 days');
    expect((await claim({ born: running.now() })).text).toContain('at least 7 days');
    expect((await claim({})).text).toContain('Your own link');
    const group = { platform: 'telegram', id: '-77', title: 'Group' } as const;
    const there = person({ platform: 'telegram', moderator: true });
    expect((await say('sponsor set 0.1 7 5 2 3 <@&77>', there, group)).text).toContain('Roles are Discord’s');
    expect((await say('announce here main <@&77> hi', there, group)).text).toContain('Roles are Discord’s');
  });

  it('gives its money back to the owner alone', async () => {
    const { say, here, mod } = await sponsored();
    const to = `0x${'e5'.repeat(20)}` as Hex;
    expect((await say(`sponsor withdraw ${to}`, mod, here)).text).toContain('Only the owner');
    const owner = person({ moderator: true, owner: true });
    const asked = { id: 'out-1' };
    expect((await say(`sponsor withdraw ${to}`, owner, here, asked)).text).toContain('Send everything, 5 DAI');
    for (let i = 0; i < 2; i++) await say(`sponsor withdraw ${to}`, owner, here, { ...asked, confirmed: true });
    expect(await house.chain.balanceOf(to)).toBe(5n * dai);
    expect((await say('watch main', person(), here)).text).toContain('used up');
  });
});

it('a line needs no role to be read', () => {
  const args = {
    stream: { kind: 'stream', optional: true },
    role: { kind: 'role', optional: true },
    template: { kind: 'text' },
  } as const;
  const cut = (line: string) => cutLine(args, line, house.chain.token, (text) => text === 'main');
  expect(cut('main Hello all')).toEqual({ stream: 'main', template: 'Hello all' });
  expect(cut('<@&5> Hello')).toEqual({ role: '<@&5>', template: 'Hello' });
});

it('every command, part and argument is explained in every language, in a hundred characters', () => {
  const { desk } = open();
  const keys = desk.commands.flatMap(({ name, parts }) =>
    Object.entries(parts).flatMap(([part, { args }]) => {
      const key = part ? `${name}.${part}` : name;
      return [name, key, ...Object.keys(args).map((arg) => `${key}.${arg}`)];
    }),
  );
  // What only a button uses is no command that people see.
  const missing = keys
    .filter((key) => key !== 'faucet')
    .flatMap((key) =>
      Object.entries(languages).flatMap(([language, { about }]) => {
        const length = about[key]?.length ?? 0;
        return length > 0 && length <= 100 ? [] : [`${language} ${key}`];
      }),
    );
  expect(missing).toEqual([]);
});
