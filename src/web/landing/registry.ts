// All open streams of a chain, read from the stream registry alone: entries from the contract, the rest from where they lead.

/** Texts of strangers, checked for shape only. Prices in base units for a second. */
export interface Listed {
  id: string;
  title: string;
  payout: string;
  /** The site that its metadata comes from; empty when the entry carries it itself. */
  site: string;
  watch: string;
  live: boolean;
  price: bigint;
  token: { symbol: string; decimals: number };
}

interface Entry {
  id: string;
  title: string;
  payout: string;
  metadataURI: string;
}

/** Newest first; more than this is another page's work. */
const most = 60;
const patienceMs = 5000;
const longestMetadata = 20_000;

const abi = [
  'function count() view returns (uint256)',
  `function page(uint256 start, uint256 limit) view returns (bytes32[] ids,
    tuple(address host, bool closed, address payout, address offeredTo, bytes32 name, string title, string metadataURI)[] found)`,
];

/** Rejects when the node does not answer. */
async function entries(rpcUrl: string, registry: string): Promise<Entry[]> {
  const { Interface } = await import('ethers');
  const list = new Interface(abi);
  const call = async (method: string, ...args: unknown[]) => {
    const params = [{ to: registry, data: list.encodeFunctionData(method, args) }, 'latest'];
    const response = await fetch(rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_call', params }),
      signal: AbortSignal.timeout(patienceMs),
    });
    const { result } = (await response.json()) as { result: string };
    return list.decodeFunctionResult(method, result);
  };
  const [count] = (await call('count')) as unknown as [bigint];
  const start = count > BigInt(most) ? count - BigInt(most) : 0n;
  const { ids, found } = (await call('page', start, most)) as unknown as {
    ids: string[];
    found: (Omit<Entry, 'id'> & { closed: boolean })[];
  };
  return [...found]
    .flatMap(({ closed, title, payout, metadataURI }, i) =>
      closed ? [] : [{ id: ids[i] ?? '', title, payout, metadataURI }],
    )
    .reverse();
}

const webUrl = (text: unknown): URL | null => {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : null;
  return url && /^https?:$/.test(url.protocol) ? url : null;
};

/** The JSON that a metadata URI leads to: an address on the web, or a `data:` URI. */
async function metadata(uri: string): Promise<Record<string, unknown>> {
  const inline = /^data:application\/json(;charset=utf-8)?(;base64)?,(.*)$/is.exec(uri);
  if (inline) {
    const [, , base64, body = ''] = inline;
    const bytes = base64 && Uint8Array.from(atob(body), (char) => char.charCodeAt(0));
    return JSON.parse(bytes ? new TextDecoder().decode(bytes) : decodeURIComponent(body));
  }
  const url = webUrl(uri);
  if (!url) throw new Error('not an address of the web');
  const response = await fetch(url, {
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    signal: AbortSignal.timeout(patienceMs),
  });
  const text = await response.text();
  if (!response.ok || text.length > longestMetadata) throw new Error('no metadata there');
  return JSON.parse(text);
}

/** Null when what the entry leads to is not a stream that can be opened. */
export async function describe({ id, title, payout, metadataURI }: Entry): Promise<Listed | null> {
  try {
    const { watch, state, price, token } = await metadata(metadataURI);
    const { symbol, decimals } = token as { symbol: unknown; decimals: unknown };
    const page = webUrl(watch);
    const site = webUrl(metadataURI);
    // Whoever describes a stream may send people to his own site only.
    if (!page || (site && site.origin !== page.origin)) return null;
    if (!/^\d{1,39}$/.test(String(price)) || typeof symbol !== 'string') return null;
    if (!Number.isInteger(decimals) || Number(decimals) < 0 || Number(decimals) > 36) return null;
    const tokenShown = { symbol: symbol.slice(0, 12), decimals: Number(decimals) };
    const about = { live: state === 'live', price: BigInt(String(price)), token: tokenShown };
    return { id, title, payout, site: page.host, watch: page.href, ...about };
  } catch {
    return null;
  }
}

/** What is on comes first. Rejects when the node does not answer. */
export async function listFromChain({
  rpcUrl,
  registry,
}: {
  rpcUrl: string | null;
  registry: string;
}): Promise<Listed[]> {
  if (!rpcUrl) return [];
  const described = await Promise.all((await entries(rpcUrl, registry)).map(describe));
  return described.filter((one) => one !== null).sort((a, b) => Number(b.live) - Number(a.live));
}
