// OBS as it is there or not: the connection, what is seen through it, and the hand that may change things.
import type { Logger } from '../../log.js';
import type { ObsAllow } from '../../vocabulary/obs.js';
import { Problem } from '../../vocabulary/problems.js';
import type { Dial, Line } from './dial.js';
import { createHand, type Hand } from './hand.js';
import { type Link, type LinkState, startLink } from './link.js';
import { type Eyes, openEyes, type Service } from './sight.js';

export type Presence = ReturnType<typeof createPresence>;

export function createPresence(needs: {
  stream: string;
  dial: Dial;
  allow: () => ObsAllow;
  isHere: (service: Service) => boolean;
  /** It came or went, or what is seen of it changed. */
  onChange: () => void;
  /** It is there and seen. */
  onThere: () => Promise<unknown>;
  onScene: () => Promise<unknown>;
  log: Logger;
}) {
  const { stream, isHere, onChange, log } = needs;
  let link: Link | null = null;
  let state: LinkState | null = null;
  let there: { eyes: Eyes; hand: Hand } | null = null;

  const fault = (what: string, error: unknown): void => {
    if (!(error instanceof Problem)) log.error({ err: error, stream }, what);
    else log.debug({ stream, why: error.code }, what);
  };
  const quietly = (what: string, act: () => Promise<unknown>): void =>
    void act().catch((error: unknown) => fault(what, error));

  function close(): void {
    there?.eyes.close();
    there = null;
  }

  async function look(line: Line): Promise<void> {
    const eyes = await openEyes({
      ...{ line, isHere, onChange },
      onScene: () => quietly('a switch of scenes was not noted', needs.onScene),
      onFault: (error) => fault('OBS could not be read', error),
    });
    if (state?.line !== line) return eyes.close();
    there = { eyes, hand: createHand(line, needs.allow) };
    onChange();
    quietly('rules for OBS could not act', needs.onThere);
  }

  function onState(next: LinkState): void {
    if (next.is !== state?.is && next.is !== 'connecting')
      log.info({ stream, why: next.problem?.code }, `OBS: ${next.is}`);
    close();
    state = next;
    const { line } = next;
    if (line) {
      look(line).catch((error) => {
        fault('OBS could not be read', error);
        line.hangUp();
      });
    }
    onChange();
  }

  function end(): void {
    link?.stop();
    link = null;
    close();
    state = null;
  }

  return {
    there: () => there,
    problem: (): Problem | null => state?.problem ?? null,
    /** Connected only when it can be seen, too. */
    state(): 'off' | LinkState['is'] {
      if (!state) return 'off';
      return state.is === 'connected' && !there ? 'connecting' : state.is;
    },
    /** In place of the connection there was; `first` is a line that is open already. */
    begin(address: string, password: string | null, first?: Line): void {
      end();
      link = startLink({ address, password, dial: needs.dial, onState, ...(first && { first }) });
    },
    end,
  };
}
