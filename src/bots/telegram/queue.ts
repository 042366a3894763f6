// What is said in a chat, one after another and no oftener than Telegram allows; what only keeps a message up to date comes last.
import { rest } from './rest.js';
import { isGroup } from './updates.js';

/** How often something may be sent or edited in one chat. */
export interface Pace {
  everyMs: number;
  /** In a group; null: no limit of its own. */
  perMinute: number | null;
}

/** As Telegram asks of bots. */
export const telegramPace: Pace = { everyMs: 1000, perMinute: 20 };

const minuteMs = 60_000;
/** Of a group's minute; the rest is kept for people. */
const editsShare = 0.75;
const lanesKept = 1000;

interface Job<T = unknown> {
  act: () => Promise<T>;
  done: Promise<T>;
  run: () => Promise<void>;
  drop: (why: Error) => void;
}

interface Lane {
  people: Job[];
  /** By message: only the newest of each. */
  edits: Map<string, Job<void>>;
  /** When something was sent, in the last minute. */
  sent: number[];
  editedAt: number;
  running: boolean;
  nudge: AbortController;
}

const stopping = () => new Error('the bot is stopping');

function jobOf<T>(act: () => Promise<T>): Job<T> {
  const job = { act } as Job<T>;
  job.done = new Promise<T>((resolve, drop) => {
    Object.assign(job, { run: () => job.act().then(resolve, drop), drop });
  });
  return job;
}

export type Queue = ReturnType<typeof createQueue>;

export function createQueue({ pace, ending }: { pace: Pace; ending: AbortSignal }) {
  const lanes = new Map<string, Lane>();
  const now = () => performance.now();
  const mostOf = (chat: string): number => (isGroup(chat) && pace.perMinute) || Number.POSITIVE_INFINITY;

  const forget = (): void => {
    for (const [chat, { running, sent }] of lanes)
      if (!running && (sent.at(-1) ?? 0) < now() - minuteMs) lanes.delete(chat);
  };

  function laneOf(chat: string): Lane {
    const there = lanes.get(chat);
    if (there) return there;
    if (lanes.size > lanesKept) forget();
    const nudge = new AbortController();
    const lane = { people: [], edits: new Map(), sent: [], editedAt: 0, running: false, nudge };
    lanes.set(chat, lane);
    return lane;
  }

  /** When the next thing may be sent, on the clock of `now`; null: there is none. */
  function due(chat: string, lane: Lane): number | null {
    if (lane.people.length === 0 && lane.edits.size === 0) return null;
    const most = mostOf(chat);
    lane.sent = lane.sent.filter((at) => at > now() - minuteMs);
    const { sent } = lane;
    const free = sent.length < most ? 0 : (sent[sent.length - most] ?? 0) + minuteMs;
    const next = Math.max(free, (sent.at(-1) ?? Number.NEGATIVE_INFINITY) + pace.everyMs);
    if (lane.people.length > 0 || !Number.isFinite(most) || lane.editedAt === 0) return next;
    return Math.max(next, lane.editedAt + minuteMs / (most * editsShare));
  }

  function take(lane: Lane): Pick<Job, 'run'> | undefined {
    const person = lane.people.shift();
    if (person) return person;
    const [message, edit] = lane.edits.entries().next().value ?? [];
    if (message !== undefined) lane.edits.delete(message);
    lane.editedAt = now();
    return edit;
  }

  async function run(chat: string, lane: Lane): Promise<void> {
    lane.running = true;
    for (let at = due(chat, lane); at !== null && !ending.aborted; at = due(chat, lane)) {
      if (at > now()) {
        lane.nudge = new AbortController();
        await rest(at - now(), lane.nudge.signal);
        continue;
      }
      await take(lane)?.run();
      // From when Telegram has it: on the way there, some are faster than others.
      lane.sent.push(now());
    }
    lane.running = false;
  }

  const wake = (chat: string, lane: Lane): void => {
    if (lane.running) lane.nudge.abort();
    else void run(chat, lane);
  };

  ending.addEventListener('abort', () => {
    for (const { people, edits, nudge } of lanes.values()) {
      for (const { drop } of [...people, ...edits.values()]) drop(stopping());
      nudge.abort();
    }
    lanes.clear();
  });

  return {
    /** Answers and new messages: in their order, before any `refresh`. */
    say<T>(chat: string, act: () => Promise<T>): Promise<T> {
      if (ending.aborted) return Promise.reject(stopping());
      const lane = laneOf(chat);
      const job = jobOf(act);
      lane.people.push(job as Job);
      wake(chat, lane);
      return job.done;
    },
    /** Brings a message up to date; of several that wait for their turn, only the newest is done, for all of them. */
    refresh(chat: string, message: string, act: () => Promise<void>): Promise<void> {
      if (ending.aborted) return Promise.reject(stopping());
      const lane = laneOf(chat);
      const waiting = lane.edits.get(message);
      if (waiting) {
        waiting.act = act;
        return waiting.done;
      }
      const job = jobOf(act);
      lane.edits.set(message, job);
      wake(chat, lane);
      return job.done;
    },
  };
}
