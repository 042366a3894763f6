// What completes an argument while it is typed: options of what runs, each by its number and its words.
import type { Completion } from '../command.js';

/** Platforms show no more. */
const most = 25;

export const fitting = (typed: string, all: readonly Completion[]): Completion[] => {
  const wanted = typed.trim().toLowerCase();
  const fits = ({ name, value }: Completion): boolean => name.toLowerCase().includes(wanted) || value === wanted;
  return all.filter(fits).slice(0, most);
};

/** Of one alone, `2 · Blue`; of several, with their questions. Each value says which one it is of: `#7 2`. */
export const optionsOf = (all: readonly { id: string; question: string; options: readonly string[] }[]): Completion[] =>
  all.flatMap(({ id, question, options }) =>
    options.map((text, i) => ({
      name: `${i + 1} · ${text}${all.length > 1 ? ` (${question})` : ''}`,
      value: `#${id} ${i + 1}`,
    })),
  );
