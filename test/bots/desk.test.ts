// The commands on real chat purses and a real chain: tips, links that a community pays for, money in and out.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf } from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { ask, openDesk, person, server, show } from '../support/bots.js';
import { dai, type House, startHouse } from '../support/chat-house.js';

let running: Awaited<ReturnType<typeof startHouse>>;
let house: House;
beforeAll(async () => {
  running = await startHouse();
  house = await running.open();
});
afterAll(() => running.stop());

const spent = async (who: Parameters<House['chat']['account']>[0]) => (await house.chat.account(who)).own.spent;
const use = (command: string, given: Record<string, string> = {}, part = '') => ({ command, part, given });
const keyIn = (url: string): Hex => `0x${Buffer.from(url.split('#k=')[1] ?? '', 'base64url').toString('hex')}`;
const linkOf = (reply: Awaited<ReturnType<ReturnType<typeof openDesk>['desk']['answer']>>): string => {
  const button = reply.buttons?.flat().find((one) => 'url' in one);
  return button && 'url' in button ? button.url : '';
};

describe('/tip', () => {
  it('pays from the chat purse, once however often it is delivered', async () => {
    const { desk } = openDesk(house);
    const ann = person();
    await house.chat.fromFaucet(ann);
    const asked = ask(ann);
    const tip = use('tip', { amount: '1.5', message: 'great <b>solo</b>' });
    for (let i = 0; i < 3; i++) expect((await desk.answer(tip, asked)).text).toContain('1.5 DAI is on its way');
    expect(await spent(ann)).toBe((15n * dai) / 10n);
    const rows = await house.store.db.selectFrom('tips').selectAll().where('name', '=', 'Ann').execute();
    expect(rows.map(({ message }) => message)).toEqual(['great <b>solo</b>']);
  });

  it('asks first about a large one, and a yes pays it once', async () => {
    const { desk } = openDesk(house);
    const bob = person();
    for (let i = 0; i < 4; i++) await house.chat.fromFaucet(bob);
    const tip = use('tip', { amount: '12' });
    const asked = ask(bob);
    const question = await desk.answer(tip, asked);
    expect(question.text).toBe('Tip 12 DAI to Late show?');
    expect(await spent(bob)).toBe(0n);
    expect(question.buttons?.flat()).toMatchObject([{ press: `yes:${asked.id}` }, { press: `no:${asked.id}` }]);
    for (let i = 0; i < 2; i++) await desk.answer(tip, { ...asked, confirmed: true });
    expect(await spent(bob)).toBe(12n * dai);
  });

  it('says in the person’s language what is wrong, and pays nothing', async () => {
    const { desk } = openDesk(house, { shows: () => [show(), show({ id: 'late', title: 'Later' })] });
    const eva = person({ locale: 'de' });
    const say = async (given: Record<string, string>) => (await desk.answer(use('tip', given), ask(eva))).text;
    expect(await say({ stream: 'main', amount: '1,21' })).toMatch(/^Ein Komma .* 0.5 oder 1 DAI\.$/);
    expect(await say({ stream: 'main', amount: '0.01' })).toBe('Das kleinste Trinkgeld hier ist 0.1 DAI.');
    expect(await say({ stream: 'main', amount: '5' })).toMatch(/5.* DAI nötig.*\/topup/);
    expect(await say({ stream: 'nowhere', amount: '5' })).toContain('„nowhere“');
    expect(await say({ amount: '5' })).toBe('Es gibt mehrere Shows: sag, welche (main, late).');
    expect(await say({ stream: 'main' })).toContain('„amount“ fehlt');
    expect(await spent(eva)).toBe(0n);
  });
});

describe('/watch', () => {
  it('hands out one link for a person and show on the community’s money, the same one again', async () => {
    const { desk } = openDesk(house);
    await house.chat.fromFaucet({ platform: 'discord', user: server.id });
    const mod = person({ moderator: true });
    const set = use('sponsor', { amount: '0.5', days: '7', daily: '1' }, 'set');
    expect((await desk.answer(set, ask(person(), { community: server }))).text).toContain('Only moderators');
    expect((await desk.answer(set, ask(mod, { community: server }))).text).toContain('0.5 DAI');

    const ann = person();
    const [first, again] = await Promise.all(
      [1, 2].map(() => desk.answer(use('watch'), ask(ann, { community: server }))),
    );
    expect(first?.text).toContain('Paid for by Jazz cellar');
    expect(linkOf(again ?? { text: '' })).toBe(linkOf(first ?? { text: '' }));
    const url = linkOf(first ?? { text: '' });
    expect(url).toMatch(/^https:\/\/show\.example\/watch\/main#k=/);
    const [purse] = house.payments.ledger.pursesOf(addressOf(keyIn(url)), 'main');
    expect(purse).toMatchObject({ kind: 'pass', limit: dai / 2n, spent: 0n });

    const young = person({ born: Date.now() - 86_400_000 });
    expect((await desk.answer(use('watch'), ask(young, { community: server }))).text).toContain('at least 7 days old');
    expect((await desk.answer(use('watch'), ask(person(), { community: server }))).text).toContain('Paid for by');
    expect((await desk.answer(use('watch'), ask(person(), { community: server }))).text).toContain('budget');
    const facts = Object.fromEntries(
      (await desk.answer(use('sponsor', {}, 'show'), ask(mod, { community: server }))).facts ?? [],
    );
    expect(facts).toMatchObject({ 'Handed out': '2 · 1 DAI', 'Left in the purse': '5 DAI' });
  });

  it('gives two accounts of one person one link', async () => {
    const { desk } = openDesk(house);
    const there = { ...server, id: '778' };
    await house.chat.fromFaucet({ platform: 'discord', user: there.id });
    await desk.answer(use('sponsor', { amount: '1' }, 'set'), ask(person({ moderator: true }), { community: there }));
    const ann = person();
    const other = person({ platform: 'telegram' });
    const page = `0x${'ab'.repeat(20)}` as Hex;
    for (const account of [ann, other]) {
      const { code } = await house.chat.issueCode(account, 'Ann');
      await house.chat.link({ code, payer: page, mandate: null });
    }
    const one = linkOf(await desk.answer(use('watch'), ask(ann, { community: there })));
    expect(linkOf(await desk.answer(use('watch'), ask(other, { community: there })))).toBe(one);
  });

  it('falls back on the person’s own purse, and says how to begin when that is empty', async () => {
    const { desk } = openDesk(house);
    const ann = person();
    expect((await desk.answer(use('watch'), ask(ann))).text).toContain('your chat purse is empty');
    await house.chat.fromFaucet(ann);
    const reply = await desk.answer(use('watch'), ask(ann));
    expect(reply.text).toContain('with 5 DAI on it');
    expect(linkOf(reply)).toContain('#k=');
  });
});

describe('money', () => {
  it('comes in by /topup, shows in /balance, and goes out by /withdraw after a yes', async () => {
    const { desk } = openDesk(house);
    const ann = person();
    const to = `0x${'c1'.repeat(20)}` as Hex;
    const topUp = await desk.answer(use('topup'), ask(ann));
    expect(topUp.facts?.[0]?.[1]).toBe((await house.chat.account(ann)).address);
    expect((await desk.answer(use('faucet'), ask(ann))).text).toContain('5 DAI');
    await desk.answer(use('tip', { amount: '2' }), ask(ann));
    expect((await desk.answer(use('balance'), ask(ann))).facts?.[0]).toEqual(['Your own', '3 DAI']);
    const asked = ask(ann);
    const out = use('withdraw', { to });
    expect((await desk.answer(out, asked)).text).toContain('Send everything, 3 DAI');
    expect(await house.chain.balanceOf(to)).toBe(0n);
    for (let i = 0; i < 2; i++) await desk.answer(out, { ...asked, confirmed: true });
    expect(await house.chain.balanceOf(to)).toBe(3n * dai);
  });
});

it('/help names what this person may do, and nothing else answers', async () => {
  const { desk } = openDesk(house);
  const names = async (moderator: boolean) =>
    (await desk.answer(use('help'), ask(person({ moderator })))).facts?.map(([name]) => name);
  expect(await names(false)).not.toContain('/sponsor');
  expect(await names(true)).toEqual(expect.arrayContaining(['/watch', '/tip', '/sponsor', '/help']));
  expect((await desk.answer(use('nonsense'), ask(person()))).text).toContain('/help');
  expect((await desk.answer(use('sponsor', {}, 'set'), ask(person({ moderator: true })))).text).toContain('group only');
});
