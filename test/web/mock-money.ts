// Purses, sessions and a charging gate in memory, for looking at pages without a server.
import { randomBytes } from 'node:crypto';
import {
  addressOf,
  channelId,
  closeDigest,
  type Domain,
  passId,
  recover,
  sessionDigest,
  voucherDigest,
} from '../../src/payments/typed-data.js';
import type { Body } from '../../src/vocabulary/api.js';
import type { ChannelConfig } from '../../src/vocabulary/channels.js';
import type { PurseState } from '../../src/vocabulary/events.js';
import { Problem } from '../../src/vocabulary/problems.js';
import type { StreamInfo } from '../../src/vocabulary/streams.js';
import type { Hex } from '../../src/vocabulary/values.js';

interface MockPurse {
  id: Hex;
  kind: 'pass' | 'channel';
  signer: Hex;
  label: string;
  limit: bigint;
  authorized: bigint;
  spent: bigint;
  createdAt: number;
  /** A channel's. */
  config?: ChannelConfig;
}

export const domain: Domain = { chainId: 31337, contract: '0x4020074e9df2ce1dee5a9c1b5c3f541d02a10003' };
export const sponsor: Hex = `0x${'51'.repeat(32)}`;

/** How a stream of the mock house is paid. */
export const mockTerms: StreamInfo['terms'] = {
  network: 'eip155:31337',
  chainId: domain.chainId,
  contract: domain.contract,
  depositCollector: '0x4020806089470a89826cb9fb1f4059150b550004',
  payTo: '0x1111111111111111111111111111111111111111',
  receiverAuthorizer: '0x2222222222222222222222222222222222222222',
  withdrawDelay: 900,
  token: {
    address: '0x3333333333333333333333333333333333333333',
    symbol: 'DAI',
    decimals: 18,
    name: 'Test Dai',
    version: '1',
  },
  payToName: null,
  gasless: true,
  names: false,
  faucet: true,
};

export const stateOf = (p: MockPurse): PurseState => ({
  id: p.id,
  kind: p.kind,
  limit: `${p.limit}`,
  authorized: `${p.authorized}`,
  spent: `${p.spent}`,
});

export type MockMoney = ReturnType<typeof createMockMoney>;

export function createMockMoney(settings: { price: () => bigint; previewMs: () => number; keyPeriodMs: number }) {
  const purses = new Map<Hex, MockPurse>();
  const sessions = new Map<string, Hex>();
  const previews = new Map<Hex, number>();
  const paid = new Map<string, { purse: MockPurse | null; amount: bigint }>();
  let watched = 0n;
  let tipped = 0n;

  const of = (signer: Hex) => [...purses.values()].filter((p) => p.signer === signer);
  const must = (id: Hex): MockPurse => {
    const purse = purses.get(id);
    if (!purse) throw new Problem('unknown_purse');
    return purse;
  };

  function charge(signer: Hex, reason: string, amount: bigint): { purse: MockPurse | null; amount: bigint } {
    const known = paid.get(`${signer}/${reason}`);
    if (known) return known;
    const purse = of(signer).find((p) => p.limit - p.spent >= amount);
    if (!purse) throw new Problem('out_of_credit');
    if (purse.authorized < purse.spent + amount) {
      throw new Problem('voucher_needed', { purse: purse.id, needed: `${purse.spent + amount}` });
    }
    purse.spent += amount;
    const done = { purse, amount };
    paid.set(`${signer}/${reason}`, done);
    return done;
  }

  return {
    purses,
    sessions,
    of,
    earned: () => ({ watched, tipped }),
    pass(signer: Hex, limit: bigint, label = ''): MockPurse {
      const id = passId(sponsor, signer, domain);
      const made = {
        id,
        kind: 'pass' as const,
        signer,
        label,
        limit,
        authorized: 0n,
        spent: 0n,
        createdAt: Date.now(),
      };
      purses.set(id, made);
      return made;
    },
    linkFor: (key: Hex, limit: bigint, label: string) => ({ key, signer: addressOf(key), limit, label }),
    open(body: Body<'openSession'>) {
      if (Math.abs(Date.now() - body.issuedAt) > 30_000)
        throw new Problem('clock_off', { seconds: 99, serverTime: Date.now() });
      if (recover(sessionDigest(body.stream, body.issuedAt, domain), body.signature) !== body.signer) {
        throw new Problem('wrong_signer');
      }
      const session = randomBytes(16).toString('hex');
      sessions.set(session, body.signer);
      return session;
    },
    signer(session: string): Hex {
      const signer = sessions.get(session);
      if (!signer) throw new Problem('session_needed');
      return signer;
    },
    previewLeft: (signer: Hex) => Math.max(0, settings.previewMs() - (previews.get(signer) ?? 0)),
    voucher(body: Body<'postVoucher'>): PurseState {
      const purse = must(body.channelId);
      const amount = BigInt(body.maxClaimableAmount);
      if (recover(voucherDigest(purse.id, amount, domain), body.signature) !== purse.signer) {
        throw new Problem('voucher_wrong_signature', { chainId: 31337 });
      }
      const facts = { amount: `${amount}`, authorized: `${purse.authorized}`, limit: `${purse.limit}` };
      if (amount > purse.limit) throw new Problem('voucher_over_limit', facts);
      if (amount < purse.authorized) throw new Problem('voucher_too_low', facts);
      purse.authorized = amount;
      return stateOf(purse);
    },
    key(signer: Hex, n: number) {
      const left = this.previewLeft(signer);
      const reason = `watch/${n}`;
      if (left > 0 && !paid.has(`${signer}/${reason}`)) {
        previews.set(signer, (previews.get(signer) ?? 0) + settings.keyPeriodMs);
        paid.set(`${signer}/${reason}`, { purse: null, amount: 0n });
      }
      const again = paid.has(`${signer}/${reason}`);
      const done = charge(signer, reason, (settings.price() * BigInt(settings.keyPeriodMs)) / 1000n);
      if (!again) watched += done.amount;
      return done;
    },
    tip(signer: Hex, id: string, amount: bigint) {
      const again = paid.has(`${signer}/tip/${id}`);
      const done = charge(signer, `tip/${id}`, amount);
      if (!again) tipped += amount;
      return { ...done, again };
    },
    deposit(body: Body<'postDeposit'>): MockPurse {
      const id = channelId(body.channelConfig, domain);
      const total = BigInt(body.voucher.maxClaimableAmount);
      const signer = body.channelConfig.payerAuthorizer;
      if (recover(voucherDigest(id, total, domain), body.voucher.signature) !== signer) {
        throw new Problem('voucher_wrong_signature', { chainId: 31337 });
      }
      const fresh = {
        id,
        config: body.channelConfig as ChannelConfig,
        kind: 'channel' as const,
        signer,
        label: '',
        limit: 0n,
        authorized: 0n,
        spent: 0n,
        createdAt: Date.now(),
      };
      const purse = purses.get(id) ?? fresh;
      purse.limit += BigInt(body.deposit.amount);
      purses.set(id, purse);
      return purse;
    },
    close(id: Hex, issuedAt: number, signature: Hex): bigint {
      const purse = must(id);
      if (recover(closeDigest(id, issuedAt, domain), signature) !== purse.signer) throw new Problem('wrong_signer');
      const rest = purse.limit - purse.spent;
      if (rest === 0n) throw new Problem('nothing_to_refund');
      purses.delete(id);
      return rest;
    },
  };
}
