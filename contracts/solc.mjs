// The npm compiler behind the command line that Forge expects of solc: `--version`, and `--standard-json` on stdin.
import { readFileSync } from 'node:fs';
import solc from 'solc';

const [number, commit] =
  solc
    .version()
    .match(/^([\d.]+)\+(commit\.[0-9a-f]+)/)
    ?.slice(1) ?? [];

if (process.argv.includes('--version')) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${number}+${commit}.Emscripten\n`);
} else {
  process.stdout.write(solc.compile(readFileSync(0, 'utf8')));
}
