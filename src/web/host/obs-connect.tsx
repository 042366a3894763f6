// Connecting to OBS: where it is and its password, how both are found, and how it is reached on another machine.
import { useState } from 'preact/hooks';
import { type ObsView, usualObsAddress } from '../../vocabulary/obs.js';
import type { ObsDesk } from './obs.js';

function Elsewhere() {
  return (
    <details>
      <summary>OBS runs on another machine than dTok</summary>
      <div class="obs-elsewhere">
        <p class="dim">
          The address is as seen from the machine that dTok runs on. In the same network, write that machine’s address:{' '}
          <code>ws://192.168.1.20:4455</code>; its firewall has to let port 4455 in.
        </p>
        <p class="dim">
          When dTok is on a server far away, do not open that port to the internet. Type this on OBS’s machine, keep it
          running, and leave the address as it is:
        </p>
        <pre>ssh -N -R 4455:127.0.0.1:4455 you@your-server</pre>
      </div>
    </details>
  );
}

/** Why the last act was refused: it stays, because what to do takes longer than a message stands. */
export function Wrong({ obs }: { obs: ObsDesk }) {
  if (!obs.wrong) return null;
  return (
    <p class="wrong" role="alert" data-testid="obs-wrong">
      {obs.wrong}
    </p>
  );
}

export function ConnectForm({ view, obs, first = false }: { view: ObsView; obs: ObsDesk; first?: boolean }) {
  const [address, setAddress] = useState(view.address ?? usualObsAddress);
  const [password, setPassword] = useState('');
  const connect = async (event: Event) => {
    event.preventDefault();
    const known = password === '' && view.hasPassword && address.trim() === view.address;
    const body = { address: address.trim(), ...(known ? {} : { password }) };
    if (await obs.act('connectObs', body)) setPassword('');
  };
  return (
    <form class="obs-connect" onSubmit={connect}>
      {first && (
        <>
          <p>Have OBS set up for this stream, start it from here, and let tips, polls and goals move its scenes.</p>
          <ol class="dim">
            <li>
              In OBS, open <b>Tools → WebSocket Server Settings</b> and tick <b>Enable WebSocket server</b>.
            </li>
            <li>
              Press <b>Show Connect Info</b> there, and copy the password here.
            </li>
          </ol>
        </>
      )}
      <div class="pair two">
        <label>
          Address
          <input
            value={address}
            spellcheck={false}
            data-testid="obs-address"
            onInput={(event) => setAddress(event.currentTarget.value)}
          />
        </label>
        <label>
          Password
          <input
            type="password"
            autocomplete="off"
            value={password}
            placeholder={view.hasPassword ? 'the one that is known' : ''}
            data-testid="obs-password"
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </label>
      </div>
      <button type="submit" class={first ? 'main' : 'quiet'} data-testid="obs-connect" disabled={obs.busy}>
        {obs.busy ? 'Connecting…' : 'Connect'}
      </button>
      {first && <Wrong obs={obs} />}
      <Elsewhere />
    </form>
  );
}
