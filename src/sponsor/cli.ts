// dtok sponsor: a sponsor's own process, with its own key and record, wherever it runs.
import { readFileSync, writeFileSync } from 'node:fs';
import { SponsorAccount } from '../vocabulary/links.js';
import type { StreamInfo } from '../vocabulary/streams.js';
import { Address, type Hex, StreamId } from '../vocabulary/values.js';
import { audit, auditTable } from './audit.js';
import { type Book, openBook, type Place } from './book.js';
import { channelOf, fundTo, settlePlace } from './channel.js';
import { createDesk } from './desk.js';
import { aloneHint, claimedOnChain, closeTogether, mayLeaveAlone, moneyIn, withdrawAlone } from './leave.js';
import { openLine } from './line.js';
import { help, type Options, readOptions } from './options.js';
import { amountOf, linksAsked, saveLinks } from './orders.js';
import type { Bounds } from './rule.js';
import { createServer, type SponsorServer } from './server.js';
import { createSigner } from './signer.js';
import { labelsOfCsv } from './wishes.js';

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
  for (const why of await desk.finishRaising()) say(`Not raised: ${why}`);
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

async function links(at: Desk): Promise<string> {
  const { options, book } = at;
  const desk = deskFor(at);
  const place = needPlace(book);
  const made = linksAsked(options, at.info.terms.token);
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

/** The links that --label, --link and --csv name. */
function chosen({ options, book }: Desk): Hex[] {
  const labels = options.csv ? labelsOfCsv(readFileSync(options.csv, 'utf8')) : [];
  const named = new Set(options.label === undefined ? labels : [...labels, options.label]);
  const addresses = new Set((options.link ?? []).map((text) => Address.parse(text) as Hex));
  if (named.size + addresses.size === 0) throw new Error('Say which: --label NAME, --link ADDRESS or --csv FILE.');
  const found = book.links().filter((link) => named.has(link.label) || addresses.has(link.signer));
  if (found.length === 0) throw new Error('No link of yours is called so.');
  return found.map(({ signer }) => signer);
}

async function raise(at: Desk): Promise<string> {
  const { options, info } = at;
  if (options.by === undefined) throw new Error('Say by how much: --by 1');
  const amount = amountOf(options.by, info.terms.token);
  const desk = deskFor(at);
  await desk.register();
  const left = await desk.finishRaising();
  const signers = chosen(at);
  const raised = await desk.raise(signers, amount).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${why}\nIt is written down and is made by your next command here: do not ask for it again.`, {
      cause,
    });
  });
  const refused = [...left, ...raised];
  const done = `${signers.length - raised.length} links have ${moneyIn(info.terms.token)(amount)} more.`;
  return [done, ...refused.map((why) => `Not raised: ${why}`)].join('\n');
}

async function revoke(at: Desk): Promise<string> {
  const signers = chosen(at);
  await deskFor(at).revoke(signers);
  return `${signers.length} links revoked.`;
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
  const { book, server } = at;
  return closeTogether({ book, server, place: placeNow(at), now: clockOf(at.info) });
}

/** With the server's help; when that fails, the words say how to leave without it. */
async function closing(options: Options, book: Book): Promise<string> {
  const place = needPlace(book);
  try {
    return await close(await reach(options, book));
  } catch (error) {
    if (!mayLeaveAlone(error)) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`The channel was not closed: ${why}\n${aloneHint(place)}`, { cause: error });
  }
}

async function withdraw({ rpc }: Options, book: Book): Promise<string> {
  const place = needPlace(book);
  if (!rpc) throw new Error(`Say which node to ask: --rpc URL, of chain ${place.domain.chainId}.`);
  return withdrawAlone({ rpc, book, place });
}

const commands: Record<string, (at: Desk) => Promise<string>> = { run, links, list, raise, revoke };
/** What must work without a server. */
const alone: Record<string, (options: Options, book: Book) => Promise<string>> = { close: closing, withdraw };

/** Runs one command; resolves to the exit code. Throws an Error for the person at the terminal. */
export async function sponsor(args: string[]): Promise<number> {
  const options = readOptions(args);
  const command = commands[options.command];
  const own = alone[options.command];
  if (options.help || !(command || own || options.command === 'audit')) {
    say(help);
    return options.help ? 0 : 1;
  }
  const book = openBook(options.data);
  try {
    if (own) {
      say(await own(options, book));
      return 0;
    }
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
