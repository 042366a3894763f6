// npm run bench payments: how many vouchers one core accepts, next to what checking a signature costs by itself; and gas.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BATCH_SETTLEMENT_DOMAIN, voucherTypes } from '@x402/evm';
import { verifyTypedData } from 'ethers';
import { verifyTypedData as viemVerify } from 'viem/utils';
import { openSignatures } from '../src/payments/signatures.js';
import { recover, voucherDigest } from '../src/payments/typed-data.js';
import { gasReport, measureGas } from './support/gas.js';
import { type Contender, type Measured, measure } from './support/rounds.js';
import { machine, markdownTable, ratio, whole } from './support/table.js';
import { domain, native, newSigner, openHouse, type Signed, signVoucher } from './support/vouchers.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '30' } },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
if (!(Number.isInteger(rounds) && rounds > 0 && seconds > 0)) {
  process.stderr.write('--rounds is a whole number above 0, --seconds a number above 0\n');
  process.exit(1);
}

const baseline = 'native libsecp256k1: verify a given digest';
const typed = { ...BATCH_SETTLEMENT_DOMAIN, chainId: domain.chainId, verifyingContract: domain.contract };
const types = { Voucher: [...voucherTypes.Voucher] };
const message = ({ purse, amount }: Signed) => ({ channelId: purse, maxClaimableAmount: amount });

/** A library's check of one voucher's signature, over and over; no check may fail. */
function checking(name: string, check: (voucher: Signed) => boolean | Promise<boolean>): Contender {
  const signer = newSigner();
  const vouchers = Array.from({ length: 64 }, (_, i) => signVoucher(signer, BigInt(i + 1)));
  return {
    name,
    warmUp: 100,
    prepare: async (count) => async () => {
      for (let i = 0; i < count; i++) {
        const voucher = vouchers[i % vouchers.length];
        const verdict = voucher && check(voucher);
        if (!(typeof verdict === 'object' ? await verdict : verdict)) throw new Error(`${name} refused a voucher`);
      }
    },
  };
}

/** `purses` owners, each handing in the next voucher when the last one is answered. */
async function accepting(purses: number): Promise<Contender> {
  const house = await openHouse(root, purses);
  let next = 1n;
  const bodies = (count: number): string[][] => {
    const from = next;
    next += BigInt(count);
    return house.signers.map((signer, i) =>
      Array.from({ length: Math.floor((count + i) / purses) }, (_, n) => {
        const { purse, amount, signature } = signVoucher(signer, from + BigInt(n));
        return JSON.stringify({ channelId: purse, maxClaimableAmount: `${amount}`, signature });
      }),
    );
  };
  const handIn = async (each: readonly string[]): Promise<void> => {
    for (const body of each) await house.accept(body);
  };
  return {
    name: `dTok: accept vouchers of ${purses === 1 ? 'one purse' : `${purses} purses at once`}`,
    warmUp: 1024,
    prepare: async (count) => {
      const queues = bodies(count);
      return async () => void (await Promise.all(queues.map(handIn)));
    },
    close: house.close,
  };
}

async function contenders(): Promise<Contender[]> {
  const out = new Uint8Array(65);
  const here = await openSignatures({ log: console });
  return [
    checking(baseline, ({ rs, digest, publicKey }) => native.ecdsaVerify(rs, digest, publicKey)),
    checking('native libsecp256k1: recover from a given digest', ({ rs, recovery, digest }) => {
      return native.ecdsaRecover(rs, recovery, digest, false, out).length === 65;
    }),
    checking('dTok: check a voucher’s signature', ({ signature, purse, amount, address }) => {
      return here.recover(here.voucherDigest(purse, amount, domain), signature) === address;
    }),
    checking('the same where the native library does not load', ({ signature, purse, amount, address }) => {
      return recover(voucherDigest(purse, amount, domain), signature) === address;
    }),
    checking('ethers verifyTypedData', (voucher) => {
      return verifyTypedData(typed, types, message(voucher), voucher.signature).toLowerCase() === voucher.address;
    }),
    checking('viem verifyTypedData', (voucher) =>
      viemVerify({
        address: voucher.address,
        domain: typed,
        types,
        primaryType: 'Voucher',
        message: message(voucher),
        signature: voucher.signature,
      }),
    ),
    await accepting(1),
    await accepting(64),
    await accepting(256),
  ];
}

function report(measured: readonly Measured[]): string {
  const raw = measured.find(({ name }) => name === baseline)?.perCpuSecond ?? Number.NaN;
  const header = ['', 'a CPU-second', 'lowest to highest', 'a second', 'of native verify'];
  const rows = measured.map(({ name, perCpuSecond, perSecond, range: [low, high] }) => [
    name,
    whole(perCpuSecond),
    `${whole(low)} to ${whole(high)}`,
    whole(perSecond),
    ratio(perCpuSecond / raw),
  ]);
  const command = `npm run bench payments -- --rounds ${rounds} --seconds ${seconds}`;
  const how = `Medians of ${rounds} interleaved rounds; the ratio is of CPU-seconds.`;
  return [`${machine(command)} ${how}`, markdownTable(header, rows)].join('\n\n');
}

const onProgress = (what: string): void => void process.stderr.write(`${what}\n`);
process.stdout.write(`${report(await measure(await contenders(), { rounds, seconds, onProgress }))}\n\n`);
process.stdout.write(`${gasReport(await measureGas(onProgress))}\n`);
