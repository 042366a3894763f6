// The server's log after the show: no promise unhandled, and no error that no planned trouble explains. Pure.

interface Line {
  level: number;
  time: number;
  msg: string;
  err?: { message?: string; type?: string };
}

const error = 50;

/** What a trouble of the plan may make the server say, as an error. */
const explained: readonly RegExp[] = [];

export function readLog(output: string): { lines: number; errors: string[]; words: Map<string, number> } {
  const words = new Map<string, number>();
  const errors: string[] = [];
  let lines = 0;
  for (const text of output.split('\n')) {
    if (!text.startsWith('{')) continue;
    const line = JSON.parse(text) as Line;
    lines += 1;
    if (line.level < 40) continue;
    words.set(line.msg, (words.get(line.msg) ?? 0) + 1);
    if (line.level >= error && !explained.some((pattern) => pattern.test(line.msg)))
      errors.push(`${line.msg}: ${line.err?.message ?? ''}`);
  }
  return { lines, errors, words };
}
