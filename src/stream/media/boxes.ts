// Reads ISO BMFF boxes (ISO/IEC 14496-12): just what live fragments need.

export interface Box {
  type: string;
  /** After the header. */
  body: Buffer;
}

/** Size and type of the box that starts at `offset`; null when its header is not all there. */
export function boxHeader(data: Buffer, offset: number): { size: number; header: number; type: string } | null {
  if (data.length < offset + 8) return null;
  const short = data.readUInt32BE(offset);
  const type = data.toString('latin1', offset + 4, offset + 8);
  if (short !== 1) return { size: short, header: 8, type };
  if (data.length < offset + 16) return null;
  return { size: Number(data.readBigUInt64BE(offset + 8)), header: 16, type };
}

/** The boxes in `data`, one after the other. */
export function boxes(data: Buffer): Box[] {
  const found: Box[] = [];
  for (let offset = 0; ; ) {
    const head = boxHeader(data, offset);
    if (!head || head.size < head.header || offset + head.size > data.length) return found;
    found.push({ type: head.type, body: data.subarray(offset + head.header, offset + head.size) });
    offset += head.size;
  }
}

/** The first box down a path such as `mdia/minf/stbl`. */
export function find(data: Buffer, path: string): Buffer | undefined {
  let here: Buffer | undefined = data;
  for (const type of path.split('/')) {
    if (!here) return undefined;
    here = boxes(here).find((box) => box.type === type)?.body;
  }
  return here;
}
