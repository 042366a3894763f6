// Discord's rate limits: a window for each route and what it is about, and one for all that a bot asks.
import { Refused } from './refusals.js';

export interface Window {
  most: number;
  ms: number;
}

/** Discord publishes none of them and changes them; these are of the right kind. */
const perRoute: readonly { route: RegExp; window: Window }[] = [
  { route: /^(post|patch) \/channels\/\d+\/messages/, window: { most: 5, ms: 1000 } },
  { route: /^(post|patch|delete) \/webhooks\//, window: { most: 5, ms: 2000 } },
];
const otherwise: Window = { most: 100, ms: 1000 };
const everything: Window = { most: 50, ms: 1000 };

export function createLimits(clock: () => number) {
  const used = new Map<string, { count: number; until: number }>();

  function take(key: string, { most, ms }: Window): { left: number; seconds: number } {
    const now = clock();
    const before = used.get(key);
    const window = before && before.until > now ? before : { count: 0, until: now + ms };
    window.count += 1;
    used.set(key, window);
    return { left: most - window.count, seconds: (window.until - now) / 1000 };
  }

  const refuse = (seconds: number, global: boolean, headers: Record<string, string>): never => {
    const told = { retry_after: seconds, global };
    const scope = global
      ? { 'x-ratelimit-global': 'true', 'x-ratelimit-scope': 'global' }
      : { 'x-ratelimit-scope': 'user' };
    const all = { ...headers, ...scope, 'retry-after': `${Math.ceil(seconds)}` };
    throw new Refused(429, 0, 'You are being rate limited.', told, all);
  };

  return {
    refuse,
    /** The headers for an answer, or a 429. Interactions' own tokens count against no bot. */
    pass(method: string, path: string, byBot: boolean): Record<string, string> {
      if (path.startsWith('/interactions/')) return {};
      if (byBot) {
        const all = take('*', everything);
        if (all.left < 0) refuse(all.seconds, true, {});
      }
      // An edit of any message of a channel counts for that channel, as its routes do.
      const key = `${method} ${path.replace(/(\/messages)\/.+$/, '$1/one')}`;
      const window = perRoute.find(({ route }) => route.test(key))?.window ?? otherwise;
      const { left, seconds } = take(key, window);
      const headers = {
        'x-ratelimit-limit': `${window.most}`,
        'x-ratelimit-remaining': `${Math.max(0, left)}`,
        'x-ratelimit-reset': `${clock() / 1000 + seconds}`,
        'x-ratelimit-reset-after': seconds.toFixed(3),
        'x-ratelimit-bucket': Buffer.from(key.replace(/\d+/g, '')).toString('hex').slice(0, 32),
      };
      if (left < 0) refuse(seconds, false, headers);
      return headers;
    },
  };
}
