// How a stream's overlay looks, on the wire: its theme, the host's own CSS, and its parts.
import { z } from 'zod';
import { partNames, type Shape, themeNames } from './places.js';

/** Room for a font or two within. */
export const mostCss = 200_000;
/** Arithmetic in the browser is not exact. */
const slack = 1e-6;

export const Place = z
  .object({
    x: z.number().min(0).max(1),
    y: z.number().min(0).max(1),
    width: z.number().min(0.02).max(1),
    height: z.number().min(0.02).max(1),
    scale: z.number().min(0.3).max(4).meta({ description: 'how large what is in the box is drawn' }),
  })
  .refine(({ x, y, width, height }) => x + width <= 1 + slack && y + height <= 1 + slack, {
    message: 'a box stays on the canvas',
  })
  .meta({ id: 'OverlayPlace', description: 'a box, in shares of the canvas' });

export const PartLook = z.object({
  on: z.boolean(),
  wide: Place.nullable().meta({ description: 'on a canvas that is not upright; null: where it stands by default' }),
  upright: Place.nullable(),
} satisfies Record<Shape | 'on', z.ZodType>);
export type PartLook = z.infer<typeof PartLook>;

const theme = z.enum(themeNames);
const css = z.string().max(mostCss).meta({ description: 'the host’s own, after the theme' });

export const Look = z.object({ theme, css, parts: z.record(z.enum(partNames), PartLook) }).meta({ id: 'OverlayLook' });
export type Look = z.infer<typeof Look>;

export const LookPatch = z
  .object({
    theme: theme.optional(),
    css: css.optional(),
    parts: z.partialRecord(z.enum(partNames), PartLook.partial()).optional(),
  })
  .meta({ id: 'OverlayLookPatch', description: 'what is not named stays as it is' });
export type LookPatch = z.infer<typeof LookPatch>;
