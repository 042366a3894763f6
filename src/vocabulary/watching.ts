// What a viewer’s page and the server say to each other: sessions, vouchers, tips.
import { z } from 'zod';
import { PurseState } from './events.js';
import { Address, Amount, Bytes32, IdempotencyId, Milliseconds, plainText, Signature, StreamId } from './values.js';

/** Proof that the caller holds a key: EIP-712 `Session(string stream,uint64 issuedAt)`, issuedAt in ms by the server's clock. */
export const SessionRequest = z
  .object({ stream: StreamId, signer: Address, issuedAt: Milliseconds, signature: Signature })
  .meta({ id: 'SessionRequest' });

export const SessionInfo = z
  .object({
    session: z.string(),
    stream: StreamId,
    signer: Address,
    purses: z.array(PurseState),
    previewLeftMs: Milliseconds,
    serverTime: Milliseconds,
  })
  .meta({ id: 'SessionInfo' });
export type SessionInfo = z.infer<typeof SessionInfo>;

const keyNumber = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
export const KeyCostsQuery = z.object({ from: keyNumber, to: keyNumber });

/** What the keys from one to another cost a viewer who goes back to them. */
export const KeyCosts = z
  .object({
    costs: z.array(z.object({ n: z.number().int(), cost: Amount, durationMs: Milliseconds })).meta({
      description: 'each holds for key n and those after it, up to the next entry; the free preview not counted',
    }),
    had: z.array(z.tuple([z.number().int(), z.number().int()])).meta({
      description: 'first and last of each run of keys that this payer was given: they cost him nothing more',
    }),
  })
  .meta({ id: 'KeyCosts' });
export type KeyCosts = z.infer<typeof KeyCosts>;

/** For players that can send no token: playlists and keys below `folder`, for the session that asked for it. */
export const NativeTicket = z
  .object({ folder: z.string().meta({ description: 'root-relative; has each cam’s playlist, and `state.json`' }) })
  .meta({ id: 'NativeTicket' });

/** What opens video at Livepeer Studio to the session's viewer; paid for by keys, as all video is. */
export const StudioPasses = z
  .object({
    key: z
      .number()
      .int()
      .nullable()
      .meta({ description: 'the key to pay for now; null while nothing is on air there' }),
    header: z.string().meta({ description: 'the header of playlist requests that takes a pass' }),
    passes: z
      .array(z.object({ playbackId: z.string(), value: z.string() }))
      .meta({ description: 'one for each cam; none unless the session has paid for the present' }),
  })
  .meta({ id: 'StudioPasses' });
export type StudioPasses = z.infer<typeof StudioPasses>;

/** Cumulative: "up to `maxClaimableAmount` in total", EIP-712 `Voucher(bytes32 channelId,uint128 maxClaimableAmount)`. */
export const VoucherRequest = z
  .object({ channelId: Bytes32, maxClaimableAmount: Amount, signature: Signature })
  .meta({ id: 'VoucherRequest', description: 'channelId is the purse’s id: a channel’s, or a watch link’s' });

export const TipRequest = z
  .object({ id: IdempotencyId, amount: Amount, name: plainText(40), message: plainText(280) })
  .meta({ id: 'TipRequest' });
export const TipReceipt = z
  .object({
    id: z.string(),
    n: z.number().int(),
    amount: Amount,
    name: z.string(),
    message: z.string(),
    at: Milliseconds,
    purse: PurseState,
  })
  .meta({ id: 'TipReceipt' });
export type TipReceipt = z.infer<typeof TipReceipt>;
