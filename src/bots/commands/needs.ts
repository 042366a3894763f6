// What the commands are made with.
import type { Communities } from '../communities.js';
import type { Handouts } from '../handouts.js';
import type { House } from '../house.js';

export interface CommandNeeds {
  house: House;
  communities: Communities;
  handouts: Handouts;
}
