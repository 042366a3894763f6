// Types of mutants.mjs.
export const mutants: { name: string; file: string; from: string; to: string }[];
