// The stand-in for Discord is as strict as Discord: by hand, without a library that would keep us from asking for what is wrong.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type DiscordStandIn, startDiscordStandIn } from '../support/discord/index.js';

type Told = { op: number; t: string | null; s: number | null; d: Record<string, unknown> };

let discord: DiscordStandIn;
let app: ReturnType<typeof connect>;
let place: ReturnType<typeof scene>;
beforeAll(async () => {
  discord = await startDiscordStandIn();
  app = connect({ token: discord.token });
  await app.next('READY');
  await ask('PUT', `/applications/${discord.app.id}/commands`, [{ name: 'tip', description: 'Tip' }]);
  place = scene();
});
// What one test asks counts against no other.
beforeEach(() => {
  discord.clock.ahead += 2001;
});
afterAll(() => discord.stop());

function scene() {
  const guild = discord.addGuild();
  const channel = discord.addChannel(guild);
  const ann = discord.addUser();
  discord.join(guild, ann);
  return { guild, channel, ann };
}

/** A client of the gateway that does as it is told. */
function connect(first: Record<string, unknown>, op = 2) {
  const socket = new WebSocket(discord.url.replace(/^http(.+)\/api$/, 'ws$1/gateway?v=10&encoding=json'));
  const told: Told[] = [];
  const numbers: number[] = [];
  const waiting: (() => void)[] = [];
  socket.on('message', (data) => {
    const packet: Told = JSON.parse(`${data}`);
    if (packet.op === 10) socket.send(JSON.stringify({ op, d: { intents: 1, ...first } }));
    told.push(packet);
    if (packet.s !== null) numbers.push(packet.s);
    for (const wake of waiting.splice(0)) wake();
  });
  const closed = new Promise<number>((resolve) => void socket.on('close', resolve));
  return {
    socket,
    closed,
    numbers,
    async next(t: string): Promise<Told['d']> {
      for (;;) {
        const at = told.findIndex((one) => one.t === t);
        const [found] = at >= 0 ? told.splice(at, 1) : [];
        if (found) return found.d;
        await new Promise<void>((wake) => void waiting.push(wake));
      }
    },
    told,
  };
}

async function ask(method: string, path: string, body?: unknown, token = `Bot ${discord.token}`) {
  const response = await fetch(`${discord.url}/v10${path}`, {
    method,
    headers: { authorization: token, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const told = text ? JSON.parse(text) : {};
  return { status: response.status, code: told.code as number, told, headers: response.headers };
}

/** An interaction as the app gets it, with the ways to answer. */
async function used() {
  void discord.use('tip', {}, { user: place.ann, channel: place.channel }).catch(() => {});
  const { id, token } = await app.next('INTERACTION_CREATE');
  const hook = `/webhooks/${discord.app.id}/${token}`;
  return {
    answer: (body: unknown) => ask('POST', `/interactions/${id}/${token}/callback`, body, ''),
    edit: (body: unknown) => ask('PATCH', `${hook}/messages/@original`, body, ''),
    add: (body: unknown) => ask('POST', hook, body, ''),
    drop: () => ask('DELETE', `${hook}/messages/@original`, undefined, ''),
  };
}

const refused = (status: number, code: number) => ({ status, code });

describe('answers to interactions', () => {
  it('are taken once, within three seconds, and by their own token only', async () => {
    const one = await used();
    expect(await one.edit({ content: 'too soon' })).toMatchObject(refused(404, 10015));
    expect((await one.answer({ type: 5 })).status).toBe(204);
    expect(await one.answer({ type: 5 })).toMatchObject(refused(400, 40060));
    expect(await ask('POST', '/interactions/1/nothing/callback', { type: 5 }, '')).toMatchObject(refused(404, 10062));
    discord.slow();
    const late = await used();
    discord.slow(false);
    expect(await late.answer({ type: 5 })).toMatchObject(refused(404, 10062));
  });

  it('go on for a quarter of an hour, as long as the message is there', async () => {
    const one = await used();
    await one.answer({ type: 5 });
    expect((await one.edit({ content: 'done' })).status).toBe(200);
    discord.clock.ahead += 15 * 60_000 + 1;
    expect(await one.edit({ content: 'late' })).toMatchObject(refused(401, 50027));
    expect(await one.add({ content: 'late' })).toMatchObject(refused(401, 50027));
    const other = await used();
    await other.answer({ type: 4, data: { content: 'hello' } });
    expect((await other.drop()).status).toBe(204);
    expect(await other.edit({ content: 'gone' })).toMatchObject(refused(404, 10008));
  });

  it('are of the kinds that the interaction takes, and no longer than Discord shows', async () => {
    const one = await used();
    expect((await one.answer({ type: 6 })).status).toBe(404);
    expect((await one.answer({ type: 8, data: { choices: [] } })).status).toBe(404);
    const field = { type: 4, custom_id: 'a', style: 1 };
    const form = (change: object) => ({ type: 9, data: { custom_id: 'f', title: 't', components: [], ...change } });
    const labelled = (component: object, label = 'A') => ({ type: 18, label, component });
    for (const wrong of [
      form({}),
      form({ title: 'x'.repeat(46), components: [labelled(field)] }),
      form({ components: [labelled(field, 'x'.repeat(46))] }),
      form({ components: [labelled(field), labelled(field)] }),
      form({ components: Array.from({ length: 6 }, (_, n) => labelled({ ...field, custom_id: `${n}` })) }),
    ])
      expect(await one.answer(wrong)).toMatchObject(refused(400, 50035));
    expect((await one.answer(form({ components: [labelled(field)] }))).status).toBe(204);
  });
});

describe('messages', () => {
  const button = { type: 2, style: 1, label: 'A', custom_id: 'a' };
  const row = (...components: object[]) => ({ type: 1, components });
  const field = (change: object = {}) => ({ name: 'a', value: 'b', ...change });
  const option = { label: 'a', value: 'a' };
  const menu = (change: object) => row({ type: 3, custom_id: 'm', options: [option], ...change });
  const many = <T>(n: number, make: (n: number) => T) => Array.from({ length: n }, (_, at) => make(at));

  it.each([
    ['content', { content: 'x'.repeat(2001) }],
    ['fields', { embeds: [{ fields: many(26, () => field()) }] }],
    ['name of a field', { embeds: [{ fields: [field({ name: 'x'.repeat(257) })] }] }],
    ['empty value', { embeds: [{ fields: [field({ value: '' })] }] }],
    ['embeds in all', { embeds: [{ fields: many(7, () => field({ value: 'x'.repeat(1000) })) }] }],
    ['picture from nowhere', { embeds: [{ image: { url: 'file:///a.png' } }] }],
    ['rows', { components: many(6, (n) => row({ ...button, custom_id: `${n}` })) }],
    ['buttons in a row', { components: [row(...many(6, (n) => ({ ...button, custom_id: `${n}` })))] }],
    ['custom id', { components: [row({ ...button, custom_id: 'x'.repeat(101) })] }],
    ['same custom id', { components: [row(button, button)] }],
    ['label', { components: [row({ ...button, label: 'x'.repeat(81) })] }],
    ['link to a bare host', { components: [row({ type: 2, style: 5, label: 'A', url: 'http://localhost:3000/' })] }],
    ['options', { components: [menu({ options: many(26, (n) => ({ label: 'a', value: `${n}` })) })] }],
    ['same option', { components: [menu({ options: [option, option] })] }],
    ['two mention lists', { allowed_mentions: { parse: ['roles'], roles: ['1'] } }],
  ])('are refused for their %s', async (_, body) => {
    const path = `/channels/${scene().channel.id}/messages`;
    const answer = await ask('POST', path, { content: 'x', ...body });
    expect(answer).toMatchObject(refused(400, 50035));
    expect(JSON.stringify(answer.told.errors)).toContain('_errors');
  });

  it('are refused where the bot may not be, and when they are nothing', async () => {
    const post = (channel: string, content = 'x') => ask('POST', `/channels/${channel}/messages`, { content });
    const { guild, channel } = scene();
    expect(await post(channel.id, '')).toMatchObject(refused(400, 50006));
    expect(await post('1')).toMatchObject(refused(404, 10003));
    expect(await post(discord.addChannel(guild, { hidden: true }).id)).toMatchObject(refused(403, 50001));
    expect(await post(discord.addChannel(guild, { silent: true }).id)).toMatchObject(refused(403, 50013));
    expect(await post(discord.direct(discord.addUser()).id)).toMatchObject(refused(403, 50007));
    const edit = await ask('PATCH', `/channels/${channel.id}/messages/1`, { content: 'x' });
    expect(edit).toMatchObject(refused(404, 10008));
  });
});

describe('commands', () => {
  const text = (change: object = {}) => ({ type: 3, name: 'a', description: 'b', ...change });
  const command = (change: object = {}) => ({ name: 'tip', description: 'Tip', ...change });

  it.each([
    ['capitals', [command({ name: 'Tip' })]],
    ['spaces', [command({ name: 'a tip' })]],
    ['long name', [command({ name: 'x'.repeat(33) })]],
    ['missing description', [command({ description: '' })]],
    ['language', [command({ description_localizations: { es: 'Propina' } })]],
    ['same name', [command(), command()]],
    ['number of options', [command({ options: Array.from({ length: 26 }, (_, n) => text({ name: `o${n}` })) })]],
    ['order of options', [command({ options: [text(), text({ name: 'b', required: true })] })]],
    ['choices', [command({ options: [text({ choices: Array(26).fill({ name: 'a', value: 'a' }) })] })]],
    ['completed choices', [command({ options: [text({ autocomplete: true, choices: [{ name: 'a', value: 'a' }] })] })]],
    ['mixed parts', [command({ options: [{ type: 1, name: 'p', description: 'p' }, text()] })]],
    [
      'size',
      [
        command({
          options: Array.from({ length: 4 }, (_, n) =>
            text({ name: `o${n}`, choices: Array(25).fill({ name: 'x'.repeat(90), value: 'y' }) }),
          ),
        }),
      ],
    ],
  ])('are refused for their %s', async (_, body) => {
    const { guild } = scene();
    const answer = await ask('PUT', `/applications/${discord.app.id}/guilds/${guild.id}/commands`, body);
    expect(answer).toMatchObject(refused(400, 50035));
  });

  it('reach the app only where they are registered, and in their form', () => {
    const at = { user: place.ann, channel: place.channel };
    expect(() => discord.use('vote', {}, at)).toThrow('no command /vote');
    expect(() => discord.use('tip', { amount: '5' }, at)).toThrow('no option amount');
  });
});

describe('the gateway', () => {
  it('wants the right token, no privileged intents, and to be told who is there', async () => {
    expect(await connect({ token: 'wrong' }).closed).toBe(4004);
    expect(await connect({ token: discord.token, intents: 1 << 15 }).closed).toBe(4014);
    expect(await connect({}, 3).closed).toBe(4003);
    expect(await ask('GET', '/users/@me', undefined, 'Bot wrong')).toMatchObject({ status: 401 });
  });

  it('tells a session that comes back what it has missed, in order, and knows no other', async () => {
    const first = connect({ token: discord.token });
    const { session_id } = await first.next('READY');
    first.socket.terminate();
    await first.closed;
    const seq = first.numbers.length;
    const { guild } = scene();
    const again = connect({ token: discord.token, session_id, seq }, 6);
    await again.next('RESUMED');
    expect(again.numbers).toEqual(again.numbers.map((_, n) => seq + 1 + n));
    const guilds = again.told.filter(({ t }) => t === 'GUILD_CREATE');
    expect(guilds.at(-1)?.d.id).toBe(guild.id);
    const other = connect({ token: discord.token, session_id: 'nothing', seq: 0 }, 6);
    await new Promise((resolve) => other.socket.once('message', () => other.socket.once('message', resolve)));
    expect(other.told.map(({ op }) => op)).toEqual([10, 9]);
  });
});

it('refuses what is too much, with the time to wait', async () => {
  discord.clock.stopped = Date.now();
  const { channel } = scene();
  const post = () => ask('POST', `/channels/${channel.id}/messages`, { content: 'x' });
  const all = await Promise.all(Array.from({ length: 6 }, post));
  const over = all.filter(({ status }) => status === 429);
  expect(over).toHaveLength(1);
  expect(over[0]?.told).toMatchObject({ global: false, retry_after: expect.any(Number) });
  expect(over[0]?.headers.get('x-ratelimit-remaining')).toBe('0');
  expect(Number(over[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
  const flood = await Promise.all(Array.from({ length: 60 }, () => ask('GET', '/users/@me')));
  expect(flood.find(({ status }) => status === 429)?.headers.get('x-ratelimit-global')).toBe('true');
});
