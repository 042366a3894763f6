// What lies between the platforms and the house, wired: the desk of commands, living messages, and announcements.
import type { Logger } from '../log.js';
import type { Store } from '../store/index.js';
import { createActs } from './acts.js';
import { createAnnouncements } from './announcements.js';
import { createAnnouncer } from './announcer.js';
import { createBoard } from './board.js';
import type { Platform } from './command.js';
import { createCommands } from './commands/index.js';
import { createPollReply } from './commands/poll-reply.js';
import { createPredictionReply } from './commands/prediction-reply.js';
import { createCommunities } from './communities.js';
import { createDesk } from './desk.js';
import { createHandouts } from './handouts.js';
import { createCrew, createHosts, type IsCrew } from './hosts.js';
import type { House } from './house.js';
import { createMoves } from './moves.js';
import { createPosters } from './posters.js';
import { showRenderer } from './show-card.js';
import { createShowPosts } from './show-posts.js';
import { createSights } from './sights.js';

export type Middle = ReturnType<typeof createMiddle>;

export function createMiddle(needs: {
  house: House;
  store: Store;
  log: Logger;
  now: () => number;
  /** In a crowd, everybody's turn to get a link comes within this long. */
  drawMs: number;
  /** Between two edits of one message, and for a lost show to come back, ms; shorter in tests. */
  everyMs?: number;
  graceMs?: number;
  isCrew?: IsCrew;
}) {
  const { house, store, log, now, everyMs, graceMs } = needs;
  const communities = createCommunities({ store, now });
  const handouts = createHandouts({ store, drawMs: needs.drawMs, now });
  const sights = createSights({ store, now });
  const hosts = createHosts({ store, now });
  const announcements = createAnnouncements({ store, now });
  const posts = createShowPosts({ store });
  const posters = createPosters();
  const board = createBoard({
    ...{ store, posters, log, now, ...(everyMs !== undefined && { everyMs }) },
    renderers: {
      show: showRenderer({ house, posts, store }),
      poll: createPollReply(house),
      prediction: createPredictionReply(house),
    },
  });
  const announcer = createAnnouncer({
    ...{ house, store, announcements, posts, posters, board, log, now, ...(graceMs !== undefined && { graceMs }) },
  });
  const { follow } = announcer;
  const desk = createDesk({
    ...{ house, communities, sights, board, log, now },
    commands: createCommands({ house, communities, handouts, sights, hosts, announcements, follow }),
    isCrew: needs.isCrew ?? createCrew({ hosts, communities }),
  });
  return {
    desk,
    actsOf: (platform: Platform) => createActs({ store, platform, now }),
    moves: createMoves({ store, log, now }),
    posters,
    board,
    hosts,
    communities,
    handouts,
    /** From now on messages are kept up to date, and shows announced: also those that were missed. */
    async start(): Promise<void> {
      await board.start();
      await announcer.start();
    },
    /** When all that happened until now has been told. */
    idle: announcer.idle,
    async stop(): Promise<void> {
      await announcer.stop();
      await board.stop();
    },
  };
}
