// Tells a stream's leaderboard to those who show it, a moment after it moved: many tips are one change.
const everyMs = 1500;

export function createBoards(needs: { isShown: (stream: string) => boolean; tell: (stream: string) => Promise<void> }) {
  const timers = new Map<string, NodeJS.Timeout>();
  return {
    moved(stream: string): void {
      if (timers.has(stream) || !needs.isShown(stream)) return;
      const tell = (): void => {
        timers.delete(stream);
        void needs.tell(stream);
      };
      timers.set(stream, setTimeout(tell, everyMs));
    },
    stop(): void {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
