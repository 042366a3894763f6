// Every command there is.
import type { Command } from '../command.js';
import { alerts } from './alerts.js';
import { announce } from './announce.js';
import { goal } from './goal.js';
import { host } from './host.js';
import { leaderboard } from './leaderboard.js';
import { limits } from './limits.js';
import type { CommandNeeds } from './needs.js';
import { poll } from './poll.js';
import { predict } from './predict.js';
import { balance, faucet, link, topup, withdraw } from './purse.js';
import { settings } from './settings.js';
import { sponsor } from './sponsor.js';
import { stake } from './stake.js';
import { stream } from './stream.js';
import { help, streams } from './streams.js';
import { tip } from './tip.js';
import { vote } from './vote.js';
import { watch } from './watch.js';

/** In the order in which a person meets them. */
export function createCommands(needs: CommandNeeds): readonly Command[] {
  const viewers = [watch, tip, vote, stake, streams, balance, topup, withdraw, limits, link, leaderboard];
  const hosts = [announce, stream, poll, predict, goal, alerts, sponsor, settings, host, faucet];
  const all: Command[] = [...viewers, ...hosts].map((make) => make(needs));
  all.push(help(needs, () => all));
  return all;
}
