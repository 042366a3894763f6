// The host's commands: asked of the dTok that runs with the same settings, answered in words or CSV.
import { parseArgs } from 'node:util';
import { formatUnits } from 'ethers';
import { escrowDeployment, predictionEscrow, registry, registryDeployment } from './chain/index.js';
import { loadSecrets } from './secrets.js';
import { readSettings } from './settings.js';
import { type Answer, type RouteName, routes } from './vocabulary/api.js';
import type { Hex } from './vocabulary/values.js';

export const hostHelp = `dtok settle [--refund] [--dry-run]
    Claim what was spent and pay it to the host. --refund: every payer also gets his unspent rest back.
    --dry-run: only say what would be done.
dtok report [--by day|stream|payer] [--from 2026-11-01] [--to 2026-12-01]
    What was earned, as CSV. Days are UTC; --to is not included.
dtok verify
    Derive the ledger once more from every charge, voucher and event of the chain, and say where it does not match.
dtok registry
    The transaction that puts the stream registry onto a chain that has none. Anyone may send it, once.
dtok escrow
    The same for the prediction escrow.

The first three talk to the dTok that runs with these settings (PORT, DATA_DIR, .env).`;

interface Sent {
  body?: unknown;
  query?: Record<string, string>;
}
type Ask = <N extends RouteName>(name: N, sent?: Sent) => Promise<Answer<N>>;

/** Asks the server; throws an Error whose message is for the person at the terminal. */
function connect(): (name: RouteName, sent?: Sent) => Promise<Response> {
  const settings = readSettings(process.env);
  const base = `http://127.0.0.1:${settings.port}`;
  const { hostToken } = loadSecrets(settings.data);
  return async (name, { body, query = {} } = {}) => {
    const { method, path } = routes[name];
    const response = await fetch(`${base}${path}?${new URLSearchParams(query)}`, {
      method,
      headers: { authorization: `Bearer ${hostToken}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch(() => {
      throw new Error(`No dTok answers at ${base}. Start it with npm start, or set PORT as it was started with.`);
    });
    if (response.ok) return response;
    const refused = (await response.json().catch(() => ({}))) as { detail?: string };
    throw new Error(refused.detail ?? `status ${response.status}`);
  };
}

function asker(): Ask {
  const call = connect();
  return async (name, sent) => (await (await call(name, sent)).json()) as Answer<typeof name>;
}

async function tokenOf(ask: Ask): Promise<{ decimals: number; symbol: string }> {
  const [stream] = await ask('listStreams');
  return stream?.terms.token ?? { decimals: 18, symbol: '' };
}

async function settle(args: string[]): Promise<string> {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({ args, options: { refund: flag, 'dry-run': flag } });
  const ask = asker();
  const { decimals, symbol } = await tokenOf(ask);
  const hash = (transaction: string | null): string => (transaction ? ` in ${transaction}` : '');
  const money = (amount: string): string => `${formatUnits(amount, decimals)} ${symbol}`;
  const report = await ask('settle', { body: { refund: values.refund, dryRun: values['dry-run'] } });
  return [
    ...report.claims.map((c) => `claimed  ${money(c.amount)} of channel ${c.channel}${hash(c.transaction)}`),
    ...report.refunds.map((r) => `refunded ${money(r.amount)} to ${r.to}${hash(r.transaction)}`),
    report.settled === '0'
      ? 'Nothing to pay out.'
      : `paid     ${money(report.settled)} to the host${hash(report.transaction)}`,
    ...(values['dry-run'] ? ['Nothing of this was done: it was asked with --dry-run.'] : []),
  ].join('\n');
}

async function report(args: string[]): Promise<string> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args, options: { by: { ...text, default: 'day' }, from: text, to: text } });
  const response = await connect()('report', { query: { ...values, format: 'csv' } as Record<string, string> });
  return (await response.text()).trimEnd();
}

async function verify(): Promise<string> {
  const { checked, findings } = await asker()('verify');
  const { charges, purses, vouchers, tips, channels } = checked;
  const told = `${charges} charges, ${purses} purses, ${vouchers} vouchers, ${tips} tips and ${channels} channels`;
  if (findings.length === 0) return `The books are right: ${told} agree with each other and with the chain.`;
  const lines = findings.map(({ what, where, expected, found }) => `  ${where}: ${what}: ${found}, not ${expected}`);
  throw new Error(`Of ${told}, ${findings.length} do not match:\n${lines.join('\n')}`);
}

const deployment = (what: string, address: Hex, { to, data }: { to: Hex; data: Hex }): string =>
  [
    `Send this with any wallet; ${what} is then at ${address}, as on every chain.`,
    `to    ${to}`,
    'value 0',
    `data  ${data}`,
  ].join('\n');

/** Each takes what follows its name, and resolves to what to print. */
export const hostCommands: Readonly<Record<string, (args: string[]) => Promise<string>>> = {
  ...{ settle, report, verify },
  registry: async () => deployment('the registry', registry.address, registryDeployment()),
  escrow: async () => deployment('the prediction escrow', predictionEscrow.address, escrowDeployment()),
};
