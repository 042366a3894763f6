// The overlay for OBS: connects for ever, and fills the parts that its address asks for.
import './themes/base.css';
import './overlay.css';
import './poll.css';
import { defaultPlace, partNames, shapeOf } from '../../vocabulary/places.js';
import { createApi, passing } from '../shared/api.js';
import { followFeed } from '../shared/feed.js';
import { createKeep } from '../shared/keep.js';
import type { Unit } from '../shared/money.js';
import { createPollEar } from '../shared/poll.js';
import { openSocket } from '../shared/socket.js';
import { backoff, pause } from '../shared/time.js';
import { alertPart } from './alert.js';
import { goalPart } from './goal.js';
import { type Box, createBox } from './layout.js';
import { leaderboardPart } from './leaderboard.js';
import { type Part, wantedBoard, wantedParts } from './part.js';
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

async function run(): Promise<void> {
  const unit = await unitOf();
  const keep = createKeep(() => localStorage);
  const socket = openSocket();
  const time = createServerTime({
    ask: () => socket.timeout(5000).emitWithAck('clock'),
    ticks: () => performance.now(),
    wall: Date.now,
  });
  const measure = (): void => void time.measure().catch(() => {});
  socket.on('connect', measure);
  setInterval(measure, measureEveryMs);
  const wanted = wantedParts(location.search);
  const boxes = new Map<string, Box>();
  const hearing = wanted.flatMap((name) => {
    const part = parts[name];
    if (!part) return [];
    const box = createBox(name, page);
    boxes.set(name, box);
    return part({ socket, page: box.page, keep, stream, unit, time }) ?? [];
  });
  const arrange = (): void => {
    const shape = shapeOf(innerWidth, innerHeight);
    for (const name of partNames) boxes.get(name)?.place(defaultPlace(name, shape, wanted));
  };
  arrange();
  window.addEventListener('resize', arrange);
  let told = false;
  followFeed({
    socket,
    who: () => ({ stream, overlay: token, parts: wanted, board: wantedBoard(location.search) }),
    onEvent(event) {
      for (const hear of hearing) hear(event);
    },
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

window.addEventListener('hashchange', () => location.reload());
void run();
