// The overlay for OBS: follows the feed for ever and shows each tip once, even over a reload.
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
import { showAlert } from './alert.js';
import { createPollWidget } from './poll.js';
import { createQueue } from './queue.js';

type Tip = Extract<FeedEvent, { type: 'tip' }>;

const stream = decodeURIComponent(location.pathname.split('/')[2] ?? '');
const token = new URLSearchParams(location.hash.slice(1)).get('t') ?? '';
const keep = createKeep(() => localStorage);
const memory = `overlay.${stream}.shown`;
const stage = document.getElementById('app') ?? document.body;
const gapMs = 600;

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

function shownBefore(): number | undefined {
  const kept = keep.get(memory);
  return kept !== null && /^\d+$/.test(kept) ? Number(kept) : undefined;
}

async function run(): Promise<void> {
  const unit = await unitOf();
  let told = false;
  const queue = createQueue<Tip>({
    show(tip, ms) {
      // Before it is seen, so that a reload in its middle does not show it twice.
      keep.set(memory, `${tip.n}`);
      return showAlert(stage, tip, unit, ms);
    },
    gap: () => pause(gapMs),
  });
  const widget = createPollWidget(document.body, unit);
  const polls = createPollEar(widget.show);
  followFeed({
    socket: openSocket(),
    who: () => ({ stream, overlay: token }),
    after: shownBefore(),
    onStart: (last) => keep.set(memory, `${last}`),
    onEvent(event) {
      if (event.type === 'tip') queue.add(event);
      else polls.hear(event);
    },
    polls,
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
