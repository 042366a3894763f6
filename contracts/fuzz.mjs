// Stateful fuzzing of the settlement contract, by `npm run fuzz`. CALLS: how far; SEED: which way; FORGE: by what.
import { makeWorkspace, runForge } from './forge.mjs';
import { mutants } from './mutants.mjs';

const long = 200_000;
const say = (text) => process.stdout.write(`${text}\n`);

/** A positive whole number of the environment; exits when it is anything else. */
function number(name, otherwise) {
  const text = process.env[name] || `${otherwise}`;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  say(`${name} is a positive whole number, not "${text}".`);
  process.exit(2);
}

/** What Forge counted, the rule that broke, if one did, and how many calls show it when the needless ones are left out. */
function read(output) {
  const [, runs = 0, calls = 0] = output.match(/\(runs: (\d+), calls: (\d+)/) ?? [];
  const [, rule = null] = output.match(/\[FAIL: (.*)\]\n/) ?? [];
  const [, last = 0, needed = 0] = output.match(/\(original: (\d+), shrunk: (\d+)\)/) ?? [];
  return { runs: Number(runs), calls: Number(calls) + Number(last), rule, needed: Number(needed) };
}

async function fuzz(forge, calls, seed) {
  const workspace = makeWorkspace();
  try {
    const from = Date.now();
    const { code, output } = await runForge({ forge, workspace, calls, seed, echo: true });
    const seconds = Math.round((Date.now() - from) / 1000);
    const found = read(output);
    const held = code === 0 && found.calls >= calls;
    say(`${found.calls} calls in ${found.runs} runs, ${seconds} s, seed ${seed}: ${held ? 'all held' : 'BROKEN'}`);
    if (!held) say(`The same again: SEED=${seed} CALLS=${calls} npm run fuzz`);
    return held;
  } finally {
    workspace.remove();
  }
}

/** Every mutant must be found; says after how many calls, and by which rule. */
async function tryMutants(forge, calls, seed) {
  let missed = 0;
  for (const mutant of mutants) {
    const workspace = makeWorkspace(mutant);
    try {
      const { code, output } = await runForge({ forge, workspace, calls, seed, echo: false });
      const { calls: took, rule, needed } = read(output);
      const caught = code !== 0 && rule !== null;
      if (!caught) missed += 1;
      say(
        caught
          ? `found    ${mutant.name}: after ${took} calls, ${needed} of them needed: ${rule}`
          : `MISSED   ${mutant.name}\n${output}`,
      );
    } finally {
      workspace.remove();
    }
  }
  say(`${mutants.length - missed} of ${mutants.length} found, seed ${seed}`);
  return missed === 0;
}

const forge = process.env.FORGE;
if (!forge) {
  say('This needs Forge: npm run fuzz brings it.');
  process.exit(2);
}
const ofMutants = process.argv.includes('--mutants');
const calls = number('CALLS', ofMutants ? 20_000 : long);
const seed = number('SEED', Math.floor(Math.random() * 2 ** 32) + 1);
process.exit((await (ofMutants ? tryMutants : fuzz)(forge, calls, seed)) ? 0 : 1);
