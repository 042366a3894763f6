// The watch page's one key ahead: asked for when the one before came, given when the player wants it, let go on a pause.
import { expect, it } from 'vitest';
import { createAhead } from '../../src/web/watch/ahead.js';

function gateInHand() {
  const asked: {
    path: string;
    signal: AbortSignal;
    wait: number;
    give: (bytes: ArrayBuffer) => void;
    refuse: () => void;
  }[] = [];
  const key = (path: string, signal: AbortSignal, wait = 0): Promise<ArrayBuffer> =>
    new Promise((give, reject) => {
      const refuse = () => reject(new Error('no such key'));
      signal.addEventListener('abort', refuse);
      asked.push({ path, signal, wait, give, refuse });
    });
  return { asked, key };
}
const never = new AbortController().signal;
const bytes = (n: number): ArrayBuffer => new Uint8Array(16).fill(n).buffer;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('asks once for the key after the one that came, with patience, and has it when it is wanted', async () => {
  const gate = gateInHand();
  const ahead = createAhead(gate);
  const seven = ahead.key('/keys/main/7', never);
  expect(gate.asked.map(({ path, wait }) => [path, wait])).toEqual([['/keys/main/7', 0]]);
  gate.asked[0]?.give(bytes(7));
  expect(await seven).toEqual(bytes(7));
  expect(gate.asked.slice(1).map(({ path, wait }) => [path, wait])).toEqual([['/keys/main/8', 10]]);
  const eight = ahead.key('/keys/main/8', never);
  await turn();
  expect(gate.asked).toHaveLength(2);
  gate.asked[1]?.give(bytes(8));
  expect(await eight).toEqual(bytes(8));
  expect(gate.asked.slice(2).map(({ path }) => path)).toEqual(['/keys/main/9']);
});

it('asks plainly when the key ahead came to nothing, and drops one that is not wanted any more', async () => {
  const gate = gateInHand();
  const ahead = createAhead(gate);
  const seven = ahead.key('/keys/main/7', never);
  gate.asked[0]?.give(bytes(7));
  await seven;
  gate.asked[1]?.refuse();
  const eight = ahead.key('/keys/main/8', never);
  await turn();
  expect(gate.asked.map(({ path, wait }) => [path, wait]).at(-1)).toEqual(['/keys/main/8', 0]);
  gate.asked[2]?.give(bytes(8));
  await eight;
  // Elsewhere in the show: the 9 that is under way is of no use.
  const two = ahead.key('/keys/main/2', never);
  gate.asked[4]?.give(bytes(2));
  await two;
  expect([gate.asked[3]?.path, gate.asked[3]?.signal.aborted]).toEqual(['/keys/main/9', true]);
  ahead.drop();
  expect([gate.asked[5]?.path, gate.asked[5]?.signal.aborted]).toEqual(['/keys/main/3', true]);
});

it('does not go on for a player that has given up', async () => {
  const gate = gateInHand();
  const ahead = createAhead(gate);
  const seven = ahead.key('/keys/main/7', never);
  gate.asked[0]?.give(bytes(7));
  await seven;
  const leaving = new AbortController();
  const eight = ahead.key('/keys/main/8', leaving.signal);
  leaving.abort();
  await expect(eight).rejects.toThrow();
  expect(gate.asked).toHaveLength(2);
});

it('asks for no key ahead of who watches further back, and drops the one at the edge', async () => {
  const gate = gateInHand();
  const ahead = createAhead(gate, (n) => n >= 7);
  const seven = ahead.key('/keys/main/7', never);
  gate.asked[0]?.give(bytes(7));
  await seven;
  expect(gate.asked.map(({ path }) => path)).toEqual(['/keys/main/7', '/keys/main/8']);
  for (const n of [2, 3]) {
    const back = ahead.key(`/keys/main/${n}`, never);
    gate.asked[n]?.give(bytes(n));
    await back;
  }
  expect(gate.asked.map(({ path }) => path).slice(2)).toEqual(['/keys/main/2', '/keys/main/3']);
  expect(gate.asked[1]?.signal.aborted).toBe(true);
});
