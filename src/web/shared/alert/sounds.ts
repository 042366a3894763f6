// The sounds of alerts that ship: short, each made of a few notes as it is played, so that there are no files to license.
import type { sounds } from '../../../vocabulary/alert-looks.js';

type Ours = Exclude<(typeof sounds)[number], 'none'>;

interface Note {
  /** Hz; falls or rises to `to` where there is one. */
  hz: number;
  to?: number;
  /** Seconds from the beginning, and until it has died away. */
  at: number;
  lasts: number;
  loud: number;
  wave?: OscillatorType;
}

/** Struck metal: overtones that are not whole multiples, the higher the sooner gone. */
const struck = (hz: number, at: number, lasts: number, loud: number): Note[] =>
  [
    { over: 1, part: 1 },
    { over: 2.76, part: 0.35 },
    { over: 5.4, part: 0.14 },
  ].map(({ over, part }) => ({ hz: hz * over, at, lasts: lasts * (0.35 + 0.65 * part), loud: loud * part }));

const horn = (hz: number, at: number, lasts: number, loud: number): Note[] => [
  { hz, at, lasts, loud, wave: 'triangle' },
  { hz: hz * 1.003, at, lasts, loud: loud * 0.3, wave: 'sawtooth' },
  { hz: hz * 2, at, lasts: lasts * 0.8, loud: loud * 0.25 },
];

export const tunes: Record<Ours, Note[]> = {
  chime: [...struck(880, 0, 0.9, 0.5), ...struck(1318.5, 0.14, 1.3, 0.45)],
  coin: [
    { hz: 987.8, at: 0, lasts: 0.11, loud: 0.32, wave: 'square' },
    { hz: 1318.5, at: 0.09, lasts: 0.55, loud: 0.32, wave: 'square' },
  ],
  bell: [...struck(523.3, 0, 2.4, 0.6), ...struck(1046.5, 0, 1.2, 0.12)],
  fanfare: [
    ...horn(392, 0, 0.2, 0.34),
    ...horn(523.3, 0.16, 0.2, 0.34),
    ...horn(659.3, 0.32, 0.2, 0.34),
    ...[523.3, 659.3, 784].flatMap((hz) => horn(hz, 0.48, 1.25, 0.24)),
  ],
  sparkle: [1318.5, 1568, 1760, 2093, 2637, 3136].flatMap((hz, i) => struck(hz, i * 0.07, 0.7, 0.24)),
  drum: [
    { hz: 150, to: 44, at: 0, lasts: 0.55, loud: 0.95 },
    { hz: 320, to: 90, at: 0, lasts: 0.12, loud: 0.35, wave: 'triangle' },
    { hz: 150, to: 44, at: 0.24, lasts: 0.7, loud: 0.95 },
  ],
};

/** `from`: seconds of the context's clock. */
function schedule(
  context: BaseAudioContext,
  out: AudioNode,
  { hz, to, at, lasts, loud, wave }: Note,
  from: number,
): void {
  const [start, end] = [from + at, from + at + lasts];
  const voice = context.createOscillator();
  voice.type = wave ?? 'sine';
  voice.frequency.setValueAtTime(hz, start);
  if (to !== undefined) voice.frequency.exponentialRampToValueAtTime(to, end);
  const gain = context.createGain();
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(loud, start + 0.008);
  gain.gain.exponentialRampToValueAtTime(0.0001, end);
  voice.connect(gain).connect(out);
  voice.start(start);
  voice.stop(end);
}

/** `volume` from 0 to 1; returns what ends it. */
export function playTune(context: BaseAudioContext, name: string, volume: number): () => void {
  const out = context.createGain();
  out.gain.value = volume;
  // Several notes at once do not clip.
  const limiter = context.createDynamicsCompressor();
  out.connect(limiter).connect(context.destination);
  for (const note of tunes[name as Ours] ?? []) schedule(context, out, note, context.currentTime + 0.02);
  return () => out.disconnect();
}
