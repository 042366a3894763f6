// What a stream's entry in the registry should say, and what has to be sent for that.
import { AbiCoder, keccak256, toUtf8Bytes, zeroPadBytes } from 'ethers';
import type { Hex } from '../vocabulary/values.js';

/** The contract's limit, in UTF-8 bytes. */
const longestTitle = 100;

export interface Entry {
  /** The stream's id, left-aligned in 32 bytes. */
  name: Hex;
  payout: Hex;
  title: string;
  metadataURI: string;
}

/** An entry as the chain has it; `host` is zero where there is none. */
export interface Registered extends Omit<Entry, 'name'> {
  host: Hex;
  closed: boolean;
}

export type Step = { do: 'register' | 'update' } | { do: 'nothing'; why: 'same' | 'closed' | 'handed_over' };

export const nothingThere = '0x0000000000000000000000000000000000000000';

export const nameOf = (stream: string): Hex => zeroPadBytes(toUtf8Bytes(stream), 32) as Hex;

/** `idOf(host, name)` of the contract. */
export const entryId = (host: Hex, name: Hex): Hex =>
  keccak256(AbiCoder.defaultAbiCoder().encode(['address', 'bytes32'], [host, name])) as Hex;

/** As much of a title as the registry takes; its stream's id where there is none. */
export function fitTitle(title: string, stream: string): string {
  let fit = '';
  for (const { segment } of new Intl.Segmenter().segment(title.trim() || stream)) {
    if (toUtf8Bytes(fit + segment).length > longestTitle) break;
    fit += segment;
  }
  return fit || stream;
}

export function nextStep(wanted: Entry, found: Registered, us: Hex): Step {
  if (found.host === nothingThere) return { do: 'register' };
  if (found.host !== us) return { do: 'nothing', why: 'handed_over' };
  if (found.closed) return { do: 'nothing', why: 'closed' };
  const same =
    found.payout === wanted.payout && found.title === wanted.title && found.metadataURI === wanted.metadataURI;
  return same ? { do: 'nothing', why: 'same' } : { do: 'update' };
}
