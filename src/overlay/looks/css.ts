// Whether a host's own CSS may be used: it parses, and fetches nothing from anywhere else. What the browser does with it is
// held by the page's content security policy all the same.
import { ident, parse, type SyntaxParseError, string, tokenize, tokenNames, url } from 'css-tree';

/** What is wrong with it, as the rest of a sentence; null: nothing. */
export function troubleOf(css: string, origin: string): string | null {
  return tokenTrouble(css, origin) ?? grammarTrouble(css);
}

function grammarTrouble(css: string): string | null {
  let first: SyntaxParseError | undefined;
  parse(css, {
    positions: true,
    onParseError: (error) => {
      first ??= error;
    },
  });
  return first ? `line ${first.line}: ${first.message.replace(/\.$/, '')}` : null;
}

const lineOf = (css: string, at: number): number => css.slice(0, at).split('\n').length;
/** In these, every string is an address. */
const fetching = /^(-webkit-)?(url|src|image|image-set|cross-fade)$/;
const closes: Record<string, string> = { '{': '}', '(': ')', '[': ']' };
const nameOf = (text: string): string => ident.decode(text.replace(/^@|\($/g, '')).toLowerCase();

function tokenTrouble(css: string, origin: string): string | null {
  const open: { ends: string; fetches: boolean; at: number }[] = [];
  let trouble: string | null = null;
  const say = (at: number, what: string): void => {
    trouble ??= `line ${lineOf(css, at)}: ${what}`;
  };
  tokenize(css, (type, from, to) => {
    const [kind, text] = [tokenNames[type] ?? '', css.slice(from, to)];
    const inside = open.at(-1);
    if (kind === 'at-keyword-token' && nameOf(text) === 'import') say(from, '@import is not allowed');
    else if (kind === 'url-token') checkAddress(url.decode(text), from);
    else if (kind === 'string-token' && inside?.fetches) checkAddress(string.decode(text), from);
    else if (kind.startsWith('bad-')) say(from, 'a quotation mark or bracket is missing');
    else if (kind === 'function-token')
      open.push({ ends: ')', fetches: fetching.test(nameOf(text)) || inside?.fetches === true, at: from });
    else if (closes[text] !== undefined) open.push({ ends: closes[text], fetches: inside?.fetches === true, at: from });
    else if ('})]'.includes(text) && open.pop()?.ends !== text) say(from, `there is a “${text}” too many`);
  });
  function checkAddress(address: string, at: number): void {
    const ours = URL.canParse(address, origin) && new URL(address, origin).origin === origin;
    if (!ours && !/^(data:|#)/i.test(address)) say(at, 'url() takes only data: and addresses of this server');
  }
  const left = open.at(-1);
  if (left) say(left.at, `a “${left.ends}” is missing`);
  return trouble;
}
