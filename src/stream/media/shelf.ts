// What our own server has of the streams on air, in memory: playlists that wait for what comes, and the newest media.

/** How far a playlist is: the last segment's place among all, and its last part; -1 when the segment is complete. */
export interface Head {
  msn: number;
  part: number;
}

export interface LivePlaylist {
  head: Head;
  targetMs: number;
  /** `skip`: the player has what is older. */
  text: (skip: boolean) => string;
}

/** Media stay here this long: those who are at the edge have them by then, all others ask the storage. */
const keepMs = 20_000;

/** True when a playlist shows that part, or that whole segment. */
export function shows(head: Head, msn: number, part: number | null): boolean {
  if (head.msn !== msn) return head.msn > msn;
  return head.part < 0 || (part !== null && head.part >= part);
}

export type Shelf = ReturnType<typeof createShelf>;

/** Names are `<stream>/<file>`. */
export function createShelf({ now = Date.now }: { now?: () => number } = {}) {
  const playlists = new Map<string, LivePlaylist>();
  const media = new Map<string, { data: Buffer; until: number }>();
  const hints = new Map<string, string>();
  const waiting = new Map<string, Set<() => void>>();

  function wake(name: string): void {
    const all = waiting.get(name);
    waiting.delete(name);
    for (const go of all ?? []) go();
  }

  /** Resolves when something about that name changes, or the time is up. */
  function change(name: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const all = waiting.get(name) ?? new Set();
      waiting.set(name, all);
      const done = (): void => {
        clearTimeout(timer);
        all.delete(done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(0, ms));
      timer.unref();
      all.add(done);
    });
  }

  /** Whoever waits for what was hinted at and will not come is told so. */
  function expect(playlist: string, hint: string | null): void {
    const before = hints.get(playlist);
    if (hint) hints.set(playlist, hint);
    else hints.delete(playlist);
    if (before && before !== hint) wake(before);
  }

  const hinted = (name: string): boolean => [...hints.values()].includes(name);

  /** Names are kept in the order in which they came, and so of their ends. */
  function sweep(): void {
    for (const [name, { until }] of media) {
      if (until > now()) return;
      media.delete(name);
    }
  }

  return {
    put(name: string, data: Buffer): void {
      sweep();
      media.set(name, { data, until: now() + keepMs });
      wake(name);
    },
    /** `hint` is the media that comes next: requests for it wait. */
    show(name: string, playlist: LivePlaylist, hint: string | null): void {
      playlists.set(name, playlist);
      expect(name, hint);
      wake(name);
    },
    /** Nothing more comes: whoever waits is answered. */
    hide(name: string): void {
      playlists.delete(name);
      expect(name, null);
      wake(name);
    },
    has: (name: string): boolean => playlists.has(name) || media.has(name) || hinted(name),
    playlist: (name: string): LivePlaylist | undefined => playlists.get(name),
    /** A playlist once it shows what is asked for; as it is when that does not come within three target durations. */
    async playlistWith(name: string, msn: number, part: number | null): Promise<LivePlaylist | undefined> {
      const until = performance.now() + 3 * (playlists.get(name)?.targetMs ?? 0);
      for (;;) {
        const playlist = playlists.get(name);
        if (!playlist || shows(playlist.head, msn, part) || performance.now() >= until) return playlist;
        await change(name, until - performance.now());
      }
    },
    /** Media, waited for where a playlist has hinted at it. */
    async media(name: string, patienceMs: number): Promise<Buffer | undefined> {
      if (!media.has(name) && hinted(name)) await change(name, patienceMs);
      return media.get(name)?.data;
    },
  };
}
