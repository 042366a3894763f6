// The cams of a stream that has several, each with a picture, to see one with a touch; all cost the same key.
import { useEffect, useState } from 'preact/hooks';
import { camName, camPicture, onAir } from '../shared/cams.js';
import { hide, unhide } from '../shared/pictures.js';
import type { Acts } from './acts.js';
import { camOf, type WatchState } from './state.js';

/** As often as the pictures are looked at anew, ms; only while they are seen. */
const renewMs = 30_000;

/** Changes every so often while somebody looks. */
function useTurn(looking: boolean): number {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (!looking) return;
    const now = () => setTurn(Math.floor(Date.now() / renewMs));
    now();
    const timer = setInterval(now, renewMs);
    return () => clearInterval(timer);
  }, [looking]);
  return turn;
}

interface Needs {
  state: WatchState;
  acts: Pick<Acts, 'cam'>;
  awake: boolean;
}

export function Cams({ state, acts, awake }: Needs) {
  const cams = onAir(state.info?.cams ?? []);
  const turn = useTurn(awake && cams.length > 1);
  if (!state.info || cams.length < 2) return null;
  const { id: stream } = state.info;
  const shown = camOf(cams, state.cam)?.id;
  return (
    <fieldset class="cams" aria-label="Cams, all for the one price" data-testid="cams">
      {cams.map((cam, i) => (
        <button
          type="button"
          key={cam.id}
          data-testid={`cam-${cam.id}`}
          aria-pressed={cam.id === shown}
          aria-busy={cam.id === state.camComing}
          aria-keyshortcuts={`${i + 1}`}
          onClick={() => acts.cam(cam.id)}
        >
          {turn > 0 && <img src={camPicture(stream, cam.id, turn)} alt="" onError={hide} onLoad={unhide} />}
          <span>{camName(cam)}</span>
        </button>
      ))}
    </fieldset>
  );
}
