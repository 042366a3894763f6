// What must hold after every step: on the disk, in the server's memory, on the chain, and beside what people were told.
import { openSignatures } from '../../src/payments/signatures.js';
import { channelId, depositNonce, voucherDigest } from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import type { Books } from './books.js';
import type { Node } from './chain/node.js';
import { settlement } from './chain/rpc.js';
import { type Call, type Contract, fields, type Place } from './chain/settlement.js';
import type { House } from './house/open.js';
import { type Answer, inWords, type Request } from './house/requests.js';
import type { DiskRecord, PurseOnDisk } from './record.js';

/** Something that must hold does not. */
export class Broken extends Error {}

function must(holds: boolean, what: () => string): void {
  if (!holds) throw new Broken(what());
}

const short = (id: string): string => id.slice(0, 10);

/** How far ahead the house's sponsor signs, in charges (docs/money.md). */
const ahead = 31n;

export interface Wanted {
  disk: DiskRecord;
  books: Books;
  node: Node;
  contract: Contract;
  place: Place;
  host: Hex;
  /** Whose vouchers are made in the server, and what covers those of the sponsor that is not. */
  sponsors: { house: Hex; far: Hex | null; farCounted: () => bigint };
}

export type Invariants = Awaited<ReturnType<typeof createInvariants>>;

export async function createInvariants(needs: Wanted) {
  const { disk, books, node, contract, place, sponsors } = needs;
  const { recover } = await openSignatures({});
  const before = new Map<Hex, { authorized: bigint; spent: bigint }>();
  /** The most that was ever spent and set aside. */
  const peaks = new Map<Hex, bigint>();
  const checked = new Map<Hex, Hex>();
  /** What links had spent when the server said that they were taken back. */
  const revoked = new Map<Hex, bigint>();

  const linksOf = (channel: Hex): PurseOnDisk[] =>
    [...disk.purses.values()].filter((purse) => purse.kind === 'pass' && purse.channel === channel);

  /** What is set aside of a purse, through its links too. */
  function heldOf(id: Hex): bigint {
    const ours = Array.from(disk.holds.values()).filter(
      ({ purse }) => purse === id || disk.purses.get(purse)?.channel === id,
    );
    return ours.reduce((sum, { amount }) => sum + amount, 0n);
  }

  function checkVoucher(purse: PurseOnDisk): void {
    const { id, authorized, signature, signer, spent } = purse;
    const where = short(id);
    must(spent <= authorized, () => `${where} was charged ${spent}, but only ${authorized} is signed for`);
    const engaged = spent + heldOf(id);
    must(engaged <= authorized, () => `${where} is engaged for ${engaged}, but only ${authorized} is signed for`);
    if (authorized === 0n) return;
    must(signature !== null, () => `${where} has no voucher for ${authorized}`);
    if (signature && checked.get(id) !== signature) {
      const by = recover(voucherDigest(id, authorized, place.domain), signature);
      must(by === signer, () => `the voucher kept for ${where} is not signed for ${authorized} by its key`);
      checked.set(id, signature);
    }
    if (id === sponsors.house) {
      const largest = Array.from(disk.keyCosts.values()).reduce((a, b) => (a > b ? a : b), books.seen.largest);
      const peak = [engaged, peaks.get(id) ?? 0n].reduce((a, b) => (a > b ? a : b));
      peaks.set(id, peak);
      const most = peak + ahead * largest;
      must(authorized <= most, () => `the house's sponsor signed ${authorized}, more than ${most}`);
    } else if (id === sponsors.far) {
      must(
        authorized <= sponsors.farCounted(),
        () => `the far sponsor is held to ${authorized}, which it never signed`,
      );
    } else {
      must(books.vouchers.get(id)?.has(authorized) ?? false, () => `${where} never sent a voucher for ${authorized}`);
    }
  }

  function checkPurse(purse: PurseOnDisk): void {
    const { id, kind, spent, authorized } = purse;
    const where = short(id);
    const last = before.get(id) ?? { authorized: 0n, spent: 0n };
    must(authorized >= last.authorized, () => `authorized of ${where} fell from ${last.authorized} to ${authorized}`);
    must(spent >= last.spent, () => `spent of ${where} fell from ${last.spent} to ${spent}`);
    before.set(id, { authorized, spent });
    checkVoucher(purse);
    const promised = books.accepted.get(id) ?? 0n;
    must(authorized >= promised, () => `an accepted voucher of ${where} for ${promised} is lost: ${authorized}`);
    const own = disk.byPurse.get(id) ?? 0n;
    const ofLinks = linksOf(id).reduce((sum, link) => sum + (disk.byPurse.get(link.id) ?? 0n), 0n);
    must(spent === own + ofLinks, () => `${where} spent ${spent}, but its charges are ${own + ofLinks}`);
    if (kind !== 'pass') return;
    const limit = books.limits.get(id) ?? 0n;
    must(spent <= limit, () => `the link ${where} spent ${spent} of ${limit}`);
    const final = revoked.get(id);
    must(
      final === undefined || final === spent,
      () => `the link ${where} was taken back at ${final}, and spent ${spent}`,
    );
  }

  function checkCharges(): void {
    for (const name of books.served.keys()) {
      must(disk.charges.has(name), () => `a key was served that is not charged: ${name}`);
    }
    for (const name of books.tipped.keys())
      must(disk.charges.has(name), () => `a tip was shown and not charged: ${name}`);
    let tips = 0;
    for (const { kind, reason, amount } of disk.charges.values()) {
      if (kind === 'tip') tips += 1;
      const cost = kind === 'watch' ? disk.keyCosts.get(Number(reason.split('/')[2])) : amount;
      must(amount === cost, () => `${reason} was charged at ${amount}, but costs ${cost}`);
    }
    must(disk.record.tips === tips, () => `${tips} tips are charged, and ${disk.record.tips} kept`);
    for (const name of disk.holds.keys())
      must(!disk.charges.has(name), () => `it is set aside and charged at once: ${name}`);
    const { watched, tipped } = disk.record;
    const total = disk.total();
    must(watched + tipped === total, () => `the host is owed ${watched + tipped}, but was promised ${total}`);
  }

  /** Deposits that are on their way to the chain, and will be there whatever becomes of its last blocks. */
  function onTheWay(id: Hex): bigint {
    const { used } = node.head().state;
    let sum = 0n;
    for (const { name, state, data } of disk.record.sent) {
      if (state !== 'sent' || !name.startsWith('deposit/')) continue;
      const call = settlement.parse(data);
      const config = call && fields(call.args[0]);
      if (!call || !config || channelId(config, place.domain) !== id) continue;
      const nonce = depositNonce(id, name.slice(8) as Hex);
      if (!used.has(`${config.payer} ${nonce}`)) sum += call.args[1] as bigint;
    }
    return sum;
  }

  function checkChannel(id: Hex, purse: PurseOnDisk | undefined): void {
    const { balance, claimed } = contract.channelOf(node.head().state, id);
    const spent = purse?.spent ?? 0n;
    must(claimed <= spent, () => `${claimed} is claimed of ${short(id)}, which spent ${spent}`);
    if (balance >= spent) return;
    const coming = onTheWay(id);
    must(balance + coming >= spent, () => `${spent} was spent of ${short(id)}, but only ${balance} can be claimed`);
  }

  const claimed = ({ args }: Call): Hex[] =>
    [...(args[0] as [[unknown]][])].map(([[config]]) => channelId(fields(config), place.domain));

  function checkFlight(): void {
    const flying = disk.record.sent.filter(({ name, state }) => name === 'claim' && state === 'sent').length;
    must(flying <= 1, () => `${flying} claims are under way at once`);
    const seen = new Set<Hex>();
    for (const { call } of node.waiting()) {
      if (call?.method !== 'claimWithSignature') continue;
      for (const id of claimed(call)) {
        must(!seen.has(id), () => `two claims of ${short(id)} wait to be mined`);
        seen.add(id);
      }
    }
  }

  return {
    onDisk(): void {
      for (const purse of disk.purses.values()) checkPurse(purse);
      checkCharges();
    },

    onChain(): void {
      for (const id of node.head().state.channels.keys()) checkChannel(id, disk.purses.get(id));
      checkFlight();
      const { settled } = node.head().state.receivers.get(needs.host) ?? { settled: 0n };
      const held = contract.held(node.head().state, needs.host);
      must(settled === held, () => `the host got ${held} of ${settled}`);
    },

    inMemory({ payments: { ledger } }: House): void {
      const sums = new Map<Hex, bigint>();
      for (const { id, kind, channel, spent } of disk.purses.values()) {
        const purse = ledger.purse(id);
        must(purse !== undefined, () => `${short(id)} is on disk, but the server does not know it`);
        if (!purse) continue;
        const { spent: now, authorized, held = 0n } = purse;
        must(now + held <= authorized, () => `${short(id)} has ${now + held} engaged, but signed ${authorized}`);
        must(now <= authorized, () => `${short(id)} would be charged ${now}, but signed ${authorized}`);
        must(now >= spent, () => `the server forgot that ${short(id)} spent ${spent}: ${now}`);
        if (kind === 'pass') sums.set(channel, (sums.get(channel) ?? 0n) + now);
      }
      for (const [id, sum] of sums) {
        const spent = ledger.purse(id)?.spent;
        must(spent === sum, () => `the sponsor ${short(id)} spent ${spent}, but its links ${sum}`);
      }
      const { watched, tipped } = ledger.earned('main');
      const kept = disk.record.watched + disk.record.tipped;
      must(watched + tipped >= kept, () => `the server says ${watched + tipped} is earned; on disk it is ${kept}`);
    },

    /** What the server says must be so on disk, or on chain, at that very moment. */
    onAnswer(request: Request, answer: Answer): void {
      const what = inWords(request);
      if (request.do === 'key' || request.do === 'pay') {
        const charge = answer.done ? undefined : disk.charges.get(`${request.signer} watch/main/${request.n}`);
        must(answer.done === true || charge !== undefined, () => `${what} was answered before it was charged on disk`);
      }
      if (request.do === 'key') {
        const charge = disk.charges.get(`${request.signer} watch/main/${request.n}`);
        must(
          charge?.amount === answer.charged,
          () => `${what} says ${answer.charged}, but ${charge?.amount} was charged`,
        );
      }
      if (request.do === 'voucher') {
        const kept = disk.purses.get(request.purse)?.authorized ?? 0n;
        must(kept >= request.amount, () => `${what} was accepted before it was on disk: ${kept}`);
      }
      if (request.do === 'tip') {
        const name = `${request.signer} tip/${request.id}`;
        must(disk.charges.has(name), () => `${what} was answered before it was charged on disk`);
        const said = books.tipped.get(name);
        must(said === undefined || said === answer.event, () => `${what} was shown as ${said}, and as ${answer.event}`);
      }
      if (request.do === 'count') {
        const name = `${request.signer} vote/${request.id}`;
        const charged = disk.charges.has(name);
        must(!(request.takes && answer.done) || charged, () => `${what} was answered before it was charged on disk`);
        must(!answer.done || request.takes || !charged, () => `${what} was let go, and charged`);
      }
      // One that was there already may be another's, and not there for good.
      if (request.do === 'deposit' && answer.done) {
        const used = node.head().state.used.has(`${request.request.channelConfig.payer} ${request.nonce}`);
        must(used, () => `${what} was answered, but is not on the chain`);
      }
      if (request.do === 'links')
        must(disk.purses.has(answer.purse ?? '0x'), () => `${what} was answered before it was on disk`);
      if (request.do === 'revoke') revoked.set(request.link, disk.purses.get(request.link)?.spent ?? 0n);
    },
  };
}
