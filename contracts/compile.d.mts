// Types of compile.mjs.
interface Compiled {
  abi: Record<string, unknown>[];
  evm: { bytecode: { object: string }; deployedBytecode: { object: string } };
}
/** Source unit to contract name to what the compiler made; throws with its words. */
export function compile(units: string[]): Record<string, Record<string, Compiled>>;
/** The text of src/chain/contracts.ts. */
export function generate(): string;
