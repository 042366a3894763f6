// A poll as a message: bars that move, what a vote costs, buttons to vote, and in the end who won.
import type { PollView } from '../../vocabulary/polls.js';
import { sayAmount } from '../amounts.js';
import type { House } from '../house.js';
import type { Button, Reply } from '../reply.js';
import type { Words } from '../words/index.js';

const segments = 5;
/** As many buttons as fit a message; more options become a list to choose from. */
const mostButtons = 5;

/** `▰▰▰▱▱`: a fifth for each, rounded. */
export const bar = (part: bigint, whole: bigint): string => {
  const full = whole === 0n ? 0 : Number((part * BigInt(segments) * 2n + whole) / (whole * 2n));
  return '▰'.repeat(full) + '▱'.repeat(segments - full);
};

const percent = (part: bigint, whole: bigint): number =>
  whole === 0n ? 0 : Number((part * 200n + whole) / (whole * 2n));

/** `1 min 20 s`, `2 h 5 min`. */
export function sayLeft(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (h > 0) return m > 0 ? `${h} h ${m} min` : `${h} h`;
  if (m > 0) return s > 0 ? `${m} min ${s} s` : `${m} min`;
  return `${s} s`;
}

export function createPollReply({ polls, token }: Pick<House, 'polls' | 'token'>) {
  const money = (amount: string): string => sayAmount(BigInt(amount), token);

  /** `▰▰▰▱▱ 60 % · 12 votes · 9 people · 1.5 DAI` */
  function standing({ votes: kind, tally }: PollView, option: number, words: Words): string {
    const line = tally.lines[option];
    if (!line) return '▱'.repeat(segments);
    const votes = BigInt(line.votes);
    const whole = tally.lines.reduce((sum, one) => sum + BigInt(one.votes), 0n);
    const parts = [`${bar(votes, whole)} ${percent(votes, whole)} %`];
    if (kind !== 'paid') parts.push(words.pollVotes(Number(votes)));
    if (kind !== 'free') parts.push(words.pollPeople(line.voters), money(line.value));
    return parts.join(' · ');
  }

  function ending(poll: PollView, words: Words): string {
    if (poll.state === 'cancelled') return words.pollCancelled;
    const [first, ...rest] = poll.tally.leaders.map((option) => poll.options[option] ?? '');
    if (first === undefined) return words.pollNobody;
    return rest.length > 0 ? words.pollTie([first, ...rest].join(', ')) : words.pollWon(first);
  }

  function state(poll: PollView, words: Words): string {
    if (poll.state === 'closing' || poll.state === 'cancelling') return words.pollCounting;
    if (poll.state !== 'open') return ending(poll, words);
    const until = new Date(poll.closesAt).toISOString().slice(11, 16);
    const cost = words.pollCost[poll.votes](money(poll.price));
    return [
      cost,
      ...(poll.secret ? [words.pollSecret] : []),
      words.pollUntil(sayLeft(poll.closesAt - poll.at), until),
    ].join(' ');
  }

  function voting({ id, options }: PollView, words: Words): Pick<Reply, 'buttons' | 'choices'> {
    const all = options.map((text, i) => ({ label: `${i + 1} · ${text}`, press: `do:vote #${id} ${i + 1}` }));
    if (all.length > mostButtons) return { choices: { prompt: words.pollChoose, options: all } };
    const short = all.every(({ label }) => label.length <= 16);
    const rows: Button[][] = [];
    for (let i = 0; i < all.length; i += short ? 3 : 1) rows.push(all.slice(i, i + (short ? 3 : 1)));
    return { buttons: rows };
  }

  function worded(poll: PollView, words: Words): Reply {
    const { tally, options, state: now } = poll;
    const won = (i: number): string => (now === 'closed' && tally.leaders.includes(i) ? ' ✓' : '');
    const value = tally.value === '0' ? '' : ` · ${money(tally.value)}`;
    return {
      text: `${poll.question}\n${state(poll, words)}`,
      facts: [
        ...(now === 'cancelled'
          ? []
          : options.map((text, i) => [`${i + 1} · ${text}${won(i)}`, standing(poll, i, words)] as const)),
        ...(now === 'cancelled' ? [] : [[words.pollVoters, `${tally.voters}${value}`] as const]),
      ],
      ...(now === 'open' ? voting(poll, words) : {}),
    };
  }

  /** For a message that lives with its poll: what it says now, and whether that is the last of it. Problem: poll_unknown. */
  return async function pollReply(id: string, words: Words): Promise<{ reply: Reply; over: boolean }> {
    const poll = await polls.view(id);
    return { reply: worded(poll, words), over: poll.state === 'closed' || poll.state === 'cancelled' };
  };
}
