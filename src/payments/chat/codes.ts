// One-time codes: nine digits that a chat account says to a page; once, for ten minutes, with few guesses.
import { randomInt } from 'node:crypto';
import type { Store, Trx } from '../../store/index.js';
import { Problem } from '../../vocabulary/problems.js';
import type { Hex } from '../../vocabulary/values.js';
import type { ChatUser, Keyring } from './keys.js';

const lifeMs = 10 * 60_000;
/** Wrong codes of one key within the life of a code, and of all keys within a minute. */
const guesses = { payer: 5, all: 100, minuteMs: 60_000 };

/** Counts what may have been a guess before it is looked at, so that many at once count as many. */
export function createGuesses(now: () => number) {
  let since = 0;
  let minute = { since: 0, wrong: 0 };
  const wrong = new Map<Hex, number>();

  function sweep(): void {
    if (now() - since >= lifeMs) {
      wrong.clear();
      since = now();
    }
    if (now() - minute.since >= guesses.minuteMs) minute = { since: now(), wrong: 0 };
  }

  return {
    /** Returns how to take the guess back when it was right. Problem: rate_limited. */
    count(payer: Hex): () => void {
      sweep();
      const mine = wrong.get(payer) ?? 0;
      if (mine >= guesses.payer || minute.wrong >= guesses.all) throw new Problem('rate_limited');
      wrong.set(payer, mine + 1);
      const counted = minute;
      counted.wrong += 1;
      return () => {
        wrong.set(payer, Math.max(0, (wrong.get(payer) ?? 0) - 1));
        counted.wrong -= 1;
      };
    },
  };
}

/** As people type or say it: only its digits count. */
export const digitsOf = (code: string): string => code.replace(/\D/g, '').slice(0, 20);

export type Codes = ReturnType<typeof createCodes>;

export function createCodes(needs: { store: Store; keyring: Keyring; now: () => number }) {
  const { store, keyring, now } = needs;
  const counter = createGuesses(now);

  /** A fresh code, in the place of the account's last one. `shownAs` is what the page calls the account. */
  async function issue({ platform, user }: ChatUser, shownAs: string): Promise<{ code: string; expiresAt: number }> {
    const code = `${randomInt(1e9)}`.padStart(9, '0');
    const expiresAt = now() + lifeMs;
    const set = { hash: keyring.codeHash(code), shown_as: shownAs, expires_at: expiresAt };
    await store.write(async (trx) => {
      await trx
        .insertInto('chat_codes')
        .values({ platform, user, ...set })
        .onConflict((c) => c.columns(['platform', 'user']).doUpdateSet(set))
        .execute();
    });
    return { code: `${code.slice(0, 3)} ${code.slice(3, 6)} ${code.slice(6)}`, expiresAt };
  }

  /** Whose code it is. A wrong one counts against the payer's guesses. Problems: chat_code_wrong, rate_limited. */
  async function find(code: string, payer: Hex): Promise<ChatUser & { shownAs: string }> {
    const right = counter.count(payer);
    const row = await store.db
      .selectFrom('chat_codes')
      .selectAll()
      .where('hash', '=', keyring.codeHash(digitsOf(code)))
      .executeTakeFirst();
    if (!row || row.expires_at < now()) throw new Problem('chat_code_wrong');
    right();
    return { platform: row.platform, user: row.user, shownAs: row.shown_as };
  }

  /** Uses it up, in the transaction of what it is used for. Never refuses: that transaction holds others' charges too. */
  async function use(trx: Trx, code: string): Promise<void> {
    await trx
      .deleteFrom('chat_codes')
      .where('hash', '=', keyring.codeHash(digitsOf(code)))
      .execute();
  }

  return { issue, find, use };
}
