// The server's parts as the real one wires them (src/app/books.ts), without its ports: ledger, gate, tips, settlement.
import { openFeed } from '../../../src/feed/index.js';
import type { Logger } from '../../../src/log.js';
import { connectChain, createTips, openPayments } from '../../../src/payments/index.js';
import type { SettlePolicy } from '../../../src/payments/settle-policy.js';
import { openStore } from '../../../src/store/index.js';
import { createGate } from '../../../src/stream/gate/gate.js';
import { createSessions } from '../../../src/stream/gate/sessions.js';
import { openKeys } from '../../../src/stream/keys.js';
import { openStreams } from '../../../src/stream/streams.js';
import type { Hex } from '../../../src/vocabulary/values.js';
import type { Place } from '../chain/settlement.js';

export interface HouseNeeds {
  path: string;
  rpcUrl: string;
  place: Place;
  host: Hex;
  keys: { gate: Hex; sponsor: Hex; relayer: Hex };
  confirmations: number;
  pollMs: number;
  settle: SettlePolicy;
  withdrawDelay: number;
  log: Logger;
}

export type House = Awaited<ReturnType<typeof openHouse>>;

const defaults = {
  title: '',
  price: 1n,
  previewMs: 0,
  keyPeriodMs: 2000,
  minTip: 1n,
  mediaBase: '',
  discord: '',
  telegram: '',
  startsAt: null,
};

export async function openHouse(needs: HouseNeeds) {
  const { place, pollMs, log, keys: secrets } = needs;
  const now = Date.now;
  const store = await openStore({ path: needs.path });
  const { contract } = place.domain;
  const chain = await connectChain({
    ...{ rpcUrl: needs.rpcUrl, contract, depositCollector: place.collector, token: place.token.address },
    ...{ relayerKey: secrets.relayer, pollMs, confirmations: needs.confirmations, store, log },
  });
  const feed = await openFeed({ store, log });
  const payments = await openPayments({
    ...{ store, chain, gateKey: secrets.gate, sponsorKey: secrets.sponsor, onPurse: () => {}, log },
    settings: {
      ...{ host: needs.host, withdrawDelay: needs.withdrawDelay, pollMs },
      ...{ settle: needs.settle, clockTolerance: 300_000 },
    },
  });
  const streams = await openStreams({ store, feed, defaults, now });
  const keys = await openKeys({ store, streams, master: Buffer.alloc(32, 7), now });
  const sessions = createSessions({ now, onEnd: payments.ledger.forget });
  const gate = createGate({ streams, keys, sessions, cashier: payments.ledger, now });
  const tips = createTips({ store, ledger: payments.ledger, feed, minimum: (id) => streams.get(id).minTip });
  const running = payments.start();
  const stop = async (): Promise<void> => {
    await running.stop();
    sessions.stop();
    chain.close();
    await store.close();
  };
  return { store, chain, payments, streams, keys, sessions, gate, tips, running, stop };
}
