// Refusals of chat purses. Amounts come worded, with the token’s symbol.
import type { Wording } from './wording.js';

export const chatRefusals = {
  chat_top_up_needed: {
    status: 402,
    title: 'Not enough in the chat purse',
    say: (f) => `That costs ${f.amount}, and you have ${f.left} here. Top up with /topup, then try again.`,
  },
  chat_over_command: {
    status: 403,
    title: 'Over the limit for one command',
    say: (f) => `One command may spend at most ${f.most}. Spend less, or raise your limit with /settings.`,
  },
  chat_over_day: {
    status: 403,
    title: 'Over the limit for a day',
    say: (f) =>
      `You spend at most ${f.most} in 24 hours, and ${f.spent} is spent. Wait, or raise your limit with /settings.`,
  },
  chat_link_unsigned: {
    status: 402,
    title: 'Not signed by the linked page',
    say: () => 'Your linked page has not signed for that much yet. Open the page once, or top up here with /topup.',
  },
  chat_code_wrong: {
    status: 404,
    title: 'Wrong code',
    say: () => 'That code is wrong, used, or older than ten minutes. Get a new one in chat with /link.',
  },
  chat_linked_already: {
    status: 409,
    title: 'Linked already',
    say: () => 'This chat account is linked to another page. Unlink it there or in chat with /link, then try again.',
  },
  chat_withdrawing: {
    status: 409,
    title: 'Being paid out',
    say: () => 'Your chat purse is being paid out. Wait a minute, then try again.',
  },
  chat_nothing_left: {
    status: 409,
    title: 'Nothing to withdraw',
    say: () =>
      'There is nothing of yours in this chat purse to withdraw. What a sponsor allows you stays the sponsor’s.',
  },
  telegram_off: {
    status: 404,
    title: 'No Telegram bot',
    say: () => 'No Telegram bot runs here. Open the show by its web address.',
  },
  telegram_unproven: {
    status: 401,
    title: 'Not opened in Telegram',
    say: () => 'Telegram does not vouch for this any more. Close it, and open it again from the chat.',
  },
  css_refused: {
    status: 400,
    title: 'CSS refused',
    say: (f) => `This CSS cannot be used: ${f.reason}. The overlay stays as it was.`,
  },
} as const satisfies Record<string, Wording>;
