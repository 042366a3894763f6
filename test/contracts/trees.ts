// Tests that follow a tree: every case of contracts/trees/<name>.tree has one test, and every test a case.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** A case: the conditions that lead to it, and what is asked for there. */
interface Case {
  path: string[];
  outcomes: string[];
}

/** The cases under each function of a tree; throws when a condition has no outcome. */
export function readTree(text: string): Map<string, Case[]> {
  const roots = new Map<string, Case[]>();
  let cases: Case[] = [];
  let path: string[] = [];
  for (const line of text.split('\n').filter((l) => l.trim() !== '')) {
    const [, lead, words] = line.match(/^((?:│ {3}| {4})*)(?:├── |└── )(.+)$/) ?? [];
    if (words === undefined || lead === undefined) {
      cases = [];
      path = [];
      roots.set(line.trim(), cases);
    } else if (/^it\b/.test(words)) {
      const last = cases.at(-1);
      if (last?.path.join() === path.join()) last.outcomes.push(words);
      else cases.push({ path, outcomes: [words] });
    } else {
      path = [...path.slice(0, lead.length / 4), words];
    }
  }
  return roots;
}

/** Tests by function, then by the last condition of each case. */
type Tests = Record<string, Record<string, () => Promise<void>>>;

/** Declares a test for each case of a tree, and one that holds the two against each other. */
export function followTree(name: string, tests: Tests): void {
  const roots = readTree(readFileSync(new URL(`../../contracts/trees/${name}.tree`, import.meta.url), 'utf8'));
  const wanted = [...roots].flatMap(([root, cases]) => cases.map((c) => `${root}: ${c.path.at(-1)}`));
  const given = Object.entries(tests).flatMap(([root, all]) => Object.keys(all).map((key) => `${root}: ${key}`));
  it(`follows ${name}.tree case by case`, () => expect(given).toEqual(wanted));

  for (const [root, cases] of roots) {
    describe(root, () => {
      for (const { path, outcomes } of cases) {
        const test = tests[root]?.[path.at(-1) ?? ''];
        if (test) it(`${path.join(', ')}: ${outcomes.join('; ')}`, test);
      }
    });
  }
}
