// People in a chat who fund a watch link from the purse behind their account: topped up, tipped away but for a while's watching, and linked.
import type { User } from 'telegraf/types';
import type { Hex } from '../../src/vocabulary/values.js';
import { keyFromText } from '../../src/web/shared/bytes.js';
import { type Msg, startTelegramStandIn } from '../support/telegram/index.js';

/** A bot that was just killed answers late. */
const patienceMs = 25_000;

function linkKey(said: Msg): Hex {
  const text = /#k=([\w-]+)/.exec(JSON.stringify(said.reply_markup ?? said.text))?.[1];
  const key = text ? keyFromText(text) : null;
  if (!key) throw new Error(`the bot gave no link: ${said.text}`);
  return key;
}

export type Chat = Awaited<ReturnType<typeof startChat>>;

export async function startChat() {
  const telegram = await startTelegramStandIn({ limits: null, judged: false });

  const say = (user: User, line: string): Promise<Msg> => telegram.say(user, user, line, { withinMs: patienceMs });

  return {
    token: telegram.token,
    apiRoot: telegram.apiRoot,
    person: (name: string): User => telegram.addUser({ name }),
    /** The key of his link, with about so many tokens on it. */
    async fund(user: User, keep: number): Promise<Hex> {
      const offered = await say(user, '/topup');
      const drawn = await telegram.press(offered, 'do:faucet', user, patienceMs);
      const had = Number(/[\d.]+/.exec(drawn.message?.text ?? '')?.[0] ?? Number.NaN);
      if (!(had > keep)) throw new Error(`no test tokens: ${drawn.message?.text ?? drawn.text}`);
      await say(user, `/tip ${(had - keep).toFixed(4)} soon gone`);
      return linkKey(await say(user, '/watch'));
    },
    stop: telegram.stop,
  };
}
