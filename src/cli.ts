// dtok: the commands, for hosts and for sponsors.
import { hostCommands, hostHelp } from './host-cli.js';
import { loadEnvFile } from './settings.js';

const help = `${hostHelp}

dtok sponsor …
    Fund watch links of somebody's stream with a key of your own (dtok sponsor --help).`;

/** Resolves to what to print, or to the exit code of a command that prints for itself. */
async function main([name = '', ...args]: string[]): Promise<string | number> {
  if (name === 'sponsor') {
    const { sponsor } = await import('./sponsor/cli.js');
    return sponsor(args);
  }
  const command = args.includes('--help') ? undefined : hostCommands[name];
  if (!command) return help;
  loadEnvFile();
  return command(args);
}

main(process.argv.slice(2)).then(
  (done) => {
    if (typeof done === 'number') process.exitCode = done;
    else process.stdout.write(`${done}\n`);
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
