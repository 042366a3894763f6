// Every delivery is done and answered once: over redelivery, two at a time, and a kill at any write, transaction or word.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFront, type Delivery, type Mouth, type Press } from '../../src/bots/front.js';
import { Gone } from '../../src/bots/poster.js';
import type { Reply } from '../../src/bots/reply.js';
import { openMiddle, person, server } from '../support/bots.js';
import { dai, type House, Killed, startHouse } from '../support/chat-house.js';
import { silent } from '../support/payments.js';

type Address = { to: string };
type Told = { reply: Reply; secret: boolean; address: Address };

let running: Awaited<ReturnType<typeof startHouse>>;
let house: House;
beforeAll(async () => {
  running = await startHouse({ faucet: 50n * dai });
  house = await running.open();
});
afterAll(() => running.stop());

let last = 0;
const delivery = (command: string, given: string, change: Partial<Delivery<Address>> = {}): Delivery<Address> => ({
  ...{ id: `d${++last}`, use: { command, part: '', given }, person: person(), community: null },
  ...{ place: { platform: 'discord', chat: `c${last}` }, address: { to: `a${last}` }, ...change },
});
const pressOf = (asked: Delivery<Address>, press: string, change: Partial<Press<Address>> = {}): Press<Address> => {
  const { use, confirms, ...rest } = asked;
  return { ...rest, id: `p${++last}`, press, ...change };
};

/** What hears the front; a test may kill it at its n-th word. */
function createMouth() {
  const told: Told[] = [];
  const script = {
    count: 0,
    at: 0,
    when: 'before' as 'before' | 'after',
    dead: false,
    fail: (_reply: Reply): void => {},
  };
  const mouth: Mouth<Address> = {
    async say({ address }, reply, secret) {
      script.count += 1;
      const mine = script.count === script.at;
      if (script.dead || running.killed() || (mine && script.when === 'before')) {
        script.dead = true;
        throw new Killed();
      }
      script.fail(reply);
      told.push({ reply, secret, address });
      script.dead = mine;
      if (mine) throw new Killed();
      return { place: { platform: 'discord', chat: 'x' }, message: `m${script.count}` };
    },
  };
  return { told, script, mouth };
}

function open(now = running.now) {
  const heard = createMouth();
  const middle = openMiddle(house, { now });
  const front = createFront({
    desk: middle.desk,
    acts: middle.actsOf('discord'),
    mouth: heard.mouth,
    log: silent,
    now,
  });
  return { ...heard, front, middle };
}

const tipsOf = async (id: string) =>
  house.store.db.selectFrom('tips').selectAll().where('id', '=', `discord-${id}`).execute();
const texts = (told: readonly Told[]): string[] => told.map(({ reply }) => reply.text);

describe('a delivery', () => {
  it('is done and answered once, however often and however many at a time it comes', async () => {
    const { front, told } = open();
    const tip = delivery('tip', '0.5 hi');
    await house.chat.fromFaucet(tip.person);
    await Promise.all(Array.from({ length: 5 }, () => front.take(tip)));
    await front.take(tip);
    await front.idle();
    expect(texts(told)).toEqual(['0.5 DAI is on its way to the stage of Late show. Thank you!']);
    expect(await tipsOf(tip.id)).toHaveLength(1);
  });

  it('that comes too fast is told so kindly, in the person’s words, each person and each chat by itself', async () => {
    const at = running.now();
    const { front, told } = open(() => at);
    const eva = person({ locale: 'de' });
    const place = { platform: 'discord', chat: 'busy' } as const;
    for (let i = 0; i < 8; i++) await front.take(delivery('help', '', { person: eva, place }));
    expect(texts(told).filter((text) => /^Einen Moment: .* in 3 s\.$/.test(text))).toHaveLength(2);
    for (let i = 0; i < 34; i++) await front.take(delivery('help', '', { place }));
    await front.take(delivery('help', '', { place }));
    await front.take(delivery('help', ''));
    await front.idle();
    expect(texts(told).filter((text) => text.startsWith('One moment'))).toHaveLength(1);
  });

  it('that is delivered again when it would be too soon says nothing twice', async () => {
    const at = running.now();
    const { front, told } = open(() => at);
    const all = Array.from({ length: 6 }, () => delivery('help', '', { person: person({ user: '424242' }) }));
    for (const one of all) await front.take(one);
    for (const one of all) await front.take(one);
    await front.idle();
    expect(told).toHaveLength(6);
  });

  it('is answered as soon as the platform takes it, and done once', async () => {
    const { front, script, told } = open();
    const tip = delivery('tip', '0.4');
    await house.chat.fromFaucet(tip.person);
    let failures = 1;
    script.fail = () => {
      if (failures-- > 0) throw new Error('502');
    };
    await front.take(tip);
    await expect.poll(() => told.length, { timeout: 5000 }).toBe(1);
    await front.idle();
    expect(await tipsOf(tip.id)).toHaveLength(1);
  });

  it('whose answer nobody can hear any more is over', async () => {
    const { front, script, told, middle } = open();
    script.fail = () => {
      throw new Gone();
    };
    await front.take(delivery('help', ''));
    await front.idle();
    expect([told.length, await middle.actsOf('discord').unanswered()]).toEqual([0, []]);
  });
});

describe('a question', () => {
  async function asked(amount = '12') {
    const opened = open();
    const tip = delivery('tip', amount, { person: person({ locale: 'en' }) });
    await house.chat.fromFaucet(tip.person);
    await opened.front.take(tip);
    await expect.poll(() => opened.told.length).toBe(1);
    return { ...opened, tip };
  }

  it('is answered by a yes of the same person alone, and pays once however often that is pressed', async () => {
    const { front, told, tip } = await asked();
    await front.press(pressOf(tip, `yes:${tip.id}`, { person: person() }));
    expect(told[1]?.reply.text).toContain('somebody else’s');
    const yes = pressOf(tip, `yes:${tip.id}`);
    await Promise.all([front.press(yes), front.press(yes), front.press(pressOf(tip, `yes:${tip.id}`))]);
    await front.press(pressOf(tip, `no:${tip.id}`));
    await front.idle();
    expect(await tipsOf(tip.id)).toHaveLength(1);
    expect(texts(told).filter((text) => text.includes('on its way'))).toHaveLength(1);
    expect(texts(told)).not.toContain('Nothing was sent.');
    expect(told.at(-1)?.reply.replaces).toBe(true);
  });

  it('is over after a no, and after ten minutes', async () => {
    const { front, told, tip } = await asked();
    await front.press(pressOf(tip, `no:${tip.id}`));
    expect(told[1]?.reply).toMatchObject({ text: 'Nothing was sent.', replaces: true });
    const later = open(() => Date.now() + 11 * 60_000);
    await later.front.press(pressOf(tip, `yes:${tip.id}`));
    await later.front.press(pressOf(tip, 'yes:nothing'));
    await later.front.press(pressOf(tip, 'nonsense'));
    await later.front.idle();
    expect(texts(later.told)).toEqual(Array(3).fill('That is too long ago. Use the command again.'));
    expect(await tipsOf(tip.id)).toEqual([]);
  });

  it('is about what was asked, where it was asked: also when it is answered in a private chat', async () => {
    const { front, told } = open();
    const owner = person({ moderator: true, owner: true });
    const there = { ...server, id: '881' };
    await house.chat.fromFaucet({ platform: 'discord', user: there.id });
    const to = `0x${'d4'.repeat(20)}`;
    const use = { command: 'sponsor', part: 'withdraw', given: { to } };
    const asked = delivery('', '', { use, person: owner, community: there });
    await front.take(asked);
    await expect.poll(() => told.length).toBe(1);
    expect(told[0]?.reply.text).toContain('Send everything, 50 DAI');
    const press = pressOf(asked, `yes:${asked.id}`, { community: null, person: { ...owner, moderator: false } });
    await front.press(press);
    await front.idle();
    expect(told[1]?.reply.text).toContain('50 DAI is at');
    expect(await house.chain.balanceOf(to as `0x${string}`)).toBe(50n * dai);
  });
});

describe('a restart', () => {
  /** Runs `act` with a kill at the n-th step, opens the house anew, resumes, delivers again, and looks; until no kill comes. */
  async function everywhere(
    begin: () => Promise<Delivery<Address>>,
    check: (delivery: Delivery<Address>, heard: { before: Told[]; after: Told[] }) => Promise<void>,
    kill: (n: number, script: ReturnType<typeof createMouth>['script']) => void,
    send = (front: ReturnType<typeof open>['front'], one: Delivery<Address>) => front.take(one),
  ): Promise<number> {
    for (let n = 1; ; n++) {
      const one = await begin();
      const before = open();
      kill(n, before.script);
      await send(before.front, one).catch(() => {});
      await before.front.idle();
      const killed = running.killed() || before.script.dead;
      house = await running.reopen();
      const after = open();
      // Redelivery and resumption meet, as they do at a start.
      await Promise.all([after.front.resume(), send(after.front, one)]);
      await send(after.front, one);
      await after.front.idle();
      await check(one, { before: before.told, after: after.told });
      if (!killed) return n;
    }
  }
  const steps = (n: number): [number, 'before' | 'after'] => [Math.ceil(n / 2), n % 2 ? 'before' : 'after'];

  it('at any write or transaction of a tip: paid once, answered after', async () => {
    const ann = person();
    await house.chat.fromFaucet(ann);
    const ran = await everywhere(
      async () => delivery('tip', '0.2 once', { person: ann }),
      async ({ id }, { before, after }) => {
        expect(await tipsOf(id)).toHaveLength(1);
        const receipts = texts([...before, ...after]).filter((text) => text.includes('0.2 DAI is on its way'));
        expect(receipts.length).toBeGreaterThanOrEqual(1);
        expect(receipts.length).toBeLessThanOrEqual(2);
      },
      (n) => running.killAt(...steps(n)),
    );
    expect(ran).toBeGreaterThan(6);
    const spent = (await house.chat.account(ann)).own.spent;
    expect(spent).toBe((BigInt(ran) * dai) / 5n);
  });

  it('at any write or transaction of a yes: paid once, answered after', async () => {
    const ann = person();
    for (let i = 0; i < 4; i++) await house.chat.fromFaucet(ann);
    await house.chat.setCaps(ann, { perCommand: 11n * dai, perDay: 1000n * dai });
    const ran = await everywhere(
      async () => {
        const { front } = open();
        const tip = delivery('tip', '11', { person: ann });
        await front.take(tip);
        await front.idle();
        return tip;
      },
      async ({ id }, { before, after }) => {
        expect(await tipsOf(id)).toHaveLength(1);
        const receipts = [...before, ...after].filter(({ reply }) => reply.text.includes('11 DAI is on its way'));
        expect(receipts.length).toBeGreaterThanOrEqual(1);
        expect(receipts.every(({ reply }) => reply.replaces)).toBe(true);
      },
      (n) => running.killAt(...steps(n)),
      (front, tip) => front.press(pressOf(tip, `yes:${tip.id}`)),
    );
    expect(ran).toBeGreaterThan(6);
  });

  it('before or after the answer was said: paid once, and said', async () => {
    const ann = person();
    await house.chat.fromFaucet(ann);
    const ran = await everywhere(
      async () => delivery('tip', '0.3', { person: ann }),
      async ({ id }, { before, after }) => {
        expect(await tipsOf(id)).toHaveLength(1);
        expect(texts([...before, ...after])).toContain('0.3 DAI is on its way to the stage of Late show. Thank you!');
      },
      (n, script) => Object.assign(script, { at: steps(n)[0], when: steps(n)[1] }),
    );
    expect(ran).toBe(3);
  });

  it('at any write of a claim: one row, one link, the same one again', async () => {
    const there = { ...server, id: '882' };
    await house.chat.fromFaucet({ platform: 'discord', user: there.id });
    const terms = { each: dai / 100n, days: 0, memberDays: 0, role: null, hourly: null, daily: null };
    await open().middle.communities.sponsor(there, terms);
    const ran = await everywhere(
      async () => delivery('watch', '', { community: there }),
      async ({ person: { user } }, { before, after }) => {
        const rows = house.store.db.selectFrom('bot_handouts').selectAll().where('community', '=', there.id);
        expect(await rows.where('account', '=', user).execute()).toHaveLength(1);
        const told = [...before, ...after].filter(({ reply }) => reply.text.includes('Your own link'));
        const urls = told.map(({ reply }) => JSON.stringify(reply.buttons));
        expect(new Set(urls).size).toBe(1);
        expect(told.every(({ secret }) => secret)).toBe(true);
      },
      (n) => running.killAt(...steps(n)),
    );
    expect(ran).toBeGreaterThan(6);
  });

  it('leaves to its own run what was begun while it was being resumed', async () => {
    const { front, told, mouth } = open();
    const say = mouth.say;
    let speak = (): void => {};
    const silence = new Promise<void>((resolve) => {
      speak = resolve;
    });
    mouth.say = (...all) => silence.then(() => say(...all));
    const [one, other] = [delivery('help', ''), delivery('help', '')];
    await front.take(one);
    const resumed = Promise.all([front.take(other), front.resume()]);
    speak();
    await resumed;
    await front.idle();
    expect(told).toHaveLength(2);
  });
});

describe('a drawn turn', () => {
  const there = { ...server, id: '883' };
  const claim = async (front: ReturnType<typeof open>['front'], people: ReturnType<typeof person>[]) => {
    for (const one of people) await front.take(delivery('watch', '', { community: there, person: one }));
  };

  it('is told, and the link follows by itself and in private, also over a restart', async () => {
    await house.chat.fromFaucet({ platform: 'discord', user: there.id });
    const first = open();
    const terms = { each: dai / 100n, days: 0, memberDays: 0, role: null, hourly: null, daily: null };
    await first.middle.communities.sponsor(there, terms);
    const people = Array.from({ length: 25 }, () => person());
    await claim(first.front, people);
    await expect.poll(() => first.told.length).toBe(25);
    const waiting = first.told.filter(({ reply }) => reply.text.includes('within a minute'));
    expect(waiting).toHaveLength(5);
    await first.front.idle();
    house = await running.reopen();
    const soon = open();
    await soon.front.resume();
    expect(texts(soon.told)).toEqual([]);
    await soon.front.idle();
    // A minute later, all have been drawn.
    running.clock.ahead += 61_000;
    const later = open();
    await later.front.resume();
    await later.front.idle();
    expect(later.told).toHaveLength(5);
    for (const { reply, secret, address } of later.told) {
      expect(reply.text).toContain('Your own link');
      expect(secret).toBe(true);
      expect(waiting.map((one) => one.address)).toContainEqual(address);
    }
  });
});
