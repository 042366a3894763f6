// The one place that knows every part: wires them, starts them, and stops them in reverse.
import { join } from 'node:path';
import express from 'express';
import { botSettings, createBotHouse, createLinkKeys, createMiniApp, telegramPath } from './bot-house.js';
import { type Bots, createHosts, startBots } from './bots/index.js';
import { chooseChain } from './chain/index.js';
import { openFeed } from './feed/index.js';
import { type FirstShow, prepareFirstShow } from './first-show.js';
import { createStandings, openGoals } from './goals/index.js';
import { settleHost } from './host-name.js';
import { startBroadcastSocket } from './http/broadcast-socket.js';
import { createHandlers } from './http/handlers.js';
import { livepeerAccess, livepeerPath, livepeerPaths } from './http/livepeer-paths.js';
import { fillApp, listen } from './http/server.js';
import { startSponsorSocket } from './http/sponsor-socket.js';
import type { Logger } from './log.js';
import { createMetrics } from './metrics.js';
import {
  createTicker,
  defaultSettings,
  type Overlay,
  openAlerts,
  openAssets,
  openLooks,
  startOverlay,
} from './overlay/index.js';
import { openObs } from './overlay/obs/index.js';
import { type Chat, openChat, worded } from './payments/chat/index.js';
import { connectChain, createEns, createTips, openPayments, purseState, registryOf } from './payments/index.js';
import { createPayers, openPolls } from './polls/index.js';
import { openPredictions } from './polls/predictions/index.js';
import { createRegistry } from './registry/index.js';
import { loadSecrets, sameSecret } from './secrets.js';
import { type Settings, toUnits } from './settings.js';
import { openStore } from './store/index.js';
import { findFfmpeg } from './stream/ffmpeg.js';
import {
  createKeyAnswers,
  createKeyDoor,
  createKeyPath,
  createMediaPath,
  createNativePath,
  startShows,
} from './stream/index.js';
import { chooseTranscoder } from './stream/transcode/choose.js';
import type { Hex } from './vocabulary/values.js';

const clockToleranceMs = 5 * 60_000;
const settleEveryMs = 5000;
const listEveryMs = 30_000;
/** Test tokens for one click in chat. */
const chatFaucet = '5';
const lookEveryMs = 1000;

export interface App extends FirstShow {
  stop(): Promise<void>;
}

/** Starts everything; when it throws, all that had started is stopped. */
export async function startApp(
  settings: Settings,
  log: Logger,
  folders: { pages: string; cache: string },
): Promise<App> {
  const closers: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        log.error({ err: error }, 'a part did not stop cleanly');
      }
    }
  };
  try {
    const first = await wire(settings, log, folders, (close) => closers.push(close));
    return { ...first, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function wire(
  settings: Settings,
  log: Logger,
  folders: { pages: string; cache: string },
  onStop: (close: () => unknown) => void,
): Promise<FirstShow> {
  const ffmpeg = findFfmpeg({ path: settings.ffmpeg, cacheFolder: folders.cache });
  const secrets = loadSecrets(settings.data);
  const store = await openStore({ path: join(settings.data, 'dtok.sqlite') });
  onStop(store.close);

  const host = await settleHost({ settings, store, log });
  if (host.name) onStop(host.stop);
  const place = await chooseChain({ settings: host.settings, log });
  onStop(place.stop);
  const chain = await connectChain({
    ...place,
    store,
    pollMs: settings.chainPollMs,
    confirmations: settings.confirmations,
    log,
  });
  onStop(chain.close);
  const units = (amount: string): bigint => toUnits(amount, chain.token.decimals);

  const feed = await openFeed({ store, log });
  let people: Pick<Chat, 'personOf'> | null = null;
  const personOf = (member: string): string => people?.personOf(member as Hex) ?? member;
  let overlay: Overlay | null = null;
  let tellAlerts: ((channel: Hex) => void) | null = null;
  const payments = await openPayments({
    store,
    chain,
    gateKey: secrets.gateKey,
    sponsorKey: secrets.sponsorKey,
    settings: {
      host: place.host,
      withdrawDelay: settings.withdrawDelay,
      pollMs: settings.chainPollMs,
      settle: {
        minimum: units(settings.amounts.settleMinimum),
        afterMs: settings.settleAfterMs,
        everyMs: settleEveryMs,
        coinPrice: units(settings.amounts.gasCoinPrice),
        mostCostPercent: settings.settleMaxCostPercent,
      },
      clockTolerance: clockToleranceMs,
    },
    onPurse: (purse) => overlay?.purse(purse.signer, purseState(purse)),
    onClaimed: (channel) => tellAlerts?.(channel),
    log,
  });

  const mediaFolder = join(settings.data, 'media');
  const transcoding = chooseTranscoder({ ffmpeg, choice: settings.transcoder, publicUrl: settings.publicUrl });
  const shows = await startShows({
    store,
    feed,
    cashier: payments.ledger,
    onPayerGone: payments.ledger.forget,
    onSegment: (stream) => metrics.segment(stream),
    defaults: {
      title: settings.stream.title,
      price: units(settings.amounts.price),
      previewMs: settings.stream.previewMs,
      keyPeriodMs: settings.stream.keyPeriodMs,
      minTip: units(settings.amounts.minTip),
      mediaBase: '',
      discord: '',
      telegram: '',
      startsAt: null,
    },
    master: Buffer.from(secrets.masterSecret.slice(2), 'hex'),
    ffmpeg,
    mediaFolder,
    places: settings.publishTo,
    keyBase: settings.publicUrl,
    rtmp: { host: settings.host, port: settings.rtmpPort, publicHost: new URL(settings.publicUrl).hostname },
    whip: settings.whip,
    reconnectMs: settings.reconnectMs,
    packaging: settings.packaging,
    transcoder: transcoding.transcoder,
    relay: transcoding.relay,
    log,
  });
  onStop(shows.stop);
  const ids = (): string[] => shows.streams.all().map(({ id }) => id);
  const metrics = createMetrics(() => ({
    viewers: Object.fromEntries(ids().map((id) => [id, shows.viewers(id)])),
    live: Object.fromEntries(ids().map((id) => [id, shows.state(id) === 'live'])),
    overlays: overlay?.overlays() ?? 0,
    copies: shows.copies(),
  }));
  const alerts = await openAlerts({
    store,
    stage: {
      overlays: (stream) => overlay?.stage.overlays(stream) ?? 0,
      show: (stream, showing) => overlay?.stage.show(stream, showing),
      hide: (stream, showing) => overlay?.stage.hide(stream, showing),
      receipt: (stream, showing, receipt) => overlay?.stage.receipt(stream, showing, receipt),
    },
    defaults: defaultSettings(units('1')),
    personOf,
    receipts: payments.receipts,
    say: (amount) => worded(amount, chain.token),
    onApproved: (stream, tip) => overlay?.aired(stream, tip),
    log,
  });
  tellAlerts = alerts.claimed;
  onStop(alerts.stop);
  const uploadsFolder = join(settings.data, 'uploads');
  const assets = await openAssets({ store, folder: uploadsFolder, usedBy: alerts.uses });
  const looks = await openLooks({
    store,
    origin: new URL(settings.publicUrl).origin,
    onLook: (stream) => overlay?.lookChanged(stream),
  });
  const goals = await openGoals({ store, feed, onGoal: (stream, goal) => overlay?.goal(stream, goal), log });
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
      if (alerts.airs(stream, tip)) overlay?.aired(stream, { n, at, name, message, amount: `${tip.amount}` });
      goals.moved(stream);
      overlay?.leaderboardMoved(stream);
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
  people = chat;
  const polls = await openPolls({
    ...{ store, feed, log },
    ...createPayers({ ledger: payments.ledger, chat }),
    say: (amount) => worded(amount, chain.token),
    onTally: (stream, message) => overlay?.tally(stream, message),
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
    onOdds: (stream, message) => overlay?.odds(stream, message),
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
    overlays: (stream) => overlay?.stage.overlays(stream) ?? 0,
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

  const keyAnswers = createKeyAnswers({
    gate: shows.gate,
    paymentRequired: (url, amount) => payments.paymentRequired(`${settings.publicUrl}${url}`, amount),
    pay: (request) => payments.pay({ ...request, url: `${settings.publicUrl}${request.url}` }),
    onAnswer: metrics.key,
    onError: (error) => log.error({ err: error }, 'a key request failed'),
    proxies: settings.proxies,
    perAddress: settings.keyRateLimit,
  });
  const keyPath = createKeyPath(keyAnswers);
  const mediaPath = createMediaPath({
    shelf: shows.shelf,
    onError: (error) => log.error({ err: error }, 'a media request failed'),
  });
  const nativePath = createNativePath({
    tickets: shows.tickets,
    onError: (error) => log.error({ err: error }, 'a native player’s request failed'),
  });
  let bots: Bots | null = null;
  const web = express();
  if (settings.bots.telegram?.webhook)
    web.post(telegramPath, (req, res) => (bots ? bots.webhook(req, res) : res.sendStatus(503)));
  if (transcoding.webhook) web.use(livepeerPath, livepeerPaths(transcoding.webhook));
  const studioSecret = transcoding.relay?.secret;
  if (shows.passes && studioSecret) {
    const { admits } = shows.passes;
    const onFalse = (reason: string): void => log.warn({ reason }, 'not Livepeer Studio’s question');
    web.use(livepeerPath, livepeerAccess({ secret: studioSecret, admits, onFalse }));
  }
  const http = await listen({
    ...{ host: settings.host, port: settings.port, app: web },
    door: createKeyDoor(keyAnswers),
    keyPath: (req, res) => keyPath(req, res) || mediaPath(req, res) || nativePath(req, res),
  });
  overlay = startOverlay({
    http,
    feed,
    overlayToken: (stream) => shows.streams.get(stream).overlayToken,
    payerOf: (session) => shows.sessions.find(session)?.payer,
    viewers: shows.viewers,
    poll: polls.current,
    prediction: predictions.onAir,
    alerts,
    look: looks.get,
    goal: goals.get,
    leaderboard: standings.leaderboard,
    ticker: createTicker({ store, hides: alerts.hidesName }),
    onAirSince: async (stream) =>
      shows.state(stream) === 'idle' ? null : (await standings.leaderboard(stream, 'show')).since,
    watchUrl: (stream) => `${settings.publicUrl}/watch/${stream}`,
    log,
  });
  const sponsors = startSponsorSocket({ http, payments, log });
  const isHost = (token: string | undefined): boolean => token !== undefined && sameSecret(token, secrets.hostToken);
  const browsers = startBroadcastSocket({ http, shows, isHost, log });
  onStop(async () => {
    http.closeAllConnections();
    browsers.stop();
    sponsors.stop();
    await overlay?.stop();
  });

  const running = payments.start();
  onStop(running.stop);
  onStop(chat.start().stop);
  const predicting = predictions.start();
  onStop(async () => {
    chain.stopSending();
    await predicting.stop();
  });
  fillApp(web, {
    handlers: createHandlers({
      settings,
      payments,
      tips,
      polls,
      predictions,
      shows,
      overlay,
      alerts,
      assets,
      looks,
      obs,
      goals,
      standings,
      faucet: place.dev ? chain.mint : null,
      ens,
      chat,
      miniApp: createMiniApp({ telegram: settings.bots.telegram, house: botHouse, payments }),
      rpcUrl: settings.publicRpcUrl ?? (place.dev ? place.rpcUrl : null),
      hostName: host.name,
      hosts: createHosts({ store, now: Date.now }),
      lastEvent: feed.last,
      now: Date.now,
    }),
    picture: shows.picture,
    whip: shows.whip,
    isHost,
    unready: () => (running.reachable() ? [] : ['the chain cannot be reached']),
    metrics,
    summaries: standings.summaries,
    mediaFolder,
    uploadsFolder,
    pagesFolder: folders.pages,
    publicUrl: settings.publicUrl,
    version: '0.1.0',
    rateLimit: settings.rateLimit,
    proxies: settings.proxies,
    log,
  });

  const first = await prepareFirstShow({
    settings,
    secrets,
    payments,
    shows,
    units,
    dev: place.dev,
    mint: chain.mint,
    log,
  });
  if (settings.listStreams) {
    const { streams } = shows;
    const list = { streams: streams.all, payout: place.host, publicUrl: settings.publicUrl, everyMs: listEveryMs };
    const listing = createRegistry({ chain, ...list, log }).start();
    onStop(async () => {
      chain.stopSending();
      await listing.stop();
    });
  }
  bots = await startBots({ settings: botSettings(settings, secrets.chatSecret), house: botHouse, store, log });
  onStop(bots.stop);
  const { touch } = bots;
  onStop(polls.onChange((id) => touch({ kind: 'poll', id })));
  onStop(predictions.onChange((id) => touch({ kind: 'prediction', id })));
  if (settings.testCard) {
    const card = shows.startTestCard(settings.stream.id);
    onStop(card.stop);
  }
  return first;
}
