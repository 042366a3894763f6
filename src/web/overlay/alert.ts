// Alerts on the overlay: each put up once with its sound, taken away at its end, in and out by transform and opacity only.
import './alert.css';
import type { Showing } from '../../vocabulary/alerts.js';
import { createEars } from '../shared/alert/ears.js';
import { buildCard, setReceipt } from './alert-card.js';
import type { PartNeeds } from './part.js';
import { createVoice } from './speech.js';
import { createStage, type Standing } from './stage.js';

export { line } from './alert-card.js';

const leaveMs = 450;
/** The sound goes first. */
const speakAfterMs = 900;

/** Puts the alert up for `ms`: its way out is the end of that. */
function put(page: HTMLElement, card: HTMLElement, ms: number): Standing {
  card.style.setProperty('--stand', `${ms}ms`);
  page.append(card);
  const leave = (): void => card.classList.add('leaving');
  const timer = setTimeout(leave, ms - leaveMs);
  const remove = (): void => {
    clearTimeout(timer);
    card.remove();
  };
  return {
    remove,
    leave() {
      leave();
      setTimeout(remove, leaveMs);
    },
    receipt: (receipt) => setReceipt(card, receipt),
  };
}

/** Sound and speech of what is put up; `?sound=off` in the address: none, for a second overlay of a scene. */
function createMouth() {
  const off = new URLSearchParams(location.search).get('sound') === 'off';
  const ears = createEars();
  const voice = createVoice({ synth: window.speechSynthesis, now: () => performance.now() });
  return {
    open({ look }: Showing): () => void {
      if (off) return () => {};
      ears.play(look.sound, look.volume);
      const timer = setTimeout(() => voice.say(look.say, look.volume), look.sound === 'none' ? 0 : speakAfterMs);
      return () => {
        clearTimeout(timer);
        ears.stop();
        voice.hush();
      };
    },
  };
}

export function alertPart(needs: PartNeeds): undefined {
  const { socket, page, keep, stream, time, unit } = needs;
  const memory = `overlay.${stream}.showing`;
  const mouth = createMouth();
  const stage = createStage({
    before: keep.get(memory),
    remember: (id) => keep.set(memory, id),
    put(showing, ms) {
      const card = put(page, buildCard(showing, unit), ms);
      const shut = mouth.open(showing);
      return {
        ...card,
        leave() {
          shut();
          card.leave();
        },
      };
    },
    now: time.now,
    after: (ms, act) => void setTimeout(act, ms),
  });
  socket.on('show', ({ now, ...showing }, seen) => {
    time.atLeast(now);
    stage.show(showing, seen);
  });
  socket.on('hide', stage.hide);
  socket.on('receipt', stage.receipt);
}
