// What the scripts say to the person at the terminal, and how they end when something is missing.

/** An end with a sentence that says what to do: no stack trace. */
export class Stop extends Error {}

/** One plain line. On stderr, so that what a command answers stays alone on stdout. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

const repeatMs = 15_000;

/** A line that counts the seconds until `done` is called with what it came to; without a terminal, a line now and then. */
export function progress(label) {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const live = process.stderr.isTTY === true;
  const draw = () =>
    live ? process.stderr.write(`\r\x1b[K${label} ... ${seconds()} s`) : say(`${label} ... ${seconds()} s`);
  if (live) draw();
  else say(`${label} ...`);
  const timer = setInterval(draw, live ? 1000 : repeatMs);
  return {
    done(text) {
      clearInterval(timer);
      if (live) process.stderr.write('\r\x1b[K');
      say(`${text} (${seconds()} s)`);
    },
  };
}

/** Runs a script's main part; resolves to nothing, or ends the process with 1 and a sentence. */
export async function runScript(main) {
  try {
    await main();
  } catch (error) {
    say(`\n${error instanceof Error ? error.message : String(error)}`);
    if (!(error instanceof Stop) && process.env.DEBUG) say(String(error?.stack));
    process.exit(1);
  }
}
