// What a command answers, for any platform: plain text; each adapter escapes it and gives it the platform's form.

export type Button =
  /** `app`: a second button beside it, for a page that opens inside of Telegram; only where that can be. */
  | { label: string; url: string; app?: { label: string; url: string } }
  /**
   * Pressed, it comes back as this text, at most 64 bytes: `yes:<act>` and `no:<act>` answer a question,
   * `do:<command> <line>` uses a command with what a person would have typed after it, and `form:<command>` asks for
   * its arguments first, in a form or by a message to answer.
   */
  | { label: string; press: string; style?: 'go' | 'stop' };

/** Something that goes on, whose messages change with it. */
export interface Living {
  kind: 'show' | 'poll' | 'prediction';
  id: string;
}

export interface Reply {
  /** A line, or a few with line breaks. */
  text: string;
  /** Shown as a small table under the text. */
  facts?: readonly (readonly [name: string, value: string])[];
  buttons?: readonly (readonly Button[])[];
  /** One of several, where buttons would be too many: each comes back as its `press`. */
  choices?: { prompt: string; options: readonly { label: string; press: string }[] };
  picture?: { file: string; bytes: Uint8Array; type: 'image/png' | 'image/jpeg' };
  /** The only role that is pinged; Discord only. */
  ping?: string;
  /** The message is kept up to date from then on. */
  living?: Living;
  /** Not the last word: the act is done again after so many ms, and what it answers then takes this one's place. */
  againInMs?: number;
  /** It was not done: for the person alone, where the platform can. */
  refused?: true;
  /** In place of the message whose button was pressed. */
  replaces?: boolean;
}
