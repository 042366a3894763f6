// A command's arguments as a form that Discord opens, and what was filled in.
import {
  type APIModalInteractionResponseCallbackData,
  ComponentType,
  type ModalSubmitInteraction,
  TextInputStyle,
} from 'discord.js';
import type { Arg, Command } from '../command.js';
import type { Desk, Use } from '../desk.js';
import type { Words } from '../words/index.js';
import { writable } from './commands.js';
import { label } from './escape.js';

/** Discord takes no more in one form. */
const mostFields = 5;

interface Wanted {
  command: string;
  part: string;
  args: Command['parts'][string]['args'];
  /** Those that the button has said already. */
  known: Record<string, string>;
}

/** `form:tip`, `form:poll create`, or with the first arguments: `form:tip main`. */
function wantedBy(press: string, desk: Desk): Wanted | null {
  const [name = '', ...words] = press
    .replace(/^form:/, '')
    .trim()
    .split(/\s+/);
  const command = desk.commands.find((one) => one.name === name);
  const part = command && words[0] !== undefined && words[0] in command.parts ? (words.shift() ?? '') : '';
  const args = command?.parts[part]?.args;
  if (!args) return null;
  const names = Object.keys(args);
  return { command: name, part, args, known: Object.fromEntries(words.map((word, at) => [names[at] ?? '', word])) };
}

type Option = { label: string; value: string };

function optionsOf(arg: Arg, key: string, desk: Desk, words: Words): Option[] {
  const say = (value: string, name = value): Option => ({ label: label(name, 100), value });
  if (arg.kind === 'stream') return desk.complete('').map(({ name, value }) => say(value, name));
  return (arg.choices ?? []).slice(0, 25).map((choice) => say(choice, words.about[`${key}.${choice}`]));
}

function fieldOf(name: string, arg: Arg, key: string, desk: Desk, words: Words) {
  if (arg.kind === 'flag') return { type: ComponentType.Checkbox, custom_id: name };
  const about = { custom_id: name, required: !arg.optional };
  const options = optionsOf(arg, key, desk, words);
  if (options.length > 0) return { type: ComponentType.StringSelect, ...about, options };
  if (arg.kind === 'role') return { type: ComponentType.RoleSelect, ...about };
  if (arg.kind === 'channel') return { type: ComponentType.ChannelSelect, ...about, channel_types: writable };
  const longest = arg.kind === 'text' ? (arg.longest ?? 280) : 100;
  const style = longest > 120 ? TextInputStyle.Paragraph : TextInputStyle.Short;
  return { type: ComponentType.TextInput, ...about, style, max_length: longest };
}

/** Where there is one show, nobody is asked which. */
const idle = (arg: Arg, desk: Desk): boolean =>
  arg.kind === 'stream' && arg.optional === true && desk.complete('').length < 2;

/** Null when there is no such command, or nothing to ask. */
export function formOf(press: string, desk: Desk, words: Words): APIModalInteractionResponseCallbackData | null {
  const wanted = wantedBy(press, desk);
  if (!wanted) return null;
  const { command, part, args, known } = wanted;
  const key = part ? `${command}.${part}` : command;
  const asked = Object.entries(args)
    .filter(([name, arg]) => !(name in known) && !idle(arg, desk))
    .sort(([, a], [, b]) => Number(a.optional ?? false) - Number(b.optional ?? false))
    .slice(0, mostFields);
  const components = asked.map(([name, arg]) => ({
    type: ComponentType.Label,
    label: label(name, 45),
    description: label(words.about[`${key}.${name}`] ?? name, 100),
    component: fieldOf(name, arg, `${key}.${name}`, desk, words),
  }));
  if (components.length === 0) return null;
  const form = { custom_id: press, title: label(words.about[key] ?? command, 45), components };
  return form as unknown as APIModalInteractionResponseCallbackData;
}

/** What a filled-in form asks for; null when the command is no more. */
export function useOfForm({ customId, fields }: ModalSubmitInteraction, desk: Desk): Use | null {
  const wanted = wantedBy(customId, desk);
  if (!wanted) return null;
  const { command, part, known } = wanted;
  const given: Record<string, string> = { ...known };
  for (const [name, field] of fields.fields) {
    const value = 'values' in field ? field.values[0] : 'value' in field ? field.value : undefined;
    if (value !== undefined && value !== null && value !== '') given[name] = `${value}`;
  }
  return { command, part, given };
}
