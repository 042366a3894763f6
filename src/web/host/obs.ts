// What the OBS card asks of the server: the view as it changes, acts that say why they were refused, and words for rules.
import { useEffect, useState } from 'preact/hooks';
import type { RouteName, Sent } from '../../vocabulary/api.js';
import type { ObsDeed, ObsMay, ObsPlan, ObsTrigger, ObsView } from '../../vocabulary/obs.js';
import { Refusal } from '../shared/api.js';
import { money, type Unit } from '../shared/money.js';
import { backoff } from '../shared/time.js';
import type { Desk } from './desk.js';

type ViewRoute = Exclude<Extract<RouteName, `${string}Obs${string}`>, 'getObs' | 'planObs' | 'setUpObs'>;

export interface ObsDesk {
  view: ObsView | null;
  busy: boolean;
  /** Why the last act was refused. */
  wrong: string;
  /** True when it worked. */
  act: <N extends ViewRoute>(name: N, body?: Sent<N>) => Promise<boolean>;
  plan: (camera: string | null) => Promise<ObsPlan | null>;
  setUp: (camera: string | null, plan: string) => Promise<ObsPlan | null>;
}

/** The view, kept up to date by asking for the next one as soon as one has come. */
export function useObs(desk: Desk, stream: string): ObsDesk {
  const [view, setView] = useState<ObsView | null>(null);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState('');
  useEffect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const waits = backoff(500, 10_000);
    const pause = (ms: number) =>
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, ms);
      });
    const follow = async () => {
      let seen: number | undefined;
      while (!gone) {
        const next = document.hidden ? null : await desk.look('getObs', stream, seen === undefined ? {} : { seen });
        if (gone) return;
        if (next) {
          waits.reset();
          seen = next.seen;
          setView(next);
        }
        // A view that changes with every frame is not drawn with every frame.
        await pause(next ? 150 : waits.next());
      }
    };
    void follow();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [desk, stream]);

  const tell = (error: unknown): null => {
    setWrong(error instanceof Refusal ? error.message : 'Something went wrong in this page. Reload it.');
    return null;
  };
  const doing = async <T>(work: Promise<T>): Promise<T | null> => {
    setBusy(true);
    setWrong('');
    const done = await work.catch(tell);
    setBusy(false);
    return done;
  };
  return {
    view,
    busy,
    wrong,
    act: async (name, body) => {
      const next = (await doing(desk.demand(name, stream, body))) as ObsView | null;
      if (next) setView(next);
      return next !== null;
    },
    plan: (camera) => doing(desk.demand('planObs', stream, { camera })),
    setUp: (camera, plan) => doing(desk.demand('setUpObs', stream, { camera, plan })),
  };
}

export const mayText: Record<ObsMay, string> = {
  scene: 'Make a scene of its own, and mend it',
  service: 'Set where OBS streams to',
  encoder: 'Set the encoder',
  stream: 'Start and stop the stream',
  switch: 'Switch scenes',
  show: 'Show sources for a while',
  media: 'Play media',
  text: 'Change texts',
};

export const cameraText: Record<string, string> = {
  dshow_input: 'Video capture device',
  v4l2_input: 'Video capture device',
  'macos-avcapture': 'Video capture device',
  av_capture_input_v2: 'Video capture device (older)',
  av_capture_input: 'Video capture device (oldest)',
  'pipewire-camera-source': 'Video capture (PipeWire)',
};

export function whenText(when: ObsTrigger, unit: Unit): string {
  if (when.on === 'tip')
    return BigInt(when.from) > 0n ? `A tip of ${money(BigInt(when.from), unit, { min: 0 })} or more` : 'Any tip';
  return { poll: 'A poll closes', goal: 'The goal is reached', prediction: 'A prediction is resolved' }[when.on];
}

export function deedText(deed: ObsDeed): string {
  switch (deed.act) {
    case 'switch':
      return `switch to “${deed.scene}”${deed.seconds === null ? '' : ` for ${deed.seconds} s`}`;
    case 'show':
      return `show “${deed.source}” in “${deed.scene}” for ${deed.seconds} s`;
    case 'media':
      return `play “${deed.source}”`;
    case 'text':
      return `write “${deed.text}” into “${deed.source}”${deed.seconds === null ? '' : ` for ${deed.seconds} s`}`;
  }
}

const two = (n: number): string => `${n}`.padStart(2, '0');
/** `1:02:03` */
export const lasted = (ms: number): string => {
  const s = Math.floor(ms / 1000);
  return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
};
