// The cams of a stream, as pages list them.
import type { CamInfo } from '../../vocabulary/streams.js';

export const onAir = (cams: readonly CamInfo[]): CamInfo[] => cams.filter(({ state }) => state !== 'idle');

/** What the host called it, else its id as a word. */
export const camName = ({ id, title }: Pick<CamInfo, 'id' | 'title'>): string =>
  title || id.charAt(0).toUpperCase() + id.slice(1);

/** Another `turn`, another picture. */
export const camPicture = (stream: string, cam: string, turn: number): string =>
  `/api/streams/${stream}/picture?cam=${cam}&t=${turn}`;
