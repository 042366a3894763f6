// A reply as Discord takes it: escaped text, an embed for facts, rows of buttons; nobody is ever pinged.
import {
  ButtonStyle,
  ComponentType,
  escapeMarkdown,
  type RESTPatchAPIWebhookWithTokenMessageJSONBody,
} from 'discord.js';
import type { Button, Reply } from '../reply.js';

const styles = { go: ButtonStyle.Success, stop: ButtonStyle.Secondary } as const;

const buttonOf = (button: Button) => {
  const label = button.label.slice(0, 80);
  return 'url' in button
    ? { type: ComponentType.Button as const, style: ButtonStyle.Link as const, label, url: button.url }
    : {
        type: ComponentType.Button as const,
        style: button.style ? styles[button.style] : (ButtonStyle.Primary as const),
        label,
        custom_id: button.press,
      };
};

/** The lamp's amber. */
const color = 0xffb02e;

export function render({ text, facts = [], buttons = [] }: Reply): RESTPatchAPIWebhookWithTokenMessageJSONBody {
  const fields = facts.slice(0, 25).map(([name, value]) => ({
    name: escapeMarkdown(name).slice(0, 256) || '–',
    value: escapeMarkdown(value).slice(0, 1024) || '–',
    inline: value.length < 24,
  }));
  return {
    content: escapeMarkdown(text).slice(0, 2000),
    embeds: fields.length > 0 ? [{ color, fields }] : [],
    components: buttons.slice(0, 5).map((row) => ({
      type: ComponentType.ActionRow as const,
      components: row.slice(0, 5).map(buttonOf),
    })),
    allowed_mentions: { parse: [] },
  };
}
