// When the processes of the show were ready to run and were not let: what was late then is the machine's doing. Linux tells; elsewhere only this process does.
import { readdirSync, readFileSync } from 'node:fs';
import type { Away } from './bounds.js';

const everyMs = 200;
/** Less than this of a moment is how machines are. */
const share = 0.25;
const childrenEveryMs = 2000;

/** ns that a process has waited for a core since it began; null where nobody tells. */
function waited(pid: number): number | null {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]);
  } catch {
    return null;
  }
}

export function childrenOf(pid: number): number[] {
  try {
    const of = (task: string): string[] => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ');
    return readdirSync(`/proc/${pid}/task`).flatMap(of).filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** `roots` are the processes whose work a picture waits for, beside this one; with what they have started. */
export function watchStarving(roots: () => number[]) {
  const spans: Away[] = [];
  const before = new Map<number, number>();
  let at = Date.now();
  let pids: number[] = [];
  let looked = 0;

  /** ms since it was last asked. */
  function waitOf(pid: number): number {
    const now = waited(pid);
    const last = before.get(pid);
    if (now !== null) before.set(pid, now);
    return now === null || last === undefined ? 0 : (now - last) / 1e6;
  }

  const timer = setInterval(() => {
    const now = Date.now();
    if (now - looked > childrenEveryMs) {
      pids = [process.pid, ...roots().flatMap((pid) => [pid, ...childrenOf(pid)])];
      looked = now;
    }
    const passed = now - at;
    const longest = Math.min(passed, Math.max(passed - 2 * everyMs, ...pids.map(waitOf)));
    if (longest > passed * share) spans.push({ kind: 'starved', from: at, over: at + longest, back: at + longest });
    at = now;
  }, everyMs);

  return { spans, stop: () => clearInterval(timer) };
}
