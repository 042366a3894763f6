// What a show came to, as Markdown. Pure.
import { loadavg } from 'node:os';
import { markdownTable } from '../../bench/support/table.js';
import type { Outcome, Seen } from './show.js';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const inWords = (seen: Seen | null): string =>
  seen ? `${seconds(seen.ownMs)} (${seen.who}; ${seconds(seen.to - seen.from)} in all)` : 'none';

export function reportOf(outcome: Outcome): string {
  const { books, stalls, crowd } = outcome;
  const rows: [string, string][] = [
    [
      'troubles',
      Object.entries(outcome.troubles)
        .map(([kind, count]) => `${count} ${kind}`)
        .join(', '),
    ],
    [
      'viewers',
      Object.entries(crowd)
        .map(([what, count]) => `${count} ${what}`)
        .join(', '),
    ],
    ['media opened by viewers without a screen', `${outcome.watchedMinutes} min`],
    ['files from carrier 1, 2', outcome.carried.join(', ')],
    ['longest stall while the source sent', inWords(stalls.longest)],
    ['stalls while the source sent', `${stalls.count}`],
    ['longest wait for a first picture', inWords(stalls.starts)],
    ...outcome.returns.map(({ kind, count, longestMs }): [string, string] => [
      `first media after ${kind}`,
      `${count} times, at most ${seconds(longestMs)} after its end`,
    ]),
    ['charges, key periods', `${books.charges}, ${books.periods}`],
    ['keys that a viewer had and was not charged for', `${books.unpaidKeys}`],
    ['most that a key unlocked beyond its price', seconds(books.mostFreeMs)],
    ['most that a viewer could open beyond what he paid for', seconds(books.mostFreeOfViewerMs)],
    [
      'most that a key was short of its price',
      `${seconds(books.mostUnderMs)}; ${books.short} were, and the next gave it back`,
    ],
    ['charges under which a viewer opened nothing', `${books.unseen}`],
    ...outcome.trends.map(({ gauge, first, last, most }): [string, string] => [
      `${gauge}, first and last third, most`,
      `${first.toFixed(1)}, ${last.toFixed(1)}, ${most.toFixed(1)}`,
    ]),
    ['processes of the show were kept from running', seconds(outcome.starvedMs)],
    [
      'warnings and errors in the log',
      [...outcome.log].map(([what, count]) => `${count}× ${what}`).join('; ') || 'none',
    ],
    ['the books', outcome.verified],
  ];
  const worst = stalls.worst.map((seen) => `- ${seen.first ? 'start' : 'stall'} ${inWords(seen)}`);
  return [
    `# A show of ${outcome.minutes} min, seed ${outcome.seed}`,
    outcome.broken.length === 0
      ? 'Every promise was held.'
      : outcome.broken.map((line) => `- BROKE: ${line}`).join('\n'),
    markdownTable(['', ''], rows),
    `Longest waits:\n\n${worst.join('\n')}`,
    `Load average at the end: ${loadavg()
      .map((load) => load.toFixed(1))
      .join(', ')}.`,
    '',
  ].join('\n\n');
}
