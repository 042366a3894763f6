// The options of `dtok sponsor`, and its help.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const help = `dtok sponsor --server URL --stream ID --fund 10   open a channel, fund it, and sign as its links spend
dtok sponsor                                     go on: sign until Ctrl-C; without you, your links wait
dtok sponsor links --count 100 --limit 1         make links; --csv FILE for named ones (label,limit,expires)
dtok sponsor list                                what each link spent
dtok sponsor raise --label NAME --by 1           give links more credit; --link ADDRESS or --csv FILE for others
dtok sponsor revoke --label NAME | --link ADDRESS …   take links back, from the next key on
dtok sponsor audit                               check from the links' own vouchers that you were not overcharged
dtok sponsor close                               claim what was spent, take the rest back, at once
dtok sponsor withdraw --rpc URL                  the same without the server: begins it and, after the delay, ends it

  --data FOLDER       where your key and record are kept (data/sponsor)
  --fund AMOUNT       deposit until the channel was given this much in all
  --per-second AMOUNT sign at most this much a second, with a minute's worth at once (100 viewers' price)
  --total AMOUNT      sign at most this much in all (what you funded)
  --limit AMOUNT      what each link may spend
  --label TEXT        what links are for; several are numbered
  --expires WHEN      90m, 12h, 7d, or a date
  --once              the label names a person, who gets one link however often you ask
  --csv FILE          links to make or, with raise and revoke, the labels of links
  --out FILE          where the new links go (links.csv); who has that file has their credit
  --link ADDRESS      with raise and revoke: a link's address, as list shows it; may be repeated
  --by AMOUNT         raise: how much more each link may spend
  --rpc URL           audit: ask this node what was claimed, not the server; withdraw: the node to act by
  --save FILE, --file FILE   audit: keep what the server said, or audit what was kept`;

export type Options = ReturnType<typeof readOptions>;

/** Throws an Error for the person at the terminal. */
export function readOptions(args: string[]) {
  const text = { type: 'string' } as const;
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      server: text,
      stream: text,
      data: { ...text, default: 'data/sponsor' },
      fund: text,
      'per-second': text,
      total: text,
      count: text,
      limit: text,
      label: text,
      expires: text,
      once: { type: 'boolean', default: false },
      csv: text,
      out: { ...text, default: 'links.csv' },
      link: { ...text, multiple: true },
      by: text,
      rpc: text,
      save: text,
      file: text,
      help: { type: 'boolean', default: false },
    },
  });
  const [command = 'run', ...rest] = positionals;
  if (rest.length > 0) throw new Error(`“${rest.join(' ')}” is not understood.\n\n${help}`);
  return { ...values, data: resolve(values.data), command };
}
