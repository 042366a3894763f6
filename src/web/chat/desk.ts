// What the chat page does: asks the server, signs what its person agreed to, keeps the state.
import { mandateDigest } from '../../payments/chat/mandate.js';
import { sign } from '../../payments/typed-data.js';
import type { Hex } from '../../vocabulary/values.js';
import { type Api, passing } from '../shared/api.js';
import type { Keep } from '../shared/keep.js';
import { money } from '../shared/money.js';
import type { Store } from '../shared/store.js';
import { backoff, pause } from '../shared/time.js';
import { toast } from '../shared/toasts.js';
import { createClock } from '../watch/clock.js';
import { domainOf } from '../watch/deposit.js';
import type { FoundWallet } from '../watch/injected.js';
import { createPayer } from '../watch/payer.js';
import { sentence } from '../watch/sentence.js';
import { createSession } from '../watch/session.js';
import { createWallet } from '../watch/wallet.js';
import { createCover, slotOf } from './cover.js';
import { payIn } from './pay-in.js';
import { type ChatState, type Linked, payingChannel, readFragment } from './state.js';

export type Desk = Awaited<ReturnType<typeof openDesk>>;

const lookMs = 1500;
const linksMs = 2000;

/** Resolves when the server has told its streams; then what the page was opened for is looked after. */
export async function openDesk(needs: { api: Api; keep: Keep; store: Store<ChatState>; key: Hex; fragment: string }) {
  const { api, keep, store, key } = needs;
  const clock = createClock();
  const info = await firstStream(api);
  clock.sync(info.serverTime);
  const { terms, id: stream } = info;
  const domain = domainOf(terms);
  const wallet = createWallet(key);
  const payer = createPayer({
    api,
    sign: (purse, total) => wallet.voucher(purse, total, domain),
    rate: () => ({ price: 0n, keyPeriodMs: 1000 }),
    onChange: () => store.set({ purses: payer.list() }),
  });
  const session = createSession({ api, wallet, stream, domain, clock, onInfo: ({ purses }) => payer.learn(purses) });
  const cover = createCover({ api, keep, session, payer });

  /** Runs one act at a time; `trouble` is where the page says what went wrong. */
  async function busy(
    what: NonNullable<ChatState['busy']>,
    act: () => Promise<void>,
    trouble?: 'codeTrouble' | 'walletTrouble',
  ): Promise<void> {
    if (store.get().busy) return;
    store.set({ busy: what, ...(trouble && { [trouble]: null }) });
    try {
      await act();
    } catch (error) {
      if (trouble) store.set({ [trouble]: sentence(error) });
      else toast(store, 'bad', sentence(error));
    } finally {
      store.set({ busy: null });
    }
  }

  const readLinks = async (): Promise<void> => store.set({ linked: await cover.read() });

  async function signAhead(most?: (one: Linked) => bigint): Promise<void> {
    await cover.sign(most);
    await readLinks();
  }

  async function link(limit: bigint | null): Promise<void> {
    const { holder, code, purses } = store.get();
    const channel = payingChannel(purses)?.id;
    if (!holder || (limit !== null && !channel)) return;
    const digits = code.replace(/\D/g, '');
    const mandate =
      limit !== null && channel
        ? {
            ...{ channel, limit: `${limit}` },
            signature: sign(mandateDigest({ channel, chat: holder.address, limit, code: digits }, domain), key),
          }
        : null;
    await session.with((token) => api('linkChat', { token, body: { code: digits, mandate } }));
    cover.memory.set(holder, limit ?? 0n);
    store.set({ holder: null, code: '' });
    history.replaceState(null, '', location.pathname);
    await signAhead();
    const allowed = limit === null ? 'Each pays from its own.' : `Chat may spend ${money(limit, terms.token)}.`;
    toast(store, 'good', `Linked to ${holder.shownAs}. ${allowed}`);
  }

  const find = () =>
    busy(
      'code',
      async () => {
        const { code } = store.get();
        const holder = await session.with((token) => api('chatAccountOfCode', { token, body: { code } }));
        store.set({ holder });
      },
      'codeTrouble',
    );

  async function look(): Promise<void> {
    const { address, before } = store.get();
    if (!address) return;
    try {
      const topUp = await api('chatTopUp', { params: { address } });
      store.set({ topUp, before: before ?? BigInt(topUp.left), topUpTrouble: null });
    } catch (error) {
      store.set({ topUpTrouble: sentence(error) });
      if (!passing(error)) return;
    }
    setTimeout(() => void look(), lookMs);
  }

  const { address, code } = readFragment(needs.fragment);
  store.set({ terms, stream, address, code });
  void look();
  // What was allowed and is not signed for any more, since the page was here last.
  const covered = signAhead().catch((error: unknown) => toast(store, 'bad', sentence(error)));
  if (code.length === 9) void covered.then(find);
  // Chat spends while the page is looked at.
  setInterval(() => void (store.get().linked?.length && readLinks().catch(() => {})), linksMs);

  return {
    type: (text: string) => store.set({ code: text, holder: null, codeTrouble: null }),
    find,
    notMe: () => store.set({ holder: null, code: '' }),
    /** Base units that chat may spend in total; null: each pays from its own. */
    link: (limit: bigint | null) => busy('link', () => link(limit), 'codeTrouble'),
    signFor: (account: Linked) =>
      busy('sign', () => signAhead((one) => (slotOf(one) === slotOf(account) ? BigInt(one.left) : one.allowed))),
    unlink: (account: Linked) =>
      busy('end', async () => {
        const { platform, user } = account;
        await session.with((token) => api('unlinkChat', { token, body: { platform, user } }));
        cover.memory.drop(account);
        await readLinks();
        toast(store, 'good', 'Unlinked. Chat spends nothing more of this browser’s purse.');
      }),
    payFrom: (found: FoundWallet, amount: bigint) =>
      busy(
        'wallet',
        async () => {
          const { address: to } = store.get();
          if (!to) return;
          const onStep = (walletStep: ChatState['walletStep']) => store.set({ walletStep });
          const wish = { api, keep, wallet: found, terms, to, amount, now: clock.now, onStep };
          const sent = await payIn(wish).finally(() => onStep(null));
          toast(store, 'good', `${money(sent, terms.token)} is sent. It is put in as soon as it is seen.`);
        },
        'walletTrouble',
      ),
    faucet: () =>
      busy('faucet', async () => {
        const { address: to } = store.get();
        if (to) await api('postFaucet', { body: { address: to } });
      }),
  };
}

async function firstStream(api: Api) {
  const waits = backoff(300, 4000);
  for (;;) {
    try {
      const [first] = await api('listStreams', {});
      if (first) return first;
      throw new Error('no stream');
    } catch (error) {
      if (!passing(error)) throw error;
      await pause(waits.next());
    }
  }
}
