// Sponsors in processes of their own, on a real server and chain: funding, links, signing, kills, revocation, audit.
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { JsonRpcProvider } from 'ethers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { devAccount } from '../../src/chain/accounts.js';
import { raiseLinkDigest } from '../../src/payments/sponsor-data.js';
import { addressOf, randomKey, sign } from '../../src/payments/typed-data.js';
import type { StreamInfo } from '../../src/vocabulary/streams.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { type Dtok, freePort, removeFolder, startDtok, temporaryFolder } from '../support/dtok.js';
import {
  dtokSponsor,
  ledgerFile,
  linksIn,
  openLink,
  type SponsorProcess,
  startSponsor,
  type Viewer,
} from '../support/sponsor.js';

const dai = 10n ** 18n;
const cent = dai / 100n;
/** The smallest tip. */
const drop = 10n ** 12n;
const keyPeriodMs = 2000;
const stream = { stream: 'main' };

let dtok: Dtok;
let env: Record<string, string>;
let info: StreamInfo;
let provider: JsonRpcProvider;
const folders = { server: temporaryFolder('server'), ann: temporaryFolder('ann'), bob: temporaryFolder('bob') };
/** A link that soon ends. */
let brief: Viewer | undefined;
let briefEnds = 0;
let ann: SponsorProcess;
let bob: SponsorProcess;

/** Processor time that the server has used, ms: what it needs, however busy the machine is. 0 where that is not told. */
function serverMs(): number {
  const file = `/proc/${dtok.process.pid}/stat`;
  if (!existsSync(file)) return 0;
  const [user, system] = readFileSync(file, 'utf8').split(') ')[1]?.split(' ').slice(11, 13) ?? [];
  return (Number(user) + Number(system)) * 10;
}

const where = () => ['--server', dtok.base, '--stream', 'main'];
const inFolder = (name: 'ann' | 'bob', file: string) => join(folders[name], file);

/** How many transactions the server has sent, and so paid gas for. */
const sent = () => provider.getTransactionCount(addressOf(devAccount(0)));

beforeAll(async () => {
  const [chainPort, port, rtmp] = [await freePort(), await freePort(), await freePort()];
  env = {
    TEST_CARD: 'off',
    CHAIN_PORT: `${chainPort}`,
    PORT: `${port}`,
    RTMP_PORT: `${rtmp}`,
    MIN_TIP: '0.000001',
    RATE_LIMIT: '1000000',
    SETTLE_MINIMUM: '1000000',
  };
  dtok = await startDtok({ env, data: folders.server });
  info = await dtok.api('getStream', { params: stream });
  provider = new JsonRpcProvider(`http://127.0.0.1:${chainPort}`, undefined, { staticNetwork: true, cacheTimeout: -1 });
  const fund = (data: string, amount: string) =>
    startSponsor(data, ...where(), '--fund', amount, '--per-second', '0.5', '--total', '100');
  [ann, bob] = await Promise.all([fund(folders.ann, '7'), fund(folders.bob, '3')]);
});

afterAll(async () => {
  for (const sponsor of [ann, bob]) if (sponsor?.process.exitCode === null) await sponsor.kill();
  provider?.destroy();
  await dtok?.stop();
  for (const folder of Object.values(folders)) removeFolder(folder);
});

const sponsorOf = async (name: 'ann' | 'bob') => {
  const { key } = JSON.parse(readFileSync(inFolder(name, 'sponsor-key.json'), 'utf8')) as { key: Hex };
  const { sponsors } = await dtok.api('hostStream', { params: stream });
  const found = sponsors.find(({ sponsor }) => sponsor === addressOf(key));
  if (!found) throw new Error(`${name} is not known`);
  return found;
};

async function viewersOf(name: 'ann' | 'bob', file: string): Promise<Viewer[]> {
  const { channel } = await sponsorOf(name);
  return Promise.all(linksIn(inFolder(name, file)).map(({ key }) => openLink(dtok.base, info, channel as Hex, key)));
}

async function made(name: 'ann' | 'bob', file: string, ...args: string[]): Promise<Viewer[]> {
  const { code, said } = await dtokSponsor(folders[name], 'links', '--out', inFolder(name, file), ...args);
  expect(said).toMatch(/links made/);
  expect(code).toBe(0);
  return viewersOf(name, file);
}

const refuses = (answer: number | string) => expect(answer).toBe('sponsor_unavailable');

describe('two sponsors at one stream', () => {
  it('own a funded channel each, with keys that only they can read', async () => {
    const [a, b] = [await sponsorOf('ann'), await sponsorOf('bob')];
    expect(a).toMatchObject({ balance: `${7n * dai}`, online: true, overcommitted: false, links: 0 });
    expect(b).toMatchObject({ balance: `${3n * dai}`, online: true });
    expect(statSync(inFolder('ann', 'sponsor-key.json')).mode & 0o077).toBe(0);
    const own = readFileSync(inFolder('ann', 'sponsor-key.json'), 'utf8').match(/0x[0-9a-f]{64}/)?.[0] ?? '';
    expect(ann.output()).not.toContain(own.slice(2));
    expect(dtok.output()).not.toContain(own.slice(2));
  });

  it('make links by number and by CSV for no transaction, and what these spend is each sponsor’s own', async () => {
    const before = await sent();
    const people = inFolder('ann', 'people.csv');
    writeFileSync(people, 'label,limit,expires\n"Zoë, the first",0.5,2h\nYan,,\n');
    const [zoe, yan] = await made('ann', 'a.csv', '--csv', people, '--limit', '0.25', '--once');
    const [first] = await made('bob', 'b.csv', '--count', '3', '--limit', '0.1', '--label', 'guest');
    if (!zoe || !yan || !first) throw new Error('no links');
    expect(statSync(inFolder('ann', 'a.csv')).mode & 0o077).toBe(0);
    expect(linksIn(inFolder('bob', 'b.csv')).map(({ label }) => label)).toEqual(['guest 1', 'guest 2', 'guest 3']);
    expect(await zoe.tip(5n * cent)).toBe(200);
    expect(await yan.tip(25n * cent)).toBe(200);
    expect(await yan.tip(1n)).toBe('voucher_over_limit');
    expect(await first.tip(2n * cent)).toBe(200);
    expect((await sponsorOf('ann')).spent).toBe(`${30n * cent}`);
    expect((await sponsorOf('bob')).spent).toBe(`${2n * cent}`);
    // The same person again: nothing new, whatever key is asked with.
    const again = await dtokSponsor(
      folders.ann,
      'links',
      '--csv',
      people,
      '--limit',
      '9',
      '--once',
      '--out',
      inFolder('ann', 'x.csv'),
    );
    expect(again.said).toMatch(/0 links made.*2 people had theirs already/);
    expect(await sent()).toBe(before);
    const list = await dtokSponsor(folders.bob, 'list');
    expect(list.said).toMatch(/open {6}0\.02 DAI {2}of {2}0\.1 DAI {2}guest 1/);
    expect(list.said).toMatch(/2\.98 DAI left in the channel, 0\.28 DAI promised to open links\.\n/);
    briefEnds = Date.now() + 8000;
    [brief] = await made('bob', 'brief.csv', '--limit', '0.1', '--expires', new Date(briefEnds).toISOString());
    await brief?.sign(5n * cent);
    expect(await brief?.tip(cent)).toBe(200);
  });

  it('sign no more than link holders signed, whatever is spent at once', async () => {
    const viewers = await made('ann', 'many.csv', '--count', '8', '--limit', '0.01');
    await Promise.all(viewers.map((viewer) => viewer.sign(cent / 2n)));
    const answers = await Promise.all(viewers.flatMap((viewer) => [1, 2, 3].map(() => viewer.tip(drop))));
    expect(answers.every((answer) => answer === 200)).toBe(true);
    const ledger = new Database(inFolder('ann', 'sponsor.sqlite'), { readonly: true });
    const { signed, covered } = ledger.prepare('select * from standing').get() as Record<string, string>;
    ledger.close();
    expect(BigInt(signed ?? 0)).toBeLessThanOrEqual(BigInt(covered ?? 0));
    expect(BigInt(covered ?? 0)).toBe(30n * cent + 8n * (cent / 2n));
  });
});

describe('a sponsor that is killed in mid-show', () => {
  it('takes its links with it within a key period, only its own, and they go on when it is back', async () => {
    const [a] = await made('ann', 'kill-a.csv', '--limit', '0.1');
    const [b] = await made('bob', 'kill-b.csv', '--limit', '0.1');
    if (!a || !b) throw new Error('no links');
    // Both have signed far ahead, and so has the sponsor: only its death can stop the link.
    await Promise.all([a.sign(10n * cent), b.sign(10n * cent)]);
    for (let i = 0; i < 5; i++) expect([await a.tip(drop), await b.tip(drop)]).toEqual([200, 200]);
    const before = BigInt(readSigned('ann'));
    await ann.kill();
    const killed = Date.now();
    let answer = await a.tip(drop);
    while (answer === 200 && Date.now() - killed < keyPeriodMs) answer = await a.tip(drop);
    console.info(`its links stopped ${Date.now() - killed} ms after kill -9`);
    refuses(answer);
    expect(await b.tip(drop)).toBe(200);
    expect(await sponsorOf('ann')).toMatchObject({ online: false });
    ann = await startSponsor(folders.ann, '--per-second', '0.5', '--total', '100');
    expect(await a.tip(drop)).toBe(200);
    expect(BigInt(readSigned('ann'))).toBeGreaterThanOrEqual(before);
    // One that hangs is noticed too.
    ann.process.kill('SIGSTOP');
    const stopped = Date.now();
    do answer = await a.tip(drop);
    while (answer === 200 && Date.now() - stopped < keyPeriodMs);
    refuses(answer);
    expect(Date.now() - stopped).toBeLessThanOrEqual(keyPeriodMs + 300);
    ann.process.kill('SIGCONT');
    await ann.said('Signing as links spend');
    expect(await a.tip(drop)).toBe(200);
  });
});

function readSigned(name: 'ann' | 'bob'): string {
  const record = new Database(inFolder(name, 'sponsor.sqlite'), { readonly: true });
  const { signed } = record.prepare('select signed from standing').get() as { signed: string };
  record.close();
  return signed;
}

it('bounds what it signs a second, and goes on when the bound allows more', async () => {
  const [big] = await made('bob', 'bound.csv', '--limit', '2');
  if (!big) throw new Error('no link');
  await bob.kill('SIGTERM');
  // A minute's worth is 0.06: a tip above that is not signed, a small one is.
  bob = await startSponsor(folders.bob, '--per-second', '0.001');
  const before = BigInt(readSigned('bob'));
  const began = Date.now();
  refuses(await big.tip(dai));
  await bob.said('The bound is reached');
  const signed = BigInt(readSigned('bob')) - before;
  expect(signed).toBeGreaterThan(0n);
  expect(signed).toBeLessThanOrEqual(6n * cent);
  refuses(await big.tip(dai));
  const more = BigInt(readSigned('bob')) - before - signed;
  expect(more).toBeLessThanOrEqual((BigInt(Date.now() - began) * cent) / 10_000n);
  await bob.kill('SIGTERM');
  // What was used up stays so over a restart: with half a token a second, a whole one takes two.
  bob = await startSponsor(folders.bob, '--per-second', '0.5', '--total', '100');
  await vi.waitFor(async () => expect(await big.tip(dai)).toBe(200), { timeout: 5000, interval: 100 });
});

describe('revoking', () => {
  it('stops a link at once, by label and by address, and is final', async () => {
    const [x, y, z] = await made('ann', 'revoke.csv', '--count', '3', '--limit', '0.1', '--label', 'press');
    if (!x || !y || !z) throw new Error('no links');
    for (const viewer of [x, y, z]) await viewer.sign(5n * cent);
    for (const viewer of [x, y, z]) expect(await viewer.tip(cent)).toBe(200);
    const promised = BigInt((await sponsorOf('ann')).promised);
    expect((await dtokSponsor(folders.ann, 'revoke', '--label', 'press 1')).said).toContain('1 links revoked');
    expect(await x.tip(cent)).toBe('link_revoked');
    expect(await x.sign(6n * cent)).toBe('link_revoked');
    expect(await y.tip(cent)).toBe(200);
    const csv = inFolder('ann', 'out.csv');
    writeFileSync(csv, 'label\npress 2\n');
    await dtokSponsor(folders.ann, 'revoke', '--csv', csv, '--link', z.signer);
    expect([await y.tip(cent), await z.tip(cent)]).toEqual(['link_revoked', 'link_revoked']);
    expect(promised - BigInt((await sponsorOf('ann')).promised)).toBe(27n * cent);
    expect((await dtokSponsor(folders.ann, 'revoke', '--label', 'nobody')).code).toBe(1);
  });

  it('is signed by the sponsor, as making and reading are', async () => {
    const { channel } = await sponsorOf('ann');
    const [link] = linksIn(inFolder('ann', 'a.csv'));
    const stranger = { channel, issuedAt: Date.now(), signature: `0x${'11'.repeat(64)}1b` as Hex };
    const wish = { signer: addressOf(randomKey()), limit: '1' };
    await expect(dtok.api('sponsorAccount', { params: stream, body: stranger })).rejects.toThrow('not_sponsor');
    await expect(dtok.api('sponsorLinks', { params: stream, body: { ...stranger, links: [wish] } })).rejects.toThrow(
      'not_sponsor',
    );
    await expect(
      dtok.api('sponsorRevoke', { params: stream, body: { ...stranger, links: [link?.key as Hex] } }),
    ).rejects.toThrow('not_sponsor');
    const old = { ...stranger, issuedAt: Date.now() - 3_600_000 };
    await expect(dtok.api('sponsorAccount', { params: stream, body: old })).rejects.toThrow('clock_off');
    // Nor does the host reach into another's channel.
    const body = { id: 'raise-a-foreign-link', amount: '1' };
    const { id } = await openLink(dtok.base, info, channel as Hex, link?.key as Hex);
    await expect(dtok.api('topUpLink', { params: { purse: id }, body })).rejects.toThrow('unknown_purse');
    await expect(dtok.api('revokeLinks', { params: stream, body: { links: [id] } })).rejects.toThrow('unknown_purse');
    // And no sponsor into the host's, with its own good signature.
    const { key } = JSON.parse(readFileSync(inFolder('ann', 'sponsor-key.json'), 'utf8')) as { key: Hex };
    const [theirs] = (await dtok.api('listLinks', { params: stream })).links;
    const raise = { id: 'raise-the-hosts-link', link: theirs?.id as Hex, amount: 1n };
    const issuedAt = Date.now();
    const domain = { chainId: info.terms.chainId, contract: info.terms.contract as Hex };
    const signature = sign(raiseLinkDigest(channel as Hex, raise, issuedAt, domain), key);
    const asked = { ...raise, amount: '1', channel, issuedAt, signature };
    await expect(dtok.api('sponsorTopUp', { params: stream, body: asked })).rejects.toThrow('unknown_purse');
  });
});

it('ends a link at its time, whatever its holder signs', async () => {
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(briefEnds), { timeout: 8000 });
  expect(await brief?.tip(cent)).toBe('link_expired');
  expect(await brief?.sign(6n * cent)).toBe('link_expired');
});

it('makes ten thousand of the host’s links at once for no transaction, finds, raises and revokes them', async () => {
  const before = await sent();
  const links = Array.from({ length: 10_000 }, (_, i) => ({
    signer: `0x${(i + 1).toString(16).padStart(40, '0')}` as Hex,
    limit: `${cent}`,
    label: `ticket ${i + 1}`,
  }));
  const busy = serverMs();
  const began = performance.now();
  expect(await dtok.api('makeLinks', { params: stream, body: { links } })).toHaveLength(10_000);
  const took = performance.now() - began;
  console.info(`10,000 links over HTTP: ${Math.round(took)} ms, ${serverMs() - busy} ms of the server`);
  expect(serverMs() - busy).toBeLessThan(2000);
  const listing = await fetch(`${dtok.base}/api/host/streams/main/links?search=ticket%2099&sort=label&limit=3`, {
    headers: { authorization: `Bearer ${dtok.hostToken}` },
  });
  const page = (await listing.json()) as { links: { label: string }[]; total: number };
  expect(page.total).toBe(111);
  expect(page.links.map(({ label }) => label)).toEqual(['ticket 99', 'ticket 990', 'ticket 991']);
  expect((await dtok.api('hostStream', { params: stream })).sponsor).toMatchObject({ overcommitted: false });
  const all = await dtok.api('revokeLinks', { params: stream, body: { search: 'ticket' } });
  expect(all).toEqual({ revoked: 10_000, freed: `${10_000n * cent}` });
  await expect(
    fetch(`${dtok.base}/api/host/streams/main/links?limit=5000`, {
      headers: { authorization: `Bearer ${dtok.hostToken}` },
    }).then((answer) => answer.status),
  ).resolves.toBe(400);
  expect(await sent()).toBe(before);
});

describe('the audit', () => {
  const audit = (name: 'ann' | 'bob', ...args: string[]) =>
    dtokSponsor(folders[name], 'audit', '--rpc', `http://127.0.0.1:${env.CHAIN_PORT}`, ...args);

  it('is content with an honest server, before and after one claim settles all links', async () => {
    expect(await audit('ann', '--save', inFolder('ann', 'kept.json'))).toMatchObject({ code: 0 });
    const before = await sent();
    const { spent } = await sponsorOf('ann');
    const report = await dtok.api('settle', { body: { refund: false } });
    expect(report.claims.map(({ amount }) => amount).sort()).toEqual([spent, (await sponsorOf('bob')).spent].sort());
    // One claim for all links of both sponsors, and one pay-out.
    expect(await sent()).toBe(before + 2);
    const { code, said } = await audit('ann');
    expect(said).toMatch(/claimed on chain +0\.\d+ DAI\nAll is well: \d+ links/);
    expect(code).toBe(0);
  });

  it('goes on over a kill of the server, with the sponsors coming back by themselves', async () => {
    const [link] = await made('ann', 'server.csv', '--limit', '0.1');
    if (!link) throw new Error('no link');
    expect(await link.tip(cent)).toBe(200);
    await dtok.kill();
    dtok = await startDtok({ env, data: folders.server });
    await Promise.all([ann.said('Signing as links spend', 2), bob.said('Signing as links spend', 2)]);
    // The server has forgotten what it has shown; a raised total is signed all the same.
    expect(await link.tip(cent)).toBe(200);
    expect((await Promise.all([audit('ann'), audit('bob')])).map(({ code }) => code)).toEqual([0, 0]);
  });

  it('finds what a server charged beyond what link holders signed', async () => {
    const { channel } = await sponsorOf('ann');
    const revoked = linksIn(inFolder('ann', 'revoke.csv'))[0]?.key as Hex;
    const open = linksIn(inFolder('ann', 'kill-a.csv'))[0]?.key as Hex;
    const idOf = async (key: Hex) => (await openLink(dtok.base, info, channel as Hex, key)).id;
    const [revokedId, openId] = [await idOf(revoked), await idOf(open)];
    expect(await dtok.stop()).toBe(0);
    const store = new Database(ledgerFile(folders.server));
    const charge = store.prepare('update purses set spent = ? where id = ?');
    charge.run(`${10n * cent + 1n}`, openId);
    charge.run(`${2n * cent}`, revokedId);
    charge.run(`${6n * dai}`, channel);
    store.close();
    dtok = await startDtok({ env, data: folders.server });
    const [now, others, kept] = await Promise.all([
      audit('ann'),
      audit('bob'),
      audit('ann', '--file', inFolder('ann', 'kept.json')),
    ]);
    expect(now.said).toContain('was charged more than its holder signed');
    expect(now.said).toContain('was charged after it was revoked');
    expect(now.said).toContain('was charged more than the vouchers of its links cover');
    expect(now.code).toBe(1);
    expect(others.code).toBe(0);
    // What was kept from before is still as good as it was.
    expect(kept.said).not.toContain('was charged');
  });
});

it('says what is wrong in a sentence: no channel, no server, a record of somebody else', async () => {
  const empty = temporaryFolder('empty');
  chmodSync(empty, 0o700);
  const [audited, listed, ran, flew] = await Promise.all([
    dtokSponsor(empty, 'audit'),
    dtokSponsor(empty, 'list'),
    dtokSponsor(empty, ...where()),
    dtokSponsor(empty, 'fly'),
  ]);
  expect(audited.said).toMatch(/There is no channel yet/);
  expect(listed.said).toMatch(/Say where: --server URL/);
  expect(ran.said).toMatch(/There is no channel yet/);
  expect([audited, listed, ran, flew].map(({ code }) => code)).toEqual([1, 1, 1, 1]);
  expect(existsSync(join(empty, 'sponsor-key.json'))).toBe(true);
  removeFolder(empty);
});
