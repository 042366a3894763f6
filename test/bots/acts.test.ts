// What is begun and answered, as it is written down: together when it comes together, each delivery once.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Acts, createActs } from '../../src/bots/acts.js';
import { openStore, type Store } from '../../src/store/index.js';

let store: Store;
let acts: Acts;
let writes = 0;
let broken = false;

beforeAll(async () => {
  store = await openStore({ path: ':memory:' });
  const counted: Store = {
    ...store,
    write: (work) => {
      writes += 1;
      return broken ? Promise.reject(new Error('the disk is full')) : store.write(work);
    },
  };
  acts = createActs({ store: counted, platform: 'discord', now: Date.now });
});
afterAll(() => store.close());

const unanswered = async (): Promise<string[]> => (await acts.unanswered()).map(({ id }) => id).sort();

it('a burst is one write, in which a delivery that came twice is begun once', async () => {
  const ids = [...Array(50).keys()].map((i) => `burst-${i}`);
  const begun = await Promise.all([...ids, 'burst-7'].map((id) => acts.begin(id, '{}')));
  expect(begun).toEqual([...ids.map(() => true), false]);
  expect(writes).toBe(1);
  expect(await acts.begin('burst-7', '{}')).toBe(false);

  writes = 0;
  await Promise.all(ids.slice(1).map(acts.answered));
  expect(writes).toBe(1);
  expect(await unanswered()).toEqual(['burst-0']);
});

it('what could not be written is not begun, and what comes after it is', async () => {
  broken = true;
  const lost = await Promise.allSettled(['lost-1', 'lost-2'].map((id) => acts.begin(id, '{}')));
  expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  broken = false;
  expect(await acts.find('lost-1')).toBeNull();
  expect(await acts.begin('lost-1', '{}')).toBe(true);
  expect(await unanswered()).toEqual(['burst-0', 'lost-1']);
});
