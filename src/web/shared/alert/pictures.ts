// The picture of an alert as an element: one of ours, or the host's own file.
import { assetFolder, isPictureFile, isVideoFile } from '../../../vocabulary/alert-looks.js';
import coin from './coin.svg';
import heart from './heart.svg';
import party from './party.svg';
import rocket from './rocket.svg';
import star from './star.svg';

const ours: Record<string, string> = { coin, heart, party, rocket, star };

/** Where a picture is loaded from; null: there is none. */
export const pictureUrl = (picture: string): string | null =>
  ours[picture] ?? (isPictureFile(picture) ? `${assetFolder}${picture}` : null);

function still(url: string): HTMLElement {
  const image = new Image();
  image.decoding = 'async';
  image.alt = '';
  image.src = url;
  return image;
}

function moving(url: string): HTMLElement {
  const video = document.createElement('video');
  Object.assign(video, { muted: true, loop: true, autoplay: true, playsInline: true, src: url });
  return video;
}

/** Null: there is none. It takes itself away when it cannot be shown. */
export function pictureElement(picture: string): HTMLElement | null {
  const url = pictureUrl(picture);
  if (url === null) return null;
  const art = document.createElement('div');
  art.className = 'art';
  const content = isVideoFile(picture) ? moving(url) : still(url);
  content.addEventListener('error', () => art.remove());
  art.append(content);
  return art;
}
