// Every refusal, worded once: a code, its HTTP status, and a sentence that says what to do.

import { chatRefusals } from './refusals/chat.js';
import { machineRefusals } from './refusals/machine.js';
import { moneyRefusals } from './refusals/money.js';
import { obsRefusals } from './refusals/obs.js';
import { pollRefusals } from './refusals/polls.js';
import { requestRefusals } from './refusals/requests.js';
import { streamRefusals } from './refusals/streams.js';
import { whipRefusals } from './refusals/whip.js';
import type { Facts, Wording } from './refusals/wording.js';

const wordings = {
  ...requestRefusals,
  ...moneyRefusals,
  ...chatRefusals,
  ...pollRefusals,
  ...streamRefusals,
  ...whipRefusals,
  ...obsRefusals,
  ...machineRefusals,
} as const satisfies Record<string, Wording>;

export type ProblemCode = keyof typeof wordings;

export const problemCodes = Object.keys(wordings) as ProblemCode[];

/** RFC 9457 problem details; `code` is what programs go by, `detail` what people read. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  code: ProblemCode;
  detail: string;
  facts?: Facts;
}

/** A refusal: thrown anywhere, worded here, rendered at the edge. */
export class Problem extends Error {
  readonly status: number;
  constructor(
    readonly code: ProblemCode,
    readonly facts: Facts = {},
    options?: { cause?: unknown },
  ) {
    const wording: Wording = wordings[code];
    super(wording.say(facts), options);
    this.name = 'Problem';
    this.status = wording.status;
  }

  /** The body of an `application/problem+json` answer. */
  body(): ProblemBody {
    return {
      type: `urn:dtok:problem:${this.code}`,
      title: wordings[this.code].title,
      status: this.status,
      code: this.code,
      detail: this.message,
      ...(Object.keys(this.facts).length > 0 ? { facts: this.facts } : {}),
    };
  }
}
