// The real Telegram bot, with real telegraf, against the stand-in: on commands of a test, or on any desk.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Acts, createActs } from '../../../src/bots/acts.js';
import type { Command, Part } from '../../../src/bots/command.js';
import { createCommunities } from '../../../src/bots/communities.js';
import { createDesk, type Desk } from '../../../src/bots/desk.js';
import type { House, Show } from '../../../src/bots/house.js';
import { createMoves, type Moves } from '../../../src/bots/moves.js';
import { startTelegram, type TelegramNeeds } from '../../../src/bots/telegram/index.js';
import { openStore } from '../../../src/store/index.js';
import { show } from '../bots.js';
import { silent } from '../payments.js';
import type { TelegramStandIn } from './index.js';

/** Tests wait for no clock. */
export const brisk = { everyMs: 0, perMinute: null };

export const shows = (all: readonly Show[] = [show()]) => ({
  shows: () => all,
  token: { symbol: 'DAI', decimals: 18 },
  publicUrl: 'https://show.example',
});

export const command = (name: string, part: Partial<Part>, who: Command['who'] = 'anyone'): Command => ({
  name,
  who,
  parts: { '': { args: {}, secret: false, run: async () => ({ text: name }), ...part } },
});

/** A desk of these commands, and a folder for what is begun and answered. */
export async function openFakes(commands: readonly Command[], options: { now?: () => number } = {}) {
  const { now = Date.now } = options;
  const folder = mkdtempSync(join(tmpdir(), 'dtok-telegram-'));
  const store = await openStore({ path: join(folder, 'dtok.sqlite') });
  const house = { ...shows(), resolve: async () => null } as unknown as House;
  const desk = createDesk({
    ...{ house, commands, communities: createCommunities({ store, now }), log: silent, now },
    ...{ sights: { see: async () => {} }, board: { keep: async () => {} } },
    isCrew: async ({ person }) => person.moderator,
  });
  const acts = createActs({ store, platform: 'telegram', now });
  const stop = async (): Promise<void> => {
    await store.close();
    rmSync(folder, { recursive: true });
  };
  return { desk, acts, moves: createMoves({ store, log: silent, now }), stop };
}

export const startBot = (
  standIn: Pick<TelegramStandIn, 'token' | 'apiRoot'>,
  on: { desk: Desk; acts: Acts; moves: Moves },
  more: Partial<TelegramNeeds> = {},
) =>
  startTelegram({
    ...{ token: standIn.token, apiRoot: standIn.apiRoot, webhook: null, house: shows(), log: silent, pace: brisk },
    ...on,
    ...more,
  });
