// dtok sponsor: a sponsor's own process, with its own key and record, wherever it runs.
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { Contract, formatUnits, JsonRpcProvider, parseUnits } from 'ethers';
import { x402BatchSettlement } from '../chain/contracts.js';
import { closeDigest, sign } from '../payments/typed-data.js';
import { SponsorAccount, type StreamInfo } from '../vocabulary/api.js';
import { Address, type Hex, StreamId } from '../vocabulary/values.js';
import { audit, auditTable } from './audit.js';
import { type Book, openBook, type Place } from './book.js';
import { channelOf, fundTo, settlePlace } from './channel.js';
import { createDesk } from './desk.js';
import { openLine } from './line.js';
import { help, type Options, readOptions } from './options.js';
import type { Bounds } from './rule.js';
import { createServer, type SponsorServer } from './server.js';
import { createSigner } from './signer.js';
import { type NewLink, newLinks, readExpiry, wishesByNumber, wishesOfCsv, writeCsv } from './wishes.js';

/** Viewers whose price the bound allows when none is given. */
const defaultViewers = 100n;
const burstSeconds = 60n;

interface Desk {
  options: Options;
  book: Book;
  server: SponsorServer;
  info: StreamInfo;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const amountOf = (text: string, token: { decimals: number }): bigint => {
  if (!/^\d{1,12}(\.\d{1,18})?$/.test(text)) throw new Error(`“${text}” is no amount such as 0.5.`);
  return parseUnits(text, token.decimals);
};
const moneyIn =
  (token: Place['token']) =>
  (amount: bigint): string =>
    `${formatUnits(amount, token.decimals)} ${token.symbol}`;

function needPlace(book: Book): Place {
  const place = book.place();
  if (!place) throw new Error('There is no channel yet. Open one: dtok sponsor --server URL --stream ID --fund 10');
  return place;
}

/** The server and stream: those given, or those of last time. */
async function reach(options: Options, book: Book): Promise<Desk> {
  const known = book.place();
  const base = (options.server ?? known?.server ?? '').replace(/\/+$/, '');
  const stream = StreamId.safeParse(options.stream ?? known?.stream);
  if (!base || !stream.success) throw new Error(`Say where: --server URL --stream ID.\n\n${help}`);
  const server = createServer(base);
  return { options, book, server, info: await server.ask('getStream', { params: { stream: stream.data } }) };
}

/** The place by the server's present terms, which must be those of before. */
function placeNow({ book, info, server }: Desk): Place {
  needPlace(book);
  return settlePlace(book, info, server.base);
}

const deskFor = (at: Desk) => createDesk({ ...at, place: placeNow(at), now: clockOf(at.info) });

/** The server's clock, by which requests are dated. */
function clockOf(info: StreamInfo): () => number {
  const ahead = info.serverTime - Date.now();
  return () => Date.now() + ahead;
}

async function run(at: Desk): Promise<string> {
  const { options, book, server, info } = at;
  const { token } = info.terms;
  if (options.fund !== undefined) await fundTo(book, server, info, amountOf(options.fund, token));
  const place = placeNow(at);
  const desk = deskFor(at);
  await desk.register();
  await desk.finishRevoking();
  const perSecond = options['per-second']
    ? amountOf(options['per-second'], token)
    : BigInt(info.price) * defaultViewers;
  const total = options.total === undefined ? null : amountOf(options.total, token);
  const bounds = (): Bounds => ({ perSecond, burst: perSecond * burstSeconds, total: total ?? book.funded() });
  const money = moneyIn(token);
  say(`Sponsor ${book.address} of “${place.stream}” at ${place.server}`);
  say(`Channel ${channelOf(place)}: ${money(book.funded())} funded, ${money(book.standing(0n).signed)} signed so far.`);
  const signer = createSigner({ book, place, bounds, now: Date.now, onRefusal: (reason) => say(reason) });
  const close = openLine({
    key: book.key,
    channel: channelOf(place),
    place,
    answer: signer,
    onUp: () => say('Signing as links spend. Ctrl-C stops; then the links wait.'),
    onDown: (reason) => say(`Not signing: ${reason}.`),
  });
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  close();
  return `Stopped. ${money(book.standing(0n).signed)} signed in all.`;
}

function wishes({ options, info }: Desk): NewLink[] {
  const { token } = info.terms;
  const now = Date.now();
  const read = {
    amount: (text: string) => amountOf(text, token),
    expiry: (text: string) => readExpiry(text, now),
  };
  if (options.limit === undefined) throw new Error('Say what each link may spend: --limit 1');
  const base = {
    label: options.label ?? '',
    limit: read.amount(options.limit),
    expiresAt: read.expiry(options.expires ?? ''),
  };
  if (options.csv) return newLinks(wishesOfCsv(readFileSync(options.csv, 'utf8'), base, read), options.once);
  const count = Number(options.count ?? 1);
  if (!Number.isInteger(count) || count < 1 || count > 100_000) throw new Error('--count is a number up to 100000.');
  return newLinks(wishesByNumber(count, base), options.once);
}

function saveLinks(file: string, links: readonly NewLink[], place: Place): void {
  const url = (key: Hex) =>
    `${place.server}/watch/${place.stream}#k=${Buffer.from(key.slice(2), 'hex').toString('base64url')}`;
  const rows = links.map(({ label, limit, expiresAt, key }) => [
    label,
    formatUnits(limit, place.token.decimals),
    expiresAt === null ? '' : new Date(expiresAt).toISOString(),
    url(key),
  ]);
  // Each row is worth its credit: for its owner only.
  const handle = openSync(file, 'w', 0o600);
  writeSync(handle, writeCsv([['label', 'limit', 'expires', 'link'], ...rows]));
  closeSync(handle);
}

async function links(at: Desk): Promise<string> {
  const { options, book } = at;
  const desk = deskFor(at);
  const place = needPlace(book);
  const made = wishes(at);
  // The keys first, then our record, then the server: nothing that pays can be lost on the way.
  saveLinks(options.out, made, place);
  book.act(() => book.addLinks(made));
  const taken = await desk.register();
  const kept = made.filter(({ signer }) => !taken.includes(signer));
  if (taken.length > 0) saveLinks(options.out, kept, place);
  const had = taken.length > 0 ? ` ${taken.length} people had theirs already.` : '';
  return `${kept.length} links made, in ${options.out}.${had}`;
}

async function list(at: Desk): Promise<string> {
  const account = await deskFor(at).account();
  const money = moneyIn(at.info.terms.token);
  const rows = account.links.map((link) =>
    [link.signer, link.state.padEnd(8), money(BigInt(link.spent)), 'of', money(BigInt(link.limit)), link.label].join(
      '  ',
    ),
  );
  const { balance, spent } = account.channel;
  const open = account.links.filter(({ state }) => state === 'open');
  const promised = open.reduce((sum, link) => sum + BigInt(link.limit) - BigInt(link.spent), 0n);
  const left = BigInt(balance) - BigInt(spent);
  const over = promised > left ? ' More is promised than is left: links may find nothing.' : '';
  return [...rows, `${money(left)} left in the channel, ${money(promised)} promised to open links.${over}`].join('\n');
}

async function revoke(at: Desk): Promise<string> {
  const { options, book } = at;
  const labels = options.csv
    ? wishesOfCsv(
        readFileSync(options.csv, 'utf8'),
        { label: '', limit: 0n, expiresAt: null },
        {
          amount: () => 0n,
          expiry: () => null,
        },
      ).map(({ label }) => label)
    : options.label === undefined
      ? []
      : [options.label];
  const named = new Set(labels);
  const addresses = new Set((options.link ?? []).map((text) => Address.parse(text) as Hex));
  if (named.size + addresses.size === 0) throw new Error('Say which: --label NAME, --link ADDRESS or --csv FILE.');
  const chosen = book.links().filter((link) => named.has(link.label) || addresses.has(link.signer));
  if (chosen.length === 0) throw new Error('No link of yours is called so.');
  await deskFor(at).revoke(chosen.map(({ signer }) => signer));
  return `${chosen.length} links revoked.`;
}

async function claimedOnChain(rpc: string, place: Place): Promise<bigint> {
  const provider = new JsonRpcProvider(rpc, place.domain.chainId, { staticNetwork: true });
  try {
    const contract = new Contract(place.domain.contract, x402BatchSettlement.abi, provider);
    const state: readonly bigint[] = await contract.getFunction('channels')(channelOf(place));
    return state[1] ?? 0n;
  } finally {
    provider.destroy();
  }
}

/** What the server says now, or what was kept of it. */
async function accountFor(options: Options, book: Book): Promise<SponsorAccount> {
  if (options.file) return SponsorAccount.parse(JSON.parse(readFileSync(options.file, 'utf8')));
  return deskFor(await reach(options, book)).account();
}

async function check(options: Options, book: Book): Promise<{ text: string; ok: boolean }> {
  const place = needPlace(book);
  const account = await accountFor(options, book);
  if (options.save) writeFileSync(options.save, JSON.stringify(account, null, 2));
  const claimed = options.rpc ? await claimedOnChain(options.rpc, place) : BigInt(account.channel.claimed);
  const issued = book.links();
  const result = audit({ account, issued, domain: place.domain, channel: channelOf(place), claimed, now: Date.now() });
  const text = auditTable(result, moneyIn(place.token), options.rpc !== undefined);
  return { text, ok: result.findings.length === 0 };
}

async function close(at: Desk): Promise<string> {
  const place = placeNow(at);
  const channel = channelOf(place);
  const issuedAt = clockOf(at.info)();
  const signature = sign(closeDigest(channel, issuedAt, place.domain), at.book.key);
  const done = await at.server.ask('closeChannel', { params: { purse: channel }, body: { issuedAt, signature } });
  return `${moneyIn(place.token)(BigInt(done.refunded))} went back to ${done.to}.`;
}

const commands: Record<string, (at: Desk) => Promise<string>> = { run, links, list, revoke, close };

/** Runs one command; resolves to the exit code. Throws an Error for the person at the terminal. */
export async function sponsor(args: string[]): Promise<number> {
  const options = readOptions(args);
  const command = commands[options.command];
  if (options.help || (!command && options.command !== 'audit')) {
    say(help);
    return options.help ? 0 : 1;
  }
  const book = openBook(options.data);
  try {
    if (!command) {
      const { text, ok } = await check(options, book);
      say(text);
      return ok ? 0 : 1;
    }
    say(await command(await reach(options, book)));
    return 0;
  } finally {
    book.close();
  }
}
