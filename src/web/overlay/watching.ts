// How many watch now, and for how long the show has been on air.
import './watching.css';
import { grouped } from '../shared/money.js';
import { seconds } from '../shared/poll.js';
import { line } from './alert.js';
import type { Part } from './part.js';

export const watchingPart: Part = ({ socket, page, time }) => {
  const box = document.createElement('section');
  box.className = 'watching';
  box.dataset.testid = 'watching';
  const lamp = document.createElement('i');
  const [people, clock] = [line('people', ''), line('clock', '')];
  box.append(lamp, people, clock);
  let [viewers, since]: [number, number | null] = [0, null];
  let ticking: ReturnType<typeof setInterval> | undefined;

  function draw(): void {
    if (since === null) return;
    // Nobody there yet is not for the stage.
    people.textContent = viewers > 0 ? `${grouped(`${viewers}`)} watching` : 'Live';
    clock.textContent = seconds(Math.floor(Math.max(0, time.now() - since) / 1000) * 1000);
  }

  function onAir(from: number | null): void {
    since = from;
    clearInterval(ticking);
    if (since === null) {
      box.remove();
      return;
    }
    draw();
    ticking = setInterval(draw, 500);
    page.append(box);
  }

  socket.on('onAir', onAir);
  socket.on('viewers', (count) => {
    viewers = count;
    draw();
  });
  return (event) => {
    if (event.type === 'ended') onAir(null);
    // Back after a crash, it is still the same show.
    if (event.type === 'live') onAir(since ?? event.at);
  };
};
