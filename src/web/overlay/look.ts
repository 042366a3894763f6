// How the page looks: the theme and the host's own CSS as sheets after the page's own, and each part in its place.
import type { Look } from '../../vocabulary/looks.js';
import {
  defaultPlace,
  type PartName,
  partNames,
  shapeOf,
  type ThemeName,
  themeNames,
} from '../../vocabulary/places.js';
import { type Box, createBox } from './layout.js';
import { themes } from './themes/index.js';

/** Of `?theme=glass`, whatever the look says. */
function askedTheme(search: string): ThemeName | null {
  const asked = new URLSearchParams(search).get('theme');
  return themeNames.find((name) => name === asked) ?? null;
}

/** Its fonts are loaded before anything is written in them. */
function dress(sheets: readonly CSSStyleSheet[], texts: readonly string[]): void {
  for (const [i, sheet] of sheets.entries()) sheet.replaceSync(texts[i] ?? '');
  for (const font of document.fonts) if (font.status === 'unloaded') void font.load().catch(() => {});
}

/** `asked`: the parts that the address asks for; null: those that the look has on. */
export function createLook(page: HTMLElement, search: string, asked: readonly string[] | null) {
  const theme = askedTheme(search);
  const boxes = new Map<string, Box>();
  const sheets = [new CSSStyleSheet(), new CSSStyleSheet()];
  document.adoptedStyleSheets = sheets;
  let worn: Look | null = null;

  function arrange(): void {
    if (!worn) return;
    const { parts } = worn;
    const shape = shapeOf(innerWidth, innerHeight);
    const on = asked ?? partNames.filter((name) => parts[name].on);
    const placeOf = (name: PartName) => parts[name][shape] ?? defaultPlace(name, shape, on);
    for (const name of partNames) boxes.get(name)?.place(on.includes(name) ? placeOf(name) : null);
  }
  window.addEventListener('resize', arrange);

  return {
    /** The box of a part, where it puts what it shows. */
    box(name: string): HTMLElement {
      const box = createBox(name, page);
      boxes.set(name, box);
      return box.page;
    },
    wear(look: Look): void {
      if (look.theme !== worn?.theme || look.css !== worn.css) dress(sheets, [themes[theme ?? look.theme], look.css]);
      worn = look;
      document.body.dataset.theme = theme ?? look.theme;
      arrange();
    },
  };
}
