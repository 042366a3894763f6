// How each stream's overlay looks, kept: a change is checked, on disk, and then told.
import type { Store } from '../../store/index.js';
import { createTurns } from '../../turns.js';
import type { Look, LookPatch } from '../../vocabulary/looks.js';
import { themeNames } from '../../vocabulary/places.js';
import { Problem } from '../../vocabulary/problems.js';
import { troubleOf } from './css.js';
import { changed, usualLook } from './rules.js';

export { partsOn } from './rules.js';

export type Looks = Awaited<ReturnType<typeof openLooks>>;

export async function openLooks(needs: {
  store: Store;
  /** Where this server's own files are. */
  origin: string;
  onLook: (stream: string) => void;
}) {
  const { store, origin, onLook } = needs;
  const looks = new Map<string, Look>();
  const turn = createTurns<string>();
  for (const { stream, look } of await store.db.selectFrom('looks').selectAll().execute())
    looks.set(stream, readable(JSON.parse(look) as Look));

  const get = (stream: string): Look => looks.get(stream) ?? usualLook;

  async function keep(stream: string, look: Look): Promise<void> {
    const row = { look: JSON.stringify(look) };
    await store.write(async (trx) => {
      await trx
        .insertInto('looks')
        .values({ stream, ...row })
        .onConflict((c) => c.column('stream').doUpdateSet(row))
        .execute();
    });
    looks.set(stream, look);
  }

  return {
    get,
    /** Problem: css_refused. */
    async change(stream: string, patch: LookPatch): Promise<Look> {
      const trouble = patch.css === undefined ? null : troubleOf(patch.css, origin);
      if (trouble) throw new Problem('css_refused', { reason: trouble });
      await turn(stream, () => keep(stream, changed(get(stream), patch)));
      onLook(stream);
      return get(stream);
    },
  };
}

/** A theme or part may be gone or new since it was kept. */
function readable(look: Look): Look {
  const theme = themeNames.includes(look.theme) ? look.theme : usualLook.theme;
  return changed(usualLook, { ...look, theme });
}
