// What Discord takes of messages, forms, commands and completions, and how long each may be.
import { type Fault, invalidForm, Refused, refusals } from './refusals.js';
import type { Component, Json } from './world.js';

type Path = readonly (string | number)[];

/** Collects what is wrong; `end` refuses when anything is. */
function createCheck() {
  const faults: Fault[] = [];
  const fault = (path: Path, code: string, message: string): void => void faults.push({ path, code, message });
  return {
    fault,
    text(value: unknown, path: Path, least: number, most: number): void {
      if (value === undefined || value === null ? least > 0 : typeof value !== 'string')
        fault(path, 'BASE_TYPE_REQUIRED', 'This field is required');
      const length = typeof value === 'string' ? [...value].length : 0;
      if (typeof value === 'string' && length < least)
        fault(path, 'BASE_TYPE_MIN_LENGTH', `Must be ${least} or more in length.`);
      if (length > most) fault(path, 'BASE_TYPE_MAX_LENGTH', `Must be ${most} or fewer in length.`);
    },
    list(value: unknown, path: Path, least: number, most: number): unknown[] {
      const list = Array.isArray(value) ? value : [];
      if (list.length < least || list.length > most)
        fault(path, 'BASE_TYPE_BAD_LENGTH', `Must be between ${least} and ${most} in length.`);
      return list;
    },
    unique(values: unknown[], path: Path, code: string): void {
      if (new Set(values).size < values.length) fault(path, code, 'Must be unique.');
    },
    end(): void {
      if (faults.length > 0) throw invalidForm(faults);
    },
  };
}
type Check = ReturnType<typeof createCheck>;

/** Discord opens no host without a dot. */
const wellFormed = (url: unknown, ...schemes: string[]): boolean =>
  typeof url === 'string' &&
  URL.canParse(url) &&
  [...schemes, 'https:', 'http:'].includes(new URL(url).protocol) &&
  new URL(url).hostname.includes('.');

const link = 5;

function checkButton(check: Check, button: Component, path: Path): void {
  check.text(button.label, [...path, 'label'], 0, 80);
  if (button.style !== link) {
    check.text(button.custom_id, [...path, 'custom_id'], 1, 100);
    return;
  }
  check.text(button.url, [...path, 'url'], 1, 512);
  if (!wellFormed(button.url)) check.fault([...path, 'url'], 'URL_TYPE_INVALID_URL', 'Not a well formed URL.');
  if (button.custom_id !== undefined)
    check.fault(
      path,
      'BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE',
      'A custom id and url cannot both be specified',
    );
}

function checkSelect(check: Check, select: Component, path: Path): void {
  check.text(select.custom_id, [...path, 'custom_id'], 1, 100);
  check.text(select.placeholder, [...path, 'placeholder'], 0, 150);
  if (select.type !== 3) return;
  const options = check.list(select.options, [...path, 'options'], 1, 25) as { label: string; value: string }[];
  for (const [n, option] of options.entries()) {
    check.text(option.label, [...path, 'options', n, 'label'], 1, 100);
    check.text(option.value, [...path, 'options', n, 'value'], 1, 100);
  }
  const values = options.map(({ value }) => value);
  check.unique(values, [...path, 'options'], 'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED');
}

function checkRow(check: Check, row: Component, path: Path): void {
  if (row.type !== 1)
    check.fault([...path, 'type'], 'UNION_TYPE_CHOICES', 'Value of field "type" must be one of (1,).');
  const inside = check.list(row.components, [...path, 'components'], 1, 5) as Component[];
  const wide = inside.filter(({ type }) => type !== 2).length;
  if (wide > 0 && inside.length > 1)
    check.fault(path, 'COMPONENT_LAYOUT_WIDTH_EXCEEDED', 'The maximum width of the row is exceeded');
  for (const [n, one] of inside.entries()) {
    const at = [...path, 'components', n];
    if (one.type === 2) checkButton(check, one, at);
    else checkSelect(check, one, at);
  }
}

function checkRows(check: Check, rows: unknown): void {
  const all = check.list(rows ?? [], ['components'], 0, 5) as Component[];
  for (const [n, row] of all.entries()) checkRow(check, row, ['components', n]);
  const ids = all.flatMap((row) => row.components ?? []).flatMap(({ custom_id }) => custom_id ?? []);
  check.unique(ids, ['components'], 'COMPONENT_CUSTOM_ID_DUPLICATED');
}

interface Embed {
  title?: string;
  description?: string;
  fields?: { name: string; value: string }[];
  footer?: { text: string };
  image?: { url: string };
}

function checkEmbed(check: Check, embed: Embed, path: Path): number {
  check.text(embed.title, [...path, 'title'], 0, 256);
  check.text(embed.description, [...path, 'description'], 0, 4096);
  check.text(embed.footer?.text, [...path, 'footer', 'text'], 0, 2048);
  const fields = check.list(embed.fields ?? [], [...path, 'fields'], 0, 25) as { name: string; value: string }[];
  for (const [n, { name, value }] of fields.entries()) {
    check.text(name, [...path, 'fields', n, 'name'], 1, 256);
    check.text(value, [...path, 'fields', n, 'value'], 1, 1024);
  }
  const url = embed.image?.url;
  if (url !== undefined && !wellFormed(url, 'attachment:'))
    check.fault([...path, 'image', 'url'], 'URL_TYPE_INVALID_URL', 'Not a well formed URL.');
  const texts = [embed.title, embed.description, embed.footer?.text, ...fields.flatMap((one) => [one.name, one.value])];
  return texts.reduce((sum, text) => sum + [...(text ?? '')].length, 0);
}

/** `files`: how many come with it. */
export function checkMessage(body: Json, files: number): void {
  const check = createCheck();
  check.text(body.content, ['content'], 0, 2000);
  const embeds = check.list(body.embeds ?? [], ['embeds'], 0, 10) as Embed[];
  const size = embeds.reduce((sum, embed, n) => sum + checkEmbed(check, embed, ['embeds', n]), 0);
  if (size > 6000) check.fault(['embeds'], 'MAX_EMBED_SIZE_EXCEEDED', 'Embed size exceeds maximum size of 6000');
  checkRows(check, body.components);
  const { parse = [], roles = [], users = [] } = (body.allowed_mentions ?? {}) as Record<string, string[]>;
  if ((parse.includes('roles') && roles.length > 0) || (parse.includes('users') && users.length > 0))
    check.fault(
      ['allowed_mentions'],
      'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
      'parse and ids are mutually exclusive.',
    );
  check.end();
  if (!body.content && embeds.length === 0 && files === 0) throw refusals.emptyMessage();
}

export function checkModal(body: Json): void {
  const check = createCheck();
  const data = (body ?? {}) as Json;
  check.text(data.custom_id, ['data', 'custom_id'], 1, 100);
  check.text(data.title, ['data', 'title'], 1, 45);
  const labels = check.list(data.components, ['data', 'components'], 1, 5) as (Json & { component?: Component })[];
  for (const [n, { label, description, component, type }] of labels.entries()) {
    const path = ['data', 'components', n];
    if (type !== 18 || !component) check.fault(path, 'UNION_TYPE_CHOICES', 'Must be a label with a component.');
    check.text(label, [...path, 'label'], 1, 45);
    check.text(description, [...path, 'description'], 0, 100);
    if (component) checkSelect(check, component, [...path, 'component']);
  }
  const ids = labels.map(({ component }) => component?.custom_id);
  check.unique(ids, ['data', 'components'], 'COMPONENT_CUSTOM_ID_DUPLICATED');
  check.end();
}

export function checkChoices(choices: unknown): void {
  const check = createCheck();
  for (const [n, one] of (check.list(choices, ['data', 'choices'], 0, 25) as Json[]).entries()) {
    check.text(one.name, ['data', 'choices', n, 'name'], 1, 100);
    if (typeof one.value === 'string') check.text(one.value, ['data', 'choices', n, 'value'], 0, 100);
  }
  check.end();
}

export interface Option {
  type: number;
  name: string;
  description: string;
  required?: boolean;
  autocomplete?: boolean;
  choices?: { name: string; value: string; name_localizations?: Record<string, string> | null }[];
  options?: Option[];
  min_value?: number;
  max_value?: number;
  max_length?: number;
  channel_types?: number[];
  description_localizations?: Record<string, string> | null;
}

const locales = new Set(
  'id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja zh-TW ko'.split(
    ' ',
  ),
);
const subcommand = 1;

function checkNamed(check: Check, { name, description, description_localizations: all }: Option, path: Path): void {
  check.text(name, [...path, 'name'], 1, 32);
  if (!/^[-_'\p{Ll}\p{Lo}\p{N}]{1,32}$/u.test(`${name}`))
    check.fault([...path, 'name'], 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid');
  check.text(description, [...path, 'description'], 1, 100);
  for (const [locale, text] of Object.entries(all ?? {})) {
    const at = [...path, 'description_localizations', locale];
    if (!locales.has(locale)) check.fault(at, 'INVALID_LOCALE', 'Locale is invalid');
    check.text(text, at, 1, 100);
  }
}

function checkOptions(check: Check, given: unknown, path: Path): void {
  const options = check.list(given ?? [], path, 0, 25) as Option[];
  const names = options.map(({ name }) => name);
  check.unique(names, path, 'APPLICATION_COMMAND_OPTIONS_NAME_INVALID');
  for (const [n, option] of options.entries()) {
    const at = [...path, n];
    checkNamed(check, option, at);
    if (option.required && options.slice(0, n).some(({ required }) => !required))
      check.fault(
        at,
        'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
        'Required options must be placed before non-required',
      );
    const choices = check.list(option.choices ?? [], [...at, 'choices'], 0, 25) as { name: string; value: string }[];
    for (const [m, choice] of choices.entries()) {
      check.text(choice.name, [...at, 'choices', m, 'name'], 1, 100);
      check.text(choice.value, [...at, 'choices', m, 'value'], 1, 100);
    }
    if (option.autocomplete && choices.length > 0)
      check.fault(
        at,
        'APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID',
        'Autocomplete and choices exclude each other',
      );
    if (option.type === subcommand) checkOptions(check, option.options, [...at, 'options']);
  }
  const parts = options.filter(({ type }) => type === subcommand).length;
  if (parts > 0 && parts < options.length)
    check.fault(path, 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', 'Sub-commands and options cannot be mixed');
}

/** Discord counts names, descriptions and values of a command together. */
const lengthOf = ({ name, description, choices = [], options = [] }: Option): number =>
  [name, description, ...choices.flatMap((one) => [one.name, one.value])].join('').length +
  options.reduce((sum, option) => sum + lengthOf(option), 0);

export function checkCommands(bodies: unknown): void {
  if (!Array.isArray(bodies)) throw invalidForm([{ path: [], code: 'BASE_TYPE_LIST', message: 'Must be a list.' }]);
  if (bodies.length > 100) throw new Refused(400, 30032, 'Maximum number of application commands reached (100).');
  const check = createCheck();
  const names = bodies.map(({ name }) => name);
  check.unique(names, [], 'APPLICATION_COMMANDS_DUPLICATE_NAME');
  for (const [n, body] of bodies.entries()) {
    checkNamed(check, body, [n]);
    checkOptions(check, body.options, [n, 'options']);
    if (lengthOf(body) > 8000) check.fault([n], 'APPLICATION_COMMAND_TOO_LARGE', 'Command exceeds maximum size (8000)');
  }
  check.end();
}
