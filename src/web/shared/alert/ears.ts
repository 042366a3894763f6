// Plays the sound of an alert: one of ours, or the host's own file.
import { assetFolder, isSoundFile } from '../../../vocabulary/alert-looks.js';
import { playTune } from './sounds.js';

/** A browser that lets no page make a sound before it is touched: what comes later than this is not made up for. */
const lateMs = 500;

export function createEars() {
  let context: AudioContext | null = null;
  let end = (): void => {};

  function playFile(name: string, volume: number): () => void {
    const audio = new Audio(`${assetFolder}${name}`);
    audio.volume = volume;
    audio.play().catch(() => {});
    return () => audio.pause();
  }

  function playOurs(name: string, volume: number): () => void {
    context ??= new AudioContext();
    const to = context;
    const asked = performance.now();
    let [over, stop] = [false, (): void => {}];
    const play = (): void => {
      if (!over && performance.now() - asked < lateMs) stop = playTune(to, name, volume);
    };
    to.resume().then(play, () => {});
    return () => {
      over = true;
      stop();
    };
  }

  return {
    /** `volume` in percent. One sound at a time: the next ends the one before. */
    play(sound: string, volume: number): void {
      end();
      end = () => {};
      if (volume <= 0 || sound === 'none') return;
      try {
        end = (isSoundFile(sound) ? playFile : playOurs)(sound, volume / 100);
      } catch {
        // A machine without sound: the alert is seen all the same.
      }
    },
    stop: (): void => end(),
  };
}
