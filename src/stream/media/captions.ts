// Finds captions that come within the pictures (CEA-608 and 708 in H.264's SEI, ATSC A/53), to say in playlists that they are there. Pure.

/** As INSTREAM-ID names them: the first and the second field's captions, and the first service of 708. */
export type CaptionChannel = 'CC1' | 'CC3' | 'SERVICE1';

/** itu_t_t35 of the United States, ATSC, its identifier, and that captions follow. */
const mark = Buffer.from([0xb5, 0x00, 0x31, ...Buffer.from('GA94'), 0x03]);
/** The most that can follow: 31 captions of three bytes, behind their number. No two zeros come before a small byte in them. */
const mostBytes = 2 + 31 * 3;
const channels: readonly (CaptionChannel | undefined)[] = ['CC1', 'CC3', 'SERVICE1', 'SERVICE1'];

/** What the captions behind a mark are of; padding is none. */
function channelsAt(data: Buffer): CaptionChannel[] {
  const [flags = 0, , ...triplets] = data;
  const found: CaptionChannel[] = [];
  for (let i = 0; i < (flags & 0x1f); i++) {
    const [kind = 0, first = 0, second = 0] = triplets.slice(i * 3, i * 3 + 3);
    const channel = channels[kind & 3];
    const says = (kind & 4) !== 0 && ((first | second) & 0x7f) !== 0;
    if (channel && says) found.push(channel);
  }
  return found;
}

export function captionsIn(data: Buffer): CaptionChannel[] {
  const found = new Set<CaptionChannel>();
  for (let at = data.indexOf(mark); at >= 0; at = data.indexOf(mark, at + mark.length)) {
    const from = at + mark.length;
    for (const channel of channelsAt(data.subarray(from, from + mostBytes))) found.add(channel);
  }
  return [...found];
}
