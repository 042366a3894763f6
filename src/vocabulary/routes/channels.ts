// The routes of payment channels: money in, money out, names.
import { z } from 'zod';
import {
  AddressMoney,
  ChannelInfo,
  CloseReceipt,
  CloseRequest,
  DepositReceipt,
  DepositRequest,
  Named,
  TransferReceipt,
  TransferRequest,
} from '../channels.js';
import { Address, Amount } from '../values.js';
import { purse, type Route } from './route.js';

export const channelRoutes = {
  postDeposit: {
    method: 'post',
    path: '/api/channels',
    summary: 'Open or top up a channel by an x402 deposit payload; the server pays the gas',
    who: 'anyone',
    body: DepositRequest,
    answer: DepositReceipt,
  },
  getChannel: {
    method: 'get',
    path: '/api/channels/{purse}',
    summary: 'A channel and what of it is on chain',
    who: 'anyone',
    params: purse,
    answer: ChannelInfo,
  },
  getAddress: {
    method: 'get',
    path: '/api/addresses/{address}',
    summary: 'The tokens at an address, so that a page can see them arrive',
    who: 'anyone',
    params: z.object({ address: Address }),
    answer: AddressMoney,
  },
  postTransfer: {
    method: 'post',
    path: '/api/transfers',
    summary: 'Send on what came back from a channel, by its payer’s EIP-3009 signature; the server pays the gas',
    who: 'anyone',
    body: TransferRequest,
    answer: TransferReceipt,
  },
  getName: {
    method: 'get',
    path: '/api/names/{name}',
    summary: 'The address that an ENS name leads to',
    who: 'anyone',
    params: z.object({ name: z.string().min(3).max(255) }),
    answer: Named,
  },
  closeChannel: {
    method: 'post',
    path: '/api/channels/{purse}/close',
    summary: 'Claim what is spent and refund the rest to the payer',
    who: 'anyone',
    params: purse,
    body: CloseRequest,
    answer: CloseReceipt,
  },
  postFaucet: {
    method: 'post',
    path: '/api/faucet',
    summary: 'Test tokens, on a development chain only',
    who: 'anyone',
    body: z.object({ address: Address }).meta({ id: 'FaucetRequest' }),
    answer: z.object({ amount: Amount, transaction: z.string() }).meta({ id: 'FaucetReceipt' }),
  },
} as const satisfies Record<string, Route>;
