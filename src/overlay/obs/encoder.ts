// The encoder settings that dTok's key periods want: a keyframe at least every two seconds, and no B-frames. Pure.

/** Of OBS's profile, as far as it can be asked. */
export interface EncoderProfile {
  /** Simple or Advanced. */
  mode: string;
  /** Of the simple mode. */
  encoder: string;
  advanced: boolean;
  x264: string;
}

export type EncoderAdvice =
  | { is: 'fine' }
  | { is: 'change'; x264: string; advanced: true }
  | { is: 'by-hand'; why: 'advanced' | 'hardware' };

export const keyframeSeconds = (keyPeriodMs: number): number =>
  Math.max(1, Math.min(2, Math.floor(keyPeriodMs / 1000)));

/** The host's own options stay; only those two are set. */
export function withKeyframes(options: string, keyint: number): string {
  const own = options.split(/\s+/).filter((option) => option !== '' && !/^(keyint|bframes)=/.test(option));
  return [...own, `keyint=${keyint}`, 'bframes=0'].join(' ');
}

export function adviseEncoder({ mode, encoder, advanced, x264 }: EncoderProfile, keyint: number): EncoderAdvice {
  if (mode !== 'Simple') return { is: 'by-hand', why: 'advanced' };
  if (!/^x264/.test(encoder)) return { is: 'by-hand', why: 'hardware' };
  const wanted = withKeyframes(x264, keyint);
  const set = (name: string): string | undefined => new RegExp(`(?:^|\\s)${name}=(\\S+)`).exec(x264)?.[1];
  const keeps = Number(set('keyint')) > 0 && Number(set('keyint')) <= keyint && set('bframes') === '0';
  return advanced && keeps ? { is: 'fine' } : { is: 'change', x264: wanted, advanced: true };
}
