// OBS on the dashboard: connect it, see what it does, have it set up, and say what moves it.
import './obs.css';
import type { ObsSight, ObsView } from '../../vocabulary/obs.js';
import type { HostStream } from '../../vocabulary/streams.js';
import type { Desk } from './desk.js';
import { lasted, type ObsDesk, useObs } from './obs.js';
import { ConnectForm, Wrong } from './obs-connect.js';
import { Rules } from './obs-rules.js';
import { SetUp } from './obs-setup.js';

const chips: Record<ObsView['state'], string> = {
  off: 'not connected',
  connecting: 'connecting…',
  connected: 'connected',
  waiting: 'away: trying again',
};

const streamWords: Record<ObsSight['streaming'], string> = {
  off: 'Not streaming',
  starting: 'Starting…',
  on: 'Streaming',
  reconnecting: 'Reconnecting…',
  stopping: 'Stopping…',
};

function Stats({ sight }: { sight: ObsSight }) {
  const { stats, streaming } = sight;
  if (streaming === 'off') return null;
  const share = stats.frames > 0 ? ((100 * stats.dropped) / stats.frames).toFixed(1) : '0.0';
  return (
    <dl class="obs-stats" data-testid="obs-stats">
      <div>
        <dt>For</dt>
        <dd>{lasted(stats.durationMs)}</dd>
      </div>
      <div>
        <dt>Sends</dt>
        <dd>{stats.kbps} kb/s</dd>
      </div>
      <div>
        <dt>Dropped</dt>
        <dd class={Number(share) >= 1 ? 'wrong' : ''}>{share} %</dd>
      </div>
      <div>
        <dt>Frames/s</dt>
        <dd>{stats.fps}</dd>
      </div>
    </dl>
  );
}

function StreamSwitch({ sight, obs, allowed }: { sight: ObsSight; obs: ObsDesk; allowed: boolean }) {
  const on = sight.streaming === 'on' || sight.streaming === 'reconnecting';
  const toggle = () => {
    if (on && !confirm('Stop the stream in OBS? Viewers see its end.')) return;
    void obs.act('actInObs', { act: on ? 'stop' : 'start' });
  };
  const passing = sight.streaming === 'starting' || sight.streaming === 'stopping';
  return (
    <div class="obs-stream">
      <p>
        <b data-testid="obs-streaming">{streamWords[sight.streaming]}</b>
        <span class="dim">{sight.here ? 'to this stream' : 'OBS is not set to stream here'}</span>
      </p>
      {sight.here && allowed && (
        <button
          type="button"
          class={on ? 'quiet' : 'main'}
          data-testid="obs-stream"
          disabled={obs.busy || passing}
          onClick={toggle}
        >
          {on ? 'Stop streaming' : 'Start streaming'}
        </button>
      )}
      <Stats sight={sight} />
    </div>
  );
}

function OnAir({ sight, obs, allowed }: { sight: ObsSight; obs: ObsDesk; allowed: boolean }) {
  return (
    <label>
      Scene on air
      <select
        value={sight.scene}
        data-testid="obs-scene"
        disabled={!allowed}
        onChange={(event) => void obs.act('actInObs', { act: 'switch', scene: event.currentTarget.value })}
      >
        {sight.scenes.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Connection({ view, obs }: { view: ObsView; obs: ObsDesk }) {
  const forget = () => {
    if (confirm('Forget this OBS? Its address, password and ticks are removed here; OBS itself stays as it is.'))
      void obs.act('forgetObs');
  };
  return (
    <details open={view.state === 'waiting'}>
      <summary data-testid="obs-connection">Connection</summary>
      <ConnectForm view={view} obs={obs} />
      <button type="button" class="quiet small" data-testid="obs-forget" onClick={forget}>
        Forget this OBS
      </button>
    </details>
  );
}

export function ObsCard({ shown, desk }: { shown: HostStream; desk: Desk }) {
  const obs = useObs(desk, shown.info.id);
  const { view } = obs;
  if (!view) return null;
  const { obs: sight, allow } = view;
  return (
    <section class="card obs" data-testid="obs">
      <h2>
        OBS
        <em class={view.state === 'connected' ? 'chip on' : 'chip'} data-testid="obs-state">
          {chips[view.state]}
        </em>
        {sight && <span class="obs-version">{sight.version}</span>}
      </h2>
      {view.address === null && <ConnectForm view={view} obs={obs} first />}
      {view.address !== null && view.problem && (
        <p class="warn" role="status" data-testid="obs-problem">
          {view.problem}
        </p>
      )}
      {view.address !== null && <Wrong obs={obs} />}
      {sight && (
        <>
          <StreamSwitch sight={sight} obs={obs} allowed={allow.stream} />
          <OnAir sight={sight} obs={obs} allowed={allow.switch} />
          <SetUp view={view} sight={sight} obs={obs} />
        </>
      )}
      {(sight || view.rules.length > 0) && <Rules view={view} obs={obs} unit={shown.info.terms.token} />}
      {view.address !== null && <Connection view={view} obs={obs} />}
    </section>
  );
}
