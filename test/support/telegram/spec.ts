// Judges bodies by the published description of the Bot API, where it is at hand: DTOK_SPECS, or ../shared/specs beside the repository.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

interface Field {
  name: string;
  types: string[];
  required: boolean;
}
interface Published {
  methods: Record<string, { fields?: Field[]; returns: string[] }>;
  types: Record<string, { fields?: Field[]; subtypes?: string[] }>;
}

const folder = process.env.DTOK_SPECS ?? resolve(import.meta.dirname, '../../../../shared/specs');
const path = join(folder, 'telegram-bot-api.json');

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const plain: Readonly<Record<string, (value: unknown) => boolean>> = {
  Integer: (value) => Number.isSafeInteger(value),
  Float: (value) => typeof value === 'number',
  String: (value) => typeof value === 'string',
  Boolean: (value) => typeof value === 'boolean',
  // As this stand-in reads a file that was sent along.
  InputFile: (value) => isObject(value) && 'bytes' in value,
};

export interface Spec {
  /** What is wrong with the parameters of a call, with an answer, or with an update; null: nothing. */
  request: (method: string, body: unknown) => string | null;
  answer: (method: string, body: unknown) => string | null;
  update: (body: unknown) => string | null;
}

/** Null where the description is not there. */
export function openSpec(): Spec | null {
  if (!existsSync(path)) return null;
  const { methods, types } = JSON.parse(readFileSync(path, 'utf8')) as Published;

  function object(value: unknown, fields: readonly Field[], at: string): string | null {
    if (!isObject(value)) return `${at} is no object`;
    const unknown = Object.keys(value).find((name) => !fields.some((field) => field.name === name));
    if (unknown !== undefined) return `${at}.${unknown} is unknown`;
    for (const { name, types: allowed, required } of fields) {
      if (value[name] === undefined && required) return `${at}.${name} is missing`;
      const wrong = value[name] === undefined ? null : anyOf(value[name], allowed, `${at}.${name}`);
      if (wrong) return wrong;
    }
    return null;
  }

  function one(value: unknown, type: string, at: string): string | null {
    const [, items] = /^Array of (.+)$/.exec(type) ?? [];
    if (items !== undefined) {
      if (!Array.isArray(value)) return `${at} is no array`;
      return value.map((item, i) => one(item, items, `${at}[${i}]`)).find((wrong) => wrong !== null) ?? null;
    }
    const fits = plain[type];
    if (fits) return fits(value) ? null : `${at} is no ${type}`;
    const { fields = [], subtypes = [] } = types[type] ?? {};
    return subtypes.length > 0 ? anyOf(value, subtypes, at) : object(value, fields, at);
  }

  /** Of several, what is wrong with the last. */
  function anyOf(value: unknown, allowed: readonly string[], at: string): string | null {
    const faults = allowed.map((type) => one(value, type, at));
    return faults.includes(null) ? null : (faults.at(-1) ?? null);
  }

  return {
    request: (method, body) =>
      methods[method] ? object(body, methods[method]?.fields ?? [], method) : `${method} is no method`,
    answer: (method, body) => anyOf(body, methods[method]?.returns ?? [], `${method} answers: it`),
    update: (body) => one(body, 'Update', 'update'),
  };
}
