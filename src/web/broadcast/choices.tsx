// What to record from: camera or screen, and which devices.
import { canShareScreen, noSound, type Wish } from './devices.js';
import type { Studio, StudioState } from './studio.js';

const idOf = (media: MediaStream | null, kind: 'audio' | 'video'): string | undefined =>
  media
    ?.getTracks()
    .find((track) => track.kind === kind)
    ?.getSettings().deviceId;

interface PickProps {
  label: string;
  testid: string;
  value: string;
  devices: readonly MediaDeviceInfo[];
  none?: string;
  onPick: (id: string) => void;
}

function Pick({ label, testid, value, devices, none, onPick }: PickProps) {
  return (
    <label>
      {label}
      <select value={value} data-testid={testid} onChange={(event) => onPick(event.currentTarget.value)}>
        {devices.map((device, i) => (
          <option key={device.deviceId} value={device.deviceId}>
            {device.label || `${label} ${i + 1}`}
          </option>
        ))}
        {none && <option value={noSound}>{none}</option>}
      </select>
    </label>
  );
}

export function Pictures({ state, studio }: { state: StudioState; studio: Studio }) {
  const { wish, opening } = state;
  const show = (change: Partial<Wish>) => () => studio.open(change);
  const turn = wish.facing === 'user' ? 'environment' : 'user';
  return (
    <div class="row wrap">
      {wish.picture === 'screen' && (
        <button type="button" class="quiet" disabled={opening} onClick={show({ picture: 'camera' })}>
          Show the camera
        </button>
      )}
      {wish.picture === 'camera' && state.devices.cameras.length > 1 && (
        <button type="button" class="quiet" disabled={opening} onClick={show({ camera: '', facing: turn })}>
          Turn the camera
        </button>
      )}
      {canShareScreen() && (
        <button
          type="button"
          class="quiet"
          data-testid="open-screen"
          disabled={opening}
          onClick={show({ picture: 'screen' })}
        >
          {wish.picture === 'screen' ? 'Show another screen' : 'Show a screen'}
        </button>
      )}
    </div>
  );
}

export function Choices({ state, studio }: { state: StudioState; studio: Studio }) {
  const { media, wish, devices } = state;
  if (!media) return null;
  return (
    <>
      <Pictures state={state} studio={studio} />
      {wish.picture === 'camera' && devices.cameras.length > 1 && (
        <Pick
          {...{ label: 'Camera', testid: 'camera', devices: devices.cameras }}
          value={idOf(media, 'video') ?? wish.camera}
          onPick={(camera) => studio.open({ camera })}
        />
      )}
      {/* Opening a screen's picture again asks the host again. */}
      {wish.picture === 'camera' && (
        <Pick
          {...{ label: 'Microphone', testid: 'microphone', devices: devices.microphones, none: 'No sound' }}
          value={idOf(media, 'audio') ?? noSound}
          onPick={(microphone) => studio.open({ microphone })}
        />
      )}
    </>
  );
}
