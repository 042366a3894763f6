// The routes by which a page without a node of its own looks after its money: channels, addresses, names, payouts.
import type { Ens, Payments } from '../payments/index.js';
import { Problem } from '../vocabulary/problems.js';
import type { Handlers } from './mount.js';

type Routes = Pick<Handlers, 'getChannel' | 'getAddress' | 'postTransfer' | 'getName'>;

export function createWalletHandlers({ payments, ens }: { payments: Payments; ens: Ens }): Routes {
  return {
    getChannel: async ({ params }) => {
      const channel = payments.channels.get(params.purse);
      if (!channel) throw new Problem('unknown_purse');
      const { id, config, balance, claimed, withdrawing, withdrawAt } = channel;
      const withdrawableAt = withdrawing > 0n ? (withdrawAt + config.withdrawDelay) * 1000 : null;
      return {
        ...{ id, config, withdrawableAt },
        ...{ balance: `${balance}`, claimed: `${claimed}`, withdrawing: `${withdrawing}` },
      };
    },
    getAddress: async ({ params }) => {
      const { token, coin } = await payments.addresses.look(params.address);
      return { token: `${token}`, coin: `${coin}` };
    },
    postTransfer: async ({ body: { signature, value, validAfter, validBefore, ...rest } }) => {
      const times = { validAfter: BigInt(validAfter), validBefore: BigInt(validBefore) };
      const transaction = await payments.addresses.sendOn({ ...rest, ...times, value: BigInt(value) }, signature);
      return { transaction };
    },
    getName: ({ params }) => ens.find(params.name),
  };
}
