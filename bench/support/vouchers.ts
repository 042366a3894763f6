// Purses and signed vouchers for benchmarks, and the server's way of accepting one, without a network in between.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { openLedger } from '../../src/payments/ledger.js';
import { type Purse, purseState } from '../../src/payments/purse.js';
import { channelToRow } from '../../src/payments/rows.js';
import { addressOf, type Domain, randomKey, voucherDigest } from '../../src/payments/typed-data.js';
import { openStore, type Store } from '../../src/store/index.js';
import { routes } from '../../src/vocabulary/api.js';
import type { Hex } from '../../src/vocabulary/values.js';

export const native = createRequire(import.meta.url)('secp256k1/bindings.js') as typeof import('secp256k1');
export const domain: Domain = { chainId: 31337, contract: '0x4020074e9df2ce1dee5a9c1b5c3f541d02a10003' };

export interface Signer {
  id: Hex;
  key: Uint8Array;
  address: Hex;
  publicKey: Uint8Array;
}

/** A digest with its signature, in every form that a library may want. */
export interface Signed {
  /** Lower case, as the public key uncompressed. */
  address: Hex;
  publicKey: Uint8Array;
  purse: Hex;
  amount: bigint;
  digest: Uint8Array;
  rs: Uint8Array;
  recovery: number;
  signature: Hex;
}

export function newSigner(): Signer {
  const secret = randomKey();
  const key = Buffer.from(secret.slice(2), 'hex');
  return { id: randomKey(), key, address: addressOf(secret), publicKey: native.publicKeyCreate(key, false) };
}

/** By the native library: thousands must be made in a moment. */
export function signVoucher({ id, key, address, publicKey }: Signer, amount: bigint): Signed {
  const digest = voucherDigest(id, amount, domain).slice();
  const { signature: rs, recid: recovery } = native.ecdsaSign(digest, key);
  const signature: Hex = `0x${Buffer.from(rs).toString('hex')}${(27 + recovery).toString(16)}`;
  return { address, publicKey, purse: id, amount, digest, rs, recovery, signature };
}

function channelPurse({ id, address }: Signer): Purse {
  return {
    id,
    kind: 'channel',
    signer: address,
    channel: id,
    stream: null,
    label: '',
    createdAt: 1,
    limit: 2n ** 128n - 1n,
    authorized: 0n,
    spent: 0n,
    signature: null,
    closing: false,
  };
}

const channelRow = ({ id, address }: Signer) => {
  const config = {
    payer: address,
    payerAuthorizer: address,
    receiver: address,
    receiverAuthorizer: address,
    token: address,
    withdrawDelay: 900,
    salt: id,
  };
  const balance = 2n ** 128n - 1n;
  return channelToRow({ id, config, balance, claimed: 0n, withdrawing: 0n, withdrawAt: 0, asOf: 0 }, 1);
};

/** A ledger with its SQLite file on the disk that the project is on, and `count` open channels. */
export async function openHouse(root: string, count: number) {
  const cache = join(root, '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const store: Store = await openStore({ path: join(folder, 'dtok.sqlite') });
  const ledger = await openLedger({ store, domain, extendSponsor: async () => {} });
  const signers = Array.from({ length: count }, newSigner);
  await ledger.add(signers.map(channelPurse), async (trx) => {
    for (const signer of signers) await trx.insertInto('channels').values(channelRow(signer)).execute();
  });
  return {
    signers,
    /** From the bytes of a request's body to those of its answer, as the server does it behind express. */
    accept: async (body: string): Promise<string> => {
      const parsed = routes.postVoucher.body.safeParse(JSON.parse(body), missing);
      if (!parsed.data) throw parsed.error;
      const { channelId, maxClaimableAmount, signature } = parsed.data;
      return JSON.stringify(purseState(await ledger.acceptVoucher(channelId, BigInt(maxClaimableAmount), signature)));
    },
    close: store.close,
  };
}

const missing = { error: (issue: { input?: unknown }) => (issue.input === undefined ? 'it is missing' : undefined) };
