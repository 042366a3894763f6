// What setting OBS up would do, in its order and in words: what is missing is made, what is dTok's is mended. Pure.
import { createHash } from 'node:crypto';
import type { ObsAllow, ObsStep } from '../../vocabulary/obs.js';
import { adviseEncoder, keyframeSeconds } from './encoder.js';
import { mayWords } from './hand.js';
import type { Own, Survey } from './survey.js';

/** What dTok would have OBS show and where to. */
export interface Target {
  overlayUrl: string;
  server: string;
  key: string;
  keyPeriodMs: number;
  /** This server's name is one that only its own machine knows, and OBS is on another. */
  outOfReach: boolean;
}

export type Task =
  | { do: 'scene'; scene: string }
  | { do: 'overlay' | 'camera'; make: { name: string; kind: string } | null; own: string | null; settings: Settings }
  | { do: 'service' }
  | { do: 'encoder'; x264: string };
type Settings = Record<string, string | number | boolean>;

export interface Line extends ObsStep {
  /** Null: nothing is to be done. */
  task: Task | null;
}

const surface = 'color_source_v3';
const surfaceColor = 0xff30_2418;

const free = (wanted: string, taken: readonly string[]): string => {
  const nth = (n: number): string => (n === 1 ? wanted : `${wanted} ${n}`);
  let n = 1;
  while (taken.includes(nth(n))) n += 1;
  return nth(n);
};

function sceneLine({ scene, names }: Survey): Line & { scene: string } {
  if (scene !== null) return { part: 'scene', does: 'fine', text: `The scene “${scene}” is there.`, task: null, scene };
  const name = free('dTok', names);
  const text = `Make a scene “${name}”. Your other scenes stay as they are, and none is switched.`;
  return { part: 'scene', does: 'make', text, task: { do: 'scene', scene: name }, scene: name };
}

const differs = (own: Own, settings: Settings): string[] =>
  Object.keys(settings).filter((key) => own.settings[key] !== settings[key]);

/** Something of dTok's own: made, mended, put back into the scene, or fine. */
function ownLine(
  what: { part: 'overlay' | 'camera'; name: string; kind: string; settings: Settings; mends: Settings; say: string },
  own: Own | null,
  { names, items }: Survey,
  scene: string,
): Line {
  const { part, kind, settings, mends, say } = what;
  if (!own) {
    const name = free(what.name, names);
    const task = { do: part, make: { name, kind }, own: null, settings } as const;
    return { part, does: 'make', text: `Put “${name}” into “${scene}”: ${say}.`, task };
  }
  const wrong = differs(own, mends);
  const put = items.includes(own.name) ? [] : [`put it back into “${scene}”`];
  const does = [...wrong.map((key) => (key === 'url' ? 'give it the present address' : `set its ${key}`)), ...put];
  if (does.length === 0) return { part, does: 'fine', text: `“${own.name}” is there and right.`, task: null };
  const task = { do: part, make: null, own: own.name, settings: mends } as const;
  return { part, does: 'change', text: `Mend “${own.name}”: ${does.join(', ')}.`, task };
}

const noBrowser =
  'This OBS cannot show the overlay: it was built without browser sources (as Debian’s package is). Install OBS from ' +
  'obsproject.com (on Linux: its Flatpak, or its PPA on Ubuntu), or show the overlay’s address in a browser window and ' +
  'capture that. Everything else works.';
const outOfReach =
  'OBS is on another machine, and this server only calls itself “localhost”, which there means another one. Set ' +
  'PUBLIC_URL to an address that OBS’s machine can open, and start dTok again.';

function overlayLine(seen: Survey, target: Target, scene: string): Line {
  const cannot = (text: string): Line => ({ part: 'overlay', does: 'cannot', text, task: null });
  if (!seen.kinds.includes('browser_source')) return cannot(noBrowser);
  if (target.outOfReach) return cannot(outOfReach);
  const { width, height } = seen.canvas;
  const mends = { url: target.overlayUrl, width, height };
  // Not ended when it is out of sight: it goes on in step, and does not load again with every scene. What it plays is
  // in OBS's mix.
  const settings = { ...mends, shutdown: false, restart_when_active: false, reroute_audio: true };
  const say = `the overlay as a browser source of ${width} × ${height}; its secret address goes into OBS, its sound into OBS’s mixer`;
  const what = { part: 'overlay', name: 'dTok overlay', kind: 'browser_source', settings, mends, say } as const;
  return ownLine(what, seen.overlay, seen, scene);
}

function cameraLine(seen: Survey, wanted: string | null, scene: string): Line {
  const { width, height } = seen.canvas;
  const kind = wanted !== null && seen.kinds.includes(wanted) ? wanted : surface;
  const plain = kind === surface;
  const settings: Settings = plain ? { color: surfaceColor, width, height } : {};
  const say = plain
    ? 'a plain surface under the overlay, to put your camera in place of'
    : 'your camera, under the overlay. Choose which one in OBS, by a double click on it';
  const mends: Settings = seen.camera?.kind === surface ? { width, height } : {};
  return ownLine({ part: 'camera', name: 'dTok camera', kind, settings, mends, say }, seen.camera, seen, scene);
}

/** Where OBS streams to, without the key. */
export function saidService({ type, settings }: Survey['service']): string {
  const name = type === 'rtmp_common' ? settings.service : settings.server;
  return typeof name === 'string' && name !== '' ? name : 'nowhere yet';
}

export const isTarget = ({ type, settings }: Survey['service'], { server, key }: Pick<Target, 'server' | 'key'>) =>
  type === 'rtmp_custom' && settings.server === server && settings.key === key;

function serviceLine(seen: Survey, target: Target): Line {
  const line = { part: 'service', task: null } as const;
  if (isTarget(seen.service, target)) return { ...line, does: 'fine', text: `OBS streams to ${target.server}.` };
  if (target.outOfReach) return { ...line, does: 'cannot', text: outOfReach };
  const now = saidService(seen.service);
  if (seen.streaming)
    return { ...line, does: 'cannot', text: `OBS is streaming to ${now}. Stop that, then set up again.` };
  const lost =
    now === 'nowhere yet'
      ? ''
      : ` Now it is ${now}: OBS keeps one service for each profile, so that one is replaced. To keep it, first make a ` +
        'new profile in OBS.';
  const text = `Set the stream to ${target.server}, with this stream’s key.${lost}`;
  return { ...line, does: 'change', text, task: { do: 'service' } };
}

function encoderLine({ encoder, canvas, streaming }: Survey, { keyPeriodMs }: Target): Line {
  const seconds = keyframeSeconds(keyPeriodMs);
  const advice = adviseEncoder(encoder, Math.max(1, Math.round(canvas.fps * seconds)));
  const line = { part: 'encoder', task: null } as const;
  if (advice.is === 'fine') return { ...line, does: 'fine', text: 'The encoder is set as it should be.' };
  if (advice.is === 'by-hand') {
    const why = advice.why === 'advanced' ? 'OBS’s output mode is “Advanced”' : 'OBS encodes with the graphics card';
    const text = `${why}, whose settings only OBS itself can change. Under Settings → Output, set the keyframe interval to ${seconds} s and B-frames to 0.`;
    return { ...line, does: 'cannot', text };
  }
  if (streaming) return { ...line, does: 'cannot', text: 'OBS is streaming. Stop that, then set up again.' };
  const text = `Set the encoder (x264): a keyframe every ${seconds} s, no B-frames. Its bit rate and the rest stay.`;
  return { ...line, does: 'change', text, task: { do: 'encoder', x264: advice.x264 } };
}

const needs = { scene: 'scene', overlay: 'scene', camera: 'scene', service: 'service', encoder: 'encoder' } as const;

export function planOf(seen: Survey, target: Target, allow: ObsAllow, camera: string | null): Line[] {
  const { scene, ...first } = sceneLine(seen);
  const lines: Line[] = [
    first,
    cameraLine(seen, camera, scene),
    overlayLine(seen, target, scene),
    serviceLine(seen, target),
    encoderLine(seen, target),
  ];
  return lines.map((line) => {
    const may = needs[line.part];
    if (line.task === null || allow[may]) return line;
    return { ...line, does: 'forbidden', text: `${line.text} Not allowed: tick “${mayWords[may]}”.`, task: null };
  });
}

/** The same for the same plan, so that nothing is done but what was shown. */
export const planId = (lines: readonly Line[]): string =>
  createHash('sha256').update(JSON.stringify(lines)).digest('base64url').slice(0, 22);
