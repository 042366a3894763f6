// The options of a poll or a prediction, as they are written: an empty one more, until there are as many as may be.
interface Limits {
  option: number;
  options: { most: number };
}

/** Before anything is written. */
export const noOptions: readonly string[] = ['', ''];

/** Those that say something. */
export const givenOf = (options: readonly string[]): string[] => options.map((text) => text.trim()).filter(Boolean);

/** `word`: what one is called; `testid`: before its number. */
export function OptionsField({
  options,
  set,
  limits,
  word,
  testid,
}: {
  options: readonly string[];
  set: (options: readonly string[]) => void;
  limits: Limits;
  word: string;
  testid: string;
}) {
  const write = (i: number, text: string) => {
    const next = options.map((one, at) => (at === i ? text : one));
    const room = next.length < limits.options.most && next.every((one) => one.trim() !== '');
    set(room ? [...next, ''] : next);
  };
  return (
    <>
      {options.map((text, i) => (
        <input
          key={i}
          value={text}
          maxLength={limits.option}
          dir="auto"
          aria-label={`${word} ${i + 1}`}
          placeholder={i < 2 ? `${word} ${i + 1}` : `One more ${word.toLowerCase()}`}
          data-testid={`${testid}-${i}`}
          onInput={(event) => write(i, event.currentTarget.value)}
        />
      ))}
    </>
  );
}
