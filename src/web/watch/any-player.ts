// What the page needs of a player, whichever the browser lets it have.
import type { Sight } from './place.js';
import type { Piece } from './timeline.js';

export interface Player {
  /** Live, with the playlists' addresses, best first. */
  start(playlists: readonly string[]): void;
  /** What to play when it goes on. */
  aim(playlists: readonly string[]): void;
  /** Another cam, at the same moment: what is seen goes on until that one plays; false when it does not. */
  show(playlists: readonly string[]): Promise<boolean>;
  /** Loads nothing more; what is decrypted plays to its end. */
  hold(): void;
  /** The viewer wants to see nothing now, and to go on here where that is possible. */
  pause(): void;
  /** Where he wants to be: live, or where he went back to or paused. */
  resume(): void;
  /** To so many seconds behind live; 0: live. */
  goBack(behind: number): void;
  /** What lies between here and there, and all that there is; null where there is no going back. */
  timeline(): { pieces: readonly Piece[]; sight: Sight } | null;
  play(): Promise<void>;
  isStarted(): boolean;
  /** A picture's height; null: what the line carries. Keys are the same for all. */
  choose(height: number | null): void;
  caption(on: boolean): void;
  stop(): void;
  destroy(): void;
}
