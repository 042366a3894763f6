// The names of published files: plain for the cam `main`, so that old links last, with the cam's name for others. Pure.
import { mainCam } from '../cams.js';

/** The rendition that is the source itself, nothing re-encoded. */
export const source = 'video';
const multivariant = 'live';

export type Names = ReturnType<typeof namesOf>;

export function namesOf(cam: string) {
  const base = (name: string): string => (cam === mainCam ? name : `${name}-${cam}`);
  const between = cam === mainCam ? '' : `-${cam}`;
  const media = new RegExp(`^[a-z0-9]+${between}-(\\d+(-\\d+)?\\.m4s|init-\\d+\\.mp4)$`);
  const old = cam === mainCam ? /^(s\d+\.m4s|init-\d+\.mp4)$/ : null;
  return {
    multivariant: `${base(multivariant)}.m3u8`,
    playlist: (rendition: string): string => `${base(rendition)}.m3u8`,
    segment: (rendition: string, id: number): string => `${base(rendition)}-${id}.m4s`,
    part: (rendition: string, id: number, index: number): string => `${base(rendition)}-${id}-${index}.m4s`,
    init: (rendition: string, at: number): string => `${base(rendition)}-init-${at}.mp4`,
    window: cam === mainCam ? '.window.json' : `.window-${cam}.json`,
    /** Whether it is media of this cam. */
    isMedia: (name: string): boolean => media.test(name) || (old?.test(name) ?? false),
  };
}
