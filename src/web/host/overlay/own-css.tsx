// The host's own CSS, written or read from a file; refused, it says why, and the overlay stays as it was.
import { useState } from 'preact/hooks';
import type { LookDesk } from './look.js';

const most = 200_000;
const example = `/* Everything that can be set is in docs/overlay.md */
:root {
  --dtok-ground: #10222e;
  --dtok-accent: #7df0c8;
  --dtok-fill: #7df0c8;
  --dtok-radius: 0.4rem;
}
`;

export function OwnCss({ desk }: { desk: LookDesk }) {
  const { look } = desk;
  const [text, setText] = useState<string | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  if (!look) return null;
  const shown = text ?? look.css;
  const save = async (css: string) => {
    setText(css);
    const refused = css.length > most ? 'That is more than 200,000 letters. Leave something out.' : null;
    const trouble = refused ?? (await desk.save({ ...look, css }));
    setWrong(trouble);
    if (trouble === null) setText(null);
  };
  const read = async (input: HTMLInputElement) => {
    const file = input.files?.[0];
    if (file) await save(await file.text());
    input.value = '';
  };
  return (
    <details class="own-css">
      <summary data-testid="own-css-open">Your own CSS{look.css && <em class="chip on">on</em>}</summary>
      <label>
        It comes after the theme. Pictures and fonts go in as data: addresses.
        <textarea
          rows={9}
          spellcheck={false}
          placeholder={example}
          value={shown}
          data-testid="own-css"
          aria-invalid={wrong !== null}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      {wrong && (
        <p class="wrong" role="alert" data-testid="own-css-wrong">
          {wrong}
        </p>
      )}
      <div class="row wrap">
        <button
          type="button"
          class="main"
          data-testid="own-css-save"
          disabled={shown === look.css}
          onClick={() => void save(shown)}
        >
          Put on air
        </button>
        <label class="file">
          Read a file
          <input
            type="file"
            accept=".css,text/css"
            data-testid="own-css-file"
            onChange={(event) => void read(event.currentTarget)}
          />
        </label>
        {shown === '' && (
          <button type="button" class="quiet" onClick={() => setText(example)}>
            Begin with an example
          </button>
        )}
        {look.css !== '' && (
          <button type="button" class="quiet" data-testid="own-css-clear" onClick={() => void save('')}>
            Take it off
          </button>
        )}
      </div>
    </details>
  );
}
