// The Discord bot on the stand-in, with commands that a test makes up, for what the real ones do not need.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createActs } from '../../../src/bots/acts.js';
import type { Command } from '../../../src/bots/command.js';
import { createCommunities } from '../../../src/bots/communities.js';
import { createDesk } from '../../../src/bots/desk.js';
import { startDiscord } from '../../../src/bots/discord/index.js';
import type { House } from '../../../src/bots/house.js';
import { openStore } from '../../../src/store/index.js';
import { show } from '../bots.js';
import { silent } from '../payments.js';
import type { DiscordStandIn } from './index.js';

/** Shows that exist in name only: what made-up commands ask of a house. */
const house = {
  token: { symbol: 'DAI', decimals: 18 },
  shows: () => [show(), show({ id: 'late', title: 'Later' })],
  resolve: async () => null,
} as unknown as House;

export async function openBots(discord: DiscordStandIn) {
  const folder = mkdtempSync(join(tmpdir(), 'dtok-discord-'));
  const store = await openStore({ path: join(folder, 'dtok.sqlite') });
  const running: Awaited<ReturnType<typeof startDiscord>>[] = [];
  return {
    async start(commands: readonly Command[], change: { token?: string; guild?: string | null } = {}) {
      const now = Date.now;
      const desk = createDesk({
        ...{ house, commands, isCrew: async () => false, log: silent, now },
        ...{ communities: createCommunities({ store, now }), sights: { see: async () => {} } },
        board: { keep: async () => {} },
      } as Parameters<typeof createDesk>[0]);
      const acts = createActs({ store, platform: 'discord', now });
      const { token = discord.token, guild = null } = change;
      const bot = await startDiscord({ token, guild, api: discord.url, desk, acts, log: silent });
      running.push(bot);
      return bot;
    },
    async stop(): Promise<void> {
      await Promise.all(running.map((bot) => bot.stop()));
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}
