// The registry: contracts/trees/stream-registry.tree case by case, and its list rebuilt from events. SEED: which way.
import { encodeBytes32String, getCreate2Address, keccak256, ZeroAddress } from 'ethers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { registry as place } from '../../src/chain/addresses.js';
import { streamRegistry } from '../../src/chain/contracts.js';
import { registryDeployment } from '../../src/chain/deploy.js';
import { hex32, nobody, type Person, refused, send, useBench } from './bench.js';
import { type ListedStream, rebuildList } from './registry-list.js';
import { followTree } from './trees.js';

const bench = useBench();
const ask = (name: string, ...args: unknown[]) => bench().registry.getFunction(name)(...args);
const act = (from: Person, name: string, ...args: unknown[]) => send(from, bench().registry, name, args);
const refuse = (from: Person, error: string, name: string, ...args: unknown[]) =>
  refused(from, bench().registry, name, args, error);

/** A stream of the payer, who is its host here. */
async function listed(name = hex32()) {
  const { payer, stranger } = bench();
  await act(payer, 'register', name, payer.address, 'A show', 'ipfs://show');
  return { host: payer, other: stranger, name, id: (await ask('idOf', payer.address, name)) as string };
}

async function closed() {
  const stream = await listed();
  await act(stream.host, 'close', stream.id);
  return stream;
}

/** Everything that may be wrong with a description, before what comes before it in the call. */
async function refusesDescriptions(from: Person, name: string, first: string) {
  await refuse(from, 'ZeroPayout', name, first, nobody, 'A show', '');
  await refuse(from, 'TitleLength', name, first, from.address, '', '');
  await refuse(from, 'TitleLength', name, first, from.address, 'é'.repeat(51), '');
  await refuse(from, 'MetadataLength', name, first, from.address, 'A show', 'x'.repeat(1025));
}

followTree('stream-registry', {
  register: {
    'when the name is empty': () =>
      refuse(bench().payer, 'EmptyName', 'register', `0x${'00'.repeat(32)}`, bench().payer.address, 'A show', ''),
    'when the caller has registered that name before': async () => {
      const open = await listed();
      const again = ['register', open.name, open.host.address, 'Another', ''] as const;
      await refuse(open.host, 'AlreadyRegistered', ...again);
      await act(open.host, 'offer', open.id, open.other.address);
      await act(open.other, 'accept', open.id, open.other.address);
      await refuse(open.host, 'AlreadyRegistered', ...again);
      const gone = await closed();
      await refuse(gone.host, 'AlreadyRegistered', 'register', gone.name, gone.host.address, 'Another', '');
    },
    'when the payout address is zero': () =>
      refuse(bench().payer, 'ZeroPayout', 'register', hex32(), nobody, 'A show', ''),
    'when the title is empty or over 100 bytes': async () => {
      const { payer } = bench();
      for (const title of ['', 'x'.repeat(101), 'é'.repeat(51)]) {
        await refuse(payer, 'TitleLength', 'register', hex32(), payer.address, title, '');
      }
    },
    'when the metadata URI is over 1,024 bytes': () =>
      refuse(bench().payer, 'MetadataLength', 'register', hex32(), bench().payer.address, 'A', 'x'.repeat(1025)),
    'given the longest title and metadata URI': async () => {
      const { payer } = bench();
      const [name, title, metadataURI] = [hex32(), 'é'.repeat(50), 'x'.repeat(1024)];
      await act(payer, 'register', name, payer.address, title, metadataURI);
      const stream = await ask('streams', await ask('idOf', payer.address, name));
      expect([stream.title, stream.metadataURI]).toEqual([title, metadataURI]);
    },
    'given another host has a stream of that name': async () => {
      const { stranger } = bench();
      const first = await listed();
      await act(stranger, 'register', first.name, stranger.address, 'Mine', '');
      const second = await ask('idOf', stranger.address, first.name);
      expect(second).not.toBe(first.id);
      expect((await ask('streams', first.id)).title).toBe('A show');
      expect((await ask('streams', second)).title).toBe('Mine');
    },
    "given it is the host's first of that name": async () => {
      const { payer, payerKey } = bench();
      const before = await ask('count');
      const name = encodeBytes32String('main');
      const id = await ask('idOf', payer.address, name);
      const events = await act(payer, 'register', name, payerKey.address, 'A show', 'ipfs://show');
      expect(events.map((e) => e.map((v) => String(v).toLowerCase()))).toEqual([
        ['streamregistered', id, payer.address, payerKey.address, name, 'a show', 'ipfs://show'],
      ]);
      expect(await ask('count')).toBe(before + 1n);
      const [[last], [stream]] = await ask('page', before, 10);
      expect([last, stream.name, stream.closed, stream.offeredTo]).toEqual([id, name, false, ZeroAddress]);
      expect([stream.host.toLowerCase(), stream.payout.toLowerCase()]).toEqual([payer.address, payerKey.address]);
    },
  },
  update: {
    'when no stream has the id': () =>
      refuse(bench().payer, 'UnknownStream', 'update', hex32(), bench().payer.address, 'A show', ''),
    'when the stream is closed': async () => {
      const { host, id } = await closed();
      await refuse(host, 'StreamIsClosed', 'update', id, host.address, 'A show', '');
    },
    'when the caller is not its host': async () => {
      const { host, other, id } = await listed();
      await act(host, 'offer', id, other.address);
      await refuse(other, 'NotHost', 'update', id, other.address, 'Mine now', '');
    },
    'when the description breaks a bound': async () => {
      const { host, id } = await listed();
      await refusesDescriptions(host, 'update', id);
    },
    'when the host describes it anew': async () => {
      const { host, other, id, name } = await listed();
      const events = await act(host, 'update', id, other.address, 'New', 'ipfs://new');
      expect(events.map((e) => e.map((v) => String(v).toLowerCase()))).toEqual([
        ['streamupdated', id, other.address, 'new', 'ipfs://new'],
      ]);
      const stream = await ask('streams', id);
      expect([stream.host.toLowerCase(), stream.name]).toEqual([host.address, name]);
      expect([stream.payout.toLowerCase(), stream.title, stream.metadataURI]).toEqual([
        other.address,
        'New',
        'ipfs://new',
      ]);
    },
  },
  offer: {
    'when no stream has the id': () => refuse(bench().payer, 'UnknownStream', 'offer', hex32(), bench().payer.address),
    'when the stream is closed': async () => {
      const { host, other, id } = await closed();
      await refuse(host, 'StreamIsClosed', 'offer', id, other.address);
    },
    'when the caller is not its host': async () => {
      const { other, id } = await listed();
      await refuse(other, 'NotHost', 'offer', id, other.address);
    },
    'when the host offers it': async () => {
      const { host, other, id } = await listed();
      const before = (await ask('streams', id)).toObject();
      const [[name, which, to] = []] = await act(host, 'offer', id, other.address);
      expect([name, which, String(to).toLowerCase()]).toEqual(['HandOverOffered', id, other.address]);
      const after = (await ask('streams', id)).toObject();
      expect({ ...after, offeredTo: ZeroAddress }).toEqual(before);
      expect(after.offeredTo.toLowerCase()).toBe(other.address);
    },
    'when the host takes the offer back or makes another': async () => {
      const { host, other, id } = await listed();
      for (const to of [nobody, bench().payerKey.address]) {
        await act(host, 'offer', id, other.address);
        const [[name, which, whom] = []] = await act(host, 'offer', id, to);
        expect([name, which, String(whom).toLowerCase()]).toEqual(['HandOverOffered', id, to]);
        await refuse(other, 'NotOffered', 'accept', id, other.address);
      }
    },
  },
  accept: {
    'when no stream has the id': () => refuse(bench().payer, 'UnknownStream', 'accept', hex32(), bench().payer.address),
    'when the stream is closed': async () => {
      const { host, other, id } = await listed();
      await act(host, 'offer', id, other.address);
      await act(host, 'close', id);
      await refuse(other, 'StreamIsClosed', 'accept', id, other.address);
    },
    'when the stream is not offered to the caller': async () => {
      const { host, other, id } = await listed();
      await refuse(other, 'NotOffered', 'accept', id, other.address);
      await refuse(host, 'NotOffered', 'accept', id, host.address);
    },
    'when the payout address is zero': async () => {
      const { host, other, id } = await listed();
      await act(host, 'offer', id, other.address);
      await refuse(other, 'ZeroPayout', 'accept', id, nobody);
    },
    'when it is offered to the caller': async () => {
      const { host, other, id } = await listed();
      const { payerKey } = bench();
      await act(host, 'offer', id, other.address);
      const events = await act(other, 'accept', id, payerKey.address);
      expect(events.map((e) => e.map((v) => String(v).toLowerCase()))).toEqual([
        ['streamhandedover', id, host.address, other.address, payerKey.address],
      ]);
      const stream = await ask('streams', id);
      expect([stream.host, stream.payout, stream.offeredTo].map((a: string) => a.toLowerCase())).toEqual([
        other.address,
        payerKey.address,
        nobody,
      ]);
      await refuse(host, 'NotHost', 'close', id);
      await refuse(host, 'NotHost', 'update', id, host.address, 'Still mine', '');
      await refuse(other, 'NotOffered', 'accept', id, other.address);
    },
  },
  close: {
    'when no stream has the id': () => refuse(bench().payer, 'UnknownStream', 'close', hex32()),
    'when the caller is not its host': async () => {
      const { other, id } = await listed();
      await refuse(other, 'NotHost', 'close', id);
    },
    'when the stream is closed already': async () => {
      const { host, id } = await closed();
      await refuse(host, 'StreamIsClosed', 'close', id);
    },
    'when the host closes it': async () => {
      const { host, other, id } = await listed();
      await act(host, 'offer', id, other.address);
      const count = await ask('count');
      expect(await act(host, 'close', id)).toEqual([['StreamClosed', id]]);
      const stream = await ask('streams', id);
      expect([stream.closed, stream.offeredTo, stream.title]).toEqual([true, ZeroAddress, 'A show']);
      expect(await ask('count')).toBe(count);
    },
  },
  page: {
    'when it starts past the end': async () => {
      await listed();
      const end = (await ask('count')) as bigint;
      for (const start of [end, end + 5n, 2n ** 256n - 1n]) {
        expect((await ask('page', start, 5)).toArray(true)).toEqual([[], []]);
      }
    },
    'when fewer are left than asked for': async () => {
      const { id } = await listed();
      const end = (await ask('count')) as bigint;
      const [ids] = await ask('page', end - 1n, 2n ** 256n - 1n);
      expect([...ids]).toEqual([id]);
    },
    'when there are more': async () => {
      const made = [await listed(), await listed(), await listed()];
      const end = (await ask('count')) as bigint;
      const [ids, streams] = await ask('page', end - 3n, 2);
      expect([...ids]).toEqual(made.slice(0, 2).map((s) => s.id));
      expect(streams).toHaveLength(2);
    },
  },
});

/** All of the registry's storage, by its own views. */
async function stored(): Promise<ListedStream[]> {
  const [ids, streams] = await ask('page', 0, 2n ** 256n - 1n);
  return [...ids].map((id, i) => ({ id, ...streams[i].toObject() }));
}

describe('the list', () => {
  const names = ['main', 'second'].map(encodeBytes32String);
  const act_ = fc.record({
    who: fc.nat(2),
    what: fc.constantFrom('register', 'update', 'offer', 'accept', 'close'),
    name: fc.constantFrom(...names),
    of: fc.nat(2),
    to: fc.nat(3),
    text: fc.string({ unit: 'grapheme', maxLength: 12 }),
  });

  it('rebuilt from events is what is stored, after any calls of anyone', async () => {
    const { provider } = bench();
    await fc.assert(
      fc.asyncProperty(fc.array(act_, { minLength: 10, maxLength: 30 }), async (acts) => {
        const people = [await bench().person(), await bench().person(), await bench().person()] as const;
        const at = (i: number) => people[i] ?? people[0];
        for (const { who, what, name, of, to, text } of acts) {
          const id = await ask('idOf', at(of).address, name);
          const [mine, theirs] = [at(who).address, to === 3 ? nobody : at(to).address];
          const args = {
            register: [name, theirs, text, text],
            update: [id, theirs, text, text],
            offer: [id, theirs],
            accept: [id, mine],
            close: [id],
          }[what];
          await act(at(who), what, ...(args ?? [])).catch(() => []);
        }
        const logs = await provider.getLogs({ address: place.address, fromBlock: 0 });
        expect(rebuildList(logs)).toEqual(await stored());
      }),
      { numRuns: 4, ...(process.env.SEED ? { seed: Number(process.env.SEED) } : {}) },
    );
  });
});

describe('its place', () => {
  it('is the one that the deployment proxy gives its bytecode, on any chain', async () => {
    const address = getCreate2Address(place.factory, place.salt, keccak256(streamRegistry.creation));
    expect(place.address, 'write the new address into src/chain/addresses.ts').toBe(address.toLowerCase());
    expect(await bench().provider.getCode(place.address)).toBe(streamRegistry.deployed);
  });
  it('is where the deployment transaction puts it', async () => {
    const { provider, stranger } = bench();
    await provider.send('anvil_setCode', [place.address, '0x']);
    await (await stranger.wallet.sendTransaction({ ...registryDeployment(), gasLimit: 5_000_000n })).wait();
    expect(await provider.getCode(place.address)).toBe(streamRegistry.deployed);
  });
});
