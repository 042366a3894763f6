// The feed: numbered, in order, replayed from any number, each event once, whoever writes at the same time.
import { expect, it } from 'vitest';
import { openFeed } from '../../src/feed/index.js';
import { openStore } from '../../src/store/index.js';
import type { FeedEvent } from '../../src/vocabulary/events.js';
import { addStream, silent } from '../support/payments.js';

async function fresh() {
  const store = await openStore({ path: ':memory:' });
  await addStream(store, 'main');
  await addStream(store, 'other');
  return { store, feed: await openFeed({ store, log: silent }) };
}

const tip = (stream: string, name: string) =>
  ({ stream, type: 'tip', data: { id: name, name, message: '', amount: '1' } }) as const;

const quiet = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

it('gives a late reader what it missed and a reader without a number only what is new', async () => {
  const { feed } = await fresh();
  await feed.say(tip('main', 'a'));
  await feed.say(tip('other', 'b'));
  await feed.say(tip('main', 'c'));
  const late: FeedEvent[] = [];
  const fresher: FeedEvent[] = [];
  await feed.follow('main', 1, (event) => late.push(event));
  await feed.follow('main', undefined, (event) => fresher.push(event));
  await feed.say(tip('main', 'd'));
  await quiet();
  expect(late.map((e) => e.n)).toEqual([3, 4]);
  expect(fresher.map((e) => e.n)).toEqual([4]);
  expect(late[0]).toMatchObject({ stream: 'main', type: 'tip', data: { name: 'c', amount: '1' } });
});

it('delivers every event once and in order to readers that come and go while many write', async () => {
  const { feed } = await fresh();
  const heard: number[] = [];
  let end = await feed.follow('main', 0, (event) => heard.push(event.n));
  const writing = Promise.all([...Array(200).keys()].map((i) => feed.say(tip('main', `t${i}`))));
  for (let again = 0; again < 20; again++) {
    await quiet();
    end();
    end = await feed.follow('main', heard.at(-1) ?? 0, (event) => heard.push(event.n));
  }
  await writing;
  await quiet();
  expect(heard).toEqual([...Array(200).keys()].map((i) => i + 1));
});

it('leaves what is on disk and not told yet to those who listen, so that a late reader gets it once', async () => {
  const { store, feed } = await fresh();
  const heard: number[] = [];
  await feed.say(tip('main', 'a'));
  await store.write(async (trx) => {
    await feed.append(trx, tip('main', 'b'));
  });
  let ready = false;
  feed.listen(({ n }) => ready && heard.push(n));
  const became = () => {
    ready = true;
  };
  await feed.catchUp('main', 0, ({ n }) => heard.push(n), became);
  expect([heard, ready]).toEqual([[1], true]);
  feed.announce();
  await quiet();
  expect(heard).toEqual([1, 2]);
});

it('shows nothing that was rolled back, and never gives a number twice', async () => {
  const { store, feed } = await fresh();
  const heard: string[] = [];
  await feed.follow('main', 0, (event) => heard.push(event.type === 'tip' ? event.data.name : event.type));
  const undone = store.write(async (trx) => {
    await feed.append(trx, tip('main', 'undone'));
    throw new Error('no');
  });
  await expect(undone).rejects.toThrow('no');
  await feed.say(tip('main', 'done'));
  await quiet();
  expect(heard).toEqual(['done']);
});

it('goes on counting after a restart', async () => {
  const { store, feed } = await fresh();
  await feed.say(tip('main', 'a'));
  const again = await openFeed({ store, log: silent });
  expect(again.last()).toBe(1);
  const heard: number[] = [];
  await again.follow('main', 0, (event) => heard.push(event.n));
  await again.say(tip('main', 'b'));
  await quiet();
  expect(heard).toEqual([1, 2]);
});
