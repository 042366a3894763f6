// The host's desk: what the dashboard asks of the server, and how it stays up to date.
import type { SettleReport, StreamSettings } from '../../vocabulary/api.js';
import type { Hex } from '../../vocabulary/values.js';
import { type Api, Refusal } from '../shared/api.js';
import { randomId } from '../shared/bytes.js';
import { followFeed } from '../shared/feed.js';
import { decimal, money, type Unit } from '../shared/money.js';
import { openSocket } from '../shared/socket.js';
import type { Store } from '../shared/store.js';
import { toast } from '../shared/toasts.js';
import { type LinkOrder, makeLinks, pageSize } from './links.js';
import { type HostState, initialState } from './state.js';

const pollMs = 2500;

export type Desk = ReturnType<typeof openDesk>;

export function openDesk(needs: { api: Api; token: string; store: Store<HostState> }) {
  const { api, token, store } = needs;
  let stopFeed = () => {};
  let topUp: { id: string; of: string } | null = null;
  const unit = (): Unit => store.get().shown?.info.terms.token ?? { symbol: '', decimals: 18 };
  const stream = (): string => store.get().stream ?? '';

  function fail(error: unknown): void {
    if (error instanceof Refusal && error.status === 401) store.set({ shut: error.message });
    else if (error instanceof Refusal) toast(store, 'bad', error.message);
    else toast(store, 'bad', 'Something went wrong in this page. Reload it.');
  }

  async function busy(what: string, act: () => Promise<void>): Promise<void> {
    if (store.get().busy) return;
    store.set({ busy: what });
    await act().catch(fail);
    store.set({ busy: null });
  }

  async function refresh(): Promise<void> {
    const asked = stream();
    if (!asked || document.hidden) return;
    const { query } = store.get();
    try {
      const [shown, links] = await Promise.all([
        api('hostStream', { params: { stream: asked }, token }),
        api('listLinks', { params: { stream: asked }, query: { ...query, limit: pageSize }, token }),
      ]);
      if (asked === stream()) store.set(query === store.get().query ? { shown, links } : { shown });
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'offline') fail(error);
    }
  }

  function follow(): void {
    stopFeed();
    const feed = followFeed({
      socket: openSocket(),
      who: () => ({ stream: stream() }),
      after: Math.max(0, (store.get().shown?.info.lastEvent ?? 0) - 100),
      onEvent(event) {
        if (event.type === 'tip') store.set({ tips: [event, ...store.get().tips].slice(0, 50) });
        void refresh();
      },
    });
    stopFeed = feed.stop;
  }

  async function choose(id: string): Promise<void> {
    store.set({ stream: id, shown: null, links: null, query: initialState.query, tips: [], made: null });
    await refresh();
    follow();
  }

  async function start(): Promise<void> {
    const streams = await api('listStreams', {});
    store.set({ streams });
    if (streams[0]) await choose(streams[0].id);
    setInterval(refresh, pollMs);
  }
  start().catch(fail);

  return {
    choose,
    settle: (refund: boolean) =>
      busy('settle', async () => {
        toast(store, 'good', reportText(await api('settle', { body: { refund }, token }), unit()));
        await refresh();
      }),
    save: (patch: Partial<StreamSettings>) =>
      busy('save', async () => {
        store.set({ shown: await api('patchStream', { params: { stream: stream() }, body: patch, token }) });
        toast(store, 'good', 'Saved.');
      }),
    makeLinks: ({ labels, limit, lastsMs, once }: LinkOrder) =>
      busy('links', async () => {
        const made = await makeLinks({ labels, origin: location.origin, stream: stream() });
        const expiresAt = lastsMs === null ? null : (store.get().shown?.info.serverTime ?? Date.now()) + lastsMs;
        const links = made.map(({ signer, label }) => ({ signer, label, limit: `${limit}`, expiresAt, once }));
        const answers = await api('makeLinks', { params: { stream: stream() }, body: { links }, token });
        // Whoever had a link keeps that one; the key made for him now opens nothing.
        const fresh = made.filter((link, i) => answers[i]?.signer === link.signer);
        const had = made.length - fresh.length;
        if (had > 0) toast(store, 'good', had === 1 ? 'One person had a link already.' : `${had} had a link already.`);
        if (fresh.length > 0) store.set({ made: { links: fresh, credit: decimal(limit, unit().decimals) } });
        await refresh();
      }),
    findLinks: (change: Partial<HostState['query']>) => {
      store.set({ query: { ...store.get().query, ...change } });
      void refresh();
    },
    revokeLinks: (which: { links: Hex[] } | { search: string }) =>
      busy('revoke', async () => {
        const { revoked, freed } = await api('revokeLinks', { params: { stream: stream() }, body: which, token });
        const what = revoked === 1 ? 'The link is' : `${revoked} links are`;
        toast(store, 'good', `${what} revoked; ${money(BigInt(freed), unit())} are free again.`);
        await refresh();
      }),
    topUpLink: (purse: Hex, amount: bigint) =>
      busy(purse, async () => {
        const of = `${purse}/${amount}`;
        if (topUp?.of !== of) topUp = { id: randomId(), of };
        await api('topUpLink', { params: { purse }, body: { id: topUp.id, amount: `${amount}` }, token });
        topUp = null;
        toast(store, 'good', `The link has ${money(amount, unit())} more.`);
        await refresh();
      }),
    closeMade: () => store.set({ made: null }),
  };
}

function reportText(report: SettleReport, unit: Unit): string {
  const back = report.refunds.reduce((sum, refund) => sum + BigInt(refund.amount), 0n);
  const paid = BigInt(report.settled);
  if (paid === 0n && back === 0n) return 'Nothing to settle right now.';
  const rest = back > 0n ? ` ${money(back, unit)} unspent went back.` : '';
  return `${money(paid, unit)} is on its way to your address.${rest}`;
}
