// How contract tests call: transactions with their events, and calls that must be refused for a reason.
import {
  type Contract,
  Interface,
  isError,
  type TransactionReceipt,
  type TransactionResponse,
  type Wallet,
} from 'ethers';
import { expect } from 'vitest';
import { permit2DepositCollector, testDai } from '../../src/chain/contracts.js';
import type { Hex } from '../../src/vocabulary/values.js';

/** Someone with a key and some ether. */
export interface Person {
  key: Hex;
  address: Hex;
  wallet: Wallet;
}

/**
 * The receipt; throws when it was reverted. It is asked for, not waited for by ethers' `wait`: where a block comes only
 * with a transaction, one that is mined between its look and its listening is never heard of.
 */
export async function mined(sent: TransactionResponse): Promise<TransactionReceipt> {
  for (;;) {
    const receipt = await sent.provider.getTransactionReceipt(sent.hash);
    if (receipt) return (await sent.wait()) ?? receipt;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Sends a transaction and gives the events of that contract, by name and arguments, in order. */
export async function send(from: Person, contract: Contract, name: string, args: unknown[]) {
  const method = (contract.connect(from.wallet) as Contract).getFunction(name);
  const receipt = await mined(await method.send(...args, { gasLimit: 3_000_000 }));
  const logs = (receipt?.logs ?? []).filter(
    (log) => log.address === contract.target || log.address.toLowerCase() === contract.target,
  );
  return logs.map((log) => {
    const event = contract.interface.parseLog(log);
    return [event?.name, ...(event?.args.toArray(true) ?? [])];
  });
}

/** Sends a transaction and gives the names of all events, the token's too, in order. */
export async function eventNames(from: Person, contract: Contract, name: string, args: unknown[]) {
  const method = (contract.connect(from.wallet) as Contract).getFunction(name);
  const receipt = await mined(await method.send(...args, { gasLimit: 3_000_000 }));
  const known = [contract.interface, new Interface(testDai.abi), new Interface(permit2DepositCollector.abi)];
  return (receipt?.logs ?? []).map((log) => known.map((i) => i.parseLog(log)?.name).find(Boolean) ?? 'unknown');
}

/** What a call reverts with inside: the selector of an error of another contract is somewhere in its data. */
export async function refusedInside(
  from: Person,
  contract: Contract,
  name: string,
  args: unknown[],
  by: Interface,
  error: string,
) {
  const selector = by.getError(error)?.selector.slice(2) ?? 'no such error';
  const call = contract.getFunction(name).staticCall(...args, { from: from.address });
  await expect(call, error).rejects.toHaveProperty('data', expect.stringContaining(selector));
}

/** An event with addresses as we write them. */
export function lower(event: unknown[] | undefined): unknown[] {
  return (event ?? []).map((v) => (typeof v === 'string' && v.length === 42 ? v.toLowerCase() : v));
}

/** Expects that a call reverts with a custom error of that name. */
export async function refused(from: Person, contract: Contract, name: string, args: unknown[], error: string) {
  const method = (contract.connect(from.wallet) as Contract).getFunction(name);
  const outcome = await method.staticCall(...args).then(
    () => 'accepted',
    (e: Error) => (isError(e, 'CALL_EXCEPTION') ? (e.revert?.name ?? `unknown error ${e.data}`) : e.message),
  );
  expect(outcome).toBe(error);
}
