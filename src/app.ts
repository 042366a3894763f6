// The one place that knows every part: wires them stage by stage, starts them, and stops them in reverse.
import { openBooks } from './app/books.js';
import { openDoors } from './app/doors.js';
import type { Given } from './app/given.js';
import { openPeople } from './app/people.js';
import { openShows } from './app/shows.js';
import { botSettings } from './bot-house.js';
import { startBots } from './bots/index.js';
import { type FirstShow, prepareFirstShow } from './first-show.js';
import type { Logger } from './log.js';
import { createRegistry } from './registry/index.js';
import type { Settings } from './settings.js';

const listEveryMs = 30_000;

export interface App extends FirstShow {
  stop(): Promise<void>;
}

/** Starts everything; when it throws, all that had started is stopped. */
export async function startApp(
  settings: Settings,
  log: Logger,
  folders: { pages: string; cache: string },
): Promise<App> {
  const closers: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        log.error({ err: error }, 'a part did not stop cleanly');
      }
    }
  };
  try {
    const later = { overlay: null, people: null, tellAlerts: null, bots: null };
    const first = await wire({ settings, log, folders, later, onStop: (close) => closers.push(close) });
    return { ...first, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function wire(given: Given): Promise<FirstShow> {
  const { settings, log, later, onStop } = given;
  const books = await openBooks(given);
  const { secrets, store, place, chain, units, payments } = books;
  const broadcasting = await openShows(given, books);
  const { shows } = broadcasting;
  const people = await openPeople(given, books, broadcasting);
  const { polls, predictions, botHouse } = people;
  await openDoors(given, books, broadcasting, people);

  const first = await prepareFirstShow({
    settings,
    secrets,
    payments,
    shows,
    units,
    dev: place.dev,
    mint: chain.mint,
    log,
  });
  if (settings.listStreams) {
    const { streams } = shows;
    const list = { streams: streams.all, payout: place.host, publicUrl: settings.publicUrl, everyMs: listEveryMs };
    const listing = createRegistry({ chain, ...list, log }).start();
    onStop(async () => {
      chain.stopSending();
      await listing.stop();
    });
  }
  const bots = await startBots({ settings: botSettings(settings, secrets.chatSecret), house: botHouse, store, log });
  onStop(bots.stop);
  later.bots = bots;
  const { touch } = bots;
  onStop(polls.onChange((id) => touch({ kind: 'poll', id })));
  onStop(predictions.onChange((id) => touch({ kind: 'prediction', id })));
  if (settings.testCard) {
    const card = shows.startTestCard(settings.stream.id);
    onStop(card.stop);
  }
  return first;
}
