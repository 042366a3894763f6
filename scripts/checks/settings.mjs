// Checks that the settings in code and those in .env.example are the same.
import { textOf } from './files.mjs';

const names = (text, pattern) => new Set([...text.matchAll(pattern)].map(([, name]) => name));

/** Settings are the capital keys of the schema in src/settings.ts. */
export function checkSettings({ root }) {
  const code = names(textOf(root, 'src/settings.ts'), /^ {2}([A-Z][A-Z0-9_]*): /gm);
  const example = names(textOf(root, '.env.example'), /^#? ?([A-Z][A-Z0-9_]*)=/gm);
  const missing = [...code].filter((name) => !example.has(name));
  const unknown = [...example].filter((name) => !code.has(name));
  return [
    ...missing.map((name) => `.env.example does not explain ${name} of src/settings.ts`),
    ...unknown.map((name) => `.env.example has ${name}, which src/settings.ts does not know`),
  ];
}
