// A stand-in for Discord on loopback: its gateway and its HTTP API, which refuse what Discord refuses, and people who use them.
import { openContract } from './contract.js';
import { openGateway } from './gateway.js';
import { createInteractions } from './interactions.js';
import { createMessages } from './messages.js';
import { createPeople } from './people.js';
import { openRest, type Trouble } from './rest.js';
import { type Channel, channelType, createWorld, type Guild, type Message } from './world.js';

export type { Seen } from './interactions.js';
export type { Asked, Trouble } from './rest.js';
export type { Channel, Guild, Message, User } from './world.js';

export type DiscordStandIn = Awaited<ReturnType<typeof startDiscordStandIn>>;

const longestWait = 10_000;

/** `judged`: bodies are held against Discord's own description, which takes time that a benchmark may not have. */
export async function startDiscordStandIn({ token = 'a.bot.token', shards = 1, judged = true } = {}) {
  const world = createWorld();
  const messages = createMessages(world);
  const interactions = createInteractions({ world, messages });
  const contract = judged ? openContract() : null;
  const rest = await openRest({ world, messages, interactions, contract, token: () => token, shards: () => shards });
  const url = () => `ws://127.0.0.1:${rest.port}/gateway`;
  const gateway = openGateway({ server: rest.server, world, token: () => token, url });
  const people = createPeople({ world, rest, gateway, interactions });

  /** What everybody in that channel sees, oldest first. */
  const said = (channel: Channel): Message[] =>
    [...world.messages.values()].filter((one) => one.channel === channel && !one.only);

  /** Resolves to what `look` finds as soon as there is something; looks at every change. */
  function until<T>(look: () => T | undefined | null | false, limit = longestWait): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const found = look();
        if (!found) return;
        end();
        resolve(found);
      };
      const end = (): void => {
        clearTimeout(timer);
        world.news.off('change', check);
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`it did not come about within ${limit} ms`));
      }, limit);
      world.news.on('change', check);
      check();
    });
  }

  return {
    /** For `rest.api` of discord.js. */
    url: `http://127.0.0.1:${rest.port}/api`,
    token,
    app: world.app,
    /** What did not fit Discord's own description; null where that is not at hand. */
    violations: contract && rest.violations,
    ...{ addUser: world.addUser, addGuild: world.addGuild, addRole: world.addRole, join: world.join },
    addChannel: (guild: Guild, change: Partial<Omit<Channel, 'id' | 'guild'>> = {}) =>
      world.addChannel({ ...change, guild }),
    addThread: (parent: Channel, name = 'a thread') =>
      world.addChannel({ type: channelType.thread, name, guild: parent.guild, parent: parent.id }),
    /** A private channel of several people, without the bot. */
    addGroup: people.group,
    removeChannel: (channel: Channel): void => void world.channels.delete(channel.id),
    removeMessage: world.remove,
    direct: world.direct,
    messages: said,
    until,
    /** The stand-in's: `ahead` in ms, for tokens that grow old; `stopped` at a time, for limits that slow machines would not reach. */
    clock: world.clock,
    ...{ use: people.use, complete: people.complete, press: people.press, choose: people.choose },
    ...{ submit: people.submit, redeliver: people.redeliver },
    /** From now on interactions reach the app when their three seconds are over; `false` ends it. */
    slow(slow = true): void {
      people.delivery.late = slow ? 3500 : 0;
    },
    /** What goes wrong with the next request of the kind; resolves when it has met one. */
    refuse: (trouble: Trouble): Promise<void> => rest.refuse(trouble),
    /** Ends all `refuse`. */
    mend: rest.mend,
    /** Every request, in order. */
    asked: rest.asked,
    commandsOf: (guild: Guild | null = null) => rest.commandsOf(guild?.id ?? null),
    /** `identify` and `resume`, as they came. */
    connections: gateway.log,
    shards: gateway.shards,
    ...{ dropSockets: gateway.dropSockets, askToReconnect: gateway.askToReconnect, invalidate: gateway.invalidate },
    stop: async (): Promise<void> => {
      gateway.stop();
      await rest.stop();
    },
  };
}
