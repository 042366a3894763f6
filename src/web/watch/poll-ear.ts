// What the watch page hears of polls, and how its own person has voted: asked once for each poll.
import type { Api } from '../shared/api.js';
import { createPollEar, type PollEar } from '../shared/poll.js';
import type { Store } from '../shared/store.js';
import type { Session } from './session.js';
import type { WatchState } from './state.js';

export function followPolls(needs: {
  api: Api;
  stream: string;
  session: () => Session;
  store: Store<WatchState>;
}): PollEar {
  const { api, stream, session, store } = needs;
  let asked: string | null = null;

  async function ask(id: string): Promise<void> {
    const { poll, own } = await session().with((token) => api('getPoll', { params: { stream }, token }));
    if (own && poll?.id === id) store.set({ own: { poll: id, vote: own } });
  }

  return createPollEar((live) => {
    store.set({ poll: live });
    if (!live || live.poll.id === asked) return;
    asked = live.poll.id;
    ask(live.poll.id).catch(() => {
      asked = null;
    });
  });
}
