// What is known of each stream's alerts without asking the store: its settings, who is muted, and what is on stage.
import type { Store } from '../../store/index.js';
import { Tier } from '../../vocabulary/alert-looks.js';
import type { AlertSettings, Showing } from '../../vocabulary/alerts.js';
import type { Hex } from '../../vocabulary/values.js';

export interface Mute {
  member: string;
  name: string;
}

export interface OnStage {
  alert: number;
  showing: Showing;
  /** An overlay has it up since it was sent. */
  up: boolean;
  /** Readers that had it before. */
  had: Set<string>;
}

export interface Memory {
  settings: AlertSettings;
  paused: boolean;
  muted: Mute[];
  stage: OnStage | null;
  /** The next may go up from then on. */
  freeAt: number;
  /** When an overlay was last there. */
  overlaySeen: number;
}

/** What was stored before a setting was there has its default. */
function settingsFrom(stored: string, defaults: AlertSettings): AlertSettings {
  const settings = { ...defaults, ...(JSON.parse(stored) as Partial<AlertSettings>) };
  return { ...settings, tiers: settings.tiers.map((tier) => Tier.parse(tier)) };
}

export type Memories = Awaited<ReturnType<typeof openMemories>>;

export async function openMemories(needs: {
  store: Store;
  defaults: AlertSettings;
  personOf: (member: string) => string;
  now: () => number;
}) {
  const { store, defaults, personOf, now } = needs;
  const streams = new Map<string, Memory>();
  const of = (stream: string): Memory => {
    const blank = { settings: defaults, paused: false, muted: [], stage: null, freeAt: 0, overlaySeen: now() };
    const known = streams.get(stream) ?? blank;
    streams.set(stream, known);
    return known;
  };
  for (const row of await store.db.selectFrom('alert_settings').selectAll().execute()) {
    const settings = settingsFrom(row.settings, defaults);
    Object.assign(of(row.stream), { settings, paused: row.paused === 1, overlaySeen: row.overlay_seen });
  }
  for (const { stream, member, name } of await store.db.selectFrom('alert_mutes').selectAll().orderBy('at').execute()) {
    of(stream).muted.push({ member, name });
  }

  /** Changes settings, the pause, or when an overlay was last seen; on disk when it resolves. */
  async function keep(stream: string, change: Partial<Pick<Memory, 'settings' | 'paused' | 'overlaySeen'>>) {
    const next = { ...of(stream), ...change };
    const row = {
      settings: JSON.stringify(next.settings),
      paused: next.paused ? 1 : 0,
      overlay_seen: next.overlaySeen,
    };
    await store.write(async (trx) => {
      await trx
        .insertInto('alert_settings')
        .values({ stream, ...row })
        .onConflict((c) => c.column('stream').doUpdateSet(row))
        .execute();
    });
    Object.assign(of(stream), change);
  }

  return {
    of,
    keep,
    isMuted: (stream: string, payer: Hex | null): boolean =>
      payer !== null && of(stream).muted.some(({ member }) => personOf(member) === personOf(payer)),
    async mute(stream: string, { member, name }: Mute): Promise<void> {
      await store.write(async (trx) => {
        const row = { stream, member, name, at: now() };
        await trx
          .insertInto('alert_mutes')
          .values(row)
          .onConflict((c) => c.doNothing())
          .execute();
      });
      const memory = of(stream);
      memory.muted = [...memory.muted.filter((one) => one.member !== member), { member, name }];
    },
    /** Every mute of that person. */
    async unmute(stream: string, member: string): Promise<void> {
      const memory = of(stream);
      const gone = memory.muted.filter((one) => personOf(one.member) === personOf(member)).map((one) => one.member);
      if (gone.length === 0) return;
      await store.write(async (trx) => {
        await trx.deleteFrom('alert_mutes').where('stream', '=', stream).where('member', 'in', gone).execute();
      });
      memory.muted = memory.muted.filter((one) => !gone.includes(one.member));
    },
    all: (): [string, Memory][] => [...streams],
  };
}
