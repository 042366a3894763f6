// What Livepeer asks us: whether a gateway may take what is pushed to it. Beside the API, in Livepeer's own shapes.
import express, { type Router } from 'express';
import { z } from 'zod';
import { sameSecret } from '../secrets.js';

export const livepeerPath = '/livepeer';

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
