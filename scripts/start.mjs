// npm start: installs and builds what is missing, then runs the server in this process.
import { build } from './build.mjs';
import { ensureFfmpeg } from './ffmpeg.mjs';
import { root, setUp } from './setup.mjs';
import { runScript } from './terminal.mjs';

const impatientMs = 2000;

/**
 * A Ctrl-C comes twice, from the terminal and from npm, and the server listens for one: the copy must not cut its
 * closing short. A second Ctrl-C by an impatient person may.
 */
function absorbCopies() {
  let first = 0;
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      first = first || Date.now();
      if (Date.now() - first > impatientMs) process.exit(130);
    });
  }
}

await runScript(async () => {
  await setUp();
  process.env.FFMPEG = await ensureFfmpeg(root);
  await build();
  await import('../dist/server/main.js');
  absorbCopies();
});
