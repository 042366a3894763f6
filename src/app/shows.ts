// Then the shows: what comes in, what becomes of it, and what is counted.
import { join } from 'node:path';
import { createMetrics } from '../metrics.js';
import { findFfmpeg } from '../stream/ffmpeg.js';
import { startShows } from '../stream/index.js';
import { chooseTranscoder } from '../stream/transcode/choose.js';
import type { Books } from './books.js';
import type { Given } from './given.js';

export type Broadcasting = Awaited<ReturnType<typeof openShows>>;

export async function openShows({ settings, log, folders, later, onStop }: Given, books: Books) {
  const { secrets, store, feed, payments, units } = books;
  const ffmpeg = findFfmpeg({ path: settings.ffmpeg, cacheFolder: folders.cache });
  const mediaFolder = join(settings.data, 'media');
  const transcoding = chooseTranscoder({ ffmpeg, choice: settings.transcoder, publicUrl: settings.publicUrl });
  const shows = await startShows({
    store,
    feed,
    cashier: payments.ledger,
    onPayerGone: payments.ledger.forget,
    onSegment: (stream) => metrics.segment(stream),
    defaults: {
      title: settings.stream.title,
      price: units(settings.amounts.price),
      previewMs: settings.stream.previewMs,
      keyPeriodMs: settings.stream.keyPeriodMs,
      minTip: units(settings.amounts.minTip),
      mediaBase: '',
      discord: '',
      telegram: '',
      startsAt: null,
    },
    master: Buffer.from(secrets.masterSecret.slice(2), 'hex'),
    ffmpeg,
    mediaFolder,
    places: settings.publishTo,
    keyBase: settings.publicUrl,
    rtmp: { host: settings.host, port: settings.rtmpPort, publicHost: new URL(settings.publicUrl).hostname },
    whip: settings.whip,
    reconnectMs: settings.reconnectMs,
    packaging: settings.packaging,
    transcoder: transcoding.transcoder,
    relay: transcoding.relay,
    log,
  });
  onStop(shows.stop);
  const ids = (): string[] => shows.streams.all().map(({ id }) => id);
  const metrics = createMetrics(() => ({
    viewers: Object.fromEntries(ids().map((id) => [id, shows.viewers(id)])),
    live: Object.fromEntries(ids().map((id) => [id, shows.state(id) === 'live'])),
    overlays: later.overlay?.overlays() ?? 0,
    copies: shows.copies(),
  }));
  return { mediaFolder, transcoding, shows, ids, metrics };
}
