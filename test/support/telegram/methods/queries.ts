// Answers to pressed buttons and to inline queries: once, and soon.
import type { InlineQueryResultArticle } from 'telegraf/types';
import { checkMarkup } from '../keyboard.js';
import { bad } from '../refusal.js';
import type { World } from '../world.js';
import { textOf } from './sending.js';

export interface Toast {
  text?: string;
  show_alert?: boolean;
  url?: string;
}

interface Asked {
  chat: number;
  at: number;
  /** Once it is. */
  toast: Toast | null;
  results: InlineQueryResultArticle[] | null;
}

const tooOld = 'query is too old and response timeout expired or query ID is invalid';

export function queries(world: World, livesMs: number) {
  const open = new Map<string, Asked>();

  function answerable(id: string): Asked {
    const asked = open.get(id);
    if (!asked || performance.now() - asked.at > livesMs || asked.toast || asked.results) throw bad(tooOld);
    return asked;
  }

  function checkResult({ id, title, input_message_content: content, reply_markup, type }: InlineQueryResultArticle) {
    if (type !== 'article' || !('message_text' in content)) throw bad("can't parse inline query result");
    if (!title) throw bad('ARTICLE_TITLE_EMPTY');
    if (Buffer.byteLength(id) < 1 || Buffer.byteLength(id) > 64) throw bad('RESULT_ID_INVALID');
    textOf({ text: content.message_text, ...(content.parse_mode && { parse_mode: content.parse_mode }) });
    checkMarkup(reply_markup, false);
  }

  return {
    open,
    methods: {
      answerCallbackQuery({ callback_query_id: id, ...toast }: Toast & { callback_query_id: string }): true {
        const asked = answerable(id);
        if ((toast.text?.length ?? 0) > 200) throw bad('MESSAGE_TOO_LONG');
        const own = new RegExp(`^https://t\\.me/${world.bot.username}\\?start=[A-Za-z0-9_-]{1,64}$`);
        if (toast.url !== undefined && !own.test(toast.url)) throw bad('URL_INVALID');
        asked.toast = toast;
        world.happen({ kind: 'answered', chat: asked.chat, message: null, query: id });
        return true;
      },
      answerInlineQuery(body: { inline_query_id: string; results: InlineQueryResultArticle[] }): true {
        const asked = answerable(body.inline_query_id);
        const { results } = body;
        if (results.length > 50) throw bad('RESULTS_TOO_MUCH');
        if (new Set(results.map(({ id }) => id)).size !== results.length) throw bad('RESULT_ID_DUPLICATE');
        for (const result of results) checkResult(result);
        asked.results = results;
        world.happen({ kind: 'answered', chat: asked.chat, message: null, query: body.inline_query_id });
        return true;
      },
    },
  };
}
export type Queries = ReturnType<typeof queries>;
