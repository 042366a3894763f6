// How loud the microphone is, so that nobody goes on air unheard.
import { useEffect, useRef } from 'preact/hooks';

/** From the middle of the samples' range, 0 to 1; quiet speech shows. */
export function loudness(samples: Uint8Array): number {
  let most = 0;
  for (const sample of samples) most = Math.max(most, Math.abs(sample - 128) / 128);
  return Math.min(1, Math.sqrt(most));
}

function listen(media: MediaStream, onLevel: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(media).connect(analyser);
  const samples = new Uint8Array(analyser.fftSize);
  let frame = 0;
  const look = (): void => {
    analyser.getByteTimeDomainData(samples);
    onLevel(loudness(samples));
    frame = requestAnimationFrame(look);
  };
  look();
  void context.resume().catch(() => {});
  return () => {
    cancelAnimationFrame(frame);
    void context.close();
  };
}

export function Meter({ media }: { media: MediaStream }) {
  const bar = useRef<HTMLElement>(null);
  const silent = media.getAudioTracks().length === 0;
  useEffect(() => {
    if (silent) return;
    return listen(media, (level) => {
      if (!bar.current) return;
      bar.current.style.clipPath = `inset(0 ${((1 - level) * 100).toFixed(1)}% 0 0)`;
      bar.current.dataset.level = level.toFixed(2);
    });
  }, [media, silent]);
  if (silent) return <p class="dim">No sound</p>;
  return (
    <div class="meter" role="img" aria-label="Loudness of the microphone">
      <i ref={bar} data-testid="level" />
    </div>
  );
}
