// What the commands are made with.
import type { Announcements } from '../announcements.js';
import type { Communities } from '../communities.js';
import type { Handouts } from '../handouts.js';
import type { Hosts } from '../hosts.js';
import type { House } from '../house.js';
import type { Sights } from '../sights.js';

export interface CommandNeeds {
  house: House;
  communities: Communities;
  handouts: Handouts;
  sights: Pick<Sights, 'born' | 'joined'>;
  hosts: Pick<Hosts, 'prove' | 'isHost'>;
  announcements: Announcements;
  /** From now on its shows are announced. */
  follow: (stream: string) => Promise<void>;
}
