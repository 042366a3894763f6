// The host's desk: what the dashboard asks of the server, and how it stays up to date.
import type { Answer, RouteName, Sent } from '../../vocabulary/api.js';
import type { SettleReport } from '../../vocabulary/books.js';
import type { HostChatAccount, StreamSettings } from '../../vocabulary/streams.js';
import type { Hex } from '../../vocabulary/values.js';
import { type Api, Refusal } from '../shared/api.js';
import { randomId } from '../shared/bytes.js';
import { followFeed } from '../shared/feed.js';
import { decimal, money, type Unit } from '../shared/money.js';
import { createPollEar } from '../shared/poll.js';
import { createPredictionEar, type PredictionEar } from '../shared/prediction.js';
import { openSocket } from '../shared/socket.js';
import type { Store } from '../shared/store.js';
import { toast } from '../shared/toasts.js';
import { type LinkOrder, makeLinks, pageSize } from './links.js';
import { askReport, fetchCsv, fetchTable, fetchVotes, type ReportWish, saveFile } from './report.js';
import { type HostState, initialState } from './state.js';

const pollMs = 2500;
/** It reads every charge. */
const reportPollMs = 60_000;

export type Desk = ReturnType<typeof openDesk>;

export function openDesk(needs: { api: Api; token: string; store: Store<HostState> }) {
  const { api, token, store } = needs;
  let stopFeed = () => {};
  let pollWish: { id: string; of: string } | null = null;
  let predictionWish: { id: string; of: string } | null = null;
  let topUp: { id: string; of: string } | null = null;
  const unit = (): Unit => store.get().shown?.info.terms.token ?? { symbol: '', decimals: 18 };
  const stream = (): string => store.get().stream ?? '';

  function fail(error: unknown): void {
    if (error instanceof Refusal && error.status === 401) store.set({ shut: error.message });
    else if (error instanceof Refusal) toast(store, 'bad', error.message);
    else toast(store, 'bad', 'Something went wrong in this page. Reload it.');
  }

  /** Stays on the page: what to do takes longer than a message stands. */
  function unfunded(error: unknown): null {
    if (!(error instanceof Refusal) || error.code !== 'sponsor_unfunded') throw error;
    store.set({ unfunded: { text: error.message, sponsor: `${error.facts.sponsor}` } });
    return null;
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

  /** Null when it was refused, which is said. */
  const quietly = <T>(act: () => Promise<T>): Promise<T | null> =>
    act().catch((error: unknown) => {
      if (!(error instanceof Refusal) || error.code !== 'offline') fail(error);
      return null;
    });

  const serverTime = (): number => store.get().shown?.info.serverTime ?? Date.now();

  async function loadReport(): Promise<void> {
    if (document.hidden) return;
    const { wish } = store.get().report;
    store.set({ report: { ...store.get().report, loading: true } });
    const data = await askReport(api, token, wish, serverTime()).catch((error: unknown) => {
      if (wish === store.get().report.wish) fail(error);
      return null;
    });
    const { report } = store.get();
    if (wish !== report.wish) return;
    store.set({ report: data ? { wish, data, of: wish, loading: false } : { ...report, loading: false } });
  }

  async function loadPolls(): Promise<void> {
    const asked = stream();
    const polls = await api('listPolls', { params: { stream: asked }, token }).catch(() => null);
    if (polls && asked === stream()) store.set({ polls });
  }

  async function loadPredictions(): Promise<void> {
    const asked = stream();
    const predictions = await api('listPredictions', { params: { stream: asked }, token }).catch(() => null);
    if (predictions && asked === stream()) store.set({ predictions });
  }

  /** The one of the stream that is followed now. */
  let heard: PredictionEar | null = null;

  function follow(): void {
    stopFeed();
    const predictions = createPredictionEar((prediction) => {
      const before = store.get().prediction?.prediction;
      if (prediction?.prediction.id !== before?.id || prediction?.prediction.state !== before?.state)
        void loadPredictions();
      store.set({ prediction });
    });
    heard = predictions;
    const polls = createPollEar((poll) => {
      if (poll?.poll.id !== store.get().poll?.poll.id || poll?.poll.state !== store.get().poll?.poll.state)
        void loadPolls();
      store.set({ poll });
    });
    const socket = openSocket();
    socket.on('goal', (goal) => store.set({ goal }));
    const feed = followFeed({
      polls,
      predictions,
      socket,
      who: () => ({ stream: stream() }),
      after: Math.max(0, (store.get().shown?.info.lastEvent ?? 0) - 100),
      onEvent(event) {
        polls.hear(event);
        predictions.hear(event);
        if (event.type === 'tip') store.set({ tips: [event, ...store.get().tips].slice(0, 50) });
        void refresh();
      },
    });
    stopFeed = feed.stop;
  }

  async function choose(id: string): Promise<void> {
    store.set({
      stream: id,
      shown: null,
      links: null,
      query: initialState.query,
      tips: [],
      poll: null,
      polls: [],
      prediction: null,
      predictions: [],
      goal: null,
      made: null,
      unfunded: null,
    });
    await refresh();
    void loadPolls();
    void loadPredictions();
    follow();
  }

  async function start(): Promise<void> {
    const streams = await api('listStreams', {});
    store.set({ streams });
    if (streams[0]) await choose(streams[0].id);
    setInterval(refresh, pollMs);
    await loadReport();
    setInterval(loadReport, reportPollMs);
  }
  start().catch(fail);

  const call = async <N extends RouteName>(
    name: N,
    of: string,
    body?: Sent<N>,
    query: Record<string, number> = {},
  ): Promise<Answer<N>> =>
    api(name, { params: { stream: of }, query, ...(body !== undefined && { body }), token } as never);

  return {
    choose,
    /** A call about a stream, for cards that keep their own state; null when it was refused, which is told. */
    ask: <N extends RouteName>(name: N, of: string, body?: Sent<N>): Promise<Answer<N> | null> =>
      call(name, of, body).catch((error: unknown) => {
        fail(error);
        return null;
      }),
    /** The same, of what is looked at again and again: nobody is told. */
    look: <N extends RouteName>(name: N, of: string, query?: Record<string, number>): Promise<Answer<N> | null> =>
      call(name, of, undefined, query).catch(() => null),
    /** The same, of a form that says itself why it was refused. */
    demand: call,
    /** The host's own sounds and pictures. */
    uploads: {
      list: () => quietly(() => api('listAssets', { token })),
      add: (name: string, bytes: Uint8Array) =>
        quietly(() => api('addAsset', { query: { name: name.slice(-120) }, body: bytes, token })),
      remove: (id: string) => quietly(() => api('removeAsset', { body: { id }, token })),
    },
    /** The same, where the card itself says why the server refused it. */
    attempt: <N extends RouteName>(name: N, of: string, body?: Sent<N>) =>
      call(name, of, body).then(
        (answer) => ({ answer, refused: null }),
        (error: unknown) => {
          if (error instanceof Refusal && error.status === 400) return { answer: null, refused: error.message };
          fail(error);
          return { answer: null, refused: 'It was not saved.' };
        },
      ),
    renewOverlay: () =>
      busy('overlay', async () => {
        store.set({ shown: await api('renewOverlayToken', { params: { stream: stream() }, token }) });
        toast(store, 'good', 'The overlay has a new address. Put it into OBS.');
      }),
    changeStreamKey: (cam: string, change: 'renew' | 'revoke') =>
      busy('stream-key', async () => {
        const params = { stream: stream(), cam };
        store.set({ shown: await api('changeStreamKey', { params, body: { change }, token }) });
        const told =
          change === 'renew' ? 'There is a new stream key. Put it into your encoder.' : 'The key is revoked.';
        toast(store, 'good', told);
      }),
    settle: (refund: boolean) =>
      busy('settle', async () => {
        toast(store, 'good', reportText(await api('settle', { body: { refund }, token }), unit()));
        await Promise.all([refresh(), loadReport()]);
      }),
    /** Resolves to whether it is saved. */
    save: async (patch: Partial<StreamSettings>): Promise<boolean> => {
      let saved = false;
      await busy('save', async () => {
        store.set({ shown: await api('patchStream', { params: { stream: stream() }, body: patch, token }) });
        saved = true;
        toast(store, 'good', 'Saved.');
      });
      return saved;
    },
    makeLinks: ({ labels, limit, lastsMs, once }: LinkOrder) =>
      busy('links', async () => {
        const made = await makeLinks({ labels, origin: location.origin, stream: stream() });
        const expiresAt = lastsMs === null ? null : serverTime() + lastsMs;
        const links = made.map(({ signer, label }) => ({ signer, label, limit: `${limit}`, expiresAt, once }));
        const answers = await api('makeLinks', { params: { stream: stream() }, body: { links }, token }).catch(
          unfunded,
        );
        if (!answers) return;
        store.set({ unfunded: null });
        // Whoever had a link keeps that one; the key made for him now opens nothing.
        const fresh = made.filter((link, i) => answers[i]?.signer === link.signer);
        const had = made.filter((link) => !fresh.includes(link)).map(({ label }) => label);
        if (had.length > 0) toast(store, 'good', hadText(had));
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
    /** Another look at what was earned. */
    report: (change: Partial<ReportWish>) => {
      const { report } = store.get();
      store.set({ report: { ...report, wish: { ...report.wish, ...change } } });
      void loadReport();
    },
    downloadReport: () =>
      busy('csv', async () => saveFile(await fetchCsv(token, store.get().report.wish, serverTime()))),
    openPoll: async (wish: Omit<Sent<'createPoll'>, 'id'>): Promise<boolean> => {
      let opened = false;
      await busy('poll', async () => {
        const of = JSON.stringify(wish);
        if (pollWish?.of !== of) pollWish = { id: randomId(), of };
        await api('createPoll', { params: { stream: stream() }, body: { id: pollWish.id, ...wish }, token });
        pollWish = null;
        opened = true;
      });
      return opened;
    },
    endPoll: (poll: string, how: 'closePoll' | 'cancelPoll') =>
      busy('poll', async () => void (await api(how, { params: { poll }, token }))),
    downloadTable: (path: string) => busy('csv', async () => saveFile(await fetchTable(token, path))),
    /** Resolves to whether it is open; on chain that takes a moment. */
    openPrediction: async (wish: Omit<Sent<'openPrediction'>, 'id'>): Promise<boolean> => {
      let opened = false;
      await busy('prediction', async () => {
        const of = JSON.stringify(wish);
        if (predictionWish?.of !== of) predictionWish = { id: randomId(), of };
        const body = { id: predictionWish.id, ...wish };
        heard?.answered(await api('openPrediction', { params: { stream: stream() }, body, token }));
        predictionWish = null;
        opened = true;
      });
      return opened;
    },
    decide: (how: 'lockPrediction' | 'cancelPrediction', prediction: string) =>
      busy('prediction', async () => heard?.answered(await api(how, { params: { prediction }, token }))),
    /** Resolves to whether it was taken. */
    resolvePrediction: async (prediction: string, option: number): Promise<boolean> => {
      let taken = false;
      await busy('prediction', async () => {
        heard?.answered(await api('resolvePrediction', { params: { prediction }, body: { option }, token }));
        taken = true;
      });
      return taken;
    },
    downloadVotes: (poll: string) => busy('csv', async () => saveFile(await fetchVotes(token, poll))),
    chatCode: () => quietly(() => api('issueChatCode', { token })),
    chatAccounts: () => quietly(() => api('listChatAccounts', { token })),
    removeChatAccount: ({ platform, user }: HostChatAccount) =>
      quietly(() => api('removeChatAccount', { body: { platform, user }, token })),
    /** Lets broadcasts in, or ends the one on air. */
    setOpen: (open: boolean) =>
      busy('open', async () => {
        store.set({ shown: await api('patchStream', { params: { stream: stream() }, body: { open }, token }) });
      }),
    closeMade: () => store.set({ made: null }),
  };
}

/** Whom a second link was asked for, which was not made. */
function hadText(names: readonly string[]): string {
  const some = names.slice(0, 3).map((name) => `“${name}”`);
  const more = names.length > 3 ? [...some, `${names.length - 3} more`] : some;
  const who = [more.slice(0, -1).join(', '), more.at(-1)].filter(Boolean).join(' and ');
  return `${who} ${names.length === 1 ? 'has' : 'have'} a link already: no second one was made.`;
}

function reportText(report: SettleReport, unit: Unit): string {
  const back = report.refunds.reduce((sum, refund) => sum + BigInt(refund.amount), 0n);
  const paid = BigInt(report.settled);
  if (paid === 0n && back === 0n) return 'Nothing to settle right now.';
  const rest = back > 0n ? ` ${money(back, unit)} unspent went back.` : '';
  return `${money(paid, unit)} is on its way to your address.${rest}`;
}
