// Plays the sound of an alert: one of ours, or the host's own file.
import { assetFolder, isSoundFile, sounds } from '../../../vocabulary/alert-looks.js';
import { playTune } from './sounds.js';

export type Ears = ReturnType<typeof createEars>;

/** A browser that lets no page make a sound before it is touched stays silent. */
export function createEars() {
  let context: AudioContext | null = null;
  let end = (): void => {};

  function playFile(name: string, volume: number): () => void {
    const audio = new Audio(`${assetFolder}${name}`);
    audio.volume = volume;
    audio.play().catch(() => {});
    return () => audio.pause();
  }

  return {
    /** `volume` in percent. One sound at a time: the next ends the one before. */
    play(sound: string, volume: number): void {
      end();
      end = () => {};
      if (volume <= 0 || sound === 'none') return;
      if (isSoundFile(sound)) {
        end = playFile(sound, volume / 100);
      } else if ((sounds as readonly string[]).includes(sound)) {
        context ??= new AudioContext();
        if (context.state === 'suspended') context.resume().catch(() => {});
        end = playTune(context, sound, volume / 100);
      }
    },
    stop: (): void => end(),
  };
}
