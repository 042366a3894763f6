// The overlay's look as the dashboard changes it: seen at once, saved at once, and undone step by step.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Look, LookPatch } from '../../../vocabulary/looks.js';
import { type PartName, partNames } from '../../../vocabulary/places.js';
import type { Desk } from '../desk.js';

const mostSteps = 50;

export interface LookDesk {
  look: Look | null;
  /** Shows it, and saves nothing yet. */
  preview(look: Look): void;
  /** Resolves to why it was refused; null: it was not. */
  save(look: Look): Promise<string | null>;
  undo: (() => void) | null;
}

/** What of a look is not as it was. */
function differenceOf(was: Look, is: Look): LookPatch {
  const parts = partNames.filter((name) => was.parts[name] !== is.parts[name]).map((name) => [name, is.parts[name]]);
  return {
    ...(was.theme !== is.theme && { theme: is.theme }),
    ...(was.css !== is.css && { css: is.css }),
    ...(parts.length > 0 && { parts: Object.fromEntries(parts) as Partial<Look['parts']> }),
  };
}

export function useLook(desk: Desk, stream: string): LookDesk {
  const [look, setLook] = useState<Look | null>(null);
  const [steps, setSteps] = useState<readonly Look[]>([]);
  const saved = useRef<Look | null>(null);
  useEffect(() => {
    const read = async () => {
      const now = await desk.look('getLook', stream);
      if (!now) return;
      saved.current = now;
      setLook(now);
    };
    void read();
    window.addEventListener('focus', read);
    return () => window.removeEventListener('focus', read);
  }, [desk, stream]);

  async function send(next: Look): Promise<string | null> {
    const was = saved.current;
    if (!was) return null;
    saved.current = next;
    setLook(next);
    const { answer, refused } = await desk.attempt('patchLook', stream, differenceOf(was, next));
    if (answer || saved.current !== next) return refused;
    saved.current = was;
    setLook(was);
    return refused;
  }

  return {
    look,
    preview: setLook,
    async save(next) {
      const was = saved.current;
      const refused = await send(next);
      if (was && refused === null) setSteps((all) => [...all, was].slice(-mostSteps));
      return refused;
    },
    undo:
      steps.length === 0
        ? null
        : () => {
            const before = steps.at(-1);
            setSteps((all) => all.slice(0, -1));
            if (before) void send(before);
          },
  };
}

export const withPart = (look: Look, name: PartName, change: Partial<Look['parts'][PartName]>): Look => ({
  ...look,
  parts: { ...look.parts, [name]: { ...look.parts[name], ...change } },
});
