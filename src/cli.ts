// dtok: commands for the host, asked of the dTok that runs with the same settings.
import { parseArgs } from 'node:util';
import { formatUnits } from 'ethers';
import { loadSecrets } from './secrets.js';
import { loadEnvFile, readSettings } from './settings.js';
import type { Answer, RouteName } from './vocabulary/api.js';

const help = `dtok settle [--refund]   claim what was spent and pay it to the host;
                         with --refund, every payer also gets his unspent rest back

It talks to the dTok that runs with these settings (PORT, DATA_DIR, .env).`;

/** Throws an Error whose message is for the person at the terminal. */
async function call<N extends RouteName>(base: string, token: string, path: string, body: unknown): Promise<Answer<N>> {
  const response = await fetch(`${base}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new Error(`No dTok answers at ${base}. Start it with npm start, or set PORT as it was started with.`);
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error((answer as { detail?: string }).detail ?? `status ${response.status}`);
  return answer as Answer<N>;
}

async function settle(refund: boolean): Promise<string> {
  const settings = readSettings(process.env);
  const base = `http://127.0.0.1:${settings.port}`;
  const { hostToken } = loadSecrets(settings.data);
  const listed = await fetch(`${base}/api/streams`).catch(() => new Response('[]'));
  const streams = (await listed.json()) as Answer<'listStreams'>;
  const token = streams[0]?.terms.token ?? { decimals: 18, symbol: '' };
  const money = (amount: string): string => `${formatUnits(amount, token.decimals)} ${token.symbol}`;
  const report = await call<'settle'>(base, hostToken, '/api/host/settle', { refund });
  return [
    ...report.claims.map((c) => `claimed  ${money(c.amount)} of channel ${c.channel} in ${c.transaction}`),
    ...report.refunds.map((r) => `refunded ${money(r.amount)} to ${r.to} in ${r.transaction}`),
    report.transaction
      ? `paid     ${money(report.settled)} to the host in ${report.transaction}`
      : 'Nothing to pay out.',
  ].join('\n');
}

async function main(): Promise<string> {
  loadEnvFile();
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { refund: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  });
  if (positionals[0] === 'settle' && !values.help) return settle(values.refund);
  return help;
}

main().then(
  (text) => process.stdout.write(`${text}\n`),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
