// The stage: the picture, and what stands in its place when there is none.
import type { ComponentChildren, JSX } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import type { StreamInfo } from '../../vocabulary/streams.js';
import { announced, dateOf } from '../shared/start.js';
import { useTick } from '../shared/tick.js';
import { span } from '../shared/time.js';
import type { Acts } from './acts.js';
import { linkTarget } from './acts.js';
import { useAwake } from './awake.js';
import { Cams } from './cams.js';
import { Controls } from './controls.js';
import { Flashes } from './flashes.js';
import { clock } from './seek-bar.js';
import { type Phase, phaseOf, type WatchState } from './state.js';
import { HowItWent } from './supporters.js';

interface Needs {
  state: WatchState;
  acts: Acts;
  onMuted: (muted: boolean) => void;
  onOver: (over: boolean) => void;
  /** In place of the ways to pay, where none can be had. */
  unpaid?: (() => ComponentChildren) | undefined;
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

export function Panel({ title, children, testid }: { title: string; children?: ComponentChildren; testid: string }) {
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
        {ended
          ? state.hold?.detail
          : `Nothing more is charged. With new credit the show goes on by itself, ${state.dvr?.live === false ? 'where you were' : 'live'}.`}
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

/** Until the start that the host announced, by the server's clock. */
function Countdown({ info }: { info: StreamInfo }) {
  useTick(true);
  const ahead = useMemo(() => info.serverTime - Date.now(), [info.serverTime]);
  const start = announced(info, Date.now() + ahead);
  if (!start) return null;
  return (
    <p class="countdown" data-testid="countdown">
      {start.leftMs > 0 ? <b>{span(start.leftMs)}</b> : <b>Any moment now</b>}
      <time dateTime={new Date(start.at).toISOString()}>{dateOf(start.at)}</time>
    </p>
  );
}

function Waiting({ state }: Pick<Needs, 'state'>) {
  const { info } = state;
  const start = info && announced(info, info.serverTime);
  const title = state.everMoved ? 'The show is over' : start ? 'The show starts in' : 'Not on air yet';
  return (
    <Panel title={title} testid="waiting">
      {info && !state.everMoved && <Countdown info={info} />}
      <p class="why">
        {state.everMoved ? 'If the host goes live again, it plays on here.' : 'It starts here when the host goes live.'}{' '}
        Waiting costs nothing.
      </p>
      {info && <HowItWent stream={info.id} />}
    </Panel>
  );
}

/** Who may go back goes on where he paused. */
function Paused({ state, acts }: Pick<Needs, 'state' | 'acts'>) {
  return (
    <Panel title="Paused" testid="paused">
      <p class="why">You pay nothing while paused.</p>
      <div class="row">
        <button type="button" class="main" data-testid="resume" onClick={acts.pausePlay}>
          {state.dvr ? 'Go on from here' : 'Back to live'}
        </button>
        {state.dvr && (
          <button type="button" class="quiet" data-testid="resume-live" onClick={() => acts.goBack(0)}>
            Back to live
          </button>
        )}
      </div>
    </Panel>
  );
}

function Instead({ phase, state, acts, unpaid }: { phase: Phase } & Pick<Needs, 'state' | 'acts' | 'unpaid'>) {
  if (phase === 'out-of-credit') return unpaid ? (unpaid() as JSX.Element) : <OutOfCredit state={state} acts={acts} />;
  if (phase === 'error') {
    return (
      <Panel title="This cannot be played" testid="error">
        <p class="why">{state.fatal}</p>
        {!unpaid && <AnotherLink />}
      </Panel>
    );
  }
  if (phase === 'waiting') return <Waiting state={state} />;
  if (phase === 'paused') {
    return <Paused state={state} acts={acts} />;
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

export function Stage({ state, acts, onMuted, onOver, unpaid }: Needs) {
  const stage = useRef<HTMLElement>(null);
  /** The one that is seen. */
  const video = () => stage.current?.querySelector<HTMLVideoElement>('video.front') ?? null;
  const phase = phaseOf(state);
  const awake = useAwake(stage, phase) || phase === 'paused';
  const behind = phase === 'live' && state.dvr && !state.dvr.live ? state.dvr.behind : null;
  const preview = phase === 'live' && state.previewLeftMs > 0;
  return (
    <section
      ref={stage}
      class={state.dvr ? 'stage with-bar' : 'stage'}
      data-testid="state"
      data-state={phase}
      data-awake={awake ? 'yes' : 'no'}
      aria-label="Picture"
    >
      <canvas class="still" />
      {/* biome-ignore lint/a11y/useMediaCaption: captions come with the stream */}
      <video data-testid="video" playsInline disableRemotePlayback />
      {/* biome-ignore lint/a11y/useMediaCaption: another cam gets ready here, muted, before it is seen */}
      <video data-testid="video-behind" playsInline disableRemotePlayback />
      <div class="chips">
        {behind === null ? (
          <span class={`chip ${phase}`}>{chips[phase]}</span>
        ) : (
          <span class="chip">
            {clock(behind)} behind<span class="wide"> live</span>
          </span>
        )}
        {preview && (
          <span class="chip free" data-testid="preview">
            Free preview, {span(state.previewLeftMs)} left
          </span>
        )}
        {phase === 'live' && state.hold && <span class="chip free">Credit used up</span>}
      </div>
      {state.shows.over && <Flashes flashes={state.flashes} />}
      <Instead phase={phase} state={state} acts={acts} unpaid={unpaid} />
      {phase === 'live' && <Cams state={state} acts={acts} awake={awake} />}
      {state.muted && phase === 'live' && (
        <button
          type="button"
          class="main unmute"
          data-testid="unmute"
          onClick={() => {
            const seen = video();
            if (seen) seen.muted = false;
            onMuted(false);
          }}
        >
          Turn the sound on
        </button>
      )}
      <Controls
        video={video}
        state={state}
        acts={acts}
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
