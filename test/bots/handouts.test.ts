// Links that a community pays for, under raids: whatever the order, no budget is exceeded and nobody has two.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sponsoring } from '../../src/bots/communities.js';
import { createHandouts, type Wish } from '../../src/bots/handouts.js';
import { createSights } from '../../src/bots/sights.js';
import { dayMs, hourMs } from '../../src/bots/sponsoring.js';
import type { ChatUser } from '../../src/payments/chat/index.js';
import { createPeople } from '../../src/payments/chat/people.js';
import { openStore, type Store } from '../../src/store/index.js';
import { person, server } from '../support/bots.js';
import { addStream } from '../support/payments.js';

const open: Sponsoring = { each: 10n, days: 0, memberDays: 0, role: null, hourly: null, daily: null };
const epoch = 1_800_000_000_000;

let store: Store;
let at: number;
const now = () => at;
beforeEach(async () => {
  at = epoch;
  store = await openStore({ path: ':memory:' });
  await addStream(store);
  await addStream(store, 'other');
});
afterEach(() => store.close());

const nameOf = ({ platform, user }: ChatUser): string => `${platform}:${user}`;
const account = (user: string, change: Partial<Wish['account']> = {}): Wish['account'] => ({
  ...{ platform: 'discord', user, name: `n${user}`, born: 0, joined: 0, roles: [], ...change },
});
const wish = (user: string, change: Partial<Wish> & { terms?: Sponsoring } = {}): Wish => {
  const one = change.account ?? account(user);
  return { community: server, stream: 'main', account: one, accounts: () => [one], terms: open, ...change };
};
const got = (claimed: unknown): boolean => typeof claimed === 'object' && claimed !== null && 'amount' in claimed;
const rows = () => store.db.selectFrom('bot_handouts').selectAll().execute();

describe('the rules', () => {
  it('go by the age of the account, the time in the community, and the role', async () => {
    const handouts = createHandouts({ store, now });
    const terms = { ...open, days: 7, memberDays: 2, role: '55' };
    const old = { born: epoch - 8 * dayMs, joined: epoch - 3 * dayMs, roles: ['55'] };
    const claim = (user: string, change: object) =>
      handouts.claim(wish(user, { account: account(user, { ...old, ...change }), terms }));
    expect(await claim('1', { born: epoch - 6 * dayMs })).toBe('too_young');
    expect(await claim('2', { joined: epoch - dayMs })).toBe('too_new');
    expect(await claim('3', { roles: ['56'] })).toBe('no_role');
    expect(got(await claim('4', {}))).toBe(true);
    expect(await rows()).toHaveLength(1);
  });

  it('count from when an account was first seen, where the platform does not tell', async () => {
    const sights = createSights({ store, now });
    const group = { platform: 'telegram', id: '-5', title: 'g' } as const;
    const ann = person({ platform: 'telegram', user: '9', born: null, joined: null });
    expect(await sights.born(ann)).toBe(epoch);
    await sights.see(ann, null);
    at += dayMs;
    await sights.see(ann, group);
    at += dayMs;
    const later = createSights({ store, now });
    await later.see(ann, group);
    expect([await later.born(ann), await later.joined(ann, group)]).toEqual([epoch, epoch + dayMs]);
    const told = person({ born: 5, joined: 6 });
    await later.see(told, server);
    expect([await later.born(told), await later.joined(told, server)]).toEqual([5, 6]);
    expect(await store.db.selectFrom('bot_sights').selectAll().execute()).toHaveLength(2);
  });

  it('hold budgets for the hour and the day', async () => {
    const handouts = createHandouts({ store, now });
    const terms = { ...open, hourly: 20n, daily: 45n };
    const claim = (user: string) => handouts.claim(wish(user, { terms }));
    expect([got(await claim('1')), got(await claim('2')), await claim('3')]).toEqual([true, true, 'budget']);
    at += hourMs;
    expect([got(await claim('3')), got(await claim('4')), await claim('5')]).toEqual([true, true, 'budget']);
    at += hourMs;
    expect(await claim('5')).toBe('budget');
    at = epoch + dayMs;
    expect(got(await claim('5'))).toBe(true);
  });

  it('give nobody a second one after his was taken back', async () => {
    const handouts = createHandouts({ store, now });
    await handouts.claim(wish('1'));
    await handouts.claim(wish('2'));
    expect(await handouts.revoke(server, [account('1')])).toMatchObject([{ stream: 'main', amount: 10n }]);
    expect(await handouts.claim(wish('1'))).toBe('revoked');
    expect(await handouts.isRevoked(server, 'main', account('1'))).toBe(true);
    expect(got(await handouts.claim(wish('2')))).toBe(true);
    const other = account('3');
    expect(await handouts.claim(wish('3', { accounts: () => [other, account('1')] }))).toBe('revoked');
    expect(await handouts.revoke({ ...server, id: '9' }, null)).toEqual([]);
    expect(await handouts.revoke(server, null)).toHaveLength(2);
    expect(await handouts.claim(wish('2'))).toBe('revoked');
  });
});

describe('a crowd', () => {
  const claimAll = async (handouts: ReturnType<typeof createHandouts>, users: readonly string[]) =>
    Promise.all(users.map((user) => handouts.claim(wish(user))));
  const users = Array.from({ length: 60 }, (_, i) => `${i + 1}`);

  it('is let in by lot: those past the first twenty of a minute wait for their draw, in no order of their own', async () => {
    let drawn = 0;
    const draws = [0.9, 0.1, 0.5];
    const handouts = createHandouts({ store, now, draw: () => draws[drawn++ % 3] ?? 0 });
    const first = await claimAll(handouts, users);
    expect(first.filter(got)).toHaveLength(20);
    const waits = first.flatMap((one) => (typeof one === 'object' && 'waitMs' in one ? [one.waitMs] : []));
    expect(waits).toHaveLength(40);
    expect(Math.max(...waits)).toBeLessThanOrEqual(60_000);
    expect(waits.slice(0, 3)).not.toEqual([...waits.slice(0, 3)].sort((a, b) => a - b));
    at += 10_000;
    // Again, after a restart: the place in the queue is kept, and nobody draws twice.
    const again = await claimAll(createHandouts({ store, now, draw: () => 0 }), users);
    expect(again.map((one) => typeof one === 'object' && 'waitMs' in one && one.waitMs)).toEqual(
      first
        .map((one) => typeof one === 'object' && 'waitMs' in one && Math.max(0, one.waitMs - 10_000))
        .map((ms, i) =>
          // Drawn within the ten seconds: it has a link now.
          ms === 0 && got(again[i]) ? false : ms,
        ),
    );
    at += 60_000;
    expect((await claimAll(handouts, users)).every(got)).toBe(true);
    expect(await store.db.selectFrom('bot_queue').selectAll().execute()).toEqual([]);
    expect(await rows()).toHaveLength(60);
  });

  it('of accounts that may have nothing is refused at once, and queues nobody', async () => {
    const handouts = createHandouts({ store, now });
    const terms = { ...open, days: 1 };
    const all = await Promise.all(
      users.map((user) => handouts.claim(wish(user, { account: account(user, { born: epoch }), terms }))),
    );
    expect(new Set(all)).toEqual(new Set(['too_young']));
    expect(got(await handouts.claim(wish('99')))).toBe(true);
  });
});

type Act =
  | { do: 'claim'; who: number; stream: string }
  | { do: 'raid'; from: number; many: number }
  | { do: 'join'; a: number; b: number }
  | { do: 'part'; a: number; b: number }
  | { do: 'revoke'; who: number }
  | { do: 'wait'; ms: number }
  | { do: 'restart' };

const who = fc.integer({ min: 1, max: 12 });
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('claim' as const), who, stream: fc.constantFrom('main', 'other') }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('raid' as const),
        from: fc.integer({ min: 100, max: 120 }),
        many: fc.integer({ min: 1, max: 30 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('join' as const), a: who, b: who }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('part' as const), a: who, b: who }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('revoke' as const), who }) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 2 * hourMs }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  ),
  { minLength: 1, maxLength: 40 },
);
const terms = fc.record({
  each: fc.bigInt({ min: 1n, max: 50n }),
  hourly: fc.option(fc.bigInt({ min: 0n, max: 400n })),
  daily: fc.option(fc.bigInt({ min: 0n, max: 900n })),
});

it('whatever happens in whatever order: budgets hold, nobody is given two, and no link is made without its row', async () => {
  await fc.assert(
    fc.asyncProperty(acts, terms, async (steps, caps) => {
      await store.write(async (trx) => {
        await trx.deleteFrom('bot_handouts').execute();
        await trx.deleteFrom('bot_queue').execute();
      });
      at = epoch;
      const people = createPeople();
      let handouts = createHandouts({ store, now });
      /** Every link made: whose, of which show, when, and by which person it was asked for. */
      const links = new Map<string, { at: number; persons: Set<string> }>();
      const all = { ...open, ...caps };

      async function claim(user: string, stream: string): Promise<void> {
        const one = account(user);
        const accounts = () =>
          people
            .members(nameOf(one))
            .filter((name) => name.startsWith('discord:'))
            .map((name) => ({ platform: 'discord' as const, user: name.slice(8) }))
            .sort((a) => (a.user === user ? -1 : 1));
        const claimed = await handouts.claim(wish(user, { account: one, accounts, stream, terms: all }));
        if (typeof claimed === 'string' || 'waitMs' in claimed) return;
        const link = `${claimed.account.user}/${stream}`;
        const row = (await rows()).find((some) => `${some.account}/${some.stream}` === link);
        expect(row).toBeDefined();
        expect(row?.revoked_at).toBeNull();
        // A link that is not his own account's is his linked account's, which had it before.
        if (claimed.account.user !== user) expect(links.has(link)).toBe(true);
        // Whoever has one under any account that is linked now gets that one.
        const before = accounts().filter((other) => links.has(`${other.user}/${stream}`));
        if (before.length > 0) expect(before.map((other) => other.user)).toContain(claimed.account.user);
        if (!links.has(link)) links.set(link, { at, persons: new Set() });
      }

      for (const step of steps) {
        if (step.do === 'claim') await claim(`${step.who}`, step.stream);
        if (step.do === 'raid')
          await Promise.all(Array.from({ length: step.many }, (_, i) => claim(`${step.from + i}`, 'main')));
        if (step.do === 'join') {
          people.join(`discord:${step.a}`, '0xaa');
          people.join(`discord:${step.b}`, '0xaa');
        }
        if (step.do === 'part') people.part(`discord:${step.a}`, '0xaa');
        if (step.do === 'revoke') await handouts.revoke(server, [account(`${step.who}`)]);
        if (step.do === 'wait') at += step.ms;
        if (step.do === 'restart') handouts = createHandouts({ store, now });
        const given = await rows();
        expect(given.length).toBe(links.size);
        for (const { at: when } of given) {
          const within = (ms: number) =>
            given
              .filter((row) => row.at <= when && row.at > when - ms)
              .reduce((sum, row) => sum + BigInt(row.amount), 0n);
          if (all.hourly !== null) expect(within(hourMs) <= all.hourly).toBe(true);
          if (all.daily !== null) expect(within(dayMs) <= all.daily).toBe(true);
        }
      }
    }),
    { numRuns: 60 },
  );
});
