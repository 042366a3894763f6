// The real gate over HTTP on a real chain, and payers with the official x402 client in front of it, as anyone has it.
import { createServer } from 'node:http';
import {
  decodePaymentRequiredHeader,
  decodePaymentResponseHeader,
  encodePaymentSignatureHeader,
} from '@x402/core/http';
import type { PaymentPayload } from '@x402/core/types';
import { toClientEvmSigner } from '@x402/evm';
import {
  type BatchSettlementEvmSchemeOptions,
  BatchSettlementEvmScheme as Client,
} from '@x402/evm/batch-settlement/client';
import { wrapFetchWithPayment, x402Client } from '@x402/fetch';
import { createPublicClient, createTestClient, createWalletClient, http, parseAbi, parseEther } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { anvil } from 'viem/chains';
import { compile } from '../../contracts/compile.mjs';
import { openFeed } from '../../src/feed/index.js';
import { addressOf, channelId, randomKey } from '../../src/payments/typed-data.js';
import { createKeyAnswers } from '../../src/stream/gate/answers.js';
import { createGate } from '../../src/stream/gate/gate.js';
import { createKeyPath } from '../../src/stream/gate/http.js';
import { createSessions } from '../../src/stream/gate/sessions.js';
import { openKeys } from '../../src/stream/keys.js';
import { openStreams } from '../../src/stream/streams.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { type MoneyHouse, openMoney } from '../support/money.js';
import { silent } from '../support/payments.js';

export const network = 'eip155:31337' as const;
/** What one key costs here, base units. */
export const price = 100n;

/** Everything that x402 says in one answer. */
export interface Told {
  status: number;
  body: Buffer;
  required: ReturnType<typeof decodePaymentRequiredHeader> | null;
  response: ReturnType<typeof decodePaymentResponseHeader> | null;
}

export async function told(response: Response): Promise<Told> {
  const [required, done] = [response.headers.get('payment-required'), response.headers.get('payment-response')];
  return {
    status: response.status,
    body: Buffer.from(await response.arrayBuffer()),
    required: required ? decodePaymentRequiredHeader(required) : null,
    response: done ? decodePaymentResponseHeader(done) : null,
  };
}

type ClientSigner = ConstructorParameters<typeof Client>[0];
export type House = Awaited<ReturnType<typeof openGate>>;

/** Streams, keys, sessions and the gate over an open house's store; all but the store is forgotten at a restart. */
async function openShow(money: MoneyHouse, base: () => string) {
  const { store, payments } = money.now;
  const now = Date.now;
  const feed = await openFeed({ store, log: silent });
  const defaults = {
    title: '',
    price: price / 2n,
    previewMs: 5000,
    keyPeriodMs: 2000,
    minTip: 1n,
    mediaBase: '',
    discord: '',
    telegram: '',
    startsAt: null,
  };
  const streams = await openStreams({ store, feed, defaults, now });
  if (!streams.all().some(({ id }) => id === 'show')) await streams.create('show', {});
  const keys = await openKeys({ store, streams, master: Buffer.alloc(32, 3), now });
  const sessions = createSessions({ now, onEnd: payments.ledger.forget });
  const gate = createGate({ streams, keys, sessions, cashier: payments.ledger, now });
  const keyPath = createKeyPath(
    createKeyAnswers({
      gate,
      paymentRequired: (url, amount) => payments.paymentRequired(`${base()}${url}`, amount),
      pay: (request) => payments.pay({ ...request, url: `${base()}${request.url}` }),
      onAnswer: () => {},
      onError: (error) => {
        throw error;
      },
    }),
  );
  return { keys, sessions, keyPath };
}

export async function openGate() {
  // A test marks a channel as closing itself: nobody may finish that meanwhile.
  const money = await openMoney({ lookEveryMs: 10 ** 8 });
  const { place } = money.now;
  let base = '';
  let show = await openShow(money, () => base);
  const server = createServer((req, res) => {
    if (!show.keyPath(req, res)) res.writeHead(418).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;

  const transport = http(place.rpcUrl);
  const reader = createPublicClient({ chain: anvil, transport, pollingInterval: 20 });
  const url = (n: number): string => `${base}/keys/show/${n}`;

  async function withGas(key: Hex) {
    const account = privateKeyToAccount(key);
    await createTestClient({ chain: anvil, transport, mode: 'anvil' }).setBalance({
      ...{ address: account.address, value: parseEther('1') },
    });
    return createWalletClient({ account, chain: anvil, transport });
  }

  /** What goes over the wire, in order: what a request brought, and what was answered. */
  function recorder() {
    const seen: { brought: PaymentPayload | null; status: number }[] = [];
    const record = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
      const request = new Request(input, init);
      const header = request.headers.get('payment-signature');
      const response = await fetch(request);
      const brought = header ? (JSON.parse(Buffer.from(header, 'base64').toString()) as PaymentPayload) : null;
      seen.push({ brought, status: response.status });
      return response;
    };
    /** The types of what was brought since the last time this was asked. */
    const types = (): string[] =>
      seen.splice(0).flatMap(({ brought }) => (brought ? [String((brought.payload as { type: string }).type)] : []));
    return { fetch: record as typeof fetch, types };
  }

  /** A payer with `tokens` and the official client; another one of the same key has its own memory. */
  async function payer(
    tokens = 10_000n,
    options: BatchSettlementEvmSchemeOptions = {},
    wallet?: Hex,
    key = randomKey(),
  ) {
    const account = privateKeyToAccount(key);
    const holder = wallet ?? addressOf(key);
    if (tokens > 0n) await money.now.chain.mint(holder, tokens);
    const signTypedData: ClientSigner['signTypedData'] = (data) => account.signTypedData(data as never);
    const signer: ClientSigner = toClientEvmSigner(wallet ? { address: wallet, signTypedData } : account, reader);
    if (wallet) Object.assign(options, { voucherSigner: toClientEvmSigner(account) });
    const wire = recorder();
    /** Its memory is lost: a new client of the same key. `method` is how it deposits. */
    function client(more: BatchSettlementEvmSchemeOptions = {}, method = 'eip3009') {
      const scheme = new Client(signer, { ...options, ...more });
      const x402 = new x402Client((_, accepts) => {
        const found = accepts.find(({ extra }) => extra.assetTransferMethod === method);
        if (!found) throw new Error(`not offered: ${method}`);
        return found;
      }).register(network, scheme);
      x402.setSpendControls({ allowedAssets: [{ asset: money.now.chain.token.address, network }] } as never);
      const paying = wrapFetchWithPayment(wire.fetch, x402);
      return {
        scheme,
        get: async (n: number) => told(await paying(url(n))),
        refund: (n: number, amount?: string) => scheme.refund(url(n), { fetch: wire.fetch, ...(amount && { amount }) }),
        /** Its own payload for a key, to be sent by hand. */
        sign: async (n: number) => {
          const { required } = await told(await fetch(url(n)));
          if (!required) throw new Error('no requirements');
          return x402.createPaymentPayload(required);
        },
      };
    }
    const config = () => ({ payer: holder, payerAuthorizer: addressOf(key), ...money.now.payments.terms });
    const id = (salt: Hex = `0x${'00'.repeat(32)}`) => channelId({ ...config(), salt }, money.now.payments.domain);
    const purse = () => money.now.payments.ledger.purse(id());
    const tokensLeft = () => money.now.chain.balanceOf(holder);
    return { key, address: addressOf(key), account, signer, client, wire, id, purse, tokens: tokensLeft };
  }

  return {
    ...{ money, base, url, payer, reader },
    keyBytes: (n: number): Buffer => show.keys.bytes('show', n),
    openKey: () => show.keys.open('show', 2000),
    openSession: (payer: Hex): string => show.sessions.open('show', payer),
    watching: (): number => show.sessions.watching('show', 60_000),
    restart: async () => {
      show.sessions.stop();
      await money.reopen();
      show = await openShow(money, () => base);
    },
    /** Sends a payment as it is. */
    send: async (n: number, payment: unknown, headers: Record<string, string> = {}): Promise<Told> => {
      const header = typeof payment === 'string' ? payment : encodePaymentSignatureHeader(payment as PaymentPayload);
      return told(await fetch(url(n), { headers: { 'payment-signature': header, ...headers } }));
    },
    /** A transaction of somebody's own, with gas given for it. */
    async act(key: Hex, to: Hex, signature: string, args: readonly unknown[]): Promise<void> {
      const abi = parseAbi([`function ${signature}`] as readonly string[]);
      const functionName = signature.slice(0, signature.indexOf('('));
      const wallet = await withGas(key);
      const hash = await wallet.writeContract({ address: to, abi, functionName, args } as never);
      await reader.waitForTransactionReceipt({ hash });
    },
    /** A contract wallet that says yes to what this key signs. */
    async contractWallet(key: Hex): Promise<Hex> {
      const made = compile(['test/contracts/doubles.sol'])['test/contracts/doubles.sol']?.ContractWallet;
      if (!made) throw new Error('no contract wallet');
      const wallet = await withGas(key);
      const [abi, bytecode] = [made.abi as never, `0x${made.evm.bytecode.object}` as const];
      const hash = await wallet.deployContract({ abi, bytecode, args: [addressOf(key)] as never });
      const { contractAddress } = await reader.waitForTransactionReceipt({ hash });
      return (contractAddress ?? '0x').toLowerCase() as Hex;
    },
    close: async () => {
      show.sessions.stop();
      server.closeAllConnections();
      server.close();
      await money.close();
    },
  };
}
