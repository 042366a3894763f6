// Every command there is.
import type { Command } from '../command.js';
import type { CommandNeeds } from './needs.js';
import { balance, faucet, link, topup, withdraw } from './purse.js';
import { sponsor } from './sponsor.js';
import { help, streams } from './streams.js';
import { tip } from './tip.js';
import { watch } from './watch.js';

/** In the order in which a person meets them. */
export function createCommands(needs: CommandNeeds): readonly Command[] {
  const all: Command[] = [watch, tip, streams, balance, topup, withdraw, link, sponsor, faucet].map((make) =>
    make(needs),
  );
  all.push(help(() => all));
  return all;
}
