// Sponsors in processes of their own: shown the link vouchers as links spend, asked to sign, held to answer.
import type { Logger } from '../log.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import type { Ledger } from './ledger.js';
import type { Purse } from './purse.js';
import type { SponsorPort } from './sponsor.js';

/** A link's highest voucher: what its holder has signed for. */
export interface LinkVoucher {
  id: Hex;
  signer: Hex;
  amount: bigint;
  signature: Hex;
}

export interface SignWish {
  channel: Hex;
  /** What the channel's voucher must reach; the sponsor may sign up to what the vouchers cover, at most `atMost`. */
  atLeast: bigint;
  atMost: bigint;
  vouchers: readonly LinkVoucher[];
}

/** What the sponsor has signed by now; `short` says why that is less than was asked for. */
export interface Signed {
  total: bigint;
  signature: Hex | null;
  short: 'evidence' | 'bound' | null;
  /** Signers of links whose vouchers it does not count any more. */
  ignored: readonly Hex[];
}

/** Rejects when the sponsor refuses, is gone, or does not answer in time. */
export type AskSponsor = (wish: SignWish) => Promise<Signed>;

/** A sponsor's word holds this long: the shortest key period, so that its links stop with it within one. */
const freshMs = 1000;
/** Link vouchers in one request. */
const most = 100;

interface Batch {
  links: Set<Hex>;
  atLeast: bigint;
  done: Promise<void>;
}

interface Line {
  channel: Hex;
  ask: AskSponsor;
  /** When it last answered, ms. */
  heard: number;
  /** How much of each link's vouchers it has on record. */
  shown: Map<Hex, bigint>;
  /** All vouchers were shown to it since it connected. */
  complete: boolean;
  running: Promise<void>;
  next: Batch | null;
}

export type RemoteSponsors = ReturnType<typeof createRemoteSponsors>;

export function createRemoteSponsors(needs: { ledger: () => Ledger; log: Logger; now: () => number }) {
  const { log, now } = needs;
  const lines = new Map<Hex, Line>();

  function voucherOf(id: Hex): LinkVoucher[] {
    const link = needs.ledger().purse(id);
    return link?.signature ? [{ id, signer: link.signer, amount: link.authorized, signature: link.signature }] : [];
  }

  /** Asks once, and keeps what was signed. */
  async function askFor(line: Line, atLeast: bigint, links: readonly Hex[]): Promise<Signed> {
    const ledger = needs.ledger();
    const purse = ledger.purse(line.channel);
    if (!purse) throw new Problem('sponsor_unavailable');
    const fresh = links.filter((id) => (ledger.purse(id)?.authorized ?? 0n) > (line.shown.get(id) ?? 0n));
    const vouchers = fresh.flatMap((id) => voucherOf(id));
    const signed = await line.ask({
      channel: line.channel,
      atLeast,
      atMost: purse.limit,
      vouchers,
    });
    for (const { id, signer, amount } of vouchers) if (!signed.ignored.includes(signer)) line.shown.set(id, amount);
    if (signed.signature && signed.total > purse.authorized) {
      await ledger.acceptVoucher(line.channel, signed.total, signed.signature);
    }
    return signed;
  }

  /** A sponsor that lost its newest records is shown everything again, once a connection. */
  async function showAll(line: Line, atLeast: bigint): Promise<void> {
    line.complete = true;
    line.shown.clear();
    const links = needs
      .ledger()
      .passesOf(line.channel)
      .filter((link) => link.signature !== null);
    for (let i = 0; i < links.length; i += most) {
      await askFor(
        line,
        atLeast,
        links.slice(i, i + most).map(({ id }) => id),
      );
    }
  }

  async function run(line: Line, batch: Batch): Promise<void> {
    line.next = null;
    try {
      const links = [...batch.links];
      let signed: Signed | null = null;
      for (let i = 0; i < links.length; i += most) signed = await askFor(line, batch.atLeast, links.slice(i, i + most));
      if (signed?.short === 'evidence' && !line.complete) await showAll(line, batch.atLeast);
      line.heard = now();
    } catch (cause) {
      line.heard = 0;
      log.warn({ channel: line.channel, err: cause }, 'a sponsor does not sign: its links wait');
      throw new Problem('sponsor_unavailable', {}, { cause });
    }
  }

  function open(line: Line): Batch {
    const batch: Batch = { links: new Set(), atLeast: 0n, done: Promise.resolve() };
    batch.done = line.running.then(() => run(line, batch));
    line.running = batch.done.catch(() => {});
    return batch;
  }

  /** Charges that wait at the same time are asked for together. */
  function extend(channel: Hex, total: bigint, link: Hex): Promise<void> {
    const line = lines.get(channel);
    if (!line) return Promise.reject(new Problem('sponsor_unavailable'));
    line.next ??= open(line);
    line.next.links.add(link);
    if (total > line.next.atLeast) line.next.atLeast = total;
    return line.next.done;
  }

  function agrees(link: Readonly<Purse>, total: bigint): boolean {
    const line = lines.get(link.channel);
    return line !== undefined && now() - line.heard < freshMs && (line.shown.get(link.id) ?? 0n) >= total;
  }

  /** A sponsor that proved the channel's key is there to be asked; returns its leaving. */
  function attach(channel: Hex, ask: AskSponsor): () => void {
    const line: Line = {
      channel,
      ask,
      heard: 0,
      shown: new Map(),
      complete: false,
      running: Promise.resolve(),
      next: null,
    };
    lines.set(channel, line);
    log.info({ channel }, 'a sponsor is here to sign for its links');
    return () => {
      if (lines.get(channel) !== line) return;
      lines.delete(channel);
      log.info({ channel }, 'a sponsor is gone: its links wait until it is back');
    };
  }

  const port: SponsorPort = { extend, agrees };
  return { ...port, attach, online: (channel: Hex): boolean => lines.has(channel) };
}
