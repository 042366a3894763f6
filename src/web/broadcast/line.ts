// The way to the server: a socket and a recorder for each connection, made anew until the host stops.
import type { BroadcastHello, BroadcastSaid } from '../../vocabulary/broadcast.js';
import { broadcastSocketPath } from '../../vocabulary/broadcast-limits.js';
import { randomId } from '../shared/bytes.js';
import { createRecorder, type Recorder } from './recorder.js';

export interface LineState {
  /** `off`: not wanted, or refused. */
  link: 'off' | 'connecting' | 'on' | 'waiting';
  /** What the server makes of it. */
  air: 'live' | 'reconnecting' | 'idle';
  kbps: number;
  /** Seconds of video that the line was too slow for. */
  dropped: number;
  trouble: string | null;
  /** Where it goes, once the server has said so. */
  cam: string | null;
}

export const offLine: LineState = { link: 'off', air: 'idle', kbps: 0, dropped: 0, trouble: null, cam: null };

export interface LineNeeds {
  url: string;
  by: BroadcastHello['by'];
  media: () => MediaStream;
  onState: (patch: Partial<LineState>) => void;
}

const firstWaitMs = 500;
const longestWaitMs = 5000;
const bestBits = 2_500_000;
const fewestBits = 400_000;
/** How many seconds may wait in the browser before they are let go. */
const mostBehind = 3;
const slow = 'Your line is too slow for this picture: it was made smaller.';
const away = 'The server cannot be reached. Trying again…';

export const socketUrl = (origin: string): string => `${origin.replace(/^http/, 'ws')}${broadcastSocketPath}`;

const heard = (data: unknown): BroadcastSaid | null => {
  try {
    return JSON.parse(`${data}`) as BroadcastSaid;
  } catch {
    return null;
  }
};

export function createLine(needs: LineNeeds) {
  const { onState } = needs;
  const visit = randomId();
  let wanted = false;
  let socket: WebSocket | null = null;
  let recorder: Recorder | null = null;
  let timer: number | undefined;
  let waitMs = firstWaitMs;
  let bits = bestBits;
  let encodeAnew = false;
  let dropped = 0;
  let sent = 0;

  function cut(): void {
    clearTimeout(timer);
    recorder?.stop();
    recorder = null;
    const old = socket;
    socket = null;
    if (old) old.onopen = old.onmessage = old.onclose = null;
    old?.close();
  }

  function again(trouble: string | null): void {
    cut();
    if (!wanted) return;
    onState({ link: 'waiting', kbps: 0, ...(trouble && { trouble }) });
    timer = window.setTimeout(connect, waitMs);
    waitMs = Math.min(waitMs * 2, longestWaitMs);
  }

  function off(trouble: string | null): void {
    wanted = false;
    cut();
    onState({ ...offLine, dropped, trouble });
  }

  /** What waits cannot be left out of a recording: it goes, and a new, smaller one begins. */
  function letGo(to: WebSocket): void {
    dropped += (to.bufferedAmount * 8) / bits;
    bits = Math.max(fewestBits, bits / 2);
    onState({ dropped: Math.round(dropped) });
    again(slow);
  }

  function send(to: WebSocket, bytes: ArrayBuffer): void {
    if (to !== socket || to.readyState !== WebSocket.OPEN) return;
    sent += bytes.byteLength;
    to.send(bytes);
    if (to.bufferedAmount * 8 > bits * mostBehind) letGo(to);
  }

  function hear(said: BroadcastSaid): void {
    if (said.type === 'accepted') {
      onState({ link: 'on', trouble: bits < bestBits ? slow : null, cam: said.cam });
      recorder?.start();
    } else if (said.type === 'state') {
      if (said.state === 'live') waitMs = firstWaitMs;
      onState({ air: said.state, kbps: Math.round((sent * 8) / 1000) });
      sent = 0;
    } else if (said.next === 'stop') {
      off(`It was refused: ${said.reason}.`);
    } else {
      encodeAnew ||= said.next === 'transcode';
      again(said.next === 'again' ? `It was interrupted: ${said.reason}.` : null);
    }
  }

  function connect(): void {
    cut();
    onState({ link: 'connecting' });
    const to = new WebSocket(needs.url);
    socket = to;
    try {
      const onPiece = (bytes: ArrayBuffer): void => send(to, bytes);
      recorder = createRecorder({ media: needs.media(), bitsPerSecond: bits, onPiece, onEnd: () => again(null) });
    } catch {
      off('This browser cannot record this picture. Try Chrome, Edge or Safari.');
      return;
    }
    const recording = { ...recorder.recording, keyframes: recorder.recording.keyframes && !encodeAnew };
    const hello: BroadcastHello = { by: needs.by, visit, recording };
    to.onopen = () => to.send(JSON.stringify(hello));
    to.onmessage = ({ data }) => {
      const said = heard(data);
      if (said) hear(said);
    };
    to.onclose = () => again(away);
  }

  return {
    start: (): void => {
      wanted = true;
      dropped = 0;
      bits = bestBits;
      waitMs = firstWaitMs;
      connect();
    },
    stop: (): void => off(null),
    /** Another picture or sound: goes on with it at once. */
    renew: (): void => {
      if (wanted) connect();
    },
  };
}

export type Line = ReturnType<typeof createLine>;
