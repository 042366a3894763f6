// Who broadcasts the clock: ffmpeg, a real OBS that looks at a screen, or the product's own page in a browser.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { OBSWebSocket } from 'obs-websocket-js/json';
import { chromium } from 'playwright-core';
import { chromiumPath } from '../../test/support/browser.js';
import type { Dtok } from '../../test/support/dtok.js';
import { prepareObs, realPassword, startScreen } from '../../test/support/obs/real.js';
import { clockArgs, clockSize, drawClock } from './clock-picture.js';

const limitMs = 60_000;
const stream = { params: { stream: 'main' } };

export interface Publisher {
  stop(): Promise<void>;
}

export async function ffmpegPublisher(rtmp: string, gop: number): Promise<Publisher> {
  const child: ChildProcess = spawn('ffmpeg', clockArgs(gop, rtmp), { stdio: ['ignore', 'ignore', 'inherit'] });
  return {
    async stop() {
      if (child.exitCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function until<T>(what: string, look: () => Promise<T | null | false>): Promise<T> {
  for (const end = performance.now() + limitMs; performance.now() < end; await pause(200)) {
    const seen = await look().catch(() => null);
    if (seen) return seen;
  }
  throw new Error(`${what} did not come in ${limitMs / 1000} s`);
}

const quiet = ['--no-sandbox', '--disable-background-networking', '--no-first-run'];

/** The broadcast page, with a canvas for a camera and a tone for a microphone; encoder and way are the page's own. */
export async function browserPublisher(dtok: Dtok): Promise<Publisher> {
  const args = [...quiet, '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
  const browser = await chromium.launch({ executablePath: chromiumPath(), args });
  const page = await browser.newPage();
  await page.addInitScript(drawClock);
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = async () => {
      const sound = new AudioContext();
      const [tone, out] = [sound.createOscillator(), sound.createMediaStreamDestination()];
      tone.connect(out);
      tone.start();
      return new MediaStream([...startClock().captureStream(30).getTracks(), ...out.stream.getTracks()]);
    };
  });
  const { streamKey } = await dtok.api('hostStream', stream);
  await page.goto(`${dtok.base}/broadcast/main#k=${streamKey}`);
  await page.getByTestId('open-camera').click();
  await page.getByTestId('go-live').click();
  return { stop: () => browser.close() };
}

/** Fills a screen with the clock. */
async function showClock(display: string): Promise<() => Promise<void>> {
  const window = ['--kiosk', '--window-position=0,0', `--window-size=${clockSize.width},${clockSize.height}`];
  const env = { ...(process.env as Record<string, string>), DISPLAY: display };
  const how = { executablePath: chromiumPath(), headless: false, args: [...quiet, ...window], env, viewport: null };
  const browser = await chromium.launchPersistentContext('', how);
  const page = browser.pages()[0] ?? (await browser.newPage());
  await page.evaluate(drawClock);
  await page.evaluate(() => {
    document.body.style.margin = '0';
    document.body.append(startClock());
  });
  return () => browser.close();
}

/** A real OBS, set up and started by dTok as for any host, whose scene shows a screen with the clock on it. */
export async function obsPublisher(dtok: Dtok): Promise<Publisher> {
  const closers: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const screen = await startScreen(`${clockSize.width}x${clockSize.height}`);
    closers.push(screen.stop);
    closers.push(await showClock(screen.display));
    const obs = await prepareObs();
    closers.push(obs.stop);
    obs.start();
    await streamFrom(dtok, obs.address, screen.display);
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function streamFrom(dtok: Dtok, address: string, display: string): Promise<void> {
  await until('OBS', () => dtok.api('connectObs', { ...stream, body: { address, password: realPassword } }));
  await dtok.api('allowObs', { ...stream, body: { scene: true, service: true, encoder: true, stream: true } });
  const plan = await dtok.api('planObs', { ...stream, body: {} });
  await dtok.api('setUpObs', { ...stream, body: { plan: plan.id } });
  const host = new OBSWebSocket();
  await host.connect(address, realPassword);
  const inputSettings = { server: display, advanced: true, screen: 0, show_cursor: false };
  await host.call('CreateInput', {
    ...{ sceneName: 'Scene', inputName: 'Clock', inputKind: 'xshm_input', inputSettings },
  });
  await host.disconnect();
  await dtok.api('actInObs', { ...stream, body: { act: 'start' } });
}
