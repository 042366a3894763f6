// Last the doors: the port with all that is asked there, and from then on the money is looked after.
import express from 'express';
import { createMiniApp, telegramPath } from '../bot-house.js';
import { createHosts } from '../bots/index.js';
import { startBroadcastSocket } from '../http/broadcast-socket.js';
import { createHandlers } from '../http/handlers.js';
import { livepeerAccess, livepeerPath, livepeerPaths } from '../http/livepeer-paths.js';
import { fillApp, listen } from '../http/server.js';
import { startSponsorSocket } from '../http/sponsor-socket.js';
import { createTicker, startOverlay } from '../overlay/index.js';
import { sameSecret } from '../secrets.js';
import { createKeyAnswers, createKeyDoor, createKeyPath, createMediaPath, createNativePath } from '../stream/index.js';
import type { Books } from './books.js';
import type { Given } from './given.js';
import type { People } from './people.js';
import type { Broadcasting } from './shows.js';

export async function openDoors(given: Given, books: Books, broadcasting: Broadcasting, people: People) {
  const { settings, log, folders, later, onStop } = given;
  const { secrets, store, host, place, chain, feed, payments } = books;
  const { shows, metrics, mediaFolder, transcoding } = broadcasting;
  const { alerts, uploadsFolder, assets, looks, goals, tips, chat, polls, predictions, standings, obs, ens, botHouse } =
    people;
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
  const web = express();
  if (settings.bots.telegram?.webhook)
    web.post(telegramPath, (req, res) => (later.bots ? later.bots.webhook(req, res) : res.sendStatus(503)));
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
  const overlay = startOverlay({
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
  later.overlay = overlay;
  const sponsors = startSponsorSocket({ http, payments, log });
  const isHost = (token: string | undefined): boolean => token !== undefined && sameSecret(token, secrets.hostToken);
  const browsers = startBroadcastSocket({ http, shows, isHost, log });
  onStop(async () => {
    http.closeAllConnections();
    browsers.stop();
    sponsors.stop();
    await overlay.stop();
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
}
