// Then what people do in a show, and what is shown of it: tips, chat, polls, predictions, goals, alerts.
import { join } from 'node:path';
import { createBotHouse, createLinkKeys } from '../bot-house.js';
import { createStandings, openGoals } from '../goals/index.js';
import { defaultSettings, openAlerts, openAssets, openLooks } from '../overlay/index.js';
import { openObs } from '../overlay/obs/index.js';
import { openChat, worded } from '../payments/chat/index.js';
import { createEns, createTips, registryOf } from '../payments/index.js';
import { createPayers, openPolls } from '../polls/index.js';
import { openPredictions } from '../polls/predictions/index.js';
import type { Hex } from '../vocabulary/values.js';
import type { Books } from './books.js';
import type { Given } from './given.js';
import type { Broadcasting } from './shows.js';

/** Test tokens for one click in chat. */
const chatFaucet = '5';
const lookEveryMs = 1000;

export type People = Awaited<ReturnType<typeof openPeople>>;

export async function openPeople({ settings, log, later, onStop }: Given, books: Books, broadcasting: Broadcasting) {
  const { secrets, store, place, chain, units, feed, payments } = books;
  const { shows, ids, metrics } = broadcasting;
  const personOf = (member: string): string => later.people?.personOf(member as Hex) ?? member;
  const alerts = await openAlerts({
    store,
    stage: {
      overlays: (stream) => later.overlay?.stage.overlays(stream) ?? 0,
      show: (stream, showing) => later.overlay?.stage.show(stream, showing),
      hide: (stream, showing) => later.overlay?.stage.hide(stream, showing),
      receipt: (stream, showing, receipt) => later.overlay?.stage.receipt(stream, showing, receipt),
    },
    defaults: defaultSettings(units('1')),
    personOf,
    receipts: payments.receipts,
    say: (amount) => worded(amount, chain.token),
    onApproved: (stream, tip) => later.overlay?.aired(stream, tip),
    log,
  });
  later.tellAlerts = alerts.claimed;
  onStop(alerts.stop);
  const uploadsFolder = join(settings.data, 'uploads');
  const assets = await openAssets({ store, folder: uploadsFolder, usedBy: alerts.uses });
  const looks = await openLooks({
    store,
    origin: new URL(settings.publicUrl).origin,
    onLook: (stream) => later.overlay?.lookChanged(stream),
  });
  const goals = await openGoals({ store, feed, onGoal: (stream, goal) => later.overlay?.goal(stream, goal), log });
  onStop(goals.idle);
  const tips = createTips({
    store,
    ledger: payments.ledger,
    feed,
    minimum: (stream) => shows.streams.get(stream).minTip,
    also: alerts.add,
    onTip: (stream, tip) => {
      metrics.tip(stream);
      alerts.added(stream);
      const { n, at, name, message } = tip;
      if (alerts.airs(stream, tip)) later.overlay?.aired(stream, { n, at, name, message, amount: `${tip.amount}` });
      goals.moved(stream);
      later.overlay?.leaderboardMoved(stream);
    },
  });

  const chat = await openChat({
    store,
    payments,
    tips,
    secret: secrets.chatSecret,
    settings: {
      publicUrl: settings.publicUrl,
      caps: { perCommand: units(settings.amounts.chatCommandCap), perDay: units(settings.amounts.chatDayCap) },
      minDeposit: units(settings.amounts.chatMinDeposit),
      pollMs: settings.chainPollMs,
      faucet: place.dev ? units(chatFaucet) : null,
    },
    log,
  });
  later.people = chat;
  const polls = await openPolls({
    ...{ store, feed, log },
    ...createPayers({ ledger: payments.ledger, chat }),
    say: (amount) => worded(amount, chain.token),
    onTally: (stream, message) => later.overlay?.tally(stream, message),
  });
  onStop(polls.stop);
  // Paid votes are charged when a poll ends.
  onStop(polls.onChange(() => ids().forEach(goals.moved)));
  if (settings.predictions.on && !chain.token.authorizations)
    log.warn('predictions stay off: their stakes need a token with EIP-3009');
  const predictions = await openPredictions({
    ...{ store, feed, chain, log, domain: payments.domain, token: { ...chain.token, chainId: chain.chainId } },
    purses: chat,
    pages: payments.bringing,
    personOf: chat.personOf,
    minStake: (stream) => shows.streams.get(stream).minTip,
    say: (amount) => worded(amount, chain.token),
    settings: {
      ...settings.predictions,
      on: settings.predictions.on && chain.token.authorizations,
      host: place.host,
      resolver: chain.relayer,
      everyMs: lookEveryMs,
    },
    onOdds: (stream, message) => later.overlay?.odds(stream, message),
  });
  const standings = createStandings({
    ...{ store, log, personOf, token: chain.token, hostName: settings.hostName },
    onAir: { all: shows.streams.all, isLive: (stream) => shows.state(stream) !== 'idle', viewers: shows.viewers },
    hides: alerts.hidesName,
    goal: goals.get,
    poll: polls.view,
    prediction: predictions.view,
  });
  onStop(standings.start().stop);
  const obs = await openObs({
    ...{ store, feed, log, folder: settings.data, publicUrl: settings.publicUrl, rtmpUrl: shows.rtmpUrl },
    stream: shows.streams.get,
    overlays: (stream) => later.overlay?.stage.overlays(stream) ?? 0,
    say: (amount) => worded(amount, chain.token),
  });
  onStop(obs.stop);
  const ens = createEns({ read: chain.read, registry: registryOf(chain.chainId, settings.ensRegistry) });
  const botHouse = createBotHouse({
    payments,
    chat,
    polls,
    predictions,
    shows,
    ens,
    feed,
    alerts,
    goals,
    standings,
    publicUrl: settings.publicUrl,
    hostName: settings.hostName,
    confirmAbove: units(settings.amounts.confirmTipAbove),
    linkKey: createLinkKeys(secrets.chatSecret),
  });
  return { alerts, uploadsFolder, assets, looks, goals, tips, chat, polls, predictions, standings, obs, ens, botHouse };
}
