// Judges bodies by Discord's published description of its API, where that file is at hand.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const file = resolve(process.env.DTOK_SPECS ?? '../shared/specs', 'discord-openapi.json');

const name = 'https://discord.test/api';

interface Operation {
  requestBody?: { content: Record<string, { schema: unknown }> };
  responses: Record<string, { $ref?: string; content?: Record<string, { schema: unknown }> }>;
}

interface Spec {
  paths: Record<string, Record<string, Operation>>;
  components: { responses: Record<string, Operation['responses'][string]> };
}

export interface Contract {
  /** Takes the time that the first judgement would take. */
  prepare(method: string, path: string): void;
  /** What is wrong with it; null when nothing is. */
  request(method: string, path: string, body: unknown): string | null;
  answer(method: string, path: string, status: number, body: unknown): string | null;
}

function read(): Spec {
  const spec = JSON.parse(readFileSync(file, 'utf8').replaceAll('"#/components/', `"${name}#/components/`));
  // The description has the number that Discord works with; its documentation, and every library, writes it as text.
  for (const schema of ['ApplicationCommandUpdateRequest', 'ApplicationCommandCreateRequest'])
    spec.components.schemas[schema].properties.default_member_permissions = { type: ['string', 'integer', 'null'] };
  return spec;
}

/** Literal parts before parameters, so that `@original` is itself. */
function patternsOf({ paths }: Spec) {
  return Object.keys(paths)
    .sort((a, b) => a.split('{').length - b.split('{').length)
    .map((path) => ({ path, pattern: new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`) }));
}

/** Null, with a word about it, where the file is not there. */
export function openContract(): Contract | null {
  if (!existsSync(file)) {
    console.warn(`no ${file}: bodies are not judged by Discord's description`);
    return null;
  }
  const spec = read();
  const patterns = patternsOf(spec);
  const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: false }));
  ajv.addFormat('snowflake', /^(0|[1-9]\d{0,19})$/).addFormat('nonce', true);
  ajv.addSchema({ $id: name, components: spec.components });
  const compiled = new Map<unknown, ValidateFunction>();

  function checkOf(schema: unknown): ValidateFunction {
    const check = compiled.get(schema) ?? ajv.compile(schema as object);
    compiled.set(schema, check);
    return check;
  }

  function judge(schema: unknown, body: unknown): string | null {
    const check = checkOf(schema);
    return check(body) ? null : ajv.errorsText(check.errors, { dataVar: 'body' });
  }

  const find = (method: string, path: string): Operation | undefined => {
    const found = patterns.find(({ pattern, path: one }) => pattern.test(path) && spec.paths[one]?.[method]);
    return found && spec.paths[found.path]?.[method];
  };

  return {
    prepare(method, path) {
      const { requestBody, responses } = find(method, path) ?? {};
      for (const told of [requestBody, responses?.[200]]) {
        const schema = told?.content?.['application/json']?.schema;
        if (schema) checkOf(schema);
      }
    },
    request(method, path, body) {
      const operation = find(method, path);
      if (!operation) return 'no such operation';
      const schema = operation.requestBody?.content['application/json']?.schema;
      return schema && body !== undefined ? judge(schema, body) : null;
    },
    answer(method, path, status, body) {
      const responses = find(method, path)?.responses;
      const told = responses?.[status] ?? (status >= 400 && status < 500 ? responses?.['4XX'] : undefined);
      if (!told) return `answers no ${status}`;
      const shared = told.$ref ? spec.components.responses[told.$ref.split('/').at(-1) ?? ''] : told;
      const schema = shared?.content?.['application/json']?.schema;
      if (schema) return judge(schema, body);
      return body === undefined ? null : `a ${status} has no body`;
    },
  };
}
