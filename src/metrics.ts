// What is counted, for Prometheus at /metrics.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Between two keys, counting one takes three times as long as in a row. */
const countedTogether = 256;

export type Metrics = ReturnType<typeof createMetrics>;

/** `read` is asked at each scrape for what is known elsewhere. */
export function createMetrics(
  read: () => {
    viewers: Record<string, number>;
    overlays: number;
    live: Record<string, boolean>;
    copies: { stream: string; name: string; behind: number }[];
  },
) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const keys = new Histogram({
    name: 'dtok_key_seconds',
    help: 'Time to answer a key request, by status',
    labelNames: ['status'],
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.25, 1],
    registers,
    collect: () => countKeys(),
  });
  const answered: { status: number; seconds: number }[] = [];
  function countKeys(): void {
    for (const { status, seconds } of answered.splice(0)) keys.observe({ status }, seconds);
  }
  const tips = new Counter({ name: 'dtok_tips_total', help: 'Tips accepted', labelNames: ['stream'], registers });
  const segments = new Counter({
    name: 'dtok_segments_total',
    help: 'Segments published',
    labelNames: ['stream'],
    registers,
  });
  new Gauge({
    name: 'dtok_viewers',
    help: 'Viewers that got a key lately',
    labelNames: ['stream'],
    registers,
    collect() {
      for (const [stream, count] of Object.entries(read().viewers)) this.set({ stream }, count);
    },
  });
  new Gauge({
    name: 'dtok_live',
    help: '1 while a stream is on air',
    labelNames: ['stream'],
    registers,
    collect() {
      for (const [stream, live] of Object.entries(read().live)) this.set({ stream }, live ? 1 : 0);
    },
  });
  new Gauge({
    name: 'dtok_overlays',
    help: 'Connected overlays',
    registers,
    collect() {
      this.set(read().overlays);
    },
  });
  new Gauge({
    name: 'dtok_copy_behind_files',
    help: 'Files that a copy of the media does not have yet',
    labelNames: ['stream', 'copy'],
    registers,
    collect() {
      for (const { stream, name, behind } of read().copies) this.set({ stream, copy: name }, behind);
    },
  });
  return {
    key(status: number, seconds: number): void {
      answered.push({ status, seconds });
      if (answered.length >= countedTogether) countKeys();
    },
    tip: (stream: string) => tips.inc({ stream }),
    segment: (stream: string) => segments.inc({ stream }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
