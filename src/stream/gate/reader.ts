// Reads a plain key request from its bytes, and nothing else: of what is not understood to the letter nothing is made.

/** What is minded here, and so must not come twice. */
const minded = ['host', 'connection', 'authorization', 'prefer', 'x-forwarded-for'];
/** What says something about the connection, or about bytes behind the headers; and the payment that comes with a request. */
const elsewhere = [
  ...['content-length', 'transfer-encoding', 'trailer', 'te', 'expect', 'upgrade', 'http2-settings'],
  ...['keep-alive', 'proxy-connection', 'payment-signature'],
];

/** More than this Node reads by itself. */
const mostBytes = 8192;
const mostHeaders = 64;

const firstLine = /GET (\/keys\/[a-z0-9-]{1,32}\/\d{1,12}) HTTP\/1\.1\r\n/y;
/** Nothing but what ASCII prints, one space before a value and none behind. */
const header = new RegExp(
  `(?:(${minded.join('|')})|(${elsewhere.join('|')})|[a-z0-9-]+): ([!-~](?:[ -~]*[!-~])?)\\r\\n`,
  'iy',
);

export interface PlainRequest {
  url: string;
  headers: Record<string, string>;
}

/** Notes what is minded; false when a header is not for here. */
function note(headers: Record<string, string>, name: string, value: string): boolean {
  const key = name.toLowerCase();
  if (headers[key] !== undefined) return false;
  headers[key] = value;
  return key !== 'connection' || value.toLowerCase() === 'keep-alive';
}

/** The headers that begin at `from`, where they and the blank line behind them are all that is left. */
function headersOf(text: string, from: number): Record<string, string> | null {
  const headers: Record<string, string> = {};
  const blank = text.length - 2;
  header.lastIndex = from;
  for (let i = 0; i < mostHeaders; i++) {
    const [, name, other, value] = header.exec(text) ?? [];
    if (value === undefined || other || (name && !note(headers, name, value))) return null;
    if (header.lastIndex === blank) return text.endsWith('\r\n') && headers.host !== undefined ? headers : null;
  }
  return null;
}

/** Null unless these bytes are one whole request for a key by GET, without a body or anything of another kind. */
export function readKeyRequest(bytes: Buffer): PlainRequest | null {
  if (bytes.length > mostBytes) return null;
  const text = bytes.toString('latin1');
  firstLine.lastIndex = 0;
  const url = firstLine.exec(text)?.[1];
  const headers = url && headersOf(text, firstLine.lastIndex);
  return headers ? { url, headers } : null;
}
