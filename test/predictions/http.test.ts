// Predictions over HTTP and on the socket, on a whole dTok: the host opens and decides, a page stakes with its own key.
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf, randomKey } from '../../src/payments/typed-data.js';
import type { FeedEvent } from '../../src/vocabulary/events.js';
import type { OddsMessage, PredictionMessage } from '../../src/vocabulary/predictions.js';
import { type House, openHouse } from '../http/house.js';
import { signStake, until, wish } from './house.js';

let house: House;
beforeAll(async () => {
  house = await openHouse({ PREDICTIONS: 'on', PREDICTION_FEE_PERCENT: '2.5' });
});
afterAll(() => house.stop());

/** What who comes now is told of predictions, and from which event on. */
async function comer(): Promise<PredictionMessage> {
  const socket = io(house.base, { transports: ['websocket'], forceNew: true });
  const told = new Promise<PredictionMessage>((resolve) => socket.once('prediction', resolve));
  await socket.emitWithAck('follow', { stream: 'main' });
  socket.close();
  return told;
}

describe('a prediction over HTTP', () => {
  it('is opened, staked in, locked and called off, and everybody who follows is told', async () => {
    const events: FeedEvent[] = [];
    const odds: OddsMessage[] = [];
    const socket = io(house.base, { transports: ['websocket'] });
    socket.on('event', (event: FeedEvent) => events.push(event));
    socket.on('odds', (message: OddsMessage) => odds.push(message));
    await socket.emitWithAck('follow', { stream: 'main', after: 0 });

    expect(await house.ask('getPrediction')).toEqual({ prediction: null });
    expect(await comer()).toEqual({ prediction: null, endedAt: null, n: 0 });
    const body = wish({ openMs: 60_000 });
    const refused = await house.call('POST', '/api/host/streams/main/predictions', { body });
    expect(refused.status).toBe(401);
    const view = await house.ask('openPrediction', { body });
    expect(view).toMatchObject({ state: 'open', feeBps: 250, minStake: '1', totals: ['0', '0', '0'] });
    expect(await house.ask('openPrediction', { body })).toMatchObject({ id: view.id });

    const { terms } = await house.ask('getStream');
    const key = randomKey();
    await house.ask('postFaucet', { body: { address: addressOf(key) } });
    const stake = signStake(key, view, { option: 1, amount: 70n, ...terms });
    const params = { prediction: view.id };
    const receipt = await house.ask('postStake', { params, body: stake });
    expect(receipt).toMatchObject({ option: 1, amount: '70', prediction: { pot: '70', stakes: 1 } });
    expect(await house.ask('postStake', { params, body: stake })).toMatchObject({ transaction: receipt.transaction });
    const small = signStake(key, view, { option: 1, amount: 0n, ...terms });
    const answer = await house.call('POST', `/api/predictions/${view.id}/stakes`, { body: small });
    expect(await answer.json()).toMatchObject({ code: 'stake_too_small' });
    await until(() => odds.some(({ pot }) => pot === '70'));
    const early = await comer();
    expect(early).toMatchObject({ prediction: { id: view.id, state: 'open', pot: '70', totals: ['0', '70', '0'] } });
    expect([early.endedAt, early.n]).toEqual([null, events.at(-1)?.n]);

    expect(await house.ask('lockPrediction', { params })).toMatchObject({ state: 'locked' });
    expect(await house.ask('resolvePrediction', { params, body: { option: 0 } })).toMatchObject({ winner: 0 });
    const resolved = await comer();
    expect(resolved.prediction).toMatchObject({ state: 'resolved', winner: 0 });
    expect(Math.abs((resolved.endedAt ?? 0) - Date.now())).toBeLessThan(10_000);
    expect(await house.ask('cancelPrediction', { params })).toMatchObject({ state: 'cancelled', refunds: true });
    await until(async () => (await house.ask('getPrediction')).prediction?.state === 'refunded');
    const late = await comer();
    expect(late).toMatchObject({ prediction: { state: 'refunded' }, endedAt: expect.any(Number) });
    const whats = () => events.flatMap((e) => (e.type === 'prediction' ? [e.data.what] : []));
    await until(() => whats().length === 5);
    expect(whats()).toEqual(['opened', 'locked', 'resolved', 'cancelled', 'paid']);
    expect((await house.ask('listPredictions')).map(({ state }) => state)).toEqual(['refunded']);
    expect((await house.call('GET', '/api/streams/nowhere/prediction')).status).toBe(404);
    socket.close();
  });
});
