// One schedule: a show with people, troubles and a chain, step by step from a seed, checked after every step and made good at the end.
import { join } from 'node:path';
import { canonical } from '../../src/chain/index.js';
import { passId } from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { createRandom } from '../support/random.js';
import { createBooks } from './books.js';
import { createNode } from './chain/node.js';
import { createRpc } from './chain/rpc.js';
import { createContract, type Place } from './chain/settlement.js';
import { layWire } from './chain/wire.js';
import { createClock, takeOver } from './clock.js';
import { atTheEnd } from './ending.js';
import { createHostProcess } from './house/host-process.js';
import { serve } from './house/requests.js';
import { Broken, createInvariants } from './invariants.js';
import { createNetwork } from './network.js';
import { createHost } from './people/host.js';
import { signerOf } from './people/keys.js';
import { createFarSponsor } from './people/sponsor.js';
import type { Town } from './people/town.js';
import { createViewer } from './people/viewer.js';
import { calm, drawPlan } from './plan.js';
import { createRecord } from './record.js';
import { createTrace } from './trace.js';
import { startTroubles } from './troubles.js';

export interface Outcome {
  seed: number;
  steps: number;
  /** What did not hold; null when all did. */
  broken: string | null;
  words: readonly string[];
  fingerprint: string;
  /** What the schedule came to, for those who wonder whether anything happened. */
  did: { charges: number; lives: number; blocks: number };
}

const begin = 1_800_000_000_000;
/** Far more than any schedule takes. */
const mostSteps = 60_000;
const place: Place = {
  domain: { chainId: 31_337, contract: canonical.contract },
  token: { address: '0x00000000000000000000000000000000000da1da', name: 'Test Dai', version: '1' },
  collector: canonical.erc3009Collector,
};
const withdrawDelay = 900;

export async function runSchedule(
  seed: number,
  needs: { folder: string; fresh: (path: string) => void },
): Promise<Outcome> {
  const random = createRandom(seed);
  const plan = drawPlan(random);
  const { net, wire, disk: calmDisk } = structuredClone(calm);
  const faults = { net, wire, disk: calmDisk };
  const clock = createClock(begin);
  const trace = createTrace(clock.now);
  const giveBack = takeOver(clock, createRandom(seed + 1), createRandom(seed + 2));
  const [gate, sponsor, relayer, hostKey] = ['gate', 'house sponsor', 'relayer', 'host'].map(signerOf) as [
    ...ReturnType<typeof signerOf>[],
  ] as [
    ReturnType<typeof signerOf>,
    ReturnType<typeof signerOf>,
    ReturnType<typeof signerOf>,
    ReturnType<typeof signerOf>,
  ];
  const path = join(needs.folder, 'dtok.sqlite');
  needs.fresh(path);

  const contract = await createContract(place);
  const node = createNode({ contract, random, now: clock.now, keep: 100_000 });
  const rpc = createRpc({ node, contract, place, relayer: relayer.address, coins: () => 10n ** 20n });
  const disk = createRecord();
  const books = createBooks();
  const stage = {
    show: false,
    over: false,
    done: false,
    broken: null as string | null,
    checked: -1,
    block: '' as string,
  };
  const fail = (what: string): void => {
    stage.broken ??= what;
  };

  const server = createHostProcess({
    ...{ clock, random, trace, faults: faults.disk },
    house: {
      ...{ path, place, host: hostKey.address, confirmations: plan.confirmations, pollMs: plan.pollMs },
      ...{ settle: plan.settle, withdrawDelay },
      keys: { gate: gate.key, sponsor: sponsor.key, relayer: relayer.key },
    },
    onCommit: async (read) => {
      const twice = await disk.read(read);
      if (twice) fail(`charged twice: ${twice}`);
    },
    onUp: (house) => {
      if (far) house.payments.remoteSponsors.attach(far.channel, far.ask);
    },
    onBug: (error) => fail(`the server could not start: ${(error as Error).stack}`),
  });
  const removeWire = layWire({
    clock,
    random,
    trace,
    faults: faults.wire,
    answer: rpc.answer,
    ...server,
    onBug: (error) => fail(`the chain failed: ${(error as Error).stack}`),
  });

  const network = createNetwork({
    ...{ clock, random, trace, faults: faults.net },
    serve(request) {
      const house = server.house();
      if (!house) return null;
      books.heard(request, (channel, signer) => passId(channel, signer, place.domain));
      const mine = server.process();
      return new Promise((resolve, reject) => {
        const alive = (go: () => void) => (): void => void (mine.alive() && go());
        serve(house, request).then(
          (answer) =>
            alive(() => {
              tested(() => invariants.onAnswer(request, answer));
              books.answered(request, answer);
              resolve(answer);
            })(),
          (error) => alive(() => reject(error))(),
        );
      });
    },
    onInternal: (request, error) => fail(`${request.do} failed inside: ${(error as Error).stack}`),
  });

  const terms = {
    receiver: hostKey.address,
    receiverAuthorizer: gate.address,
    token: place.token.address,
    withdrawDelay,
  };
  const town: Town = {
    ...{ clock, random, trace, ask: network.ask, node, place, terms, books, plan: plan.people },
    newest: () => [...disk.keyCosts.keys()].slice(-5),
    costOf: (n) => disk.keyCosts.get(n) ?? 2n,
    over: () => stage.over,
  };
  const tokens = (): bigint => BigInt(random.between(200, 900));
  const far = plan.farSponsor ? await createFarSponsor(town, tokens()) : null;
  const host = createHost(town, server.house);
  const viewers = Array.from({ length: plan.viewers }, (_, i) => createViewer(town, `viewer ${i + 1}`, tokens()));
  node.mint(sponsor.address, 100_000n);
  if (far) node.mint(far.signer.address, far.tokens);
  for (const { signer, tokens: own } of viewers) node.mint(signer.address, own);
  const sponsors = { house: host.channel, far: far?.channel ?? null, farCounted: () => far?.counted() ?? 0n };
  const invariants = await createInvariants({ disk, books, node, contract, place, host: hostKey.address, sponsors });

  function tested(check: () => void): void {
    try {
      check();
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      fail(error.message);
    }
  }

  function startShow(): void {
    trace.say('the show begins');
    stage.show = true;
    Object.assign(faults.net, plan.faults.net);
    Object.assign(faults.wire, plan.faults.wire);
    Object.assign(faults.disk, plan.faults.disk);
    for (const person of [...viewers, host, ...(far ? [far] : [])]) person.start();
    const { process } = server;
    startTroubles({
      ...{ clock, random, trace, plan, node, process },
      wire: faults.wire,
      relayer: relayer.address,
      over: town.over,
    });
    clock.after(plan.length, 'everything calms down', calmDown);
  }

  function calmDown(): void {
    stage.over = true;
    Object.assign(faults.net, calm.net);
    Object.assign(faults.wire, calm.wire);
    Object.assign(faults.disk, calm.disk);
    node.fees.base = 10n ** 9n;
    server.process().dieAfter(Number.POSITIVE_INFINITY);
    far?.rest();
    const finish = (problem: string | null): void => {
      if (problem) fail(problem);
      stage.done = true;
    };
    atTheEnd({
      ...{ clock, trace, node, contract, disk, host, viewers, far, place },
      house: server.house,
      receiver: hostKey.address,
      sponsor,
      finish,
      gone: node.sentOn,
    });
  }

  function mineNow(): void {
    const { n, mined } = node.mine();
    if (mined.length > 0) {
      trace.say(
        `block ${n}: ${mined.map(({ tx, ok }) => `${tx.call?.method ?? 'nothing'}${ok ? '' : ' (reverted)'}`).join(', ')}`,
      );
    }
    const pace = stage.show && !stage.over ? plan.blockMs : calm.blockMs;
    clock.after(pace * (0.5 + random.next()), 'a block', mineNow, { quiet: true });
  }

  /** The scene: a server, a sponsor with money behind links, and a viewer or two with a link. */
  function setScene(): void {
    server.start();
    const channels: Hex[] = [host.channel];
    const links = (): void => {
      let waiting = viewers.length;
      const one = (): void => {
        waiting -= 1;
        if (waiting === 0) startShow();
      };
      for (const viewer of viewers) {
        if (random.chance(0.6)) host.give(viewer, random.pick(channels), one);
        else one();
      }
    };
    const fund = (): void => host.fund(tokens(), links);
    if (!far) return void clock.after(50, 'the scene', fund);
    clock.after(50, 'the scene', () =>
      far.open(() => {
        channels.push(far.channel);
        fund();
      }),
    );
  }

  function check(): void {
    const house = server.house();
    tested(() => {
      const { commits } = disk.record;
      const { hash } = node.head();
      const fresh = commits !== stage.checked;
      if (fresh) invariants.onDisk();
      if (fresh || hash !== stage.block) invariants.onChain();
      Object.assign(stage, { checked: commits, block: hash });
      if (house) invariants.inMemory(house);
    });
  }

  try {
    setScene();
    mineNow();
    while (!stage.done && stage.broken === null) {
      const step = clock.next();
      if (!step || trace.steps() > mostSteps) fail('it never came to an end');
      if (!step || stage.broken) break;
      trace.step(step.label, step.quiet);
      step.act();
      await clock.settle();
      server.bury();
      check();
    }
  } catch (error) {
    fail(`the simulation failed: ${(error as Error).stack}`);
  } finally {
    await server.close();
    removeWire();
    giveBack();
  }
  const { broken } = stage;
  const did = { charges: disk.charges.size, lives: server.process().life, blocks: node.head().n - 100 };
  return { seed, steps: trace.steps(), broken, words: trace.words(), fingerprint: trace.fingerprint(), did };
}
