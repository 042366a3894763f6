// Writes FLV (Adobe FLV 10.1): the file header, and one tag for each RTMP media message. Pure.

const types = { audio: 8, video: 9 } as const;
const headerBytes = 11;

/** Says that sound and picture may come. */
export const flvHeader: Buffer = Buffer.from('464c5601050000000900000000', 'hex');

/** `time` in ms. The payload is copied: the parser uses its memory again. */
export function flvTag(type: 'audio' | 'video', time: number, payload: Buffer): Buffer {
  const tag = Buffer.alloc(headerBytes + payload.length + 4);
  tag[0] = types[type];
  tag.writeUIntBE(payload.length, 1, 3);
  tag.writeUIntBE(time & 0xffffff, 4, 3);
  tag[7] = time >>> 24;
  payload.copy(tag, headerBytes);
  tag.writeUInt32BE(headerBytes + payload.length, headerBytes + payload.length);
  return tag;
}
