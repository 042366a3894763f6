// What a command answers, for any platform: plain text; each adapter escapes it and gives it the platform's form.

export type Button =
  | { label: string; url: string }
  /** Pressed, it comes back as this text: at most 64 bytes. */
  | { label: string; press: string; style?: 'go' | 'stop' };

export interface Reply {
  /** A line, or a few with line breaks. */
  text: string;
  /** Shown as a small table under the text. */
  facts?: readonly (readonly [name: string, value: string])[];
  buttons?: readonly (readonly Button[])[];
  picture?: { file: string; png: Uint8Array };
  /** In place of the message whose button was pressed. */
  replaces?: boolean;
}
