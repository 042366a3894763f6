// The broadcast page: a camera, a microphone or a screen goes on air from a browser, and from nothing else.
import '../shared/base.css';
import './broadcast.css';
import { render } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { BroadcastHello } from '../../vocabulary/broadcast.js';
import { createKeep } from '../shared/keep.js';
import { Mark } from '../shared/parts.js';
import { createStore, useStore } from '../shared/store.js';
import { Choices, Pictures } from './choices.js';
import { cannotCapture } from './devices.js';
import { Meter } from './meter.js';
import { canRecord } from './recorder.js';
import { createStudio, firstState, type Studio, type StudioState } from './studio.js';

const store = createStore(firstState);
const keep = createKeep(() => sessionStorage);

function Preview({ state, studio }: { state: StudioState; studio: Studio }) {
  const video = useRef<HTMLVideoElement>(null);
  const seen = useRef('');
  useEffect(() => {
    if (video.current) video.current.srcObject = state.media;
    seen.current = '';
  }, [state.media]);
  const resized = () => {
    const size = `${video.current?.videoWidth}x${video.current?.videoHeight}`;
    if (seen.current && seen.current !== size) studio.turned();
    seen.current = size;
  };
  const mirrored = state.wish.picture === 'camera' && state.wish.facing === 'user' && !state.wish.camera;
  return (
    <video
      ref={video}
      class={mirrored ? 'mirrored' : ''}
      data-testid="preview"
      autoplay
      muted
      playsinline
      onResize={resized}
    />
  );
}

const lamps = { live: 'On air', reconnecting: 'Viewers wait', idle: 'Getting on air…' };

function statusOf(state: StudioState): { name: string; text: string } {
  if (state.link === 'off') return { name: 'idle', text: 'Off air' };
  if (state.link !== 'on')
    return { name: 'reconnecting', text: state.air === 'idle' ? 'Connecting…' : 'Reconnecting…' };
  return { name: state.air, text: lamps[state.air] };
}

function Status({ state }: { state: StudioState }) {
  const { name, text } = statusOf(state);
  return (
    <p class="status" data-testid="status" data-state={name}>
      <span class={`lamp ${name}`}>
        <i aria-hidden="true" />
        {text}
      </span>
      {state.cam && state.cam !== 'main' && <span>cam {state.cam}</span>}
      {state.link === 'on' && <span data-testid="kbps">{(state.kbps / 1000).toFixed(1)} Mbit/s</span>}
      {state.dropped > 0 && <span data-testid="dropped">{state.dropped} s dropped</span>}
    </p>
  );
}

function Start({ state, studio }: { state: StudioState; studio: Studio }) {
  return (
    <div class="start">
      <h1>Go live from here</h1>
      <p>Nothing is sent before you press “Go live”.</p>
      <button
        type="button"
        class="main"
        data-testid="open-camera"
        disabled={state.opening || cannotCapture() !== null}
        onClick={() => studio.open({ picture: 'camera' })}
      >
        Turn on camera and microphone
      </button>
      <Pictures state={state} studio={studio} />
    </div>
  );
}

function Page({ studio }: { studio: Studio }) {
  const state = useStore(store);
  const live = state.link !== 'off';
  const end = () => {
    if (confirm('End your broadcast?')) studio.stop();
  };
  return (
    <>
      <header class="top">
        <Mark />
        <Status state={state} />
      </header>
      <main class="studio">
        <div class="stage">
          {state.media ? <Preview state={state} studio={studio} /> : <Start {...{ state, studio }} />}
        </div>
        <div class="desk">
          {state.trouble && (
            <p class="trouble" role="alert" data-testid="trouble">
              {state.trouble}
            </p>
          )}
          {state.media && <Meter media={state.media} />}
          <Choices state={state} studio={studio} />
          {state.media && (
            <button
              type="button"
              class={live ? 'quiet go' : 'main go'}
              data-testid={live ? 'stop' : 'go-live'}
              onClick={live ? end : studio.start}
            >
              {live ? 'Stop' : 'Go live'}
            </button>
          )}
        </div>
      </main>
    </>
  );
}

function Shut({ text }: { text: string }) {
  return (
    <main class="shut" data-testid="shut">
      <h1>Broadcast</h1>
      <p>{text}</p>
    </main>
  );
}

const stream = decodeURIComponent(location.pathname.split('/')[2] ?? '');

/** The key or token of the link, kept for this tab and taken off the address so that no picture of the screen shows it. */
function opener(): BroadcastHello['by'] | null {
  const given = new URLSearchParams(location.hash.slice(1));
  const [key, token] = [given.get('k'), given.get('t')];
  const name = `broadcast.${stream}`;
  if (key) keep.set(name, JSON.stringify({ key }));
  else if (token) keep.set(name, JSON.stringify({ token, stream, cam: given.get('cam') ?? 'main' }));
  if (key || token) history.replaceState(null, '', location.pathname);
  const kept = keep.get(name);
  return kept ? (JSON.parse(kept) as BroadcastHello['by']) : null;
}

const root = document.getElementById('app');
if (root) {
  const by = opener();
  if (!by) render(<Shut text="Open this page by the link or the QR code on the dashboard, under Broadcast." />, root);
  else if (!canRecord()) render(<Shut text="This browser cannot record video. Try Chrome, Edge or Safari." />, root);
  else {
    store.set({ trouble: cannotCapture() });
    render(<Page studio={createStudio({ store, by })} />, root);
  }
  window.addEventListener('hashchange', () => location.reload());
}
