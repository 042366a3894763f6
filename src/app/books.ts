// First the books: secrets, store, chain and payments.
import { join } from 'node:path';
import { chooseChain } from '../chain/index.js';
import { openFeed } from '../feed/index.js';
import { settleHost } from '../host-name.js';
import { connectChain, openPayments, purseState } from '../payments/index.js';
import { loadSecrets } from '../secrets.js';
import { toUnits } from '../settings.js';
import { openStore } from '../store/index.js';
import type { Given } from './given.js';

const clockToleranceMs = 5 * 60_000;
const settleEveryMs = 5000;

export type Books = Awaited<ReturnType<typeof openBooks>>;

export async function openBooks({ settings, log, later, onStop }: Given) {
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
    onPurse: (purse) => later.overlay?.purse(purse.signer, purseState(purse)),
    onClaimed: (channel) => later.tellAlerts?.(channel),
    log,
  });
  return { secrets, store, host, place, chain, units, feed, payments };
}
