// /balance, /topup, /withdraw, /link: the money behind a chat account.
import { sayAmount } from '../amounts.js';
import { type Command, part } from '../command.js';
import type { Reply } from '../reply.js';
import type { CommandNeeds } from './needs.js';
import { question } from './question.js';

const short = (address: string): string => `${address.slice(0, 6)}…${address.slice(-4)}`;

export const balance = ({ house }: CommandNeeds): Command => ({
  name: 'balance',
  who: 'anyone',
  parts: {
    '': part({
      secret: true,
      args: {},
      async run({ person, words }): Promise<Reply> {
        const account = await house.chat.account(person);
        const say = (amount: bigint): string => sayAmount(amount, house.token);
        const gifts = account.allowances.reduce((sum, { left }) => sum + left, 0n);
        return {
          text: words.balance,
          facts: [
            [words.ownMoney, say(account.own.left)],
            ...(gifts > 0n ? [[words.allowed, say(gifts)] as const] : []),
            ...(account.linked ? [[words.linkedPage, say(account.linked.left)] as const] : []),
            [words.perCommand, say(account.caps.perCommand)],
            [words.perDay, say(account.caps.perDay - account.caps.spentToday)],
          ],
        };
      },
    }),
  },
});

export const topup = ({ house }: CommandNeeds): Command => ({
  name: 'topup',
  who: 'anyone',
  parts: {
    '': part({
      secret: true,
      args: {},
      async run({ person, words }): Promise<Reply> {
        const { address, page, leastShown, faucet, token } = await house.chat.topUp(person);
        const test = faucet ? [{ label: words.testTokens, press: 'do:faucet' } as const] : [];
        return {
          text: `${words.topUpText(token.symbol, house.chainName)} ${words.leastTopUp(leastShown)}`,
          facts: [[words.address, address]],
          buttons: [[{ label: words.openTopUp, url: page }, ...test]],
        };
      },
    }),
  },
});

/** Only where tokens are worth nothing; from the button of /topup. */
export const faucet = ({ house }: CommandNeeds): Command => ({
  name: 'faucet',
  who: 'anyone',
  parts: {
    '': part({
      secret: true,
      args: {},
      run: async ({ person, words }): Promise<Reply> => ({
        text: words.gotTestTokens(sayAmount(await house.chat.fromFaucet(person), house.token)),
      }),
    }),
  },
});

export const withdraw = ({ house }: CommandNeeds): Command => ({
  name: 'withdraw',
  who: 'anyone',
  parts: {
    '': part({
      secret: true,
      args: { to: { kind: 'address' } },
      async run(ask, { to }): Promise<Reply> {
        const { person, words, id } = ask;
        if (!ask.confirmed) {
          const { own } = await house.chat.account(person);
          const shown = sayAmount(own.left, house.token);
          return question(ask, words.withdrawCheck(shown, to), words.yes(shown));
        }
        const paid = await house.chat.withdraw(person, { id: `${person.platform}-${id}`, to });
        return {
          text: words.withdrawn(sayAmount(paid.amount, house.token), short(paid.to)),
          facts: [[words.transaction, paid.transaction]],
        };
      },
    }),
  },
});

export const link = ({ house }: CommandNeeds): Command => ({
  name: 'link',
  who: 'anyone',
  parts: {
    '': part({
      secret: true,
      args: {},
      async run({ person, words }): Promise<Reply> {
        const { code, page } = await house.chat.issueCode(person, person.name);
        return { text: words.linkText(code), buttons: [[{ label: words.openPage, url: page }]] };
      },
    }),
  },
});
