// What makes renditions: pieces of the source's segments in, pieces of renditions out. An adapter has no more to know.
import type { Logger } from '../../log.js';
import type { Fragment, Init } from '../media/fragments.js';

/** A rendition that is wished for. */
export interface Rung {
  /** Becomes the name of its playlist: letters and digits, such as `720p`. */
  name: string;
  height: number;
  /** Bits a second of its picture. */
  bitrate: number;
}

/** Cleartext of the source: fragments that follow each other. */
export interface SourcePiece {
  /** Of the segment that it belongs to; pieces of a segment come in order. */
  id: number;
  /** It begins its segment. */
  first: boolean;
  fragments: readonly Fragment[];
}

/** Cleartext of a rendition, with the source's times. */
export interface RenditionPiece {
  rung: string;
  id: number;
  init: Init;
  data: Buffer;
  durationMs: number;
  /** It completes its segment. */
  last: boolean;
}

export interface Job {
  stream: string;
  cam: string;
  /** Goes before the first piece. */
  source: Init;
  rungs: readonly Rung[];
  /** Pieces of a rung in order; what comes after `lateMs` is thrown away. */
  onPiece: (piece: RenditionPiece) => void;
  /** That segment will not come in that rendition. */
  onFailed: (rung: string, id: number) => void;
  /** It ended by itself, in words for the log. */
  onEnd: (reason: string) => void;
  /** A sentence for the host's dashboard. */
  onNotice: (text: string) => void;
  log: Logger;
}

export interface Transcoding {
  push(piece: SourcePiece): void;
  /** All pieces of that segment were pushed. */
  complete(id: number, durationMs: number): void;
  /** Nothing more comes. Resolves when it holds nothing any more. */
  end(): Promise<void>;
}

export interface Transcoder {
  /** A segment may come this much later than its source; then the source stands in for it. */
  lateMs: number;
  /** How far its renditions are usually behind the source: players keep that distance. */
  lagMs: number;
  /** It shows what it makes to viewers itself: it is fed, and nothing comes back. */
  showsItself?: true;
  /** What can be made of such a picture: nothing that is larger than it. */
  rungs(source: Pick<Init, 'width' | 'height'>): readonly Rung[];
  /** The first piece begins a segment. */
  start(job: Job): Transcoding;
}
