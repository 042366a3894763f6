// The viewers of a show: each place in the crowd is taken by one after another, whose money ends, who pay again, leave, come back, or stop paying.
import { addressOf, randomKey } from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { pause } from '../../src/web/shared/time.js';
import type { Dtok } from '../support/dtok.js';
import { createRandom, type Random } from '../support/random.js';
import type { Chat } from './chat.js';
import type { Stall } from './playhead.js';
import { openViewer, type Viewer } from './viewer.js';

const params = { stream: 'main' };
const playlists = ['video.m3u8', 'video.m3u8', '360p.m3u8'];

/** One who has been there, as the books need to know him. */
export interface Visit {
  address: Hex;
  kind: 'link' | 'channel' | 'chat' | 'withholder';
  /** Numbers of the keys that he was given. */
  keys: Set<number>;
  /** Media that he opened, ms by key. */
  opened: Map<number, number>;
  /** When he left or fell silent, ms: a key that was just charged may not have been used. */
  ends: number[];
  /** Puts that much onto his link. */
  fund?: (amount: bigint) => Promise<unknown>;
}

export interface CrowdNeeds {
  dtok: () => Dtok;
  chat: Chat;
  size: number;
  seed: number;
  onStall: (who: string, stall: Stall) => void;
  onWrong: (what: string) => void;
  signal: AbortSignal;
  /** How long a purse lasts and a visit takes, ms. */
  lengths: { purse: [number, number]; visit: [number, number] };
}

export type Crowd = ReturnType<typeof startCrowd>;

export function startCrowd(needs: CrowdNeeds) {
  const { signal, lengths } = needs;
  const visits: Visit[] = [];
  const present = new Set<Viewer>();
  const did = { came: 0, ended: 0, paidAgain: 0, left: 0, cameBack: 0, revoked: 0, closed: 0, withheld: 0, changed: 0 };

  /** Tries until it is done: the server may just be away. */
  async function surely<T>(act: () => Promise<T>, most = 30): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await act();
      } catch (error) {
        if (signal.aborted || tries >= most) throw error;
        await pause(700, signal);
      }
    }
  }

  const worth = (viewer: Viewer, ms: number): bigint => (BigInt(viewer.info.price) * BigInt(ms)) / 1000n;

  async function worthOf(ms: number): Promise<bigint> {
    const { price } = await surely(() => needs.dtok().api('getStream', { params }));
    return (BigInt(price) * BigInt(ms)) / 1000n;
  }

  /** A person in the chat, and how he puts money onto his link; a bot that was killed in between is asked again. */
  function fundFor(i: number, n: number) {
    const person = needs.chat.person(`Fan ${i} ${n}`);
    return (amount: bigint): Promise<Hex> => surely(() => needs.chat.fund(person, Number(amount) / 1e18), 4);
  }

  /** Money for about that long. */
  async function pay(viewer: Viewer, visit: Visit, random: Random, first: boolean): Promise<void> {
    const amount = worth(viewer, random.between(...lengths.purse));
    if (visit.fund) {
      // The link that he came with has money on it.
      if (!first) await visit.fund(amount);
    } else if (visit.kind === 'channel') {
      if (first) await surely(() => viewer.api('postFaucet', { body: { address: visit.address } }));
      const state = await surely(() => viewer.deposits.payIn(viewer.payer.list, async () => amount));
      if (state) viewer.payer.learn([state]);
    } else if (first) {
      const body = { links: [{ signer: visit.address, limit: `${amount}` }] };
      await surely(() => needs.dtok().api('makeLinks', { params, body }));
    } else {
      const purse = viewer.payer.list()[0];
      const raise = { id: randomKey().slice(2, 34), amount: `${amount}` };
      if (purse) await surely(() => needs.dtok().api('topUpLink', { params: { purse: purse.id }, body: raise }));
    }
    await surely(() => viewer.session.refresh());
  }

  async function held(viewer: Viewer, visit: Visit, random: Random): Promise<'stays' | 'leaves'> {
    did.ended += 1;
    visit.ends.push(Date.now());
    await pause(random.between(200, 6000), signal);
    if (random.chance(0.3)) return 'leaves';
    did.paidAgain += 1;
    await pay(viewer, visit, random, false).catch((error: { code?: string; message?: string }) => {
      // A link that was taken back, or a channel that closes, is paid into no more.
      if (!signal.aborted && !['link_revoked', 'channel_closing'].includes(error.message ?? error.code ?? ''))
        needs.onWrong(`${visit.kind} could not pay again: ${error.code ?? ''} ${error.message ?? error}`);
    });
    return 'stays';
  }

  /** What a viewer may do at any time. */
  async function whim(viewer: Viewer, visit: Visit, random: Random): Promise<void> {
    const what = random.weighed({
      nothing: 6,
      quality: 2,
      revoked: visit.kind === 'link' ? 1 : 0,
      closed: visit.kind === 'channel' ? 1 : 0,
    });
    const purse = viewer.payer.list()[0];
    if (what === 'quality') {
      did.changed += 1;
      viewer.choose(random.pick(playlists));
    } else if (what === 'revoked' && purse) {
      did.revoked += 1;
      visit.ends.push(Date.now());
      await needs
        .dtok()
        .api('revokeLinks', { params, body: { links: [purse.id] } })
        .catch(() => {});
    } else if (what === 'closed' && purse) {
      did.closed += 1;
      visit.ends.push(Date.now());
      await viewer.deposits.close(purse.id).catch(() => {});
      viewer.payer.forget(purse.id);
    }
  }

  /** Goes on asking for keys and signs nothing: what was signed is all that he may see. */
  async function withhold(viewer: Viewer, visit: Visit, until: number): Promise<void> {
    did.withheld += 1;
    visit.ends.push(Date.now());
    viewer.withhold();
    while (Date.now() < until && !signal.aborted) {
      await pause(400, signal);
      const n = Math.max(0, ...viewer.keys.keys()) + 1;
      const headers = { authorization: `Bearer ${await viewer.session.token()}` };
      const asked = [n, n + 1, n + 2].map(async (number) => {
        const response = await fetch(`${needs.dtok().base}/keys/main/${number}`, { headers }).catch(() => null);
        const bytes = await response?.arrayBuffer().catch(() => null);
        if (response?.ok && bytes?.byteLength === 16) viewer.keys.set(number, bytes);
      });
      await Promise.all(asked);
    }
  }

  async function sit(viewer: Viewer, visit: Visit, random: Random, until: number): Promise<void> {
    let out = false;
    viewer.whenHeld(() => (out = true));
    while (Date.now() < until && !signal.aborted) {
      await pause(500, signal);
      if (out) {
        out = false;
        if ((await held(viewer, visit, random)) === 'leaves') return;
      } else if (random.chance(0.015)) await whim(viewer, visit, random);
      if (visit.kind === 'withholder' && random.chance(0.03)) return withhold(viewer, visit, until);
    }
  }

  async function stay(key: Hex, name: string, visit: Visit, random: Random, first: boolean): Promise<void> {
    const ms = random.between(...lengths.visit);
    const viewer = await surely(() =>
      openViewer({
        ...{
          base: needs.dtok().base,
          key,
          playlist: random.pick(playlists),
          onWrong: (what) => needs.onWrong(`${name}: ${what}`),
        },
        onStall: (stall) => needs.onStall(name, stall),
      }),
    );
    present.add(viewer);
    try {
      if (first) await pay(viewer, visit, random, true);
      viewer.playhead.want(Date.now());
      await sit(viewer, visit, random, Date.now() + ms);
    } finally {
      visit.ends.push(Date.now());
      present.delete(viewer);
      await viewer.leave();
      for (const n of viewer.keys.keys()) visit.keys.add(n);
      for (const [n, seen] of viewer.opened) visit.opened.set(n, (visit.opened.get(n) ?? 0) + seen);
    }
  }

  async function place(i: number): Promise<void> {
    const random = createRandom(needs.seed * 1009 + i);
    // Not all at one time.
    await pause(random.between(0, 6000), signal);
    for (let n = 0; !signal.aborted; n++) {
      const kind = random.weighed({ link: 4, channel: 3, chat: 2, withholder: 2 });
      const fund = kind === 'chat' ? fundFor(i, n) : undefined;
      const key = fund ? await fund(await worthOf(random.between(...lengths.purse))) : randomKey();
      const at = { keys: new Set<number>(), opened: new Map<number, number>(), ends: [] };
      const visit: Visit = { address: addressOf(key), kind, ...at, ...(fund && { fund }) };
      visits.push(visit);
      did.came += 1;
      const name = `${kind} ${i}.${n}`;
      await stay(key, name, visit, random, true);
      did.left += 1;
      if (kind === 'withholder' || !random.chance(0.3)) continue;
      await pause(random.between(500, 8000), signal);
      did.cameBack += 1;
      await stay(key, `${name} again`, visit, random, false);
    }
  }

  const places = Array.from({ length: needs.size }, (_, i) =>
    place(i).catch(
      (error) => signal.aborted || needs.onWrong(`a place in the crowd is lost: ${error?.stack ?? error}`),
    ),
  );
  return { visits, did, present, ended: Promise.all(places) };
}
