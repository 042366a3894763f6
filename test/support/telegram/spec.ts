// Judges bodies by the published description of the Bot API, where it is at hand: DTOK_SPECS, or ../shared/specs beside the repository.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';

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

const plain: Readonly<Record<string, object>> = {
  Integer: { type: 'integer' },
  Float: { type: 'number' },
  String: { type: 'string' },
  Boolean: { type: 'boolean' },
  // As this stand-in reads a file that was sent along.
  InputFile: { type: 'object', required: ['file', 'bytes'] },
};

function schemaOf(type: string): object {
  if (type.startsWith('Array of ')) return { type: 'array', items: schemaOf(type.slice('Array of '.length)) };
  return plain[type] ?? { $ref: `telegram#/$defs/${type}` };
}

const anyOf = (types: readonly string[]): object => {
  const [only, ...more] = types.map(schemaOf);
  return more.length === 0 && only ? only : { anyOf: types.map(schemaOf) };
};

const objectOf = (fields: readonly Field[] = []): object => ({
  type: 'object',
  properties: Object.fromEntries(fields.map(({ name, types }) => [name, anyOf(types)])),
  required: fields.filter(({ required }) => required).map(({ name }) => name),
  additionalProperties: false,
});

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
  const $defs = Object.fromEntries(
    Object.entries(types)
      .filter(([name]) => !(name in plain))
      .map(([name, { fields, subtypes }]) => [name, subtypes?.length ? anyOf(subtypes) : objectOf(fields)]),
  );
  const ajv = new Ajv({ strict: false });
  ajv.addSchema({ $id: 'telegram', $defs });
  const known = new Map<string, ValidateFunction>();
  function judge(name: string, schema: () => object, body: unknown): string | null {
    const check = known.get(name) ?? ajv.compile(schema());
    known.set(name, check);
    return check(body) ? null : `${name}: ${ajv.errorsText(check.errors)}`;
  }
  return {
    request: (method, body) =>
      methods[method] ? judge(`${method} request`, () => objectOf(methods[method]?.fields), body) : `no ${method}`,
    answer: (method, body) => judge(`${method} answer`, () => anyOf(methods[method]?.returns ?? []), body),
    update: (body) => judge('update', () => schemaOf('Update'), body),
  };
}
