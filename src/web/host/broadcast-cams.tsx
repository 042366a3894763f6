// The cams of the Broadcast card: each one’s key to copy, renew and revoke, and the page that broadcasts by itself.
import { useState } from 'preact/hooks';
import type { HostStream } from '../../vocabulary/streams.js';
import type { Desk } from './desk.js';
import { Qr } from './links-card.js';
import { Line } from './secret-line.js';

interface CamProps {
  shown: HostStream;
  cam: string;
  streamKey: string | null;
  desk: Desk;
  busy: string | null;
}

/** The key opens the page too; it is in the fragment, which no server is sent. */
const pageUrl = (origin: string, { info }: HostStream, key: string): string =>
  `${origin}/broadcast/${encodeURIComponent(info.id)}#k=${key}`;

const renewText = 'Give this cam a new stream key? Whoever broadcasts by the present one is cut off at once.';
const revokeText =
  'Take this cam’s stream key away? Whoever broadcasts by it is cut off at once, until you give it a new key.';

function PhoneHint({ url }: { url: string }) {
  if (url.startsWith('https:')) return <p class="dim">Scan it with the phone that shall broadcast. It is a secret.</p>;
  return (
    <p class="dim" data-testid="needs-https">
      A phone gives its camera only to pages that come over HTTPS, and this server’s address is {new URL(url).origin}.
      Put HTTPS in front of it and set PUBLIC_URL (docs/broadcasting.md says how). On this computer it works at
      http://localhost.
    </p>
  );
}

function FromBrowser({ shown, cam, streamKey }: { shown: HostStream; cam: string; streamKey: string }) {
  const [open, setOpen] = useState(false);
  const forPhone = pageUrl(new URL(shown.overlayUrl).origin, shown, streamKey);
  return (
    <div class="overlay-more">
      <a
        class="button quiet"
        href={pageUrl(location.origin, shown, streamKey)}
        target="_blank"
        rel="noreferrer"
        data-testid={`broadcast-page-${cam}`}
      >
        Broadcast from this browser
      </a>
      <button type="button" class="quiet" data-testid={`broadcast-qr-${cam}`} onClick={() => setOpen(!open)}>
        {open ? 'Hide' : 'From a phone'}
      </button>
      {open && forPhone.startsWith('https:') && <Qr url={forPhone} />}
      {open && <PhoneHint url={forPhone} />}
    </div>
  );
}

function Cam({ shown, cam, streamKey, desk, busy }: CamProps) {
  const main = cam === 'main';
  const change = (how: 'renew' | 'revoke') => () => {
    if (streamKey === null || confirm(how === 'renew' ? renewText : revokeText)) void desk.changeStreamKey(cam, how);
  };
  return (
    <>
      {streamKey ? (
        <Line
          name={main ? 'Stream key' : `Stream key of cam ${cam}`}
          value={streamKey}
          secret
          testid={main ? 'stream-key' : `stream-key-${cam}`}
        />
      ) : (
        <p data-testid={`revoked-${cam}`}>Cam {cam} has no stream key: nobody can broadcast to it.</p>
      )}
      <div class="row wrap">
        <button
          type="button"
          class="quiet"
          data-testid={`renew-key-${cam}`}
          disabled={busy !== null}
          onClick={change('renew')}
        >
          New key
        </button>
        {streamKey && (
          <button
            type="button"
            class="quiet"
            data-testid={`revoke-key-${cam}`}
            disabled={busy !== null}
            onClick={change('revoke')}
          >
            Revoke
          </button>
        )}
      </div>
      {streamKey && <FromBrowser shown={shown} cam={cam} streamKey={streamKey} />}
    </>
  );
}

export function Cams({ shown, desk, busy }: { shown: HostStream; desk: Desk; busy: string | null }) {
  return (
    <>
      {Object.entries(shown.streamKeys).map(([cam, streamKey]) => (
        <Cam key={cam} {...{ shown, cam, streamKey, desk, busy }} />
      ))}
    </>
  );
}
