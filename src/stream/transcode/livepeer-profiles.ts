// What a Livepeer gateway is told to make: the answer to its webhook, and the header of each push. Pure.
import type { Init } from '../media/fragments.js';
import type { Rung } from './port.js';

export interface Configuration {
  manifestID: string;
  profiles: readonly {
    name: string;
    width: number;
    height: number;
    /** Bits a second. */
    bitrate: number;
    /** 0: as the source. */
    fps: number;
    profile: string;
  }[];
}

const even = (pixels: number): number => Math.round(pixels / 2) * 2;

export function configurationOf(manifestID: string, rungs: readonly Rung[], source: Init): Configuration {
  const profiles = rungs.map(({ name, height, bitrate }) => ({
    ...{ name, height, bitrate, width: even((source.width * height) / source.height) },
    fps: 0,
    // The best that has no B-frames.
    profile: 'H264ConstrainedHigh',
  }));
  return { manifestID, profiles };
}
