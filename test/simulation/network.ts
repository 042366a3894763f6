// Between people and the server: messages that are lost, late, doubled and out of order; only an answer that comes is believed.
import { Problem } from '../../src/vocabulary/problems.js';
import type { Random } from '../support/random.js';
import type { Clock } from './clock.js';
import { type Answer, inWords, type Request } from './house/requests.js';
import type { Trace } from './trace.js';

export interface NetFaults {
  lost: number;
  doubled: number;
  /** The longest a message takes, ms. */
  slow: number;
}

/** What comes back: an answer, a refusal with its facts, or nothing in time. */
export type Reply =
  | { kind: 'answer'; answer: Answer }
  | { kind: 'refused'; code: string; facts: Readonly<Record<string, string | number | undefined>> }
  | { kind: 'nothing' };

export type Ask = (who: string, request: Request, hear: (reply: Reply) => void) => void;

/** A page gives up on a request after this long. */
const patienceMs = 150_000;

export function createNetwork(needs: {
  clock: Clock;
  random: Random;
  trace: Trace;
  faults: NetFaults;
  /** Null while no server is up. */
  serve: (request: Request) => Promise<Answer> | null;
  onInternal: (request: Request, error: unknown) => void;
}): { ask: Ask } {
  const { clock, random, trace, faults } = needs;
  const travel = (): number => random.wait(5, faults.slow);

  function arrive(who: string, request: Request, reply: (reply: Reply) => void): void {
    const back = (what: string, answer: Reply): void => {
      if (random.chance(faults.lost)) return void trace.say(`${what}, but ${who} never hears it`);
      clock.after(travel(), `${who} hears: ${what}`, () => reply(answer), { quiet: true });
    };
    const serving = needs.serve(request);
    if (!serving) return void back('nobody is there', { kind: 'nothing' });
    serving.then(
      (answer) => {
        trace.say(`${who}'s ${inWords(request)} is done`);
        back('done', { kind: 'answer', answer });
      },
      (error) => {
        if (!(error instanceof Problem)) return needs.onInternal(request, error);
        trace.say(`${who}'s ${inWords(request)} is refused: ${error.code}`);
        back(error.code, { kind: 'refused', code: error.code, facts: error.facts });
      },
    );
  }

  const ask: Ask = (who, request, hear) => {
    let heard = false;
    const once = (reply: Reply): void => {
      if (heard) return;
      heard = true;
      patience.gone = true;
      hear(reply);
    };
    const patience = clock.after(patienceMs, `${who} gives up`, () => once({ kind: 'nothing' }), { quiet: true });
    const copies = random.chance(faults.doubled) ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      if (random.chance(faults.lost)) trace.say(`${who}'s ${inWords(request)} is lost`);
      else clock.after(travel(), `${who}: ${inWords(request)}`, () => arrive(who, request, once));
    }
  };
  return { ask };
}
