// Who is paid: the address in the settings, or the one that the name there is pinned to, looked at again every hour.
import type { Logger } from './log.js';
import { connectEns, type HostName, openHostName } from './payments/index.js';
import type { Settings } from './settings.js';
import type { Store } from './store/index.js';

const lookEveryMs = 3_600_000;

export interface SettledHost {
  /** With the address where the name was. */
  settings: Settings;
  name: HostName | null;
  stop: () => Promise<void>;
}

/** Throws an Error that says what to do when a name leads nowhere and nothing is pinned. */
export async function settleHost({
  settings,
  store,
  log,
}: {
  settings: Settings;
  store: Store;
  log: Logger;
}): Promise<SettledHost> {
  const { chain, ensRegistry: registry, hostConfirmed: confirmed } = settings;
  if (!chain?.hostEns) return { settings, name: null, stop: async () => {} };
  const { rpcUrl, hostEns } = chain;
  // Opened for each look: it is an hour until the next.
  const find: Parameters<typeof openHostName>[0]['find'] = async (wanted) => {
    const ens = await connectEns({ rpcUrl, registry });
    return ens.find(wanted).finally(ens.close);
  };
  const name = await openHostName({ name: hostEns, confirmed, find, store, log }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`HOST_ADDRESS is the name ${hostEns}. ${why}`, { cause: error });
  });
  let looking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    looking = name.check().catch((error) => log.error({ err: error }, 'the host’s name could not be looked at'));
  }, lookEveryMs);
  const stop = async (): Promise<void> => {
    clearInterval(timer);
    await looking;
  };
  return { settings: { ...settings, chain: { ...chain, host: name.address } }, name, stop };
}
