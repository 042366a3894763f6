// The themes that ship, as sheets of their own: a change of theme is a change of sheet, with nothing to load.
import type { ThemeName } from '../../../vocabulary/places.js';
import glass from './glass.css?inline';
import lamp from './lamp.css?inline';
import loud from './loud.css?inline';

export const themes: Record<ThemeName, string> = { lamp, glass, loud };
