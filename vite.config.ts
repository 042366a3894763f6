// How the pages are built: nine HTML entries from src/web into dist/web.
import { fileURLToPath } from 'node:url';
import type { UserConfig } from 'vite';

const page = (path: string) => fileURLToPath(new URL(`src/web/${path}`, import.meta.url));

export default {
  root: page(''),
  base: '/',
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // Tests are of the whole project.
  test: { root: fileURLToPath(new URL('.', import.meta.url)) },
  build: {
    outDir: fileURLToPath(new URL('dist/web', import.meta.url)),
    emptyOutDir: true,
    // OBS 28 to 30 embeds Chrome 103; the overlay must run there.
    target: 'chrome103',
    cssTarget: 'chrome103',
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      // Its parts, spread over pages' own chunks, would make one page run another's.
      output: { codeSplitting: { groups: [{ name: 'ethers', test: /node_modules\/ethers\// }] } },
      input: {
        landing: page('index.html'),
        watch: page('watch/index.html'),
        host: page('host/index.html'),
        overlay: page('overlay/index.html'),
        chat: page('chat/index.html'),
        app: page('app/index.html'),
        show: page('show/index.html'),
        broadcast: page('broadcast/index.html'),
        embed: page('embed/index.html'),
      },
    },
  },
} satisfies UserConfig & { test: { root: string } };
