// What a tier says and reads aloud, and settings that were stored before tiers had looks.
import { expect, it } from 'vitest';
import { defaultSettings } from '../../src/overlay/alerts/index.js';
import { openMemories } from '../../src/overlay/alerts/memory.js';
import { readAloud } from '../../src/overlay/alerts/speech.js';
import { openStore } from '../../src/store/index.js';
import { Tier, textPieces } from '../../src/vocabulary/alert-looks.js';
import { draftOf, settingsOf, tierAbove } from '../../src/web/host/alerts-draft.js';
import { createVoice } from '../../src/web/overlay/speech.js';
import { addStream } from '../support/payments.js';

const tier = (speech: object, text = '{name} tipped {amount}') =>
  Tier.parse({ from: '0', standMs: 5000, text, speech });
const said = (change: object) => ({ name: 'Ann', message: 'Encore!', amount: 5n, worded: '5 DAI', ...change });
const read = (change: object, speech: object, own: string[] = []) => readAloud(said(change), tier(speech), own);
const message = { read: 'message', from: '5' };

it('reads aloud what the host wants: nothing, who and how much, or messages that were paid enough for', () => {
  expect(read({}, { read: 'off' })).toBe('');
  expect(read({}, { read: 'tip' })).toBe('Ann tipped 5 DAI');
  expect(read({}, message)).toBe('Ann tipped 5 DAI. Encore!');
  expect(read({ amount: 4n }, message)).toBe('Ann tipped 5 DAI');
  expect(readAloud(said({ name: '' }), tier(message, 'Danke, {name}!'), [])).toBe('Danke, Somebody!. Encore!');
});

it('never reads what the filter finds, in a name, a message or a link, whatever the host lets through to be shown', () => {
  for (const bad of ['what a f.u.c.k.i.n.g show', 'free money at win.example.com', 'a Spoiler'])
    expect(read({ message: bad }, message, ['spoiler'])).toBe('Ann tipped 5 DAI');
  expect(read({ name: 'Sh1t head' }, message)).toBe('Somebody tipped 5 DAI. Encore!');
});

it('reads whole words up to a length, no pictures, and nothing that is drawn out', () => {
  const long = read({ message: 'la '.repeat(300) }, message);
  expect(long.length).toBeLessThan(230);
  expect(long).toMatch(/ la$/);
  expect(read({ message: '🎉👨‍👩‍👧 yes 🎉' }, message)).toBe('Ann tipped 5 DAI. yes');
  expect(read({ message: 'a'.repeat(280) }, message)).toBe('Ann tipped 5 DAI. aaa');
});

it('the browser’s voices speak one at a time and not too often; without voices nothing is said', () => {
  const spoken: string[] = [];
  const clock = { t: 10_000 };
  const synth = {
    ...{ speaking: false, pending: false },
    voices: [{}],
    getVoices: () => synth.voices,
    speak: ({ text }: { text: string }) => void spoken.push(text),
    cancel: () => {},
  };
  Object.assign(globalThis, {
    SpeechSynthesisUtterance: class {
      constructor(readonly text: string) {}
    },
  });
  const voice = createVoice({ synth: synth as never, now: () => clock.t });
  voice.say('one', 60);
  voice.say('too soon', 60);
  clock.t += 5000;
  synth.speaking = true;
  voice.say('while another is read', 60);
  synth.speaking = false;
  voice.say('', 60);
  voice.say('too quiet', 0);
  voice.say('two', 60);
  clock.t += 5000;
  synth.voices = [];
  voice.say('without voices', 60);
  createVoice({ synth: undefined, now: () => 0 }).say('without speech', 60);
  expect(spoken).toEqual(['one', 'two']);
});

it('a text is its pieces in their order', () => {
  expect(textPieces('{amount} from {name}!')).toEqual(['{amount}', ' from ', '{name}', '!']);
  expect(textPieces('{name}{name}<b>{x}')).toEqual(['{name}', '{name}', '<b>{x}']);
});

it('settings of before load with defaults for what they lack, and keep what they say', async () => {
  const store = await openStore({ path: ':memory:' });
  await addStream(store);
  const { tiers: _, receipts: __, ...old } = defaultSettings(10n);
  const settings = JSON.stringify({ ...old, approve: true, tiers: [{ from: '0', standMs: 7000 }] });
  const row = { stream: 'main', settings, paused: 0, overlay_seen: 1 };
  await store.db.insertInto('alert_settings').values(row).execute();
  const needs = { store, defaults: defaultSettings(10n), personOf: (one: string) => one, now: () => 5 };
  const loaded = (await openMemories(needs)).of('main').settings;
  expect(loaded).toMatchObject({ approve: true, receipts: true });
  expect(loaded.tiers).toEqual([
    {
      ...{ from: '0', standMs: 7000, text: '{name} tipped {amount}', sound: 'none', volume: 60, picture: 'none' },
      ...{ animation: 'slide', speech: { read: 'off', from: '0' } },
    },
  ]);
  await store.close();
});

it('the form says what it was given, adds a tier above, and says in words what cannot be meant', () => {
  const settings = defaultSettings(10n ** 18n);
  const draft = draftOf(settings, 18);
  const { gapMs: _, ...given } = settings;
  expect(settingsOf(draft, 18)).toEqual(given);
  const last = draft.tiers[2];
  if (!last) throw new Error('no tier');
  const more = { ...draft, tiers: [...draft.tiers, tierAbove(last, 18)] };
  expect(settingsOf(more, 18)).toMatchObject({
    tiers: [{}, {}, {}, { from: `${40n * 10n ** 18n}`, sound: 'fanfare' }],
  });
  const wrong = (part: object) =>
    settingsOf({ ...draft, tiers: [...draft.tiers, { ...last, from: '30', ...part }] }, 18);
  expect(wrong({ from: '20' })).toMatch('higher');
  expect(wrong({ from: '1,5' })).toMatch('with a point');
  expect(wrong({ stand: '0.5' })).toMatch('1 to 60');
  expect(wrong({ text: ' ' })).toMatch('{name}');
  expect(wrong({ readFrom: 'x' })).toMatch('read aloud');
});
