// The panel that `npm start` prints when everything runs: where to watch, steer, overlay and send video.
import { networkInterfaces } from 'node:os';
import { stripVTControlCharacters } from 'node:util';
import qrcode from 'qrcode';

export interface PanelFacts {
  /** Null while nothing pays for watch links. */
  watchLink: string | null;
  dashboard: string;
  overlay: string;
  rtmpUrl: string;
  streamKey: string;
  api: string;
  /** Where to send tokens that pay for watch links. */
  sponsor?: string;
  /** Width of the terminal; default the real one, else 80. */
  columns?: number;
  /** Default: on a terminal, unless NO_COLOR is set. */
  color?: boolean;
}

type Paint = (text: string) => string;

const colorWanted = (): boolean =>
  process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';

const paint = (code: number, on: boolean): Paint => (on ? (text) => `\x1b[${code}m${text}\x1b[0m` : (text) => text);

const indent: Paint = (text) => text.replace(/^(?=.)/gm, '  ');

/** A title at the left and a word at the right, in a frame of at most 80 columns. */
function frame(left: string, right: string, columns: number, title: Paint): string {
  const inner = Math.max(left.length + right.length + 3, Math.min(columns, 80) - 2);
  const gap = ' '.repeat(inner - left.length - right.length - 2);
  const rule = '─'.repeat(inner);
  return `╭${rule}╮\n│ ${title(left)}${gap}${right} │\n╰${rule}╯`;
}

/** This machine's address in its local network. */
function lanAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((some) => some ?? []);
  return all.find((one) => one.family === 'IPv4' && !one.internal)?.address ?? '192.168.1.2';
}

/** A phone cannot open a link to "localhost". */
function reachHint(watchLink: string): string[] {
  const { hostname, port } = new URL(watchLink);
  if (!/^(localhost|127\.|\[::1\])/.test(hostname)) return [];
  return [
    'This link opens on this machine only. For phones and other people, set',
    `PUBLIC_URL to an address that they can reach, such as http://${lanAddress()}:${port}`,
  ];
}

/** Dark on light where there is colour; else in plain ink, which is right on paper and light terminals. */
const qr = async (text: string, color: boolean): Promise<string> =>
  (
    await qrcode.toString(text, { type: color ? 'terminal' : 'utf8', small: true, errorCorrectionLevel: 'L' })
  ).trimEnd();

const widthOf = (text: string): number =>
  Math.max(
    ...stripVTControlCharacters(text)
      .split('\n')
      .map((line) => line.length),
  );

interface Style {
  columns: number;
  color: boolean;
  bold: Paint;
  dim: Paint;
  link: Paint;
}

async function watchBlocks({ watchLink, sponsor }: PanelFacts, style: Style): Promise<string[]> {
  const { bold, link, dim, color, columns } = style;
  if (!watchLink) {
    const where = sponsor ? ` ${link(sponsor)}` : '';
    return [`${bold('No watch links yet')}\nSend tokens to the sponsor address${where} and start again.`];
  }
  const code = await qr(watchLink, color);
  const hint = reachHint(watchLink).map(dim).join('\n');
  const title = `${bold('Watch')} ${dim('(already paid for: who has this link spends its credit)')}`;
  return [`${title}\n${link(watchLink)}`, widthOf(code) + 2 > columns ? '' : code, hint];
}

function hostBlocks(facts: PanelFacts, { bold, dim, link }: Style): string[] {
  return [
    `${bold('Dashboard')} ${dim('(for you alone: this link opens your till)')}\n${link(facts.dashboard)}`,
    `${bold('Overlay')} ${dim('(OBS: Sources, Browser, 1920 x 1080)')}\n${link(facts.overlay)}`,
    `${bold('Broadcast')} ${dim('(OBS: Settings, Stream, Custom)')}\n` +
      `Server      ${link(facts.rtmpUrl)}\nStream key  ${link(facts.streamKey)}`,
    `${bold('API')}         ${link(facts.api)}`,
  ];
}

/** Resolves to the text. Links stand alone on their lines, unbroken, so that each is copied in one piece. */
export async function renderPanel(facts: PanelFacts): Promise<string> {
  const columns = facts.columns ?? process.stdout.columns ?? 80;
  const color = facts.color ?? colorWanted();
  const style: Style = { columns, color, bold: paint(1, color), dim: paint(2, color), link: paint(36, color) };
  const blocks = [...(await watchBlocks(facts, style)), ...hostBlocks(facts, style)];
  const head = frame('dTok is running', 'Ctrl-C stops everything', columns, style.bold);
  return `\n${[head, ...blocks.filter(Boolean).map(indent)].join('\n\n')}\n`;
}
