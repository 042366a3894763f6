// The secrets of this installation: made once, kept in the data folder for its owner only, never logged or sent.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Hex } from './vocabulary/values.js';

const Key = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .transform((text) => text as Hex);

const Secrets = z.object({
  /** Whoever has it is the host: the dashboard's link carries it. */
  hostToken: z.string().min(20),
  /** Every media key is derived from it. */
  masterSecret: Key,
  /** receiverAuthorizer: signs claims and refunds. */
  gateKey: Key,
  /** Owns the channels behind this host's own watch links. */
  sponsorKey: Key,
  /** The key of the watch link that is shown at start. */
  firstLinkKey: Key,
  /** Every chat purse's key is derived from it, and the keys of the links that chat hands out. */
  chatSecret: Key,
});
export type Secrets = z.infer<typeof Secrets>;

const random32 = (): Hex => `0x${randomBytes(32).toString('hex')}`;

const make = (): Secrets => ({
  hostToken: randomBytes(24).toString('base64url'),
  masterSecret: random32(),
  gateKey: random32(),
  sponsorKey: random32(),
  firstLinkKey: random32(),
  chatSecret: random32(),
});

/** For its owner only; all of it is on disk before it takes the old file's place. */
export function keepSecretFile(file: string, content: object): void {
  const fresh = openSync(`${file}.new`, 'w', 0o600);
  writeSync(fresh, `${JSON.stringify(content, null, 2)}\n`);
  fsyncSync(fresh);
  closeSync(fresh);
  renameSync(`${file}.new`, file);
}

function keep(file: string, secrets: Secrets): Secrets {
  keepSecretFile(file, secrets);
  return secrets;
}

/** An installation from before there were chat purses gets their secret; nothing else is ever added or changed. */
function read(file: string): Secrets {
  const found = z.looseObject({}).parse(JSON.parse(readFileSync(file, 'utf8')));
  if ('chatSecret' in found) return Secrets.parse(found);
  const old = Secrets.omit({ chatSecret: true }).parse(found);
  return keep(file, { ...found, ...old, chatSecret: random32() });
}

/** Reads `secrets.json`, or makes it on the first start. Throws an Error that says what to do when it is damaged. */
export function loadSecrets(folder: string): Secrets {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'secrets.json');
  if (!existsSync(file)) return keep(file, make());
  try {
    return read(file);
  } catch (cause) {
    if (cause instanceof Error && 'syscall' in cause) throw cause;
    throw new Error(`${file} is damaged: restore it from a backup. Its keys own money, so it is never replaced.`, {
      cause,
    });
  }
}

/** Compares without telling by its time how much was right. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
