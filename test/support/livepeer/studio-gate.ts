// A stand-in for the gate of Livepeer Studio, as its source has it: sessions, each looked at when it begins and when its time is over;
// tokens judged here, access keys by the host's webhook; what was answered is kept for minutes, and no answer lets in.
import { createHmac, createPublicKey, randomBytes, verify } from 'node:crypto';

export interface Policy {
  type: string;
  webhookId?: string;
  webhookContext?: unknown;
  refreshInterval?: number;
}

/** What a viewer has brought. */
export interface Credential {
  accessKey?: string | undefined;
  jwt?: string | undefined;
}

export interface Webhook {
  id: string;
  name: string;
  events: string[];
  url: string;
  sharedSecret?: string;
}

export interface Watched {
  playbackId: string;
  playbackPolicy: Policy;
}

/** As Studio signs what it sends. */
export const signatureOf = (body: string, secret: string, timestamp: number): string =>
  `t=${timestamp},v1=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** Throws where a token is not what lets in; the public key that signed it. */
function judge(token: string, publicKey: string, playbackId: string): string {
  const [head = '', body = '', signature = ''] = token.split('.');
  const key = createPublicKey(Buffer.from(publicKey, 'base64'));
  const whole = Buffer.from(`${head}.${body}`);
  const right = verify('sha256', whole, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
  const read = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString());
  const claims = read(body);
  if (!right || read(head).alg !== 'ES256') throw new Error('not signed by the key');
  if (claims.action !== 'pull' || claims.pub !== publicKey || claims.sub !== playbackId)
    throw new Error('not for this');
  if (!claims.iss || !(claims.exp * 1000 > Date.now())) throw new Error('over');
  return claims.pub;
}

interface Answer {
  allow: boolean;
  maxAge: number;
  stale: number;
  refresh: number;
}

export function createStudioGate(needs: {
  publicKey: string;
  webhooks: ReadonlyMap<string, Webhook>;
  /** How long one of Studio's seconds takes here, ms. */
  secondMs: number;
  onRefused: (why: string) => void;
}) {
  const { webhooks, secondMs, onRefused } = needs;
  const verdicts = new Map<string, Map<string, { allow: boolean; freshUntil: number; until: number }>>();
  const sessions = new Map<string, { watched: Watched; credential: Credential; valid: boolean }>();
  const refreshes = new Map<string, { every: number; last: number }>();

  /** One stream at a time, every five seconds. */
  const refreshing = setInterval(() => {
    const now = Date.now();
    const due = [...refreshes].find(([, { every, last }]) => now - last > every * secondMs);
    if (!due) return;
    const [playbackId, record] = due;
    record.last = now;
    verdicts.delete(playbackId);
    for (const session of sessions.values()) if (session.watched.playbackId === playbackId) session.valid = false;
  }, 5 * secondMs);

  async function fire(policy: Policy, accessKey: string): Promise<Response> {
    const webhook = webhooks.get(policy.webhookId ?? '');
    if (!webhook) throw new Error('no such webhook');
    const timestamp = Date.now();
    const headers = { Host: 'studio', 'X-Tlive-Spanid': randomBytes(8).toString('hex') };
    const body = JSON.stringify({ context: policy.webhookContext, accessKey, timestamp, userIP: '127.0.0.1', headers });
    const signature = webhook.sharedSecret && signatureOf(body, webhook.sharedSecret, timestamp);
    return fetch(webhook.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(signature && { 'Livepeer-Signature': signature }) },
      body,
      // Of real seconds, however fast the rest goes: who answers is as slow as ever.
      signal: AbortSignal.timeout(2000),
    });
  }

  /** What its API says: refusals are kept as long as leave. */
  async function ask({ playbackPolicy: policy }: Watched, { accessKey }: Credential): Promise<Answer> {
    const answer = { maxAge: 120, stale: 600, refresh: policy.refreshInterval ?? 0 };
    if (policy.type !== 'webhook') return { ...answer, allow: true };
    if (!accessKey) return { ...answer, allow: false };
    try {
      const response = await fire(policy, accessKey);
      const body = await response.text();
      const ret = body ? (JSON.parse(body) as { ret?: number }).ret : undefined;
      const status = response.ok && ret ? ret : response.status;
      return { ...answer, allow: status >= 200 && status < 300 };
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError') return { ...answer, refresh: 60, allow: true };
      return { ...answer, allow: false };
    }
  }

  async function look(watched: Watched, name: string, credential: Credential): Promise<boolean> {
    const { playbackId } = watched;
    const { allow, maxAge, stale, refresh } = await ask(watched, credential);
    const now = Date.now();
    if (refresh > 0 && !refreshes.has(playbackId)) refreshes.set(playbackId, { every: refresh, last: now });
    const of = verdicts.get(playbackId) ?? new Map();
    verdicts.set(
      playbackId,
      of.set(name, { allow, freshUntil: now + maxAge * secondMs, until: now + stale * secondMs }),
    );
    return allow;
  }

  async function judged(watched: Watched, credential: Credential): Promise<boolean> {
    const { accessKey, jwt } = credential;
    if (watched.playbackPolicy.type === 'jwt') judge(`${jwt}`, needs.publicKey, watched.playbackId);
    const name = accessKey ? `accessKey_${accessKey}` : `jwtPubKey_${needs.publicKey}`;
    const known = verdicts.get(watched.playbackId)?.get(name);
    if (!known || known.until < Date.now()) return look(watched, name, credential);
    if (known.freshUntil < Date.now()) void look(watched, name, credential);
    return known.allow;
  }

  async function admits(watched: Watched, credential: Credential): Promise<boolean> {
    try {
      const allow = await judged(watched, credential);
      if (!allow) onRefused('the host says no');
      return allow;
    } catch (error) {
      onRefused(error instanceof Error ? error.message : String(error));
      return false;
    }
  }

  return {
    /** The token of a new session; null: not let in. */
    async begin(watched: Watched, credential: Credential): Promise<string | null> {
      if (!(await admits(watched, credential))) return null;
      const token = randomBytes(8).toString('hex');
      sessions.set(token, { watched, credential, valid: true });
      return token;
    },
    /** Whether that session may go on; what a request brings takes the place of what was brought before. */
    async goesOn(token: string, credential: Credential): Promise<boolean> {
      const session = sessions.get(token);
      if (!session) return false;
      if (credential.accessKey || credential.jwt) session.credential = credential;
      session.valid ||= await admits(session.watched, session.credential);
      return session.valid;
    },
    stop: () => clearInterval(refreshing),
  };
}
