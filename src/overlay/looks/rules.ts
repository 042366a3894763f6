// A look until it is changed, what a change makes of it, and which parts it has on: pure.
import type { Look, LookPatch, PartLook } from '../../vocabulary/looks.js';
import { type PartName, partNames, themeNames, usualParts } from '../../vocabulary/places.js';

const usual = (name: PartName): PartLook => ({ on: usualParts.includes(name), wide: null, upright: null });

const each = (lookOf: (name: PartName) => PartLook): Look['parts'] =>
  Object.fromEntries(partNames.map((name) => [name, lookOf(name)])) as Look['parts'];

export const usualLook: Look = { theme: themeNames[0], css: '', parts: each(usual) };

type PartChange = NonNullable<NonNullable<LookPatch['parts']>[PartName]>;

const changedPart = (was: PartLook, { on = was.on, wide = was.wide, upright = was.upright }: PartChange): PartLook => ({
  on,
  wide,
  upright,
});

/** `look` may be of a time when there were other parts. */
export const changed = (look: Look, { theme = look.theme, css = look.css, parts = {} }: LookPatch): Look => ({
  theme,
  css,
  parts: each((name) => changedPart(look.parts[name] ?? usual(name), parts[name] ?? {})),
});

export const partsOn = ({ parts }: Look): PartName[] => partNames.filter((name) => parts[name].on);
