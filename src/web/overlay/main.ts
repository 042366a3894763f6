// The overlay for OBS: connects for ever, and fills the parts that its address, or else the stream's look, asks for.
import './themes/base.css';
import './overlay.css';
import './poll.css';
import type { FeedEvent } from '../../vocabulary/events.js';
import { createApi, passing } from '../shared/api.js';
import { followFeed } from '../shared/feed.js';
import { createKeep } from '../shared/keep.js';
import type { Unit } from '../shared/money.js';
import { createPollEar } from '../shared/poll.js';
import { openSocket } from '../shared/socket.js';
import { backoff, pause } from '../shared/time.js';
import { alertPart } from './alert.js';
import { goalPart } from './goal.js';
import { leaderboardPart } from './leaderboard.js';
import { createLook } from './look.js';
import { askedParts, type Part, type PartNeeds, wantedBoard } from './part.js';
import { createPollWidget } from './poll.js';
import { predictionPart } from './prediction.js';
import { qrPart } from './qr.js';
import { createServerTime } from './server-time.js';
import { tickerPart } from './ticker.js';
import { watchingPart } from './watching.js';

const pollPart: Part = ({ socket, page, unit }) => {
  const ear = createPollEar(createPollWidget(page, unit).show);
  socket.on('poll', ear.told);
  socket.on('tally', ear.tally);
  return ear.hear;
};

const parts: Record<string, Part> = {
  alerts: alertPart,
  goal: goalPart,
  leaderboard: leaderboardPart,
  poll: pollPart,
  prediction: predictionPart,
  qr: qrPart,
  ticker: tickerPart,
  watching: watchingPart,
};

const stream = decodeURIComponent(location.pathname.split('/')[2] ?? '');
const token = new URLSearchParams(location.hash.slice(1)).get('t') ?? '';
const asked = askedParts(location.search);
const page = document.getElementById('app') ?? document.body;
const measureEveryMs = 60_000;

/** A word to the host, small and in the corner, for ten seconds. */
async function whisper(text: string): Promise<void> {
  if (document.querySelector('.whisper')) return;
  const note = document.createElement('p');
  note.className = 'whisper';
  note.dataset.testid = 'whisper';
  note.textContent = text;
  document.body.append(note);
  await pause(10_000);
  note.remove();
}

/** Mounts each part in its box; all of them hear every event. One that is off is there too, unseen, and up to date when it comes. */
function mount(needs: Omit<PartNeeds, 'page'>, boxOf: (name: string) => HTMLElement): (event: FeedEvent) => void {
  const names = asked ?? Object.keys(parts);
  const hearing = names.flatMap((name) => parts[name]?.({ ...needs, page: boxOf(name) }) ?? []);
  return (event) => {
    for (const hear of hearing) hear(event);
  };
}

async function unitOf(): Promise<Unit> {
  const waits = backoff(500, 5000);
  for (;;) {
    try {
      return (await createApi()('getStream', { params: { stream } })).terms.token;
    } catch (error) {
      if (!passing(error)) void whisper('This overlay address names no stream. Copy it again from the dashboard.');
      await pause(waits.next());
    }
  }
}

/** As the stream has it, for ever. */
function live(unit: Unit): void {
  const socket = openSocket();
  const time = createServerTime({
    ask: () => socket.timeout(5000).emitWithAck('clock'),
    ticks: () => performance.now(),
    wall: Date.now,
  });
  const measure = (): void => void time.measure().catch(() => {});
  socket.on('connect', measure);
  setInterval(measure, measureEveryMs);
  const look = createLook(page, location.search, asked);
  socket.on('look', look.wear);
  const keep = createKeep(() => localStorage);
  let told = false;
  followFeed({
    socket,
    who: () => ({ stream, overlay: token, ...(asked && { parts: asked }), board: wantedBoard(location.search) }),
    onEvent: mount({ socket, keep, stream, unit, time }, look.box),
    onStatus: (connected) => {
      document.body.dataset.connected = `${connected}`;
    },
    onRefused(detail) {
      if (told) return;
      told = true;
      void whisper(detail);
    },
  });
}

async function run(): Promise<void> {
  const unit = await unitOf();
  if (!new URLSearchParams(location.search).has('preview')) return live(unit);
  const { startPreview } = await import('./preview.js');
  startPreview({ stream, unit, look: createLook(page, location.search, asked), mount });
}

window.addEventListener('hashchange', () => location.reload());
void run();
