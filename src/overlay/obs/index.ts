// The door of OBS: the host's OBS of each stream, set up and steered as far as the host allows, by rules and by hand.
import type { Feed } from '../../feed/index.js';
import type { Logger } from '../../log.js';
import type { Store } from '../../store/index.js';
import { createTurns } from '../../turns.js';
import type { FeedEvent } from '../../vocabulary/events.js';
import { openDesk } from './desk.js';
import { dial, usualLimits } from './dial.js';
import { openDirector } from './director.js';
import { nothingAllowed } from './hand.js';
import { openPasswords } from './passwords.js';
import type { Target } from './plan.js';
import { outOfReach } from './reach.js';
import { createObsRows } from './rows.js';

export type Obs = Awaited<ReturnType<typeof openObs>>;
type Desk = Awaited<ReturnType<typeof openDesk>>;

export interface ObsNeeds {
  store: Store;
  feed: Feed;
  /** Where the passwords are kept. */
  folder: string;
  publicUrl: string;
  rtmpUrl: string;
  /** Problem: unknown_stream. */
  stream: (id: string) => { streamKey: string; overlayToken: string; keyPeriodMs: number };
  /** Connected overlays that show a stream's alerts. */
  overlays: (stream: string) => number;
  /** An amount, worded for people. */
  say: (amount: bigint) => string;
  log: Logger;
  limits?: typeof usualLimits;
  now?: () => number;
}

export async function openObs(needs: ObsNeeds) {
  const { store, feed, publicUrl, rtmpUrl, log, limits = usualLimits, now = Date.now } = needs;
  const rows = createObsRows(store);
  const passwords = openPasswords(needs.folder);
  const turns = createTurns<string>();
  const desks = new Map<string, Promise<Desk>>();
  const known = await rows.kept();
  const closers: (() => void)[] = [];

  function target(stream: string, address: string): Target {
    const { streamKey, overlayToken, keyPeriodMs } = needs.stream(stream);
    return {
      overlayUrl: `${publicUrl}/overlay/${stream}#t=${overlayToken}`,
      ...{ server: rtmpUrl, key: streamKey, keyPeriodMs },
      outOfReach: outOfReach(address, publicUrl),
    };
  }

  /** Hears the feed from the last number handled on, and looks again while anything waits for its time. */
  async function attend(stream: string, { director }: Desk, after: number): Promise<void> {
    const turn = <T>(act: () => Promise<T>): Promise<T> => turns(stream, act);
    const fault = (error: unknown): void => log.error({ err: error, stream }, 'a rule for OBS stumbled');
    const hear = (event: FeedEvent): void => {
      turn(async () => {
        await director.hear(event);
        await director.tick();
      }).catch(fault);
    };
    closers.push(await feed.follow(stream, after, hear));
    let looking = false;
    const timer = setInterval(() => {
      if (looking || !director.busy()) return;
      looking = true;
      const done = (): void => {
        looking = false;
      };
      turn(director.tick).catch(fault).finally(done);
    }, director.lookEveryMs);
    closers.push(() => clearInterval(timer));
  }

  async function open(stream: string): Promise<Desk> {
    const kept = known.get(stream) ?? { address: null, allow: nothingAllowed, made: [], handled: feed.last() };
    const desk = await openDesk({
      ...{ stream, kept, log },
      dial: (address, password) => dial(address, password, limits),
      keep: (next) => rows.keep(stream, next),
      password: { get: () => passwords.get(stream), set: (password) => passwords.set(stream, password) },
      target: (address) => target(stream, address),
      turn: (act) => turns(stream, act),
      director: (hand, onChange) =>
        openDirector({
          ...{ stream, rows, hand, onChange, log, now },
          kept: () => kept,
          overlays: () => needs.overlays(stream),
          say: needs.say,
        }),
    });
    closers.push(desk.stop);
    await attend(stream, desk, kept.handled);
    return desk;
  }

  /** Problem: unknown_stream. */
  function of(stream: string): Promise<Desk> {
    needs.stream(stream);
    const known = desks.get(stream);
    if (known) return known;
    const opening = open(stream);
    desks.set(stream, opening);
    // It is tried again with the next call.
    opening.catch(() => desks.delete(stream));
    return opening;
  }
  await Promise.all([...known.keys()].map(of));

  return {
    of,
    /** What has begun is ended. */
    async stop(): Promise<void> {
      for (const close of closers.splice(0)) close();
      await Promise.all([...desks.keys()].map((stream) => turns(stream, async () => {})));
    },
  };
}
