// What dTok must know of FLV tags (Adobe FLV 10.1, and enhanced RTMP's four-character codes): headers and codecs. Pure.

const tagHeader = 11;

export interface Tag {
  type: 'audio' | 'video' | 'script';
  data: Buffer;
  /** A codec's configuration, without which nothing after it can be read. */
  config: boolean;
  keyframe: boolean;
}

/** The tags in bytes that hold whole ones; the file header is passed over. */
export function flvTags(bytes: Buffer): Tag[] {
  const tags: Tag[] = [];
  let offset = isFlvHeader(bytes) ? 13 : 0;
  while (offset + tagHeader <= bytes.length) {
    const size = bytes.readUIntBE(offset + 1, 3);
    const end = offset + tagHeader + size + 4;
    if (end > bytes.length) break;
    tags.push(readTag(bytes.subarray(offset, end)));
    offset = end;
  }
  return tags;
}

export const isFlvHeader = (bytes: Buffer): boolean => bytes.length >= 13 && bytes.toString('latin1', 0, 3) === 'FLV';

/** Takes bytes as they come; `onWhole` gets the file header, then one whole tag after the other. */
export function createTagReader(onWhole: (flv: Buffer) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let size = 13;
  const next = (): number => (rest.length < tagHeader ? tagHeader : tagHeader + rest.readUIntBE(1, 3) + 4);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (; rest.length >= size; size = next()) {
      if (size === tagHeader) continue;
      onWhole(Buffer.from(rest.subarray(0, size)));
      rest = rest.subarray(size);
    }
  };
}

/** When a tag is to be shown, ms. */
export const timeOf = ({ data }: Tag): number => data.readUIntBE(4, 3) + (data[7] ?? 0) * 0x1000000;

function readTag(data: Buffer): Tag {
  const kind = data[0] ?? 0;
  const first = data[tagHeader] ?? 0;
  const second = data[tagHeader + 1] ?? 0;
  if (kind === 9) return { type: 'video', data, config: second === 0, keyframe: first >> 4 === 1 };
  if (kind === 8) return { type: 'audio', data, config: second === 0, keyframe: false };
  return { type: 'script', data, config: true, keyframe: false };
}

const videoCodecs: Record<number, string> = { 2: 'H.263', 4: 'VP6', 7: 'H.264', 12: 'HEVC' };
const audioCodecs: Record<number, string> = { 2: 'MP3', 7: 'G.711', 8: 'G.711', 10: 'AAC', 11: 'Speex' };

/** Why a tag cannot be packaged, as a sentence for the host; null when it can. */
export function codecTrouble(tag: Tag): string | null {
  const first = tag.data[tagHeader] ?? 0;
  if (tag.type === 'video') {
    const fourCc = first & 0x80 ? tag.data.toString('latin1', tagHeader + 1, tagHeader + 5) : null;
    const codec = fourCc ?? videoCodecs[first & 0x0f] ?? 'unknown';
    return codec === 'H.264' ? null : `The video is ${codec}: set your encoder to H.264.`;
  }
  if (tag.type === 'audio') {
    const codec = audioCodecs[first >> 4] ?? 'unknown';
    return codec === 'AAC' ? null : `The sound is ${codec}: set your encoder to AAC.`;
  }
  return null;
}
