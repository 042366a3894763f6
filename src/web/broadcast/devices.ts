// Cameras, microphones and screens, and what to do when the browser does not give one, in sentences.

export interface Wish {
  picture: 'camera' | 'screen';
  /** Empty: whichever the browser takes. */
  camera: string;
  microphone: string;
  /** Where no camera is chosen, on a phone. */
  facing: 'user' | 'environment';
}

export interface Devices {
  cameras: MediaDeviceInfo[];
  microphones: MediaDeviceInfo[];
}

export const noDevices: Devices = { cameras: [], microphones: [] };
/** Chosen instead of a microphone. */
export const noSound = 'none';

const insecure =
  'Browsers give cameras only to pages that come over HTTPS. On the computer that runs dTok, open this page as http://localhost instead; for a phone, put HTTPS in front of dTok (docs/broadcasting.md says how).';

const whatWentWrong: Record<string, string> = {
  NotAllowedError:
    'The browser does not let this page use it. Allow it beside the address (on a phone also in the system’s settings), then try again.',
  NotFoundError: 'Nothing to record from was found. Connect a camera or a microphone, then try again.',
  NotReadableError: 'Another program is using the camera or microphone. Close it there, then try again.',
  OverconstrainedError: 'The chosen camera or microphone is gone. Choose another one.',
};

export function mediaTrouble(error: unknown): string {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  return whatWentWrong[name] ?? 'The browser did not give a picture. Reload this page and try again.';
}

/** Why nothing can be recorded here at all; null when it can. */
export const cannotCapture = (): string | null =>
  typeof navigator.mediaDevices?.getUserMedia === 'function' ? null : insecure;

export const canShareScreen = (): boolean => typeof navigator.mediaDevices?.getDisplayMedia === 'function';

const size = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };

const cameraWish = ({ camera, facing }: Wish): MediaTrackConstraints =>
  camera ? { ...size, deviceId: { exact: camera } } : { ...size, facingMode: facing };

const soundWish = ({ microphone }: Wish): MediaTrackConstraints | boolean =>
  microphone === noSound ? false : microphone ? { deviceId: { exact: microphone } } : true;

const stop = (media: MediaStream): void => {
  for (const track of media.getTracks()) track.stop();
};
export const stopMedia = stop;

async function screen(wish: Wish): Promise<MediaStream> {
  const shown = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 30 } }, audio: true });
  const audio = soundWish(wish);
  if (!audio) return shown;
  try {
    const sound = await navigator.mediaDevices.getUserMedia({ audio });
    return new MediaStream([...shown.getVideoTracks(), ...sound.getAudioTracks()]);
  } catch (error) {
    stop(shown);
    throw error;
  }
}

/** Rejects as the browser does; `mediaTrouble` has the words. */
export const openMedia = (wish: Wish): Promise<MediaStream> =>
  wish.picture === 'screen'
    ? screen(wish)
    : navigator.mediaDevices.getUserMedia({ video: cameraWish(wish), audio: soundWish(wish) });

export async function listDevices(): Promise<Devices> {
  const all = await navigator.mediaDevices.enumerateDevices();
  return {
    cameras: all.filter(({ kind }) => kind === 'videoinput'),
    microphones: all.filter(({ kind }) => kind === 'audioinput'),
  };
}
