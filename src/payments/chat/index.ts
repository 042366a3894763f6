// The door of chat purses: what a chat account holds, pays, tops up, withdraws, links to a page, and is allowed by a sponsor.
import type { Logger } from '../../log.js';
import type { Store } from '../../store/index.js';
import { createTurns } from '../../turns.js';
import { Problem } from '../../vocabulary/problems.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Payments } from '../index.js';
import type { Tips } from '../tips.js';
import type { ReceiveAuthorization } from '../typed-data.js';
import { type Account, openAccounts } from './accounts.js';
import { createAllowances } from './allowances.js';
import { worded } from './amounts.js';
import { createDeposits } from './arrivals.js';
import { type Caps, leftByCaps } from './caps.js';
import { createCodes } from './codes.js';
import { type ChatUser, createKeyring, nameOf } from './keys.js';
import { openPairing } from './pairing.js';
import { openPeople } from './people.js';
import { createOwnPurses } from './purse.js';
import { createSigner } from './signer.js';
import { type ChatCharge, type ChatTip, createSpending } from './spending.js';
import { createStaking, type StakeWish } from './staking.js';
import { createTopUps } from './top-up.js';
import { checkRecipient, openWithdrawals } from './withdraw.js';

export type { Allowance } from './allowances.js';
export { worded } from './amounts.js';
export { watchArrivals } from './arrivals.js';
export type { Caps } from './caps.js';
export type { ChatUser } from './keys.js';
export { mandateDigest } from './mandate.js';
export type { Linked, LinkRequest } from './pairing.js';
export type { ChatCharge, ChatTip } from './spending.js';
export type { StakeSigned, StakeWish } from './staking.js';
export type { Standing, TopUp } from './top-up.js';
export type { Withdrawal } from './withdraw.js';

export interface ChatSettings {
  publicUrl: string;
  /** Of accounts that set none of their own. */
  caps: Caps;
  /** Less than this is left at an account's address until more comes, base units. */
  minDeposit: bigint;
  /** How often addresses that wait for a top-up, and payouts under way, are looked at. */
  pollMs: number;
  /** Test tokens for one top-up; null where tokens are real. */
  faucet: bigint | null;
}

export interface ChatNeeds {
  store: Store;
  payments: Payments;
  tips: Tips;
  /** The installation's: every chat purse's key is derived from it. */
  secret: Hex;
  settings: ChatSettings;
  log: Logger;
  now?: () => number;
}

export type Chat = Awaited<ReturnType<typeof openChat>>;
export type ChatAccount = Awaited<ReturnType<Chat['account']>>;

export async function openChat(needs: ChatNeeds) {
  const parts = await openParts(needs);
  const { accounts, own, spending, allowances, pairing, people, codes, topUps, withdrawals } = parts;
  const { get } = own;
  const { publicUrl } = needs.settings;
  const { staking, moneyTurn } = parts;
  const payOut = (account: Account, id: string, to: Hex) =>
    parts.moneyTurn(account.name, () => withdrawals.withdraw(account, id, to));

  function at(address: Hex): Account {
    const account = accounts.ofAddress(address);
    if (!account) throw new Problem('not_found', { what: 'chat purse' });
    return account;
  }

  return {
    /** What the account has and may do; amounts in base units. Problem: bad_request, when it is no account. */
    async account(user: ChatUser) {
      const account = await get(user);
      const caps = parts.capsOf(account);
      const spentToday = await spending.spentToday(account);
      return {
        ...{ platform: account.platform, user: account.user, address: account.address },
        channel: own.channelOf(account),
        own: own.moneyOf(account),
        allowances: await allowances.list(account),
        linked: pairing.linked(account),
        caps: { ...caps, spentToday, left: leftByCaps(caps, spentToday) },
        withdrawing: withdrawals.withdrawing(account),
      };
    },
    /** Of the account's own wish; null sets the installation's again. Problem: bad_request. */
    async setCaps(user: ChatUser, caps: Caps | null): Promise<void> {
      if (caps && (caps.perCommand < 0n || caps.perDay < 0n))
        throw new Problem('bad_request', { reason: 'a limit is 0 or more' });
      await accounts.setCaps(await get(user), caps);
    },
    /**
     * A tip, once for each `id` (the platform's, of the interaction or update): again, also after a crash between charge
     * and answer, it is the same receipt. Problems: id_reused, tip_too_small, chat_over_command, chat_over_day,
     * chat_top_up_needed, chat_link_unsigned, chat_withdrawing.
     */
    tip: async (user: ChatUser, wish: ChatTip) => spending.tip(await get(user), wish),
    /** Any other charge, once for each `reason`. Problems: as of `tip`. */
    charge: async (user: ChatUser, wish: ChatCharge) => spending.charge(await get(user), wish),
    /** Set aside, as `charge` would take it; the ledger's `capture` and `release` end it. Problems: as of `tip`. */
    hold: async (user: ChatUser, wish: ChatCharge) => spending.hold(await get(user), wish),
    /**
     * Whether the account may stake so much beside the `staked` of the last 24 hours, and has it of its own.
     * Problems: chat_over_command, chat_over_day, chat_top_up_needed, chat_withdrawing.
     */
    async checkStake(user: ChatUser, amount: bigint, staked: bigint): Promise<void> {
      const account = await get(user);
      await staking.check(account, amount, (await spending.spentToday(account)) + staked);
    },
    /** Takes a stake out of the account's own channel into another one, which `place` does; every step can be repeated. */
    async stake(user: ChatUser, wish: StakeWish): Promise<void> {
      const account = await get(user);
      await moneyTurn(account.name, () => staking.stake(account, wish));
    },
    /** Deposits what came to an account's address; nothing where the address is nobody's here. */
    async collectAt(address: Hex): Promise<void> {
      const account = accounts.ofAddress(address);
      if (account) await moneyTurn(account.name, () => staking.putBack(account));
    },
    /** Where tokens to stake come from and winnings go to. */
    addressOf: async (user: ChatUser): Promise<Hex> => (await get(user)).address,
    /** Where to send tokens, which are deposited as they arrive; looked for from now on, for a day. */
    topUp: async (user: ChatUser) => topUps.topUp(await get(user)),
    /** The same for a page, by the account's address, with what has come. Problem: not_found, when it is no account's. */
    standing: async (address: Hex) => topUps.standing(at(address)),
    /** Tokens of anybody's into the account at an address, by an EIP-3009 signature. Problems: see top-up.ts. */
    payIn: async (address: Hex, transfer: ReceiveAuthorization, signature: Hex) =>
      topUps.payIn(at(address), transfer, signature),
    /** Test tokens, deposited; how many. Problem: faucet_off. */
    fromFaucet: async (user: ChatUser) => topUps.fromFaucet(await get(user)),
    /** Deposits at once what lies at the account's address. */
    collect: async (user: ChatUser) => topUps.collect(await get(user)),
    /**
     * Everything unspent of the account's own, to an address; once for each `id`. Problems: bad_request, id_reused,
     * chat_withdrawing, chat_nothing_left, chain_refused; after chain_unavailable and relayer_empty it goes on by itself.
     */
    async withdraw(user: ChatUser, wish: { id: string; to: Hex }) {
      const account = await get(user);
      const { chain } = needs.payments;
      const ours = [account.address, chain.contract, chain.token.address, chain.depositCollector];
      return payOut(account, wish.id, checkRecipient(wish.to, ours));
    },
    /** A one-time code for a page; `shownAs` is what the page calls this account. */
    async issueCode(user: ChatUser, shownAs: string) {
      const issued = await codes.issue(await get(user), shownAs);
      return { ...issued, page: `${publicUrl}/chat#code=${issued.code.replaceAll(' ', '')}` };
    },
    /** For a page with the proven key `payer`: whose code it is. Problems: chat_code_wrong, rate_limited. */
    lookUp: pairing.lookUp,
    /** Joins an account and a page by its code. Problems: see pairing.ts. */
    link: pairing.link,
    /** From chat. False when it was not linked. */
    unlink: async (user: ChatUser) => pairing.unlink(await get(user)),
    /** From the page with the proven key `payer`. */
    unlinkFrom: async (payer: Hex, user: ChatUser) => pairing.unlink(await get(user), payer),
    /** The accounts linked to a page's key. */
    linkedTo: (payer: Hex) =>
      pairing.accountsOf(payer).map(({ account: { platform, user }, linked }) => ({ platform, user, ...linked })),
    /** A watch link on the account's own money: what its viewer signs for, the chat purse pays. */
    async watchLink(user: ChatUser, wish: { stream: string; signer: Hex; limit: bigint; expiresAt?: number }) {
      const account = await get(user);
      const made = await own.link(account, wish);
      await people.handOut(account, wish.signer);
      return made;
    },
    /** What a watch link on the account's money has come to; null when there is none for this key. */
    linkOf: async (user: ChatUser, signer: Hex) => own.linkOf(await get(user), signer),
    /** Takes watch links on the account's money back for good. */
    takeBack: async (user: ChatUser, signers: readonly Hex[]) => own.takeBack(await get(user), signers),
    /** Keeps that a link of any sponsor was handed to this account: whoever pays with its key is this person. */
    handedOut: async (user: ChatUser, payer: Hex) => people.handOut(await get(user), payer),
    /** What a sponsor lets the account spend on a stream, once for a person. Problem: sponsor_unavailable. */
    allow: async (user: ChatUser, wish: { stream: string; limit: bigint; channel?: Hex }) =>
      allowances.allow(await get(user), wish),
    revokeAllowance: async (user: ChatUser, stream: string) => allowances.revoke(await get(user), stream),
    /** All chat accounts of one person, the given one first. */
    accountsOf: (user: ChatUser): ChatUser[] => {
      const others = people.members(nameOf(user)).filter((member) => member !== nameOf(user));
      return [user, ...others.flatMap((member) => accounts.named(member) ?? [])];
    },
    /** The names of all accounts, pages and links of one person, in the same order for each of them. */
    membersOf: (name: string): string[] => people.members(accounts.ofAddress(name as Hex)?.name ?? name),
    /** The same for all accounts, pages and links of one person; by an account's name or an address, too. */
    personOf: (one: ChatUser | string): string =>
      people.personOf(typeof one === 'string' ? (accounts.ofAddress(one as Hex)?.name ?? one) : nameOf(one)),
    /** Goes on with payouts that a crash or an outage left, and watches for top-ups, until stopped. */
    start(): { stop: () => Promise<void> } {
      const arrivals = topUps.watch();
      const going = withdrawals.follow({ payOut, everyMs: needs.settings.pollMs, log: needs.log });
      return { stop: async () => void (await Promise.all([arrivals.stop(), going.stop()])) };
    },
  };
}

async function openParts(needs: ChatNeeds) {
  const { store, payments, tips, settings, log, now = Date.now } = needs;
  const { ledger, chain, domain, channels, links } = payments;
  const moneyTurn = createTurns<string>();
  const keyring = createKeyring(needs.secret);
  const accounts = await openAccounts({ store, keyring, now });
  const people = await openPeople({ store, now });
  const codes = createCodes({ store, keyring, now });
  const signer = createSigner({ keyring, ledger, domain });
  const own = createOwnPurses({ payments, accounts, keyring, signer, now });
  const pairing = await openPairing({
    ...{ store, ledger, channels, accounts, codes, people, domain, now },
    onChannel: (channel) => payments.answerFor(channel, signer.signedOnly),
  });
  const houseChannel = payments.sponsor.channelOf;
  const allowances = createAllowances({ store, ledger, links, accounts, people, domain, houseChannel, now });
  const deposits = createDeposits({ store, chain, channels, domain, minimum: settings.minDeposit, now });
  const withdrawals = await openWithdrawals({ store, chain, keyring, accounts, own, deposits, now });
  const { withdrawing } = withdrawals;
  const topUps = createTopUps({
    ...{ chain, accounts, own, deposits, keyring, withdrawing, turn: moneyTurn, settings, log, now },
  });
  const capsOf = (account: Account): Caps => account.caps ?? settings.caps;
  const shown = (amount: bigint): string => worded(amount, chain.token);
  const spending = createSpending({ store, ledger, tips, signer, capsOf, pairing, withdrawing, shown, now });
  const { bring } = payments.bringing;
  const staking = createStaking({
    ...{ chain, ledger, domain, own, deposits, keyring, bring, capsOf, withdrawing, shown, log },
  });
  return {
    staking,
    moneyTurn,
    accounts,
    people,
    codes,
    own,
    pairing,
    allowances,
    withdrawals,
    topUps,
    capsOf,
    spending,
  };
}
