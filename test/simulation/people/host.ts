// The host: opens key after key, hands out, raises and takes back links, funds them, and settles by hand.
import { sponsorSalt } from '../../../src/payments/sponsor-deposit.js';
import { type ChannelFields, channelId, passId } from '../../../src/payments/typed-data.js';
import type { Hex } from '../../../src/vocabulary/values.js';
import type { House } from '../house/open.js';
import { stream } from '../house/requests.js';
import type { Reply } from '../network.js';
import { signerOf } from './keys.js';
import { live, type Town } from './town.js';
import type { Viewer } from './viewer.js';

export interface Given {
  id: Hex;
  channel: Hex;
  viewer: Viewer;
}

export type Host = ReturnType<typeof createHost>;

export function createHost(town: Town, house: () => House | null) {
  const { clock, random, place } = town;
  const sponsor = signerOf('house sponsor');
  const salt = sponsorSalt(stream);
  const config: ChannelFields = { payer: sponsor.address, payerAuthorizer: sponsor.address, ...town.terms, salt };
  const channel = channelId(config, place.domain);
  const given: Given[] = [];
  let raises = 0;

  /** Asks until it is answered, then goes on: for setting the scene. */
  function insist(request: Parameters<Town['ask']>[1], then: (reply: Reply) => void): void {
    town.ask('host', request, (reply) => {
      if (reply.kind === 'answer') then(reply);
      else clock.after(2000, 'host waits', () => insist(request, then), { quiet: true });
    });
  }

  /** A link on one of the sponsors' channels for a viewer, who has it once the server said so. */
  function give(viewer: Viewer, on: Hex, then: () => void = () => {}): void {
    const { address: signer } = viewer.signer;
    const limit = BigInt(random.between(20, 250));
    const expiresAt = random.chance(0.2) ? clock.now() + random.between(20_000, 300_000) : null;
    const id = passId(on, signer, place.domain);
    insist({ do: 'links', channel: on, signer, limit, label: viewer.name, expiresAt }, () => {
      viewer.give(id, limit);
      given.push({ id, channel: on, viewer });
      then();
    });
  }

  /** The next key of the show, at a price that changes now and then. */
  function openKey(): void {
    const now = house();
    if (!now) return;
    if (random.chance(0.1)) void now.streams.patch(stream, { price: BigInt(random.between(1, 6)) }).catch(() => {});
    void now.keys.open(stream, 2000).catch(() => {});
  }

  function act(): void {
    const link = given.length > 0 ? random.pick(given) : undefined;
    const what = random.weighed({ settle: 4, raise: 3, revoke: 1, fund: 2, look: 1, count: 8 });
    const ask = (request: Parameters<Town['ask']>[1]): void => town.ask('host', request, () => {});
    if (what === 'settle') ask({ do: 'settle', refund: random.chance(0.4), dryRun: false });
    const votes = [...town.books.votes.values()];
    if (what === 'count' && votes.length > 0) ask({ do: 'count', ...random.pick(votes), takes: random.chance(0.7) });
    if (what === 'look') ask({ do: 'settle', refund: random.chance(0.5), dryRun: true });
    if (what === 'fund') ask({ do: 'fund', amount: BigInt(random.between(10, 100)) });
    if (what === 'revoke' && link) ask({ do: 'revoke', channel: link.channel, link: link.id });
    if (what === 'raise' && link) {
      if (raises === 0 || random.chance(0.8)) raises += 1;
      const id = `raise-${random.between(1, raises)}`;
      ask({ do: 'raise', id: `${id}-${link.viewer.name}`, link: link.id, amount: BigInt(10 + id.length) });
    }
  }

  return {
    sponsor,
    channel,
    give,
    given: (): readonly Given[] => given,
    fund: (amount: bigint, then: () => void): void => insist({ do: 'fund', amount }, () => then()),
    settle: (then: (reply: Reply) => void): void =>
      town.ask('host', { do: 'settle', refund: true, dryRun: false }, then),
    start(): void {
      live(town, 'the show', town.plan.pace, openKey);
      live(town, 'host', town.plan.pace * 6, act);
    },
  };
}
