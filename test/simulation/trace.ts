// What happened: the last steps in words for whoever repeats a failed schedule, and a fingerprint of all of them.
const kept = 40;

export type Trace = ReturnType<typeof createTrace>;

/** cyrb53: two runs with the same fingerprint took the same steps. */
function stirrer() {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  return {
    stir(text: string): void {
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        a = Math.imul(a ^ code, 2654435761);
        b = Math.imul(b ^ code, 1597334677);
      }
    },
    print: (): string => `${(a >>> 0).toString(16).padStart(8, '0')}${(b >>> 0).toString(16).padStart(8, '0')}`,
  };
}

export function createTrace(now: () => number) {
  const words: string[] = [];
  const { stir, print } = stirrer();
  const start = now();
  let steps = 0;

  function say(text: string): void {
    stir(text);
    words.push(`  step ${steps}, ${((now() - start) / 1000).toFixed(1)} s: ${text}`);
    if (words.length > kept) words.shift();
    if (process.env.TRACE) process.stderr.write(`${words.at(-1)}\n`);
  }

  return {
    say,
    step(label: string, quiet: boolean): void {
      steps += 1;
      if (quiet) {
        stir(label);
        if (process.env.TRACE === 'all') process.stderr.write(`  step ${steps}, ${now()}: ${label}\n`);
      } else say(label);
    },
    steps: () => steps,
    words: (): readonly string[] => words,
    fingerprint: print,
  };
}
