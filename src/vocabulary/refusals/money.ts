// Refusals of money: channels, links, tips.
import { sayPaymentReason } from '../payment-reasons.js';
import type { Wording } from './wording.js';

export const moneyRefusals = {
  voucher_wrong_signature: {
    status: 403,
    title: 'Voucher not signed by the purse’s key',
    say: (f) => `The voucher is not signed by this purse’s key for chain ${f.chainId} and this contract.`,
  },
  voucher_over_limit: {
    status: 409,
    title: 'Voucher over the limit',
    say: (f) => `The voucher promises ${f.amount}, but this purse holds ${f.limit}. Top it up or sign less.`,
  },
  voucher_too_low: {
    status: 409,
    title: 'Voucher too low',
    say: (f) => `A voucher for ${f.authorized} is already accepted. Sign a higher total.`,
  },
  voucher_needed: { status: 402, title: 'Voucher needed', say: () => 'Sign a voucher for a higher total to go on.' },
  payment_needed: {
    status: 402,
    title: 'Payment needed',
    say: () => 'This part of the stream is paid for. Open its watch page, or pay with an x402 client.',
  },
  payment_refused: {
    status: 402,
    title: 'Payment refused',
    say: (f) => `This payment cannot be taken: ${sayPaymentReason(String(f.reason))}.`,
  },
  out_of_credit: {
    status: 402,
    title: 'Out of credit',
    say: () => 'The credit is used up. Top up, or open another watch link.',
  },
  sponsor_unavailable: {
    status: 402,
    title: 'Sponsor unavailable',
    say: () => 'Whoever funds this link has stopped paying for now. Top up yourself, or ask for another link.',
  },
  sponsor_unfunded: {
    status: 409,
    title: 'Nothing behind the links',
    say: (f) =>
      `No money is behind the watch links of “${f.stream}” yet, so no link was made. Send ${f.symbol} to the sponsor’s ` +
      `address ${f.sponsor} on this chain, then make them again: what has arrived there is put behind them.`,
  },
  link_expired: {
    status: 402,
    title: 'Watch link expired',
    say: () => 'This watch link has expired. Ask for a new one, or pay from a purse of your own.',
  },
  link_revoked: {
    status: 402,
    title: 'Watch link revoked',
    say: () => 'Whoever gave out this watch link has taken it back. Ask for another, or pay from a purse of your own.',
  },
  not_sponsor: {
    status: 403,
    title: 'Not the sponsor',
    say: () => 'The signature is not by the sponsor whose channel this is.',
  },
  purse_closing: {
    status: 409,
    title: 'Purse closing',
    say: () => 'This purse is being paid out. Wait for it, then open a new channel.',
  },
  charge_refused: { status: 409, title: 'Charge refused', say: (f) => `This could not be charged: ${f.reason}.` },
  tip_too_small: { status: 400, title: 'Tip too small', say: (f) => `The smallest tip here is ${f.minimum}.` },
  channel_not_ours: {
    status: 400,
    title: 'Channel does not pay this host',
    say: (f) => `This channel cannot be used here: its ${f.field} is not the one this stream asks for.`,
  },
  chain_refused: {
    status: 409,
    title: 'Refused by the chain',
    say: (f) => `The chain refused this: ${f.reason}. Nothing was taken.`,
  },
  nothing_to_refund: { status: 409, title: 'Nothing to refund', say: () => 'Nothing is left in this channel.' },
  faucet_off: {
    status: 403,
    title: 'No faucet',
    say: () => 'There is no faucet on this chain: send real tokens instead.',
  },
  transfer_not_ours: {
    status: 403,
    title: 'Not from a channel here',
    say: () => 'Only money that was in a channel here can be sent on without gas. Put it into your balance first.',
  },
  ens_off: {
    status: 409,
    title: 'Names are not looked up',
    say: () => 'Names are not looked up on this chain. Use the address: 0x and 40 letters and digits.',
  },
  name_unknown: {
    status: 404,
    title: 'Name unknown',
    say: (f) => `The name “${f.name}” leads to no address. Check its spelling, or use the address.`,
  },
} as const satisfies Record<string, Wording>;
