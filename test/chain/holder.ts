// A process that holds a development chain until it is killed: npx tsx holder.ts FOLDER; prints the chain's URL.
import { startDevChain } from '../../src/chain/index.js';

const log = { info() {}, warn() {}, error() {}, debug() {} };
const onExit = (error: Error) => {
  throw error;
};
const chain = await startDevChain({ folder: process.argv[2] ?? '', port: 0, log, onExit });
process.stdout.write(`${chain.rpcUrl}\n`);
