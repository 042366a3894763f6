// Chat accounts and pages of one person: joined by a one-time code, and what the account may spend of the page's channel.
import type { Store, Trx } from '../../store/index.js';
import type { ChatLinkRow } from '../../store/rows/chat.js';
import { createTurns } from '../../turns.js';
import { Problem } from '../../vocabulary/problems.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Channels } from '../channels.js';
import type { Ledger } from '../ledger.js';
import { engaged, type Purse, remaining } from '../purse.js';
import { sponsorSalt } from '../sponsor-deposit.js';
import { type Domain, passId, recover } from '../typed-data.js';
import type { Account, Accounts } from './accounts.js';
import { least } from './amounts.js';
import { type Codes, digitsOf } from './codes.js';
import { type ChatUser, nameOf } from './keys.js';
import { mandateDigest } from './mandate.js';
import type { People } from './people.js';

export interface LinkRequest {
  /** As the person typed it. */
  code: string;
  /** The page's key, proven by its session. */
  payer: Hex;
  /** Null: the two are one person, and each pays from its own. */
  mandate: { channel: Hex; limit: bigint; signature: Hex } | null;
}

export interface Linked {
  payer: Hex;
  /** The page's channel; null when the account spends nothing of it. */
  channel: Hex | null;
  /** As the page allowed it, and what of it is spent and left. Base units. */
  limit: bigint;
  spent: bigint;
  left: bigint;
  /** How much of `left` the page's vouchers cover now: for the rest the page must sign. */
  signed: bigint;
}

export type Pairing = Awaited<ReturnType<typeof openPairing>>;

export async function openPairing(needs: {
  store: Store;
  ledger: Ledger;
  channels: Pick<Channels, 'get'>;
  accounts: Accounts;
  codes: Codes;
  people: People;
  domain: Domain;
  /** A page's channel is to be spent from by what its page has signed. */
  onChannel: (channel: Hex) => void;
  now: () => number;
}) {
  const { store, ledger, channels, accounts, codes, people, domain, now } = needs;
  const links = new Map<string, ChatLinkRow>();
  const turn = createTurns<string>();
  for (const row of await store.db.selectFrom('chat_links').selectAll().execute()) remember(row);

  function remember(row: ChatLinkRow): void {
    links.set(nameOf(row), row);
    people.join(nameOf(row), row.payer);
    if (row.channel) needs.onChannel(row.channel);
  }

  const shareOf = (account: Account, channel: Hex): Hex => passId(channel, account.address, domain);

  const write = (trx: Trx, row: ChatLinkRow) =>
    trx
      .insertInto('chat_links')
      .values(row)
      .onConflict((c) => c.columns(['platform', 'user']).doUpdateSet(row))
      .execute();

  /** A channel behind watch links is asked for by its sponsor's rules, which a mandate must not replace. */
  async function isSponsors(salt: Hex | undefined): Promise<boolean> {
    const streams = await store.db.selectFrom('streams').select('id').execute();
    return streams.some(({ id }) => sponsorSalt(id) === salt);
  }

  async function checkMandate({ code, payer, mandate }: LinkRequest, account: Account): Promise<void> {
    if (!mandate) return;
    const { channel, limit, signature } = mandate;
    const purse = ledger.purse(channel);
    if (purse?.kind !== 'channel') throw new Problem('unknown_purse');
    const digest = mandateDigest({ channel, chat: account.address, limit, code: digitsOf(code) }, domain);
    if (purse.signer !== payer || recover(digest, signature) !== payer) throw new Problem('wrong_signer');
    if (await isSponsors(channels.get(channel)?.config.salt)) throw new Problem('channel_not_ours', { field: 'salt' });
  }

  /** The account's share of the page's channel can spend `limit` from now on; with `also`, in one transaction. */
  async function grant(account: Account, channel: Hex, limit: bigint, also: (trx: Trx) => Promise<void>) {
    const id = shareOf(account, channel);
    if (ledger.purse(id)) {
      const raise = (purse: Purse) => {
        purse.limit = purse.spent + limit;
      };
      await ledger.adjust(id, raise, also);
      return;
    }
    const money = { limit, authorized: 0n, spent: 0n, signature: null, closing: false };
    const about = { kind: 'pass' as const, stream: null, label: account.name, expiresAt: null, revokedAt: null };
    await ledger.add([{ id, signer: account.address, channel, createdAt: now(), ...about, ...money }], also);
  }

  async function end(account: Account, row: ChatLinkRow, also: (trx: Trx) => Promise<void>): Promise<void> {
    const share = row.channel && shareOf(account, row.channel);
    if (!share || !ledger.purse(share)) {
      await store.write(also);
      return;
    }
    const stop = (purse: Purse) => {
      purse.limit = purse.spent;
    };
    await ledger.adjust(share, stop, also);
  }

  async function linkNow(account: Account, request: LinkRequest): Promise<Linked> {
    const { payer, mandate, code } = request;
    const before = links.get(account.name);
    if (before && before.payer !== payer) throw new Problem('chat_linked_already');
    await checkMandate(request, account);
    const { platform, user } = account;
    const { channel = null, limit = 0n, signature = null } = mandate ?? {};
    const row = { platform, user, payer, code: digitsOf(code), channel, amount: `${limit}`, signature, at: now() };
    const also = async (trx: Trx) => {
      await codes.use(trx, code);
      await write(trx, row);
    };
    if (before?.channel && before.channel !== channel) await end(account, before, async () => {});
    if (channel) await grant(account, channel, limit, also);
    else await store.write(also);
    remember(row);
    return view(account, row);
  }

  async function partNow(account: Account, payer?: Hex): Promise<boolean> {
    const row = links.get(account.name);
    if (!row || (payer && row.payer !== payer)) return false;
    const { platform, user } = account;
    await end(account, row, async (trx) => {
      await trx.deleteFrom('chat_links').where('platform', '=', platform).where('user', '=', user).execute();
    });
    links.delete(account.name);
    people.part(account.name, row.payer);
    return true;
  }

  function view(account: Account, row: ChatLinkRow): Linked {
    const { payer, channel } = row;
    const share = channel && ledger.purse(shareOf(account, channel));
    const parent = channel && ledger.purse(channel);
    if (!share || !parent) return { payer, channel: null, limit: 0n, spent: 0n, left: 0n, signed: 0n };
    const limit = BigInt(row.amount);
    const left = least(remaining(share), remaining(parent));
    const signed = parent.authorized > engaged(parent) ? least(left, parent.authorized - engaged(parent)) : 0n;
    return { payer, channel, limit, spent: limit - remaining(share), left, signed };
  }

  return {
    /** Whose code it is, for the page to ask its person. Problems: chat_code_wrong, rate_limited. */
    async lookUp(code: string, payer: Hex) {
      const found = await codes.find(code, payer);
      const account = await accounts.get(found);
      return { ...found, address: account.address };
    },
    /**
     * Joins the account whose code it is with a page; with a mandate, the account spends from the page's channel what
     * the page's vouchers cover, at most the mandate's limit in total. Anew by the same page: the new limit counts.
     * Problems: chat_code_wrong, rate_limited, chat_linked_already, unknown_purse, wrong_signer,
     * channel_not_ours.
     */
    async link(request: LinkRequest): Promise<ChatUser & Linked> {
      const account = await accounts.get(await codes.find(request.code, request.payer));
      return turn(account.name, async () => {
        // Again, in its turn: another request may have used it up meanwhile.
        await codes.find(request.code, request.payer);
        const { platform, user } = account;
        return { platform, user, ...(await linkNow(account, request)) };
      });
    },
    /** Ends it, from chat, or from the page of `payer`. False when there is none. */
    unlink: (account: Account, payer?: Hex): Promise<boolean> => turn(account.name, () => partNow(account, payer)),
    linked(account: Account): Linked | null {
      const row = links.get(account.name);
      return row ? view(account, row) : null;
    },
    /** A page's accounts. */
    accountsOf: (payer: Hex): { account: Account; linked: Linked }[] =>
      [...links].flatMap(([name, row]) => {
        const account = accounts.named(name);
        return account && row.payer === payer ? [{ account, linked: view(account, row) }] : [];
      }),
  };
}
