// The key path over node:http, in front of everything else.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer, KeyAnswers } from './answers.js';

/** Returns a handler that answers key requests and tells whether the request was one. */
export function createKeyPath(answers: KeyAnswers): (req: IncomingMessage, res: ServerResponse) => boolean {
  return (req, res) => {
    const send = ({ status, common, more, body }: Answer): void => {
      // Names and values by turns Node sends as they are; and the body together with them, because it is text to Node.
      res.writeHead(status, [...common.pairs, ...more]).end(body, 'latin1');
    };
    const answer = answers(req, (then) => void res.once('close', then));
    if (answer instanceof Promise) void answer.then(send);
    else if (answer) send(answer);
    return answer !== undefined;
  };
}
