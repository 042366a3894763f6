// /predict and /stake on real chat purses and the real escrow: a whole prediction as people in chat see it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Button } from '../../src/bots/reply.js';
import { ask, openDesk, person } from '../support/bots.js';
import { dai } from '../support/chat-house.js';
import { minute, own, type Room, startPredictionHouse, until } from './house.js';

let house: Awaited<ReturnType<typeof startPredictionHouse>>;
let room: Room;
beforeAll(async () => {
  house = await startPredictionHouse();
  room = await house.open();
});
afterAll(() => house.stop());

const use = (command: string, given: Record<string, string> | string = {}, part = '') => ({ command, part, given });
const presses = (buttons: readonly (readonly Button[])[] = []): string[] =>
  buttons.flat().flatMap((one) => ('press' in one ? [one.press] : []));
/** What a pressed button uses, as the adapters read it. */
const pressed = (press: string) => {
  const [, command = '', line = ''] = /^do:(\S+) (.*)$/.exec(press) ?? [];
  return use(command, line);
};

describe('a prediction in chat', () => {
  it('is opened, staked in by buttons and words, locked, resolved and paid', async () => {
    const { desk } = openDesk(room, { predictions: room.predictions, now: house.now });
    const [mod, ann, ben] = [person({ moderator: true }), person(), person({ locale: 'de' })];
    for (const one of [ann, ben]) await room.chat.fromFaucet(one);

    const open = use('predict', { question: 'Will it rain?', a: 'Yes', b: 'No', duration: '5m' }, 'open');
    expect((await desk.answer(open, ask(ann))).text).toContain('Only the host');
    const asked = ask(mod);
    const opened = await desk.answer(open, asked);
    expect(opened.text).toMatch(
      /^Will it rain\?\nStakes from 0\.1 DAI up are taken until \d\d:\d\d UTC\. A stake is final\.$/,
    );
    expect(opened.facts).toEqual([
      ['1 · Yes', 'nobody yet'],
      ['2 · No', 'nobody yet'],
      ['Pot', '0 DAI · 0 stakes'],
    ]);
    const id = opened.living?.id ?? '';
    expect(opened.living).toEqual({ kind: 'prediction', id });
    expect((await desk.answer(open, asked)).living?.id).toBe(id);
    expect(presses(opened.buttons)).toEqual([`do:stake #${id} 1`, `do:stake #${id} 2`]);

    const howMuch = await desk.answer(pressed(`do:stake #${id} 1`), ask(ann));
    expect(howMuch.text).toBe('How much do you stake on “Yes”? It cannot be taken back.');
    expect(presses(howMuch.buttons)).toContain(`do:stake 1 DAI #${id} 1`);
    const byAnn = ask(ann);
    for (let i = 0; i < 2; i++)
      expect((await desk.answer(pressed(`do:stake 1 DAI #${id} 1`), byAnn)).text).toMatch(/^1 DAI are staked on “Yes”/);
    expect((await desk.answer(use('stake', '3 no'), ask(ben))).text).toBe(
      '3 DAI sind auf „No“ gesetzt. Tritt es ein, kommen nach jetzigem Stand 3.999 DAI zurück.',
    );
    expect((await desk.answer(use('stake', '1 perhaps'), ask(ben))).text).toBe('Diese Möglichkeit gibt es nicht.');
    expect((await desk.answer(use('stake', '1 yes'), ask(mod))).text).toContain('may not stake');

    const shown = await desk.answer(use('predict', {}, 'show'), ask(mod));
    expect(shown.facts).toEqual([
      ['1 · Yes', '×4 · 25 % · 1 DAI'],
      ['2 · No', '×1.33 · 75 % · 3 DAI'],
      ['Pot', '4 DAI · 2 stakes'],
    ]);

    const early = await desk.answer(use('predict', { option: '1' }, 'resolve'), ask(mod));
    expect(early.text).toContain('Lock the prediction first');
    expect((await desk.answer(use('predict', {}, 'lock'), ask(mod))).text).toContain('Locked.');
    expect((await desk.answer(use('stake', '1 yes'), ask(ann))).text).toContain('no more stakes are taken');
    const staker = person({ user: ann.user, moderator: true });
    const own1 = await desk.answer(use('predict', { option: '1' }, 'resolve'), ask(staker));
    expect(own1.text).toContain('somebody else has to decide');
    const resolved = await desk.answer(use('predict', { option: '1' }, 'resolve'), ask(mod));
    expect(resolved.text).toContain('Yes is the result. It can be corrected or called off until');
    expect(resolved.facts?.[0]?.[0]).toBe('1 · Yes ✓');

    await house.pass(5 * minute + 3000);
    await until(async () => (await room.predictions.view(id)).state === 'paid');
    const paid = await desk.answer(use('predict', {}, 'show'), ask(mod));
    expect(paid.text).toContain('everyone who staked on it is paid');
    expect(paid.living).toBeUndefined();
    expect([await own(room, ann), await own(room, ben)]).toEqual([8n * dai, 2n * dai]);
  });

  it('asks before much money, and a yes stakes it once', async () => {
    const { desk } = openDesk(room, { predictions: room.predictions, now: house.now });
    const [mod, ann] = [person({ moderator: true }), person()];
    for (let i = 0; i < 3; i++) await room.chat.fromFaucet(ann);
    await desk.answer(use('predict', { question: 'Encore?', a: 'Yes', b: 'No' }, 'open'), ask(mod));
    const asked = ask(ann);
    const question = await desk.answer(use('stake', '12 yes'), asked);
    expect(question.text).toBe('Stake 12 DAI on “Yes”? It cannot be taken back.');
    expect(await own(room, ann)).toBe(15n * dai);
    for (let i = 0; i < 2; i++) await desk.answer(use('stake', '12 yes'), { ...asked, confirmed: true });
    expect(await own(room, ann)).toBe(3n * dai);
    expect((await desk.answer(use('predict', {}, 'cancel'), ask(mod))).text).toContain('Called off.');
    await until(async () => (await own(room, ann)) === 15n * dai);
  });
});
