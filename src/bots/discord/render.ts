// A reply as Discord takes it: escaped text, an embed for facts and a picture, buttons and menus; only the role that is meant is pinged.
import {
  type APIEmbed,
  ButtonStyle,
  ComponentType,
  type RawFile,
  type RESTPatchAPIWebhookWithTokenMessageJSONBody,
} from 'discord.js';
import type { Button, Reply } from '../reply.js';
import { label, plain, withNames } from './escape.js';

const styles = { go: ButtonStyle.Success, stop: ButtonStyle.Secondary } as const;

/** The lamp's amber. */
const color = 0xffb02e;

/** What Discord takes of each. */
const most = {
  content: 2000,
  rows: 5,
  inRow: 5,
  options: 25,
  fields: 25,
  name: 256,
  value: 1024,
  embed: 6000,
  url: 512,
};

/** Discord opens no button for a machine of one's own. */
const openable = (url: string): boolean =>
  URL.canParse(url) && url.length <= most.url && new URL(url).hostname.includes('.');

const buttonOf = (button: Button) =>
  'url' in button
    ? { type: ComponentType.Button, style: ButtonStyle.Link, label: label(button.label, 80), url: button.url }
    : {
        type: ComponentType.Button,
        style: button.style ? styles[button.style] : ButtonStyle.Primary,
        label: label(button.label, 80),
        custom_id: button.press,
      };

const menuOf = ({ prompt, options }: NonNullable<Reply['choices']>) => ({
  type: ComponentType.StringSelect,
  custom_id: 'choose',
  placeholder: label(prompt, 150),
  options: options.slice(0, most.options).map((one) => ({ label: label(one.label, 100), value: one.press })),
});

function rowsOf(buttons: readonly (readonly Button[])[], choices: Reply['choices']) {
  const rows: unknown[][] = buttons
    .filter((row) => row.length > 0)
    .slice(0, choices ? most.rows - 1 : most.rows)
    .map((row) => row.slice(0, most.inRow).map(buttonOf));
  if (choices && choices.options.length > 0) rows.push([menuOf(choices)]);
  return rows.map((components) => ({ type: ComponentType.ActionRow, components }));
}

/** As many facts as one embed holds. */
function fieldsOf(facts: NonNullable<Reply['facts']>) {
  let room = most.embed;
  const fields = facts.slice(0, most.fields).map(([name, value]) => ({
    name: plain(name, most.name) || '–',
    value: withNames(value, most.value) || '–',
    inline: value.length < 24,
  }));
  return fields.filter(({ name, value }) => {
    room -= name.length + value.length;
    return room >= 0;
  });
}

export interface Rendered {
  body: RESTPatchAPIWebhookWithTokenMessageJSONBody;
  files: RawFile[];
}

/** All of a message: what an edit leaves out of it is gone. */
export function render({ text, facts = [], buttons = [], choices, picture, ping }: Reply): Rendered {
  const written = buttons.flat().filter((button) => 'url' in button && !openable(button.url));
  const links = written
    .map((button) => ('url' in button ? `\n${plain(button.label, 80)}: <${button.url}>` : ''))
    .join('');
  const before = ping ? `<@&${ping}> ` : '';
  const fields = fieldsOf(facts);
  const embed: APIEmbed = {
    color,
    ...(fields.length > 0 && { fields }),
    ...(picture && { image: { url: `attachment://${picture.file}` } }),
  };
  const body = {
    content: before + plain(text, most.content - before.length - links.length) + links,
    embeds: fields.length > 0 || picture ? [embed] : [],
    components: rowsOf(
      buttons.map((row) => row.filter((button) => !written.includes(button))),
      choices,
    ),
    attachments: picture ? [{ id: '0', filename: picture.file, description: label(text, 1024) }] : [],
    allowed_mentions: { parse: [], ...(ping && { roles: [ping] }) },
  };
  const files = picture ? [{ name: picture.file, data: Buffer.from(picture.bytes), contentType: picture.type }] : [];
  return { body: body as unknown as Rendered['body'], files };
}
