// The poll that a page shows, from what it hears: told on following, then events and tallies. Pure but for the clock it is given.
import type { FeedEvent, PollEvent } from '../../vocabulary/events.js';
import type { PollMessage, PollTally, PollView, TallyMessage } from '../../vocabulary/polls.js';

/** `heard`: when, on this page's own steady clock. The server's time then was `poll.at`. */
export interface LivePoll {
  poll: PollView;
  heard: number;
}

const steady = (): number => performance.now();

/** Until it closes, ms. */
export const leftOf = ({ poll, heard }: LivePoll, now = steady()): number =>
  poll.state === 'open' ? Math.max(0, poll.closesAt - poll.at - (now - heard)) : 0;

/** Since it ended, ms; null while it has not. */
export const overSince = ({ poll, heard }: LivePoll, now = steady()): number | null =>
  poll.endedAt === null ? null : Math.max(0, poll.at - poll.endedAt + (now - heard));

/** A part of 1 for each option; of a secret poll that runs, none. */
export function shares({ tally, options }: PollView): number[] {
  const votes = tally.lines.map((line) => BigInt(line.votes));
  const whole = votes.reduce((sum, one) => sum + one, 0n);
  return options.map((_, i) => (whole === 0n ? 0 : Number(((votes[i] ?? 0n) * 10_000n) / whole) / 10_000));
}

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** `Blue wins`, or what else there is to say at the end. */
export function verdict({ state, tally, options }: PollView): string {
  if (state === 'cancelled') return 'Called off';
  if (state !== 'closed') return 'Counting…';
  const names = tally.leaders.map((option) => options[option] ?? '');
  if (names.length === 0) return 'Nobody voted';
  return names.length === 1 ? `${names[0]} wins` : `A tie: ${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

export const seconds = (ms: number): string => {
  const all = Math.ceil(ms / 1000);
  const [h, m, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (n: number): string => n.toString().padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
};

const blank = (options: number): PollTally => ({
  ...{ voters: 0, value: '0', leaders: [] },
  lines: Array.from({ length: options }, () => ({ votes: '0', voters: 0, value: '0' })),
});

function viewIn({ at, data }: PollEvent): PollView {
  const { poll, state, result } = data;
  const shown = result ?? (poll.secret ? { ...blank(0) } : blank(poll.options.length));
  const opened = state === 'opened';
  return { ...poll, state: opened ? 'open' : state, endedAt: opened ? null : at, at, tally: shown };
}

export type PollEar = ReturnType<typeof createPollEar>;

export function createPollEar(onChange: (live: LivePoll | null) => void, clock: () => number = steady) {
  let live: LivePoll | null = null;
  /** What events up to this one said of polls is in what was told. */
  let known = 0;

  function show(poll: PollView | null): void {
    live = poll && { poll, heard: clock() };
    onChange(live);
  }

  return {
    told({ poll, n }: PollMessage): void {
      known = n;
      show(poll);
    },
    hear(event: FeedEvent): void {
      if (event.type !== 'poll' || event.n <= known) return;
      known = event.n;
      const news = viewIn(event);
      const same = live?.poll.id === news.id;
      if (same && news.state === 'open') return;
      show(news);
    },
    tally({ poll, at, tally }: TallyMessage): void {
      if (live?.poll.id === poll && live.poll.state === 'open') show({ ...live.poll, at, tally });
    },
    /** An answer of the server, as good as what it pushes. */
    answered(poll: PollView): void {
      if (!live || live.poll.id === poll.id || Number(poll.id) > Number(live.poll.id)) show(poll);
    },
  };
}
