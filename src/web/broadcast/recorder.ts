// What this browser records best, and a recorder that hands it over in small pieces.
import type { Recording } from '../../vocabulary/broadcast.js';
import { mostInMessage } from '../../vocabulary/broadcast-limits.js';

type Format = Omit<Recording, 'keyframes'> & { mimeType: string };

/** The best first: what needs the least of the server. */
const formats: readonly Format[] = [
  { mimeType: 'video/webm;codecs=h264,opus', container: 'webm', video: 'h264', audio: 'other' },
  { mimeType: 'video/mp4;codecs=avc1.42E01F,mp4a.40.2', container: 'mp4', video: 'h264', audio: 'aac' },
  { mimeType: 'video/mp4', container: 'mp4', video: 'h264', audio: 'aac' },
  { mimeType: 'video/webm;codecs=vp8,opus', container: 'webm', video: 'other', audio: 'other' },
];

const pieceMs = 250;

/** Null: this browser cannot record. */
export function bestFormat(can: (mimeType: string) => boolean): Format | null {
  return formats.find(({ mimeType }) => can(mimeType)) ?? null;
}

const here = (): Format | null =>
  typeof MediaRecorder === 'undefined' ? null : bestFormat((type) => MediaRecorder.isTypeSupported(type));

export const canRecord = (): boolean => here() !== null;

export interface Recorder {
  recording: Recording;
  start(): void;
  stop(): void;
}

/** `onPiece` gets everything in order, in messages that the server takes. Throws when the browser will not record. */
export function createRecorder(needs: {
  media: MediaStream;
  bitsPerSecond: number;
  onPiece: (bytes: ArrayBuffer) => void;
  onEnd: () => void;
}): Recorder {
  const format = here();
  if (!format) throw new Error('no format');
  let keyframes = false;
  const options = {
    mimeType: format.mimeType,
    videoBitsPerSecond: needs.bitsPerSecond,
    audioBitsPerSecond: 128_000,
    /** Only a browser that can do it reads this. */
    get videoKeyFrameIntervalDuration() {
      keyframes = true;
      return 1000;
    },
  };
  const recorder = new MediaRecorder(needs.media, options);
  let stopped = false;
  let order = Promise.resolve();

  async function hand(piece: Blob): Promise<void> {
    for (let at = 0; at < piece.size; at += mostInMessage) {
      const bytes = await piece.slice(at, at + mostInMessage).arrayBuffer();
      if (!stopped) needs.onPiece(bytes);
    }
  }

  const end = (): void => {
    if (!stopped) needs.onEnd();
  };
  recorder.ondataavailable = ({ data }) => {
    order = order.then(() => hand(data)).catch(end);
  };
  recorder.onerror = end;
  recorder.onstop = end;
  const { container, video, audio } = format;
  const sound = needs.media.getAudioTracks().length > 0 ? audio : 'none';
  return {
    recording: { container, video, audio: sound, keyframes },
    start: () => recorder.start(pieceMs),
    stop: () => {
      stopped = true;
      if (recorder.state !== 'inactive') recorder.stop();
    },
  };
}
