// Living messages: they follow what they are about, not too often, to the last state, over failures and restarts.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createBoard } from '../../src/bots/board.js';
import { createPosters } from '../../src/bots/posters.js';
import { openStore, type Store } from '../../src/store/index.js';
import { Problem } from '../../src/vocabulary/problems.js';
import { createWall } from '../support/bots.js';
import { silent } from '../support/payments.js';

const everyMs = 40;
const poll = { kind: 'poll', id: '7' } as const;

let store: Store;
const boards: { stop: () => Promise<void> }[] = [];
beforeEach(async () => {
  store = await openStore({ path: ':memory:' });
});
afterEach(async () => {
  for (const board of boards.splice(0)) await board.stop();
  await store.close();
});

/** A poll whose votes a test counts, a wall, and a board between them; again, on the same store: after a restart. */
async function open(wall = createWall(), connected = true) {
  const state = { votes: 0, over: false, there: true, unknown: false, renders: 0 };
  const posters = createPosters();
  /** Happens just before the next write. */
  const next = { write: null as (() => Promise<unknown>) | null };
  const write: Store['write'] = async (work) => {
    const act = next.write;
    next.write = null;
    await act?.();
    return store.write(work);
  };
  const board = createBoard({
    ...{ store: { ...store, write }, posters, log: silent, now: Date.now, everyMs },
    renderers: {
      poll: async (id, words) => {
        state.renders += 1;
        if (state.unknown) throw new Problem('not_found');
        const text = `${words.language} ${id}: ${state.votes}`;
        return state.there ? { reply: { text }, over: state.over } : null;
      },
    },
  });
  boards.push(board);
  await board.start();
  if (connected) posters.connect('discord', wall.poster);
  const say = async (locale = 'en') => {
    const place = { platform: 'discord', chat: '900' } as const;
    const said = await wall.poster.post(place, { text: 'begun' });
    await board.keep(poll, said, locale);
    return said;
  };
  const kept = async () => (await store.db.selectFrom('bot_messages').selectAll().execute()).length;
  return { state, board, posters, wall, say, kept, next };
}

const shows = (text: string) => (all: readonly { text: string }[]) => all.every((one) => one.text === text);

it('edits every message of it, each in its language, to the newest state, no more often than it may', async () => {
  const { state, board, wall, say } = await open();
  await say('en');
  const german = await say('de-AT');
  for (let i = 0; i < 200; i++) {
    state.votes += 1;
    board.touch(poll);
    if (i % 20 === 0) await new Promise(setImmediate);
  }
  await wall.until(
    (all) => all.some(({ text }) => text === 'English 7: 200') && all.some(({ text }) => text === 'Deutsch 7: 200'),
  );
  state.votes = 201;
  board.touch(poll);
  await wall.until((all) => all.every(({ text }) => text.endsWith('201')));
  const mine = wall.edits.filter(({ message }) => message === german.message);
  expect(mine.length).toBeLessThan(10);
  for (const [i, { at }] of mine.entries()) {
    if (i > 0) expect(at - (mine[i - 1]?.at ?? 0)).toBeGreaterThanOrEqual(everyMs - 2);
  }
  board.touch({ kind: 'poll', id: '8' });
  board.touch({ kind: 'prediction', id: '7' });
});

it('what changes while an edit is under way is shown after it', async () => {
  const { state, board, wall, say } = await open();
  const edit = wall.poster.edit;
  let changes = 3;
  wall.poster.edit = async (said, reply) => {
    if (changes-- > 0) {
      state.votes += 1;
      state.over = changes === 0;
      board.touch(poll);
    }
    await edit(said, reply);
  };
  await say();
  await wall.until(shows('English 7: 3'));
});

it('is edited a last time when it is over, and forgotten', async () => {
  const { state, board, wall, say, kept } = await open();
  await say();
  Object.assign(state, { votes: 5, over: true });
  board.touch(poll);
  await wall.until(shows('English 7: 5'));
  await expect.poll(kept).toBe(0);
  const edits = wall.edits.length;
  state.votes = 6;
  board.touch(poll);
  await board.stop();
  expect(wall.edits.length).toBe(edits);
});

it('is kept again after it was over', async () => {
  const { state, board, wall, say, kept } = await open();
  const said = await say();
  state.over = true;
  board.touch(poll);
  await expect.poll(kept).toBe(0);
  Object.assign(state, { votes: 9, over: false });
  await board.keep(poll, said, 'en');
  await wall.until(shows('English 7: 9'));
  expect(await kept()).toBe(1);
});

it('goes on when it is opened again while its last state is being shown', async () => {
  const { state, board, wall, say, kept } = await open();
  const edit = wall.poster.edit;
  wall.poster.edit = async (said, reply) => {
    if (state.over) {
      Object.assign(state, { over: false, votes: 2 });
      board.touch(poll);
    }
    await edit(said, reply);
  };
  await say();
  state.over = true;
  board.touch(poll);
  await wall.until(shows('English 7: 2'));
  expect(await kept()).toBe(1);
});

it('is kept when that is asked for just as it is being forgotten', async () => {
  const { state, board, say, kept, next } = await open();
  const said = await say();
  let done = false;
  next.write = async () => {
    state.over = false;
    await board.keep(poll, said, 'en');
    done = true;
  };
  state.over = true;
  board.touch(poll);
  await expect.poll(() => done).toBe(true);
  await board.stop();
  expect(await kept()).toBe(1);
});

it('forgets a message that is gone, and one that is of nothing any more', async () => {
  const { state, board, wall, say, kept } = await open();
  const said = await say();
  wall.drop(said.message);
  board.touch(poll);
  await expect.poll(kept).toBe(0);
  await say();
  state.there = false;
  board.touch(poll);
  await expect.poll(kept).toBe(0);
  state.there = true;
  await say();
  state.unknown = true;
  board.touch(poll);
  await expect.poll(kept).toBe(0);
});

it('tries again, ever more slowly, when the platform fails, and shows the newest state then', async () => {
  const { state, board, wall, say } = await open();
  let failures = 3;
  wall.wall.fail = (what) => {
    if (what === 'edit' && failures-- > 0) throw new Error('500');
  };
  await say();
  state.votes = 1;
  board.touch(poll);
  await expect.poll(() => failures).toBe(1);
  state.votes = 2;
  board.touch(poll);
  await wall.until(shows('English 7: 2'));
  const tried = wall.edits.map(({ at }) => at);
  const [a = 0, b = 0, c = 0, d = 0] = tried;
  expect(b - a).toBeGreaterThanOrEqual(everyMs - 2);
  expect(c - b).toBeGreaterThanOrEqual(2 * everyMs - 2);
  expect(d - c).toBeGreaterThanOrEqual(4 * everyMs - 2);
});

it('goes on after a restart, as soon as the platform is there, and shows what had changed meanwhile', async () => {
  const first = await open();
  await first.say();
  await first.board.stop();
  const second = await open(first.wall, false);
  second.state.votes = 77;
  await second.board.keep(poll, { place: { platform: 'telegram', chat: '1' }, message: '1' }, 'es');
  second.posters.connect('discord', second.wall.poster);
  await second.wall.until(shows('English 7: 77'));
  expect(await second.kept()).toBe(2);
});
