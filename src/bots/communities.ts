// What each community has set: who pays for its links and on what terms, its usual show, its language, and limits of tips.
import type { Selectable } from 'kysely';
import type { Store } from '../store/index.js';
import type { BotCommunityRow } from '../store/rows/bots.js';
import type { Community } from './command.js';

export interface Sponsoring {
  /** For each person and show, base units. */
  each: bigint;
  /** Accounts must be this old. */
  days: number;
  /** Of the community for this long. */
  memberDays: number;
  /** Only who has it; Discord only. */
  role: string | null;
  /** For everybody together in an hour, and in 24; null: no more than the purse. */
  hourly: bigint | null;
  daily: bigint | null;
}

export interface CommunitySettings {
  /** The show that a command is about when none is named. */
  stream: string | null;
  /** The host's stream whose crew the moderators are. */
  home: string | null;
  /** Null: each person's own. */
  language: string | null;
  /** Base units; null: as the show has it. */
  tipLeast: bigint | null;
  tipMost: bigint | null;
  /** A tip above this is asked about once more. */
  confirmAbove: bigint | null;
}

export type Communities = ReturnType<typeof createCommunities>;

type Row = Selectable<BotCommunityRow>;

const amount = (text: string | null | undefined): bigint | null => (text == null ? null : BigInt(text));
const text = (value: bigint | null): string | null => (value === null ? null : `${value}`);

const sponsoringOf = (row: Row | undefined): Sponsoring | null =>
  row?.each == null
    ? null
    : {
        ...{ each: BigInt(row.each), days: row.days, memberDays: row.member_days, role: row.role },
        ...{ hourly: amount(row.hourly), daily: amount(row.daily) },
      };

const settingsOf = (row: Row | undefined): CommunitySettings => ({
  ...{ stream: row?.stream ?? null, home: row?.home ?? null, language: row?.language ?? null },
  ...{ tipLeast: amount(row?.tip_least), tipMost: amount(row?.tip_most), confirmAbove: amount(row?.confirm_above) },
});

/** Of what is given, and of nothing else. */
function columnsOf({ tipLeast, tipMost, confirmAbove, ...rest }: Partial<CommunitySettings>): Partial<Row> {
  return {
    ...rest,
    ...(tipLeast !== undefined && { tip_least: text(tipLeast) }),
    ...(tipMost !== undefined && { tip_most: text(tipMost) }),
    ...(confirmAbove !== undefined && { confirm_above: text(confirmAbove) }),
  };
}

export function createCommunities({ store, now }: { store: Store; now: () => number }) {
  const row = ({ platform, id }: Pick<Community, 'platform' | 'id'>): Promise<Row | undefined> => {
    const rows = store.db.selectFrom('bot_communities').selectAll().where('platform', '=', platform);
    return rows.where('id', '=', id).executeTakeFirst();
  };

  const put = ({ platform, id, title }: Community, set: Partial<Row>): Promise<void> =>
    store.write(async (trx) => {
      await trx
        .insertInto('bot_communities')
        .values({ platform, id, each: null, days: 0, daily: null, at: now(), ...set, title })
        .onConflict((c) => c.columns(['platform', 'id']).doUpdateSet({ ...set, title }))
        .execute();
    });

  return {
    sponsoring: async (of: Community): Promise<Sponsoring | null> => sponsoringOf(await row(of)),
    /** Null: no more links. */
    sponsor: (of: Community, terms: Sponsoring | null): Promise<void> =>
      put(of, {
        ...{ each: text(terms?.each ?? null), days: terms?.days ?? 0, member_days: terms?.memberDays ?? 0 },
        ...{ role: terms?.role ?? null, hourly: text(terms?.hourly ?? null), daily: text(terms?.daily ?? null) },
      }),
    /** Of a private chat: nothing is set. */
    settings: async (of: Community | null): Promise<CommunitySettings> => settingsOf(of ? await row(of) : undefined),
    /** Changes what is given, and leaves the rest. */
    set: (of: Community, change: Partial<CommunitySettings>): Promise<void> => put(of, columnsOf(change)),
  };
}
