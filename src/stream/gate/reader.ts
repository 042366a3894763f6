// Reads a plain key request from its bytes, and nothing else: of what is not understood to the letter nothing is made.

/** What says something about the connection, or about bytes behind the headers; and the payment that comes with a request. */
const elsewhere = new Set([
  ...['content-length', 'transfer-encoding', 'expect', 'upgrade', 'proxy-connection', 'keep-alive', 'te', 'trailer'],
  ...['http2-settings', 'payment-signature'],
]);
/** What is minded here, and so must not come twice. */
const minded = new Set(['host', 'connection', 'authorization', 'prefer', 'x-forwarded-for']);

const first = /GET (\/keys\/[a-z0-9-]{1,32}\/\d{1,12}) HTTP\/1\.1\r\n/y;
/** No space around a value but the one before it, nothing but ASCII, one line each. */
const header = /([A-Za-z0-9-]+): ?([!-~](?:[ -~]*[!-~])?)\r\n/y;

/** More than this Node reads by itself. */
const mostBytes = 8192;
const mostHeaders = 64;

export type PlainHeaders = Record<string, string>;

export interface PlainRequest {
  url: string;
  headers: PlainHeaders;
}

/** Notes what is minded; false when this header is not for here. */
function note(headers: PlainHeaders, name: string, value: string): boolean {
  if (elsewhere.has(name)) return false;
  if (!minded.has(name)) return true;
  if (headers[name] !== undefined) return false;
  headers[name] = value;
  return name !== 'connection' || value.toLowerCase() === 'keep-alive';
}

/** The headers that begin at `from`, where they and the blank line behind them are all that is left. */
function headersOf(text: string, from: number): PlainHeaders | null {
  const headers: PlainHeaders = {};
  const end = text.length - 2;
  header.lastIndex = from;
  for (let i = 0; i < mostHeaders && header.lastIndex < end; i++) {
    const [, name, value] = header.exec(text) ?? [];
    if (!name || !value || !note(headers, name.toLowerCase(), value)) return null;
    if (header.lastIndex === end) return headers.host !== undefined && text.endsWith('\r\n') ? headers : null;
  }
  return null;
}

/** Null unless these bytes are one whole request for a key by GET, without a body or anything of another kind. */
export function readKeyRequest(bytes: Buffer): PlainRequest | null {
  if (bytes.length > mostBytes) return null;
  const text = bytes.toString('latin1');
  first.lastIndex = 0;
  const url = first.exec(text)?.[1];
  const headers = url && headersOf(text, first.lastIndex);
  return headers ? { url, headers } : null;
}
