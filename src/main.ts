// The entry, a table of contents: settings, log, start, panel, wait, stop.
import { fileURLToPath } from 'node:url';
import { startApp } from './app.js';
import { createLog } from './log.js';
import { renderPanel } from './panel.js';
import { loadEnvFile, readSettings } from './settings.js';
import { explainStart } from './start-errors.js';

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

async function main(): Promise<void> {
  loadEnvFile();
  const settings = readSettings(process.env);
  const log = createLog({ level: settings.logLevel, terminal: process.stderr.isTTY === true });
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a promise was left unhandled'));
  const asked = new Promise<NodeJS.Signals>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  const app = await startApp(settings, log, { pages: folder('../web'), cache: folder('../../.cache') });
  process.stdout.write(`${await renderPanel({ ...app, api: `${settings.publicUrl}/api/openapi.json` })}\n`);
  log.info({ signal: await asked }, 'stopping');
  await app.stop();
}

main().then(
  // Everything was closed in order; what a library left open must not hold the terminal.
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`\ndTok could not start. ${explainStart(error)}\n`);
    process.exit(1);
  },
);
