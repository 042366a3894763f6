// Prints what was measured as a markdown table, with the machine and the command that it came from.
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';

export type Row = readonly string[];

/** Columns but the first stand right. */
export function markdownTable(header: Row, rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** Where and when, in one paragraph. */
export function machine(command: string): string {
  const cpu = cpus()[0]?.model.trim() ?? 'unknown CPU';
  const memory = Math.round(totalmem() / 2 ** 30);
  const day = new Date().toISOString().slice(0, 10);
  return [
    `${day}, ${cpu}, ${availableParallelism()} cores, ${memory} GiB, ${platform()} ${release()}, Node ${process.version}.`,
    `Command: \`${command}\`.`,
  ].join(' ');
}

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
export const whole = (n: number): string => grouped.format(n);
export const ratio = (n: number): string => `${n < 0.1 ? n.toFixed(3) : n.toFixed(2)} ×`;
