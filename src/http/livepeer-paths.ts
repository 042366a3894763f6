// What Livepeer asks us: whether a gateway may take what is pushed to it, and whether Studio may show a viewer what it has.
// Beside the API, in Livepeer's own shapes.
import express, { type Router } from 'express';
import { z } from 'zod';
import { sameSecret } from '../secrets.js';
import { createSignatureJudge } from './livepeer-signature.js';

export const livepeerPath = '/livepeer';
/** Below it. */
export const accessPath = '/access';

const Question = z.object({ url: z.string().max(2000) });

/** `authorize` answers what the gateway is to make, or null. */
export function livepeerPaths(needs: { secret: string; authorize: (url: string) => object | null }): Router {
  const router = express.Router();
  router.post('/auth/:secret', express.json({ type: () => true, limit: '8kb' }), (req, res) => {
    const question = Question.safeParse(req.body);
    const known = sameSecret(req.params.secret, needs.secret);
    const answer = known && question.success ? needs.authorize(question.data.url) : null;
    res.set('cache-control', 'no-store');
    if (answer) res.json(answer);
    else res.sendStatus(403);
  });
  return router;
}

/** There is more in it, such as the viewer's address: nothing of ours depends on that. */
const AccessQuestion = z.object({
  context: z.object({ stream: z.string().max(32) }),
  accessKey: z.string().max(200),
  timestamp: z.number(),
});

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return null;
  }
}

/** Studio's access-control webhook: 2xx lets in, anything else does not; a `ret` in the body would count for more. */
export function livepeerAccess(needs: {
  secret: string;
  admits: (stream: string, accessKey: string) => boolean;
  /** Of a question that nobody but an impostor, or a wrong clock, asks. */
  onFalse: (reason: string) => void;
  now?: () => number;
}): Router {
  const router = express.Router();
  const judge = createSignatureJudge({ secret: needs.secret, now: needs.now ?? Date.now });
  router.post(accessPath, express.raw({ type: () => true, limit: '32kb' }), (req, res) => {
    const body = req.body instanceof Buffer ? req.body : Buffer.alloc(0);
    const question = AccessQuestion.safeParse(parsed(body));
    const wrong = judge(req.get('livepeer-signature'), body, question.data?.timestamp);
    if (wrong) needs.onFalse(wrong);
    const admitted = !wrong && question.success && needs.admits(question.data.context.stream, question.data.accessKey);
    res.set('cache-control', 'no-store');
    if (admitted) res.json({});
    else res.status(wrong ? 401 : 403).json({ ret: wrong ? 401 : 403 });
  });
  return router;
}
