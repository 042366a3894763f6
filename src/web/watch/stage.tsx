// The stage: the picture, and what stands in its place when there is none.
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { span } from '../shared/time.js';
import type { Acts } from './acts.js';
import { linkTarget } from './acts.js';
import { Controls } from './controls.js';
import { Flashes } from './flashes.js';
import { type Phase, phaseOf, type WatchState } from './state.js';
import { HowItWent } from './supporters.js';

interface Needs {
  state: WatchState;
  acts: Acts;
  onMuted: (muted: boolean) => void;
  onOver: (over: boolean) => void;
}

const chips: Record<Phase, string> = {
  connecting: 'Connecting',
  waiting: 'Not on air',
  live: 'Live',
  paused: 'Paused',
  reconnecting: 'Reconnecting',
  'out-of-credit': 'Out of credit',
  error: 'Stopped',
};

function Panel({ title, children, testid }: { title: string; children?: ComponentChildren; testid: string }) {
  return (
    <div class="panel" data-testid={testid} role="status">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

function AnotherLink() {
  const [wrong, setWrong] = useState(false);
  const open = (event: SubmitEvent) => {
    event.preventDefault();
    const text = new FormData(event.currentTarget as HTMLFormElement).get('link');
    const target = linkTarget(`${text}`, location);
    setWrong(!target);
    if (target) location.assign(target);
  };
  return (
    <form class="another" onSubmit={open}>
      <label for="another-link">Or open another watch link</label>
      <div class="row">
        <input id="another-link" name="link" placeholder="https://…/watch/…#k=…" data-testid="link-input" required />
        <button type="submit" class="quiet" data-testid="link-open">
          Open
        </button>
      </div>
      {wrong && (
        <p class="wrong" role="alert">
          That is not a whole watch link. Copy it again, to its last character.
        </p>
      )}
    </form>
  );
}

const endings: Partial<Record<string, string>> = {
  sponsor_unavailable: 'The sponsor has stopped paying',
  link_expired: 'This watch link has expired',
  link_revoked: 'This watch link was taken back',
};

function OutOfCredit({ state, acts }: Pick<Needs, 'state' | 'acts'>) {
  const faucet = state.info?.terms.faucet;
  // Whoever gave out the link ended it: the reason is his, and not that it is used up.
  const ended = state.hold && endings[state.hold.code];
  return (
    <Panel title={ended ?? 'Your credit is used up'} testid="out-of-credit">
      <p class="why">
        {ended ? state.hold?.detail : 'Nothing more is charged. With new credit the show goes on by itself, live.'}
      </p>
      {faucet && (
        <button type="button" class="main" data-testid="topup" disabled={state.busy !== null} onClick={acts.topUp}>
          {state.busy === 'topup' ? 'Topping up…' : `Top up with test ${state.info?.terms.token.symbol}`}
        </button>
      )}
      <button type="button" class={faucet ? 'quiet' : 'main'} data-testid="out-put-in" onClick={() => acts.show('in')}>
        {faucet ? 'Other ways to pay' : 'Put money in'}
      </button>
      <AnotherLink />
    </Panel>
  );
}

function Instead({ phase, state, acts }: { phase: Phase } & Pick<Needs, 'state' | 'acts'>) {
  if (phase === 'out-of-credit') return <OutOfCredit state={state} acts={acts} />;
  if (phase === 'error') {
    return (
      <Panel title="This cannot be played" testid="error">
        <p class="why">{state.fatal}</p>
        <AnotherLink />
      </Panel>
    );
  }
  if (phase === 'waiting') {
    return (
      <Panel title={state.everMoved ? 'The show is over' : 'Not on air yet'} testid="waiting">
        <p class="why">
          {state.everMoved
            ? 'If the host goes live again, it plays on here.'
            : 'It starts here when the host goes live.'}{' '}
          Waiting costs nothing.
        </p>
        {state.info && <HowItWent stream={state.info.id} />}
      </Panel>
    );
  }
  if (phase === 'paused') {
    return (
      <Panel title="Paused" testid="paused">
        <p class="why">You pay nothing while paused.</p>
        <button type="button" class="main" data-testid="resume" onClick={acts.pausePlay}>
          Back to live
        </button>
      </Panel>
    );
  }
  if (phase === 'live') return null;
  return (
    <div class="loading" role="status" data-testid={phase}>
      <span>
        <i aria-hidden="true" />
        {phase === 'connecting' ? 'Connecting' : 'Picture lost. Coming back by itself'}
      </span>
    </div>
  );
}

export function Stage({ state, acts, onMuted, onOver }: Needs) {
  const video = useRef<HTMLVideoElement>(null);
  const phase = phaseOf(state);
  const preview = phase === 'live' && state.previewLeftMs > 0;
  return (
    <section class="stage" data-testid="state" data-state={phase} aria-label="Picture">
      <canvas class="still" />
      {/* biome-ignore lint/a11y/useMediaCaption: a live show has no caption track */}
      <video ref={video} data-testid="video" playsInline disableRemotePlayback />
      <div class="chips">
        <span class={`chip ${phase}`}>{chips[phase]}</span>
        {preview && (
          <span class="chip free" data-testid="preview">
            Free preview, {span(state.previewLeftMs)} left
          </span>
        )}
        {phase === 'live' && state.hold && <span class="chip free">Credit used up</span>}
      </div>
      {state.shows.over && <Flashes flashes={state.flashes} />}
      <Instead phase={phase} state={state} acts={acts} />
      {state.muted && phase === 'live' && (
        <button
          type="button"
          class="main unmute"
          data-testid="unmute"
          onClick={() => {
            if (video.current) video.current.muted = false;
            onMuted(false);
          }}
        >
          Turn the sound on
        </button>
      )}
      <Controls
        video={() => video.current}
        paused={state.paused}
        muted={state.muted}
        onPause={acts.pausePlay}
        onMuted={onMuted}
        over={state.shows.over}
        onOver={onOver}
      />
    </section>
  );
}
