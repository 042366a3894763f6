// Which chain dTok works on: the one that is set, or a development chain of its own with test money.
import { join } from 'node:path';
import { computeAddress } from 'ethers';
import type { Logger } from '../log.js';
import type { Settings } from '../settings.js';
import type { Hex } from '../vocabulary/values.js';
import { devAccount } from './accounts.js';
import { canonical } from './addresses.js';
import { deployDevContracts } from './deploy.js';
import { startDevChain } from './dev-chain.js';

export interface ChainPlace {
  /** True where money is test money and a faucet may be. */
  dev: boolean;
  rpcUrl: string;
  contract: Hex;
  depositCollector: Hex;
  token: Hex;
  /** Gets paid. */
  host: Hex;
  /** Pays for gas. */
  relayerKey: Hex;
  stop: () => Promise<void>;
}

/** Starts and fills the development chain unless a public one is set. */
export async function chooseChain({ settings, log }: { settings: Settings; log: Logger }): Promise<ChainPlace> {
  const contracts = { contract: canonical.contract, depositCollector: canonical.erc3009Collector };
  if (settings.chain) {
    const { rpcUrl, token, relayerKey, host } = settings.chain;
    if (!host) throw new Error('the host’s name has not been looked up');
    return { dev: false, ...contracts, rpcUrl, token, relayerKey, host, stop: async () => {} };
  }
  const { rpcUrl, stop } = await startDevChain({
    folder: join(settings.data, 'chain'),
    port: settings.chainPort,
    log,
    onExit: (error) => log.error({ err: error }, 'the development chain is gone; start dTok again'),
  });
  try {
    const { token } = await deployDevContracts(rpcUrl);
    const host = computeAddress(devAccount(1)).toLowerCase() as Hex;
    return { dev: true, rpcUrl, token, ...contracts, host, relayerKey: devAccount(0), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
