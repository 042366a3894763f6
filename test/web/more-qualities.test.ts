// A picture that is loaded anew once its cam has more qualities, and only then.
import { expect, it } from 'vitest';
import { createMoreQualities } from '../../src/web/watch/more-qualities.js';

function desk(answers: boolean[] = []) {
  let shown = 0;
  const now = { may: true };
  const more = createMoreQualities({
    show: async () => {
      shown += 1;
      return answers.shift() ?? true;
    },
    may: () => now.may,
  });
  return { more, now, shown: () => shown, settled: () => new Promise(setImmediate) };
}

it('loads the picture once when two looks in a row tell of more', async () => {
  const { more, shown, settled } = desk();
  more.loaded(1);
  more.look(1);
  more.look(2);
  expect(shown()).toBe(0);
  more.look(2);
  await settled();
  more.look(2);
  expect(shown()).toBe(1);
});

it('does so for more again, and not for fewer', async () => {
  const { more, shown, settled } = desk();
  more.loaded(2);
  for (const count of [1, 1, 2, 2]) more.look(count);
  expect(shown()).toBe(0);
  for (const count of [3, 3]) more.look(count);
  await settled();
  expect(shown()).toBe(1);
});

it('waits while it may not, and tries again what did not play', async () => {
  const { more, now, shown, settled } = desk([false]);
  more.loaded(1);
  now.may = false;
  for (const count of [2, 2]) more.look(count);
  expect(shown()).toBe(0);
  now.may = true;
  more.look(2);
  more.look(2);
  expect(shown(), 'one at a time').toBe(1);
  await settled();
  more.look(2);
  expect(shown()).toBe(2);
});
