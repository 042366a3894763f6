// A house with chat purses for tests: the development chain, a SQLite file, and everything up to the chat door; it can be killed at any write or transaction, and opened again.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChainPlace, chooseChain } from '../../src/chain/index.js';
import { type Feed, openFeed } from '../../src/feed/index.js';
import { type Chat, type ChatSettings, openChat } from '../../src/payments/chat/index.js';
import { type Chain, connectChain, createTips, openPayments, type Payments } from '../../src/payments/index.js';
import { sponsorDeposit } from '../../src/payments/sponsor-deposit.js';
import { addressOf, channelId, randomKey, sign, voucherDigest } from '../../src/payments/typed-data.js';
import { readSettings } from '../../src/settings.js';
import { openStore, type Store } from '../../src/store/index.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { addStream, silent } from './payments.js';

export const dai = 10n ** 18n;

export interface House {
  store: Store;
  chain: Chain;
  payments: Payments;
  chat: Chat;
  feed: Feed;
}

/** Where the next kill is: before or after the n-th write or transaction from now on, or the first of a name. */
export interface KillPoint {
  at: number | Send;
  when: 'before' | 'after';
}

export class Killed extends Error {}

/** Counts every write and every transaction sent; from the kill on, nothing goes through any more. */
function createFuse() {
  const fuse = { count: 0, point: null as KillPoint | null, dead: false };
  async function pass<T>(act: () => Promise<T>, name?: Send): Promise<T> {
    if (fuse.dead) throw new Killed();
    fuse.count += 1;
    const mine = fuse.point && (fuse.point.at === fuse.count || fuse.point.at === name) ? fuse.point.when : null;
    if (mine === 'before') fuse.dead = true;
    if (fuse.dead) throw new Killed();
    const value = await act();
    if (mine === 'after') fuse.dead = true;
    if (fuse.dead) throw new Killed();
    return value;
  }
  return { fuse, pass };
}

const sends = ['deposit', 'claim', 'refund', 'settle', 'mint', 'transferSigned', 'write'] as const;
type Send = (typeof sends)[number];

export async function startHouse(wanted: Partial<ChatSettings> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'dtok-chat-'));
  const keys = { gate: randomKey(), sponsor: randomKey(), secret: randomKey() };
  const clock = { ahead: 0 };
  const now = () => Date.now() + clock.ahead;
  const place: ChainPlace = await chooseChain({ settings: readSettings({ DATA_DIR: folder }), log: silent });
  const settings: ChatSettings = {
    publicUrl: 'https://show.example',
    caps: { perCommand: 50n * dai, perDay: 100n * dai },
    minDeposit: dai / 100n,
    pollMs: 50,
    faucet: 5n * dai,
    ...wanted,
  };
  let fuse = createFuse();
  let closers: (() => unknown)[] = [];

  async function open(): Promise<House> {
    fuse = createFuse();
    const { pass } = fuse;
    const real = await openStore({ path: join(folder, 'dtok.sqlite') });
    if (!(await real.db.selectFrom('streams').select('id').executeTakeFirst())) {
      await addStream(real);
      await addStream(real, 'other');
    }
    const store: Store = { ...real, write: (work) => pass(() => real.write(work)) };
    const bare = await connectChain({ ...place, store, pollMs: 50, confirmations: 1, log: silent });
    const chain = { ...bare };
    for (const name of sends) {
      const send = bare[name] as (...args: unknown[]) => Promise<unknown>;
      Object.assign(chain, { [name]: (...args: unknown[]) => pass(() => send(...args), name) });
    }
    const settle = { minimum: 10n ** 30n, afterMs: 10 ** 9, everyMs: 100, coinPrice: 0n, mostCostPercent: 5n };
    const payments = await openPayments({
      ...{ store, chain, gateKey: keys.gate, sponsorKey: keys.sponsor, onPurse: () => {}, log: silent, now },
      settings: { host: place.host, withdrawDelay: 900, pollMs: 100, settle, clockTolerance: 300_000 },
    });
    const feed = await openFeed({ store, log: silent, now });
    const tips = createTips({ store, ledger: payments.ledger, feed, minimum: () => 1n });
    const chat = await openChat({ store, payments, tips, secret: keys.secret, settings, log: silent, now });
    closers = [() => bare.close(), () => real.close()];
    return { store, chain, payments, chat, feed };
  }

  const end = async () => {
    for (const close of closers.splice(0)) await close();
  };

  return {
    place,
    clock,
    now,
    open,
    /** Ends this run wherever it is, and opens the next on what is on disk. */
    async reopen(): Promise<House> {
      fuse.fuse.dead = true;
      await end();
      return open();
    },
    killAt(at: KillPoint['at'], when: KillPoint['when']): void {
      Object.assign(fuse.fuse, { count: 0, point: { at, when } });
    },
    counted: (): number => fuse.fuse.count,
    killed: (): boolean => fuse.fuse.dead,
    async stop(): Promise<void> {
      await end();
      await place.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A page with its own channel of `amount`, as a viewer's browser has. */
export async function openPage(
  { chain, payments }: House,
  amount: bigint,
  salt: Hex = `0x${'22'.repeat(32)}`,
  now = Date.now(),
) {
  const key = randomKey();
  const payer = addressOf(key);
  const config = { payer, payerAuthorizer: payer, ...payments.terms, salt };
  const { domain } = payments;
  await chain.mint(payer, amount);
  const { depositCollector, token } = chain;
  await payments.channels.deposit(sponsorDeposit({ key, config, amount, domain, depositCollector, token, now }));
  const channel = channelId(config, domain);
  const authorize = (house: House, total: bigint) =>
    house.payments.ledger.acceptVoucher(channel, total, sign(voucherDigest(channel, total, domain), key));
  return { key, payer, channel, authorize };
}
