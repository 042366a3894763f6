// Types of compile.mjs.
interface Compiled {
  abi: Record<string, unknown>[];
  evm: { bytecode: { object: string }; deployedBytecode: { object: string } };
}
export const settings: { evmVersion: string; optimizer: { enabled: boolean; runs: number } };
/** Throws when the compiler (the installed one unless said) is not the pinned one. */
export function requireCompiler(version?: string): void;
/** Source unit to contract name to what the compiler made; throws with its words. */
export function compile(units: string[]): Record<string, Record<string, Compiled>>;
/** The text of src/chain/contracts.ts. */
export function generate(): string;
