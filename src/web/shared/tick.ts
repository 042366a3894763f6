// Draws a component again every half second while there is a clock to show.
import { useEffect, useState } from 'preact/hooks';

export function useTick(on: boolean): void {
  const [, set] = useState(0);
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => set((n) => n + 1), 500);
    return () => clearInterval(timer);
  }, [on]);
}
