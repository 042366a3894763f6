// What moves money into and out of payment channels: what a wallet or a channel’s key signs, and what became of it.
import { z } from 'zod';
import { PurseState } from './events.js';
import { Address, Amount, Bytes32, Milliseconds, Signature } from './values.js';
import { VoucherRequest } from './watching.js';

export const ChannelConfig = z
  .object({
    payer: Address,
    payerAuthorizer: Address,
    receiver: Address,
    receiverAuthorizer: Address,
    token: Address,
    withdrawDelay: z
      .number()
      .int()
      .min(0)
      .max(2 ** 40 - 1),
    salt: Bytes32,
  })
  .meta({ id: 'ChannelConfig' });
export type ChannelConfig = z.infer<typeof ChannelConfig>;

const WholeSeconds = z.string().regex(/^\d{1,15}$/);
const Uint256 = z.string().regex(/^\d{1,78}$/);
/** Longer than a key's: a contract wallet judges its own. */
const WalletSignature = z
  .string()
  .regex(/^0x(?:[0-9a-fA-F]{2}){65,1024}$/)
  .transform((text) => text.toLowerCase() as `0x${string}`)
  .meta({ type: 'string', pattern: '^0x(?:[0-9a-fA-F]{2}){65,1024}$' });

/** The `deposit` of an x402 payload by EIP-3009, as any client may sign it. */
export const SignedDeposit = z.object({
  amount: Amount,
  authorization: z.object({
    erc3009Authorization: z.object({
      validAfter: WholeSeconds,
      validBefore: WholeSeconds,
      salt: Bytes32,
      signature: WalletSignature,
    }),
  }),
});
/** The same by Permit2. */
export const Permit2Deposit = z.object({
  amount: Amount,
  authorization: z.object({
    permit2Authorization: z.object({
      from: Address,
      permitted: z.object({ token: Address, amount: Amount }),
      spender: Address,
      nonce: Uint256,
      deadline: WholeSeconds,
      witness: z.object({ channelId: Bytes32 }),
      signature: WalletSignature,
    }),
  }),
});

/** The x402 `deposit` payload with an EIP-3009 authorization (the nonce is keccak256(abi.encode(channelId, salt))). */
export const DepositRequest = z
  .object({
    type: z.literal('deposit'),
    channelConfig: ChannelConfig,
    voucher: VoucherRequest,
    deposit: z.object({
      amount: Amount,
      authorization: z.object({
        erc3009Authorization: z.object({
          validAfter: WholeSeconds,
          validBefore: WholeSeconds,
          salt: Bytes32,
          signature: Signature,
        }),
      }),
    }),
  })
  .meta({ id: 'DepositRequest' });
export type DepositRequest = z.infer<typeof DepositRequest>;
export const DepositReceipt = z.object({ purse: PurseState, transaction: z.string() }).meta({ id: 'DepositReceipt' });

/** Proof by the purse's key, EIP-712 `Close(bytes32 channelId,uint64 issuedAt)`. */
export const CloseRequest = z.object({ issuedAt: Milliseconds, signature: Signature }).meta({ id: 'CloseRequest' });
export const CloseReceipt = z
  .object({ claimed: Amount, refunded: Amount, to: Address, transaction: z.string() })
  .meta({ id: 'CloseReceipt' });

/** What a channel is, and what of it is on chain as last seen. */
export const ChannelInfo = z
  .object({
    id: Bytes32,
    config: ChannelConfig,
    balance: Amount,
    claimed: Amount,
    withdrawing: Amount,
    withdrawableAt: Milliseconds.nullable().meta({ description: 'when the withdrawal under way can be finished' }),
  })
  .meta({ id: 'ChannelInfo' });
export type ChannelInfo = z.infer<typeof ChannelInfo>;

export const AddressMoney = z
  .object({ token: Amount, coin: z.string().regex(/^\d+$/).meta({ description: 'wei of the chain’s own coin' }) })
  .meta({ id: 'AddressMoney', description: 'what is at an address now' });

/** An EIP-3009 `TransferWithAuthorization` by a channel's payer; the server pays the gas. */
export const TransferRequest = z
  .object({
    from: Address,
    to: Address,
    value: Amount,
    validAfter: WholeSeconds,
    validBefore: WholeSeconds,
    nonce: Bytes32,
    signature: Signature,
  })
  .meta({ id: 'TransferRequest' });
export type TransferRequest = z.infer<typeof TransferRequest>;
export const TransferReceipt = z.object({ transaction: z.string() }).meta({ id: 'TransferReceipt' });

export const Named = z
  .object({
    name: z.string(),
    address: Address,
    primary: z.string().nullable().meta({ description: 'the name that the address gives itself, if it leads back' }),
  })
  .meta({ id: 'Named' });
