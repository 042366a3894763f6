// The script of the bench's pages: hls.js, set as our player sets it, or left as it is.
import Hls from 'hls.js';
import { config } from '../../src/web/watch/engine.js';
import { keyLoaderFor } from '../../src/web/watch/key-loader.js';

declare global {
  var play: (video: HTMLVideoElement, playlist: string, how: 'ours' | 'defaults') => void;
}

const free = keyLoaderFor({ key: async (path, signal) => (await fetch(path, { signal })).arrayBuffer() });

/** The broadcast may not have begun yet. */
const againMs = 500;

globalThis.play = (video, playlist, how) => {
  const { loader } = Hls.DefaultConfig;
  const hls = new Hls(how === 'ours' ? config(free, loader) : {});
  hls.on(Hls.Events.ERROR, (_, { fatal, details }) => {
    if (!fatal) return;
    console.info(details);
    hls.destroy();
    setTimeout(() => globalThis.play(video, playlist, how), againMs);
  });
  hls.attachMedia(video);
  hls.loadSource(playlist);
};
