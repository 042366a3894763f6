// Says a sentence to the host once a minute, however often it is true.
const everyMs = 60_000;

export function onceAMinute(say: (text: string) => void): (text: string) => void {
  const said = new Map<string, number>();
  return (text) => {
    const now = performance.now();
    if (now - (said.get(text) ?? Number.NEGATIVE_INFINITY) < everyMs) return;
    said.set(text, now);
    say(text);
  };
}
