// Tells a stream's leaderboards to those who show them, a moment after they moved: many tips are one change.
import { Span } from '../vocabulary/goals.js';

const everyMs = 1500;
/** An hour ends for one tip after the other, without anything that says so. */
const rollMs = 30_000;

export function createBoards(needs: {
  isShown: (stream: string, span: Span) => boolean;
  /** All that have one of the hour up. */
  streams: () => readonly string[];
  tell: (stream: string, span: Span) => Promise<void>;
}) {
  const timers = new Map<string, NodeJS.Timeout>();

  function tellAll(stream: string): void {
    timers.delete(stream);
    for (const span of Span.options) if (needs.isShown(stream, span)) void needs.tell(stream, span);
  }

  const rolling = setInterval(() => {
    for (const stream of needs.streams()) void needs.tell(stream, 'hour');
  }, rollMs);

  return {
    moved(stream: string): void {
      if (timers.has(stream) || !Span.options.some((span) => needs.isShown(stream, span))) return;
      timers.set(
        stream,
        setTimeout(() => tellAll(stream), everyMs),
      );
    },
    stop(): void {
      clearInterval(rolling);
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
