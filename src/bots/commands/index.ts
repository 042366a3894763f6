// Every command there is.
import type { Command } from '../command.js';
import { alerts } from './alerts.js';
import { goal } from './goal.js';
import { leaderboard } from './leaderboard.js';
import type { CommandNeeds } from './needs.js';
import { poll } from './poll.js';
import { balance, faucet, link, topup, withdraw } from './purse.js';
import { sponsor } from './sponsor.js';
import { help, streams } from './streams.js';
import { tip } from './tip.js';
import { vote } from './vote.js';
import { watch } from './watch.js';

/** In the order in which a person meets them. */
export function createCommands(needs: CommandNeeds): readonly Command[] {
  const makers = [
    watch,
    tip,
    vote,
    streams,
    balance,
    topup,
    withdraw,
    link,
    leaderboard,
    poll,
    goal,
    alerts,
    sponsor,
    faucet,
  ];
  const all: Command[] = makers.map((make) => make(needs));
  all.push(help(() => all));
  return all;
}
