// The door of the development chain: start it, fill it, and know its accounts and addresses.
export { devAccount } from './accounts.js';
export { canonical, predictionEscrow, registry } from './addresses.js';
export { type ChainPlace, chooseChain } from './choose.js';
export { type DevContracts, deployDevContracts, escrowDeployment, registryDeployment } from './deploy.js';
export { type DevChain, startDevChain } from './dev-chain.js';
