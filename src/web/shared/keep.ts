// What a page remembers between visits; where storage is refused, only while it is open.

export interface Keep {
  get(name: string): string | null;
  set(name: string, value: string | null): void;
}

/** Names get the prefix `dtok.`; `storage` is read lazily because the browser may refuse even to show it. */
export function createKeep(storage: () => Storage): Keep {
  const fallback = new Map<string, string>();
  return {
    get(name) {
      try {
        return storage().getItem(`dtok.${name}`);
      } catch {
        return fallback.get(name) ?? null;
      }
    },
    set(name, value) {
      if (value === null) fallback.delete(name);
      else fallback.set(name, value);
      try {
        if (value === null) storage().removeItem(`dtok.${name}`);
        else storage().setItem(`dtok.${name}`, value);
      } catch {
        // Kept for this visit.
      }
    },
  };
}
