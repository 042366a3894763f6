// Rules: what happens in a show moves OBS, once, on time, within what is allowed, and nothing held back gets on air.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fill, freshMs, matches, verdictOf } from '../../src/overlay/obs/rules.js';
import { openStore } from '../../src/store/index.js';
import type { FeedEvent } from '../../src/vocabulary/events.js';
import type { ObsDeed, ObsMay, ObsRule } from '../../src/vocabulary/obs.js';
import { addSource, type FakeObs, startObs } from '../support/obs/index.js';
import { everything, holds, nothing, openHouse, rule, tipFrom } from './house.js';

let house: Awaited<ReturnType<typeof openHouse>>;
let obs: FakeObs;

beforeEach(async () => {
  house = await openHouse();
  obs = await startObs();
  addSource(obs.world, 'Live', 'Confetti', { kind: 'image_source', settings: {}, enabled: false });
  addSource(obs.world, 'Live', 'Thanks', { kind: 'text_ft2_source_v2', settings: { text: 'Hello', size: 40 } });
  addSource(obs.world, 'Live', 'Jingle', { kind: 'ffmpeg_source', settings: {} });
  await house.desk.connect({ address: obs.address, password: 'secret' });
  await house.desk.allow(everything);
});
afterEach(async () => {
  await house.stop();
  await obs.stop();
});

const toParty: ObsDeed = { act: 'switch', scene: 'Party', seconds: null };
const thanks = (text = '{name}: {amount} “{message}”', seconds: number | null = null): ObsDeed => ({
  ...{ act: 'text', source: 'Thanks', text, seconds },
});
const confetti: ObsDeed = { act: 'show', scene: 'Live', source: 'Confetti', seconds: 5 };

async function put(one: ObsRule): Promise<number> {
  const { rules } = await house.desk.putRule(undefined, one);
  return rules.at(-1)?.id ?? 0;
}
const lastOf = (id: number) => house.view().rules.find((one) => one.id === id)?.last;
const text = () => obs.world.inputs.get('Thanks')?.settings.text;
const shown = (source: string) => obs.world.scenes.get('Live')?.find((item) => item.source === source)?.enabled;
const doneOf = (type: string) => obs.requests.filter((one) => one.type === type).length;

describe('when a rule acts', () => {
  it('on a tip that is large enough, when its alert stands on stage, and not before', async () => {
    house.stage.overlays = 1;
    const id = await put(rule(tipFrom(20), toParty));
    await house.tip(19);
    const n = await house.tip(20, { message: 'Wow' });
    await holds(async () => expect(await house.waits()).toBe(1));
    expect(obs.world.scene).toBe('Live');
    await house.alert(n, 'showing');
    await holds(() => expect(obs.world.scene).toBe('Party'));
    await holds(() => expect(lastOf(id)).toMatchObject({ ok: true, text: 'Switched to “Party”.' }));
    await house.settled();
    expect(obs.changes()).toEqual(['SetCurrentProgramScene']);
  });

  it('without an overlay, at once', async () => {
    await put(rule(tipFrom(20), thanks()));
    await house.tip(25, { name: 'Zoë {amount}', message: 'You {name} rock' });
    await holds(() => expect(text()).toBe('Zoë {amount}: 25 DAI “You {name} rock”'));
    expect(obs.world.inputs.get('Thanks')?.settings.size).toBe(40);
  });

  it.each(['held', 'skipped'] as const)('never on a tip whose alert is %s: none of its words', async (state) => {
    await put(rule(tipFrom(1), thanks()));
    const bad = await house.tip(5, { message: 'a slur', state });
    const good = await house.tip(5, { message: 'a song' });
    await holds(() => expect(text()).toContain('a song'));
    await house.alert(bad, 'skipped');
    await house.settled();
    expect(good).toBeGreaterThan(bad);
    expect(JSON.stringify(obs.requests)).not.toContain('a slur');
  });

  it('on one that was held, once it is approved and stands', async () => {
    house.stage.overlays = 1;
    await put(rule(tipFrom(1), thanks()));
    const n = await house.tip(5, { message: 'a song', state: 'held' });
    house.clock.ahead += 5 * 60_000;
    await house.alert(n, 'waiting');
    await holds(async () => expect(await house.waits()).toBe(1));
    await house.alert(n, 'showing');
    await holds(() => expect(text()).toContain('a song'));
  });

  it('on a goal, a poll that closes, and a prediction that is resolved', async () => {
    const id = await put(rule({ on: 'goal' }, thanks('{name} {amount}')));
    await house.goal();
    await holds(() => expect(text()).toBe('A new amp 50 DAI'));
    await holds(() => expect(lastOf(id)?.ok).toBe(true));
  });

  it('which event is for which', () => {
    const event = (type: string, data: object) => ({ n: 1, stream: 'main', at: 1, type, data }) as unknown as FeedEvent;
    expect(matches({ on: 'poll' }, event('poll', { state: 'closed' }))).toBe(true);
    expect(matches({ on: 'poll' }, event('poll', { state: 'opened' }))).toBe(false);
    expect(matches({ on: 'poll' }, event('poll', { state: 'cancelled' }))).toBe(false);
    expect(matches({ on: 'prediction' }, event('prediction', { what: 'resolved' }))).toBe(true);
    expect(matches({ on: 'prediction' }, event('prediction', { what: 'locked' }))).toBe(false);
    expect(matches(tipFrom(1), event('goal', {}))).toBe(false);
    expect(matches({ on: 'goal' }, event('tip', { amount: '5' }))).toBe(false);
    expect(matches({ on: 'goal' }, event('live', {}))).toBe(false);
  });
});

describe('what a rule does', () => {
  it('switches, and back after its time; not if the host switched meanwhile', async () => {
    await put(rule(tipFrom(1), { act: 'switch', scene: 'Party', seconds: 30 }));
    await house.tip(1);
    await holds(() => expect(obs.world.scene).toBe('Party'));
    house.clock.ahead += 31_000;
    await holds(() => expect(obs.world.scene).toBe('Live'));

    await house.tip(1);
    await holds(() => expect(obs.world.scene).toBe('Party'));
    obs.world.scenes.set('Third', []);
    obs.userSwitches('Third');
    obs.userSwitches('Party');
    const undos = async () => (await house.store.db.selectFrom('obs_undos').selectAll().execute()).length;
    obs.userSwitches('Third');
    await holds(async () => expect(await undos()).toBe(0));
    house.clock.ahead += 31_000;
    await house.tip(1);
    await holds(() => expect(obs.world.scene).toBe('Party'));
    house.clock.ahead += 31_000;
    await holds(() => expect(obs.world.scene).toBe('Third'));
  });

  it('goes back to where the first of several switches came from', async () => {
    obs.world.scenes.set('Third', []);
    await put(rule(tipFrom(10), { act: 'switch', scene: 'Third', seconds: 60 }));
    await put(rule({ on: 'goal' }, { act: 'switch', scene: 'Party', seconds: 30 }));
    await house.goal();
    await holds(() => expect(obs.world.scene).toBe('Party'));
    await house.tip(10);
    await holds(() => expect(obs.world.scene).toBe('Third'));
    house.clock.ahead += 31_000;
    await house.tip(1);
    house.clock.ahead += 31_000;
    await holds(() => expect(obs.world.scene).toBe('Live'));
    expect(doneOf('SetCurrentProgramScene')).toBe(3);
  });

  it('shows a source for its time, longer when it comes again, and leaves one that the host shows', async () => {
    await put(rule(tipFrom(1), confetti));
    await house.tip(1);
    await holds(() => expect(shown('Confetti')).toBe(true));
    house.clock.ahead += 3000;
    await house.tip(1);
    await holds(() => expect(doneOf('SetSceneItemEnabled')).toBe(2));
    house.clock.ahead += 3000;
    await house.tip(0);
    expect(shown('Confetti')).toBe(true);
    house.clock.ahead += 3000;
    await holds(() => expect(shown('Confetti')).toBe(false));

    const id = await put(rule({ on: 'goal' }, { act: 'show', scene: 'Live', source: 'Thanks', seconds: 1 }));
    await house.goal();
    await holds(() => expect(lastOf(id)?.text).toBe('“Thanks” was shown already.'));
    house.clock.ahead += 3000;
    await house.settled();
    expect(shown('Thanks')).toBe(true);
  });

  it('writes a text, and what stood there again; not over what the host wrote', async () => {
    await put(rule(tipFrom(1), thanks('Thank you, {name}', 10)));
    await house.tip(1, { name: 'Ann' });
    await holds(() => expect(text()).toBe('Thank you, Ann'));
    await house.tip(1, { name: 'Bob' });
    await holds(() => expect(text()).toBe('Thank you, Bob'));
    house.clock.ahead += 11_000;
    await holds(() => expect(text()).toBe('Hello'));
    await house.tip(1, { name: 'Eve' });
    await holds(() => expect(text()).toBe('Thank you, Eve'));
    Object.assign(obs.world.inputs.get('Thanks')?.settings ?? {}, { text: 'Back soon' });
    house.clock.ahead += 11_000;
    const undos = async () => (await house.store.db.selectFrom('obs_undos').selectAll().execute()).length;
    await holds(async () => expect(await undos()).toBe(0));
    expect(text()).toBe('Back soon');
  });

  it('plays media', async () => {
    await put(rule(tipFrom(1), { act: 'media', source: 'Jingle' }));
    await house.tip(1);
    await holds(() => expect(obs.world.played).toEqual(['Jingle']));
  });

  it('says what OBS does not have any more, and what it refuses', async () => {
    const gone = await put(rule(tipFrom(1), { act: 'switch', scene: 'Gone', seconds: 5 }));
    const text = await put(rule(tipFrom(1), { act: 'text', source: 'No text', text: 'x', seconds: null }));
    const item = await put(rule(tipFrom(1), { act: 'show', scene: 'Party', source: 'Confetti', seconds: 5 }));
    obs.failing.set('TriggerMediaInputAction', [500, 'It is busy.']);
    const media = await put(rule(tipFrom(1), { act: 'media', source: 'Jingle' }));
    await house.tip(1);
    await holds(() =>
      expect(lastOf(media)?.text).toBe('OBS could not do that: It is busy. Look in OBS, then try again.'),
    );
    expect(lastOf(gone)).toMatchObject({ ok: false, text: expect.stringContaining('OBS has no scene “Gone”') });
    expect(lastOf(text)?.text).toContain('no text “No text”');
    expect(lastOf(item)?.text).toContain('no source in “Party” “Confetti”');
    expect(await house.store.db.selectFrom('obs_undos').selectAll().execute()).toEqual([]);
  });
});

describe('what it may', () => {
  const deeds: [ObsMay, ObsDeed][] = [
    ['switch', toParty],
    ['show', confetti],
    ['media', { act: 'media', source: 'Jingle' }],
    ['text', thanks()],
  ];
  it.each(deeds)('“%s” is not done unless it is allowed', async (may, deed) => {
    await house.desk.allow({ ...everything, [may]: false });
    const id = await put(rule(tipFrom(1), deed));
    expect(house.view().rules[0]?.allowed).toBe(false);
    await house.tip(1);
    await holds(() => expect(lastOf(id)).toMatchObject({ ok: false, text: expect.stringContaining('not allowed') }));
    await house.desk.tryRule(id);
    expect(obs.changes()).toEqual([]);
    await house.desk.allow({ ...nothing, [may]: true });
    await house.desk.tryRule(id);
    expect(obs.changes()).toHaveLength(1);
    expect(lastOf(id)).toMatchObject({ ok: true, text: expect.stringMatching(/^Tried: /) });
  });

  it('what is taken back holds at once, also for what is to be put back', async () => {
    await put(rule(tipFrom(1), confetti));
    await house.tip(1);
    await holds(() => expect(shown('Confetti')).toBe(true));
    await house.desk.allow(nothing);
    house.clock.ahead += 6000;
    const undos = async () => (await house.store.db.selectFrom('obs_undos').selectAll().execute()).length;
    await holds(async () => expect(await undos()).toBe(0));
    expect(shown('Confetti')).toBe(true);
  });
});

describe('once, and on time', () => {
  it('rests for its cool-down, over a restart too', async () => {
    await put(rule(tipFrom(1), { act: 'media', source: 'Jingle' }, 60));
    await house.tip(1);
    await holds(() => expect(obs.world.played).toHaveLength(1));
    await house.tip(1);
    await house.settled();
    await house.close();
    await house.reopen();
    await house.connected();
    await house.tip(1);
    await house.settled();
    expect(obs.world.played).toHaveLength(1);
    house.clock.ahead += 61_000;
    await house.tip(1);
    await holds(() => expect(obs.world.played).toHaveLength(2));
  });

  it('a restart neither repeats what was done nor forgets what waits for the stage', async () => {
    house.stage.overlays = 1;
    await put(rule(tipFrom(1), thanks('{name}')));
    const first = await house.tip(1, { name: 'Ann' });
    await house.alert(first, 'showing');
    await holds(() => expect(text()).toBe('Ann'));
    const second = await house.tip(1, { name: 'Bob' });
    await holds(async () => expect(await house.waits()).toBe(1));
    await house.close();
    await house.reopen();
    await house.connected();
    expect(doneOf('SetInputSettings')).toBe(1);
    await house.alert(second, 'showing');
    await holds(() => expect(text()).toBe('Bob'));
    await house.close();
    await house.reopen();
    await house.connected();
    await house.tip(0);
    await house.settled();
    expect(doneOf('SetInputSettings')).toBe(2);
  });

  it('what happened while dTok was away is done if it is fresh, and is history if it is not', async () => {
    const id = await put(rule({ on: 'goal' }, { act: 'media', source: 'Jingle' }));
    await house.close();
    const store = await openStore({ path: `${house.data}/dtok.sqlite` });
    const data = JSON.stringify({ title: 'A new amp', amount: '50' });
    const old = Date.now() - freshMs - 5000;
    for (const at of [old, Date.now()]) {
      await store.db.insertInto('events').values({ stream: 'main', type: 'goal', data, at }).execute();
    }
    await store.close();
    await house.reopen();
    await holds(() => expect(obs.world.played).toEqual(['Jingle']));
    await house.settled();
    expect(lastOf(id)?.ok).toBe(true);
  });

  it('what happened before a rule was made is not for it, also when dTok starts again', async () => {
    await house.tip(5);
    await put(rule(tipFrom(1), { act: 'media', source: 'Jingle' }));
    await house.close();
    await house.reopen();
    await house.connected();
    await put(rule({ on: 'goal' }, toParty));
    await house.goal();
    await holds(() => expect(obs.world.scene).toBe('Party'));
    expect(obs.world.played).toEqual([]);
  });

  it('what waits for its turn when a rule is changed is not for it any more', async () => {
    const id = await put(rule(tipFrom(1), { act: 'media', source: 'Jingle' }));
    house.stage.overlays = 1;
    const n = await house.tip(5);
    await holds(async () => expect(await house.waits()).toBe(1));
    await house.desk.putRule(id, rule(tipFrom(2), { act: 'media', source: 'Jingle' }));
    await house.alert(n, 'showing');
    await house.close();
    await house.reopen();
    await house.connected();
    await house.settled();
    expect(obs.world.played).toEqual([]);
  });

  it('an OBS that comes back in time is moved; one that comes back late is not, and that is said', async () => {
    const id = await put(rule({ on: 'goal' }, { act: 'media', source: 'Jingle' }));
    await obs.stop();
    await holds(() => expect(house.view().state).toBe('waiting'));
    await house.goal();
    await holds(async () => expect(await house.waits()).toBe(1));
    obs = await startObs({ port: obs.port, world: obs.world });
    await holds(() => expect(obs.world.played).toEqual(['Jingle']));
    await obs.stop();
    await holds(() => expect(house.view().state).toBe('waiting'));
    await house.goal();
    await holds(async () => expect(await house.waits()).toBe(1));
    house.clock.ahead += freshMs + 1000;
    await holds(() => expect(lastOf(id)).toMatchObject({ ok: false, text: expect.stringContaining('Too late') }));
    obs = await startObs({ port: obs.port, world: obs.world });
    await house.connected();
    expect(obs.world.played).toEqual(['Jingle']);
  });

  it('puts back what was due while OBS was away', async () => {
    await put(rule(tipFrom(1), { act: 'switch', scene: 'Party', seconds: 30 }));
    await house.tip(1);
    await holds(() => expect(obs.world.scene).toBe('Party'));
    await obs.stop();
    await house.close();
    house.clock.ahead += 60_000;
    obs = await startObs({ port: obs.port, world: obs.world });
    await house.reopen();
    await holds(() => expect(obs.world.scene).toBe('Live'));
  });
});

it('rules are changed, switched off, removed and not without end', async () => {
  const id = await put(rule(tipFrom(1), { act: 'media', source: 'Jingle' }));
  await house.desk.putRule(id, { ...rule(tipFrom(1), { act: 'media', source: 'Jingle' }), on: false });
  await house.tip(1);
  await house.desk.removeRule(id);
  expect(house.view().rules).toEqual([]);
  expect(obs.world.played).toEqual([]);
  await expect(house.desk.removeRule(id)).rejects.toMatchObject({ code: 'obs_rule_unknown' });
  for (let i = 0; i < 50; i += 1) await put(rule(tipFrom(1), toParty));
  await expect(put(rule(tipFrom(1), toParty))).rejects.toMatchObject({ code: 'obs_many_rules' });
});

describe('the verdict', () => {
  const always = { on: true, coolSeconds: 0, firedAt: null };
  const now = { at: 100_000, overlays: 1, connected: true };
  it('of a tip waits for the stage, however long', () => {
    const due = { at: 1000, alert: 1 };
    expect(verdictOf(always, due, { state: 'waiting', shownAt: null }, now)).toBe('wait');
    expect(verdictOf(always, due, { state: 'waiting', shownAt: null }, { ...now, overlays: 0 })).toBe('wait');
    expect(verdictOf(always, due, { state: 'showing', shownAt: null }, now)).toBe('wait');
    expect(verdictOf(always, due, { state: 'showing', shownAt: 99_000 }, now)).toBe('act');
    expect(verdictOf(always, due, { state: 'shown', shownAt: 99_000 - freshMs }, now)).toBe('late');
    expect(verdictOf(always, due, { state: 'missed', shownAt: null }, now)).toBe('never');
    expect(verdictOf(always, due, null, now)).toBe('never');
  });
  it('of anything else is now or never', () => {
    expect(verdictOf(always, { at: 99_000, alert: null }, null, now)).toBe('act');
    expect(verdictOf(always, { at: 99_000, alert: null }, null, { ...now, connected: false })).toBe('wait');
    expect(verdictOf(always, { at: 1000, alert: null }, null, { ...now, connected: false })).toBe('late');
    expect(verdictOf({ ...always, firedAt: 99_500, coolSeconds: 1 }, { at: 99_000, alert: null }, null, now)).toBe(
      'cooling',
    );
  });
  it('texts are filled once, and are not without end', () => {
    expect(fill('{name} {nope} {name}', { name: '{message}', amount: '', message: 'no' })).toBe(
      '{message} {nope} {message}',
    );
    expect([...fill('{message}', { name: '', amount: '', message: '🎉'.repeat(400) })]).toHaveLength(300);
  });
});
