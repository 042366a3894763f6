// What every stage of the wiring is given, and what the first stages learn only from the last ones.
import type { Bots } from '../bots/index.js';
import type { Logger } from '../log.js';
import type { Overlay } from '../overlay/index.js';
import type { Chat } from '../payments/chat/index.js';
import type { Settings } from '../settings.js';
import type { Hex } from '../vocabulary/values.js';

/** Parts that call each other cannot all be there first: until one of these is, nobody hears of it. */
export interface Later {
  overlay: Overlay | null;
  people: Pick<Chat, 'personOf'> | null;
  tellAlerts: ((channel: Hex) => void) | null;
  bots: Bots | null;
}

export interface Given {
  settings: Settings;
  log: Logger;
  folders: { pages: string; cache: string };
  later: Later;
  /** What was begun last is stopped first. */
  onStop: (close: () => unknown) => void;
}
