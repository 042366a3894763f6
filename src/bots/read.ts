// Arguments from what was typed: by name, as Discord gives them, or from one line, as in `/tip 5 great solo`.
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import { readAmount, sayAmount, type Unit } from './amounts.js';
import type { Arg, Args, Kind } from './command.js';
import type { Words } from './words/index.js';

/** A text that is no such argument; the message is for the person. */
export class Misread extends Error {}

export interface Reader {
  token: Unit;
  words: Words;
  /** Problem: unknown_stream. */
  stream: (text: string) => string;
  /** Null when it is neither an address nor a known name. */
  address: (text: string) => Promise<Hex | null>;
}

const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90s`, `5m`, `2h`, `3d` in ms; null when it is no such span. */
function readDuration(text: string): number | null {
  const [, count = '', unit = ''] = /^(\d{1,6})\s*([smhd])$/i.exec(text) ?? [];
  const ms = Number(count) * (units[unit.toLowerCase() as keyof typeof units] ?? 0);
  return ms > 0 ? ms : null;
}

const idForm = /^(?:<[@#]&?)?(-?\d{1,20})>?$/;

/** A platform's own number, as it is or inside a mention. */
function idOf(text: string, words: Words): string {
  const [, id] = idForm.exec(text) ?? [];
  if (id === undefined) throw new Misread(words.noId);
  return id;
}

async function readOne(text: string, arg: Arg, { token, words, stream, address }: Reader): Promise<unknown> {
  const read: Record<Kind, () => unknown> = {
    amount: () => {
      const result = readAmount(text, token);
      if ('fault' in result)
        throw new Misread(words.amountFault(result.fault, sayAmount(10n ** BigInt(token.decimals), token)));
      return result.amount;
    },
    text: () => {
      const longest = arg.longest ?? 280;
      if ([...text].length > longest) throw new Misread(words.tooLong(longest));
      return text;
    },
    stream: () => stream(text),
    address: async () => {
      const found = await address(text);
      if (!found) throw new Misread(words.noAddress);
      return found;
    },
    whole: () => {
      const { least = 0, most = Number.MAX_SAFE_INTEGER } = arg;
      const n = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      if (!(n >= least && n <= most)) throw new Misread(words.noNumber(least, most));
      return n;
    },
    choice: () => {
      const { choices = [] } = arg;
      const found = choices.find((choice) => choice === text.toLowerCase());
      if (found === undefined) throw new Misread(words.noChoice(choices.join(', ')));
      return found;
    },
    duration: () => {
      const ms = readDuration(text);
      if (ms === null) throw new Misread(words.noDuration);
      return ms;
    },
    flag: () => {
      if (!/^(true|false|yes|no|on|off)$/i.test(text)) throw new Misread(words.noChoice('yes, no'));
      return /^(true|yes|on)$/i.test(text);
    },
    word: () => [...text].slice(0, 60).join(''),
    role: () => idOf(text, words),
    channel: () => idOf(text, words),
  };
  return read[arg.kind]();
}

/** Throws Misread, and Problems of what is looked up. */
export async function readArgs(
  args: Args,
  texts: Readonly<Record<string, string>>,
  reader: Reader,
): Promise<Record<string, unknown>> {
  const given: Record<string, unknown> = {};
  for (const [name, arg] of Object.entries(args)) {
    const text = texts[name]?.trim() ?? '';
    if (text) given[name] = await readOne(text, arg, reader);
    else if (!arg.optional) throw new Misread(reader.words.missing(name));
  }
  return given;
}

/** How many of the words an argument takes; 0 leaves them to the next one. `5 dai` is one amount of two words. */
function taken(
  arg: Arg,
  [first = '', second = '', ...rest]: string[],
  token: Unit,
  isStream: (text: string) => boolean,
) {
  if (arg.kind === 'text') return rest.length + 2;
  if (arg.begins !== undefined) return first.startsWith(arg.begins) ? 1 : 0;
  if (arg.optional && arg.kind === 'choice') return arg.choices?.includes(first) ? 1 : 0;
  if (arg.optional && arg.kind === 'duration') return readDuration(first) === null ? 0 : 1;
  if (arg.kind === 'role' || arg.kind === 'channel') return arg.optional && !idForm.test(first) ? 0 : 1;
  if (arg.kind === 'stream') return arg.optional && !isStream(first) ? 0 : 1;
  if (arg.kind !== 'amount') return 1;
  if ('amount' in readAmount(`${first} ${second}`, token) && second) return 2;
  return arg.optional && 'fault' in readAmount(first, token) ? 0 : 1;
}

/** Several texts, with `|` between; what is more than there are arguments is left. */
function cutTexts(names: readonly string[], words: string[], texts: Record<string, string>): void {
  const pieces = words
    .splice(0)
    .join(' ')
    .split('|')
    .map((piece) => piece.trim())
    .filter(Boolean);
  for (const name of names) {
    const piece = pieces.shift();
    if (piece !== undefined) texts[name] = piece;
  }
  words.push(...pieces);
}

/** Cuts a line into its arguments, in their order; a text takes all that is left. Problem: bad_request. */
export function cutLine(args: Args, line: string, token: Unit, isStream: (text: string) => boolean) {
  const words = line.trim().split(/\s+/).filter(Boolean);
  const texts: Record<string, string> = {};
  const textNames = Object.keys(args).filter((name) => args[name]?.kind === 'text');
  for (const [name, arg] of Object.entries(args)) {
    if (words.length === 0) break;
    if (arg.after !== undefined && texts[arg.after] === undefined) continue;
    if (arg.kind === 'text' && textNames.length > 1) {
      cutTexts(textNames, words, texts);
      break;
    }
    const text = words.splice(0, taken(arg, words, token, isStream)).join(' ');
    if (text) texts[name] = text;
  }
  if (words.length > 0) throw new Problem('bad_request', { reason: `“${words.join(' ').slice(0, 40)}” is too much` });
  return texts;
}
