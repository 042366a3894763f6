// Holds playlists to RFC 8216 and to its second edition's rules for low latency; tells in words what is wrong with each.

type Attributes = Map<string, string>;

export interface ListedPart {
  uri: string;
  ms: number;
  independent: boolean;
}

export interface ListedSegment {
  msn: number;
  uri: string;
  ms: number;
  map: string;
  key: string;
  iv: string;
  discontinuity: boolean;
  gap: boolean;
  date: number;
  parts: ListedPart[];
}

export interface MediaPlaylist {
  sequence: number;
  discontinuities: number;
  targetMs: number;
  partTargetMs: number;
  skipped: number;
  /** All its segments are said to begin with a keyframe. */
  independent: boolean;
  segments: ListedSegment[];
  /** Of the segment under way. */
  open: { parts: ListedPart[]; key: string; iv: string; map: string };
  hint: string | null;
}

const once = new Set([
  ...['EXT-X-VERSION', 'EXT-X-TARGETDURATION', 'EXT-X-MEDIA-SEQUENCE', 'EXT-X-DISCONTINUITY-SEQUENCE'],
  ...['EXT-X-INDEPENDENT-SEGMENTS', 'EXT-X-SERVER-CONTROL', 'EXT-X-PART-INF', 'EXT-X-SKIP', 'EXT-X-ENDLIST'],
]);
const mediaTags = new Set([
  ...once,
  ...['EXTM3U', 'EXTINF', 'EXT-X-KEY', 'EXT-X-MAP', 'EXT-X-PROGRAM-DATE-TIME', 'EXT-X-DISCONTINUITY', 'EXT-X-GAP'],
  ...['EXT-X-PART', 'EXT-X-PRELOAD-HINT', 'EXT-X-RENDITION-REPORT'],
]);
const ofSegments = ['EXTINF', 'EXT-X-PART', 'EXT-X-KEY', 'EXT-X-MAP', 'EXT-X-PROGRAM-DATE-TIME', 'EXT-X-DISCONTINUITY'];

const attributePattern = /([A-Z0-9-]+)=("[^"\r\n]*"|[^",\s]+)(?:,|$)/y;

function attributesOf(text: string, fail: (what: string) => void): Attributes {
  const found: Attributes = new Map();
  attributePattern.lastIndex = 0;
  while (attributePattern.lastIndex < text.length) {
    const at = attributePattern.lastIndex;
    const match = attributePattern.exec(text);
    if (!match?.[1] || !match[2]) {
      fail(`not an attribute list: ${text.slice(at)}`);
      return found;
    }
    if (found.has(match[1])) fail(`${match[1]} is there twice`);
    found.set(match[1], match[2]);
  }
  return found;
}

const quoted = (value: string | undefined): string | null => /^"(.*)"$/.exec(value ?? '')?.[1] ?? null;
const decimal = (value: string | undefined): number => (/^\d+(\.\d+)?$/.test(value ?? '') ? Number(value) : Number.NaN);

/** Rounding of what is written with three digits. */
const slackMs = 2;

/** Everything that is wrong with a media playlist, and what it says. */
export function readMedia(text: string): { problems: string[]; playlist: MediaPlaylist } {
  const problems: string[] = [];
  const fail = (what: string): void => void problems.push(what);
  const lines = text.split('\n');
  if (lines[0] !== '#EXTM3U') fail('it does not begin with #EXTM3U');
  if (!text.endsWith('\n') || text.includes('\r')) fail('its lines do not all end with a line feed');
  const seen = new Map<string, string>();
  const playlist: MediaPlaylist = {
    ...{ sequence: 0, discontinuities: 0, targetMs: 0, partTargetMs: 0, skipped: 0, segments: [], hint: null },
    independent: lines.includes('#EXT-X-INDEPENDENT-SEGMENTS'),
    open: { parts: [], key: '', iv: '', map: '' },
  };
  let version = 1;
  let needs = 1;
  let [key, iv, map, mapIsClear] = ['', '', '', true];
  let date = Number.NaN;
  let [discontinuity, gap] = [false, false];
  let ms = Number.NaN;
  let parts: ListedPart[] = [];
  let begun = false;
  const uris = new Set<string>();
  const name = (uri: string): void => {
    if (uris.has(uri)) fail(`${uri} is listed twice`);
    uris.add(uri);
  };

  for (const line of lines.slice(1)) {
    if (line === '') continue;
    if (!line.startsWith('#')) {
      if (Number.isNaN(ms)) fail(`${line} has no EXTINF`);
      if (line.endsWith('.m4s') && !map) fail(`${line} has no initialization`);
      name(line);
      const msn = playlist.sequence + playlist.skipped + playlist.segments.length;
      playlist.segments.push({ msn, uri: line, ms, map, key, iv, discontinuity, gap, date, parts });
      [ms, date, discontinuity, gap, parts, begun] = [Number.NaN, Number.NaN, false, false, [], false];
      continue;
    }
    if (!line.startsWith('#EXT')) continue;
    const [, tag = '', value = ''] = /^#([A-Z0-9-]+):?(.*)$/.exec(line) ?? [];
    if (!mediaTags.has(tag)) fail(`${tag} is no tag of a media playlist`);
    if (once.has(tag) && seen.has(tag)) fail(`${tag} is there twice`);
    seen.set(tag, value);
    const started = playlist.segments.length > 0 || parts.length > 0;
    if (begun && ['EXT-X-KEY', 'EXT-X-MAP', 'EXT-X-DISCONTINUITY', 'EXT-X-PROGRAM-DATE-TIME'].includes(tag))
      fail(`${tag} comes after the first part of its segment`);
    const list = (): Attributes => attributesOf(value, fail);
    if (tag === 'EXT-X-VERSION') version = Number(value);
    else if (tag === 'EXT-X-TARGETDURATION') {
      if (!/^\d+$/.test(value)) fail('EXT-X-TARGETDURATION is no whole number');
      playlist.targetMs = Number(value) * 1000;
    } else if (tag === 'EXT-X-MEDIA-SEQUENCE') {
      if (started) fail('EXT-X-MEDIA-SEQUENCE comes after a segment');
      playlist.sequence = Number(value);
    } else if (tag === 'EXT-X-DISCONTINUITY-SEQUENCE') {
      if (started || seen.has('EXT-X-DISCONTINUITY')) fail('EXT-X-DISCONTINUITY-SEQUENCE comes too late');
      playlist.discontinuities = Number(value);
    } else if (tag === 'EXT-X-DISCONTINUITY') discontinuity = true;
    else if (tag === 'EXT-X-GAP') [gap, needs] = [true, Math.max(needs, 8)];
    else if (tag === 'EXTINF') {
      ms = Number.parseFloat(value) * 1000;
      if (!/^\d+(\.\d+)?,/.test(value)) fail(`EXTINF:${value} is no duration`);
      if (value.includes('.')) needs = Math.max(needs, 3);
      if (Math.round(ms / 1000) * 1000 > playlist.targetMs) fail(`a segment of ${ms} ms is longer than the target`);
      const of = parts.reduce((sum, part) => sum + part.ms, 0);
      if (parts.length > 0 && Math.abs(of - ms) > parts.length * slackMs) fail(`parts of ${of} ms make ${ms} ms`);
    } else if (tag === 'EXT-X-PROGRAM-DATE-TIME') {
      date = Date.parse(value);
      if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)$/.test(value)) fail(`${value} is no date`);
      const last = playlist.segments.at(-1);
      if (last && !discontinuity && Math.abs(last.date + last.ms - date) > 1000) fail('the dates do not go on');
    } else if (tag === 'EXT-X-KEY') {
      const of = list();
      const method = of.get('METHOD');
      if (method === 'NONE' && of.size > 1) fail('a key of METHOD=NONE has other attributes');
      else if (method === 'AES-128') {
        if (!quoted(of.get('URI'))) fail('a key has no URI');
        if (!/^0x[0-9a-fA-F]{32}$/.test(of.get('IV') ?? '')) fail('a key has no IV of 128 bits');
        needs = Math.max(needs, 2);
      } else if (method !== 'NONE') fail(`a key of METHOD=${method}`);
      [key, iv] = [quoted(of.get('URI')) ?? '', of.get('IV') ?? ''];
    } else if (tag === 'EXT-X-MAP') {
      map = quoted(list().get('URI')) ?? '';
      if (!map) fail('EXT-X-MAP has no URI');
      mapIsClear = key === '';
      if (!mapIsClear && !iv) fail('an encrypted initialization has no IV');
      needs = Math.max(needs, 6);
    } else if (tag === 'EXT-X-SERVER-CONTROL') control(list());
    else if (tag === 'EXT-X-PART-INF') {
      playlist.partTargetMs = decimal(list().get('PART-TARGET')) * 1000;
      if (!(playlist.partTargetMs > 0)) fail('EXT-X-PART-INF has no PART-TARGET');
    } else if (tag === 'EXT-X-PART') {
      const of = list();
      const [uri, part] = [quoted(of.get('URI')), decimal(of.get('DURATION')) * 1000];
      if (!uri || Number.isNaN(part)) fail(`a part without URI or DURATION: ${value}`);
      if (part > playlist.partTargetMs)
        fail(`a part of ${part} ms is longer than the target of ${playlist.partTargetMs}`);
      begun = true;
      name(uri ?? '');
      parts.push({ uri: uri ?? '', ms: part, independent: of.get('INDEPENDENT') === 'YES' });
    } else if (tag === 'EXT-X-SKIP') {
      playlist.skipped = Number(list().get('SKIPPED-SEGMENTS'));
      if (!(playlist.skipped > 0)) fail('EXT-X-SKIP without SKIPPED-SEGMENTS');
      if (!attributesOf(seen.get('EXT-X-SERVER-CONTROL') ?? '', fail).has('CAN-SKIP-UNTIL')) fail('it skips unasked');
      needs = Math.max(needs, 9);
    } else if (tag === 'EXT-X-PRELOAD-HINT') {
      const of = list();
      if (of.get('TYPE') !== 'PART' && of.get('TYPE') !== 'MAP') fail('a hint without a TYPE');
      playlist.hint = quoted(of.get('URI'));
      if (!playlist.hint || uris.has(playlist.hint)) fail(`a hint at what is there: ${playlist.hint}`);
    } else if (tag === 'EXT-X-RENDITION-REPORT') {
      const of = list();
      if (!quoted(of.get('URI')) || /^\w+:|^\//.test(quoted(of.get('URI')) ?? ''))
        fail('a report without a relative URI');
      if (!/^\d+$/.test(of.get('LAST-MSN') ?? '')) fail('a report without LAST-MSN');
    }
  }

  function control(of: Attributes): void {
    const target = playlist.targetMs / 1000;
    if (of.has('HOLD-BACK') && !(decimal(of.get('HOLD-BACK')) >= target * 3)) fail('HOLD-BACK is too short');
    if (of.has('CAN-SKIP-UNTIL') && !(decimal(of.get('CAN-SKIP-UNTIL')) >= target * 6))
      fail('CAN-SKIP-UNTIL is too short');
  }

  playlist.open = { parts, key, iv, map };
  const hold = decimal(attributesOf(seen.get('EXT-X-SERVER-CONTROL') ?? '', fail).get('PART-HOLD-BACK')) * 1000;
  if (seen.has('EXT-X-PART-INF') && !(hold >= playlist.partTargetMs * 3 - slackMs)) fail('PART-HOLD-BACK is too short');
  if (seen.has('EXT-X-PART') && !seen.has('EXT-X-PART-INF')) fail('parts without EXT-X-PART-INF');
  if (seen.has('EXT-X-ENDLIST') && seen.has('EXT-X-PRELOAD-HINT')) fail('a hint after the end');
  if (!seen.has('EXT-X-TARGETDURATION')) fail('no EXT-X-TARGETDURATION');
  if (ofSegments.some((tag) => seen.has(tag)) && version < needs) fail(`version ${version}, where ${needs} is needed`);
  const long = (part: ListedPart, last: boolean): boolean =>
    last || part.independent || part.ms >= playlist.partTargetMs * 0.85 - slackMs;
  for (const of of [...playlist.segments.map((s) => s.parts), parts])
    for (const [i, part] of of.entries())
      if (!long(part, i === of.length - 1 && of !== parts) && !(of === parts && i === of.length - 1))
        fail(`a part of ${part.ms} ms is too short`);
  const locks = playlist.segments.filter((s) => s.key).map((s) => `${s.key} ${s.iv}`);
  if (new Set(locks).size < locks.length) fail('two segments have the same key and IV');
  const total = playlist.segments.reduce((sum, s) => sum + s.ms, 0);
  if (playlist.sequence > 0 && playlist.skipped === 0 && total < playlist.targetMs * 3) fail('it lists too little');
  return { problems, playlist };
}

/** What changed from one version of a playlist to a later one that may not change. */
export function changes(before: MediaPlaylist, after: MediaPlaylist): string[] {
  const problems: string[] = [];
  if (after.sequence < before.sequence) problems.push('its sequence went back');
  if (after.targetMs !== before.targetMs)
    problems.push(`its target duration was ${before.targetMs} and is ${after.targetMs}`);
  const anew = after.segments.some((s) => s.discontinuity && s.msn > (before.segments.at(-1)?.msn ?? -1));
  // A server that was just started again tells of no parts until its encoder is back.
  if (before.partTargetMs > 0 && after.partTargetMs > 0 && after.partTargetMs !== before.partTargetMs && !anew)
    problems.push(`its part target was ${before.partTargetMs} and is ${after.partTargetMs}`);
  const other = after.segments.some((s) => s.discontinuity) || after.discontinuities > before.discontinuities;
  if (after.independent && !before.independent && !other)
    problems.push('its segments are said to be independent again');
  const kept = new Map(after.segments.map((segment) => [segment.msn, segment]));
  for (const was of before.segments) {
    const is = kept.get(was.msn);
    if (!is) continue;
    for (const of of ['uri', 'ms', 'map', 'key', 'iv', 'discontinuity', 'date'] as const)
      if (was[of] !== is[of]) problems.push(`${of} of ${was.uri} was ${was[of]} and is ${is[of]}`);
  }
  const under = after.segments.find(({ msn }) => msn === (before.segments.at(-1)?.msn ?? Number.NaN) + 1);
  const { parts, key, map } = before.open;
  if (under && parts.length > 0 && (under.key !== key || under.map !== map))
    problems.push(`parts of ${under.uri} were told of under another key or initialization`);
  const gone = before.segments.filter(({ msn }) => msn < after.sequence && msn >= before.sequence);
  const counted = before.discontinuities + gone.filter((segment) => segment.discontinuity).length;
  const all = gone.length === after.sequence - before.sequence;
  if (all && before.skipped === 0 && after.discontinuities !== counted)
    problems.push(`${counted} discontinuities are gone, and it says ${after.discontinuities}`);
  const last = before.segments.at(-1)?.msn ?? -1;
  const newest = after.segments.at(-1)?.msn ?? -1;
  if (newest < last) problems.push('it lost its newest segment');
  return problems;
}

export interface Variant {
  uri: string;
  bandwidth: number;
  average: number;
  codecs: string;
  resolution: string;
  frameRate: number;
  /** As it is written; empty where nothing is said. */
  captions: string;
}

const multivariantTags = [
  ...['EXTM3U', 'EXT-X-VERSION', 'EXT-X-INDEPENDENT-SEGMENTS', 'EXT-X-STREAM-INF', 'EXT-X-MEDIA'],
];

/** The group that such a tag is of; ours are captions within the pictures alone (RFC 8216 4.3.4.1). */
function captionGroup(of: Attributes, fail: (what: string) => void): string {
  if (of.get('TYPE') !== 'CLOSED-CAPTIONS') fail(`media of TYPE=${of.get('TYPE')}`);
  if (!quoted(of.get('NAME'))) fail('captions without a NAME');
  if (!/^(CC[1-4]|SERVICE([1-9]|[1-5]\d|6[0-3]))$/.test(quoted(of.get('INSTREAM-ID')) ?? ''))
    fail(`captions of INSTREAM-ID=${of.get('INSTREAM-ID')}`);
  if (of.has('URI')) fail('captions within the pictures have a URI');
  return quoted(of.get('GROUP-ID')) ?? '';
}

const codec = /^(avc1\.[0-9a-f]{6}|mp4a\.40\.\d+)$/;

/** Everything that is wrong with a multivariant playlist, and what it says. */
export function readMultivariant(text: string): { problems: string[]; variants: Variant[] } {
  const problems: string[] = [];
  const fail = (what: string): void => void problems.push(what);
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines[0] !== '#EXTM3U') fail('it does not begin with #EXTM3U');
  const variants: Variant[] = [];
  const groups: string[] = [];
  for (const [i, line] of lines.entries()) {
    const [, tag, value = ''] = /^#(EXT[A-Z0-9-]*):?(.*)$/.exec(line) ?? [];
    if (tag && !multivariantTags.includes(tag)) fail(`${tag} is no tag of a multivariant playlist`);
    if (tag === 'EXT-X-MEDIA') groups.push(captionGroup(attributesOf(value, fail), fail));
    if (tag !== 'EXT-X-STREAM-INF') continue;
    const of = attributesOf(value, fail);
    const uri = lines[i + 1] ?? '#';
    if (uri.startsWith('#')) fail('a variant without a URI');
    const [bandwidth, average] = [decimal(of.get('BANDWIDTH')), decimal(of.get('AVERAGE-BANDWIDTH'))];
    if (!Number.isInteger(bandwidth)) fail('a variant without BANDWIDTH');
    if (of.has('AVERAGE-BANDWIDTH') && !(average <= bandwidth)) fail('AVERAGE-BANDWIDTH is above BANDWIDTH');
    const codecs = quoted(of.get('CODECS')) ?? '';
    for (const one of codecs.split(',')) if (!codec.test(one)) fail(`“${one}” is no codec`);
    const picture = codecs.includes('avc1');
    if (picture && !/^[1-9]\d*x[1-9]\d*$/.test(of.get('RESOLUTION') ?? '')) fail('a picture without RESOLUTION');
    if (picture && !/^\d+\.\d{3}$/.test(of.get('FRAME-RATE') ?? '')) fail('a picture without FRAME-RATE');
    const resolution = of.get('RESOLUTION') ?? '';
    const captions = of.get('CLOSED-CAPTIONS') ?? '';
    if (captions !== '' && captions !== 'NONE' && !groups.includes(quoted(captions) ?? ''))
      fail(`no captions are named ${captions}`);
    variants.push({ captions, uri, bandwidth, average, codecs, resolution, frameRate: decimal(of.get('FRAME-RATE')) });
  }
  const silent = variants.filter(({ captions }) => captions === 'NONE').length;
  if (silent > 0 && silent < variants.length) fail('some variants have no captions, and others say nothing of that');
  if (variants.length === 0) fail('it lists nothing');
  if (new Set(variants.map(({ uri }) => uri)).size < variants.length) fail('a variant is listed twice');
  return { problems, variants };
}
