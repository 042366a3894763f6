// What each route of the API does: the calls of the parts, in the shapes of the vocabulary.

import type { Hosts } from '../bots/index.js';
import type { Goals, Standings } from '../goals/index.js';
import type { Alerts, Assets, Looks, Overlay } from '../overlay/index.js';
import type { Obs } from '../overlay/obs/index.js';
import type { Chat } from '../payments/chat/index.js';
import {
  type Ens,
  type HostName,
  type Payments,
  purseState,
  recover,
  sessionDigest,
  type Tips,
} from '../payments/index.js';
import type { Polls } from '../polls/index.js';
import type { Predictions } from '../polls/predictions/index.js';
import type { Settings } from '../settings.js';
import type { Shows, Stream, StreamChange } from '../stream/index.js';
import { basesOf } from '../vocabulary/media-base.js';
import { Problem } from '../vocabulary/problems.js';
import type { Earnings, HostStream, StreamInfo, StreamPatch } from '../vocabulary/streams.js';
import type { Hex } from '../vocabulary/values.js';
import { createAlertHandlers } from './alert-handlers.js';
import { createAssetHandlers } from './asset-handlers.js';
import { createChatHandlers, type MiniApp } from './chat-handlers.js';
import { createGoalHandlers } from './goal-handlers.js';
import { createHostChatHandlers } from './host-chat-handlers.js';
import { createLinkHandlers } from './link-handlers.js';
import { createListingHandlers } from './listing-handlers.js';
import { createLookHandlers } from './look-handlers.js';
import type { Handlers } from './mount.js';
import { createObsHandlers } from './obs-handlers.js';
import { createPollHandlers } from './poll-handlers.js';
import { createPredictionHandlers } from './prediction-handlers.js';
import { createReportHandlers } from './report-handlers.js';
import { createShowHandlers } from './show-handlers.js';
import { createWalletHandlers } from './wallet-handlers.js';
import { whipPath } from './whip-paths.js';

/** Test tokens for one click, in whole tokens. */
const faucetTokens = 5n;

export interface HandlerNeeds {
  settings: Settings;
  payments: Payments;
  tips: Tips;
  polls: Polls;
  predictions: Predictions;
  shows: Shows;
  overlay: Overlay;
  alerts: Alerts;
  assets: Assets;
  looks: Looks;
  obs: Obs;
  goals: Goals;
  standings: Standings;
  /** Test tokens; null where the tokens are real. */
  faucet: ((to: Hex, amount: bigint) => Promise<Hex>) | null;
  ens: Ens;
  /** The host's accounts in chat. */
  hosts: Hosts;
  /** The node that visitors' browsers may ask. */
  rpcUrl: string | null;
  /** Null: the host's address was given as such. */
  hostName: HostName | null;
  chat: Chat;
  miniApp: MiniApp | null;
  lastEvent: () => number;
  now: () => number;
}

export function createHandlers(needs: HandlerNeeds): Handlers {
  const { settings, payments, tips, shows, overlay, now } = needs;
  const { ledger, terms, chain } = payments;
  const links = createLinkHandlers({ payments, streams: shows.streams, faucet: needs.faucet, now });

  const { address, symbol, decimals, name, version } = chain.token;
  const paymentTerms = {
    network: `eip155:${chain.chainId}`,
    chainId: chain.chainId,
    contract: chain.contract,
    depositCollector: chain.depositCollector,
    payTo: terms.receiver,
    receiverAuthorizer: terms.receiverAuthorizer,
    withdrawDelay: terms.withdrawDelay,
    token: { address, symbol, decimals, name, version },
    payToName: needs.hostName?.name ?? null,
    gasless: chain.token.authorizations,
    names: needs.ens.on,
    faucet: needs.faucet !== null,
  };

  function info(stream: Stream): StreamInfo {
    return {
      id: stream.id,
      title: stream.title,
      host: settings.hostName,
      price: stream.price.toString(),
      previewMs: stream.previewMs,
      keyPeriodMs: stream.keyPeriodMs,
      minTip: stream.minTip.toString(),
      state: shows.state(stream.id),
      viewers: shows.viewers(stream.id),
      media: [...basesOf(stream.mediaBase), `/media/${stream.id}/`],
      gate: shows.passes?.gate ?? 'keys',
      mediaKey: shows.mediaKey(stream.id),
      // What Livepeer Studio shows is shown live.
      dvrMs: shows.passes ? 0 : settings.packaging.dvrMs,
      startsAt: stream.startsAt,
      cams: shows.cams(stream.id).map(({ id, title, state, playlist, qualities, studio }) => ({
        ...{ id, title, state, playlist, qualities, studio },
      })),
      lastEvent: needs.lastEvent(),
      communities: (['discord', 'telegram'] as const).flatMap((platform) =>
        stream[platform] ? [{ platform, url: stream[platform] }] : [],
      ),
      terms: paymentTerms,
      serverTime: now(),
    };
  }

  function session(token: string | undefined) {
    const found = token === undefined ? undefined : shows.sessions.find(token);
    if (!found || token === undefined) throw new Problem('session_needed');
    return { token, ...found };
  }

  function sessionInfo(token: string, stream: Stream, payer: Hex) {
    return {
      session: token,
      stream: stream.id,
      signer: payer,
      purses: ledger.pursesOf(payer, stream.id).map(purseState),
      previewLeftMs: shows.gate.previewLeft(stream, payer),
      serverTime: now(),
    };
  }

  function earnings(stream: Stream): Earnings {
    const { watched, tipped } = ledger.earned(stream.id);
    const { claimed, settled, unclaimed } = payments.onChain();
    const amounts = { watched, tipped, claimed, settled, unclaimed };
    return Object.fromEntries(Object.entries(amounts).map(([name, value]) => [name, `${value}`])) as Earnings;
  }

  /** Browsers load nothing from http into an https page. */
  function checkBases(text: string): void {
    const open = basesOf(text).find((base) => base.startsWith('http:'));
    if (!open || !settings.publicUrl.startsWith('https:')) return;
    throw new Problem('bad_request', { reason: `mediaBase: ${open} must begin with https, as this server’s pages do` });
  }

  function hostStream(stream: Stream): HostStream {
    const { title, previewMs, keyPeriodMs, mediaBase, discord, telegram, startsAt } = stream;
    const balance = payments.hostBalance();
    return {
      info: info(stream),
      settings: {
        ...{ title, price: `${stream.price}`, previewMs, keyPeriodMs, minTip: `${stream.minTip}`, mediaBase },
        ...{ discord, telegram, startsAt },
      },
      open: stream.open,
      earnings: earnings(stream),
      rtmpUrl: shows.rtmpUrl,
      whipUrl: `${settings.publicUrl}${whipPath}/${stream.id}`,
      streamKey: stream.streamKey,
      streamKeys: Object.fromEntries(shows.cams(stream.id).map((cam) => [cam.id, cam.streamKey])),
      overlayUrl: `${settings.publicUrl}/overlay/${stream.id}#t=${stream.overlayToken}`,
      overlays: overlay.overlays(stream.id),
      notices: [...nameNotice(), ...shows.notices(stream.id)],
      sponsor: links.sponsorState(stream.id),
      sponsors: links.otherSponsors(stream.id),
      hostBalance: balance === null ? null : `${balance}`,
      predictions: {
        on: settings.predictions.on && chain.token.authorizations,
        token: chain.token.authorizations,
        feeBps: settings.predictions.feeBps,
      },
    };
  }

  function nameNotice(): HostStream['notices'] {
    const text = needs.hostName?.notice();
    return text ? [{ at: now(), text }] : [];
  }

  const listing = createListingHandlers({
    info: (stream) => info(shows.streams.get(stream)),
    publicUrl: settings.publicUrl,
    chainId: chain.chainId,
    rpcUrl: needs.rpcUrl,
  });

  return {
    ...listing,
    listStreams: async () => shows.streams.all().map(info),
    getStream: async ({ params }) => info(shows.streams.get(params.stream)),
    openSession: async ({ body }) => {
      const stream = shows.streams.get(body.stream);
      payments.checkClock(body.issuedAt);
      const digest = sessionDigest(body.stream, body.issuedAt, payments.domain);
      if (recover(digest, body.signature) !== body.signer) throw new Problem('wrong_signer');
      await ledger.warm(body.signer);
      return sessionInfo(shows.sessions.open(stream.id, body.signer), stream, body.signer);
    },
    getSession: async ({ token }) => {
      const { token: id, stream, payer } = session(token);
      await ledger.warm(payer);
      return sessionInfo(id, shows.streams.get(stream), payer);
    },
    getKeyCosts: async ({ token, query }) => {
      const { stream, payer } = session(token);
      return shows.fares(stream, payer, query.from, query.to);
    },
    openNative: async ({ token }) => ({ folder: `/native/${shows.tickets.open(session(token).token)}/` }),
    openStudio: async ({ token }) => {
      const { token: id } = session(token);
      if (!shows.passes) throw new Problem('not_found', { what: 'video at Livepeer Studio' });
      return shows.passes.open(id);
    },
    postVoucher: async ({ body }) =>
      purseState(await ledger.acceptVoucher(body.channelId, BigInt(body.maxClaimableAmount), body.signature)),
    postTip: async ({ body, token }) => {
      const { payer, stream } = session(token);
      const tip = await tips.tip({ payer, stream, ...body, amount: BigInt(body.amount) });
      const { id, n, name, message, at } = tip;
      return { id, n, name, message, at, amount: `${tip.amount}`, purse: purseState(tip.purse) };
    },
    postDeposit: async ({ body }) => {
      const { purse, transaction } = await payments.channels.deposit(body);
      return { purse: purseState(purse), transaction };
    },
    closeChannel: ({ params, body }) => payments.close(params.purse, body.issuedAt, body.signature),
    postFaucet: async ({ body }) => {
      if (!needs.faucet) throw new Problem('faucet_off');
      const amount = faucetTokens * 10n ** BigInt(chain.token.decimals);
      return { amount: `${amount}`, transaction: await needs.faucet(body.address, amount) };
    },
    createStream: async ({ body }) => {
      const { id, ...wish } = body;
      checkBases(wish.mediaBase ?? '');
      return hostStream(await shows.streams.create(id, change(wish)));
    },
    hostStream: async ({ params }) => hostStream(shows.streams.get(params.stream)),
    patchStream: async ({ params, body }) => {
      const { open, ...wish } = body;
      checkBases(wish.mediaBase ?? '');
      if (open !== undefined) await shows.setOpen(params.stream, open);
      if (Object.keys(wish).length > 0) await shows.streams.patch(params.stream, change(wish));
      return hostStream(shows.streams.get(params.stream));
    },
    changeStreamKey: async ({ params, body }) => {
      const stream = shows.streams.get(params.stream);
      await shows.changeKey(stream.id, params.cam, body.change);
      return hostStream(shows.streams.get(stream.id));
    },
    ...createLookHandlers({ looks: needs.looks, streams: shows.streams }),
    ...createAlertHandlers({ ...needs, streams: shows.streams, hostStream }),
    ...createAssetHandlers(needs),
    ...createObsHandlers(needs),
    ...createGoalHandlers({ ...needs, streams: shows.streams }),
    ...createShowHandlers({ ...needs, streams: shows.streams }),
    ...links.handlers,
    ...createHostChatHandlers(needs.hosts),
    ...createWalletHandlers({ payments, ens: needs.ens }),
    ...createChatHandlers({
      chat: needs.chat,
      miniApp: needs.miniApp,
      payerOf: (token) => session(token).payer,
    }),
    settle: ({ body }) => payments.settle(body),
    ...createPollHandlers({ polls: needs.polls, payments, session, checkStream: (id) => void shows.streams.get(id) }),
    ...createPredictionHandlers({
      predictions: needs.predictions,
      checkStream: (id) => void shows.streams.get(id),
    }),
    ...createReportHandlers({ payments }),
    verify: payments.verify,
  };
}

/** A patch as the streams keep it: only what was given, amounts as numbers. */
function change(patch: Omit<StreamPatch, 'open'>): StreamChange {
  const { price, minTip, ...rest } = patch;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as StreamChange;
  const bases = given.mediaBase === undefined ? null : basesOf(given.mediaBase);
  return {
    ...given,
    ...(bases && { mediaBase: bases.join(' ') }),
    ...(price !== undefined && { price: BigInt(price) }),
    ...(minTip !== undefined && { minTip: BigInt(minTip) }),
  };
}
