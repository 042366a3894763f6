// What a first start finds ready: a stream, a sponsor's channel behind its links, and one link that is paid for.
import type { Logger } from './log.js';
import { addressOf, type Payments, remaining } from './payments/index.js';
import type { Secrets } from './secrets.js';
import type { Settings } from './settings.js';
import type { Shows } from './stream/index.js';
import type { Hex } from './vocabulary/values.js';

/** Where everything is, for the panel. */
export interface FirstShow {
  watchLink: string | null;
  dashboard: string;
  overlay: string;
  rtmpUrl: string;
  streamKey: string;
  /** Where to send tokens that pay for watch links. */
  sponsor: Hex;
}

export interface FirstShowNeeds {
  settings: Settings;
  secrets: Secrets;
  payments: Payments;
  shows: Shows;
  units: (amount: string) => bigint;
  dev: boolean;
  mint: (to: Hex, amount: bigint) => Promise<Hex>;
  log: Logger;
}

/** Whatever tokens the sponsor's address holds go into the stream's channel; test money is made where it may be. */
async function fundSponsor({ payments, dev, mint }: FirstShowNeeds, stream: string, credit: bigint): Promise<boolean> {
  const { sponsor, ledger } = payments;
  if (dev) await sponsor.stock(stream, { each: credit, all: credit }, mint);
  await sponsor.collect(stream);
  return ledger.purse(sponsor.channelOf(stream)) !== undefined;
}

async function firstLink(needs: FirstShowNeeds, stream: string, credit: bigint): Promise<string> {
  const { payments, secrets, settings, dev } = needs;
  const signer = addressOf(secrets.firstLinkKey);
  const channel = payments.sponsor.channelOf(stream);
  const [link] = await payments.links.make(stream, channel, [{ signer, limit: credit, label: 'first link' }]);
  // A start shows a link that works: on a development chain a used-up one is filled again.
  if (dev && link && remaining(link) < credit / 2n) {
    await payments.links.topUp(`start-${Date.now()}`, link.id, credit - remaining(link));
  }
  const key = Buffer.from(secrets.firstLinkKey.slice(2), 'hex').toString('base64url');
  return `${settings.publicUrl}/watch/${stream}#k=${key}`;
}

async function addCam({ streams }: Shows, stream: string, cam: string): Promise<void> {
  if (!streams.cams.of(stream).some(({ id }) => id === cam)) await streams.cams.add(stream, cam);
}

export async function prepareFirstShow(needs: FirstShowNeeds): Promise<FirstShow> {
  const { settings, secrets, payments, shows, log } = needs;
  const { id } = settings.stream;
  const known = shows.streams.all().find((stream) => stream.id === id);
  const stream = known ?? (await shows.streams.create(id, { mediaBase: settings.mediaBase }));
  for (const cam of settings.cams) await addCam(shows, id, cam);
  const credit = needs.units(settings.amounts.firstLink);
  const funded = await fundSponsor(needs, id, credit);
  if (!funded)
    log.warn(`no watch links yet: send tokens to the sponsor address ${payments.sponsor.address} and start again`);
  return {
    watchLink: funded ? await firstLink(needs, id, credit) : null,
    dashboard: `${settings.publicUrl}/host#t=${secrets.hostToken}`,
    overlay: `${settings.publicUrl}/overlay/${id}#t=${stream.overlayToken}`,
    rtmpUrl: shows.rtmpUrl,
    streamKey: stream.streamKey,
    sponsor: payments.sponsor.address,
  };
}
