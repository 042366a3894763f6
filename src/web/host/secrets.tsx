// Addresses that are keys: hidden until asked for, copied without being shown.
import { useState } from 'preact/hooks';
import type { HostStream } from '../../vocabulary/streams.js';
import { Cams } from './broadcast-cams.js';
import type { Desk } from './desk.js';
import { Qr } from './links-card.js';
import { Line } from './secret-line.js';

function OverlayMore({ shown, desk }: { shown: HostStream; desk: Desk }) {
  const [open, setOpen] = useState(false);
  const renew = () => {
    if (!confirm('Give the overlay a new address? The present one stops working at once, in OBS too.')) return;
    setOpen(false);
    void desk.renewOverlay();
  };
  return (
    <div class="overlay-more">
      <button type="button" class="quiet" data-testid="overlay-qr" onClick={() => setOpen(!open)}>
        {open ? 'Hide QR' : 'QR code'}
      </button>
      <button type="button" class="quiet" data-testid="overlay-renew" onClick={renew}>
        New address
      </button>
      {open && <Qr url={shown.overlayUrl} />}
    </div>
  );
}

/** Ending a show asks once more. */
function Switch({ shown, desk, busy }: { shown: HostStream; desk: Desk; busy: string | null }) {
  const end = () => {
    if (confirm('End the broadcast? Nobody can broadcast to this stream until you start it again.'))
      void desk.setOpen(false);
  };
  if (!shown.open) {
    return (
      <div class="row wrap stopped" data-testid="stopped">
        <p>This stream is stopped: OBS is refused.</p>
        <button
          type="button"
          class="main"
          data-testid="start"
          disabled={busy !== null}
          onClick={() => desk.setOpen(true)}
        >
          Start again
        </button>
      </div>
    );
  }
  return (
    <button type="button" class="quiet" data-testid="stop" disabled={busy !== null} onClick={end}>
      Stop the stream
    </button>
  );
}

export function Secrets({ shown, desk, busy }: { shown: HostStream; desk: Desk; busy: string | null }) {
  const watch = `${location.origin}/watch/${shown.info.id}`;
  const embed = `<iframe src="${location.origin}/embed/${shown.info.id}" width="640" height="360" style="border:0" allow="autoplay; fullscreen; picture-in-picture" allowfullscreen></iframe>`;
  return (
    <section class="card secrets">
      <h2>Broadcast</h2>
      <Line name="Server for OBS" value={shown.rtmpUrl} secret={false} testid="rtmp-url" />
      <Line
        name="Or by WHIP: OBS 30 and newer, the key as bearer token"
        value={shown.whipUrl}
        secret={false}
        testid="whip-url"
      />
      <Cams shown={shown} desk={desk} busy={busy} />
      <Switch shown={shown} desk={desk} busy={busy} />
      <h2>
        Overlay
        <em class={shown.overlays > 0 ? 'chip on' : 'chip'} data-testid="overlays">
          {shown.overlays === 0 ? 'none connected' : `${shown.overlays} connected`}
        </em>
      </h2>
      <Line name="Browser source, 1920 × 1080" value={shown.overlayUrl} secret testid="overlay-url" />
      <OverlayMore shown={shown} desk={desk} />
      <h2>Watch page</h2>
      <Line name="For viewers who top up themselves" value={watch} secret={false} testid="watch-url" />
      <Line name="To play it within your own site" value={embed} secret={false} testid="embed-code" />
    </section>
  );
}
