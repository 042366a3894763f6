// npm run soak: a show under seeded troubles, real from the camera to the pages; SEED, MINUTES, VIEWERS and PAGES choose which.
import { delimiter, dirname, join } from 'node:path';
import { ensureBrowser } from './browser.mjs';
import { build } from './build.mjs';
import { ensureFfmpeg } from './ffmpeg.mjs';
import { seen } from './processes.mjs';
import { root, setUp } from './setup.mjs';
import { runScript } from './terminal.mjs';

await runScript(async () => {
  await setUp();
  const ffmpeg = await ensureFfmpeg(root);
  const browser = process.env.PAGES === '0' ? {} : { CHROMIUM: await ensureBrowser(root) };
  await build();
  // The publisher's ffmpeg is the one that was found.
  const PATH = `${dirname(ffmpeg)}${delimiter}${process.env.PATH ?? ''}`;
  const env = { ...process.env, ...browser, FFMPEG: ffmpeg, PATH };
  const args = ['--import', 'tsx', join(root, 'test', 'soak', 'main.ts')];
  process.exit(await seen({ command: process.execPath, args, cwd: root, env }));
});
