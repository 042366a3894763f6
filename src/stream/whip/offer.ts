// What of a WHIP client's SDP offer (RFC 9725, RFC 8866) is taken: one H.264 picture and one Opus sound, in one form each. Pure.

/** What is answered to, or why nothing is, as a sentence for the host; null: it is no SDP offer. */
export type Taken = { sdp: string; ufrag: string } | { unfit: string } | null;

interface Codec {
  type: string;
  name: string;
  format: string;
}

/** They carry no picture or sound of their own. */
const helpers = /^(rtx|red|ulpfec|flexfec.*|telephone-event|cn)$/i;
const receiving = /^a=(recvonly|inactive)$/;

const oneEach = 'WHIP takes one picture and one sound: send no more than that.';
const sendsNothing = 'The offer is not to send: set your encoder to publish, not to play.';

/** The lines before the first medium, then those of each medium. */
function sectionsOf(sdp: string): string[][] {
  const sections: string[][] = [[]];
  for (const line of sdp.split(/\r?\n/).filter((text) => text !== '')) {
    if (line.startsWith('m=')) sections.push([]);
    sections.at(-1)?.push(line);
  }
  return sections;
}

const kindOf = (section: readonly string[]): string => /^m=(\w+) /.exec(section[0] ?? '')?.[1] ?? '';

/** The value of an attribute such as `rtpmap:102 `; empty where it is not there. */
const attribute = (section: readonly string[], name: string): string =>
  section.find((line) => line.startsWith(`a=${name}`))?.slice(name.length + 2) ?? '';

/** In the order of the client's wish. */
function codecsOf(section: readonly string[]): Codec[] {
  const types = (section[0] ?? '').split(' ').slice(3);
  return types.map((type) => {
    const [name = ''] = attribute(section, `rtpmap:${type} `).split('/');
    return { type, name, format: attribute(section, `fmtp:${type} `) };
  });
}

/** Access units may be spread over packets (RFC 6184, 5.4): nothing else fits a picture into a datagram. */
const isH264 = ({ name, format }: Codec): boolean =>
  name.toUpperCase() === 'H264' && /(^|;)\s*packetization-mode=1\s*(;|$)/.test(format);

const isOpus = ({ name }: Codec): boolean => name.toLowerCase() === 'opus';

function codecTrouble(kind: string, codecs: readonly Codec[]): string {
  const names = [...new Set(codecs.map(({ name }) => name).filter((name) => name !== '' && !helpers.test(name)))];
  const offered = names.join(', ') || 'unknown';
  return kind === 'video'
    ? `The video is ${offered}: set your encoder to H.264 (with packetization-mode 1).`
    : `The sound is ${offered}: set your encoder to Opus, as WebRTC has it.`;
}

/** The first SSRC of a section: others are for repairs, which come on the same one where no other is agreed on. */
const ssrcOf = (section: readonly string[]): string => /^\d+/.exec(attribute(section, 'ssrc:'))?.[0] ?? '';

/** A medium with one codec alone. */
function only(section: readonly string[], { type }: Codec): string[] {
  const [line = '', ...rest] = section;
  const ssrc = ssrcOf(section);
  const kept = rest.filter((one) => {
    if (/^a=(rtpmap|fmtp|rtcp-fb):/.test(one)) return one.startsWith(`${one.split(':')[0]}:${type} `);
    if (one.startsWith('a=ssrc:')) return one.startsWith(`a=ssrc:${ssrc} `);
    return !/^a=(ssrc-group|simulcast|rid|candidate):?/.test(one) || isUsable(one);
  });
  return [[...line.split(' ').slice(0, 3), type].join(' '), ...kept];
}

/** Names of machines are not looked up, and there is no TCP. */
const isUsable = (line: string): boolean => /^a=candidate:\S+ \d+ udp \d+ [\da-f.:]+ \d+ typ /i.test(line);

function unfit(media: readonly string[][]): string | null {
  const kinds = media.map(kindOf);
  const strange = kinds.some((kind) => kind !== 'audio' && kind !== 'video');
  if (strange || new Set(kinds).size !== kinds.length) return oneEach;
  return media.some((section) => section.some((line) => receiving.test(line))) ? sendsNothing : null;
}

/** What is kept of each medium, or why one is not. */
function narrow(media: readonly string[][]): string[][] | { unfit: string } {
  const narrowed: string[][] = [];
  for (const section of media) {
    const kind = kindOf(section);
    const codecs = codecsOf(section);
    const codec = codecs.find(kind === 'video' ? isH264 : isOpus);
    if (!codec) return { unfit: codecTrouble(kind, codecs) };
    narrowed.push(only(section, codec));
  }
  return narrowed;
}

export function takeOffer(sdp: string): Taken {
  const [session = [], ...media] = sectionsOf(sdp);
  const has = (name: string): boolean => [session, ...media].some((section) => attribute(section, name) !== '');
  if (session[0] !== 'v=0' || media.length === 0 || !has('ice-ufrag:') || !has('fingerprint:')) return null;
  const why = unfit(media);
  if (why) return { unfit: why };
  const narrowed = narrow(media);
  if ('unfit' in narrowed) return narrowed;
  const lines = [...session, ...narrowed.flat()];
  return { sdp: `${lines.join('\r\n')}\r\n`, ufrag: attribute(lines, 'ice-ufrag:') };
}

const hostCandidate = /^a=candidate:(\S+) (\d+ udp) (\d+) (\S+) (\d+ typ host.*)$/i;
const isLoopback = (address: string): boolean => /^(127\.|::1$)/.test(address);

/** Tells the client of the address that a router passes on to this machine, beside each of the machine's own. */
export function announce(answer: string, address: string): string {
  const same = (other: string): boolean => other.includes(':') === address.includes(':');
  return answer.replace(/^a=candidate:.*$/gm, (line) => {
    const [, foundation, transport, priority, own = '', rest] = hostCandidate.exec(line.trimEnd()) ?? [];
    if (!foundation || isLoopback(own) || !same(own) || own === address) return line;
    return `a=candidate:${foundation}9 ${transport} ${Number(priority) - 1} ${address} ${rest}\r\n${line}`;
  });
}

export interface Trickled {
  ufrag: string;
  candidates: { candidate: string; mid: string }[];
}

/** A fragment of SDP (RFC 8840, 9) with candidates that came later; null: it is none. */
export function readFragment(text: string): Trickled | null {
  const sections = sectionsOf(text);
  const ufrag = sections.map((section) => attribute(section, 'ice-ufrag:')).find((one) => one !== '');
  if (!ufrag) return null;
  const candidates = sections.flatMap((section) => {
    const mid = attribute(section, 'mid:');
    return section.filter(isUsable).map((line) => ({ candidate: line.slice(2), mid }));
  });
  return { ufrag, candidates };
}
